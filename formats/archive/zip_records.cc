#include "formats/archive/zip_records.h"

#include <algorithm>

#include "formats/stream/stream.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kLongestComment = 0xffff;

// Replaces the fields that say "see zip64" by those of the zip64 field, in their order (section 4.5.3).
class Zip64Fields {
 public:
  explicit Zip64Fields(const ZipExtras& extras) {
    if (const ZipExtra* field = extras.find(kExtraZip64)) data_ = field->data;
  }
  void apply(std::uint64_t& value, std::uint64_t escape = kZip32Max) {
    const std::uint64_t width = escape == kZip32Max ? 8 : 4;
    if (value != escape || data_.size() < used_ + width) return;
    value = zip_number(data_, used_, width);
    used_ += width;
  }
  std::uint64_t used() const { return used_; }

 private:
  Bytes data_;
  std::uint64_t used_ = 0;
};

void read_common(Bytes archive, std::uint64_t at, ZipHeader& header) {
  header.needed = static_cast<std::uint16_t>(zip_number(archive, at, 2));
  header.flags = static_cast<std::uint16_t>(zip_number(archive, at + 2, 2));
  header.method = static_cast<std::uint16_t>(zip_number(archive, at + 4, 2));
  header.modified = static_cast<std::uint32_t>(zip_number(archive, at + 6, 4));
  header.crc = static_cast<std::uint32_t>(zip_number(archive, at + 10, 4));
  header.compressed = zip_number(archive, at + 14, 4);
  header.size = zip_number(archive, at + 18, 4);
}

// The record closest to the end whose comment reaches exactly to the end; else the last one that fits.
std::optional<std::uint64_t> find_end_record(Bytes archive) {
  if (archive.size() < kZipEndSize) return std::nullopt;
  const std::uint64_t last = archive.size() - kZipEndSize;
  const std::string_view text = as_text(archive);
  std::optional<std::uint64_t> exact, other;  // the last of those whose comment ends the file, and of others
  for (std::size_t at = text.find(kZipEnd, last > kLongestComment ? last - kLongestComment : 0); at <= last;
       at = text.find(kZipEnd, at + 1)) {
    const std::uint64_t end = at + kZipEndSize + zip_number(archive, at + 20, 2);
    if (end == archive.size()) exact = at;
    if (end < archive.size()) other = at;
  }
  return exact ? exact : other;
}

void read_zip64_end(Bytes archive, ZipEnd& end, std::uint64_t& size, std::uint64_t& offset) {
  if (end.at < kZip64LocatorSize) return;
  const std::uint64_t locator = end.at - kZip64LocatorSize;
  if (!zip_signature_at(archive, locator, kZip64Locator)) return;
  // Something put before the archive moves the record, so it is looked for where it has to be as well.
  std::uint64_t at = zip_number(archive, locator + 8, 8);
  if (at > locator || !zip_signature_at(archive, at, kZip64End)) {
    if (locator < kZip64EndSize) return;
    at = locator - kZip64EndSize;
  }
  if (locator - at < kZip64EndSize || !zip_signature_at(archive, at, kZip64End)) {
    end.problems.push_back("the zip64 locator at offset " + std::to_string(locator) +
                           " points to no zip64 end record");
    return;
  }
  const std::uint64_t length = zip_number(archive, at + 4, 8);
  if (length != locator - at - 12) {
    end.problems.push_back("the zip64 end record at offset " + std::to_string(at) + " says " +
                           std::to_string(length) + " bytes, there are " + std::to_string(locator - at - 12));
  }
  end.zip64_at = at;
  end.zip64_length = locator - at;
  const std::uint64_t entries = zip_number(archive, at + 32, 8);
  const std::uint64_t zip64_size = zip_number(archive, at + 40, 8);
  const std::uint64_t zip64_offset = zip_number(archive, at + 48, 8);
  const auto agree = [&](std::uint64_t& old, std::uint64_t escape, std::uint64_t value) {
    if (old != escape && old != value) {
      end.problems.push_back("the end record and the zip64 end record say " + std::to_string(old) + " and " +
                             std::to_string(value));
    }
    old = value;
  };
  agree(end.entries, 0xffff, entries);
  agree(size, kZip32Max, zip64_size);
  agree(offset, kZip32Max, zip64_offset);
}

}  // namespace

std::uint64_t zip_number(Bytes archive, std::uint64_t at, std::uint64_t width) {
  if (at > archive.size() || width > archive.size() - at) return 0;
  return little_endian(archive.subspan(at, width));
}

bool zip_signature_at(Bytes archive, std::uint64_t at, std::string_view signature) {
  return at <= archive.size() && as_text(archive.subspan(at)).starts_with(signature);
}

const ZipExtra* ZipExtras::find(std::uint16_t id) const {
  const auto at =
      std::find_if(fields.begin(), fields.end(), [&](const ZipExtra& field) { return field.id == id; });
  return at == fields.end() ? nullptr : &*at;
}

ZipExtras parse_zip_extras(Bytes area) {
  // Fields of id 0 and length 0 are how zipalign's zeros read.
  const auto last = std::find_if(area.rbegin(), area.rend(), [](std::uint8_t byte) { return byte != 0; });
  const auto nonzero = static_cast<std::uint64_t>(area.rend() - last);
  ZipExtras extras;
  while (area.size() - extras.parsed >= 4 && extras.parsed < nonzero) {
    const std::uint64_t length = zip_number(area, extras.parsed + 2, 2);
    if (length > area.size() - extras.parsed - 4) break;
    extras.fields.push_back({static_cast<std::uint16_t>(zip_number(area, extras.parsed, 2)),
                             area.subspan(extras.parsed + 4, length)});
    extras.parsed += 4 + length;
  }
  return extras;
}

std::optional<ZipHeader> read_zip_local(Bytes archive, std::uint64_t at) {
  if (!zip_signature_at(archive, at, kZipLocal) || archive.size() - at < kZipLocalSize) return std::nullopt;
  ZipHeader header;
  header.at = at;
  read_common(archive, at + 4, header);
  const std::uint64_t name = zip_number(archive, at + 26, 2), extra = zip_number(archive, at + 28, 2);
  header.length = kZipLocalSize + name + extra;
  if (header.length > archive.size() - at) return std::nullopt;
  header.name = archive.subspan(at + kZipLocalSize, name);
  header.extra = archive.subspan(at + kZipLocalSize + name, extra);
  header.extras = parse_zip_extras(header.extra);
  Zip64Fields zip64(header.extras);
  zip64.apply(header.size);
  zip64.apply(header.compressed);
  header.zip64_used = zip64.used();
  return header;
}

std::optional<ZipCentral> read_zip_central(Bytes archive, std::uint64_t at) {
  if (!zip_signature_at(archive, at, kZipCentral) || archive.size() - at < kZipCentralSize)
    return std::nullopt;
  ZipCentral header;
  header.at = at;
  header.made_by = static_cast<std::uint16_t>(zip_number(archive, at + 4, 2));
  read_common(archive, at + 6, header);
  const std::uint64_t name = zip_number(archive, at + 28, 2), extra = zip_number(archive, at + 30, 2),
                      comment = zip_number(archive, at + 32, 2);
  header.length = kZipCentralSize + name + extra + comment;
  if (header.length > archive.size() - at) return std::nullopt;
  std::uint64_t disk = zip_number(archive, at + 34, 2);
  header.internal = static_cast<std::uint16_t>(zip_number(archive, at + 36, 2));
  header.external = static_cast<std::uint32_t>(zip_number(archive, at + 38, 4));
  header.offset = zip_number(archive, at + 42, 4);
  header.name = archive.subspan(at + kZipCentralSize, name);
  header.extra = archive.subspan(at + kZipCentralSize + name, extra);
  header.comment = archive.subspan(at + kZipCentralSize + name + extra, comment);
  header.extras = parse_zip_extras(header.extra);
  Zip64Fields zip64(header.extras);
  zip64.apply(header.size);
  zip64.apply(header.compressed);
  zip64.apply(header.offset);
  zip64.apply(disk, 0xffff);
  header.disk = static_cast<std::uint16_t>(disk);
  header.zip64_used = zip64.used();
  return header;
}

std::optional<ZipEnd> find_zip_end(Bytes archive) {
  const auto at = find_end_record(archive);
  if (!at) return std::nullopt;
  ZipEnd end;
  end.at = *at;
  end.comment = zip_number(archive, *at + 20, 2);
  end.entries = zip_number(archive, *at + 10, 2);
  std::uint64_t size = zip_number(archive, *at + 12, 4), offset = zip_number(archive, *at + 16, 4);
  read_zip64_end(archive, end, size, offset);
  end.directory_end = end.zip64_at.value_or(end.at);
  if (size > end.directory_end) return std::nullopt;
  end.directory_begin = end.directory_end - size;
  if (offset <= end.directory_begin) {
    end.base = end.directory_begin - offset;
  } else {
    end.problems.push_back("the directory begins at offset " + std::to_string(end.directory_begin) +
                           ", the end record says " + std::to_string(offset));
  }
  if (end.base != 0 && zip_signature_at(archive, offset, kZipCentral)) {
    end.problems.push_back("directories begin at offset " + std::to_string(offset) + " and at " +
                           std::to_string(end.directory_begin) + "; which one counts depends on the program");
  }
  const std::string_view after = as_text(archive.subspan(*at + 4));
  if (after.find(kZipEnd) != std::string_view::npos) {
    end.problems.push_back("another end record follows the one at offset " + std::to_string(*at));
  }
  return end;
}

bool has_zip_directory(Bytes archive) noexcept {
  const auto at = find_end_record(archive);
  if (!at) return false;
  const std::uint64_t size = zip_number(archive, *at + 12, 4);
  return size <= *at && zip_signature_at(archive, *at - size, kZipCentral);
}

std::uint16_t zip_version_of(std::uint16_t method) {
  switch (method) {
    case 0:
      return 10;
    case 8:
      return 20;
    case 9:  // deflate64
      return 21;
    case 12:  // bzip2
      return 46;
    case 14:  // LZMA
      return 63;
    default:
      return 0;
  }
}

bool is_zip_version(std::uint16_t version, std::uint16_t method, bool zip64) {
  if (version == 10 || version == 11 || version == 20) return true;
  return (zip64 && version == 45) || (version != 0 && version == zip_version_of(method));
}

}  // namespace unrepro
