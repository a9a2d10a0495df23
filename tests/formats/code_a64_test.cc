// References in A64 code, as GNU as assembled it at address 0; data stands at 0x2000.

#include <gtest/gtest.h>

#include <array>

#include "formats/elf/code.h"
#include "formats/value.h"

namespace unrepro {
namespace {

struct Case {
  const char* name;
  std::vector<std::uint32_t> words;
  std::vector<std::uint64_t> functions = {0};  // by their first word
  std::uint64_t end = 0;                       // of the last function, in words; 0: all
  std::vector<std::uint64_t> labels = {};      // whose address something takes
  std::string found = {};                      // a refusal, or the references
};

// Tables at 0x2020, of bytes, and at 0x2040, of words relative to it.
std::string data() {
  std::string bytes(0x80, '\0');
  bytes[0x21] = 2;
  const auto put = [&](std::size_t at, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
  };
  put(0x40, 0x18u - 0x2040u);
  put(0x44, 0x20u - 0x2040u);
  return bytes;
}

std::string name_of(ImageReference::Form form) {
  static constexpr std::array kNames = {"number", "b26", "b19", "b14", "adr", "page", "adr_page", "low12"};
  return kNames.at(static_cast<std::size_t>(form));
}

std::string read(const Case& made) {
  std::string code, rodata = data();
  for (const std::uint32_t word : made.words) {
    for (unsigned i = 0; i < 4; ++i) code += static_cast<char>(word >> (8 * i));
  }
  const std::vector<ImageRegion> regions = {
      {.label = ".text", .address = 0, .size = code.size(), .bytes = as_bytes(code), .executable = true},
      {.label = ".rodata", .address = 0x2000, .size = rodata.size(), .bytes = as_bytes(rodata)}};
  std::vector<ImageExtent> functions;
  for (const std::uint64_t begin : made.functions) {
    if (!functions.empty()) functions.back().end = begin * 4;
    functions.push_back({begin * 4, made.end != 0 ? made.end * 4 : code.size()});
  }
  elf::Surroundings program{regions, functions, {0}, {0x2000, 0x2022, 0x2048}, {}};
  program.anchors.insert(program.anchors.begin(), made.labels.begin(), made.labels.end());
  std::vector<ImageReference> references;
  elf::Code found{.references = references};
  elf::read_aarch64(program, found);
  if (!found.refusal.empty()) return found.refusal;
  std::string text;
  for (const ImageReference& reference : references) {
    text += text.empty() ? "" : ", ";
    text += name_of(reference.form) + " " + hex(reference.at) + " " + hex(reference.target);
    if (reference.origin == ImageReference::Origin::place) text += " of " + hex(reference.base);
    if (reference.shift != 0) text += " by " + std::to_string(reference.shift);
  }
  for (const ImageExtent& extent : found.together)
    text += " together " + hex(extent.begin) + " " + hex(extent.end);
  for (const std::uint64_t table : found.tables) text += " table " + hex(table);
  return text;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      // adrp x0, #0x2000; add x0, x0, #0x10; ldr w1, [x0]; ret
      {.name = "pair",
       .words = {0xd0000000, 0x91004000, 0xb9400001, 0xd65f03c0},
       .found = "page 0x0 0x2010, low12 0x4 0x2010 of 0x2010 together 0x2010 0x2014"},
      // adrp x0, #0x2000; ldr x1, [x0, #0x18]; ret
      {.name = "load",
       .words = {0xd0000000, 0xf9400c01, 0xd65f03c0},
       .found = "page 0x0 0x2018, low12 0x4 0x2018 of 0x2018 by 3"},
      // adrp x0, #0x2000; 1: ldr w1, [x0, #0x10]; cbnz w1, 1b; str w1, [x0, #0x14]; ret
      {.name = "loop",
       .words = {0xd0000000, 0xb9401001, 0x35ffffe1, 0xb9001401, 0xd65f03c0},
       .found =
           "page 0x0 0x2010, low12 0x4 0x2010 of 0x2010 by 2, b19 0x8 0x4, low12 0xc 0x2014 of 0x2010 by 2"},
      // adrp x0, #0x2000; mov x3, x0; add x3, x3, #0x10; ret
      {.name = "moved",
       .words = {0xd0000000, 0xaa0003e3, 0x91004063, 0xd65f03c0},
       .found = "page 0x0 0x2010, low12 0x8 0x2010 of 0x2010"},
      // cbz x1, 1f; adrp x0, #0x2000; b 2f; 1: adrp x0, #0x2000; 2: add x0, x0, #0x10; ret
      {.name = "two_defs",
       .words = {0xb4000061, 0xd0000000, 0x14000002, 0xd0000000, 0x91004000, 0xd65f03c0},
       .found = "b19 0x0 0xc, page 0x4 0x2010, b26 0x8 0x10, page 0xc 0x2010, low12 0x10 0x2010 of 0x2010"},
      // cbz x1, 1f; adrp x0, #0x2000; b 2f; 1: adrp x0, #0x3000; 2: add x0, x0, #0x10; ret
      {.name = "two_pages",
       .words = {0xb4000061, 0xd0000000, 0x14000002, 0xf0000000, 0x91004000, 0xd65f03c0},
       .found = "a page that is no part of an address at .text+0x10"},
      // cbz x1, 1f; adrp x0, #0x2000; 1: add x0, x0, #0x10; ret
      {.name = "one_path",
       .words = {0xb4000041, 0xd0000000, 0x91004000, 0xd65f03c0},
       .found = "a page that is no part of an address at .text+0x8"},
      // adrp x0, #0x2000; cmp x0, x1; ret
      {.name = "other_use",
       .words = {0xd0000000, 0xeb01001f, 0xd65f03c0},
       .found = "a page that is no part of an address at .text+0x4"},
      // adrp x0, #0x2000; str x0, [x1]; ret
      {.name = "in_memory",
       .words = {0xd0000000, 0xf9000020, 0xd65f03c0},
       .found = "a page that is no part of an address at .text+0x4"},
      // adrp x0, #0x2000; str x0, [x0, #0x10]; ret
      {.name = "stored_at_itself",
       .words = {0xd0000000, 0xf9000800, 0xd65f03c0},
       .found = "a page in memory at .text+0x4"},
      // sub sp, sp, #32; adrp x0, #0x2000; str x0, [sp, #8]; ldr x2, [sp, #8]; add x2, x2, #0x10; add sp, sp,
      // #32; ret
      {.name = "spilled",
       .words = {0xd10083ff, 0xd0000000, 0xf90007e0, 0xf94007e2, 0x91004042, 0x910083ff, 0xd65f03c0},
       .found = "page 0x4 0x2010, low12 0x10 0x2010 of 0x2010"},
      // adrp x19, #0x2000; stp x19, x20, [sp, #-16]!; ldp x2, x3, [sp], #16; add x2, x2, #0x10; ret
      {.name = "spilled_pair",
       .words = {0xd0000013, 0xa9bf53f3, 0xa8c10fe2, 0x91004042, 0xd65f03c0},
       .found = "page 0x0 0x2010, low12 0xc 0x2010 of 0x2010"},
      // adrp x0, #0x2000; str x0, [sp, #8]; str x1, [sp, #8]; ldr x2, [sp, #8]; add x2, x2, #0x10; ret
      {.name = "spilled_overwritten",
       .words = {0xd0000000, 0xf90007e0, 0xf90007e1, 0xf94007e2, 0x91004042, 0xd65f03c0},
       .found = "page 0x0 0x2000"},
      // adrp x0, #0x2000; str x0, [sp, #8]; ldr w2, [sp, #12]; ret
      {.name = "spilled_part",
       .words = {0xd0000000, 0xf90007e0, 0xb9400fe2, 0xd65f03c0},
       .found = "a part of a page at .text+0x8"},
      // adrp x0, #0x2000; str x0, [sp, #8]; ldr x2, [x29, #8]; ret
      {.name = "spilled_frame",
       .words = {0xd0000000, 0xf90007e0, 0xf94007a2, 0xd65f03c0},
       .found = "a page on a stack that is reached otherwise at .text+0x8"},
      // adrp x0, #0x2000; str x0, [sp, #8]; mov sp, x1; ret
      {.name = "spilled_stack_lost",
       .words = {0xd0000000, 0xf90007e0, 0x9100003f, 0xd65f03c0},
       .found = "a page on a stack that moves at .text+0x8"},
      // adrp x3, #0x2000; ldr w1, [x3, #0x10]; bl 1f; ret; 1: mov x0, #0; ret
      {.name = "call_left",
       .words = {0xd0000003, 0xb9401061, 0x94000002, 0xd65f03c0, 0xd2800000, 0xd65f03c0},
       .functions = {0, 4},
       .found = "page 0x0 0x2010, low12 0x4 0x2010 of 0x2010 by 2, b26 0x8 0x10"},
      // adrp x3, #0x2000; ldr w1, [x3, #0x10]; bl 1f; ret; 1: add x0, x3, #0x10; ret
      {.name = "call_read",
       .words = {0xd0000003, 0xb9401061, 0x94000002, 0xd65f03c0, 0x91004060, 0xd65f03c0},
       .functions = {0, 4},
       .found = "a register of unknown origin at .text+0x10"},
      // adrp x3, #0x2000; bl 1f; add x4, x3, #0x10; ret; 1: mov x0, #0; ret
      {.name = "call_kept",
       .words = {0xd0000003, 0x94000003, 0x91004064, 0xd65f03c0, 0xd2800000, 0xd65f03c0},
       .functions = {0, 4},
       .found = "a register of unknown origin at .text+0x8"},
      // adrp x0, #0x2000; ldr w1, [x0, #0x10]; bl 1f; cmp x0, #1; ret; 1: mov x0, #0; ret
      {.name = "call_result",
       .words = {0xd0000000, 0xb9401001, 0x94000003, 0xf100041f, 0xd65f03c0, 0xd2800000, 0xd65f03c0},
       .functions = {0, 5},
       .found = "page 0x0 0x2010, low12 0x4 0x2010 of 0x2010 by 2, b26 0x8 0x14"},
      // adrp x0, #0x2000; ldr w1, [x0, #0x10]; bl 1f; cmp x0, #1; ret; 1: nop; ret
      {.name = "call_no_result",
       .words = {0xd0000000, 0xb9401001, 0x94000003, 0xf100041f, 0xd65f03c0, 0xd503201f, 0xd65f03c0},
       .functions = {0, 5},
       .found = "a register of unknown origin at .text+0xc"},
      // adrp x19, #0x2000; bl 1f; add x4, x19, #0x10; ret; 1: stp x19, x20, [sp, #-16]!; mov x19, #0; ldp
      // x19, x20, [sp], #16; ret
      {.name = "call_saves",
       .words = {0xd0000013, 0x94000003, 0x91004264, 0xd65f03c0, 0xa9bf53f3, 0xd2800013, 0xa8c153f3,
                 0xd65f03c0},
       .functions = {0, 4},
       .found = "page 0x0 0x2010, b26 0x4 0x10, low12 0x8 0x2010 of 0x2010"},
      // cbz x1, 1f; adrp x0, #0x2000; b 2f; 1: bl 3f; 2: add x0, x0, #0x10; ret; 3: brk #1
      {.name = "never_returns",
       .words = {0xb4000061, 0xd0000000, 0x14000002, 0x94000003, 0x91004000, 0xd65f03c0, 0xd4200020},
       .functions = {0, 6},
       .found = "b19 0x0 0xc, page 0x4 0x2010, b26 0x8 0x10, b26 0xc 0x18, low12 0x10 0x2010 of 0x2010"},
      // bl 1f; add x0, x19, #0x10; ret; 1: brk #1
      {.name = "after_never",
       .words = {0x94000003, 0x91004260, 0xd65f03c0, 0xd4200020},
       .functions = {0, 3},
       .found = "b26 0x0 0xc"},
      // ret; add x0, x1, #0x10; ret
      {.name = "unreached",
       .words = {0xd65f03c0, 0x91004020, 0xd65f03c0},
       .found = "a register of unknown origin at .text+0x4"},
      // ret; nop; .word 0; nop
      {.name = "filler",
       .words = {0xd65f03c0, 0xd503201f, 0x00000000, 0xd503201f},
       .functions = {0},
       .end = 1},
      // adr x0, #0x1000; ldr x1, [x0, #0x18]; ret
      {.name = "erratum",
       .words = {0x10008000, 0xf9400c01, 0xd65f03c0},
       .found = "adr_page 0x0 0x1018, low12 0x4 0x1018 of 0x1018 by 3"},
      // adr x0, #0x1000; ldr x1, [x0, #0x18]; 2: ret; ldr x1, [x0, #0x18]; b 2b
      {.name = "erratum_copy",
       .words = {0x10008000, 0xf9400c01, 0xd65f03c0, 0xf9400c01, 0x17fffffe},
       .functions = {0},
       .end = 3,
       .found = "adr_page 0x0 0x1018, low12 0x4 0x1018 of 0x1018 by 3, low12 0xc 0x1018 of 0x1018 by 3"},
      // adrp x0, #0x2000; ldr x1, [x0, #0x1008]; ret
      {.name = "other_page",
       .words = {0xd0000000, 0xf9480401, 0xd65f03c0},
       .found = "an address outside of its page at .text+0x4"},
      // add x0, x1, x2; br x0
      {.name = "sum", .words = {0x8b020020, 0xd61f0000}, .found = "a jump without its table at .text+0x4"},
      // ldr x0, [x1]; br x0
      {.name = "pointer", .words = {0xf9400020, 0xd61f0000}},
      // ldr x0, 1f; ret; 1: .quad 0
      {.name = "literal",
       .words = {0x58000040, 0xd65f03c0, 0x00000000, 0x00000000},
       .found = "no known instruction at .text+0x0"},
      // adrp x0, #0x2000; add x0, x0, #0x10; ldr w1, [x0, #24]; sub x2, x0, #8; ret
      {.name = "anchor",
       .words = {0xd0000000, 0x91004000, 0xb9401801, 0xd1002002, 0xd65f03c0},
       .found = "page 0x0 0x2010, low12 0x4 0x2010 of 0x2010 together 0x2008 0x2011 together 0x2010 0x202c"},
      // adrp x19, #0x2000; adrp x2, #0x2000; add x2, x2, #0x20; ldrb w2, [x2, w1, uxtw]; adr x3, 1f; add x2,
      // x3, w2, sxtb #2; br x2; 1: add x0, x19, #0x10; ret; add x0, x19, #0x18; ret
      {.name = "table",
       .words = {0xd0000013, 0xd0000002, 0x91008042, 0x38614842, 0x10000063, 0x8b228862, 0xd61f0040,
                 0x91004260, 0xd65f03c0, 0x91006260, 0xd65f03c0},
       .found = "page 0x0 0x2010, page 0x4 0x2020, low12 0x8 0x2020 of 0x2020, adr 0x10 0x1c, low12 0x1c "
                "0x2010 of 0x2010, low12 0x24 0x2018 of 0x2010 table 0x2020"},
      // adrp x19, #0x2000; adrp x2, #0x2000; add x2, x2, #0x40; ldrsw x3, [x2, x1, lsl #2]; add x2, x2, x3;
      // br x2; add x0, x19, #0x10; ret; add x0, x19, #0x18; ret
      {.name = "table_words",
       .words = {0xd0000013, 0xd0000002, 0x91010042, 0xb8a17843, 0x8b030042, 0xd61f0040, 0x91004260,
                 0xd65f03c0, 0x91006260, 0xd65f03c0},
       .found =
           "page 0x0 0x2010, page 0x4 0x2040, low12 0x8 0x2040 of 0x2040, low12 0x18 0x2010 of 0x2010, low12 "
           "0x20 0x2018 of 0x2010, number 0x2040 0x18 of 0x2040, number 0x2044 0x20 of 0x2040 table 0x2040"},
      // adrp x19, #0x2000; ldr x2, [x1]; br x2; add x0, x19, #0x10; ret
      {.name = "goto",
       .words = {0xd0000013, 0xf9400022, 0xd61f0040, 0x91004260, 0xd65f03c0},
       .labels = {12},
       .found = "page 0x0 0x2010, low12 0xc 0x2010 of 0x2010"},
      // adrp x19, #0x2000; ldr x2, [x1]; br x2; 1: add x0, x19, #0x10; mov x19, #0; b 1b
      {.name = "spoiled_goto",
       .words = {0xd0000013, 0xf9400022, 0xd61f0040, 0x91004260, 0xd2800013, 0x17fffffe},
       .labels = {12},
       .found = "a page that is no part of an address at .text+0xc"},
      // adrp x0, #0x2000; fmov x0, d1; add x0, x0, #0x10; ret
      {.name = "vector_to_general",
       .words = {0xd0000000, 0x9e660020, 0x91004000, 0xd65f03c0},
       .found = "page 0x0 0x2000"},
      // adrp x0, #0x2000; fmov d1, x0; ret
      {.name = "general_to_vector",
       .words = {0xd0000000, 0x9e670001, 0xd65f03c0},
       .found = "a page that is no part of an address at .text+0x4"},
      // adrp x0, #0x2000; ccmp x1, #0, #0, eq; add x0, x0, #0x10; ret
      {.name = "condition",
       .words = {0xd0000000, 0xfa400820, 0x91004000, 0xd65f03c0},
       .found = "page 0x0 0x2010, low12 0x8 0x2010 of 0x2010"},
      // adrp x0, #0x2000; ldaxr w1, [x2]; stlxr w0, w1, [x2]; add x0, x0, #0x10; ret
      {.name = "exclusive",
       .words = {0xd0000000, 0x885ffc41, 0x8800fc41, 0x91004000, 0xd65f03c0},
       .found = "page 0x0 0x2000"},
      // .arch armv8.1-a; adrp x0, #0x2000; cas x0, x1, [x2]; ret
      {.name = "compare_swap",
       .words = {0xd0000000, 0xc8a07c41, 0xd65f03c0},
       .found = "a page that is no part of an address at .text+0x4"},
      // adrp x0, #0x2000; stur x0, [sp, #-8]; ret
      {.name = "spilled_below",
       .words = {0xd0000000, 0xf81f83e0, 0xd65f03c0},
       .found = "a page below the stack at .text+0x4"},
      // adrp x0, #0x2000; str x0, [sp, #8]; str q0, [sp]; ldr x2, [sp, #8]; add x2, x2, #0x10; ret
      {.name = "spilled_under_vector",
       .words = {0xd0000000, 0xf90007e0, 0x3d8003e0, 0xf94007e2, 0x91004042, 0xd65f03c0},
       .found = "page 0x0 0x2000"},
      // adrp x0, #0x2000; str x0, [sp, #16]; ld1 {v0.16b}, [sp], #16; ret
      {.name = "spilled_moved",
       .words = {0xd0000000, 0xf9000be0, 0x4cdf73e0, 0xd65f03c0},
       .found = "a page on a stack that moves at .text+0x8"},
      // adrp x0, #0x2000; str x1, [sp]; prfm pldl1keep, [sp]; add x0, x0, #0x10; ret
      {.name = "prefetch",
       .words = {0xd0000000, 0xf90003e1, 0xf98003e0, 0x91004000, 0xd65f03c0},
       .found = "page 0x0 0x2010, low12 0xc 0x2010 of 0x2010"},
      // adrp x0, #0x2000; add x0, x0, #0x10; ldr x1, [x0], #8; ldr x1, [x0, #8]; ret
      {.name = "post_index",
       .words = {0xd0000000, 0x91004000, 0xf8408401, 0xf9400401, 0xd65f03c0},
       .found = "page 0x0 0x2010, low12 0x4 0x2010 of 0x2010 together 0x2010 0x2018"},
  };
  return kCases;
}

TEST(CodeA64, PagesAreFollowed) {
  for (const Case& made : cases()) EXPECT_EQ(read(made), made.found) << made.name;
}

TEST(CodeA64, IsSpelledForPeople) {
  struct Line {
    std::uint32_t word;
    const char* text;
  };
  for (const Line& line : std::vector<Line>{{0x910043fd, "add x29, sp, #0x10"},
                                            {0xd10083ff, "sub sp, sp, #0x20"},
                                            {0x7100041f, "cmp w0, #0x1"},
                                            {0xaa0103f3, "mov x19, x1"},
                                            {0x8b020020, "add x0, x1, x2"},
                                            {0xeb01001f, "cmp x0, x1"},
                                            {0xd2824680, "movz x0, #0x1234"},
                                            {0xf2b3c6e0, "movk x0, #0x9e37, lsl #16"},
                                            {0xf9400c20, "ldr x0, [x1, #0x18]"},
                                            {0xb81fc3e0, "str w0, [sp, #-0x4]"},
                                            {0x39400020, "ldrb w0, [x1]"},
                                            {0xb9800420, "ldrsw x0, [x1, #0x4]"},
                                            {0xa9be7bfd, "stp x29, x30, [sp, #-0x20]!"},
                                            {0xa8c27bfd, "ldp x29, x30, [sp], #0x20"},
                                            {0xd63f0020, "blr x1"},
                                            {0xd61f0220, "br x17"},
                                            {0xd65f03c0, "ret"},
                                            {0xd503201f, "nop"},
                                            {0x1e604020, ".inst 0x1e604020"}}) {
    std::string bytes;
    for (unsigned i = 0; i < 4; ++i) bytes += static_cast<char>(line.word >> (8 * i));
    const auto found = elf::list_a64(as_bytes(bytes), 0x1000, 8, {}, [](std::uint64_t) { return ""; });
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].text, line.text);
  }
  // Places by name, or by their distance inside of the run.
  const std::string code("\x40\0\0\x54\x01\0\0\x94", 8);  // B.EQ, BL
  const std::vector<ImageReference> references = {
      {.at = 0x1000, .target = 0x1004, .form = ImageReference::Form::branch19},
      {.at = 0x1004, .target = 0x2000, .form = ImageReference::Form::branch26}};
  const auto found =
      elf::list_a64(as_bytes(code), 0x1000, 8, references, [](std::uint64_t) { return "frob"; });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].text, "b.eq +0x4");
  EXPECT_EQ(found[1].text, "bl frob");
}

}  // namespace
}  // namespace unrepro
