#include "formats/archive/tar_member.h"

#include <algorithm>
#include <map>

#include "formats/archive/tar_sparse.h"

namespace unrepro {
namespace {

using Role = TarAuxiliary::Role;

constexpr std::int64_t kLatestTime = std::int64_t{1} << 33;
constexpr std::size_t kOwnerNameRoom = 32;
constexpr std::size_t kNameRoom = 100;

std::optional<Role> auxiliary_role(char type) {
  switch (type) {
    case 'x':
    case 'X':  // Solaris
      return Role::pax;
    case 'g':
      return Role::global;
    case 'L':
      return Role::long_name;
    case 'K':
      return Role::long_link;
    default:
      return std::nullopt;
  }
}

bool in_range(const Spelling& spelling) {
  return spelling.canonical && spelling.number->value >= 0 && spelling.number->value <= kLatestTime;
}

class Reader {
 public:
  Reader(Bytes archive, std::uint64_t at, bool unpacked_by_root)
      : archive_(archive), root_(unpacked_by_root), at_(at) {}

  TarMember read() {
    read_auxiliaries();
    if (!tar_header_at(archive_, at_)) {
      problem("no member follows the auxiliary headers" + at_offset(at_));
      return std::move(member_);
    }
    member_.at = at_;
    member_.header.emplace(archive_.subspan(at_, kTarBlock));
    resolve_path();
    resolve_type();
    resolve_size();
    resolve_times();
    resolve_mode();
    resolve_owner();
    resolve_devices();
    resolve_attributes();
    check_tail();
    check_auxiliaries();
    state_dialect();
    return std::move(member_);
  }

 private:
  const TarHeader& header() const { return *member_.header; }
  void problem(std::string text) { member_.problems.push_back(std::move(text)); }
  // "problem in the header at offset N"
  void header_problem(std::string_view text) {
    problem(std::string(text) + " in the header" + at_offset(member_.at));
  }
  TarAlias& alias(std::string_view key, Kind kind, Effect effect, std::string value, std::uint8_t flags = 0,
                  Encoding encoding = Encoding::bytes) {
    return member_.aliases.emplace_back(
        TarAlias{std::string(key), kind, effect, flags, encoding, std::move(value)});
  }

  void read_auxiliaries();
  PaxRecord* find(std::string_view keyword);
  TarAuxiliary* find(Role role);
  std::optional<std::string_view> take_pax(std::string_view keyword);
  void resolve_path();
  void resolve_link();
  void resolve_type();
  void resolve_size();
  void resolve_old_sparse();
  void resolve_pax_sparse();
  void finish_sparse(std::string_view form, const std::string& problem, const std::string& map,
                     std::optional<std::uint64_t> real, std::uint64_t count);
  void resolve_times();
  void resolve_mode();
  void resolve_owner();
  std::int64_t resolve_number(TarSlotId slot, std::string_view keyword);
  std::string resolve_owner_name(TarSlotId slot, std::string_view keyword);
  void resolve_devices();
  void resolve_attributes();
  void check_tail();
  void check_auxiliaries();
  void state_dialect();
  void state_time(std::string_view key, const Spelling& spelling);
  Spelling check_number(TarSlotId slot);
  std::string_view check_text(TarSlotId slot);

  Bytes archive_;
  bool root_;
  std::uint64_t at_;
  TarMember member_;
  std::string sparse_form_, user_name_, group_name_;
};

void Reader::read_auxiliaries() {
  bool seen[4] = {};
  while (tar_header_at(archive_, at_)) {
    const auto role = auxiliary_role(static_cast<char>(archive_[at_ + 156]));
    if (!role) return;
    bool& again = seen[static_cast<std::size_t>(*role)];
    if (again) problem("two auxiliary headers of one type for one member" + at_offset(at_));
    if (*role == Role::global) problem("a global header between the headers of a member" + at_offset(at_));
    again = true;
    member_.auxiliaries.push_back(read_tar_auxiliary(archive_, at_, *role, member_.problems));
    at_ = member_.auxiliaries.back().data.end();
  }
}

// The record that counts: the last one.
PaxRecord* Reader::find(std::string_view keyword) {
  for (auto part = member_.auxiliaries.rbegin(); part != member_.auxiliaries.rend(); ++part) {
    if (part->role != Role::pax) continue;
    auto& records = part->pax.records;
    const auto at = std::find_if(records.rbegin(), records.rend(),
                                 [&](const PaxRecord& record) { return record.keyword == keyword; });
    if (at != records.rend()) return &*at;
  }
  return nullptr;
}

TarAuxiliary* Reader::find(Role role) {
  for (auto part = member_.auxiliaries.rbegin(); part != member_.auxiliaries.rend(); ++part) {
    if (part->role == role) return &*part;
  }
  return nullptr;
}

// The value of a record that an alias is going to state. An empty value means "as if absent" to some programs
// and the empty text to others.
std::optional<std::string_view> Reader::take_pax(std::string_view keyword) {
  PaxRecord* record = find(keyword);
  if (record == nullptr) return std::nullopt;
  if (record->value.empty()) {
    problem("the pax record '" + std::string(keyword) + "' is empty, before the header" +
            at_offset(member_.at));
    return std::nullopt;
  }
  if (record->value.find('\0') != std::string_view::npos) {
    problem("the pax record '" + std::string(keyword) + "' holds a NUL, before the header" +
            at_offset(member_.at));
  }
  record->flags |= kCovered;
  return record->value;
}

std::string_view Reader::check_text(TarSlotId slot) {
  if (zero_after_nul(header().slot(slot))) {
    member_.covered.set(slot);
  } else {
    header_problem("bytes follow the end of " + std::string(kTarSlots[slot].key));
  }
  return header().text(slot);
}

Spelling Reader::check_number(TarSlotId slot) {
  const Bytes bytes = header().slot(slot);
  const Spelling spelling = header().number(slot);
  const std::int64_t octal_limit = std::int64_t{1} << 3 * (bytes.size() - 1);
  const bool base_256 = (bytes[0] & 0x80) != 0;
  if (!spelling.canonical) {
    header_problem("no writer spells " + std::string(kTarSlots[slot].key) + " so");
  } else if (base_256 && spelling.number->value >= 0 && spelling.number->value < octal_limit) {
    header_problem("base 256 without need in " + std::string(kTarSlots[slot].key));
  } else {
    member_.covered.set(slot);
  }
  return spelling;
}

// Which of the spellings counts: GNU.sparse.name, pax path, long name, header. The outer ones may only be the
// forms that writers derive from the one that counts.
void Reader::resolve_path() {
  check_text(kTarName);
  member_.prefix_covered = true;
  std::string outer = header().path();
  TarAuxiliary* const long_name = find(Role::long_name);
  const auto pax_path = take_pax("path");
  if (long_name != nullptr) {
    const std::string full(until_nul(archive_.subspan(long_name->data.begin, long_name->data.length)));
    if (!is_reduced_form(full, outer, kNameRoom, 0, true))
      header_problem("the long name and the name differ");
    if (pax_path && *pax_path != full) header_problem("the long name and the pax path differ");
    outer = full;
  }
  if (pax_path) {
    if (long_name == nullptr && !is_reduced_form(*pax_path, outer, kNameRoom, 0, true)) {
      header_problem("the pax path and the name differ");
      member_.covered.reset(kTarName);
      member_.prefix_covered = false;
    }
    outer = *pax_path;
  }
  if (const auto sparse_name = take_pax("GNU.sparse.name")) {
    const AuxiliaryName name = parse_sparse_name(outer, *sparse_name);
    if (name.pid) alias("sparse_pid", Kind::pid, Effect::inert, *name.pid, kInRange);
    if (!name.known && outer != *sparse_name) header_problem("the sparse file's name and the name differ");
    outer = *sparse_name;
  }
  member_.path = std::move(outer);
  alias("path", Kind::path, Effect::behaviour, member_.path);
  resolve_link();
}

void Reader::resolve_link() {
  const bool link = header().type() == '1' || header().type() == '2';
  const std::string_view name = check_text(kTarLinkname);
  TarAuxiliary* const long_link = find(Role::long_link);
  if (!link) {
    if (!name.empty()) member_.covered.reset(kTarLinkname);
    if (long_link != nullptr || find("linkpath") != nullptr)
      header_problem("a link target for a member that is no link");
    return;
  }
  member_.link_target = name;
  const auto pax_target = take_pax("linkpath");
  if (long_link != nullptr) {
    member_.link_target = until_nul(archive_.subspan(long_link->data.begin, long_link->data.length));
    if (pax_target && *pax_target != member_.link_target)
      header_problem("the long link and the pax linkpath differ");
  }
  if (pax_target) member_.link_target = *pax_target;
  const bool placeholder =
      member_.link_target.size() > kNameRoom && (name == "././@LongSymLink" || name == "././@LongHardLink");
  if (!placeholder && !is_reduced_form(member_.link_target, name, kNameRoom)) {
    header_problem("the long link target and linkname differ");
    member_.covered.reset(kTarLinkname);
  }
}

void Reader::resolve_type() {
  const char type = header().type();
  member_.type = tar_type_name(type);
  member_.covered.set(kTarTypeflag);
  // Old archives mark directories by a slash only; with a type of '0' programs disagree.
  if ((type == '\0' || type == '0') && member_.path.ends_with('/')) {
    member_.type = "directory";
    if (type == '0') header_problem("a regular file whose name ends with a slash");
  }
  member_.is_member = type != 'V' && type != 'M';
  if (type == 'M' || type == 'N') header_problem("a member that programs read differently (type M or N)");
  const bool vendor = member_.type == "vendor";
  member_.is_file = member_.type == "file" || type == '7' || vendor;
  // The rarely seen ones are told by their letter.
  alias("type", Kind::file_type, Effect::behaviour,
        vendor ? "vendor " + std::string(1, type) : std::string(member_.type), kCritical);
  if (type == 'D') alias("dumpdir", Kind::flags, Effect::behaviour, "yes");
  if (type == '1' || type == '2') {
    alias("link_target", Kind::link_target, Effect::behaviour, member_.link_target, kCritical);
  }
}

void Reader::resolve_size() {
  const std::int64_t number = resolve_number(kTarSize, "size");
  const char type = header().type();
  std::uint64_t size = number < 0 ? 0 : static_cast<std::uint64_t>(number);
  if (number < 0 || !header().number(kTarSize).number) {
    header_problem("the size is negative or no number");
    member_.broken = true;
  }
  const bool has_no_data = (type >= '1' && type <= '6') || member_.type == "directory";
  if (has_no_data && type != 'D' && size != 0) {
    header_problem("a size of " + std::to_string(size) + " for a member without data");
    size = 0;
  }
  std::uint64_t begin = member_.at + kTarBlock;
  if (type == 'S') resolve_old_sparse();
  begin += member_.extension_blocks * kTarBlock;
  member_.data = place_tar_data(archive_, begin, member_.broken ? 0 : size);
  if (member_.data.length < size) {
    problem("the member" + at_offset(member_.at) + " says " + std::to_string(size) +
            " bytes, the archive has " + std::to_string(member_.data.length));
  }
  if (!member_.data.whole()) header_problem("the archive ends inside the last block of the data");
  const Bytes padding = archive_.subspan(member_.data.begin + member_.data.length, member_.data.padding);
  if (!all_zero(padding)) {
    problem("padding is not zero" + at_offset(member_.data.begin + member_.data.length));
  }
  if (type == 'S') {
    OldSparse sparse = parse_old_sparse(header(), archive_.subspan(member_.at + kTarBlock));
    const auto real = sparse.real_size ? std::optional<std::uint64_t>(*sparse.real_size) : std::nullopt;
    sparse.map.check(size, real.value_or(0));
    finish_sparse("old", sparse.map.problem, sparse.map.text(), real, sparse.map.extents.size());
  } else {
    resolve_pax_sparse();
  }
  if (sparse_form_.empty())
    alias("size", Kind::size, Effect::behaviour, std::to_string(size), kDerived, Encoding::decimal);
}

void Reader::resolve_old_sparse() {
  member_.extension_blocks = parse_old_sparse(header(), archive_.subspan(member_.at + kTarBlock)).blocks;
}

void Reader::resolve_pax_sparse() {
  const auto major = take_pax("GNU.sparse.major");
  const auto minor = take_pax("GNU.sparse.minor");
  const auto list = take_pax("GNU.sparse.map");
  const auto real_size = take_pax("GNU.sparse.realsize");
  const auto old_size = take_pax("GNU.sparse.size");
  const auto blocks = take_pax("GNU.sparse.numblocks");
  if (!major && !minor && !list && !real_size && !old_size && !blocks) return;
  SparseMap map;
  std::string form;
  if (major || minor) {
    form = "1.0";
    LeadingSparse leading = parse_leading_sparse(archive_.subspan(member_.data.begin, member_.data.length));
    map = std::move(leading.map);
    member_.map_bytes = leading.bytes;
    if (major != "1" || minor != "0" || list || old_size) map.problem = "an unknown kind of sparse file";
  } else if (list) {
    form = "0.1";
    map = parse_sparse_list(*list);
  } else {
    form = "0.0";
    if (TarAuxiliary* const pax = find(Role::pax)) map = parse_sparse_pairs(pax->pax.records);
  }
  const auto real = parse_pax_number(real_size.value_or(old_size.value_or("")));
  if (map.problem.empty() && ((real_size && old_size) || !real))
    map.problem = "the real size of the sparse file is malformed";
  if (map.problem.empty() && blocks && parse_pax_number(*blocks) != map.extents.size())
    map.problem = "the sparse map has another length than it says";
  map.check(member_.data.length - member_.map_bytes, real.value_or(0));
  finish_sparse(form, map.problem, map.text(), real, map.extents.size());
}

void Reader::finish_sparse(std::string_view form, const std::string& problem, const std::string& map,
                           std::optional<std::uint64_t> real, std::uint64_t count) {
  if (!problem.empty()) header_problem(problem);
  sparse_form_ = form;
  alias("size", Kind::size, Effect::behaviour, std::to_string(real.value_or(0)), 0, Encoding::decimal);
  alias("sparse_map", Kind::data, Effect::behaviour, count == 0 ? "none" : map);
}

// The header's number, or the pax record's. Where the field cannot hold the number, writers put zero, the
// largest or the low digits there, or spell it in base 256.
std::int64_t Reader::resolve_number(TarSlotId slot, std::string_view keyword) {
  const Spelling spelling = check_number(slot);
  const std::int64_t stored = spelling.number ? spelling.number->value : 0;
  const auto text = take_pax(keyword);
  if (!text) return stored;
  const auto parsed = parse_pax_number(*text);
  if (!parsed) {
    header_problem("the pax record '" + std::string(keyword) + "' is no plain number");
    find(keyword)->flags &= static_cast<std::uint8_t>(~kCovered);
    return stored;
  }
  const auto value = static_cast<std::int64_t>(*parsed);
  const std::int64_t largest = (std::int64_t{1} << 3 * (kTarSlots[slot].length - 1)) - 1;
  const bool fits = value <= largest;
  const bool stand_in = stored == 0 || stored == largest || stored == (value & largest);
  if (stored != value && (fits || !stand_in)) {
    header_problem("the pax record '" + std::string(keyword) + "' says " + std::to_string(value) +
                   ", the field " + std::to_string(stored));
    member_.covered.reset(slot);
  }
  return value;
}

void Reader::state_time(std::string_view key, const Spelling& spelling) {
  const Number number = spelling.number.value_or(Number{});
  alias(key, Kind::timestamp, Effect::inert, tar_time_text(number),
        in_range(spelling) ? std::uint8_t{kInRange} : std::uint8_t{0}, Encoding::decimal_time);
}

void Reader::resolve_times() {
  Spelling mtime = check_number(kTarMtime);
  const auto pax_time = [&](std::string_view keyword) -> std::optional<Spelling> {
    const auto text = take_pax(keyword);
    if (!text) return std::nullopt;
    const Spelling spelling = decode_number(Encoding::decimal_time, as_bytes(*text));
    if (spelling.number && spelling.canonical) return spelling;
    header_problem("the pax record '" + std::string(keyword) + "' is no plain time");
    find(keyword)->flags &= static_cast<std::uint8_t>(~kCovered);
    return std::nullopt;
  };
  if (const auto exact = pax_time("mtime")) {
    const std::int64_t stored = mtime.number ? mtime.number->value : 0;
    const std::int64_t value = exact->number->value;
    constexpr std::int64_t kLargest = (std::int64_t{1} << 33) - 1;
    const bool fits = value >= 0 && value <= kLargest;
    const bool rounded = exact->number->nanoseconds >= 500'000'000 && stored == value + 1;
    const bool stand_in = stored == 0 || stored == kLargest || stored == (value & kLargest);
    if (stored != value && !rounded && (fits || !stand_in)) {
      header_problem("the pax mtime and the field mtime differ");
      member_.covered.reset(kTarMtime);
    }
    mtime = {exact->number, mtime.canonical};
  }
  state_time("mtime", mtime);
  const bool star = header().dialect() == TarDialect::star;
  for (const auto& [keyword, offset] :
       {std::pair{"atime", star ? 476 : 345}, std::pair{"ctime", star ? 488 : 357}}) {
    const Bytes field = header().block().subspan(static_cast<std::size_t>(offset), 12);
    const auto exact = pax_time(keyword);
    if (exact) {
      state_time(keyword, *exact);
    } else if ((star || header().has_gnu_area()) && !all_zero(field)) {
      state_time(keyword, decode_number(Encoding::tar_number, field));
    }
  }
  if (const auto birth = pax_time("LIBARCHIVE.creationtime")) state_time("birthtime", *birth);
}

void Reader::resolve_mode() {
  const Spelling spelling = check_number(kTarMode);
  const std::int64_t mode = spelling.number ? spelling.number->value : 0;
  const std::int64_t type = mode >> 12;
  const char flag = member_.type == "directory" ? '5' : header().type();
  if (mode < 0 || (type != 0 && type != tar_type_bits(flag))) {
    header_problem("the mode's file type contradicts the typeflag");
    member_.covered.reset(kTarMode);
  }
  std::string text;
  for (int shift = 9; shift >= 0; shift -= 3) text += static_cast<char>('0' + (mode >> shift & 7));
  alias("mode", Kind::mode, Effect::behaviour, text, kCritical, Encoding::octal);
}

std::string Reader::resolve_owner_name(TarSlotId slot, std::string_view keyword) {
  const std::string_view stored = check_text(slot);
  const auto text = take_pax(keyword);
  if (!text) return std::string(stored);
  if (!stored.empty() && !is_reduced_form(*text, stored, kOwnerNameRoom)) {
    header_problem("the pax record '" + std::string(keyword) + "' and the field differ");
    member_.covered.reset(slot);
  }
  return std::string(*text);
}

void Reader::resolve_owner() {
  const std::uint8_t flags = root_ ? std::uint8_t{kCritical} : std::uint8_t{0};
  const std::int64_t uid = resolve_number(kTarUid, "uid");
  const std::int64_t gid = resolve_number(kTarGid, "gid");
  alias("uid", Kind::uid, Effect::behaviour, std::to_string(uid), flags, Encoding::decimal);
  alias("gid", Kind::gid, Effect::behaviour, std::to_string(gid), flags, Encoding::decimal);
  if (uid < 0 || gid < 0) header_problem("an owner number is negative");
  user_name_ = resolve_owner_name(kTarUname, "uname");
  group_name_ = resolve_owner_name(kTarGname, "gname");
  alias("user_name", Kind::user_name, Effect::behaviour, user_name_, flags);
  alias("group_name", Kind::group_name, Effect::behaviour, group_name_, flags);
}

void Reader::resolve_devices() {
  const Spelling major = check_number(kTarDevmajor);
  const Spelling minor = check_number(kTarDevminor);
  const std::int64_t numbers[] = {major.number ? major.number->value : 0,
                                  minor.number ? minor.number->value : 0};
  if (header().type() == '3' || header().type() == '4') {
    alias("device", Kind::device, Effect::behaviour,
          std::to_string(numbers[0]) + "," + std::to_string(numbers[1]), kCritical);
    return;
  }
  if (numbers[0] != 0) member_.covered.reset(kTarDevmajor);
  if (numbers[1] != 0) member_.covered.reset(kTarDevminor);
}

// Extended attributes one by one, whichever of their spellings the archive has, and the inert numbers of the
// file system that the file was on.
void Reader::resolve_attributes() {
  std::map<std::string, std::string> attributes;
  const PaxRecord* const numbers[] = {find("SCHILY.dev"), find("SCHILY.ino"), find("SCHILY.nlink")};
  for (TarAuxiliary& part : member_.auxiliaries) {
    if (part.role != Role::pax) continue;
    for (PaxRecord& record : part.pax.records) {
      if (auto attribute = decode_xattr(record)) {
        const auto [at, inserted] = attributes.try_emplace(attribute->name, attribute->value);
        if (!inserted && at->second != attribute->value)
          header_problem("two values for one extended attribute");
        record.flags |= kCovered;
        continue;
      }
      const bool number = std::find(std::begin(numbers), std::end(numbers), &record) != std::end(numbers);
      if (number && parse_pax_number(record.value)) {
        alias(record.keyword.substr(7), record.kind, Effect::inert, std::string(record.value), kInRange,
              Encoding::decimal);
        record.flags |= kCovered;
      }
    }
  }
  for (auto& [name, value] : attributes) {
    alias("xattr." + name, Kind::xattr, Effect::behaviour, std::move(value), kCritical);
  }
}

// What lies behind devminor, and the magic before it.
void Reader::check_tail() {
  member_.covered.set(kTarMagic);
  member_.covered.set(kTarVersion);
  const Bytes block = header().block();
  switch (header().dialect()) {
    case TarDialect::v7:
      if (!all_zero(block.subspan(265, 64)) || !all_zero(block.subspan(345))) {
        header_problem("a header without magic has the fields of ustar, which some programs read");
        member_.prefix_covered = false;
      }
      break;
    case TarDialect::ustar:
      if (as_text(header().slot(kTarVersion)) != "00") member_.covered.reset(kTarVersion);
      if (!zero_after_nul(block.subspan(345, 155))) {
        header_problem("bytes follow the end of prefix");
        member_.prefix_covered = false;
      }
      if (!all_zero(block.subspan(500))) header_problem("bytes follow prefix");
      break;
    case TarDialect::star:
      for (const std::size_t offset : {476u, 488u}) {
        if (decode_number(Encoding::tar_number, block.subspan(offset, 12)).canonical) continue;
        header_problem("a time is malformed");
        member_.prefix_covered = false;
      }
      if (!zero_after_nul(block.subspan(345, 131))) header_problem("bytes follow the end of prefix");
      break;
    case TarDialect::gnu: {
      if (!header().has_gnu_area()) break;
      // Programs that take this for a ustar prefix see at most digits of a time.
      bool times = all_zero(block.subspan(369, 17)) && all_zero(block.subspan(495));
      for (const std::size_t offset : {345u, 357u}) {
        times = times && decode_number(Encoding::octal, block.subspan(offset, 12)).canonical;
      }
      const bool map = header().type() == 'S' || all_zero(block.subspan(386, 109));
      if (!times || !map) {
        header_problem("a GNU header has something in place of the prefix, which some programs read as such");
        member_.prefix_covered = false;
      }
      break;
    }
    case TarDialect::odd:
      header_problem("unknown magic, which programs read differently");
      member_.covered.reset(kTarMagic);
      member_.covered.reset(kTarVersion);
      break;
  }
}

// The auxiliary headers' own fields: nobody acts on them, but text in them could say something.
void Reader::check_auxiliaries() {
  if (TarAuxiliary* const pax = find(Role::pax)) {
    const std::string name = pax->header.path();
    pax->name = parse_pax_name(name, member_.path);
    // Sparse files go by the name that programs without support for them see.
    if (!pax->name.known) pax->name = parse_pax_name(name, header().path());
  }
  for (TarAuxiliary& part : member_.auxiliaries) {
    if (part.role == Role::pax && part.pax.duplicates)
      problem("a pax keyword occurs twice" + at_offset(part.at));
    if (part.header.text(kTarLinkname) == header().text(kTarLinkname)) part.covered.set(kTarLinkname);
    if (part.header.text(kTarUname) == user_name_) part.covered.set(kTarUname);
    if (part.header.text(kTarGname) == group_name_) part.covered.set(kTarGname);
    if (part.name.known) part.covered.set(kTarName);
  }
}

void Reader::state_dialect() {
  std::string text = header().dialect_text(find(Role::pax) != nullptr);
  if (!header().prefix().empty()) text.append(" prefix=").append(std::to_string(header().prefix().size()));
  if (!sparse_form_.empty()) text.append(" sparse=").append(sparse_form_);
  alias("dialect", Kind::dialect, Effect::inert, std::move(text), kInRange);
}

}  // namespace

TarMember read_tar_member(Bytes archive, std::uint64_t at, bool unpacked_by_root) {
  return Reader(archive, at, unpacked_by_root).read();
}

}  // namespace unrepro
