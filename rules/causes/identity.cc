#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 13> kCauses = {{
    {.id = "host-user-identity",
     .family = "identity",
     .title = "host or user name recorded",
     .meaning =
         "The name of the machine, or of the account that ran the build, was written into the product.",
     .evidence =
         "The value has the form of a host or user name, repeats in several fields of one side and equals "
         "that build's record. In a URL or as a server's default it is an address, not an identity.",
     .remedy = "Set fixed names or drop them. Linux: KBUILD_BUILD_USER and KBUILD_BUILD_HOST. RPM: "
               "%_buildhost reproducible. Java: -Dbuilt.by= or remove Built-By. Otherwise set LOGNAME, USER "
               "and HOSTNAME for the build.",
     .risk = "Up to 325 bits of free text. As a default configuration it would be behaviour."},
    {.id = "archive-ownership",
     .family = "identity",
     .title = "owner and group of archive members",
     .meaning = "The archive stores the user and group of the account that packed it.",
     .evidence = "One injective map from left owners to right owners holds for all members; modes are not "
                 "affected and root stays root.",
     .remedy = "Pack with fixed owners. GNU tar: --owner=0 --group=0 --numeric-owner. dpkg-deb: "
               "--root-owner-group, with Rules-Requires-Root: no. bsdtar: --uid 0 --gid 0. cpio: -R 0:0. ar: "
               "the D modifier. zip: -X. mksquashfs: -all-root.",
     .risk = "32 bits for each id unless the map is global. Where root unpacks the archive, an owner is a "
             "privilege."},
    {.id = "umask-permissions",
     .family = "identity",
     .title = "permissions follow the umask",
     .meaning = "Files were created without an explicit mode, so the umask of the builder or the modes of "
                "its checkout decided their permissions.",
     .evidence = "One pair of masks explains the modes of all members; set-id and sticky bits never come "
                 "from a umask.",
     .remedy = "Run umask 022 at the start of the build and install with explicit modes. tar: "
               "--mode=go=rX,u+rw,a-s. Debian: dh_fixperms. Otherwise install -m, or chmod -R a+rX,u+w,go-w.",
     .risk = "One or two bits for a global rule; but a writable directory or a set-id bit is a hole."},
    {.id = "kernel-identity",
     .family = "identity",
     .title = "kernel or machine of the builder recorded",
     .meaning = "The output of uname, or a path or name derived from it, was written into the product.",
     .evidence = "Both values have the form of a kernel release or machine name, equal their build's record, "
                 "and repeat in other products of that builder.",
     .remedy = "Drop it or set it by hand. CMake: do not write CMAKE_HOST_SYSTEM into files. autoconf: pass "
               "--build and --host. setarch gives a 32-bit personality a fixed machine name.",
     .risk = "30 to 60 bits; behaviour where it selects code."},
    {.id = "env-capture",
     .family = "identity",
     .title = "environment variables recorded",
     .meaning = "Values of the builder's environment (PATH, HOME, SHELL, MAKEFLAGS, a job's address) were "
                "written into the product.",
     .evidence = "Each value stands in the form NAME=value or as a list of paths and equals that variable in "
                 "its build's record.",
     .remedy =
         "Build in a clean, fixed environment. env -i with PATH, TZ=UTC, LC_ALL=C.UTF-8, HOME=/nonexistent "
         "and SHELL=/bin/sh; do not ship config.log; write the variable's name instead of its value.",
     .risk = "Free text. A search path or a shell in an installed file is behaviour, and secrets may leak."},
    {.id = "system-layout",
     .family = "identity",
     .title = "where tools live on the builder",
     .meaning = "A probe of the builder's file system decided a path: /bin or /usr/bin, lib or lib64, which "
                "shell /bin/sh is.",
     .evidence = "The two paths name the same file under the merged-/usr mapping, and nothing else changed.",
     .remedy = "Name the tool's path instead of searching for it. autoconf: ac_cv_path_SED=/bin/sed and its "
               "kin. Pass SHELL=/bin/sh, and build on the same layout.",
     .risk = "About one bit for each path; a path that is missing on the target breaks the program."},
    {.id = "locale-content",
     .family = "identity",
     .title = "text written under the builder's locale",
     .meaning = "Messages, month names, numbers, encodings or letter case came out as the builder's locale "
                "has them.",
     .evidence = "The two texts are translations of one another in a known catalogue, or the same text in "
                 "two encodings.",
     .remedy = "Set LC_ALL=C.UTF-8 and LANGUAGE= for the build. Python: PYTHONUTF8=1 and explicit encodings. "
               "Java: -Dfile.encoding=UTF-8 and Locale.ROOT. javadoc: -encoding UTF-8 -docencoding UTF-8.",
     .risk = "Free within the dictionary. A decimal comma in code or configuration is behaviour."},
    {.id = "recorded-build-flags",
     .family = "identity",
     .title = "compiler or configure options recorded",
     .meaning = "The command line of the compiler, linker or configure script is stored in the product.",
     .evidence =
         "Split into arguments, only path maps, job counts and spec files differ. A changed optimisation, "
         "hardening, define or target option is evidence of another build, not of this cause.",
     .remedy = "Do not record the command line. gcc and clang: -gno-record-gcc-switches and no "
               "-frecord-gcc-switches. Go: -trimpath. Perl, Python, R, PHP: strip options from the saved "
               "configuration. dpkg: build in the same directory.",
     .risk = "Free text; it is useful as evidence of dropped hardening."},
    {.id = "vcs-state",
     .family = "identity",
     .title = "state of the source repository recorded",
     .meaning = "A commit id, a tag distance, a dirty mark or an abbreviation taken from version control was "
                "written into the product.",
     .evidence = "One id is a prefix of the other, or both name the same commit. Two different commits are a "
                 "source difference.",
     .remedy = "Build from a release archive or pin what is recorded. git: describe --abbrev=40 --always, "
               "core.abbrev=40. Go: -buildvcs=false. Linux: LOCALVERSION_AUTO=n. Do not export-subst "
               "reference names (%d).",
     .risk = "28 to 160 bits. A dirty mark or another commit means another source."},
    {.id = "build-counter",
     .family = "identity",
     .title = "counter that grows with every build",
     .meaning =
         "A build number, a run number of the job system or a rebuild counter was written into the product.",
     .evidence =
         "Both are integers, the later build has the larger one, and the upstream version is the same.",
     .remedy = "Fix the number for a release. Linux: KBUILD_BUILD_VERSION=1. ant: do not use buildnumber; "
               "job systems: do not pass run ids into the product.",
     .risk = "10 to 33 bits. Numbers that decide which version is newer are behaviour."},
    {.id = "network-input",
     .family = "identity",
     .title = "content fetched during the build",
     .meaning = "The build downloaded something that changed meanwhile, or that one builder could not reach.",
     .evidence = "Content or links of an outside origin are present on one side or of another age; the "
                 "difference vanishes without a network.",
     .remedy =
         "Build without a network and pin everything that is fetched by its digest. sphinx: "
         "intersphinx_mapping = {} or local inventories. Maven: -o. npm: npm ci. cargo: --locked --offline.",
     .risk = "Unbounded: anything can come from the network."},
    {.id = "filesystem-metadata",
     .family = "identity",
     .title = "inode numbers, sizes on disk, attributes",
     .meaning = "Facts of the builder's file system were stored: inode and device numbers, the disk usage of "
                "a directory, sparse maps, link counts, extended attributes.",
     .evidence = "Inode numbers map one to one and keep groups of hard links; sizes differ by blocks; sparse "
                 "files are equal when expanded.",
     .remedy = "Leave these facts out when packing. cpio: --reproducible, or --renumber-inodes "
               "--ignore-devno. tar: --no-xattrs, no --sparse. zip: -X. Sizes: let dpkg-gencontrol compute "
               "them, or du --apparent-size. mksquashfs: -no-xattrs.",
     .risk = "32 bits for each inode number unless the map is monotone. Capabilities and other attributes "
             "are privileges and never belong here."},
    {.id = "feature-detection",
     .family = "identity",
     .title = "a probe found another environment",
     .meaning = "Configuration looked for libraries, kernel features or programs, and the builders had "
                "different ones; a feature was switched on or off.",
     .evidence = "A bundle of differences belongs to one feature: a library needed, symbols, macros, a "
                 "plugin, a manual page. Build records differ in installed packages.",
     .remedy =
         "State every feature explicitly. --enable-x or --disable-x for each option, cache variables "
         "(ac_cv_…=yes) for probes that run programs, a clean root with only the declared dependencies.",
     .risk = "Unbounded: this is how hardening gets switched off silently."},
}};

}  // namespace

std::span<const CauseInfo> identity_causes() { return kCauses; }

}  // namespace unrepro
