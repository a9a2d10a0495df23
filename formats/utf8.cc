#include "formats/utf8.h"

#include <cstring>

namespace unrepro {
namespace {

// The shape a lead byte announces. Only the second byte's range depends on the lead byte.
struct Shape {
  std::uint32_t length = 0;
  std::uint8_t second_low = 0x80, second_high = 0xbf;
  std::uint8_t lead_mask = 0;
};

Shape shape_of(std::uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0, 0x7f};
  if (lead < 0xc2) return {};
  if (lead < 0xe0) return {2, 0x80, 0xbf, 0x1f};
  if (lead == 0xe0) return {3, 0xa0, 0xbf, 0x0f};
  if (lead == 0xed) return {3, 0x80, 0x9f, 0x0f};
  if (lead < 0xf0) return {3, 0x80, 0xbf, 0x0f};
  if (lead == 0xf0) return {4, 0x90, 0xbf, 0x07};
  if (lead < 0xf4) return {4, 0x80, 0xbf, 0x07};
  if (lead == 0xf4) return {4, 0x80, 0x8f, 0x07};
  return {};
}

// How many bytes from the front agree with the shape.
std::uint32_t agreeing(Bytes bytes, const Shape& shape) {
  std::uint32_t count = shape.length == 0 ? 0 : 1;
  while (count < shape.length && count < bytes.size()) {
    const std::uint8_t low = count == 1 ? shape.second_low : 0x80;
    const std::uint8_t high = count == 1 ? shape.second_high : 0xbf;
    if (bytes[count] < low || bytes[count] > high) break;
    ++count;
  }
  return count;
}

}  // namespace

CodePoint decode_utf8(Bytes bytes) {
  if (bytes.empty()) return {};
  const Shape shape = shape_of(bytes[0]);
  if (shape.length == 0 || agreeing(bytes, shape) < shape.length) return {};
  char32_t value = bytes[0] & shape.lead_mask;
  for (std::uint32_t i = 1; i < shape.length; ++i) value = (value << 6) | (bytes[i] & 0x3fu);
  return {value, shape.length};
}

std::size_t utf8_prefix(Bytes bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    std::uint64_t word = 0;
    if (bytes.size() - at >= sizeof word) {
      std::memcpy(&word, bytes.data() + at, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const CodePoint point = decode_utf8(bytes.subspan(at));
    if (point.length == 0) break;
    at += point.length;
  }
  return at;
}

bool utf8_cut_off(Bytes bytes) {
  if (bytes.empty()) return true;
  const Shape shape = shape_of(bytes[0]);
  return bytes.size() < shape.length && agreeing(bytes, shape) == bytes.size();
}

bool latin1_is_utf8(Bytes latin1, Bytes utf8) {
  if (latin1.size() >= utf8.size()) return false;
  for (const std::uint8_t byte : latin1) {
    const CodePoint point = decode_utf8(utf8);
    if (point.length == 0 || point.value != byte) return false;
    utf8 = utf8.subspan(point.length);
  }
  return utf8.empty();
}

}  // namespace unrepro
