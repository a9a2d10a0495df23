// One direction at a time: the pieces tile the image; they part only where that can be seen to be between two
// things; bytes outside of references are equal; every reference, encoded anew for where it and its target
// are now, gives the bytes of the other side. Both directions are needed: what is a reference is decided from
// the bytes of the side that is read, and either side may have been made by an attacker.

#include "analyzer/layout/check.h"

#include <algorithm>
#include <array>
#include <bit>

#include "formats/value.h"

namespace unrepro::layout {
namespace {

constexpr std::uint64_t kLargestAlignment = 64;
constexpr int kExtentsSearched = 16;
constexpr std::uint64_t kNearby = 256;     // of pointers in data
constexpr unsigned kPageBits = 12;         // of ADRP
constexpr std::uint64_t kMostFiller = 64;  // bytes: the largest alignment of things in data

struct Move {
  std::uint64_t from = 0, to = 0, size = 0, to_size = 0;
  bool edit = false;
  std::uint64_t shift() const { return to - from; }  // modulo 2^64
  std::uint64_t end() const { return from + size; }
};

bool is_text(std::uint8_t byte) { return (byte >= ' ' && byte != 0x7f) || byte == '\n' || byte == '\t'; }

// Also the characters that move a terminal's cursor.
bool is_message(std::uint8_t byte) { return is_text(byte) || (byte >= '\a' && byte <= '\r') || byte == 0x1b; }

class Direction {
 public:
  Direction(const Image& from, const Image& to, std::vector<Move> moves, bool forward)
      : from_(from), to_(to), moves_(std::move(moves)), forward_(forward) {
    std::sort(moves_.begin(), moves_.end(), [](const Move& a, const Move& b) { return a.from < b.from; });
    std::uint64_t reach = 0;
    reach_.reserve(from.extents.size());
    for (const ImageExtent& extent : from.extents) {
      if (!extent.at_least) reach = std::max(reach, extent.end);
      reach_.push_back(reach);
    }
  }

  std::optional<Refusal> run() {
    if (tile() && keep_extents() && compare() && predict()) map_names();
    return std::move(refusal_);
  }

  bool labels_follow() {
    if (from_.labels.size() != to_.labels.size()) return false;
    for (std::size_t i = 0; i < from_.labels.size(); ++i) {
      const ImageName& a = from_.labels[i];
      const ImageName& b = to_.labels[i];
      if (a.name != b.name || a.region != b.region) return false;
      if (a.region == ImageReference::kAnywhere) continue;
      const auto place = map(a.address, a.region);
      if (!place || *place != b.address) return false;
    }
    return true;
  }

 private:
  bool refuse(std::string reason, std::uint64_t address) {
    const ImageRegion* region = region_at(from_, address);
    refusal_ = Refusal{.reason = std::move(reason),
                       .region = region != nullptr ? region->label : std::string(),
                       .offset = region != nullptr ? address - region->address : address,
                       .in_left = forward_};
    return false;
  }

  static const ImageRegion* region_at(const Image& image, std::uint64_t address) {
    auto at = std::upper_bound(
        image.regions.begin(), image.regions.end(), address,
        [](std::uint64_t value, const ImageRegion& region) { return value < region.address; });
    if (at == image.regions.begin()) return nullptr;
    --at;
    return address - at->address < at->size ? &*at : nullptr;
  }
  // The move that an address lies in, or null.
  const Move* move_at(std::uint64_t address) const {
    auto at = std::upper_bound(moves_.begin(), moves_.end(), address,
                               [](std::uint64_t value, const Move& move) { return value < move.from; });
    if (at == moves_.begin()) return nullptr;
    --at;
    return address - at->from < at->size ? &*at : nullptr;
  }
  Bytes bytes(const Image& image, std::uint64_t address, std::uint64_t size) const {
    const ImageRegion* region = region_at(image, address);
    if (region == nullptr || region->bytes.empty()) return {};
    const std::uint64_t at = address - region->address;
    return at <= region->bytes.size() && size <= region->bytes.size() - at ? region->bytes.subspan(at, size)
                                                                           : Bytes{};
  }

  // Moves cover every region but for filler, and stay inside their region on both sides.
  bool tile() {
    auto next = moves_.begin();
    for (std::size_t i = 0; i < from_.regions.size(); ++i) {
      const ImageRegion& region = from_.regions[i];
      const ImageRegion& other = to_.regions[i];
      std::uint64_t position = region.address;
      const Move* before = nullptr;
      for (; next != moves_.end() && next->from - region.address < region.size; ++next) {
        const Move& move = *next;
        if (move.from < position || move.size == 0 || move.size > region.address + region.size - move.from) {
          return refuse("pieces overlap", move.from);
        }
        const std::uint64_t inside = move.to - other.address;
        if (move.to < other.address || inside > other.size || move.to_size > other.size - inside) {
          return refuse("a piece leaves its region", move.from);
        }
        if (!move.edit && move.size != move.to_size) return refuse("a piece changes its size", move.from);
        if (region.content != ImageRegion::Content::bytes &&
            (move.size != region.size || move.to_size != other.size)) {
          return refuse("a region without bytes is split", move.from);
        }
        if (!is_filler(region, position, move)) return refuse("nothing known", position);
        if (!may_part(region, other, before, move)) return false;
        if (move.edit && !is_edit(region, move)) return refuse("bytes change that are no string", move.from);
        position = move.end();
        before = &move;
      }
      if (position != region.address + region.size) return refuse("nothing known", position);
    }
    return next == moves_.end() || refuse("a piece outside of memory", next->from);
  }

  // Zeros that the alignment of the next piece asks for, as far as it is aligned on both sides.
  bool is_filler(const ImageRegion& region, std::uint64_t begin, const Move& next) const {
    const std::uint64_t end = next.from;
    if (begin == end) return true;
    // A string may need an alignment on one side only: compilers choose it by its length.
    const std::uint64_t places = next.from | kLargestAlignment | (begins_string(next.from) ? 0 : next.to);
    const std::uint64_t natural = places & -places;
    if (end - begin >= natural || region.executable) return false;
    const Bytes filler = bytes(from_, begin, end - begin);
    return !filler.empty() &&
           std::all_of(filler.begin(), filler.end(), [](std::uint8_t byte) { return byte == 0; });
  }

  // Whether what stands before a piece and the piece are two things: something refers to the beginning of the
  // piece, and where what stands before ends is known.
  bool may_part(const ImageRegion& region, const ImageRegion& other, const Move* before, const Move& move) {
    const std::uint64_t limit = before != nullptr ? before->end() : region.address;
    if (move.from == region.address) {
      const bool split = move.to != other.address || move.size != region.size;
      if (split && (region.executable || region.content != ImageRegion::Content::bytes)) {
        return refuse("code or memory without bytes is split", move.from);
      }
      return true;
    }
    if (region.executable || region.content != ImageRegion::Content::bytes)
      return refuse("code is split", move.from);
    if (!std::binary_search(from_.anchors.begin(), from_.anchors.end(), move.from)) {
      return refuse("nothing refers to what moves on its own", move.from);
    }
    if (before == nullptr) return refuse("a region begins with filler", limit);
    if (!ends_known(*before)) return refuse("the end of what stands before is not known", move.from);
    return true;
  }

  // _IO_stdin_used, with which glibc begins the constants of every program: 0x20001, to which nothing refers.
  bool is_start_file(const Move& move) const {
    constexpr std::array<std::uint8_t, 4> kVersion = {1, 0, 2, 0};
    const ImageRegion* region = region_at(from_, move.from);
    if (region == nullptr || region->address != move.from || region->writable) return false;
    const auto first = std::lower_bound(from_.anchors.begin(), from_.anchors.end(), move.from);
    const bool is_reached = first != from_.anchors.end() && *first < move.end();
    return !is_reached && std::ranges::equal(bytes(from_, move.from, move.size), kVersion);
  }

  // Whether the last thing in a piece ends with the piece, but for filler.
  bool ends_known(const Move& move) {
    if (move.edit) return true;
    if (is_start_file(move)) return true;
    auto anchor = std::lower_bound(from_.anchors.begin(), from_.anchors.end(), move.end());
    const std::uint64_t last =
        anchor == from_.anchors.begin() ? move.from : std::max(*std::prev(anchor), move.from);
    const Bytes content = bytes(from_, last, move.end() - last);
    if (content.empty()) return false;
    std::size_t used = content.size();
    while (used > 0 && content[used - 1] == 0) --used;
    // A string: text up to its NUL.
    if (used > 0 && used < content.size()) {
      std::size_t begin = used;
      while (begin > 0 && is_message(content[begin - 1])) --begin;
      const bool whole = begin == 0 || content[begin - 1] == 0;
      if (whole && begin < used) return true;
    }
    if (used == 0 && content.size() == 1) return true;  // the empty string
    // Something whose size is stated.
    auto extent = extents_behind(last);
    for (int i = 0; i < kExtentsSearched && extent != from_.extents.begin(); ++i) {
      --extent;
      if (extent->end > last && extent->end <= move.end() && extent->end - last >= used) return true;
    }
    return false;
  }

  // Of a path; empty for other text.
  static std::string_view last_component(std::string_view text) {
    const std::size_t slash = text.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : text.substr(slash);
  }

  // A whole string of read-only data on both sides. Paths keep their last component: else two of them could
  // have been swapped.
  bool is_edit(const ImageRegion& region, const Move& move) const {
    if (region.executable || region.writable || region.content != ImageRegion::Content::bytes) return false;
    const auto is_string = [](Bytes text) {
      return text.size() > 1 && text.back() == 0 && std::all_of(text.begin(), text.end() - 1, is_text);
    };
    const Bytes a = bytes(from_, move.from, move.size), b = bytes(to_, move.to, move.to_size);
    return is_string(a) && is_string(b) && last_component(as_text(a)) == last_component(as_text(b));
  }

  // Nothing comes apart that is one thing.
  bool keep_extents() {
    for (const ImageExtent& extent : from_.extents) {
      const Move* first = move_at(extent.begin);
      if (first == nullptr) return refuse("something known begins in filler", extent.begin);
      if (extent.end <= first->end()) {
        if (first->edit && (extent.begin != first->from || extent.end != first->end())) {
          return refuse("a string that changes is part of something", extent.begin);
        }
        continue;
      }
      const Move* last = move_at(extent.end - 1);
      if (last == nullptr || last->shift() != first->shift())
        return refuse("something comes apart", extent.begin);
      for (const Move* at = first; at <= last; ++at) {
        if (at->edit || at->shift() != first->shift()) return refuse("something comes apart", at->from);
      }
    }
    return true;
  }

  bool compare() {
    auto reference = from_.references.begin();
    for (const Move& move : moves_) {
      const ImageRegion* region = region_at(from_, move.from);
      if (region == nullptr || region->content != ImageRegion::Content::bytes) continue;
      while (reference != from_.references.end() && reference->at + reference->width <= move.from)
        ++reference;
      std::uint64_t position = move.from;
      for (; reference != from_.references.end() && reference->at < move.end(); ++reference) {
        if (move.edit || reference->at < move.from || reference->at + reference->width > move.end()) {
          return refuse("a reference comes apart", reference->at);
        }
        if (!same(move, position, reference->at)) return false;
        position = reference->at + reference->width;
      }
      if (!move.edit && !same(move, position, move.end())) return false;
    }
    return true;
  }

  bool same(const Move& move, std::uint64_t begin, std::uint64_t end) {
    if (begin == end) return true;
    const Bytes a = bytes(from_, begin, end - begin), b = bytes(to_, begin + move.shift(), end - begin);
    if (a.empty() || b.empty()) return refuse("no bytes", begin);
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin());
    return x == a.end() ||
           refuse("other bytes that are no reference", begin + static_cast<std::uint64_t>(x - a.begin()));
  }

  // Where an address, referred to from `at`, is on the other side; empty when that is not certain.
  std::optional<std::uint64_t> map(std::uint64_t address, std::uint16_t region, std::uint64_t at = 0) const {
    const Move* inside = move_at(address);
    if (inside != nullptr && inside->from != address && !in_region(address, region)) inside = nullptr;
    if (inside != nullptr && inside->from != address) return within(*inside, address);
    // The beginning of one thing may be the end of another.
    const Move* before = address > 0 ? move_at(address - 1) : nullptr;
    const bool begins = inside != nullptr && in_region(address, region);
    const bool ends = before != nullptr && in_region(address - 1, region);
    if (!begins && !ends) return region == ImageReference::kAnywhere ? between(address) : std::nullopt;
    const std::uint64_t as_end = before != nullptr ? before->to + before->to_size : 0;
    if (!begins) return as_end;
    if (!ends || as_end == inside->to || is_string_end(*before)) return inside->to;
    // What is read, written or jumped to there begins there; only a pointer may mean an end.
    if (!is_taken(address, address + 1)) return inside->to;
    if (ends_in_filler(last_thing(*before), address)) return inside->to;
    // A table of jumps, after what nobody points to.
    if (std::binary_search(from_.tables.begin(), from_.tables.end(), address) &&
        !is_taken(before->from, address))
      return inside->to;
    // Who points to the end of something points to its beginning as well.
    if (begins_string(address) && !near_pointer_into(last_thing(*before), address, at)) return inside->to;
    return std::nullopt;
  }
  // A place between two regions: the linker marks where one would have begun that is empty. Certain where
  // what stands before and after it keeps its distance.
  std::optional<std::uint64_t> between(std::uint64_t address) const {
    if (region_at(from_, address) != nullptr) return std::nullopt;
    const auto after =
        std::upper_bound(moves_.begin(), moves_.end(), address,
                         [](std::uint64_t value, const Move& move) { return value < move.from; });
    if (after == moves_.begin() || after == moves_.end()) return std::nullopt;
    const Move& before = *std::prev(after);
    if (before.edit || before.shift() != after->shift()) return std::nullopt;
    return address + before.shift();
  }
  bool in_region(std::uint64_t address, std::uint16_t region) const {
    if (region == ImageReference::kAnywhere) return true;
    return region < from_.regions.size() &&
           address - from_.regions[region].address < from_.regions[region].size;
  }
  // The first extent that begins behind an address.
  std::vector<ImageExtent>::const_iterator extents_behind(std::uint64_t address) const {
    return std::upper_bound(from_.extents.begin(), from_.extents.end(), address,
                            [](std::uint64_t value, const ImageExtent& e) { return value < e.begin; });
  }
  // Whether a thing has a size, by all that state one, and only filler lies between it and `address`.
  bool ends_in_filler(std::uint64_t begin, std::uint64_t address) const {
    const auto next = extents_behind(begin);
    if (next == from_.extents.begin()) return false;
    const std::uint64_t end = reach_[static_cast<std::size_t>(next - from_.extents.begin()) - 1];
    if (end <= begin || end >= address || address - end >= kMostFiller) return false;
    const Bytes filler = bytes(from_, end, address - end);
    return !filler.empty() &&
           std::all_of(filler.begin(), filler.end(), [](std::uint8_t b) { return b == 0; });
  }
  // Where the last thing in a move begins, as far as something refers to it.
  std::uint64_t last_thing(const Move& move) const {
    const auto next = std::lower_bound(from_.anchors.begin(), from_.anchors.end(), move.end());
    return next == from_.anchors.begin() ? move.from : std::max(*std::prev(next), move.from);
  }
  bool is_taken(std::uint64_t begin, std::uint64_t end) const {
    const auto at = std::lower_bound(from_.taken.begin(), from_.taken.end(), begin);
    return at != from_.taken.end() && *at < end;
  }
  // Whether a pointer into [begin, end) is made in the function, or the data nearby, that `at` is in.
  bool near_pointer_into(std::uint64_t begin, std::uint64_t end, std::uint64_t at) const {
    if (!is_taken(begin, end)) return false;
    ImageExtent around{at - std::min(at, kNearby), at + kNearby};
    const ImageRegion* region = region_at(from_, at);
    if (region != nullptr && region->executable) {
      const auto next = extents_behind(at);
      if (next == from_.extents.begin() || std::prev(next)->end <= at) return true;
      around = *std::prev(next);
    }
    auto reference =
        std::lower_bound(from_.references.begin(), from_.references.end(), around.begin,
                         [](const ImageReference& r, std::uint64_t value) { return r.at < value; });
    for (; reference != from_.references.end() && reference->at < around.end; ++reference) {
      if (reference->target >= begin && reference->target < end) return true;
    }
    return false;
  }
  bool begins_string(std::uint64_t address) const {
    const ImageRegion* region = region_at(from_, address);
    if (region == nullptr || region->writable || region->executable || region->bytes.empty()) return false;
    const Bytes rest = region->bytes.subspan(address - region->address);
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_text);
    return end != rest.begin() && end != rest.end() && *end == 0;
  }
  // Nobody means the end of a string by the address after its NUL.
  bool is_string_end(const Move& move) const {
    const Bytes last = bytes(from_, move.end() - 1, 1);
    const ImageRegion* region = region_at(from_, move.end() - 1);
    if (last.empty() || last[0] != 0 || region == nullptr || region->writable) return false;
    if (move.edit) return true;
    std::uint64_t at = move.end() - 1;
    const Bytes all = bytes(from_, move.from, move.size);
    while (at > move.from && all[at - 1 - move.from] == 0 && move.end() - at < kLargestAlignment) --at;
    return at > move.from && is_text(all[at - 1 - move.from]);
  }
  // A place inside a string that changes is one if what follows it reads the same.
  std::optional<std::uint64_t> within(const Move& move, std::uint64_t address) const {
    if (!move.edit) return address + move.shift();
    const std::uint64_t rest = move.end() - address;
    if (rest > move.to_size) return std::nullopt;
    const std::uint64_t place = move.to + move.to_size - rest;
    const Bytes a = bytes(from_, address, rest), b = bytes(to_, place, rest);
    return std::equal(a.begin(), a.end(), b.begin(), b.end()) ? std::optional(place) : std::nullopt;
  }

  bool predict() {
    const Move* move = nullptr;
    for (const ImageReference& reference : from_.references) {
      if (move == nullptr || reference.at - move->from >= move->size) move = move_at(reference.at);
      if (move == nullptr) return refuse("a reference in filler", reference.at);
      if (!predict(reference, reference.at + move->shift())) return false;
    }
    return true;
  }

  bool predict(const ImageReference& reference, std::uint64_t at) {
    const auto target = map(reference.target, reference.region, reference.at);
    if (!target) return refuse("a reference to an uncertain place", reference.at);
    if (reference.align > 1 && *target % reference.align != 0)
      return refuse("its target is no longer aligned", reference.at);
    std::uint64_t origin = 0;
    if (reference.origin == ImageReference::Origin::self) origin = at + reference.base;
    if (reference.origin == ImageReference::Origin::place) {
      const auto base = map(reference.base, ImageReference::kAnywhere);
      if (!base) return refuse("a table at an uncertain place", reference.at);
      origin = *base;
    }
    const Bytes before = bytes(from_, reference.at, reference.width);
    const Bytes actual = bytes(to_, at, reference.width);
    if (before.size() != reference.width || actual.size() != reference.width)
      return refuse("no bytes", reference.at);
    std::uint64_t word = 0;
    for (unsigned i = 0; i < reference.width; ++i) word |= std::uint64_t{before[i]} << (8 * i);
    const auto expected = encode(reference, word, at, *target, origin);
    if (!expected) return refuse("its target is out of reach", reference.at);
    for (unsigned i = 0; i < reference.width; ++i) {
      if (actual[i] != static_cast<std::uint8_t>(*expected >> (8 * i))) {
        return refuse("a reference to another place than predicted", reference.at);
      }
    }
    return true;
  }

  // The word that stood at a reference with its operand anew; empty when that cannot hold it.
  static std::optional<std::uint64_t> encode(const ImageReference& reference, std::uint64_t word,
                                             std::uint64_t at, std::uint64_t target, std::uint64_t origin) {
    using Form = ImageReference::Form;
    const auto put = [&](std::uint64_t value, unsigned unit, unsigned bits,
                         unsigned low) -> std::optional<std::uint64_t> {
      const auto number = static_cast<std::int64_t>(value);
      if (value % (std::uint64_t{1} << unit) != 0 || (number >> unit) >= (std::int64_t{1} << (bits - 1)) ||
          (number >> unit) < -(std::int64_t{1} << (bits - 1)))
        return std::nullopt;
      const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
      return (word & ~(mask << low)) | (((value >> unit) & mask) << low);
    };
    // The two lowest bits stand apart.
    const auto put_split = [&](std::uint64_t value) -> std::optional<std::uint64_t> {
      const auto high = put(value & ~std::uint64_t{3}, 2, 19, 5);
      return high ? std::optional((*high & ~(std::uint64_t{3} << 29)) | (value & 3) << 29) : std::nullopt;
    };
    switch (reference.form) {
      case Form::branch26:
        return put(target - at, 2, 26, 0);
      case Form::branch19:
        return put(target - at, 2, 19, 5);
      case Form::branch14:
        return put(target - at, 2, 14, 5);
      case Form::adr:
        return put_split(target - at);
      case Form::adr_page:
        return put_split((target >> kPageBits << kPageBits) - at);
      case Form::page:
        return put_split((target >> kPageBits) - (at >> kPageBits));
      case Form::low12: {
        if (target >> kPageBits != origin >> kPageBits) return std::nullopt;
        const std::uint64_t low = target & ((std::uint64_t{1} << kPageBits) - 1);
        return low % (std::uint64_t{1} << reference.shift) == 0
                   ? std::optional((word & ~(std::uint64_t{0xfff} << 10)) | low >> reference.shift << 10)
                   : std::nullopt;
      }
      case Form::number:
        break;
    }
    return reference.width == 8 ? std::optional(target - origin)
                                : put(target - origin, 0, reference.width * 8u, 0);
  }

  void map_names() {
    for (std::size_t i = 0; i < from_.names.size(); ++i) {
      const ImageName& name = from_.names[i];
      const auto place = name.address == 0 ? std::optional<std::uint64_t>(0) : map(name.address, name.region);
      if (!place || *place != to_.names[i].address) {
        refuse("the " + name.name + " is another place than predicted", name.address);
        return;
      }
    }
  }

  const Image& from_;
  const Image& to_;
  std::vector<Move> moves_;
  std::vector<std::uint64_t> reach_;  // by extent: the last end of it and all before it
  bool forward_;
  std::optional<Refusal> refusal_;
};

std::vector<Move> moves_of(const Certificate& certificate, bool forward) {
  std::vector<Move> moves;
  moves.reserve(certificate.pieces.size());
  for (const Piece& piece : certificate.pieces) {
    moves.push_back(forward ? Move{piece.left, piece.right, piece.left_size, piece.right_size, piece.edit}
                            : Move{piece.right, piece.left, piece.right_size, piece.left_size, piece.edit});
  }
  return moves;
}

Refusal plain(std::string reason) { return {.reason = std::move(reason), .region = {}}; }

// Compilers align longer strings to words, and so the section that holds them. Nobody asks for the alignment
// of a section that lies where it lies.
bool aligned_for_an_edit(const ImageRegion& a, const ImageRegion& b, const Certificate& certificate) {
  constexpr std::uint64_t kWord = 8;
  return std::has_single_bit(a.align) && std::has_single_bit(b.align) &&
         std::max(a.align, b.align) <= kWord && !a.writable && !a.executable &&
         std::any_of(certificate.pieces.begin(), certificate.pieces.end(),
                     [&](const Piece& piece) { return piece.edit && piece.left - a.address < a.size; });
}

// What the loader is told besides the contents of memory.
std::optional<Refusal> compare_frames(const Image& left, const Image& right, const Certificate& certificate) {
  const auto about = [](std::string reason, std::string_view table) {
    return Refusal{.reason = std::move(reason), .region = {}, .table = std::string(table)};
  };
  if (!left.refusal.empty()) return about("left: " + left.refusal, left.refusal_leaf);
  if (!right.refusal.empty()) return about("right: " + right.refusal, right.refusal_leaf);
  if (left.frame.size() != right.frame.size()) return plain("another number of segments or sections");
  for (std::size_t i = 0; i < left.frame.size(); ++i) {
    const std::string& stated = left.frame[i];
    if (stated == right.frame[i]) continue;
    if (i < 2) return about("another file header", "header");
    return about(stated + ", not " + right.frame[i],
                 stated.starts_with("segment") ? "program_headers" : "section_headers");
  }
  if (left.regions.size() != right.regions.size()) return plain("another number of regions");
  for (std::size_t i = 0; i < left.regions.size(); ++i) {
    const ImageRegion& a = left.regions[i];
    const ImageRegion& b = right.regions[i];
    if (a.label != b.label || a.content != b.content || a.executable != b.executable ||
        a.writable != b.writable) {
      return plain("region " + a.label + ", not " + b.label);
    }
    if (a.align != b.align && !aligned_for_an_edit(a, b, certificate))
      return about("another alignment of " + a.label, "section_headers");
    if (a.content != ImageRegion::Content::bytes && a.size != b.size) {
      return Refusal{.reason = "another size", .region = a.label};
    }
  }
  if (left.names.size() != right.names.size()) return plain("another number of names");
  for (std::size_t i = 0; i < left.names.size(); ++i) {
    if (left.names[i].name != right.names[i].name) return plain("another name");
  }
  return std::nullopt;
}

}  // namespace

std::string Refusal::text() const {
  if (region.empty()) return reason;
  return reason + ", " + (in_left ? "left " : "right ") + region + "+" + hex(offset);
}

std::optional<Refusal> check(const Image& left, const Image& right, const Certificate& certificate) {
  if (auto refusal = compare_frames(left, right, certificate)) return refusal;
  if (auto refusal = Direction(left, right, moves_of(certificate, true), true).run()) return refusal;
  return Direction(right, left, moves_of(certificate, false), false).run();
}

bool labels_follow(const Image& left, const Image& right, const Certificate& certificate) {
  return Direction(left, right, moves_of(certificate, true), true).labels_follow() &&
         Direction(right, left, moves_of(certificate, false), false).labels_follow();
}

}  // namespace unrepro::layout
