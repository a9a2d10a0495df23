// Layout proofs: of a toy image, where each condition of the checker has a case that only it refuses, and of
// a real pair (tests/data/elf/layout.sh), of which no patched copy may be accepted.

#include <gtest/gtest.h>

#include "analyzer/layout/propose.h"
#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

using layout::Certificate;
using layout::Piece;
using testing::compare_bytes;

// Code at 0x100 that takes the address of a string and of a number; data at 0x200: "abc", "/b/x", filler, a
// number of 8 bytes.
class Toy {
 public:
  explicit Toy(const std::string& path) {
    data_ = std::string("abc\0", 4) + path + '\0';
    path_ = 0x204;
    data_.resize((data_.size() + 7) / 8 * 8);
    number_ = 0x200 + data_.size();
    data_ += std::string("\1\2\3\4\5\6\7\0", 8);
    data_ += std::string("\0\0\0\0\0\0\0\0", 8);
    refer(0x100, 0x200);
    refer(0x104, path_);
    refer(0x108, number_);
    code_.push_back('\x90');
    anchors_ = {0x200, path_, number_, number_ + 8};
    extents_ = {{number_, number_ + 8}, {number_ + 8, number_ + 16}};
  }

  Image image() const {
    Image image;
    image.regions = {{.label = "code",
                      .address = 0x100,
                      .size = code_.size(),
                      .bytes = as_bytes(code_),
                      .executable = true},
                     {.label = "data", .address = 0x200, .size = data_.size(), .bytes = as_bytes(data_)}};
    image.references = references_;
    image.anchors = anchors_;
    image.extents = extents_;
    image.taken = anchors_;
    image.frame = {"frame"};
    image.names = {{.name = "entry", .address = 0x100}};
    return image;
  }

  void refer(std::uint64_t at, std::uint64_t target) {
    const auto value = static_cast<std::uint32_t>(target - at - 4);
    for (unsigned i = 0; i < 4; ++i) code_.push_back(static_cast<char>(value >> (8 * i)));
    references_.push_back({.at = at, .target = target, .base = 4});
  }

  std::string code_, data_;
  std::uint64_t path_ = 0, number_ = 0;
  std::vector<ImageReference> references_;
  std::vector<std::uint64_t> anchors_;
  std::vector<ImageExtent> extents_;
};

std::string refusal(const Toy& left, const Toy& right, const Certificate& certificate) {
  const auto found = layout::check(left.image(), right.image(), certificate);
  return found ? found->text() : "";
}

class LayoutCheck : public ::testing::Test {
 protected:
  Toy left_{"/b/x"}, right_{"/longer/directory/x"};
  Certificate proof_ = layout::propose(left_.image(), right_.image());
  std::string refused() { return refusal(left_, right_, proof_); }
  std::string refused(const Image& left, const Image& right) {
    const auto found = layout::check(left, right, proof_);
    return found ? found->text() : "";
  }
};

TEST_F(LayoutCheck, HonestShiftIsProven) {
  EXPECT_EQ(refused(), "");
  ASSERT_EQ(proof_.pieces.size(), 4u);
  EXPECT_TRUE(proof_.pieces[2].edit);
}

TEST_F(LayoutCheck, StaleDisplacement) {
  right_.code_.replace(8, 4, left_.code_, 8, 4);
  right_.references_[2].target = left_.number_;
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, SwappedTargets) {
  Toy swapped("/longer/directory/x");
  swapped.code_.clear();
  swapped.references_.clear();
  swapped.refer(0x100, swapped.path_);
  swapped.refer(0x104, 0x200);
  swapped.refer(0x108, swapped.number_);
  swapped.code_.push_back('\x90');
  EXPECT_NE(refusal(left_, swapped, proof_), "");
  EXPECT_NE(refusal(left_, swapped, layout::propose(left_.image(), swapped.image())), "");
}

TEST_F(LayoutCheck, OtherBytes) {
  right_.data_.back() = 1;
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, OtherCode) {
  right_.code_.back() = '\xcc';
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, ReferenceSeenOnOneSideOnly) {
  left_.references_.pop_back();
  left_.code_.replace(8, 4, right_.code_, 8, 4);
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, NothingRefersToWhatMoves) {
  left_.anchors_.erase(left_.anchors_.begin() + 2);
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, SomethingComesApart) {
  left_.extents_.insert(left_.extents_.begin(), {0x200, left_.number_ + 8});
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, FillerIsNotZero) {
  left_.data_[9] = 'q';
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, TooMuchFiller) {
  proof_.pieces[3].left += 8;
  proof_.pieces[3].right += 8;
  proof_.pieces[3].left_size -= 8;
  proof_.pieces[3].right_size -= 8;
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, PiecesOverlap) {
  proof_.pieces[3].right -= 8;
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, EditsKeepTheLastComponent) {
  EXPECT_NE(refusal(left_, Toy("/longer/directory/y"), proof_), "");
}

TEST_F(LayoutCheck, EditsAreText) {
  right_.data_[6] = '\1';
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, EditsAreReadOnly) {
  Image left = left_.image(), right = right_.image();
  left.regions[1].writable = right.regions[1].writable = true;
  EXPECT_NE(refused(left, right), "");
}

TEST_F(LayoutCheck, AlignmentIsKept) {
  left_.references_[2].align = 32;
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, TheEntryMoves) {
  Image right = right_.image();
  right.names[0].address = 0x104;
  EXPECT_NE(refused(left_.image(), right), "");
}

TEST_F(LayoutCheck, AnotherFrame) {
  Image right = right_.image();
  right.frame[0] = "other";
  EXPECT_NE(refused(left_.image(), right), "");
  right = right_.image();
  right.regions[0].writable = true;
  EXPECT_NE(refused(left_.image(), right), "");
  right = right_.image();
  right.refusal = "not understood";
  EXPECT_NE(refused(left_.image(), right), "");
}

TEST_F(LayoutCheck, AnEndOfSomethingElseIsUncertain) {
  // The number, to which code points, ends where a string begins that moves by another distance.
  const std::string tail("\1\2\3\4\5\6\7\7", 8);
  for (Toy* toy : {&left_, &right_}) {
    toy->data_.replace(toy->data_.size() - 16, 8, tail);
  }
  EXPECT_EQ(refused(), "");
  left_.data_.replace(left_.data_.size() - 8, 8, std::string("/b/z\0\0\0\0", 8));
  right_.data_.replace(right_.data_.size() - 8, 8, std::string(8, '\0') + "/l/z");
  EXPECT_NE(refused(), "");
}

TEST_F(LayoutCheck, WhatStandsBeforeIsReachedFromNowhere) {
  // Data begins with a number, then a string that another alignment moves.
  Toy left("/b/x"), right("/longer/directory/x");
  const auto begin_with = [](Toy& toy, const std::string& head) {
    Image image = toy.image();
    toy.data_.replace(0, 4, head);
    image.regions[1].bytes = as_bytes(toy.data_);
    std::erase_if(image.references, [](const ImageReference& r) { return r.target == 0x200; });
    std::erase(image.anchors, 0x200u);
    image.taken = image.anchors;
    image.regions[0].bytes = image.regions[0].bytes.subspan(4);
    image.regions[0].address += 4;
    image.regions[0].size -= 4;
    image.names[0].address += 4;
    return image;
  };
  const std::string version("\1\0\2\0", 4);
  const auto refused = [](const Image& a, const Image& b) {
    const auto found = layout::check(a, b, layout::propose(a, b));
    return found ? found->text() : "";
  };
  EXPECT_EQ(refused(begin_with(left, version), begin_with(right, version)), "");
  const std::string other("\1\0\3\1", 4);
  EXPECT_NE(refused(begin_with(left, other), begin_with(right, other)), "");
  Image a = begin_with(left, version), b = begin_with(right, version);
  a.anchors.insert(a.anchors.begin(), 0x202);
  EXPECT_NE(refused(a, b), "");
}

TEST_F(LayoutCheck, PlacesBetweenRegionsMoveWithTheirNeighbours) {
  const auto with = [](const Toy& toy, std::uint64_t moved) {
    Image image = toy.image();
    image.regions.push_back({.label = "zero",
                             .address = 0x300 + moved,
                             .size = 8,
                             .bytes = {},
                             .content = ImageRegion::Content::zero,
                             .writable = true});
    image.names.push_back({.name = "mark", .address = 0x180});
    return image;
  };
  const auto refused = [](const Image& a, const Image& b) {
    const auto found = layout::check(a, b, layout::propose(a, b));
    return found ? found->text() : "";
  };
  EXPECT_EQ(refused(with(left_, 0), with(right_, 0)), "");
  Image a = with(left_, 0), b = with(right_, 16);
  EXPECT_EQ(refused(a, b), "");
  a.names[1].address = b.names[1].address = 0x2f8;  // between what stays and what moves
  EXPECT_NE(refused(a, b), "");
}

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

std::string fixture(const char* name) { return test::read_data(std::string("elf/layout-") + name + ".so"); }

TEST(LayoutProof, RealPairIsExplainedByItsPath) {
  const Report report = compare_bytes(fixture("short"), fixture("long"));
  EXPECT_EQ(report.verdict, Verdict::explained);
  ASSERT_EQ(report.causes.size(), 1u);
  EXPECT_EQ(report.causes[0].id, "build-path");
  EXPECT_EQ(report.accounting.unexplained_bytes, 0u);
}

// Whether one of the first findings without a cause, or an alert, is about a byte of the right side.
bool names(const Report& report, std::size_t at) {
  std::size_t looked = 0;
  for (const Finding& finding : report.findings) {
    if (finding.derived || finding.proof != Proof::none || ++looked > 3) continue;
    const auto& right = finding.right;
    if (right && at + 8 > right->offset && at < right->offset + right->length + 8) return true;
  }
  return false;
}

TEST(LayoutProof, NoChangedByteIsAccepted) {
  const std::string left = fixture("short"), right = fixture("long");
  const std::size_t path = right.find("/srv/rebuild"),
                    end = path + std::string_view("/srv/rebuild/worker-seven/frob-1.0").size();
  const std::size_t banner = right.find("GCC: (");
  const std::size_t contents = 0x190, contents_end = 0x1020;  // from .gnu.hash to .got.plt
  std::size_t tried = 0, named = 0;
  for (std::size_t at = 0; at < right.size(); at += test::kStride) {
    if (at >= path && at < end) continue;            // free within the alphabet of paths
    if (at >= banner && at < banner + 38) continue;  // versions in .comment are inert
    std::string patched = right;
    patched[at] = static_cast<char>(patched[at] ^ (1 << at % 8));
    const Report report = compare_bytes(left, patched);
    EXPECT_GE(report.verdict, Verdict::incomplete) << "byte " << at;
    if (at < contents || at >= contents_end) continue;
    ++tried;
    named += names(report, at);
  }
  if (test::kStride == 1) {
    EXPECT_GE(named * 100, tried * 95) << named << " of " << tried;
  }
}

TEST(LayoutProof, NoStaleByteIsAccepted) {
  const std::string left = fixture("short"), right = fixture("long");
  for (std::size_t at = 0; at + 8 <= right.size(); at += test::kStride) {
    for (const std::size_t width : {1u, 4u, 8u}) {
      std::string patched = right;
      patched.replace(at, width, left, at, width);
      if (patched == right) continue;
      const Report report = compare_bytes(left, patched);
      const bool path = patched.find("/srv/rebuild/worker-seven/frob-1.0/frob.c") == std::string::npos;
      EXPECT_TRUE(path || report.verdict >= Verdict::incomplete) << width << " bytes at " << at;
    }
  }
}

TEST(LayoutProof, DebugInformationFollows) {
  const std::string left = fixture("debug-short"), right = fixture("debug-long");
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(testing::causes_of(report), std::vector<std::string>{"build-path"});
  // DW_OP_addr in an expression of nine bytes: left where it was, or elsewhere.
  const std::string_view operation("\x09\x03", 2);
  std::size_t stale = 0;
  for (std::size_t at = right.find(operation); at != right.npos; at = right.find(operation, at + 1)) {
    const std::size_t before = left.find(operation, at - std::min<std::size_t>(at, 64));
    std::string patched = right;
    if (before != left.npos) patched.replace(at + 2, 8, left, before + 2, 8);
    if (patched != right) ++stale;
    if (patched == right) patched[at + 2] = static_cast<char>(patched[at + 2] + 8);
    EXPECT_GE(compare_bytes(left, patched).verdict, Verdict::incomplete) << at;
  }
  EXPECT_GE(stale, 2u);
}

TEST(LayoutProof, ChangedFunctionIsShown) {
  const std::string left = fixture("short");
  std::string right = fixture("long");
  const std::size_t at = right.find("\xe8\x67\xff\xff\xff");
  ASSERT_NE(at, std::string::npos);
  right[at + 1] = static_cast<char>(right[at + 1] + 1);
  const Report report = compare_bytes(left, right);
  const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                  [](const Finding& finding) { return !finding.listing.empty(); });
  ASSERT_NE(found, report.findings.end());
  EXPECT_EQ(found->cause, "unexplained");
  EXPECT_TRUE(found->touches_code);
  EXPECT_EQ(found->field.substr(0, 6), ".text.");
  const auto has = [&](std::string_view sign) {
    return std::any_of(found->listing.begin(), found->listing.end(), [&](const std::string& line) {
      return line.find(std::string(sign) + " call") != std::string::npos;
    });
  };
  EXPECT_TRUE(has("  -"));
  EXPECT_TRUE(has("  +"));
}

}  // namespace
}  // namespace unrepro
