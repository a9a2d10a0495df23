#include "formats/archive/tar_sparse.h"

namespace unrepro {
namespace {

constexpr std::size_t kEntry = 24;
constexpr std::uint64_t kNoNumber = UINT64_MAX;  // no record spells it: numbers are 63 bits wide
constexpr std::uint64_t kHeaderEntries = 386;    // offset of the four entries in the header
constexpr std::uint64_t kHeaderExtended = 482;
constexpr std::uint64_t kRealSize = 483;
constexpr std::uint64_t kExtensionEntries = 21 * kEntry;  // then one flag and padding

void note(SparseMap& map, std::string_view problem) {
  if (map.problem.empty()) map.problem = problem;
}

// Entries end at the first unused one; everything after it must be zero.
void parse_entries(Bytes bytes, SparseMap& map, bool& ended) {
  for (std::size_t at = 0; at + kEntry <= bytes.size(); at += kEntry) {
    const Bytes entry = bytes.subspan(at, kEntry);
    if (all_zero(entry)) {
      ended = true;
      continue;
    }
    if (ended) return note(map, "an entry follows the end of the sparse map");
    const Spelling offset = decode_number(Encoding::tar_number, entry.first(12));
    const Spelling length = decode_number(Encoding::tar_number, entry.subspan(12));
    const bool usual = (zero_filled(entry.first(12)) || (entry[0] & 0x80) != 0) &&
                       (zero_filled(entry.subspan(12)) || (entry[12] & 0x80) != 0);
    if (!usual || !offset.canonical || !length.canonical || offset.number->value < 0 ||
        length.number->value < 0) {
      return note(map, "the sparse map has a malformed number");
    }
    map.extents.push_back(
        {static_cast<std::uint64_t>(offset.number->value), static_cast<std::uint64_t>(length.number->value)});
  }
}

// Takes digits up to `separator` or the end from the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const auto number = parse_pax_number(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return number;
}

}  // namespace

std::optional<std::uint64_t> parse_pax_number(std::string_view text) {
  const Spelling spelling = decode_number(Encoding::decimal, as_bytes(text));
  if (!spelling.canonical || text.ends_with(' ')) return std::nullopt;
  return static_cast<std::uint64_t>(spelling.number->value);
}

void SparseMap::check(std::uint64_t stored, std::uint64_t real) {
  std::uint64_t position = 0;
  std::uint64_t total = 0;
  for (const SparseExtent& extent : extents) {
    if (extent.offset < position) return note(*this, "extents of the sparse map overlap or are out of order");
    if (extent.offset > real || extent.length > real - extent.offset) {
      return note(*this, "an extent of the sparse map ends after the file's size " + std::to_string(real));
    }
    position = extent.offset + extent.length;
    total += extent.length;
  }
  if (total != stored) {
    note(*this, "the sparse map places " + std::to_string(total) + " bytes, the archive holds " +
                    std::to_string(stored));
  }
}

std::string SparseMap::text() const {
  std::string result;
  for (const SparseExtent& extent : extents) {
    if (!result.empty()) result += ',';
    result.append(std::to_string(extent.offset)).append("+").append(std::to_string(extent.length));
  }
  return result;
}

OldSparse parse_old_sparse(const TarHeader& header, Bytes after) {
  OldSparse result;
  bool ended = false;
  parse_entries(header.block().subspan(kHeaderEntries, 4 * kEntry), result.map, ended);
  std::uint8_t extended = header.block()[kHeaderExtended];
  while (extended != 0) {
    if (extended != 1 && extended != '1')
      note(result.map, "the sparse map's continuation flag is neither 0 nor 1");
    if (after.size() < (result.blocks + 1) * kTarBlock) {
      note(result.map, "the sparse map is cut off");
      break;
    }
    const Bytes block = after.subspan(result.blocks * kTarBlock, kTarBlock);
    parse_entries(block.first(kExtensionEntries), result.map, ended);
    extended = block[kExtensionEntries];
    if (!all_zero(block.subspan(kExtensionEntries + 1)))
      note(result.map, "bytes follow the sparse map's entries");
    ++result.blocks;
  }
  const Spelling real = decode_number(Encoding::tar_number, header.block().subspan(kRealSize, 12));
  if (real.canonical && real.number->value >= 0) {
    result.real_size = real.number->value;
  } else {
    note(result.map, "the real size of the sparse file is malformed");
  }
  return result;
}

SparseMap parse_sparse_pairs(std::vector<PaxRecord>& records) {
  SparseMap map;
  std::uint64_t offset = kNoNumber;
  for (PaxRecord& record : records) {
    const bool is_offset = record.keyword == "GNU.sparse.offset";
    if (!is_offset && record.keyword != "GNU.sparse.numbytes") continue;
    record.flags |= kCovered;
    const std::uint64_t number = parse_pax_number(record.value).value_or(kNoNumber);
    if (number == kNoNumber || is_offset == (offset != kNoNumber)) {
      note(map, "the sparse map has a malformed number");
    } else if (is_offset) {
      offset = number;
    } else {
      map.extents.push_back({offset, number});
      offset = kNoNumber;
    }
  }
  if (offset != kNoNumber) note(map, "the sparse map ends with an offset");
  return map;
}

SparseMap parse_sparse_list(std::string_view text) {
  SparseMap map;
  while (!text.empty()) {
    const auto offset = take_number(text, ',');
    const auto length = take_number(text, ',');
    if (!offset || !length) {
      note(map, "the sparse map has a malformed number");
      break;
    }
    map.extents.push_back({*offset, *length});
  }
  return map;
}

LeadingSparse parse_leading_sparse(Bytes data) {
  LeadingSparse result;
  std::string_view text = as_text(data);
  const auto take_line = [&]() -> std::optional<std::uint64_t> {
    const std::string_view window = text.substr(0, 32);  // longer than any number
    if (window.find('\n') == std::string_view::npos) return std::nullopt;
    return take_number(text, '\n');
  };
  const auto count = take_line();
  if (!count) note(result.map, "the sparse map has no count");
  for (std::uint64_t i = 0; count && i < *count; ++i) {
    const auto offset = take_line();
    const auto length = take_line();
    if (!offset || !length) {
      note(result.map, "the sparse map has fewer entries than it says");
      break;
    }
    result.map.extents.push_back({*offset, *length});
  }
  const std::uint64_t used = data.size() - text.size();
  result.bytes = std::min<std::uint64_t>((used + kTarBlock - 1) / kTarBlock * kTarBlock, data.size());
  if (!all_zero(data.subspan(used, result.bytes - used)))
    note(result.map, "bytes follow the sparse map's entries");
  return result;
}

}  // namespace unrepro
