// Layout proofs of objects before linking (tests/data/elf/layout.sh): the same source compiled in two
// directories, and no patched copy that is accepted.

#include <gtest/gtest.h>

#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

using testing::compare_bytes;

constexpr std::string_view kDirectory = "/srv/rebuild/worker-seven/frob-1.0";

std::uint64_t number(const std::string& file, std::size_t at, unsigned width) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i)
    value |= std::uint64_t{static_cast<std::uint8_t>(file[at + i])} << (8 * i);
  return value;
}

void set(std::string& file, std::size_t at, unsigned width, std::uint64_t value) {
  for (unsigned i = 0; i < width; ++i) file[at + i] = static_cast<char>(value >> (8 * i));
}

struct Section {
  std::size_t offset, size;
};

// Those of one type (sh_type) that are not empty.
std::vector<Section> sections(const std::string& file, std::uint64_t type) {
  std::vector<Section> found;
  const std::size_t table = number(file, 40, 8), count = number(file, 60, 2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = table + i * 64;
    if (number(file, at + 4, 4) == type && number(file, at + 32, 8) != 0)
      found.push_back({number(file, at + 24, 8), number(file, at + 32, 8)});
  }
  return found;
}

class LayoutObject : public ::testing::TestWithParam<std::string> {
 protected:
  static std::string read(const char* side) {
    return test::read_data("elf/layout-" + GetParam() + "object-" + side + ".o");
  }
  Verdict verdict(const std::string& patched) const { return compare_bytes(left_, patched).verdict; }

  static constexpr std::size_t kBanner = 38;  // versions in .comment are inert
  std::string left_ = read("short"), right_ = read("long");
  std::size_t banner_ = std::min(right_.find("GCC: ("), right_.find("Debian clang"));
};

TEST_P(LayoutObject, IsExplainedByItsPath) {
  const Report report = compare_bytes(left_, right_);
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(testing::causes_of(report), std::vector<std::string>{"build-path"});
  EXPECT_EQ(report.accounting.unexplained_bytes, 0u);
  EXPECT_EQ(report.alerts, 0u);
}

TEST_P(LayoutObject, NoChangedByteIsAccepted) {
  const std::size_t path = right_.find(kDirectory);
  for (std::size_t at = 0; at < right_.size(); at += test::kStride) {
    if (at - path < kDirectory.size() || at - banner_ < kBanner) continue;
    for (const int bit : {1 << at % 8, 1 << (at + 3) % 8}) {
      std::string patched = right_;
      patched[at] = static_cast<char>(patched[at] ^ bit);
      EXPECT_GE(verdict(patched), Verdict::incomplete) << "byte " << at << " bit " << bit;
    }
  }
}

TEST_P(LayoutObject, NoStaleByteIsAccepted) {
  for (std::size_t at = 0; at + 8 <= std::min(left_.size(), right_.size()); at += test::kStride) {
    for (const std::size_t width : {1u, 4u, 8u}) {
      std::string patched = right_;
      patched.replace(at, width, left_, at, width);
      if (at + width - banner_ < kBanner + width) continue;
      if (patched == right_ || patched.find(kDirectory) == patched.npos) continue;
      EXPECT_GE(verdict(patched), Verdict::incomplete) << width << " bytes at " << at;
    }
  }
}

TEST_P(LayoutObject, NoChangedRelocationIsAccepted) {
  std::size_t tried = 0;
  for (const Section& table : sections(right_, 4)) {
    for (std::size_t at = table.offset; at < table.offset + table.size; at += 24) {
      const auto with = [&](std::size_t field, unsigned width, std::uint64_t value) {
        std::string patched = right_;
        set(patched, at + field, width, value);
        if (patched != right_) {
          ++tried;
          EXPECT_GE(verdict(patched), Verdict::incomplete) << "relocation at " << at << "+" << field;
        }
      };
      for (const std::uint64_t step : {1, 4, 8, 16, -1, -4, -8, -16}) {
        with(0, 8, number(right_, at, 8) + step);
        with(16, 8, number(right_, at + 16, 8) + step);
      }
      for (const std::uint64_t type : {0, 1, 2, 4, 9, 10, 11, 42, 257, 275, 277, 278, 282, 283, 286, 311})
        with(8, 4, type);
      const std::uint64_t symbol = number(right_, at + 12, 4);
      for (const std::uint64_t other : {symbol + 1, symbol - 1, symbol + 2, std::uint64_t{0}})
        with(12, 4, other);
      // What another relocation of the table refers to.
      for (std::size_t twin = table.offset; twin < at; twin += 24) {
        std::string patched = right_;
        std::swap_ranges(patched.begin() + static_cast<std::ptrdiff_t>(at + 8),
                         patched.begin() + static_cast<std::ptrdiff_t>(at + 24),
                         patched.begin() + static_cast<std::ptrdiff_t>(twin + 8));
        if (patched != right_) {
          EXPECT_GE(verdict(patched), Verdict::incomplete) << "swapped " << at << " and " << twin;
        }
      }
    }
  }
  EXPECT_GT(tried, 300u);
}

TEST_P(LayoutObject, NoChangedSymbolIsAccepted) {
  for (const Section& table : sections(right_, 2)) {
    for (std::size_t at = table.offset; at < table.offset + table.size; at += 24) {
      for (std::size_t field = 0; field < 24; ++field) {
        for (const int step : {1, 4, -1}) {
          std::string patched = right_;
          patched[at + field] = static_cast<char>(patched[at + field] + step);
          EXPECT_GE(verdict(patched), Verdict::incomplete) << "symbol at " << at << "+" << field;
        }
      }
    }
  }
}

// What stands under a relocation with an addend is read by nobody, and must say nothing.
TEST_P(LayoutObject, BytesUnderRelocationsAreZero) {
  std::string left = left_, right = right_;
  for (std::string* file : {&left, &right}) {
    const std::size_t table = number(*file, 40, 8), count = number(*file, 60, 2);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t rela = table + i * 64;
      if (number(*file, rela + 4, 4) != 4) continue;
      const std::size_t changed = table + number(*file, rela + 44, 4) * 64;
      const std::size_t first = number(*file, number(*file, rela + 24, 8), 8);
      (*file)[number(*file, changed + 24, 8) + first] |= file == &left ? 0 : 1;
    }
  }
  EXPECT_EQ(verdict(right_), Verdict::explained);
  EXPECT_GE(compare_bytes(left, right).verdict, Verdict::incomplete);
}

INSTANTIATE_TEST_SUITE_P(Compilers, LayoutObject, ::testing::Values("", "a64-", "clang-", "cxx-"));

}  // namespace
}  // namespace unrepro
