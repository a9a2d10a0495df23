#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 12> kCauses = {{
    {.id = "toolchain-version",
     .family = "toolchain",
     .title = "other version of a compiler or tool",
     .meaning = "A compiler, linker, packager or generator of another version made the product.",
     .evidence =
         "Version strings of the tool differ, and both agree with the build records. Equal versions with "
         "different code point to other causes; records that deny the difference are suspicious.",
     .remedy = "Rebuild with the recorded versions. Debian: snapshot.debian.org and debrebuild with the "
               ".buildinfo. Otherwise lock the tools: Nix, Guix, a pinned image.",
     .risk = "Unbounded in code: nothing but a rebuild with the same version can confirm it."},
    {.id = "dependency-version",
     .family = "toolchain",
     .title = "other version of a dependency",
     .meaning = "A library that was linked, copied, expanded or documented had another version in one build.",
     .evidence = "Symbol versions, needed libraries, dependency bounds or lock entries differ, and every "
                 "changed place belongs to one dependency.",
     .remedy = "Rebuild with the recorded versions of all dependencies. Lock files (npm ci, cargo --locked, "
               "go.sum, pip --require-hashes), the .buildinfo, a dated mirror.",
     .risk = "Unbounded: arbitrary code of others."},
    {.id = "serialiser-style",
     .family = "toolchain",
     .title = "same document, printed in another way",
     .meaning = "Another version or setting of a library wrote the same data with other white space, "
                "quoting, key order or number format.",
     .evidence = "Parsed strictly, without duplicate keys and with types, both sides give the same document.",
     .remedy = "Use one version of the library, or write a canonical form. JSON: sorted keys and fixed "
               "separators (JCS). XML: C14N.",
     .risk = "Unbounded in white space; readers that disagree about the syntax make it behaviour."},
    {.id = "codegen-nondeterminism",
     .family = "toolchain",
     .title = "compiler output varies by itself",
     .meaning = "The same tools on the same inputs gave different code: an unstable sort, a pointer-keyed "
                "pass, a counter or a reference count inside the compiler.",
     .evidence = "Tools, options and inputs are equal, and repeated builds still vary. Renumbering labels, "
                 "constants or references makes the sides equal.",
     .remedy = "Upgrade or fix the compiler, and take away what varies meanwhile. PYTHONHASHSEED=0 with a "
               "fresh process for each py_compile, -j1, Rust -C codegen-units=1, GHC -fobject-determinism.",
     .risk = "Unbounded in code unless equality up to renaming is proven."},
    {.id = "lto-random-seed",
     .family = "toolchain",
     .title = "random suffix of link-time optimisation",
     .meaning = "gcc chose a random seed for unique section and symbol names.",
     .evidence = "Sections named .gnu.lto_*.<16 hex digits>, one suffix an object; replacing the suffix "
                 "makes the objects equal, compressed streams included.",
     .remedy = "Compile with -frandom-seed=$@, a constant for each object. Or strip the streams from what "
               "ships: strip --strip-lto, or -fno-lto for static libraries.",
     .risk = "64 bits for each object; the streams themselves are code and must be compared."},
    {.id = "pgo-profile",
     .family = "toolchain",
     .title = "training run steered optimisation",
     .meaning = "Profile data measured during the build decided layout and inlining.",
     .evidence = "The same functions and tools, another layout, hot and cold parts moved; the flags or the "
                 "package are known for profile use. Nothing static tells it from a changed program.",
     .remedy = "Ship the profile as a source, or switch profiling off. gcc: -fprofile-update=atomic, "
               "-fprofile-reproducible=parallel-runs, a deterministic workload. RPM: %do_profiling 0.",
     .risk = "Unbounded: any change can hide in rearranged code."},
    {.id = "cpu-features",
     .family = "toolchain",
     .title = "builder's processor selected code",
     .meaning =
         "-march=native, or a probe of the processor, made the build use instructions of its own machine.",
     .evidence = "Instructions of one extension occur on one side only, or the recorded target differs, with "
                 "the same compiler.",
     .remedy = "Set the target explicitly, for instance -march=x86-64. Select variants at run time (ifunc, "
               "--enable-fat), and set the probe's cache variable.",
     .risk = "Unbounded in code; the program may fail on other processors."},
    {.id = "cpu-count",
     .family = "toolchain",
     .title = "number of processors shaped the output",
     .meaning = "The number of processors was written down, or it decided how work and output were split.",
     .evidence = "A job count of the build record, or other split points of equal concatenated content.",
     .remedy = "Fix the number of parts independently of the processors. xz: -T1, or a fixed --block-size. "
               "Pass fixed job numbers where they are recorded; do not store MAKEFLAGS.",
     .risk = "About 8 bits; behaviour where it sets a default of the program."},
    {.id = "build-benchmark",
     .family = "toolchain",
     .title = "measured speed chose an implementation",
     .meaning = "The build timed several variants and took the fastest, so that load decided.",
     .evidence = "A definition or threshold out of a small set, which varies with load.",
     .remedy = "Force the choice. Set the configure variable, or ship the tuned parameters (GMP, FFTW, "
               "ATLAS) as a source.",
     .risk = "A few bits, but they choose code."},
    {.id = "floating-point",
     .family = "toolchain",
     .title = "rounding differs between machines",
     .meaning = "Numbers computed during the build differ in their last digits: another unit, library, "
                "vector width or order of summation.",
     .evidence = "Many values, each off by a few units in the last place, in both directions.",
     .remedy = "Compute such data with integers, or ship it as a source. -ffp-contract=off, "
               "-fexcess-precision=standard, -msse2 -mfpmath=sse, and print a fixed number of digits.",
     .risk = "One to three bits for each value; thresholds and model weights are behaviour."},
    {.id = "compressor-variation",
     .family = "toolchain",
     .title = "other compressor or compressor setting",
     .meaning = "The same content was compressed by another program, version, level or number of threads.",
     .evidence = "The decompressed content is equal. It is proven when a named encoder reproduces each "
                 "side's stream bit for bit.",
     .remedy = "Pin the compressor, its level and its threads. gzip: -9n of one implementation. xz: -T1 or a "
               "fixed --block-size. zstd: do not mix --single-thread with -T. pigz: -n -p1.",
     .risk = "Unbounded unless each stream is reproduced: an encoder is free in its choices."},
    {.id = "line-endings",
     .family = "toolchain",
     .title = "CRLF, LF, final newline or byte order mark",
     .meaning = "The platform or the checkout settings decided how lines end.",
     .evidence = "Converting the line ends makes the sides equal, and every line of the file is converted in "
                 "the same way.",
     .remedy = "Set line ends in .gitattributes (* text=auto eol=lf). Write \\n explicitly instead of the "
               "platform's separator.",
     .risk = "At most one bit for a file. In a script a carriage return changes what runs."},
}};

}  // namespace

std::span<const CauseInfo> toolchain_causes() { return kCauses; }

}  // namespace unrepro
