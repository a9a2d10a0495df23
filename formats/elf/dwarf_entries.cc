// .debug_info and .debug_types (DWARF 4 and 5, sections 7.5): a row for each unit header, for each entry with
// all its attributes, and for each string that may name a place or a compiler.

#include <algorithm>
#include <unordered_map>

#include "formats/elf/dwarf_lists.h"
#include "formats/elf/dwarf_names.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

constexpr std::uint64_t kName = 0x03, kCompDir = 0x1b, kProducer = 0x25;
constexpr std::size_t kMostDepth = 1u << 16;

struct AttributeForm {
  std::uint64_t attribute = 0, form = 0;
  std::int64_t constant = 0;  // DW_FORM_implicit_const
};
struct Abbreviation {
  std::uint64_t begin = 0, end = 0, tag = 0;  // where it is declared
  bool children = false;
  std::vector<AttributeForm> attributes;
};
using Abbreviations = std::unordered_map<std::uint64_t, Abbreviation>;

// An attribute as it stands in the entry.
struct Value {
  std::uint64_t attribute = 0, form = 0;
  Operand operand;
  std::uint64_t begin = 0, length = 0;  // of a block or string
  std::int64_t constant = 0;
};

class EntryRows final : public BatchedRows {
 public:
  EntryRows(DebugInformation& debug, DebugPart part, DebugMarks* marks)
      : BatchedRows(debug.sections[part]),
        debug_(debug),
        part_(part),
        which_(part == DebugPart::info ? 0 : 1),
        marks_(marks),
        lists_(debug, marks),
        cursor_(debug.sections, part, 0, 0, marks) {}

  bool ok() const override { return ok_; }

 private:
  void fail() { ok_ = false; }

  void fill() override {
    while (ok_ && rows_.empty()) {
      if (!in_unit_) {
        if (next_unit_ == debug_.sections[part_].bytes.size()) return;
        header();
      } else if (cursor_.at_end()) {
        if (depth_ != 0) fail();
        in_unit_ = false;
      } else {
        entry();
      }
      if (!cursor_.ok()) fail();
    }
    if (!ok_) rows_.clear();
  }

  void header() {
    unit_ = {.part = part_, .begin = next_unit_};
    cursor_ = {debug_.sections, part_, next_unit_, ~std::uint64_t{0}, marks_};
    unit_.offset_size = cursor_.unit();
    next_unit_ = cursor_.end();
    unit_.version = static_cast<unsigned>(cursor_.number(2));
    if (unit_.version != 4 && unit_.version != 5) return fail();
    std::uint64_t type = part_ == DebugPart::types ? 2 : 1;
    if (unit_.version == 5) {
      type = cursor_.number(1);
      unit_.address_size = static_cast<unsigned>(cursor_.number(1));
    }
    const auto abbreviations =
        offset_in(debug_.sections, cursor_.operand(unit_.offset_size), DebugPart::abbrev);
    if (unit_.version == 4) unit_.address_size = static_cast<unsigned>(cursor_.number(1));
    if (unit_.address_size != 4 && unit_.address_size != 8) return fail();
    std::string text = "version " + std::to_string(unit_.version) + " type " + std::to_string(type) +
                       " addresses " + std::to_string(unit_.address_size) + " offsets " +
                       std::to_string(unit_.offset_size);
    if (type == 2 || type == 6) {
      text += " signature " + hex(cursor_.number(8));
      lists_.entry(text, unit_, unit_.begin + cursor_.number(unit_.offset_size));
    } else if (type == 4 || type == 5) {
      text += " id " + hex(cursor_.number(8));
    } else if (type != 1 && type != 3) {
      return fail();
    }
    if (!abbreviations || !cursor_.ok() || !read_abbreviations(*abbreviations)) return fail();
    if (marks_ != nullptr) {
      debug_.units[which_].push_back(unit_.begin);
      debug_.first_entries[which_].push_back(entries_);
    }
    in_unit_ = first_ = true;
    depth_ = 0;
    span_ = {unit_.begin, cursor_.position() - unit_.begin};
    add("unit", std::move(text));
  }

  bool read_abbreviations(std::uint64_t offset) {
    const auto [at, fresh] = tables_.try_emplace(offset);
    abbreviations_ = &at->second;
    if (!fresh) return true;
    if (tables_.size() > kMostTables) {
      Abbreviations table = std::move(at->second);
      tables_.clear();
      abbreviations_ = &(tables_[offset] = std::move(table));
    }
    // Only declarations in use count as read.
    DebugMarks work;
    if (marks_ != nullptr) work.most_work = marks_->most_work, work.work = marks_->work;
    Cursor cursor(debug_.sections, DebugPart::abbrev, offset, ~std::uint64_t{0},
                  marks_ != nullptr ? &work : nullptr);
    while (true) {
      Abbreviation found{.begin = cursor.position()};
      const std::uint64_t code = cursor.uleb();
      if (!cursor.ok()) return false;
      if (code == 0) break;
      found.tag = cursor.uleb();
      const std::uint64_t children = cursor.number(1);
      if (children > 1) return false;
      found.children = children == 1;
      while (cursor.ok()) {
        AttributeForm item{cursor.uleb(), cursor.uleb()};
        if (item.form == 0x21) item.constant = cursor.sleb();
        if (item.attribute == 0 && item.form == 0) break;
        found.attributes.push_back(item);
      }
      found.end = cursor.position();
      if (!cursor.ok() || cursor.slack() != 0) return false;
      if (!abbreviations_->try_emplace(code, std::move(found)).second) return false;
    }
    if (marks_ == nullptr) return true;
    marks_->work = work.work;
    return read_again(cursor.position() - 1, cursor.position());
  }

  // Marks bytes of .debug_abbrev as in use.
  bool read_again(std::uint64_t begin, std::uint64_t end) {
    Cursor cursor(debug_.sections, DebugPart::abbrev, begin, end, marks_);
    cursor.block(end - begin);
    return cursor.ok();
  }

  void entry() {
    const std::uint64_t begin = cursor_.position(), slack = cursor_.slack();
    const std::uint64_t code = cursor_.uleb();
    if (code == 0) {
      if (depth_ > 0) {
        --depth_;
        if (cursor_.slack() != slack) fail();
        return;
      }
      span_ = {begin, cursor_.position() - begin};
      add("padding", hex(span_.length));
      return;
    }
    const auto found = abbreviations_->find(code);
    if (found == abbreviations_->end() || !cursor_.ok()) return fail();
    const Abbreviation& shape = found->second;
    if (marks_ != nullptr) {
      debug_.entries[which_].add(begin);
      ++entries_;
      marks_->work += shape.attributes.size();
      if (!marks_->read[static_cast<std::size_t>(DebugPart::abbrev)][shape.begin] &&
          !read_again(shape.begin, shape.end))
        return fail();
    }
    values_.clear();
    for (const AttributeForm& item : shape.attributes) {
      if (!read_value(item)) return fail();
    }
    span_ = {begin, cursor_.position() - begin};
    if (std::exchange(first_, false) && !find_bases()) return fail();
    if (!render(shape, cursor_.slack() - slack)) return fail();
    if (shape.children) ++depth_;
    if (depth_ > kMostDepth) fail();
  }

  bool read_value(const AttributeForm& item) {
    Value value{.attribute = item.attribute, .form = item.form, .constant = item.constant};
    if (value.form == 0x16) {  // indirect
      value.form = cursor_.uleb();
      if (value.form == 0x16 || value.form == 0x21) return false;
    }
    const auto block = [&](std::uint64_t length) {
      value.begin = cursor_.position();
      value.length = length;
      // Relocations of an expression are applied when it is read.
      cursor_.block(length);
    };
    switch (value.form) {
      case 0x01:
        value.operand = cursor_.operand(unit_.address_size);
        break;
      case 0x03:
        block(cursor_.number(2));
        break;
      case 0x04:
        block(cursor_.number(4));
        break;
      case 0x09:
      case 0x18:
        block(cursor_.uleb());
        break;
      case 0x0a:
        block(cursor_.number(1));
        break;
      case 0x1e:
        block(16);
        break;
      case 0x05:
      case 0x12:
      case 0x26:
      case 0x2a:
        value.operand = cursor_.operand(2);
        break;
      case 0x06:
      case 0x13:
      case 0x28:
      case 0x2c:
        value.operand = cursor_.operand(4);
        break;
      case 0x07:
      case 0x14:
      case 0x20:
        value.operand = cursor_.operand(8);
        break;
      case 0x0b:
      case 0x0c:
      case 0x11:
      case 0x25:
      case 0x29:
        value.operand.number = cursor_.number(1);
        break;
      case 0x27:
      case 0x2b:
        value.operand.number = cursor_.number(3);
        break;
      case 0x08: {
        value.begin = cursor_.position();
        value.length = cursor_.string().size();
        break;
      }
      case 0x0d:
        value.constant = cursor_.sleb();
        break;
      case 0x0f:
      case 0x15:
      case 0x1a:
      case 0x1b:
      case 0x22:
      case 0x23:
        value.operand.number = cursor_.uleb();
        break;
      case 0x0e:
      case 0x10:
      case 0x17:
      case 0x1f:
        value.operand = cursor_.operand(unit_.offset_size);
        break;
      case 0x19:
      case 0x21:
        break;
      default:
        return false;
    }
    values_.push_back(value);
    return cursor_.ok();
  }

  // Contributions to other sections, which attributes of any entry count from.
  bool find_bases() {
    for (Value& value : values_) {
      const auto base = [&](std::uint64_t& into, DebugPart part) {
        const auto offset = offset_in(debug_.sections, value.operand, part);
        if (!offset || value.form != 0x17) return false;
        into = *offset;
        const auto lists = lists_.contribution(unit_, part, into);
        value.constant = static_cast<std::int64_t>(lists.value_or(0));
        return lists.has_value();
      };
      const bool good = value.attribute == 0x72   ? base(unit_.str_offsets_base, DebugPart::str_offsets)
                        : value.attribute == 0x73 ? base(unit_.addr_base, DebugPart::addr)
                        : value.attribute == 0x74 ? base(unit_.rnglists_base, DebugPart::rnglists)
                        : value.attribute == 0x8c ? base(unit_.loclists_base, DebugPart::loclists)
                                                  : true;
      if (!good) return false;
    }
    return true;
  }

  bool render(const Abbreviation& shape, std::uint64_t slack) {
    const std::string tag = tag_name(shape.tag);
    const std::uint64_t tag_number = shape.tag;
    const bool unit = tag_number == 0x11 || tag_number == 0x3c || tag_number == 0x4a || tag_number == 0x41;
    std::string key = tag, text = std::to_string(depth_) + ' ' + tag;
    if (shape.children) text += " with children";
    if (slack != 0) text += " slack " + std::to_string(slack);
    add({}, {});
    const Value* views = nullptr;
    std::uint64_t locations = 0;
    for (const Value& value : values_) {
      const std::string attribute = attribute_name(value.attribute);
      text.append(1, ' ').append(attribute).append(1, ' ');
      if (value.attribute == 0x2137) {
        views = &value;
        continue;
      }
      std::optional<std::string_view> string;
      if (!is_string(value, string)) return false;
      if (!string) {
        text.append(hex(value.form)).append(1, ' ');  // what sort of value it is
        if (!render(text, value, locations)) return false;
        continue;
      }
      const bool place = value.attribute == kCompDir || (unit && value.attribute == kName) ||
                         string->find('/') != string->npos;
      if (place) {
        add_text(tag + "." + attribute, *string, value.attribute == kCompDir);
      } else if (value.attribute == kProducer) {
        add(tag + "." + attribute, std::string(*string)).kind = Kind::comment;
      } else {
        append_quoted(text, *string);
        if (value.attribute == kName) key.append(1, ' ').append(*string);
      }
    }
    if (views != nullptr && !lists_.views(text, unit_, views->operand, locations)) return false;
    rows_.front().key = std::move(key);
    rows_.front().value = std::move(text);
    rows_.front().places = true;
    return true;
  }

  // False when the value is a string that cannot be found.
  bool is_string(const Value& value, std::optional<std::string_view>& string) const {
    switch (value.form) {
      case 0x08:
        string = as_text(debug_.sections[part_].bytes.subspan(value.begin, value.length));
        return true;
      case 0x0e:
        string = lists_.string(value.operand, DebugPart::str);
        return string.has_value();
      case 0x1f:
        string = lists_.string(value.operand, DebugPart::line_str);
        return string.has_value();
      case 0x1a:
      case 0x25:
      case 0x26:
      case 0x27:
      case 0x28:
        string = lists_.indexed_string(unit_, value.operand.number);
        return string.has_value();
      default:
        return true;
    }
  }

  bool render(std::string& text, const Value& value, std::uint64_t& locations) {
    switch (value.form) {
      case 0x01:
        append_place(text, debug_.sections, value.operand);
        return true;
      case 0x1b:
      case 0x29:
      case 0x2a:
      case 0x2b:
      case 0x2c:
        return lists_.address(text, unit_, value.operand.number);
      case 0x10: {
        const auto offset = offset_in(debug_.sections, value.operand, DebugPart::info);
        if (!offset || part_ != DebugPart::info) return false;
        lists_.entry(text, unit_, *offset);
        return true;
      }
      case 0x11:
      case 0x12:
      case 0x13:
      case 0x14:
      case 0x15:
        if (value.operand.relocation != nullptr) return false;
        lists_.entry(text, unit_, unit_.begin + value.operand.number);
        return true;
      case 0x18: {
        Cursor inner(debug_.sections, part_, value.begin, value.begin + value.length, marks_);
        const bool good = lists_.expression(text, unit_, inner);
        if (inner.slack() != 0) text += " slack " + std::to_string(inner.slack());
        return good;
      }
      case 0x03:
      case 0x04:
      case 0x09:
      case 0x0a:
      case 0x1e:
        append_hex(text, debug_.sections[part_].bytes.subspan(value.begin, value.length));
        return true;
      case 0x0d:
      case 0x21:
        text += std::to_string(value.constant);
        return true;
      case 0x17:
        return reference(text, value, locations);
      case 0x22:
      case 0x23: {
        const DebugPart part = value.form == 0x22 ? DebugPart::loclists : DebugPart::rnglists;
        const auto offset = lists_.indexed(unit_, part, value.operand.number);
        if (!offset) return false;
        return part == DebugPart::loclists ? lists_.locations(text, unit_, {*offset}, locations)
                                           : lists_.ranges(text, unit_, {*offset});
      }
      case 0x19:
        text += "yes";
        return true;
      default:
        if (value.operand.relocation != nullptr) {
          append_address(text, debug_.sections, value.operand);
        } else {
          text += hex(value.operand.number);
        }
        return true;
    }
  }

  // An offset in another section; which one, the attribute tells (DWARF 5, table 7.5).
  bool reference(std::string& text, const Value& value, std::uint64_t& locations) {
    switch (value.attribute) {
      case 0x10: {
        const auto offset = offset_in(debug_.sections, value.operand, DebugPart::line);
        if (!offset) return false;
        const auto number = debug_.line_tables.ordinal(*offset);
        text += number ? "table " + std::to_string(*number) : "nothing at " + hex(*offset);
        return true;
      }
      case 0x55:
        return lists_.ranges(text, unit_, value.operand);
      case 0x72:
      case 0x73:
      case 0x74:
      case 0x8c:
        text += "of " + std::to_string(value.constant);
        return true;
      case 0x02:
      case 0x19:
      case 0x2a:
      case 0x38:
      case 0x40:
      case 0x46:
      case 0x48:
      case 0x4a:
      case 0x4d:
        return lists_.locations(text, unit_, value.operand, locations);
      default:
        return false;
    }
  }

  static constexpr std::size_t kMostTables = 64;

  DebugInformation& debug_;
  DebugPart part_;
  std::size_t which_;
  DebugMarks* marks_;
  DebugLists lists_;
  Cursor cursor_;
  DebugUnit unit_;
  std::unordered_map<std::uint64_t, Abbreviations> tables_;
  Abbreviations* abbreviations_ = nullptr;
  std::vector<Value> values_;
  std::uint64_t next_unit_ = 0, entries_ = 0, depth_ = 0;
  bool in_unit_ = false, first_ = false, ok_ = true;
};

}  // namespace

std::unique_ptr<BatchedRows> entry_rows(DebugInformation& debug, DebugPart part, DebugMarks* marks) {
  return std::make_unique<EntryRows>(debug, part, marks);
}

}  // namespace unrepro::elf
