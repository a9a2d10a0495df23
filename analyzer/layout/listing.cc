#include "analyzer/layout/listing.h"

#include <xxhash.h>

#include <algorithm>

#include "analyzer/align/sequence.h"
#include "formats/value.h"

namespace unrepro::layout {
namespace {

constexpr std::size_t kMostInstructions = 8192;  // of one function
constexpr std::size_t kMostLines = 48;
constexpr std::uint64_t kAround = 2;
// Of a listing that is cut after a few lines.
constexpr AlignCost kCost = {.max_edits = 128, .steps_per_element = 4, .max_rounds = 2};

using Instructions = std::vector<ImageInstruction>;

std::vector<std::uint64_t> hashes(const Instructions& instructions) {
  std::vector<std::uint64_t> found;
  found.reserve(instructions.size());
  for (const ImageInstruction& line : instructions)
    found.push_back(XXH3_64bits(line.text.data(), line.text.size()));
  return found;
}

class Lines {
 public:
  explicit Lines(std::vector<std::string>& out) : out_(out) {}
  void add(char sign, const ImageInstruction& line, std::uint64_t begin) {
    if (out_.size() < kMostLines) {
      out_.push_back("+" + hex(line.address - begin) + "  " + sign + " " + line.text);
    } else {
      ++omitted_;
    }
  }
  void finish() {
    if (omitted_ > 0) out_.push_back("  … " + std::to_string(omitted_) + " more lines");
  }

 private:
  std::vector<std::string>& out_;
  std::size_t omitted_ = 0;
};

}  // namespace

std::vector<std::string> list_changes(const Image& left, const Image& right, const Certificate& certificate,
                                      const Deviation& function, std::size_t& budget) {
  const auto read = [&](const Image& image, const ImageExtent& run, const auto& name) {
    Instructions found;
    if (run.end > run.begin) found = list_instructions(image, run, std::min(budget, kMostInstructions), name);
    budget -= found.size();
    return found;
  };
  // What the left side means, in the words of the right one.
  const Instructions a = read(left, function.left, [&](std::uint64_t address) {
    return piece_at(certificate.pieces, address) != nullptr
               ? describe_place(right, counterpart(certificate, address))
               : describe_place(left, address);
  });
  const Instructions b =
      read(right, function.right, [&](std::uint64_t address) { return describe_place(right, address); });
  std::vector<std::string> out;
  Lines lines(out);
  std::uint64_t shown = 0;  // of the right side, up to here
  for (const Hunk& hunk : align_sequences(hashes(a), hashes(b), kCost)) {
    const auto context = [&](std::uint64_t begin, std::uint64_t end) {
      for (std::uint64_t i = std::max(begin, shown); i < end; ++i) lines.add(' ', b[i], function.right.begin);
      shown = std::max(shown, end);
    };
    if (shown > 0) context(shown, std::min(hunk.right_begin, shown + kAround));
    context(hunk.right_begin - std::min(hunk.right_begin, kAround), hunk.right_begin);
    for (std::uint64_t i = hunk.left_begin; i < hunk.left_end; ++i) lines.add('-', a[i], function.left.begin);
    for (std::uint64_t i = hunk.right_begin; i < hunk.right_end; ++i)
      lines.add('+', b[i], function.right.begin);
    shown = hunk.right_end;
  }
  if (!out.empty()) {
    for (std::uint64_t i = shown; i < std::min<std::uint64_t>(b.size(), shown + kAround); ++i)
      lines.add(' ', b[i], function.right.begin);
  }
  lines.finish();
  return out;
}

}  // namespace unrepro::layout
