// .debug_line (DWARF 4 and 5, section 6.2) and .debug_aranges (section 6.1.2).

#include "formats/elf/dwarf_lists.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

class LineRows final : public BatchedRows {
 public:
  LineRows(DebugInformation& debug, DebugMarks* marks)
      : BatchedRows(debug.sections[DebugPart::line]),
        debug_(debug),
        marks_(marks),
        lists_(debug, marks),
        cursor_(debug.sections, DebugPart::line, 0, 0, marks) {}

  bool ok() const override { return ok_; }

 private:
  void fill() override {
    if (next_table_ == debug_.sections[DebugPart::line].bytes.size()) return;
    cursor_ = {debug_.sections, DebugPart::line, next_table_, ~std::uint64_t{0}, marks_};
    if (marks_ != nullptr) debug_.line_tables.add(next_table_);
    ok_ = table() && cursor_.ok();
    if (!ok_) rows_.clear();
  }

  bool table() {
    const std::uint64_t begin = next_table_;
    unit_ = {.part = DebugPart::line, .begin = begin, .address_size = 8};
    unit_.offset_size = cursor_.unit();
    next_table_ = cursor_.end();
    unit_.version = static_cast<unsigned>(cursor_.number(2));
    if (unit_.version < 2 || unit_.version > 5) return false;
    std::string text = "version " + std::to_string(unit_.version);
    const auto byte = [&](std::string_view name) {
      const std::uint64_t value = cursor_.number(1);
      text.append(1, ' ').append(name).append(1, ' ').append(std::to_string(value));
      return value;
    };
    if (unit_.version == 5) byte("addresses"), byte("selectors");
    const std::uint64_t length = cursor_.number(unit_.offset_size);
    const std::uint64_t program = cursor_.position() + length;
    byte("step");
    if (unit_.version >= 4) byte("operations");
    for (const std::string_view name : {"statement", "base", "range"}) byte(name);
    const std::uint64_t opcodes = byte("opcodes");
    if (opcodes == 0) return false;
    append_hex(text += " lengths ", cursor_.block(opcodes - 1));
    span_ = {begin, cursor_.position() - begin};
    add("table", std::move(text));
    const bool named = unit_.version == 5 ? entries("directory") && entries("file") : old_entries();
    if (!named || cursor_.slack() != 0 || program < cursor_.position() || program > next_table_) return false;
    bytes("hole", program - cursor_.position());
    bytes("program", next_table_ - cursor_.position());
    return true;
  }

  // Bytes as they are, with what relocations make of them.
  void bytes(std::string_view key, std::uint64_t length) {
    if (length == 0 || !cursor_.ok()) return;
    span_ = {cursor_.position(), length};
    const auto relocations = cursor_.relocations(length);
    std::string text(as_text(cursor_.block(length)));
    for (const DebugRelocation* item : relocations) {
      text += "\n" + hex(item->offset - span_.begin) + ' ';
      append_address(text, debug_.sections, {0, item, &debug_.sections[DebugPart::line]});
    }
    add(std::string(key), std::move(text));
  }

  bool old_entries() {
    while (true) {
      const std::uint64_t begin = cursor_.position();
      const std::string_view name = cursor_.string();
      span_ = {begin, cursor_.position() - begin};
      if (name.empty()) break;
      add_text("directory", name, true);
    }
    while (cursor_.ok()) {
      const std::uint64_t begin = cursor_.position();
      const std::string_view name = cursor_.string();
      if (name.empty()) break;
      std::string text = "directory " + std::to_string(cursor_.uleb());
      text += " time " + std::to_string(cursor_.uleb());
      text += " size " + std::to_string(cursor_.uleb());
      span_ = {begin, cursor_.position() - begin};
      add_text("file", name, false);
      add("file.place", std::move(text));
    }
    return cursor_.ok();
  }

  bool entries(const std::string& key) {
    struct Column {
      std::uint64_t type, form;
    };
    std::vector<Column> columns;
    const std::uint64_t begin = cursor_.position(), width = cursor_.number(1);
    for (std::uint64_t i = 0; i < width; ++i) {
      const std::uint64_t type = cursor_.uleb();
      columns.push_back({type, cursor_.uleb()});
    }
    const std::uint64_t count = cursor_.uleb();
    if (!cursor_.ok() || count > cursor_.end() - cursor_.position() || (width == 0 && count != 0))
      return false;
    span_ = {begin, cursor_.position() - begin};
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t start = cursor_.position();
      std::string text;
      std::optional<std::string_view> name;
      for (const Column& column : columns) {
        text += " column " + hex(column.type) + ' ';
        if (column.type == 1 ? name.has_value() || !(name = path(column.form)) : !other(text, column.form))
          return false;
      }
      span_ = {start, cursor_.position() - start};
      if (span_.length == 0 || !name) return false;
      add_text(key, *name, key == "directory");
      if (columns.size() > 1) add(key + ".place", std::move(text));
    }
    return cursor_.ok();
  }

  std::optional<std::string_view> path(std::uint64_t form) {
    if (form == 0x08) return cursor_.string();
    if (form != 0x0e && form != 0x1f) return std::nullopt;
    return lists_.string(cursor_.operand(unit_.offset_size),
                         form == 0x0e ? DebugPart::str : DebugPart::line_str);
  }

  // A number, a digest or the text of a source.
  bool other(std::string& text, std::uint64_t form) {
    switch (form) {
      case 0x0b:
        text += std::to_string(cursor_.number(1));
        return true;
      case 0x05:
        text += std::to_string(cursor_.number(2));
        return true;
      case 0x06:
        text += std::to_string(cursor_.number(4));
        return true;
      case 0x07:
        text += std::to_string(cursor_.number(8));
        return true;
      case 0x0f:
        text += std::to_string(cursor_.uleb());
        return true;
      case 0x1e:
        append_hex(text, cursor_.block(16));
        return true;
      default: {
        const auto string = path(form);
        if (string) append_quoted(text, *string);
        return string.has_value();
      }
    }
  }

  DebugInformation& debug_;
  DebugMarks* marks_;
  DebugLists lists_;
  Cursor cursor_;
  DebugUnit unit_;
  std::uint64_t next_table_ = 0;
  bool ok_ = true;
};

class RangeRows final : public BatchedRows {
 public:
  RangeRows(DebugInformation& debug, DebugMarks* marks)
      : BatchedRows(debug.sections[DebugPart::aranges]),
        debug_(debug),
        marks_(marks),
        cursor_(debug.sections, DebugPart::aranges, 0, 0, marks) {}

  bool ok() const override { return ok_; }

 private:
  void fill() override {
    if (next_set_ == debug_.sections[DebugPart::aranges].bytes.size()) return;
    cursor_ = {debug_.sections, DebugPart::aranges, next_set_, ~std::uint64_t{0}, marks_};
    ok_ = set() && cursor_.ok();
    if (!ok_) rows_.clear();
  }

  bool set() {
    const std::uint64_t begin = next_set_;
    const unsigned width = cursor_.unit();
    next_set_ = cursor_.end();
    if (cursor_.number(2) != 2) return false;
    const auto unit = offset_in(debug_.sections, cursor_.operand(width), DebugPart::info);
    const auto size = static_cast<unsigned>(cursor_.number(1));
    if (!unit || (size != 4 && size != 8) || cursor_.number(1) != 0) return false;
    const auto& units = debug_.units[0];
    const auto at = std::lower_bound(units.begin(), units.end(), *unit);
    if (at == units.end() || *at != *unit) return false;
    // Tuples are aligned to their size.
    while (cursor_.ok() && (cursor_.position() - begin) % (2 * size) != 0) {
      if (cursor_.number(1) != 0) return false;
    }
    span_ = {begin, cursor_.position() - begin};
    add("set", "unit " + std::to_string(at - units.begin()) + " addresses " + std::to_string(size) +
                   " offsets " + std::to_string(width));
    while (cursor_.ok() && !cursor_.at_end()) {
      span_ = {cursor_.position(), 2 * size};
      const Operand from = cursor_.operand(size), length = cursor_.operand(size);
      std::string text;
      append_place(text, debug_.sections, from);
      text += ' ';
      append_address(text, debug_.sections, length);
      add("range", std::move(text)).places = true;
    }
    return true;
  }

  DebugInformation& debug_;
  DebugMarks* marks_;
  Cursor cursor_;
  std::uint64_t next_set_ = 0;
  bool ok_ = true;
};

}  // namespace

std::unique_ptr<BatchedRows> line_rows(DebugInformation& debug, DebugMarks* marks) {
  return std::make_unique<LineRows>(debug, marks);
}

std::unique_ptr<BatchedRows> range_rows(DebugInformation& debug, DebugMarks* marks) {
  return std::make_unique<RangeRows>(debug, marks);
}

}  // namespace unrepro::elf
