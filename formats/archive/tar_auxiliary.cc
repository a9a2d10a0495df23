#include <algorithm>

#include "formats/archive/tar_member.h"

namespace unrepro {
namespace {

using Role = TarAuxiliary::Role;

std::optional<std::uint64_t> size_of(const TarHeader& header) {
  const auto number = header.number(kTarSize).number;
  if (!number || number->value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(number->value);
}

void classify(PaxRecord& record) {
  struct Known {
    std::string_view keyword;  // a trailing '.' stands for everything that begins so
    Kind kind;
    std::uint8_t flags;
  };
  static constexpr Known kKnown[] = {
      {"path", Kind::path, 0},
      {"linkpath", Kind::link_target, kCritical},
      {"size", Kind::size, 0},
      {"mtime", Kind::timestamp, 0},
      {"atime", Kind::timestamp, 0},
      {"ctime", Kind::timestamp, 0},
      {"LIBARCHIVE.creationtime", Kind::timestamp, 0},
      {"uid", Kind::uid, kCritical},
      {"gid", Kind::gid, kCritical},
      {"uname", Kind::user_name, kCritical},
      {"gname", Kind::group_name, kCritical},
      {"SCHILY.xattr.", Kind::xattr, kCritical},
      {"LIBARCHIVE.xattr.", Kind::xattr, kCritical},
      {"RHT.security.selinux", Kind::xattr, kCritical},
      {"SCHILY.acl.", Kind::xattr, kCritical},
      {"SCHILY.fflags", Kind::xattr, kCritical},
      {"MSWINDOWS.", Kind::xattr, kCritical},
      {"SCHILY.devmajor", Kind::device, kCritical},
      {"SCHILY.devminor", Kind::device, kCritical},
      {"SCHILY.dev", Kind::inode, 0},
      {"SCHILY.ino", Kind::inode, 0},
      {"SCHILY.nlink", Kind::count, 0},
      {"GNU.sparse.", Kind::data, 0},
  };
  if (record.keyword == "comment") {
    record.kind = Kind::comment;
    record.effect = Effect::content;
    return;
  }
  for (const Known& known : kKnown) {
    const bool prefix = known.keyword.ends_with('.');
    if (prefix ? record.keyword.starts_with(known.keyword) : record.keyword == known.keyword) {
      record.kind = known.kind;
      record.flags = known.flags;
      return;
    }
  }
}

}  // namespace

TarExtent place_tar_data(Bytes archive, std::uint64_t begin, std::uint64_t length) {
  TarExtent extent{.begin = std::min<std::uint64_t>(begin, archive.size())};
  const std::uint64_t rest = archive.size() - extent.begin;
  extent.length = std::min(length, rest);
  extent.padding = std::min((kTarBlock - extent.length % kTarBlock) % kTarBlock, rest - extent.length);
  return extent;
}

std::string at_offset(std::uint64_t at) { return " at offset " + std::to_string(at); }

bool tar_header_at(Bytes archive, std::uint64_t at) {
  if (at > archive.size() || archive.size() - at < kTarBlock) return false;
  const Bytes block = archive.subspan(at, kTarBlock);
  return !all_zero(block) && TarHeader(block).plausible();
}

TarAuxiliary read_tar_auxiliary(Bytes archive, std::uint64_t at, TarAuxiliary::Role role,
                                std::vector<std::string>& problems) {
  TarAuxiliary part{.role = role, .at = at, .header = TarHeader(archive.subspan(at, kTarBlock))};
  const auto problem = [&](std::string_view text) { problems.push_back(std::string(text) + at_offset(at)); };
  const Spelling spelling = part.header.number(kTarSize);
  const auto size = size_of(part.header);
  if (!size || !spelling.canonical) problem("the size of an auxiliary header is malformed");
  part.data = place_tar_data(archive, at + kTarBlock, size.value_or(0));
  if (part.data.length < size.value_or(0)) problem("an auxiliary header is longer than the archive");
  if (!part.data.whole()) problem("the archive ends inside the data of an auxiliary header");
  const Bytes data = archive.subspan(part.data.begin, part.data.length);
  if (!all_zero(archive.subspan(part.data.begin + part.data.length, part.data.padding))) {
    problem("padding is not zero after an auxiliary header");
  }
  const bool has_area = part.header.dialect() == TarDialect::v7 || part.header.dialect() == TarDialect::gnu;
  if (has_area && !all_zero(part.header.block().subspan(345)))
    problem("bytes follow the fields of an auxiliary header");
  if (!has_area && !all_zero(part.header.block().subspan(500)))
    problem("bytes follow the fields of an auxiliary header");
  for (const TarSlot& slot : part.header.tail()) {
    const bool text = slot.kind == Kind::name;
    if (text && !zero_after_nul(part.header.block().subspan(slot.offset, slot.length))) {
      problem("bytes follow the end of prefix in an auxiliary header");
    }
  }
  for (const TarSlotId slot : {kTarName, kTarLinkname, kTarUname, kTarGname}) {
    if (!zero_after_nul(part.header.slot(slot)))
      problem("bytes follow the end of a text in an auxiliary header");
    if (all_zero(part.header.slot(slot))) part.covered.set(slot);
  }
  const std::string_view version = as_text(part.header.slot(kTarVersion));
  const bool ustar = part.header.dialect() == TarDialect::ustar || part.header.dialect() == TarDialect::star;
  part.covered.set(kTarMagic, part.header.dialect() != TarDialect::odd);
  part.covered.set(kTarVersion, !ustar || version == "00");
  part.covered.set(kTarTypeflag, part.header.type() != 'X');
  if (part.header.dialect() == TarDialect::odd) problem("an auxiliary header has an unknown magic");
  if (role == Role::pax || role == Role::global) {
    part.pax = parse_pax(data);
    if (!part.pax.problem.empty())
      problem("a pax record is malformed, " + part.pax.problem + ", in the header");
    for (PaxRecord& record : part.pax.records) classify(record);
  } else {
    const std::string name = part.header.path();
    part.name.known = name == "././@LongLink" || name == "./@LongLink";
    const std::size_t length = until_nul(data).size();
    if (data.size() > length + 1) problem("bytes follow a long name");
    part.unterminated = data.size() == length;
    if (data.empty()) problem("a long name is empty");
  }
  // Names that GNU tar, libarchive and git put there whoever runs them.
  if (part.header.text(kTarUname) == "root") part.covered.set(kTarUname);
  const std::string_view group = part.header.text(kTarGname);
  if (group == "root" || group == "wheel") part.covered.set(kTarGname);
  if (role == Role::global) part.name = parse_global_name(part.header.path());
  if (part.name.known) part.covered.set(kTarName);
  return part;
}

}  // namespace unrepro
