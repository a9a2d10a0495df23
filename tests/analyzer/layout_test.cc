// Layout proofs: of a toy image, and of real pairs (tests/data/elf/layout.sh), of which no patched copy may
// be accepted.

#include <gtest/gtest.h>

#include "analyzer/layout/places.h"
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

TEST(LayoutProof, NoChangedByteOfA64IsAccepted) {
  const std::string left = fixture("a64-short"), right = fixture("a64-long");
  const Report honest = compare_bytes(left, right);
  EXPECT_EQ(honest.verdict, Verdict::explained);
  EXPECT_EQ(testing::causes_of(honest), std::vector<std::string>{"build-path"});
  const std::string_view directory = "/srv/rebuild/worker-seven/frob-1.0";
  const std::size_t path = right.find(directory), banner = right.find("GCC: (");
  for (std::size_t at = 0; at < right.size(); at += 3 * test::kStride) {
    if (at - path < directory.size() || at - banner < 38) continue;
    std::string patched = right;
    patched[at] = static_cast<char>(patched[at] ^ (1 << at % 8));
    EXPECT_GE(compare_bytes(left, patched).verdict, Verdict::incomplete) << "byte " << at;
    patched = right;
    patched.replace(at, 4, left, at, 4);
    if (patched == right || patched.find(directory) == std::string::npos) continue;
    EXPECT_GE(compare_bytes(left, patched).verdict, Verdict::incomplete) << "stale at " << at;
  }
}

TEST(LayoutPlaces, BehindARegionIsBehindItsLastByte) {
  Image left, right;
  left.regions = right.regions = {{.label = ".text", .address = 0x100, .size = 16}};
  right.regions[0].address = 0x200;
  const layout::Certificate whole{{{0x100, 0x200, 16, 16}}},
      parts{{{0x100, 0x208, 8, 8}, {0x108, 0x200, 8, 8}}};
  const auto there = [&](const layout::Certificate& certificate, const char* place) {
    return layout::moved_place(left, right, certificate, place).value_or("nowhere");
  };
  EXPECT_EQ(there(whole, ".text+0xf"), ".text+0xf");
  EXPECT_EQ(there(whole, ".text+0x10"), ".text+0x10");  // where a call returns that ends the code
  EXPECT_EQ(there(whole, ".text+0x11"), "nowhere");
  EXPECT_EQ(there(parts, ".text+0xf"), ".text+0x7");
  EXPECT_EQ(there(parts, ".text+0x10"), "nowhere");
  right.regions[0].size = 32;
  EXPECT_EQ(there(whole, ".text+0x10"), "nowhere");
  EXPECT_EQ(there(whole, ".data+0x0"), "nowhere");
  EXPECT_EQ(there(whole, "0x10"), "0x10");
}

// gold fills the gap before a function with zeros, which need be no whole instructions.
TEST(LayoutProof, ZerosBetweenFunctionsAreFiller) {
  const std::string left = fixture("gold-short"), right = fixture("gold-long");
  EXPECT_EQ(testing::causes_of(compare_bytes(left, right)), std::vector<std::string>{"build-path"});
  const std::size_t filler = right.find(std::string(9, '\0') + "\x31\xed");  // _start
  ASSERT_NE(filler, right.npos);
  for (std::size_t at = filler; at < filler + 9; ++at) {
    std::string patched = right;
    patched[at] = '\x90';
    EXPECT_EQ(compare_bytes(left, patched).verdict, Verdict::divergent) << at - filler;
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
