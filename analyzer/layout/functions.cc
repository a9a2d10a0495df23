#include "analyzer/layout/functions.h"

#include <xxhash.h>

#include <algorithm>
#include <unordered_map>

namespace unrepro::layout {
namespace {

constexpr std::uint64_t kMostFiller = 16;  // between two functions
constexpr std::size_t kNone = SIZE_MAX;

struct Atom {
  std::uint64_t begin = 0, end = 0, key = 0;
  std::size_t partner = kNone;
};

// Of the bytes outside of references.
std::uint64_t content_key(const Image& image, const ImageRegion& region, std::uint64_t begin,
                          std::uint64_t end) {
  std::uint64_t key = end - begin;
  const auto add = [&](std::uint64_t from, std::uint64_t to) {
    if (to > from) key = XXH3_64bits_withSeed(region.bytes.data() + (from - region.address), to - from, key);
  };
  auto reference = std::lower_bound(image.references.begin(), image.references.end(), begin,
                                    [](const ImageReference& r, std::uint64_t at) { return r.at < at; });
  std::uint64_t at = begin;
  for (; reference != image.references.end() && reference->at < end; ++reference) {
    add(at, reference->at);
    at = std::min(end, reference->at + reference->width);
  }
  add(at, end);
  return key;
}

std::vector<Atom> atoms_of(const Image& image, const ImageRegion& region) {
  std::vector<Atom> atoms;
  std::unordered_map<std::string_view, std::uint64_t> seen;
  const std::uint64_t limit = region.address + region.size;
  std::uint64_t position = region.address;
  const auto between = [&](std::uint64_t end) {
    if (end > position && end - position >= kMostFiller)
      atoms.push_back({position, end, content_key(image, region, position, end)});
    position = end;
  };
  auto thing = std::lower_bound(image.things.begin(), image.things.end(), region.address,
                                [](const ImageThing& t, std::uint64_t at) { return t.begin < at; });
  for (; thing != image.things.end() && thing->begin < limit; ++thing) {
    if (thing->end > limit) continue;
    between(thing->begin);
    std::uint64_t key = 0;
    if (thing->name.empty()) {
      key = content_key(image, region, thing->begin, thing->end);
    } else {  // static functions of several sources have one name
      key = XXH3_64bits_withSeed(thing->name.data(), thing->name.size(), ++seen[thing->name]);
    }
    atoms.push_back({thing->begin, thing->end, key});
    position = thing->end;
  }
  between(limit);
  return atoms;
}

void pair(Atom& a, std::size_t i, Atom& b, std::size_t j) {
  a.partner = j;
  b.partner = i;
}

void pair_by_key(std::vector<Atom>& left, std::vector<Atom>& right) {
  std::unordered_map<std::uint64_t, std::size_t> by_key;
  for (std::size_t j = 0; j < right.size(); ++j) {
    const auto [at, is_new] = by_key.emplace(right[j].key, j);
    if (!is_new) at->second = kNone;
  }
  std::unordered_map<std::uint64_t, std::size_t> count;
  for (const Atom& atom : left) ++count[atom.key];
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto at = by_key.find(left[i].key);
    if (at != by_key.end() && at->second != kNone && count[left[i].key] == 1)
      pair(left[i], i, right[at->second], at->second);
  }
}

// Between two neighbours that are paired: one by one when there are as many on both sides, else those at both
// ends that are equal.
void pair_between(std::vector<Atom>& left, std::size_t i, std::size_t i_end, std::vector<Atom>& right,
                  std::size_t j, std::size_t j_end) {
  const bool all = i_end - i == j_end - j;
  for (; i < i_end && j < j_end && (all || left[i].key == right[j].key); ++i, ++j) {
    if (right[j].partner == kNone) pair(left[i], i, right[j], j);
  }
  for (; i < i_end && j < j_end && left[i_end - 1].key == right[j_end - 1].key; --i_end, --j_end) {
    if (right[j_end - 1].partner == kNone) pair(left[i_end - 1], i_end - 1, right[j_end - 1], j_end - 1);
  }
}

void pair_by_neighbours(std::vector<Atom>& left, std::vector<Atom>& right) {
  std::size_t j = 0;
  for (std::size_t i = 0; i < left.size();) {
    if (left[i].partner != kNone) {
      j = left[i++].partner + 1;
      continue;
    }
    std::size_t end = i, j_end = j;
    while (end < left.size() && left[end].partner == kNone) ++end;
    while (j_end < right.size() && right[j_end].partner == kNone) ++j_end;
    pair_between(left, i, end, right, j, j_end);
    i = end;
    j = j_end;
  }
}

// What was moved and changed: as many on both sides.
void pair_rest(std::vector<Atom>& left, std::vector<Atom>& right) {
  const auto is_single = [](const Atom& atom) { return atom.partner == kNone; };
  if (std::ranges::count_if(left, is_single) != std::ranges::count_if(right, is_single)) return;
  for (std::size_t i = 0, j = 0; i < left.size(); ++i) {
    if (!is_single(left[i])) continue;
    while (!is_single(right[j])) ++j;
    pair(left[i], i, right[j], j);
  }
}

}  // namespace

std::vector<Piece> pair_functions(const Image& left, const Image& right, const ImageRegion& left_region,
                                  const ImageRegion& right_region) {
  std::vector<Atom> a = atoms_of(left, left_region), b = atoms_of(right, right_region);
  pair_by_key(a, b);
  pair_by_neighbours(a, b);
  pair_rest(a, b);
  std::vector<Piece> pieces;
  for (const Atom& atom : a) {
    if (atom.partner == kNone) continue;
    const Atom& other = b[atom.partner];
    const std::uint64_t size = atom.end - atom.begin, other_size = other.end - other.begin;
    pieces.push_back({atom.begin, other.begin, size, other_size, size != other_size});
  }
  return pieces;
}

}  // namespace unrepro::layout
