#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 4> kCauses = {{
    {.id = "file-set-difference",
     .family = "structure",
     .title = "file on one side only",
     .meaning = "A member exists in one build and not in the other.",
     .evidence = "Every such member needs a reason of its own: a feature, a cache, a leftover, a race, "
                 "another locale.",
     .remedy =
         "Find out which step creates the file, and make it create it always or never. "
         "PYTHONDONTWRITEBYTECODE=1, git clean -xdf before the build, explicit file lists when packing.",
     .risk = "Unbounded: an added file in a place that is read automatically (plugins, hooks, services) is "
             "executed."},
    {.id = "debug-info-only",
     .family = "structure",
     .title = "only debug information differs",
     .meaning = "What is loaded is equal; debug sections, symbol tables or source maps differ.",
     .evidence = "All bytes of the loaded segments, with their headers, are equal, seen from the program "
                 "headers and not from the sections.",
     .remedy = "Treat the causes inside the debug information first: build paths, times, temporary names. "
               "-ffile-prefix-map=$PWD=. -frandom-seed=$@; strip what is not needed.",
     .risk = "Unbounded within debug data: debuggers read and, for scripts, execute it."},
    {.id = "embedded-signature",
     .family = "structure",
     .title = "signature inside the artifact",
     .meaning = "A signature, a certificate chain or a time token was added after the build.",
     .evidence = "Without the signature, by the format's definition of the signed range, the rest is equal, "
                 "and the signature covers exactly this rest.",
     .remedy = "Sign in a separate step and publish the signature detached. To verify a rebuild, copy the "
               "published signature onto it (apksigcopier and the like) and check it there.",
     .risk = "At least 256 bits in the signature's own randomness; unsigned holes can hold a payload."},
    {.id = "sbom-and-build-record",
     .family = "structure",
     .title = "document that describes the build",
     .meaning = "A bill of materials, a build record or a provenance document differs because it describes "
                "its own build.",
     .evidence = "Parsed, every differing field has a cause of its own (time, serial number, tool version), "
                 "and the hashes in it are true.",
     .remedy = "Keep the record outside of the artifact, or make it deterministic. CycloneDX: "
               "outputTimestamp and no serialNumber. SPDX: fixed creationInfo.",
     .risk = "Policies read these documents: a hidden component is a change of behaviour."},
}};

}  // namespace

std::span<const CauseInfo> structure_causes() { return kCauses; }

}  // namespace unrepro
