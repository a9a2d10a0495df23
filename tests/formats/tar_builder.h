#pragma once
// Writes tar archives field by field, so that tests can say exactly what is wrong with one.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace unrepro::test {

// One header block with its data. Fields hold what GNU tar would write for an empty regular file in ustar.
class TarEntry {
 public:
  explicit TarEntry(std::string_view name, char type = '0') {
    block_.assign(512, '\0');
    put(0, name);
    put(100, "0000644")
        .put(108, "0001750")
        .put(116, "0000144")
        .put(124, "00000000000")
        .put(136, "14556434300");
    block_[156] = type;
    put(257, std::string_view("ustar\00000", 8));
    put(265, "alice").put(297, "users").put(329, "0000000").put(337, "0000000");
  }
  TarEntry& put(std::size_t offset, std::string_view text) {
    std::memcpy(block_.data() + offset, text.data(), text.size());
    return *this;
  }
  TarEntry& link(std::string_view target) { return put(157, target); }
  TarEntry& gnu() { return put(257, std::string_view("ustar  \0", 8)).clear(329, 183); }
  TarEntry& v7() { return clear(257, 255); }
  TarEntry& clear(std::size_t offset, std::size_t length) { return put(offset, std::string(length, '\0')); }
  // Sets content and size.
  TarEntry& data(std::string_view content) { return size(content.size()).raw_data(content); }
  TarEntry& raw_data(std::string_view content) {
    data_ = content;
    return *this;
  }
  TarEntry& size(std::uint64_t size) { return put(124, octal(size, 11)); }
  std::string str() const {
    std::string padded = data_;
    padded.resize((data_.size() + 511) / 512 * 512, '\0');
    return with_checksum(block_) + padded;
  }

  static std::string octal(std::uint64_t value, int digits) {
    std::string text(static_cast<std::size_t>(digits), '0');
    for (std::size_t i = text.size(); i-- > 0; value /= 8) text[i] = static_cast<char>('0' + value % 8);
    return text;
  }
  // The block with its checksum made right.
  static std::string with_checksum(std::string block) {
    block.replace(148, 8, 8, ' ');
    std::uint64_t sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    return block.replace(148, 8, octal(sum, 6) + std::string("\0 ", 2));
  }

 private:
  std::string block_;
  std::string data_;
};

inline std::string pax_record(std::string_view keyword, std::string_view value) {
  std::string body = " " + std::string(keyword) + "=" + std::string(value) + "\n";
  std::size_t length = body.size() + 1;
  while (std::to_string(length).size() + body.size() != length) ++length;
  return std::to_string(length) + body;
}
inline std::string pax(std::string_view records, std::string_view name = "././@PaxHeader") {
  return TarEntry(name, 'x').data(records).str();
}
inline std::string tar_end() { return std::string(1024, '\0'); }

}  // namespace unrepro::test
