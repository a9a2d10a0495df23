#include "formats/python/pyc.h"

#include <algorithm>
#include <array>
#include <string>

#include "formats/stream/stream.h"
#include "formats/text/text.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kHeader = 16;
constexpr std::uint8_t kMakesReference = 0x80;
constexpr unsigned kDepth = 100;  // of constants in constants; a function in a function is two levels
// Times before are none that a file has: 1980, the first of a zip archive.
constexpr std::uint32_t kEarliest = 315'532'800;

// Magic numbers of Lib/importlib/_bootstrap_external.py: the last release candidates' are the releases'.
unsigned minor_version(std::uint64_t magic) {
  struct Range {
    std::uint64_t first, last;
    unsigned minor;
  };
  static constexpr std::array<Range, 6> kRanges = {{{3400, 3413, 8},
                                                    {3420, 3425, 9},
                                                    {3430, 3439, 10},
                                                    {3450, 3495, 11},
                                                    {3500, 3531, 12},
                                                    {3550, 3571, 13}}};
  for (const Range& range : kRanges) {
    if (magic >= range.first && magic <= range.last) return range.minor;
  }
  return 0;
}

// What a part of a code object is to a reader: the names of marshal.c, in its order.
struct Part {
  std::string_view key;
  bool is_number = false;
};
constexpr Part kCodeUntil310[] = {{"argcount", true},
                                  {"posonlyargcount", true},
                                  {"kwonlyargcount", true},
                                  {"nlocals", true},
                                  {"stacksize", true},
                                  {"flags", true},
                                  {"code"},
                                  {"consts"},
                                  {"names"},
                                  {"varnames"},
                                  {"freevars"},
                                  {"cellvars"},
                                  {"filename"},
                                  {"name"},
                                  {"firstlineno", true},
                                  {"lnotab"}};
constexpr Part kCodeSince311[] = {{"argcount", true},
                                  {"posonlyargcount", true},
                                  {"kwonlyargcount", true},
                                  {"stacksize", true},
                                  {"flags", true},
                                  {"code"},
                                  {"consts"},
                                  {"names"},
                                  {"localsplusnames"},
                                  {"localspluskinds"},
                                  {"filename"},
                                  {"name"},
                                  {"qualname"},
                                  {"firstlineno", true},
                                  {"linetable"},
                                  {"exceptiontable"}};

class PycDecoder {
 public:
  PycDecoder(BlobRef blob, Budget& budget) : tree_(std::move(blob), kPyc.id, budget) {}

  Result<Tree> decode() {
    tree_.open("", Kind::group, Encoding::record);
    minor_ = minor_version(tree_.peek(2)[0] | tree_.peek(2)[1] << 8);
    tree_.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, 4);
    const std::uint64_t flags =
        little_endian(tree_.take("flags", Kind::flags, Encoding::u32le, Effect::behaviour, 4));
    if ((flags & 1) != 0) {
      tree_.take("source_hash", Kind::digest, Encoding::bytes, Effect::behaviour, 8);
    } else {
      const bool in_range = little_endian(tree_.peek(4)) >= kEarliest;
      tree_.take("source_mtime", Kind::timestamp, Encoding::u32le,
                 in_range ? Effect::inert : Effect::behaviour, 4,
                 in_range ? std::uint8_t{kInRange} : std::uint8_t{0});
      tree_.take("source_size", Kind::size, Encoding::u32le, Effect::behaviour, 4);
    }
    if (flags > 3 || flags == 2)
      tree_.anomaly(Tree::kRoot, AnomalyKind::structural, "flags that PEP 552 has not");
    if (!object("module", 0)) {
      tree_.anomaly(Tree::kRoot, AnomalyKind::structural,
                    "not an object of marshal at offset " + std::to_string(tree_.position()));
    } else if (tree_.remaining() > 0) {
      tree_.take("trailing", Kind::trailing, Encoding::bytes, Effect::behaviour, tree_.remaining(),
                 kCritical);
    }
    return tree_.finish();
  }

 private:
  // A length of `width` bytes in front of a value: what it counts was read to its end.
  std::uint64_t length(std::uint64_t width) {
    return little_endian(
        tree_.take("length", Kind::size, Encoding::bytes, Effect::behaviour, width, kDerived));
  }

  bool leaf(Kind kind, std::uint64_t bytes, Effect effect = Effect::behaviour) {
    tree_.take("value", kind, Encoding::bytes, effect, bytes);
    return tree_.ok();
  }

  // What tracebacks name is for people (an importer sets it anew); all other strings are for the program.
  bool string(std::uint64_t bytes) {
    if (role_ == "filename") return leaf(Kind::text, bytes, Effect::content);
    return leaf(role_ == "code" ? Kind::code : Kind::data, bytes);
  }

  bool items(std::uint64_t count, unsigned depth) {
    if (count > tree_.remaining()) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!object(std::to_string(i), depth + 1)) return false;
    }
    return true;
  }

  bool code(unsigned depth) {
    const auto parts = [&](const auto& list) {
      for (const Part& part : list) {
        if (part.is_number) {
          tree_.take(part.key, Kind::data, Encoding::u32le, Effect::behaviour, 4);
        } else if (!object(part.key, depth + 1)) {
          return false;
        }
      }
      return tree_.ok();
    };
    return minor_ <= 10 ? parts(kCodeUntil310) : parts(kCodeSince311);
  }

  bool object(std::string_view key, unsigned depth) {
    if (depth > kDepth || tree_.remaining() == 0 || !tree_.ok()) return false;
    const std::string_view outer = role_;
    role_ = key;
    tree_.open(key, Kind::group, Encoding::record);
    const std::uint8_t type = tree_.peek(1)[0] & ~kMakesReference;
    tree_.take("type", Kind::flags, Encoding::u8, Effect::behaviour, 1);
    const bool read = value(type, depth);
    tree_.close();
    role_ = outer;
    return read && tree_.ok();
  }

  bool value(std::uint8_t type, unsigned depth) {
    switch (type) {
      case '0':
      case 'N':
      case 'S':
      case 'F':
      case 'T':
      case '.':
        return true;
      case 'r':
        return leaf(Kind::reference, 4);
      case 'i':
        return leaf(Kind::data, 4);
      case 'g':
        return leaf(Kind::data, 8);
      case 'y':
        return leaf(Kind::data, 16);
      case 'l': {
        const auto digits = static_cast<std::int32_t>(little_endian(tree_.peek(4)));
        return leaf(Kind::data,
                    4 + 2 * static_cast<std::uint64_t>(digits < 0 ? -std::int64_t{digits} : digits));
      }
      case 's':
      case 't':
      case 'u':
      case 'a':
      case 'A':
        return string(length(4));
      case 'z':
      case 'Z':
        return string(length(1));
      case '(':
      case '[':
      case '<':
      case '>':
        return items(length(4), depth);
      case ')':
        return items(length(1), depth);
      case '{':
        while (tree_.remaining() > 0 && (tree_.peek(1)[0] & ~kMakesReference) != '0') {
          if (!object("key", depth + 1) || !object("value", depth + 1)) return false;
        }
        return object("end", depth + 1);
      case 'c':
        return code(depth);
      default:
        return false;
    }
  }

  TreeBuilder tree_;
  unsigned minor_ = 0;
  std::string_view role_;
};

}  // namespace

const Format kPyc = {
    .id = "pyc",
    .spec = "PEP 552; CPython, Python/marshal.c (version 4) and Objects/codeobject.c",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      const Bytes bytes = input.bytes;
      if (bytes.size() <= kHeader || bytes[2] != '\r' || bytes[3] != '\n') return 0;
      const bool module = (bytes[kHeader] & ~kMakesReference) == 'c';
      return module && minor_version(bytes[0] | bytes[1] << 8) != 0 ? 32 : 0;
    },
    .decode = [](BlobRef blob, const Context&,
                 Budget& budget) { return PycDecoder(std::move(blob), budget).decode(); },
    .view = view_text_leaf,
};

}  // namespace unrepro
