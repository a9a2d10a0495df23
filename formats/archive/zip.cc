#include "formats/archive/zip.h"

#include <algorithm>
#include <numeric>

#include "formats/archive/member_order.h"
#include "formats/archive/tar_names.h"
#include "formats/archive/zip_content.h"
#include "formats/archive/zip_document.h"
#include "formats/archive/zip_extra.h"
#include "formats/archive/zip_front.h"
#include "formats/archive/zip_records.h"
#include "formats/stream/stream.h"
#include "formats/tree_builder.h"
#include "formats/value.h"

namespace unrepro {
namespace {

constexpr std::uint16_t kHostUnix = 3, kHostDarwin = 19, kLatestHost = 19;
constexpr std::uint16_t kLatestVersion = 63;
constexpr std::string_view kSigningMagic = "APK Sig Block 42";
constexpr std::uint64_t kApkPage = 4096;
constexpr std::size_t kLongestKey = 4096;

struct Entry {
  ZipCentral central;
  std::optional<ZipHeader> local;  // empty when it is not where the directory says, or not whole
  bool agrees = false;             // both headers say the same
  std::uint64_t limit = 0;         // where the next thing begins that the directory lists
  ZipContent content = {};
};

std::string at_offset(std::uint64_t at) { return " at offset " + std::to_string(at); }
std::uint8_t flag_if(bool condition, std::uint8_t flag) { return condition ? flag : std::uint8_t{0}; }
bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string octal(std::uint32_t mode) {
  std::string text;
  for (int shift = 9; shift >= 0; shift -= 3) text += static_cast<char>('0' + (mode >> shift & 7));
  return text;
}

// Names of the type bits of a Unix mode; "file" where there are none.
std::string unix_type(std::uint32_t mode) {
  switch (mode >> 12) {
    case 0:
    case 8:
      return "file";
    case 4:
      return "directory";
    case 10:
      return "symlink";
    default:
      return "type " + std::to_string(mode >> 12);
  }
}

class Decoder {
 public:
  Decoder(BlobRef blob, const Context& context, Budget& budget)
      : blob_(blob),
        archive_(blob->bytes()),
        context_(context),
        budget_(budget),
        tree_(std::move(blob), kZip.id, budget) {}

  Result<Tree> decode();

 private:
  bool read_directory();
  void place_members();
  void check_agreement(Entry& entry);
  void take_gap(std::uint64_t end, std::string_view before);
  Result<void> emit_member(Entry& entry);
  void emit_statements(const Entry& entry, const ZipExtraFacts& extra);
  ZipExtraFacts emit_local(const Entry& entry, const std::optional<ZipContentCheck>& check);
  Result<std::optional<ZipContentCheck>> check_content(Entry& entry);
  void emit_content(const Entry& entry, const std::optional<ZipContentCheck>& check);
  void emit_descriptor(const Entry& entry);
  void emit_signing_block();
  void emit_directory();
  void emit_central(const Entry& entry);
  void emit_end();
  void emit_zip64_end();
  // A length, count, offset or checksum that was recomputed.
  void number(std::string_view key, Kind kind, std::uint64_t width, bool holds);
  void dialect(std::string_view key, std::uint64_t width, bool known, bool derived = false);
  void time(std::uint32_t value, bool derived);
  void problem(const std::string& text, FieldId field = kNoField) {
    tree_.anomaly(field == kNoField ? tree_.last() : field, AnomalyKind::structural, text);
  }

  BlobRef blob_;
  Bytes archive_;
  const Context& context_;
  Budget& budget_;
  TreeBuilder tree_;
  ZipEnd end_;
  std::vector<Entry> entries_;        // in the order of the directory
  std::vector<std::uint32_t> order_;  // indices of entries_, in the order of the archive
  std::uint64_t directory_parsed_ = 0;
  ZipFront front_;
};

void Decoder::number(std::string_view key, Kind kind, std::uint64_t width, bool holds) {
  const Encoding encoding = width == 2 ? Encoding::u16le : width == 4 ? Encoding::u32le : Encoding::u64le;
  const std::uint64_t at = tree_.position();
  const Bytes bytes = tree_.take(key, kind, encoding, Effect::behaviour, width);
  if (bytes.empty()) return;
  tree_.derived(tree_.last(), holds,
                std::string(key) + " is " + std::to_string(little_endian(bytes)) + at_offset(at) +
                    ", which is not what the archive has");
}

void Decoder::dialect(std::string_view key, std::uint64_t width, bool known, bool derived) {
  tree_.take(key, Kind::dialect, width == 1 ? Encoding::u8 : Encoding::u16le, Effect::inert, width,
             flag_if(derived, kDerived) | flag_if(known, kInRange));
}

void Decoder::time(std::uint32_t value, bool derived) {
  const Bytes bytes = tree_.take("modified", Kind::timestamp, Encoding::dos_date_time, Effect::inert, 4);
  const bool valid = value == 0 || decode_number(Encoding::dos_date_time, bytes).canonical;
  tree_.set_flags(tree_.last(), derived ? std::uint8_t{kDerived} : flag_if(valid, kInRange));
}

// Reads all central headers; false when there is no directory.
bool Decoder::read_directory() {
  auto end = find_zip_end(archive_);
  if (!end) return false;
  end_ = std::move(*end);
  const Bytes known = archive_.first(end_.directory_end);
  std::uint64_t at = end_.directory_begin;
  while (auto central = read_zip_central(known, at)) {
    if (!budget_.charge_members(1)) break;
    at += central->length;
    entries_.push_back({.central = std::move(*central), .local = std::nullopt});
  }
  directory_parsed_ = at;
  return true;
}

// Finds the local headers, in archive order; what overlaps is not placed.
void Decoder::place_members() {
  order_.resize(entries_.size());
  std::iota(order_.begin(), order_.end(), 0u);
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return entries_[a].central.offset < entries_[b].central.offset;
  });
  const Bytes members = archive_.first(end_.directory_begin);
  std::uint64_t free = 0;
  Entry* previous = nullptr;
  for (const std::uint32_t index : order_) {
    Entry& entry = entries_[index];
    const std::uint64_t offset = entry.central.offset;
    if (offset > members.size() - end_.base || offset + end_.base < free) continue;
    auto local = read_zip_local(members, offset + end_.base);
    if (!local || entry.central.compressed > members.size() - local->at - local->length) continue;
    free = local->at + local->length + entry.central.compressed;
    entry.local = std::move(local);
    entry.limit = members.size();
    if (previous != nullptr) previous->limit = entry.local->at;
    previous = &entry;
  }
}

// Claims the bytes before the next thing that something points to.
void Decoder::take_gap(std::uint64_t end, std::string_view before) {
  const std::uint64_t length = end - tree_.position();
  if (length == 0) return;
  const bool stub = tree_.position() == 0;
  const bool local = zip_signature_at(archive_, tree_.position(), kZipLocal);
  const std::string where = at_offset(tree_.position());
  if (stub && !local) {
    tree_.take("stub/", Kind::code, Encoding::bytes, Effect::behaviour, length);
    return;
  }
  tree_.take("gap before " + std::string(before.substr(0, kLongestKey)) + "/", Kind::gap, Encoding::bytes,
             Effect::behaviour, length, kCritical);
  problem((local ? "a member that the directory does not list"
                 : std::to_string(length) + " bytes that nothing lists") +
          where);
}

void Decoder::check_agreement(Entry& entry) {
  const ZipCentral& central = entry.central;
  const ZipHeader& local = *entry.local;
  std::string differing;
  const auto compare = [&](bool same, std::string_view what) {
    if (!same) differing.append(differing.empty() ? "" : ", ").append(what);
  };
  const bool streamed = (local.flags & kZipHasDescriptor) != 0;
  const auto same = [&](std::uint64_t here, std::uint64_t there) {
    return here == there || (streamed && here == 0);
  };
  compare(as_text(local.name) == as_text(central.name), "name");
  compare(local.flags == central.flags, "flags");
  compare(local.method == central.method, "method");
  compare(local.modified == central.modified, "modified");
  compare(same(local.crc, central.crc), "crc32");
  compare(same(local.compressed, central.compressed) || (streamed && local.compressed == kZip32Max),
          "compressed_size");
  compare(same(local.size, central.size) || (streamed && local.size == kZip32Max), "size");
  entry.agrees = differing.empty();
  if (as_text(central.name).find('\0') != std::string_view::npos) {
    problem("a NUL in the name, where some programs cut it," + at_offset(central.at));
  }
  if (streamed && central.method == 0 && local.size == 0 && central.size != 0) {
    problem("stored content whose length only follows it," + at_offset(local.at));
  }
  if (entry.agrees) return;
  problem("the local header" + at_offset(local.at) + " and the directory" + at_offset(central.at) +
          " differ in " + differing);
}

// What only the directory says of a member, and what several fields say together.
void Decoder::emit_statements(const Entry& entry, const ZipExtraFacts& extra) {
  const ZipCentral& central = entry.central;
  const auto state = [&](std::string_view key, Kind kind, Effect effect, const std::string& value,
                         std::uint8_t flags) { tree_.alias(key, kind, effect, value, flags); };
  const std::uint16_t host = central.made_by >> 8, version = central.made_by & 0xff;
  const bool unix_host = host == kHostUnix || host == kHostDarwin;
  const std::uint32_t high = central.external >> 16, low = central.external & 0xffff;
  state("made_by", Kind::dialect, Effect::inert,
        "host " + std::to_string(host) + ", version " + std::to_string(std::max<int>(version, 20)),
        flag_if(host <= kLatestHost && version <= kLatestVersion, kInRange));
  const bool slash = as_text(central.name).ends_with('/');
  std::string type = slash ? "directory" : "file";
  if (unix_host) {
    if (high >> 12 != 0) {
      const std::string stated = unix_type(high);
      if (slash != (stated == "directory")) {
        problem("the mode says " + stated + ", the name " + type + ", in the header" + at_offset(central.at));
      }
      type = stated;
    }
    state("mode", Kind::mode, Effect::behaviour, octal(high), kCritical);
    tree_.set_layout(tree_.last(), Encoding::octal);
  } else if (high != 0) {
    state("attributes_high", Kind::flags, Effect::behaviour, std::to_string(high), kCritical);
  }
  state("type", Kind::file_type, Effect::behaviour, type, kCritical);
  // Nothing that the name and the mode do not say (MS-FSCC 2.6); without a mode, read-only counts.
  constexpr std::uint32_t kReadOnly = 1, kDirectory = 16, kArchive = 32;
  const std::uint32_t known = kDirectory | kArchive | (unix_host ? kReadOnly : 0);
  const bool plain = (low & ~known) == 0 && ((low & kDirectory) == 0 || slash);
  state("dos_attributes", Kind::dialect, plain ? Effect::inert : Effect::behaviour, std::to_string(low),
        flag_if(plain, kInRange));
  // "Apparently text", as the compressor found.
  state("internal_attributes", Kind::stream, central.internal <= 1 ? Effect::inert : Effect::behaviour,
        std::to_string(central.internal), flag_if(central.internal <= 1, kInRange));
  if (!central.comment.empty()) {
    state("comment", Kind::comment, Effect::content, std::string(as_text(central.comment)), 0);
  }
  if (!zip_text_is_unambiguous(central, central.name) || (central.flags & kZipUtf8) != 0) {
    const bool ascii = std::all_of(central.name.begin(), central.name.end(), [](auto b) { return b < 0x80; });
    if (!ascii) {
      state("name_encoding", Kind::dialect, Effect::behaviour,
            (central.flags & kZipUtf8) != 0 ? "UTF-8" : "unknown", kCritical);
    }
  }
  if (const auto leads = front_.place(as_text(central.name))) {
    state("leads", Kind::order, Effect::behaviour, *leads ? "yes" : "no", kCritical);
  }
  if (extra.uid) state("uid", Kind::uid, Effect::behaviour, *extra.uid, 0);
  if (extra.gid) state("gid", Kind::gid, Effect::behaviour, *extra.gid, 0);
}

// Empty when the content cannot be decoded: encrypted, or by an unknown method.
Result<std::optional<ZipContentCheck>> Decoder::check_content(Entry& entry) {
  const ZipHeader& local = *entry.local;
  if (((local.flags | entry.central.flags) & kZipEncrypted) != 0) return std::nullopt;
  const BlobRef compressed = blob_slice(blob_, local.at + local.length, entry.central.compressed);
  auto content = find_zip_content(entry.central, compressed, budget_);
  if (!content) return tl::unexpected(content.error());
  entry.content = std::move(*content);
  if (entry.content.codec.empty()) return std::nullopt;
  auto check = check_zip_content(entry.content, entry.central.size, budget_);
  if (!check) return tl::unexpected(check.error());
  return std::optional(std::move(*check));
}

ZipExtraFacts Decoder::emit_local(const Entry& entry, const std::optional<ZipContentCheck>& check) {
  const ZipHeader& local = *entry.local;
  const bool streamed = (local.flags & kZipHasDescriptor) != 0;
  const bool zip64 = local.zip64_used > 0;
  const bool must_be_stored = as_text(local.name) == "mimetype";
  tree_.take("signature", Kind::magic, Encoding::bytes, Effect::behaviour, 4, kDerived);
  const bool is_least = !zip64 && local.needed == zip_version_of(local.method);
  dialect("version_needed", 2, is_zip_version(local.needed, local.method, zip64), is_least);
  // Section 4.4.4: how hard deflate tried, also where it then stored; sizes that follow the content.
  const std::uint16_t deflate = local.method == 8 || local.method == 0 ? 6 : 0;
  const std::uint16_t framing = local.flags & (deflate | kZipHasDescriptor);
  tree_.take("flags", Kind::flags, Encoding::u16le, Effect::inert, 2, kCovered);
  tree_.alias("framing", Kind::stream, Effect::inert, std::to_string(framing), kInRange);
  tree_.alias("options", Kind::dialect, Effect::inert, std::to_string(local.flags & ~framing),
              flag_if((local.flags & ~kZipKnownFlags) == 0, kInRange));
  if ((local.flags & kZipEncrypted) != 0) problem("encrypted" + at_offset(local.at));
  const bool free = check && !must_be_stored;
  tree_.take("method", Kind::stream, Encoding::u16le, free ? Effect::inert : Effect::behaviour, 2,
             free ? kInRange : kCritical);
  time(local.modified, false);
  const FieldId dos = tree_.last();
  const auto checked = [&](std::string_view key, Kind kind, bool holds) {
    if (check) return number(key, kind, 4, holds);
    tree_.take(key, kind, Encoding::u32le, Effect::behaviour, 4);
  };
  checked("crc32", Kind::checksum,
          check && check->damage.empty() && (local.crc == check->crc || (streamed && local.crc == 0)));
  number("compressed_size", Kind::size, 4,
         local.compressed == entry.central.compressed || (streamed && (local.compressed == 0 || zip64)));
  checked("size", Kind::size,
          check && check->damage.empty() &&
              (local.size == check->size || (streamed && (local.size == 0 || zip64))));
  number("name_length", Kind::size, 2, true);
  number("extra_length", Kind::size, 2, true);
  tree_.take("name", Kind::path, Encoding::bytes, Effect::behaviour, local.name.size());
  const ZipExtraFacts facts = emit_zip_extra(tree_, local, nullptr);
  if (facts.instant != kNoField) tree_.tree().same_instant.emplace_back(dos, facts.instant);
  return facts;
}

void Decoder::emit_content(const Entry& entry, const std::optional<ZipContentCheck>& check) {
  const ZipCentral& central = entry.central;
  const std::uint64_t begin = tree_.position();
  const std::uint64_t own = entry.content.own_header;
  if (own > 0) {
    dialect("lzma_version", 2, true);
    number("lzma_properties_size", Kind::size, 2, true);
  }
  tree_.take("content", check ? Kind::payload : Kind::opaque, Encoding::bytes, Effect::behaviour,
             central.compressed - own);
  if (!tree_.ok() || !check) return;
  const FieldId content = tree_.last();
  tree_.payload({.field = content,
                 .child = own > 0 ? entry.content.stream : nullptr,
                 .role = is_document_metadata(archive_, as_text(central.name))
                             ? std::string_view("document.metadata")
                             : std::string_view(),
                 .name = std::string(as_text(central.name)),
                 .codec = entry.content.codec});
  if (!check->damage.empty()) {
    tree_.anomaly(content, AnomalyKind::integrity, check->damage + ", in the content" + at_offset(begin));
  } else if (check->consumed < central.compressed) {
    problem(std::to_string(central.compressed - check->consumed) + " bytes follow the end of the stream" +
                at_offset(begin + check->consumed),
            content);
  }
}

// Section 4.3.9: with or without a signature, sizes of 32 or 64 bits. The first form that holds is taken.
void Decoder::emit_descriptor(const Entry& entry) {
  if ((entry.local->flags & kZipHasDescriptor) == 0) return;
  const ZipCentral& central = entry.central;
  const std::uint64_t at = tree_.position();
  const Bytes members = archive_.first(entry.limit);
  for (const std::uint64_t width : {4u, 8u}) {
    for (const std::uint64_t signature : {4u, 0u}) {
      if (signature != 0 && !zip_signature_at(members, at, kZipDescriptor)) continue;
      const std::uint64_t crc = at + signature;
      if (crc + 4 + 2 * width > members.size() || zip_number(members, crc, 4) != central.crc ||
          zip_number(members, crc + 4, width) != central.compressed ||
          zip_number(members, crc + 4 + width, width) != central.size) {
        continue;
      }
      tree_.open("descriptor", Kind::group, Encoding::record);
      if (signature != 0)
        tree_.take("signature", Kind::magic, Encoding::bytes, Effect::behaviour, 4, kDerived);
      number("crc32", Kind::checksum, 4, true);
      number("compressed_size", Kind::size, width, true);
      number("size", Kind::size, width, true);
      tree_.close();
      return;
    }
  }
  tree_.anomaly(tree_.last(), AnomalyKind::integrity,
                "no data descriptor that agrees with the directory" + at_offset(at));
}

Result<void> Decoder::emit_member(Entry& entry) {
  const std::string_view path = as_text(entry.central.name);
  const FieldId id = tree_.open(member_key(path), Kind::member, Encoding::record);
  if (!entry.local) {
    problem("the local header is not where the directory says, or overlaps another member", id);
    emit_statements(entry, {});
    tree_.close();
    return {};
  }
  check_agreement(entry);
  auto check = check_content(entry);
  if (!check) return tl::unexpected(check.error());
  const ZipExtraFacts extra = emit_local(entry, *check);
  if (entry.central.compressed > 0 || !path.ends_with('/')) emit_content(entry, *check);
  emit_descriptor(entry);
  emit_statements(entry, extra);
  tree_.close();
  return {};
}

// APK Signature Scheme v2: lies directly before the directory; its size stands in front and behind.
void Decoder::emit_signing_block() {
  const std::uint64_t end = end_.directory_begin;
  constexpr std::uint64_t kFrame = 8 + 8 + kSigningMagic.size();
  if (end - tree_.position() < kFrame ||
      !zip_signature_at(archive_, end - kSigningMagic.size(), kSigningMagic))
    return;
  const std::uint64_t size = zip_number(archive_, end - kSigningMagic.size() - 8, 8);
  if (size > end - tree_.position() - 8 || size < kFrame - 8) return;
  const std::uint64_t begin = end - size - 8;
  if (zip_number(archive_, begin, 8) != size) return;
  const std::uint64_t before = begin - tree_.position();
  if (before > 0 && begin % kApkPage == 0 && before < 2 * kApkPage && all_zero(tree_.peek(before))) {
    tree_.take("signing_padding/", Kind::padding, Encoding::bytes, Effect::inert, before, kInRange);
  } else {
    take_gap(begin, "signing block");
  }
  tree_.take("signing_block/", Kind::signature, Encoding::bytes, Effect::behaviour, size + 8, kCritical);
}

void Decoder::emit_central(const Entry& entry) {
  const ZipCentral& central = entry.central;
  const ZipHeader* const local = entry.local && entry.agrees ? &*entry.local : nullptr;
  const bool derived = local != nullptr;
  // A second record of the member, so that what differs in it belongs to the member.
  const FieldId id = tree_.open(member_key(as_text(central.name)), Kind::member, Encoding::record);
  tree_.open("directory", Kind::group, Encoding::record);
  if (derived) tree_.set_flags(id, kDerived);
  const auto take = [&](std::string_view key, Kind kind, std::uint64_t width) {
    const Encoding encoding = width == 2 ? Encoding::u16le : Encoding::u32le;
    tree_.take(key, kind, encoding, Effect::behaviour, width, flag_if(derived, kDerived));
  };
  take("signature", Kind::magic, 4);
  take("made_by", Kind::dialect, 2);
  dialect("version_needed", 2, is_zip_version(central.needed, central.method, central.zip64_used > 0),
          derived && central.needed == local->needed);
  take("flags", Kind::flags, 2);
  take("method", Kind::dialect, 2);
  time(central.modified, derived);
  take("crc32", Kind::checksum, 4);
  take("compressed_size", Kind::size, 4);
  take("size", Kind::size, 4);
  take("name_length", Kind::size, 2);
  take("extra_length", Kind::size, 2);
  take("comment_length", Kind::size, 2);
  const bool first_disk = central.disk == 0;
  take("disk", Kind::count, 2);
  if (!first_disk) problem("a member on another disk" + at_offset(central.at));
  take("internal_attributes", Kind::flags, 2);
  take("external_attributes", Kind::flags, 4);
  take("offset", Kind::offset, 4);
  tree_.take("name", Kind::path, Encoding::bytes, Effect::behaviour, central.name.size(),
             flag_if(derived, kDerived));
  const ZipHeader absent;
  emit_zip_extra(tree_, central, derived ? local : &absent);
  if (!central.comment.empty()) {
    tree_.take("comment", Kind::comment, Encoding::bytes, Effect::content, central.comment.size(),
               flag_if(derived, kDerived));
  }
  tree_.close();
  tree_.close();
}

void Decoder::emit_directory() {
  if (!std::is_sorted(order_.begin(), order_.end())) {
    std::string positions;
    for (const std::uint32_t index : order_) positions.append(std::to_string(index)).append(" ");
    tree_.alias("directory_order/", Kind::order, Effect::behaviour, positions, kCritical);
  }
  const FieldId directory = tree_.open("directory/", Kind::group, Encoding::record);
  for (const Entry& entry : entries_) emit_central(entry);
  if (directory_parsed_ < end_.directory_end) {
    // Section 4.3.13 (digital signature), or damage.
    const std::uint64_t length = end_.directory_end - directory_parsed_;
    tree_.take("unparsed", Kind::gap, Encoding::bytes, Effect::behaviour, length, kCritical);
    problem(std::to_string(length) + " bytes of the directory are no header" + at_offset(directory_parsed_));
  }
  tree_.close();
  for (const std::string& text : end_.problems) problem(text, directory);
}

void Decoder::emit_zip64_end() {
  const std::uint64_t size = end_.directory_end - end_.directory_begin;
  const auto value = [&] { return little_endian(tree_.peek(8)); };
  tree_.open("zip64_end/", Kind::group, Encoding::record);
  tree_.take("signature", Kind::magic, Encoding::bytes, Effect::behaviour, 4, kDerived);
  number("record_size", Kind::size, 8, value() == end_.zip64_length - 12);
  dialect("made_by", 2, true);
  dialect("version_needed", 2, little_endian(tree_.peek(2)) == 45);
  number("disk", Kind::count, 4, little_endian(tree_.peek(4)) == 0);
  number("directory_disk", Kind::count, 4, little_endian(tree_.peek(4)) == 0);
  number("entries_on_disk", Kind::count, 8, value() == entries_.size());
  number("entries", Kind::count, 8, value() == entries_.size());
  number("directory_size", Kind::size, 8, value() == size);
  number("directory_offset", Kind::offset, 8, value() + end_.base == end_.directory_begin);
  const std::uint64_t rest = end_.zip64_length - kZip64EndSize;
  if (rest > 0)
    tree_.take("extensible_data", Kind::opaque, Encoding::bytes, Effect::behaviour, rest, kCritical);
  tree_.close();
  tree_.open("zip64_locator/", Kind::group, Encoding::record);
  tree_.take("signature", Kind::magic, Encoding::bytes, Effect::behaviour, 4, kDerived);
  number("disk", Kind::count, 4, little_endian(tree_.peek(4)) == 0);
  number("offset", Kind::offset, 8, value() + end_.base == *end_.zip64_at);
  number("disks", Kind::count, 4, little_endian(tree_.peek(4)) <= 1);
  tree_.close();
}

void Decoder::emit_end() {
  if (end_.zip64_at) emit_zip64_end();
  take_gap(end_.at, "end");
  const bool zip64 = end_.zip64_at.has_value();
  const auto holds = [&](std::uint64_t width, std::uint64_t actual) {
    const std::uint64_t stored = little_endian(tree_.peek(width));
    return stored == actual || (zip64 && stored == (width == 2 ? 0xffff : kZip32Max));
  };
  tree_.open("end/", Kind::group, Encoding::record);
  tree_.take("signature", Kind::magic, Encoding::bytes, Effect::behaviour, 4, kDerived);
  number("disk", Kind::count, 2, holds(2, 0));
  number("directory_disk", Kind::count, 2, holds(2, 0));
  number("entries_on_disk", Kind::count, 2, holds(2, entries_.size()));
  number("entries", Kind::count, 2, holds(2, entries_.size()));
  number("directory_size", Kind::size, 4, holds(4, end_.directory_end - end_.directory_begin));
  number("directory_offset", Kind::offset, 4, holds(4, end_.directory_begin - end_.base));
  number("comment_length", Kind::size, 2, true);
  if (end_.comment > 0) tree_.take("comment", Kind::comment, Encoding::bytes, Effect::content, end_.comment);
  const auto& first = order_.empty() ? std::nullopt : entries_[order_.front()].local;
  if (first && has_jar_marker(*first)) tree_.alias("jar", Kind::dialect, Effect::inert, "0xcafe", kInRange);
  tree_.close();
  if (tree_.remaining() == 0) return;
  const std::string text =
      std::to_string(tree_.remaining()) + " bytes follow the end record" + at_offset(tree_.position());
  tree_.take("trailing/", Kind::trailing, Encoding::bytes, Effect::behaviour, tree_.remaining(), kCritical);
  problem(text);
}

Result<Tree> Decoder::decode() {
  const FieldId root = tree_.open("", Kind::group, Encoding::list_set);
  tree_.tree().owners_free = !context_.unpacked_by_root;
  if (!read_directory()) {
    problem("no end record whose directory lies inside the archive", root);
    return tree_.finish();
  }
  place_members();
  if (end_.base != 0) tree_.alias("offset_base/", Kind::offset, Effect::behaviour, std::to_string(end_.base));
  MemberOrder order;
  std::vector<FieldId> members;
  for (const std::uint32_t index : order_) {
    Entry& entry = entries_[index];
    const std::string_view path = as_text(entry.central.name);
    if (entry.local) take_gap(entry.local->at, path);
    members.push_back(static_cast<FieldId>(tree_.tree().size()));
    if (auto done = emit_member(entry); !done) return tl::unexpected(done.error());
    order.add(path, path.ends_with('/'));
  }
  emit_signing_block();
  take_gap(end_.directory_begin, "directory");
  emit_directory();
  emit_end();
  for (const std::uint32_t index : order.finish()) {
    problem("an earlier member has the same path; which one counts depends on the program", members[index]);
  }
  if (order.significant()) tree_.set_layout(root, Encoding::list_significant);
  return tree_.finish();
}

// A local header or an end record in front; else, behind something that is often put before an archive, an
// end record whose directory begins where it says.
Bits probe_zip(const ProbeInput& input) noexcept {
  constexpr Bits kFront = 32, kBehindStub = 48;
  const Bytes bytes = input.bytes;
  if (zip_signature_at(bytes, 0, kZipLocal) || zip_signature_at(bytes, 0, kZipEnd)) return kFront;
  bool stub = bytes.size() >= kZipEndSize && zip_signature_at(bytes, bytes.size() - kZipEndSize, kZipEnd);
  for (const std::string_view front : {"#!", "MZ",
                                       "\x7f"
                                       "ELF",
                                       "PK"})
    stub = stub || zip_signature_at(bytes, 0, front);
  return stub && has_zip_directory(bytes) ? kBehindStub : 0;
}

}  // namespace

const Format kZip = {
    .id = "zip",
    .spec = "PKWARE APPNOTE.TXT 6.3.10; Info-ZIP proginfo/extrafld.txt; APK Signature Scheme v2",
    .probe = probe_zip,
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return Decoder(std::move(blob), context, budget).decode(); },
};

}  // namespace unrepro
