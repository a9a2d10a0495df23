#include "formats/archive/tar_pax.h"

#include <algorithm>

namespace unrepro {
namespace {

constexpr std::string_view kSparseOffset = "GNU.sparse.offset";
constexpr std::string_view kSparseBytes = "GNU.sparse.numbytes";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

// Without '=' padding, as libarchive writes it; the unused low bits must be zero.
std::optional<std::string> decode_base64(std::string_view text) {
  std::string result;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      result += static_cast<char>(bits >> count & 0xff);
    }
  }
  if (text.size() % 4 == 1 || (bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return result;
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    result += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return result;
}

bool has_duplicates(const std::vector<PaxRecord>& records) {
  std::vector<std::string_view> keywords;
  for (const PaxRecord& record : records) {
    if (record.keyword != kSparseOffset && record.keyword != kSparseBytes) keywords.push_back(record.keyword);
  }
  std::sort(keywords.begin(), keywords.end());
  return std::adjacent_find(keywords.begin(), keywords.end()) != keywords.end();
}

// Parses one record at the front of `text`; returns why it is none.
std::string_view parse_record(std::string_view text, PaxRecord& record) {
  std::uint64_t length = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits == 18) return "its length is not a number in range";
    length = length * 10 + static_cast<std::uint64_t>(text[digits] - '0');
    ++digits;
  }
  if (digits == 0 || text[0] == '0') return "its length is not a plain decimal number";
  if (digits == text.size() || text[digits] != ' ') return "no blank follows its length";
  if (length > text.size()) return "it is longer than the header";
  if (length < digits + 4) return "it is shorter than a record can be";
  const std::string_view body = text.substr(digits + 1, length - digits - 1);
  if (body.back() != '\n') return "it does not end with a newline";
  const std::size_t equals = body.find('=');
  if (equals == 0 || equals == std::string_view::npos) return "it has no keyword";
  record.keyword = body.substr(0, equals);
  record.value = body.substr(equals + 1, body.size() - equals - 2);
  record.length = length;
  return {};
}

}  // namespace

PaxRecords parse_pax(Bytes data) {
  PaxRecords result;
  const std::string_view text = as_text(data);
  while (result.parsed < text.size()) {
    PaxRecord record;
    result.problem = parse_record(text.substr(result.parsed), record);
    if (!result.problem.empty()) break;
    result.parsed += record.length;
    result.records.push_back(record);
  }
  result.duplicates = has_duplicates(result.records);
  return result;
}

std::optional<PaxXattr> decode_xattr(const PaxRecord& record) {
  constexpr std::string_view kSchily = "SCHILY.xattr.";
  constexpr std::string_view kLibarchive = "LIBARCHIVE.xattr.";
  if (record.keyword == "RHT.security.selinux")
    return PaxXattr{"security.selinux", std::string(record.value)};
  if (record.keyword.starts_with(kSchily)) {
    return PaxXattr{std::string(record.keyword.substr(kSchily.size())), std::string(record.value)};
  }
  if (record.keyword.starts_with(kLibarchive)) {
    auto name = decode_percent(record.keyword.substr(kLibarchive.size()));
    auto value = decode_base64(record.value);
    if (name && value) return PaxXattr{std::move(*name), std::move(*value)};
  }
  return std::nullopt;
}

}  // namespace unrepro
