#include "analyzer/layout/locate.h"

#include <algorithm>
#include <map>
#include <optional>

#include "formats/value.h"

namespace unrepro::layout {
namespace {

constexpr std::uint64_t kNearby = 16;  // runs of other bytes closer than this are one
constexpr std::size_t kMostPlaces = 1 << 16;
constexpr std::size_t kMostNameless = 8;  // of one region; more are one
constexpr std::size_t kShownString = 40;

template <class Item>
const Item* item_at(const std::vector<Item>& items, std::uint64_t address,
                    std::uint64_t (*begin)(const Item&), std::uint64_t (*size)(const Item&)) {
  auto at = std::upper_bound(items.begin(), items.end(), address,
                             [&](std::uint64_t value, const Item& item) { return value < begin(item); });
  if (at == items.begin()) return nullptr;
  --at;
  return address - begin(*at) < size(*at) ? &*at : nullptr;
}

const ImageRegion* region_at(const Image& image, std::uint64_t address) {
  return item_at<ImageRegion>(
      image.regions, address, [](const ImageRegion& r) { return r.address; },
      [](const ImageRegion& r) { return r.size; });
}

const ImageThing* thing_at(const Image& image, std::uint64_t address) {
  return item_at<ImageThing>(
      image.things, address, [](const ImageThing& t) { return t.begin; },
      [](const ImageThing& t) { return t.end - t.begin; });
}

Bytes bytes_at(const Image& image, std::uint64_t address, std::uint64_t size) {
  const ImageRegion* region = region_at(image, address);
  if (region == nullptr) return {};
  const std::uint64_t at = address - region->address;
  return at <= region->bytes.size() && size <= region->bytes.size() - at ? region->bytes.subspan(at, size)
                                                                         : Bytes{};
}

bool is_filler(Bytes bytes, bool executable) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::uint8_t byte) { return byte == 0 || byte == 0x90 || byte == 0xcc; }) ||
         (executable && bytes.size() < kNearby);
}

Certificate inverse(const Certificate& certificate) {
  Certificate inverted;
  inverted.pieces.reserve(certificate.pieces.size());
  for (const Piece& p : certificate.pieces)
    inverted.pieces.push_back({p.right, p.left, p.right_size, p.left_size, p.edit});
  std::sort(inverted.pieces.begin(), inverted.pieces.end(),
            [](const Piece& a, const Piece& b) { return a.left < b.left; });
  return inverted;
}

// One direction: what of `from` is not found in `to`.
class Locator {
 public:
  Locator(const Image& from, const Image& to, const std::vector<Piece>& pieces, bool forward)
      : from_(from), to_(to), pieces_(pieces), forward_(forward) {}

  std::vector<Deviation> run() {
    for (const Piece& piece : pieces_) contents(piece);
    for (const ImageReference& reference : from_.references) refer(reference);
    for (const ImageRegion& region : from_.regions) uncovered(region);
    std::sort(found_.begin(), found_.end(),
              [](const Deviation& a, const Deviation& b) { return a.left.begin < b.left.begin; });
    return std::move(found_);
  }

 private:
  void contents(const Piece& piece) {
    const ImageRegion* region = region_at(from_, piece.left);
    if (region == nullptr || region->content != ImageRegion::Content::bytes) return;
    if (piece.edit) {
      if (region->executable) {
        add(
            {piece.left, piece.left + piece.left_size}, {piece.right, piece.right + piece.right_size},
            [] { return "its length differs"; }, std::max(piece.left_size, piece.right_size));
      }
      return;
    }
    const std::uint64_t size = std::min(piece.left_size, piece.right_size);
    auto reference = std::lower_bound(from_.references.begin(), from_.references.end(), piece.left,
                                      [](const ImageReference& r, std::uint64_t at) { return r.at < at; });
    std::uint64_t at = piece.left;
    const std::uint64_t end = piece.left + size;
    for (; reference != from_.references.end() && reference->at < end; ++reference) {
      compare(piece, at, reference->at);
      at = std::min(end, reference->at + reference->width);
    }
    compare(piece, at, end);
  }

  void compare(const Piece& piece, std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return;
    const Bytes a = bytes_at(from_, begin, end - begin);
    const Bytes b = bytes_at(to_, begin - piece.left + piece.right, end - begin);
    if (a.size() != b.size()) return;
    for (std::size_t i = 0; i < a.size();) {
      const auto [x, y] = std::mismatch(a.begin() + static_cast<std::ptrdiff_t>(i), a.end(),
                                        b.begin() + static_cast<std::ptrdiff_t>(i));
      i = static_cast<std::size_t>(x - a.begin());
      if (i == a.size()) break;
      std::size_t last = i;
      for (std::size_t k = i; k < a.size() && k - last < kNearby; ++k) {
        if (a[k] != b[k]) last = k;
      }
      const std::uint64_t left = begin + i, right = left - piece.left + piece.right;
      add(
          {left, left + (last + 1 - i)}, {right, right + (last + 1 - i)}, [] { return "other bytes"; },
          last + 1 - i);
      i = last + 1;
    }
  }

  // Where an address may be on the other side: as the beginning of what stands there, as the end of what
  // stands before it.
  bool may_be(std::uint64_t address, std::uint64_t place) const {
    bool known = false;
    if (const Piece* piece = piece_at(pieces_, address); piece != nullptr) {
      known = true;
      if (piece->edit && address != piece->left) {
        const std::uint64_t rest = piece->left + piece->left_size - address;
        if (place - piece->right < piece->right_size) return true;
        return piece->right + piece->right_size - rest == place;
      }
      if (address - piece->left + piece->right == place) return true;
    }
    if (const Piece* before = address > 0 ? piece_at(pieces_, address - 1) : nullptr; before != nullptr) {
      known = true;
      if (before->right + before->right_size == place) return true;
    }
    // Of what lies outside of every piece nothing is predicted.
    return !known;
  }

  void refer(const ImageReference& reference) {
    const Piece* piece = piece_at(pieces_, reference.at);
    if (piece == nullptr || piece->edit) return;
    const std::uint64_t at = reference.at - piece->left + piece->right;
    const auto before = number_at(from_, reference.at, reference.width),
               now = number_at(to_, at, reference.width);
    if (!before || !now) return;
    const ImageExtent here{reference.at, reference.at + reference.width}, there{at, at + reference.width};
    if (((*before ^ *now) & ~operand_bits(reference.form)) != 0)
      return add(
          here, there, [] { return "another instruction"; }, reference.width);
    std::uint64_t origin = 0;
    if (reference.origin == ImageReference::Origin::self) origin = at + reference.base;
    if (reference.origin == ImageReference::Origin::place) {
      const Piece* base = piece_at(pieces_, reference.base);
      if (base == nullptr) return;
      origin = reference.base - base->left + base->right;
    }
    const std::uint64_t target = target_of(reference, *now, at, origin);
    if (may_be(reference.target, target)) return;
    const auto reason = [&] {
      const std::string was = describe_place(from_, reference.target), is = describe_place(to_, target);
      return "refers to " + (forward_ ? was + " → " + is : is + " → " + was);
    };
    add(here, there, reason, reference.width);
  }

  static std::optional<std::uint64_t> number_at(const Image& image, std::uint64_t at, std::uint8_t width) {
    const Bytes bytes = bytes_at(image, at, width);
    if (bytes.size() != width) return std::nullopt;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
    return value;
  }

  // Of a number, all; else of an A64 instruction.
  static std::uint64_t operand_bits(ImageReference::Form form) {
    using Form = ImageReference::Form;
    switch (form) {
      case Form::branch26:
        return 0x03ffffff;
      case Form::branch19:
        return 0x00ffffe0;
      case Form::branch14:
        return 0x0007ffe0;
      case Form::adr:
      case Form::page:
      case Form::adr_page:
        return 0x60ffffe0;
      case Form::low12:
        return 0x003ffc00;
      case Form::number:
        break;
    }
    return ~std::uint64_t{0};
  }

  // What an operand denotes; of a page and of a part of an address, together with the rest as predicted.
  std::uint64_t target_of(const ImageReference& reference, std::uint64_t word, std::uint64_t at,
                          std::uint64_t origin) const {
    using Form = ImageReference::Form;
    constexpr std::uint64_t kInPage = 0xfff;
    const auto operand = [&](unsigned low, unsigned bits) {
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(word << (64 - low - bits)) >> (64 - bits));
    };
    const std::uint64_t split = operand(5, 19) * 4 + (word >> 29 & 3);
    const Piece* piece = piece_at(pieces_, reference.target);
    const std::uint64_t place =
        piece != nullptr ? reference.target - piece->left + piece->right : reference.target;
    switch (reference.form) {
      case Form::branch26:
        return at + operand(0, 26) * 4;
      case Form::branch19:
        return at + operand(5, 19) * 4;
      case Form::branch14:
        return at + operand(5, 14) * 4;
      case Form::adr:
        return at + split;
      case Form::page:
        return (at & ~kInPage) + split * (kInPage + 1) + (place & kInPage);
      case Form::adr_page:
        return at + split + (place & kInPage);
      case Form::low12:
        return (place & ~kInPage) + ((word >> 10 & kInPage) << reference.shift);
      case Form::number:
        break;
    }
    return operand(0, reference.width * 8u) + origin;
  }

  // Bytes in no piece that are no filler.
  void uncovered(const ImageRegion& region) {
    if (region.content != ImageRegion::Content::bytes) return;
    auto piece = std::lower_bound(pieces_.begin(), pieces_.end(), region.address,
                                  [](const Piece& p, std::uint64_t at) { return p.left < at; });
    std::uint64_t at = region.address;
    const std::uint64_t limit = region.address + region.size;
    const auto gap = [&](std::uint64_t end) {
      auto thing = std::lower_bound(from_.things.begin(), from_.things.end(), at,
                                    [](const ImageThing& t, std::uint64_t value) { return t.end <= value; });
      while (at < end) {
        // By function or object, as far as they are known.
        std::uint64_t next = end;
        if (thing != from_.things.end() && thing->begin < end) {
          next = std::min(end, thing->begin > at ? thing->begin : thing->end);
          if (thing->end <= next) ++thing;
        }
        const Bytes bytes = bytes_at(from_, at, next - at);
        if (!bytes.empty() && !is_filler(bytes, region.executable))
          add(
              {at, next}, {}, [&] { return forward_ ? "only on the left" : "only on the right"; }, next - at);
        at = next;
      }
    };
    for (; piece != pieces_.end() && piece->left < limit; ++piece) {
      if (piece->left > at) gap(piece->left);
      at = std::max(at, piece->left + piece->left_size);
    }
    if (at < limit) gap(limit);
  }

  // Joins what differs in one function or object.
  template <class Reason>  // called for what is told
  void add(ImageExtent here, ImageExtent there, const Reason& reason, std::uint64_t bytes) {
    const ImageRegion* region = region_at(from_, here.begin);
    const ImageThing* thing = thing_at(from_, here.begin);
    if (thing == nullptr || region == nullptr) {
      std::size_t& number = nameless_[region];
      const bool near = last_free_ != SIZE_MAX && here.begin - found_[last_free_].left.end < kNearby;
      if (near || number >= kMostNameless) {
        Deviation& last = found_[near ? last_free_ : by_region_[region]];
        if (near) last.left.end = here.end;
        if (near && there.end > there.begin && last.right.end > last.right.begin) last.right.end = there.end;
        ++last.count;
        last.bytes += bytes;
        return;
      }
      ++number;
      last_free_ = by_region_[region] = found_.size();
      found_.push_back(
          {here, there, here, there, {}, reason(), 1, bytes, region != nullptr && region->executable});
      return;
    }
    const auto [known, is_new] = by_thing_.emplace(thing->begin, found_.size());
    if (!is_new) {
      Deviation& deviation = found_[known->second];
      ++deviation.count;
      deviation.bytes += bytes;
      if (here.begin >= deviation.first_left.begin) return;
      deviation.first_left = here;
      deviation.first_right = there;
      deviation.reason = reason();
      return;
    }
    if (found_.size() >= kMostPlaces) {
      by_thing_.erase(known);
      return;
    }
    Deviation deviation{{thing->begin, thing->end}, {},       here, there,
                        std::string(thing->name),   reason(), 1,    bytes,
                        region->executable};
    if (there.end > there.begin) {
      const ImageThing* other = thing_at(to_, there.begin);
      deviation.right = other != nullptr ? ImageExtent{other->begin, other->end} : there;
      if (deviation.name.empty() && other != nullptr) deviation.name = other->name;
    }
    found_.push_back(std::move(deviation));
  }

  const Image& from_;
  const Image& to_;
  const std::vector<Piece>& pieces_;
  bool forward_;
  std::vector<Deviation> found_;
  std::map<std::uint64_t, std::size_t> by_thing_;
  std::map<const ImageRegion*, std::size_t> nameless_, by_region_;  // how many, the last one
  std::size_t last_free_ = SIZE_MAX;
};

bool overlap(const ImageExtent& a, const ImageExtent& b) { return a.begin < b.end && b.begin < a.end; }

}  // namespace

Deviations locate(const Image& left, const Image& right, const Certificate& certificate) {
  std::vector<Deviation> forward = Locator(left, right, certificate.pieces, true).run();
  const Certificate inverted = inverse(certificate);
  std::vector<Deviation> backward = Locator(right, left, inverted.pieces, false).run();
  for (Deviation& deviation : backward) {
    std::swap(deviation.left, deviation.right);
    std::swap(deviation.first_left, deviation.first_right);
  }
  // An image that was not understood is no witness where the other one is.
  if (!left.refusal.empty() && right.refusal.empty()) std::swap(forward, backward);
  const auto by_right = [](const Deviation& a, const Deviation& b) { return a.right.begin < b.right.begin; };
  std::vector<Deviation> known = forward;
  std::sort(known.begin(), known.end(), by_right);
  for (Deviation& deviation : backward) {
    auto next = std::upper_bound(known.begin(), known.end(), deviation, by_right);
    const bool is_known = (next != known.end() && overlap(next->right, deviation.right)) ||
                          (next != known.begin() && overlap(std::prev(next)->right, deviation.right));
    if (!is_known) forward.push_back(std::move(deviation));
  }
  Deviations all;
  const auto place = [](const Deviation& d) {
    return d.right.end > d.right.begin ? d.right.begin : d.left.begin;
  };
  std::stable_sort(forward.begin(), forward.end(),
                   [&](const Deviation& a, const Deviation& b) { return place(a) < place(b); });
  for (const Deviation& deviation : forward) {
    ++all.count;
    all.bytes += deviation.bytes;
  }
  if (forward.size() > kMostDeviations) forward.resize(kMostDeviations);
  all.found = std::move(forward);
  return all;
}

const Piece* piece_at(const std::vector<Piece>& pieces, std::uint64_t left) {
  return item_at<Piece>(
      pieces, left, [](const Piece& p) { return p.left; }, [](const Piece& p) { return p.left_size; });
}

std::uint64_t counterpart(const Certificate& certificate, std::uint64_t left) {
  const Piece* piece = piece_at(certificate.pieces, left);
  if (piece == nullptr || (piece->edit && left != piece->left)) return left;
  return left - piece->left + piece->right;
}

std::string describe_place(const Image& image, std::uint64_t address) {
  const ImageRegion* region = region_at(image, address);
  if (region == nullptr) return hex(address);
  const ImageThing* thing = thing_at(image, address);
  if (thing != nullptr && !thing->name.empty()) {
    std::string name = escape(as_bytes(thing->name), kShownString * 2);
    return address == thing->begin ? name : name + "+" + hex(address - thing->begin);
  }
  if (!region->executable && !region->bytes.empty()) {
    const Bytes rest = region->bytes.subspan(address - region->address);
    const std::string_view text = as_text(rest.first(std::min(rest.size(), kShownString)));
    const std::size_t end = std::min(text.find('\0'), text.size());
    const bool printable = std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end),
                                       [](char c) { return c >= ' ' && c < 0x7f; });
    if (end >= 2 && printable) return '"' + std::string(text.substr(0, end)) + '"';
  }
  return region->label + "+" + hex(address - region->address);
}

}  // namespace unrepro::layout
