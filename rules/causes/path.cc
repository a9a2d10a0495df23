#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 3> kCauses = {{
    {.id = "build-path",
     .family = "path",
     .title = "build directory recorded",
     .meaning = "The directory of the build, or one below it, was written into the product: debug "
                "information, assertions, search paths, generated scripts, documentation.",
     .evidence = "Replacing one prefix by the other, at component boundaries, makes every occurrence equal. "
                 "Temporary names have a random tail instead, home directories belong to the environment.",
     .remedy =
         "Map the directory away (-ffile-prefix-map=$PWD=.) or build in a fixed one. dpkg: "
         "DEB_BUILD_OPTIONS=reproducible=+fixfilepath. Go: -trimpath. Rust: --remap-path-prefix. clang: "
         "-fdebug-compilation-dir=. as well. OCaml: BUILD_PATH_PREFIX_MAP. Erlang: "
         "ERL_COMPILER_OPTIONS=deterministic. .NET: PathMap and DeterministicSourcePaths. CMake: "
         "CMAKE_BUILD_RPATH_USE_ORIGIN=ON. doxygen: STRIP_FROM_PATH. Run paths: patchelf --remove-rpath.",
     .risk = "Free text of up to a path's length unless the prefix is recorded. A path that is searched, "
             "loaded or executed is behaviour, most of all one that others can create."},
    {.id = "temp-path",
     .family = "path",
     .title = "name of a temporary file recorded",
     .meaning = "A name made up for one run (mktemp, a directory with a process id) was kept in the product.",
     .evidence = "Both sides have the same directory and a tail of the same alphabet and length, as a known "
                 "tool makes it; the tail differs between runs of the same configuration.",
     .remedy = "Give the file a fixed name inside the build tree. Pass the real name of generated sources by "
               "#line; TMPDIR does not help. gzip: -n.",
     .risk = "36 to 52 bits. A temporary name that is used at run time can be created by an attacker first."},
    {.id = "path-derived-id",
     .family = "path",
     .title = "identifier computed from a path",
     .meaning = "A hash or identifier was computed from the build directory or from a file's path: PDF "
                "identifiers, crate hashes, anonymous symbols, module numbers.",
     .evidence = "Fixed width, equal for equal paths, different for different ones, used consistently. If "
                 "the hash of the path can be recomputed it is proven.",
     .remedy = "Make the path constant: map prefixes or build in a fixed directory. PDF: \\pdftrailerid{} or "
               "qpdf --deterministic-id. Rust: --remap-path-prefix and a stable -C metadata.",
     .risk = "The width of the hash, 64 to 256 bits, unless it is recomputed."},
}};

}  // namespace

std::span<const CauseInfo> path_causes() { return kCauses; }

}  // namespace unrepro
