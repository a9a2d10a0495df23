#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 5> kCauses = {{
    {.id = "build-timestamp",
     .family = "clock",
     .title = "build time written into content",
     .meaning = "The clock was read during the build and its value ended up in the output: a banner, a "
                "document date, a compiler macro, a header field, a version made from the date.",
     .evidence = "Both values decode as dates in a field meant for one, each lies inside its own build, and "
                 "all stamps of a side share one offset to the other side. File times follow their sources "
                 "instead; a pure zone change leaves the instant equal; a release number such as 2024.01 is "
                 "the same in both builds.",
     .remedy = "Export SOURCE_DATE_EPOCH for the whole build and drop stamps that ignore it. C and C++: "
               "-Wdate-time finds __DATE__ and __TIME__. Shell: date -u -d \"@${SOURCE_DATE_EPOCH:-$(date "
               "+%s)}\". Maven: project.build.outputTimestamp. javadoc: -notimestamp. TeX: "
               "FORCE_SOURCE_DATE=1. Linux and U-Boot: KBUILD_BUILD_TIMESTAMP. PE files: /Brepro or "
               "-Wl,--no-insert-timestamp. mksquashfs: -mkfs-time. doxygen: HTML_TIMESTAMP=NO.",
     .risk = "16 to 30 bits for each independent stamp. A date that serves as a seed, an expiry or a version "
             "decides behaviour and must not be accepted as a mere stamp."},
    {.id = "file-mtime",
     .family = "clock",
     .title = "file times recorded in a container",
     .meaning = "A container or cache stores when its input files were last changed, and the builds unpacked "
                "or generated these files at different times.",
     .evidence = "The values sit in time fields of member headers, and both are plausible file times. "
                 "Generated files carry the time of the build, sources the time of their release; stamps "
                 "inside a file's content are another cause.",
     .remedy =
         "Set member times to SOURCE_DATE_EPOCH when packing. GNU tar: --mtime=@$SOURCE_DATE_EPOCH "
         "--clamp-mtime --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime. gzip: -n. ar, "
         "ranlib, strip: the D modifier, or ZERO_AR_DATE=1. zip: touch -d @$SOURCE_DATE_EPOCH first, then "
         "zip -X under TZ=UTC. Python: py_compile --invalidation-mode checked-hash. Gradle: "
         "preserveFileTimestamps=false. RPM: %clamp_mtime_to_source_date_epoch. mksquashfs: -all-time.",
     .risk = "25 to 32 bits for each member unless one clock difference binds them all. make, rsync, caches "
             "and Python's pyc check read these times."},
    {.id = "timezone",
     .family = "clock",
     .title = "local time instead of UTC",
     .meaning = "Both builds print or pack the same instant, each in its own time zone, or they record the "
                "zone itself.",
     .evidence = "After conversion to UTC the instants are equal; the raw values differ by whole quarters of "
                 "an hour and by at most 26 hours. If anything else remains, the clock differed as well.",
     .remedy = "Run the build with TZ=UTC. In code use gmtime and date -u; for Java -Duser.timezone=UTC; "
               "create and unpack zip files under TZ=UTC.",
     .risk = "At most 7 bits a side. Local time that is compared with something (licences, certificates, "
             "schedules) is behaviour."},
    {.id = "elapsed-time",
     .family = "clock",
     .title = "durations measured during the build",
     .meaning = "How long a step took, or a rate computed from it, was written into a log, a test report or "
                "a statistics line that ships.",
     .evidence = "Small positive numbers with a time unit or in a field named for a duration, near each "
                 "other on both sides, with no common offset. They do not decode as dates.",
     .remedy = "Do not ship logs and test reports, or remove the duration. JUnit XML: drop the time "
               "attributes; generators: switch off statistics in the output.",
     .risk = "About 3.3 bits for each printed digit. In configuration the same shape is a timeout, and "
             "changing it is behaviour."},
    {.id = "clock-dependent-behaviour",
     .family = "clock",
     .title = "the date decided what was built",
     .meaning = "The build did something else because of the date: an expired certificate made tests fail, a "
                "table was generated for the coming years, a feature was cut off.",
     .evidence = "No date of the build is embedded; the content itself differs, and the difference comes and "
                 "goes with a simulated clock.",
     .remedy = "Take the date as an input of the build instead of asking the clock. Use fixed fixtures and "
               "certificates that outlive the release; simulate the clock (faketime) around tests only.",
     .risk = "Unbounded: code that depends on the clock is what a time bomb looks like."},
}};

}  // namespace

std::span<const CauseInfo> clock_causes() { return kCauses; }

}  // namespace unrepro
