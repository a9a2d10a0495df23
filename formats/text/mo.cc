#include "formats/text/mo.h"

#include <algorithm>
#include <string>
#include <vector>

#include "formats/ascii.h"
#include "formats/text/text.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::string_view kLittleMagic = "\xde\x12\x04\x95";
constexpr std::string_view kBigMagic = "\x95\x04\x12\xde";
constexpr std::uint64_t kHeader = 28, kEntry = 8;

struct Piece {
  std::uint64_t begin, length;  // with the NUL that ends a string
  std::string_view key;
};

// Fields of the header entry that gettext(3) acts on; all others are for people.
bool decides(std::string_view field) {
  return field == "Content-Type" || field == "Content-Transfer-Encoding" || field == "Plural-Forms" ||
         field == "MIME-Version";
}

class MoDecoder {
 public:
  MoDecoder(BlobRef blob, Budget& budget)
      : bytes_(blob->bytes()), tree_(std::move(blob), kMo.id, budget), budget_(budget) {}

  Result<Tree> decode() {
    tree_.open("", Kind::group, Encoding::record);
    big_ = as_text(bytes_).starts_with(kBigMagic);
    if (bytes_.size() < kHeader) return tree_.finish();
    const std::uint64_t count = word(8);
    originals_ = word(12), translations_ = word(16), hash_size_ = word(20), hash_ = word(24);
    const std::uint64_t table = count * kEntry;
    const bool tables = fits(originals_, table) && fits(translations_, table) && fits(hash_, hash_size_ * 4);
    tree_.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, 4);
    tree_.take("revision", Kind::version, number(), Effect::behaviour, 4);
    for (const std::string_view key :
         {"count", "originals_offset", "translations_offset", "hash_size", "hash_offset"}) {
      tree_.take(key, key == "count" ? Kind::count : Kind::offset, number(), Effect::behaviour, 4,
                 tables ? std::uint8_t{kDerived} : std::uint8_t{0});
    }
    if (word(4) != 0 && word(4) != 0x10000) return fail_at("revision is none that this decoder knows");
    if (!tables) return fail_at("a table lies outside of the file");
    if (!budget_.charge_members(count)) return fail(Trouble::budget, budget_.exhausted());
    pieces_.push_back({originals_, table, "originals"});
    pieces_.push_back({translations_, table, "translations"});
    if (hash_size_ > 0) pieces_.push_back({hash_, hash_size_ * 4, "hash_table"});
    messages(count);
    tile();
    return tree_.finish();
  }

 private:
  Encoding number() const { return big_ ? Encoding::u32be : Encoding::u32le; }
  std::uint64_t word(std::uint64_t at) const {
    const std::uint8_t* const p = bytes_.data() + at;
    return big_ ? std::uint64_t{p[0]} << 24 | p[1] << 16 | p[2] << 8 | p[3]
                : std::uint64_t{p[3]} << 24 | p[2] << 16 | p[1] << 8 | p[0];
  }
  bool fits(std::uint64_t begin, std::uint64_t length) const {
    return begin <= bytes_.size() && length <= bytes_.size() - begin;
  }
  Result<Tree> fail_at(std::string message) {
    tree_.anomaly(Tree::kRoot, AnomalyKind::structural, std::move(message));
    return tree_.finish();
  }

  // The string that an entry of a table describes; empty when it, or the NUL behind it, lies outside.
  std::string_view string_of(std::uint64_t entry, std::string_view key) {
    const std::uint64_t length = word(entry), begin = word(entry + 4);
    if (!fits(begin, length + 1) || bytes_[begin + length] != 0) {
      tree_.anomaly(Tree::kRoot, AnomalyKind::structural,
                    "string at offset " + std::to_string(begin) + " does not end in a NUL in the file");
      return {};
    }
    pieces_.push_back({begin, length + 1, key});
    return as_text(bytes_.subspan(begin, length));
  }

  // What a reader of the catalogue gets: by the original, which readers search by bisection or hash.
  void messages(std::uint64_t count) {
    tree_.open("messages", Kind::group, Encoding::list_set);
    std::string_view before;
    std::vector<std::string_view> ids;
    for (std::uint64_t i = 0; i < count && tree_.ok(); ++i) {
      const std::string_view id = string_of(originals_ + i * kEntry, "original");
      const std::string_view text = string_of(translations_ + i * kEntry, "translation");
      if (i > 0 && id <= before) {
        tree_.anomaly(Tree::kRoot, AnomalyKind::structural, "originals are not in ascending order");
      }
      before = id;
      ids.push_back(id);
      tree_.open(id.empty() ? "(header)" : id, Kind::member, Encoding::record);
      if (id.empty()) {
        header(text);
      } else {
        tree_.alias("translation", Kind::text, Effect::content, text);
      }
      tree_.close();
    }
    tree_.close();
    hash_holds_ = rebuilt_hash(ids);
  }

  void header(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      const std::size_t colon = line.find(':');
      const std::string_view name = line.substr(0, colon);
      const std::string_view value = colon == line.npos ? "" : line.substr(colon + 1);
      tree_.alias(name, Kind::text, decides(name) ? Effect::behaviour : Effect::content, value);
    }
  }

  // gettext-runtime/intl/hash-string.h (hashpjw) and the open addressing of msgfmt(1).
  bool rebuilt_hash(const std::vector<std::string_view>& ids) const {
    if (hash_size_ == 0) return true;
    if (hash_size_ < 3 || hash_size_ <= ids.size()) return false;
    std::vector<std::uint32_t> table(hash_size_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      std::uint32_t hash = 0;
      for (const char c : ids[i].substr(0, ids[i].find('\0'))) {
        hash = (hash << 4) + static_cast<unsigned char>(c);
        const std::uint32_t top = hash & 0xf0000000;
        if (top != 0) hash ^= top >> 24, hash ^= top;
      }
      std::uint64_t at = hash % hash_size_;
      const std::uint64_t step = 1 + hash % (hash_size_ - 2);
      std::size_t tries = 0;
      while (table[at] != 0 && ++tries < hash_size_) at = (at + step) % hash_size_;
      if (table[at] != 0 || !spend(tries)) return false;
      table[at] = static_cast<std::uint32_t>(i + 1);
    }
    for (std::uint64_t i = 0; i < hash_size_; ++i) {
      if (table[i] != word(hash_ + 4 * i)) return false;
    }
    return true;
  }
  // Tables of honest writers are a third empty: few tries each.
  bool spend(std::size_t tries) const { return (tries_ += tries) < 64 * hash_size_ + 4096; }

  // The pieces in the order of the file. What the messages state follows from them.
  void tile() {
    std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
      return std::pair(a.begin, a.length) < std::pair(b.begin, b.length);
    });
    tree_.open("layout", Kind::group, Encoding::record);
    for (const Piece& piece : pieces_) {
      if (!tree_.ok()) break;
      if (piece.begin < tree_.position()) {
        tree_.anomaly(Tree::kRoot, AnomalyKind::structural,
                      std::string(piece.key) + " at offset " + std::to_string(piece.begin) +
                          " overlaps what lies before");
        break;
      }
      between(piece.begin - tree_.position());
      const bool hash = piece.key == "hash_table";
      tree_.take(piece.key, hash ? Kind::checksum : Kind::data, Encoding::bytes, Effect::behaviour,
                 piece.length, hash ? std::uint8_t{0} : std::uint8_t{kDerived});
      if (hash) tree_.derived(tree_.last(), hash_holds_, "the table that these originals give");
    }
    tree_.close();
  }

  // msgfmt --alignment fills with zeros.
  void between(std::uint64_t length) {
    if (length == 0) return;
    const Bytes gap = tree_.peek(length);
    const bool zeros = std::all_of(gap.begin(), gap.end(), [](std::uint8_t byte) { return byte == 0; });
    tree_.take(zeros ? "padding" : "gap", zeros ? Kind::padding : Kind::gap, Encoding::bytes,
               Effect::behaviour, length, zeros ? std::uint8_t{kDerived} : std::uint8_t{kCritical});
  }

  Bytes bytes_;
  TreeBuilder tree_;
  Budget& budget_;
  bool big_ = false;
  std::uint64_t originals_ = 0, translations_ = 0, hash_size_ = 0, hash_ = 0;
  bool hash_holds_ = true;
  mutable std::uint64_t tries_ = 0;
  std::vector<Piece> pieces_;
};

}  // namespace

const Format kMo = {
    .id = "mo",
    .spec = "GNU gettext manual, \"The Format of GNU MO Files\"",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      const std::string_view text = as_text(input.bytes);
      return text.starts_with(kLittleMagic) || text.starts_with(kBigMagic) ? 32 : 0;
    },
    .decode = [](BlobRef blob, const Context&,
                 Budget& budget) { return MoDecoder(std::move(blob), budget).decode(); },
    .view = view_text_leaf,
};

}  // namespace unrepro
