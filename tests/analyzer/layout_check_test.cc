// The checker of layout proofs: each of its conditions has a case that only it refuses.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "analyzer/layout/check.h"

namespace unrepro {
namespace {

using layout::Certificate;
using layout::Piece;

// Images of one region of data at 0x200 that code nowhere refers to, for conditions of pieces.
class Data {
 public:
  std::string bytes;
  std::vector<std::uint64_t> anchors;
  std::vector<ImageExtent> extents;
  std::vector<ImageReference> references;
  bool executable = false, writable = false;

  Image image() const {
    Image image;
    image.regions = {{.label = "data",
                      .address = 0x200,
                      .size = bytes.size(),
                      .bytes = as_bytes(bytes),
                      .executable = executable,
                      .writable = writable}};
    image.references = references;
    image.anchors = image.taken = anchors;
    image.extents = extents;
    return image;
  }
};

std::string refusal(const Data& left, const Data& right, std::vector<Piece> pieces) {
  const auto found = layout::check(left.image(), right.image(), {std::move(pieces)});
  return found ? found->text() : "";
}

// Two things that change places: `first` and a string. Empty when that is accepted.
std::string swapped(const std::string& first, std::vector<ImageExtent> extents, bool executable = false,
                    std::vector<std::uint64_t> inner = {}) {
  const std::string second("xyz\0", 4);
  Data left{first + second, {0x200}, extents, {}, executable};
  left.anchors.insert(left.anchors.end(), inner.begin(), inner.end());
  left.anchors.push_back(0x200 + first.size());
  Data right{second + first, {0x200, 0x204}, {}, {}, executable};
  for (ImageExtent extent : extents) right.extents.push_back({extent.begin + 4, extent.end + 4});
  return refusal(left, right,
                 {{0x200, 0x204, first.size(), first.size()}, {0x200 + first.size(), 0x200, 4, 4}});
}

TEST(LayoutCheckPieces, WhatMovesOnItsOwnHasAnEnd) {
  const auto text = [](const char* bytes, std::size_t size) { return std::string(bytes, size); };
  EXPECT_EQ(swapped(text("abc\0", 4), {}), "");
  EXPECT_EQ(swapped(text("ab\n\0\0\0\0\0", 8), {}), "");
  EXPECT_EQ(swapped(text("\1\2\0abc\0", 7), {}), "");                // the last string of it
  EXPECT_EQ(swapped(text("a\a\r\x1b\0", 5), {}), "");                // what a terminal is told
  EXPECT_EQ(swapped(text("\1\2abc\0", 6), {}, false, {0x202}), "");  // reached on its own
  EXPECT_EQ(swapped(text("\0", 1), {}), "");
  EXPECT_EQ(swapped("\1\2\3\4", {{0x200, 0x204}}), "");
  EXPECT_EQ(swapped(text("\1\2\3\4\0\0", 6), {{0x200, 0x204}}), "");
  EXPECT_NE(swapped("abcd", {}), "");                             // goes on
  EXPECT_NE(swapped(text("\1\2\3\0", 4), {}), "");                // no text
  EXPECT_NE(swapped(text("\1abc\0", 5), {}), "");                 // not all of it
  EXPECT_NE(swapped(text("\0\0", 2), {}), "");                    // perhaps a number
  EXPECT_NE(swapped("\1\2\3\4", {{0x200, 0x202}}), "");           // the rest has no size
  EXPECT_NE(swapped(text("\0\0\0\0", 4), {{0x1f0, 0x200}}), "");  // another one's size
  EXPECT_NE(swapped("\1\2\3\4", {{0x200, 0x206}}), "");           // comes apart
}

TEST(LayoutCheckPieces, CodeIsNotSplit) {
  EXPECT_NE(swapped(std::string("abc\0", 4), {}, true), "");
  Data left{"\x90\x90\x90\x90", {0x200, 0x202}}, right = left;
  left.executable = right.executable = true;
  EXPECT_EQ(refusal(left, right, {{0x200, 0x200, 4, 4}}), "");
  EXPECT_NE(refusal(left, right, {{0x200, 0x200, 2, 2}, {0x202, 0x202, 2, 2}}), "");
}

TEST(LayoutCheckPieces, EverythingIsInOnePiece) {
  const Data data{std::string("abc\0def\0", 8), {0x200, 0x204}};
  EXPECT_EQ(refusal(data, data, {{0x200, 0x200, 8, 8}}), "");
  EXPECT_EQ(refusal(data, data, {{0x200, 0x200, 4, 4}, {0x204, 0x204, 4, 4}}), "");
  EXPECT_NE(refusal(data, data, {}), "");
  EXPECT_NE(refusal(data, data, {{0x200, 0x200, 4, 4}}), "");
  EXPECT_NE(refusal(data, data, {{0x204, 0x204, 4, 4}}), "");
  EXPECT_NE(refusal(data, data, {{0x200, 0x200, 0, 0}, {0x200, 0x200, 8, 8}}), "");
  EXPECT_NE(refusal(data, data, {{0x200, 0x200, 9, 9}}), "");
  EXPECT_NE(refusal(data, data, {{0x200, 0x201, 8, 8}}), "");
  EXPECT_NE(refusal(data, data, {{0x200, 0x1ff, 8, 8}}), "");
  EXPECT_NE(refusal(data, data, {{0x200, 0x200, 8, 7}}), "");
  EXPECT_NE(refusal(data, data, {{0x200, 0x200, 8, 8}, {0x300, 0x300, 4, 4}}), "");
  EXPECT_NE(refusal(data, data, {{0x100, 0x100, 4, 4}, {0x200, 0x200, 8, 8}}), "");
  // Both on one place of the right side.
  const Data twins{std::string("abc\0abc\0", 8), {0x200, 0x204}};
  EXPECT_NE(refusal(twins, twins, {{0x200, 0x200, 4, 4}, {0x204, 0x200, 4, 4}}), "");
}

TEST(LayoutCheckPieces, FillerIsZeroAndAsLongAsAlignmentAsks) {
  // "abc", filler, eight bytes whose size is stated.
  const auto made = [](const std::string& filler) {
    Data data{std::string("abc\0", 4) + filler + "\1\2\3\4\5\6\7\7", {0x200, 0x204 + filler.size()}};
    data.extents = {{0x204 + filler.size(), 0x20c + filler.size()}};
    return data;
  };
  const auto pieces = [](std::uint64_t left, std::uint64_t right) {
    return std::vector<Piece>{{0x200, 0x200, 4, 4}, {0x204 + left, 0x204 + right, 8, 8}};
  };
  const std::string none, four(4, '\0'), twelve(12, '\0'), letter("\0q\0\0", 4);
  EXPECT_EQ(refusal(made(four), made(four), pieces(4, 4)), "");
  EXPECT_EQ(refusal(made(twelve), made(twelve), pieces(12, 12)), "");
  EXPECT_NE(refusal(made(letter), made(letter), pieces(4, 4)), "");
  EXPECT_NE(refusal(made(std::string(3, '\0')), made(std::string(3, '\0')), pieces(3, 3)), "");
  EXPECT_NE(refusal(made(none), made(four), pieces(0, 4)), "");  // aligned on one side only
  EXPECT_NE(refusal(made(std::string(16 + 60, '\0')), made(std::string(76, '\0')), pieces(76, 76)), "");
}

TEST(LayoutCheckPieces, OnlyWholeStringsChange) {
  const auto edit = [](const std::string& a, const std::string& b, bool writable = false,
                       bool executable = false) {
    Data left{a, {0x200}}, right{b, {0x200}};
    left.writable = right.writable = writable;
    left.executable = right.executable = executable;
    return refusal(left, right, {{0x200, 0x200, a.size(), b.size(), true}});
  };
  const std::string a("/b/x\0", 5), b("/long/x\0", 8);
  EXPECT_EQ(edit(a, b), "");
  EXPECT_EQ(edit(std::string("/b\t1/x\n\0", 8), std::string("/long\t1/x\n\0", 11)), "");
  EXPECT_NE(edit(a, b, true), "");
  EXPECT_NE(edit(a, b, false, true), "");
  EXPECT_NE(edit(a, std::string("/long/y\0", 8)), "");
  EXPECT_NE(edit(a, "/long/x"), "");
  EXPECT_NE(edit("/b/x", b), "");
  EXPECT_NE(edit(a, std::string("/lo\0ng/x\0", 9)), "");
  EXPECT_NE(edit(a, std::string("/lo\1ng/x\0", 9)), "");
  EXPECT_NE(edit(std::string("\0", 1), std::string("\0", 1)), "");
  Data left{a, {0x200}, {{0x200, 0x203}}}, right{b, {0x200}};
  EXPECT_NE(refusal(left, right, {{0x200, 0x200, a.size(), b.size(), true}}), "");  // part of something
  left.extents = {{0x200, 0x205}};
  right.extents = {{0x200, 0x208}};
  EXPECT_EQ(refusal(left, right, {{0x200, 0x200, a.size(), b.size(), true}}), "");
}

// A longer string may align its section to a word; nothing else may.
TEST(LayoutCheckFrame, AlignmentFollowsAnEdit) {
  const std::string a("/b/x\0", 5), b("/long/x\0", 8);
  const auto refused = [&](std::uint64_t before, std::uint64_t after, bool edit = true) {
    const Data before_it{a, {0x200}}, after_it{edit ? b : a, {0x200}};
    Image left = before_it.image(), right = after_it.image();
    left.regions[0].align = before;
    right.regions[0].align = after;
    return layout::check(left, right, {{{0x200, 0x200, a.size(), edit ? b.size() : a.size(), edit}}})
        .has_value();
  };
  EXPECT_FALSE(refused(1, 8));
  EXPECT_FALSE(refused(8, 1));
  EXPECT_TRUE(refused(1, 16));
  EXPECT_TRUE(refused(16, 1));
  EXPECT_TRUE(refused(1, 8, false));
}

TEST(LayoutCheckPieces, OneThingStaysTogether) {
  const auto made = [](std::vector<ImageExtent> extents) {
    return Data{std::string("abc\0/b/x\0def\0ghi\0", 17), {0x200, 0x204, 0x209, 0x20d}, std::move(extents)};
  };
  const std::vector<Piece> apart = {{0x200, 0x200, 4, 4}, {0x204, 0x204, 5, 5, true}, {0x209, 0x209, 8, 8}};
  EXPECT_EQ(refusal(made({}), made({}), apart), "");
  EXPECT_EQ(refusal(made({{0x209, 0x211}}), made({{0x209, 0x211}}), apart), "");
  EXPECT_NE(refusal(made({{0x200, 0x20d}}), made({}), apart), "");  // with an edit in it
  EXPECT_NE(refusal(made({}), made({{0x200, 0x20d}}), apart), "");
  EXPECT_NE(refusal(made({{0x200, 0x212}}), made({}), apart), "");  // beyond memory
  EXPECT_NE(refusal(made({{0x100, 0x101}}), made({}), apart), "");
  const std::vector<Piece> beside = {{0x200, 0x200, 4, 4}, {0x204, 0x204, 5, 5}, {0x209, 0x209, 8, 8}};
  EXPECT_EQ(refusal(made({{0x200, 0x20d}}), made({{0x200, 0x20d}}), beside), "");
}

// A word of `width` bytes at 0x200 that denotes a place, then an 8-byte thing, a string and a table.
Data referring(std::uint64_t target, std::uint8_t width, ImageReference::Origin origin, std::uint64_t base,
               const std::string& things) {
  Data data{std::string(8, '\0') + things, {0x200, 0x208, target}};
  std::sort(data.anchors.begin(), data.anchors.end());
  std::uint64_t value = target;
  if (origin == ImageReference::Origin::self) value -= 0x200 + base;
  if (origin == ImageReference::Origin::place) value -= base;
  for (unsigned i = 0; i < width; ++i) data.bytes[i] = static_cast<char>(value >> (8 * i));
  data.references = {{.at = 0x200, .target = target, .base = base, .width = width, .origin = origin}};
  data.extents = {{0x200, 0x208}};
  return data;
}

TEST(LayoutCheckReferences, AreEncodedAnew) {
  using Origin = ImageReference::Origin;
  const std::string a("/b/x\0", 5), b("/long/x\0", 8), tail("end\0", 4);
  for (const Origin origin : {Origin::absolute, Origin::self, Origin::place}) {
    for (std::uint8_t width = 1; width <= 8; width = static_cast<std::uint8_t>(width * 2)) {
      if (origin == Origin::absolute && width == 1) continue;
      const std::uint64_t base = origin == Origin::place ? 0x208 : 4;
      const Data left = referring(0x20d, width, origin, base, a + tail);
      Data right = referring(0x210, width, origin, base, b + tail);
      const std::vector<Piece> pieces = {
          {0x200, 0x200, 8, 8}, {0x208, 0x208, 5, 8, true}, {0x20d, 0x210, 4, 4}};
      EXPECT_EQ(refusal(left, right, pieces), "") << int{width};
      for (unsigned i = 0; i < width; ++i) {
        Data patched = right;
        patched.bytes[i] ^= 1;
        EXPECT_NE(refusal(left, patched, pieces), "") << int{width} << " byte " << i;
      }
      right.references.clear();
      EXPECT_NE(refusal(left, right, pieces), "");
      Data aligned = left;
      aligned.references[0].align = 8;
      EXPECT_EQ(refusal(aligned, referring(0x210, width, origin, base, b + tail), pieces), "");
      aligned.references[0].align = 32;
      EXPECT_NE(refusal(aligned, referring(0x210, width, origin, base, b + tail), pieces), "");
    }
  }
}

TEST(LayoutCheckReferences, StayInReach) {
  using Origin = ImageReference::Origin;
  const std::string a("/b/x\0", 5), tail("end\0", 4);
  const auto refused = [&](std::size_t longer) {
    const std::string b = "/" + std::string(longer, 'a') + std::string("/x\0", 3);
    const std::uint64_t target = 0x208 + b.size();
    return refusal(referring(0x20d, 1, Origin::self, 1, a + tail),
                   referring(target, 1, Origin::self, 1, b + tail),
                   {{0x200, 0x200, 8, 8}, {0x208, 0x208, 5, b.size(), true}, {0x20d, target, 4, 4}});
  };
  EXPECT_EQ(refused(0x7f + 1 - 8 - 4), "");
  EXPECT_NE(refused(0x80 + 1 - 8 - 4), "");
}

TEST(LayoutCheckReferences, IntoAStringThatChangesMeanItsEnd) {
  using Origin = ImageReference::Origin;
  const std::string a("/b/x\0", 5), b("/long/x\0", 8);
  const auto refused = [&](std::uint64_t left, std::uint64_t right) {
    return refusal(referring(left, 2, Origin::absolute, 0, a), referring(right, 2, Origin::absolute, 0, b),
                   {{0x200, 0x200, 8, 8}, {0x208, 0x208, 5, 8, true}});
  };
  EXPECT_EQ(refused(0x20a, 0x20d), "");  // "/x"
  EXPECT_EQ(refused(0x208, 0x208), "");
  EXPECT_NE(refused(0x20a, 0x20a), "");
  EXPECT_NE(refused(0x209, 0x20c), "");  // "b/x" and "g/x"
  EXPECT_NE(refused(0x209, 0x209), "");
}

// Nine bytes of a table, a string or more, and what begins after it, which moves by another distance.
TEST(LayoutCheckReferences, APointerBetweenTwoThingsIsUncertain) {
  using Origin = ImageReference::Origin;
  const auto made = [](bool swap, const std::string& first, std::uint64_t target,
                       std::vector<ImageExtent> extents) {
    const std::string string("/b\0", 3), last("\1\1\1\1", 4);
    Data data =
        referring(target, 2, Origin::absolute, 0, swap ? last + string + first : first + last + string);
    data.extents.insert(data.extents.end(), extents.begin(), extents.end());
    data.anchors = {0x200, 0x208, 0x20c, target};
    data.anchors.push_back(swap ? 0x20fu : 0x210u);
    std::sort(data.anchors.begin(), data.anchors.end());
    return data;
  };
  const auto refused = [&](const std::string& first, std::vector<ImageExtent> left_extents,
                           std::vector<ImageExtent> right_extents, std::vector<std::uint64_t> taken,
                           bool is_table = false) {
    const Data a = made(false, first, 0x20c, left_extents), b = made(true, first, 0x208, right_extents);
    Image left = a.image(), right = b.image();
    left.taken = std::move(taken);
    right.taken.clear();
    if (is_table) left.tables = {0x20c};
    const auto found = layout::check(
        left, right,
        {{{0x200, 0x200, 8, 8}, {0x208, 0x20f, 4, 4}, {0x20c, 0x208, 4, 4}, {0x210, 0x20c, 3, 3}}});
    return found ? found->text() : "";
  };
  const std::vector<ImageExtent> sizes = {{0x208, 0x20c}, {0x20c, 0x210}},
                                 moved = {{0x208, 0x20c}, {0x20f, 0x213}};
  EXPECT_NE(refused("\2\2\2\2", sizes, moved, {0x208, 0x20c}), "");
  EXPECT_EQ(refused("\2\2\2\2", sizes, moved, {0x208}), "");  // read there, not pointed to
  EXPECT_NE(refused("\2\2\2\2", sizes, moved, {0x20c}), "");
  EXPECT_EQ(refused("\2\2\2\2", sizes, moved, {0x20c}, true), "");  // a table after what nobody points to
  EXPECT_NE(refused("\2\2\2\2", sizes, moved, {0x208, 0x20c}, true), "");
  EXPECT_EQ(refused(std::string("abc\0", 4), sizes, moved, {0x208, 0x20c}),
            "");  // nobody means the end of a string
  // Three bytes and filler.
  const std::string three("\2\2\2\0", 4);
  EXPECT_EQ(
      refused(three, {{0x208, 0x20b}, {0x20c, 0x210}}, {{0x208, 0x20c}, {0x20f, 0x212}}, {0x208, 0x20c}), "");
  EXPECT_NE(refused(three, {{0x208, 0x20b, true}, {0x20c, 0x210}}, {{0x208, 0x20c}, {0x20f, 0x212}},
                    {0x208, 0x20c}),
            "");
}

// An A64 instruction at 0x200 whose operand denotes what stands behind a string that becomes longer.
struct Operand {
  ImageReference::Form form;
  std::uint32_t opcode, bits;
  std::uint32_t (*encode)(std::uint64_t target);
  std::uint8_t shift = 0;
};

std::uint32_t split(std::uint64_t value) {
  return static_cast<std::uint32_t>((value & 3) << 29 | (value >> 2 & 0x7ffff) << 5);
}

const std::vector<Operand>& operands() {
  using Form = ImageReference::Form;
  static const std::vector<Operand> kOperands = {
      {Form::branch26, 0x94000000, 0x03ffffff,
       [](std::uint64_t target) { return static_cast<std::uint32_t>((target - 0x200) / 4 & 0x3ffffff); }},
      {Form::branch19, 0x54000001, 0x00ffffe0,
       [](std::uint64_t target) { return static_cast<std::uint32_t>((target - 0x200) / 4 & 0x7ffff) << 5; }},
      {Form::branch14, 0x36000001, 0x0007ffe0,
       [](std::uint64_t target) { return static_cast<std::uint32_t>((target - 0x200) / 4 & 0x3fff) << 5; }},
      {Form::adr, 0x10000001, 0x60ffffe0, [](std::uint64_t target) { return split(target - 0x200); }},
      {Form::adr_page, 0x10000001, 0x60ffffe0,
       [](std::uint64_t target) { return split((target & ~std::uint64_t{0xfff}) - 0x200); }},
      {Form::page, 0x90000001, 0x60ffffe0, [](std::uint64_t target) { return split(target >> 12); }},
      {Form::low12, 0xb9400001, 0x003ffc00,
       [](std::uint64_t target) { return static_cast<std::uint32_t>(target & 0xfff) >> 2 << 10; }, 2},
  };
  return kOperands;
}

Data instruction(const Operand& operand, const std::string& path, std::uint32_t change = 0) {
  const std::uint64_t target = 0x208 + path.size();
  Data data = referring(target, 8, ImageReference::Origin::absolute, 0, path + std::string("end\0", 4));
  const std::uint32_t word = (operand.opcode | operand.encode(target)) ^ change;
  for (unsigned i = 0; i < 8; ++i) data.bytes[i] = i < 4 ? static_cast<char>(word >> (8 * i)) : '\0';
  ImageReference& reference = data.references[0];
  reference.width = 4;
  reference.form = operand.form;
  reference.shift = operand.shift;
  reference.base = target;
  if (operand.form == ImageReference::Form::low12) reference.origin = ImageReference::Origin::place;
  return data;
}

std::string path(std::size_t size) { return "/" + std::string(size - 4, 'a') + std::string("/x\0", 3); }

std::string moved(const Operand& operand, std::size_t left, std::size_t right, std::uint32_t change = 0) {
  return refusal(
      instruction(operand, path(left)), instruction(operand, path(right), change),
      {{0x200, 0x200, 8, 8}, {0x208, 0x208, left, right, true}, {0x208 + left, 0x208 + right, 4, 4}});
}

TEST(LayoutCheckInstructions, OperandsAreEncodedAnew) {
  for (const Operand& operand : operands()) {
    const int form = static_cast<int>(operand.form);
    for (const std::size_t size : {8u, 16u, 40u, 8000u}) {  // the last one reaches another page
      EXPECT_EQ(moved(operand, 8, size), "") << form << " " << size;
      EXPECT_EQ(moved(operand, size, 8), "") << form << " " << size;
      for (unsigned bit = 0; bit < 32; ++bit)
        EXPECT_NE(moved(operand, 8, size, 1u << bit), "") << form << " " << size << " bit " << bit;
    }
  }
}

TEST(LayoutCheckInstructions, OperandsStayInReach) {
  using Form = ImageReference::Form;
  for (const Operand& operand : operands()) {
    const bool in_words = operand.form == Form::branch26 || operand.form == Form::branch19 ||
                          operand.form == Form::branch14 || operand.form == Form::low12;
    EXPECT_EQ(moved(operand, 8, 10) == "", !in_words) << static_cast<int>(operand.form);
  }
  const Operand& test = operands()[2];  // 32 KiB
  EXPECT_EQ(moved(test, 8, (1 << 15) - 8 - 4), "");
  EXPECT_NE(moved(test, 8, (1 << 15) - 8), "");
  const Operand& adr = operands()[3];  // 1 MiB
  EXPECT_EQ(moved(adr, 8, (1 << 20) - 8 - 1), "");
  EXPECT_NE(moved(adr, 8, (1 << 20) - 8), "");
}

TEST(LayoutCheckInstructions, WhatIsAddedToAPageLiesInIt) {
  const Operand& low = operands().back();
  const auto refused = [&](std::uint64_t left, std::uint64_t right) {
    Data a = instruction(low, path(8)), b = instruction(low, path(4000));
    a.references[0].base = left;
    b.references[0].base = right;
    return refusal(a, b, {{0x200, 0x200, 8, 8}, {0x208, 0x208, 8, 4000, true}, {0x210, 0x11a8, 4, 4}});
  };
  EXPECT_EQ(refused(0x210, 0x11a8), "");
  EXPECT_NE(refused(0x200, 0x200), "");   // another page than the target now
  EXPECT_NE(refused(0x400, 0x11a8), "");  // nowhere
}

// Two functions of eight bytes, four numbers and a string that change places: `string` and `numbers` are what
// refers to the beginnings of these two.
std::string pointed(std::uint64_t string, std::uint64_t numbers, bool with_functions = true) {
  const auto made = [&](bool swap, std::string& code, const std::string& data) {
    const std::uint64_t number = swap ? 0x204 : 0x200, text = swap ? 0x200 : 0x204;
    const auto put = [&](std::uint64_t at, std::uint64_t target) {
      for (unsigned i = 0; i < 4; ++i) code[at - 0x100 + i] = static_cast<char>((target - at) >> (8 * i));
    };
    put(string, text);
    put(numbers, number);
    Image image;
    image.regions = {
        {.label = "code", .address = 0x100, .size = code.size(), .bytes = as_bytes(code), .executable = true},
        {.label = "data", .address = 0x200, .size = data.size(), .bytes = as_bytes(data)}};
    image.references = {{.at = string, .target = text}, {.at = numbers, .target = number}};
    std::sort(image.references.begin(), image.references.end(),
              [](const ImageReference& a, const ImageReference& b) { return a.at < b.at; });
    if (with_functions) image.extents = {{0x100, 0x108}, {0x108, 0x110}};
    image.extents.push_back({number, number + 4});
    image.anchors = image.taken = {0x200, 0x204};
    return image;
  };
  std::string left_code(16, '\x90'), right_code = left_code;
  const std::string left_data("\2\2\2\2abc\0", 8), right_data("abc\0\2\2\2\2", 8);
  const Image left = made(false, left_code, left_data), right = made(true, right_code, right_data);
  const auto found =
      layout::check(left, right, {{{0x100, 0x100, 16, 16}, {0x200, 0x204, 4, 4}, {0x204, 0x200, 4, 4}}});
  return found ? found->text() : "";
}

TEST(LayoutCheckReferences, AnEndIsMeantOnlyBesideItsBeginning) {
  EXPECT_EQ(pointed(0x100, 0x108), "");  // in another function
  EXPECT_EQ(pointed(0x108, 0x104), "");
  EXPECT_EQ(pointed(0x10c, 0x104), "");
  EXPECT_NE(pointed(0x100, 0x104), "");
  EXPECT_NE(pointed(0x10c, 0x108), "");
  EXPECT_NE(pointed(0x100, 0x108, false), "");  // nobody knows which function that is
}

TEST(LayoutCheckFrame, IsTheSame) {
  const Data data{std::string("abc\0def\0", 8), {0x200, 0x204}};
  const Image left = [&] {
    Image image = data.image();
    image.regions.push_back({.label = "zero",
                             .address = 0x300,
                             .size = 8,
                             .bytes = {},
                             .content = ImageRegion::Content::zero,
                             .writable = true});
    image.frame = {"a", "b", "segment c", "section d"};
    image.names = {{.name = "entry", .address = 0x204}, {.name = "none"}};
    image.labels = {{"x", 0x204, 0}, {"y", 5}};
    return image;
  }();
  const Certificate proof{{{0x200, 0x200, 8, 8}, {0x300, 0x300, 8, 8}}};
  ASSERT_FALSE(layout::check(left, left, proof));
  EXPECT_TRUE(layout::labels_follow(left, left, proof));
  const auto refused = [&](const std::function<void(Image&)>& change) {
    Image right = left;
    change(right);
    return layout::check(left, right, proof) && layout::check(right, left, proof);
  };
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(refused([&](Image& image) { image.frame[i] += "x"; }));
  EXPECT_TRUE(refused([](Image& image) { image.frame.pop_back(); }));
  EXPECT_TRUE(refused([](Image& image) { image.refusal = "no"; }));
  EXPECT_TRUE(refused([](Image& image) { image.regions.pop_back(); }));
  EXPECT_TRUE(refused([](Image& image) { image.regions[1].label = "x"; }));
  EXPECT_TRUE(refused([](Image& image) { image.regions[1].writable = false; }));
  EXPECT_TRUE(refused([](Image& image) { image.regions[1].executable = true; }));
  EXPECT_TRUE(refused([](Image& image) { image.regions[1].size = 16; }));
  EXPECT_TRUE(refused([](Image& image) { image.regions[0].align = 8; }));
  EXPECT_TRUE(refused([](Image& image) { image.regions[1].content = ImageRegion::Content::elsewhere; }));
  EXPECT_TRUE(refused([](Image& image) { image.names.pop_back(); }));
  EXPECT_TRUE(refused([](Image& image) { image.names[0].name = "x"; }));
  EXPECT_TRUE(refused([](Image& image) { image.names[0].address = 0x200; }));
  EXPECT_TRUE(refused([](Image& image) { image.names[1].address = 0x204; }));
  // Memory without bytes is not split.
  EXPECT_TRUE(
      layout::check(left, left, {{{0x200, 0x200, 8, 8}, {0x300, 0x300, 4, 4}, {0x304, 0x304, 4, 4}}}));
  const auto follows = [&](const std::function<void(Image&)>& change) {
    Image right = left;
    change(right);
    return layout::labels_follow(left, right, proof);
  };
  EXPECT_FALSE(follows([](Image& image) { image.labels.pop_back(); }));
  EXPECT_FALSE(follows([](Image& image) { image.labels[0].name = "z"; }));
  EXPECT_FALSE(follows([](Image& image) { image.labels[0].address = 0x200; }));
  EXPECT_FALSE(follows([](Image& image) { image.labels[0].region = 1; }));
}

TEST(LayoutRefusal, SaysWhere) {
  EXPECT_EQ((layout::Refusal{.reason = "no", .region = "data", .offset = 16, .in_left = true}.text()),
            "no, left data+0x10");
  EXPECT_EQ((layout::Refusal{.reason = "no", .region = "data"}.text()), "no, right data+0x0");
  EXPECT_EQ((layout::Refusal{.reason = "no", .region = {}}.text()), "no");
}

}  // namespace
}  // namespace unrepro
