// .dynamic (gABI, "Dynamic Section"; GNU tags of elf.h).

#include "formats/elf/dynamic.h"

#include <algorithm>
#include <array>

#include "formats/elf/constants.h"
#include "formats/elf/rows.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

enum class Value : std::uint8_t { number, address, dependency, name, search_path, flags };

struct Tag {
  std::uint64_t tag;
  std::string_view name;
  Value value;
};

constexpr Tag kTags[] = {
    {0, "DT_NULL", Value::number},
    {1, "DT_NEEDED", Value::dependency},
    {2, "DT_PLTRELSZ", Value::number},
    {3, "DT_PLTGOT", Value::address},
    {4, "DT_HASH", Value::address},
    {5, "DT_STRTAB", Value::address},
    {6, "DT_SYMTAB", Value::address},
    {7, "DT_RELA", Value::address},
    {8, "DT_RELASZ", Value::number},
    {9, "DT_RELAENT", Value::number},
    {10, "DT_STRSZ", Value::number},
    {11, "DT_SYMENT", Value::number},
    {12, "DT_INIT", Value::address},
    {13, "DT_FINI", Value::address},
    {14, "DT_SONAME", Value::name},
    {15, "DT_RPATH", Value::search_path},
    {16, "DT_SYMBOLIC", Value::flags},
    {17, "DT_REL", Value::address},
    {18, "DT_RELSZ", Value::number},
    {19, "DT_RELENT", Value::number},
    {20, "DT_PLTREL", Value::number},
    {21, "DT_DEBUG", Value::number},
    {22, "DT_TEXTREL", Value::flags},
    {23, "DT_JMPREL", Value::address},
    {24, "DT_BIND_NOW", Value::flags},
    {25, "DT_INIT_ARRAY", Value::address},
    {26, "DT_FINI_ARRAY", Value::address},
    {27, "DT_INIT_ARRAYSZ", Value::number},
    {28, "DT_FINI_ARRAYSZ", Value::number},
    {29, "DT_RUNPATH", Value::search_path},
    {30, "DT_FLAGS", Value::flags},
    {32, "DT_PREINIT_ARRAY", Value::address},
    {33, "DT_PREINIT_ARRAYSZ", Value::number},
    {35, "DT_RELRSZ", Value::number},
    {36, "DT_RELR", Value::address},
    {37, "DT_RELRENT", Value::number},
    {0x6ffffef5, "DT_GNU_HASH", Value::address},
    {0x6ffffefa, "DT_CONFIG", Value::search_path},
    {0x6ffffefb, "DT_DEPAUDIT", Value::dependency},
    {0x6ffffefc, "DT_AUDIT", Value::dependency},
    {0x6ffffff0, "DT_VERSYM", Value::address},
    {0x6ffffff9, "DT_RELACOUNT", Value::number},
    {0x6ffffffa, "DT_RELCOUNT", Value::number},
    {0x6ffffffb, "DT_FLAGS_1", Value::flags},
    {0x6ffffffc, "DT_VERDEF", Value::address},
    {0x6ffffffd, "DT_VERDEFNUM", Value::number},
    {0x6ffffffe, "DT_VERNEED", Value::address},
    {0x6fffffff, "DT_VERNEEDNUM", Value::number},
    {0x7ffffffd, "DT_AUXILIARY", Value::dependency},
    {0x7fffffff, "DT_FILTER", Value::dependency},
};

Kind kind_of(Value value) {
  switch (value) {
    case Value::number:
      return Kind::size;
    case Value::address:
      return Kind::address;
    case Value::dependency:
      return Kind::dependency;
    case Value::name:
      return Kind::name;
    case Value::search_path:
      return Kind::search_path;
    case Value::flags:
      return Kind::flags;
  }
  return Kind::opaque;
}

bool is_string(Value value) {
  return value == Value::dependency || value == Value::name || value == Value::search_path;
}

}  // namespace

std::unique_ptr<RowView> dynamic_rows(const File& file, std::uint32_t index) {
  const std::uint64_t width = 2 * file.word();
  return make_rows(file.content(index).size() / width, [&file, index, width](std::uint64_t i, Row& row) {
    const unsigned w = file.word();
    const Bytes entry = file.content(index).subspan(i * width, width);
    const std::uint64_t tag = file.read(entry, 0, w), value = file.read(entry, w, w);
    const auto known =
        std::find_if(std::begin(kTags), std::end(kTags), [tag](const Tag& t) { return t.tag == tag; });
    row.span = {i * width, width};
    const Value meaning = known != std::end(kTags) ? known->value : Value::number;
    row.key = known != std::end(kTags) ? std::string(known->name) : "tag " + hex(tag);
    row.kind = kind_of(meaning);
    row.critical = is_string(meaning) || meaning == Value::flags;
    if (is_string(meaning)) {
      const auto text = file.string(file.sections[index].link, value);
      row.value = row.key + " " + (text ? std::string(*text) : "string at " + hex(value));
    } else {
      row.value = row.key + " " + (meaning == Value::address ? file.address(value) : hex(value));
    }
  });
}

bool dynamic_is_string(std::uint64_t tag) {
  const auto known =
      std::find_if(std::begin(kTags), std::end(kTags), [tag](const Tag& t) { return t.tag == tag; });
  return known != std::end(kTags) && is_string(known->value);
}

}  // namespace unrepro::elf
