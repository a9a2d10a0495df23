#include "formats/archive/cpio.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>

#include "formats/archive/cpio_header.h"
#include "formats/archive/member_order.h"
#include "formats/archive/tar_header.h"
#include "formats/archive/tar_names.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kBlock = 512;  // GNU cpio fills up the end of an archive to a multiple
constexpr std::uint64_t kPermissions = 07777;

std::string at_offset_text(std::uint64_t at) { return " at offset " + std::to_string(at); }

// Members of one archive that share an inode. They are one file for every reader only if their link counts
// agree and admit all of them, since some readers forget a group when its count is reached.
struct LinkGroup {
  std::string_view name;  // the least path
  std::uint64_t members = 0, nlink = 0, type_bits = 0;
  Bytes data;
  bool ambiguous = false, some_empty = false;
};

using GroupId = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>;
GroupId group_id(std::uint64_t archive, const CpioMember& member) {
  return {archive, member.numbers[kCpioDevmajor], member.numbers[kCpioDevminor], member.numbers[kCpioIno]};
}

class Decoder {
 public:
  Decoder(BlobRef blob, const Context& context, Budget& budget)
      : bytes_(blob->bytes()), context_(context), budget_(budget), tree_(std::move(blob), kCpio.id, budget) {}

  Result<Tree> decode() {
    find_links();
    root_ = tree_.open("", Kind::group, Encoding::list_set);
    while (tree_.ok() && archive()) {
    }
    if (number_ > 1) order_.set_significant();
    for (const std::uint32_t index : order_.finish()) {
      tree_.anomaly(members_[index], AnomalyKind::structural,
                    "an earlier member has the same path; which one counts depends on the program");
    }
    if (order_.significant()) tree_.set_layout(root_, Encoding::list_significant);
    return tree_.finish();
  }

 private:
  void find_links();
  void join(LinkGroup& group, const CpioMember& member);
  bool archive();
  bool after_trailer();
  void member(const CpioMember& member);
  void aliases(const CpioMember& member, FieldId id);
  void header(const CpioMember& member);
  void check(const CpioMember& member);
  void content(const CpioMember& member, std::string_view key);
  void trailer(const CpioMember& member);
  void padding(std::string_view key, std::uint64_t length);
  std::uint64_t zeros(std::uint64_t at) const {
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at);
    return static_cast<std::uint64_t>(
        std::find_if(begin, bytes_.end(), [](std::uint8_t byte) { return byte != 0; }) - begin);
  }
  void problem(FieldId field, std::string message) {
    tree_.anomaly(field, AnomalyKind::structural, std::move(message));
  }
  std::string numbered(std::string_view what) const {
    return std::string(what) + " " + std::to_string(number_) + "/";
  }

  Bytes bytes_;
  const Context& context_;
  Budget& budget_;
  TreeBuilder tree_;
  MemberOrder order_;
  std::map<GroupId, LinkGroup> groups_;
  std::set<std::uint64_t> own_inodes_;  // archives whose inode numbers are those of files
  std::vector<FieldId> members_;        // by index in order_
  FieldId root_ = kNoField;
  std::uint64_t number_ = 0;  // of the archive at hand, from 1
};

void Decoder::join(LinkGroup& group, const CpioMember& member) {
  const Bytes data = bytes_.subspan(member.data_begin, member.data_length);
  if (group.members++ == 0) {
    group.name = member.path;
    group.nlink = member.numbers[kCpioNlink];
    group.type_bits = member.type_bits();
  }
  group.name = std::min(group.name, member.path);
  group.some_empty |= data.empty();
  if (group.data.empty()) group.data = data;
  if (group.nlink != member.numbers[kCpioNlink] || group.members > group.nlink ||
      group.type_bits != member.type_bits() ||
      (!data.empty() && !std::equal(data.begin(), data.end(), group.data.begin(), group.data.end()))) {
    group.ambiguous = true;
  }
}

// Finds the groups of hard links, and the archives whose inode numbers count their files (cpio
// --renumber-inodes).
void Decoder::find_links() {
  std::uint64_t archive = 1;
  std::optional<std::uint64_t> next;  // inode number if they count
  for (std::uint64_t at = 0; budget_.allow_time();) {
    const auto member = read_cpio_member(bytes_, at);
    if (!member) break;
    at = member->end();
    if (member->is_trailer()) {
      ++archive;
      next.reset();
      at += zeros(at);
      if (!cpio_may_begin(bytes_, at)) break;
      continue;
    }
    const std::uint64_t inode = member->numbers[kCpioIno];
    if (!next) next = std::min<std::uint64_t>(inode, 1);
    bool first = true;
    if (member->is_linked()) {
      if (!budget_.charge_members(1)) break;
      LinkGroup& group = groups_[group_id(archive, *member)];
      first = group.members == 0;
      join(group, *member);
    }
    if (first && inode != (*next)++) own_inodes_.insert(archive);
  }
}

// Emits one archive and what fills up its end. True when another follows.
bool Decoder::archive() {
  ++number_;
  while (tree_.ok() && budget_.charge_members(1)) {
    const auto next = read_cpio_member(bytes_, tree_.position());
    if (!next) {
      problem(root_,
              "no header can be read" + at_offset_text(tree_.position()) + ", before the end of the archive");
      if (tree_.remaining() > 0) {
        tree_.take("unreadable/", Kind::gap, Encoding::bytes, Effect::behaviour, tree_.remaining(),
                   kCritical);
      }
      return false;
    }
    if (next->is_trailer()) {
      trailer(*next);
      return after_trailer();
    }
    member(*next);
  }
  return false;
}

// Linux skips zeros after an archive; then another archive begins, or a compressed stream of archives.
bool Decoder::after_trailer() {
  if (!tree_.ok()) return false;
  const std::uint64_t filled = zeros(tree_.position());
  const std::uint64_t end = tree_.position() + filled;
  std::string form = filled == 0 ? "none" : std::to_string(filled) + " bytes";
  if (filled > 0 && filled < kBlock && end % kBlock == 0) form = "padded to 512";
  tree_.alias(numbered("end"), Kind::dialect, Effect::inert, form, kInRange);
  if (filled > 0) {
    tree_.take(numbered("end_blocks"), Kind::padding, Encoding::bytes, Effect::behaviour, filled, kCovered);
  }
  if (tree_.remaining() == 0) return false;
  if (cpio_may_begin(bytes_, end)) return true;
  const Bytes rest = tree_.peek(tree_.remaining());
  if (probe(rest, {}).encoder != nullptr) {
    tree_.open("compressed/", Kind::member, Encoding::record);
    tree_.take("content", Kind::payload, Encoding::bytes, Effect::behaviour, rest.size());
    tree_.payload({.field = tree_.last(), .name = std::string(context_.name), .unpacked_by_root = true});
    tree_.close();
  } else {
    problem(root_, "bytes follow the end of the archive" + at_offset_text(end));
    tree_.take("trailing/", Kind::trailing, Encoding::bytes, Effect::behaviour, rest.size(), kCritical);
  }
  return false;
}

void Decoder::member(const CpioMember& member) {
  const std::string key(member_key(member.path));
  const FieldId id = tree_.open(key, Kind::member, Encoding::record);
  aliases(member, id);
  header(member);
  tree_.take("name", Kind::name, Encoding::nul_text, Effect::behaviour, member.name_length, kCovered);
  padding("name_padding", member.name_padding);
  content(member, key);
  padding("padding", member.data_padding);
  tree_.close();
  members_.push_back(id);
  order_.add(member.path, member.type() == "directory");
}

void Decoder::aliases(const CpioMember& member, FieldId id) {
  const auto& numbers = member.numbers;
  const std::string_view type = member.type();
  for (const std::string& message : member.problems) problem(id, message);
  if (member.hex_case == "mixed") problem(id, "no writer spells numbers in both upper and lower case");
  const auto state = [&](std::string_view key, Kind kind, Effect effect, Encoding encoding,
                         const std::string& value, std::uint8_t flags) {
    tree_.set_layout(tree_.alias(key, kind, effect, value, flags), encoding);
  };
  const auto decimal = [&](std::string_view key, Kind kind, CpioSlotId slot) {
    state(key, kind, Effect::behaviour, Encoding::decimal, std::to_string(numbers[slot]), kCritical);
  };
  state("path", Kind::path, Effect::behaviour, Encoding::bytes, std::string(member.path), 0);
  state("type", Kind::file_type, Effect::behaviour, Encoding::bytes,
        type == "unknown" ? "unknown " + std::to_string(member.type_bits()) : std::string(type), kCritical);
  if (type == "unknown") problem(id, "the mode's type bits are " + std::to_string(member.type_bits()));
  std::string mode(4, '0');
  for (std::size_t i = 0; i < 4; ++i) {
    mode[i] = static_cast<char>('0' + ((numbers[kCpioMode] & kPermissions) >> (9 - 3 * i) & 7));
  }
  state("mode", Kind::mode, Effect::behaviour, Encoding::octal, mode, kCritical);
  decimal("uid", Kind::uid, kCpioUid);
  decimal("gid", Kind::gid, kCpioGid);
  state("mtime", Kind::timestamp, Effect::inert, Encoding::decimal_time, std::to_string(numbers[kCpioMtime]),
        kInRange);
  std::uint64_t major = numbers[kCpioRdevmajor], minor = numbers[kCpioRdevminor];
  if (member.dialect != CpioDialect::newc && member.dialect != CpioDialect::crc) {
    minor = major & 0xff;
    major >>= 8;
  }
  if (type == "char" || type == "block" || major != 0 || minor != 0) {
    state("device", Kind::device, Effect::behaviour, Encoding::bytes,
          std::to_string(major) + "," + std::to_string(minor), kCritical);
  }
  // Readers look at these numbers only to find the members of a group, which link_group states.
  for (const CpioSlotId slot : {kCpioIno, kCpioDevmajor, kCpioDevminor, kCpioNlink}) {
    const bool counts = slot == kCpioIno && !own_inodes_.contains(number_);
    state(cpio_slot_key(slot), Kind::inode, Effect::inert, Encoding::decimal, std::to_string(numbers[slot]),
          counts ? kDerived | kInRange : kInRange);
  }
  if (member.is_linked()) {
    const LinkGroup& group = groups_[group_id(number_, member)];
    if (group.members > 1) {
      state("link_group", Kind::link_target, Effect::behaviour, Encoding::bytes, std::string(group.name),
            kCritical);
      if (group.ambiguous) problem(id, "hard links of one file differ in type, link count or content");
      if (group.some_empty && !group.data.empty()) order_.set_significant();
    }
  }
  state("dialect", Kind::dialect, Effect::inert, Encoding::bytes, member.dialect_text(), kInRange);
}

// The aliases and the dialect spell these bytes, except what holds data of another kind.
void Decoder::header(const CpioMember& member) {
  tree_.open("header", Kind::group, Encoding::record);
  for (const CpioSlot& slot : cpio_slots(member.dialect)) {
    if (slot.id == kCpioCheck) {
      check(member);
      continue;
    }
    const bool size = slot.id == kCpioFilesize || slot.id == kCpioNamesize;
    tree_.take(cpio_slot_key(slot.id), cpio_slot_kind(slot.id), Encoding::bytes, Effect::behaviour,
               slot.length, size ? kDerived : kCovered);
  }
  tree_.close();
}

// The sum of the data's bytes in crc, where GNU cpio leaves it zero for anything but files; unused in newc.
void Decoder::check(const CpioMember& member) {
  const std::uint64_t stored = member.numbers[kCpioCheck];
  const Bytes data = bytes_.subspan(member.data_begin, member.data_length);
  const std::uint32_t sum =
      member.dialect == CpioDialect::crc ? std::accumulate(data.begin(), data.end(), std::uint32_t{0}) : 0;
  tree_.take("check", Kind::checksum, Encoding::bytes, Effect::behaviour, 8);
  tree_.derived(tree_.last(), stored == sum || (stored == 0 && member.type() != "file"),
                "the checksum before offset " + std::to_string(member.data_begin) + " is " +
                    std::to_string(stored) + ", not " + std::to_string(sum));
}

void Decoder::content(const CpioMember& member, std::string_view key) {
  const std::string_view type = member.type();
  const std::uint64_t length = member.data_length;
  if (type == "file") {
    tree_.take("content", Kind::payload, Encoding::bytes, Effect::behaviour, length);
    tree_.payload({.field = tree_.last(), .name = std::string(key)});
  } else if (type == "symlink") {
    const Bytes target =
        tree_.take("link_target", Kind::link_target, Encoding::bytes, Effect::behaviour, length, kCritical);
    if (target.empty() || as_text(target).find('\0') != std::string_view::npos) {
      problem(tree_.last(), "a link target is empty or has a NUL" + at_offset_text(member.data_begin));
    }
  } else if (length > 0) {
    tree_.take("data", Kind::data, Encoding::bytes, Effect::behaviour, length, kCritical);
    problem(tree_.last(), "a member without content has data" + at_offset_text(member.data_begin));
  }
}

// Writers leave everything zero but the name, and the link count one or zero.
void Decoder::trailer(const CpioMember& member) {
  const FieldId id = tree_.open(numbered("trailer"), Kind::group, Encoding::record);
  auto numbers = member.numbers;
  const std::uint64_t links = numbers[kCpioNlink];
  for (const CpioSlotId used : {kCpioMagic, kCpioNlink, kCpioNamesize}) numbers[used] = 0;
  const bool plain =
      links <= 1 && std::all_of(numbers.begin(), numbers.end(), [](std::uint64_t n) { return n == 0; });
  for (const std::string& message : member.problems) problem(id, message);
  if (!plain) problem(id, "the trailer's header says more than its name" + at_offset_text(tree_.position()));
  tree_.alias("dialect", Kind::dialect, Effect::inert,
              member.dialect_text() + (links == 0 ? ", no links" : ""), kInRange);
  tree_.open("header", Kind::group, Encoding::record);
  for (const CpioSlot& slot : cpio_slots(member.dialect)) {
    tree_.take(cpio_slot_key(slot.id), cpio_slot_kind(slot.id), Encoding::bytes, Effect::behaviour,
               slot.length, plain ? kCovered : kCritical);
  }
  tree_.close();
  tree_.take("name", Kind::name, Encoding::nul_text, Effect::behaviour, member.name_length, kCovered);
  padding("name_padding", member.name_padding);
  if (member.data_length > 0) {
    tree_.take("data", Kind::data, Encoding::bytes, Effect::behaviour, member.data_length, kCritical);
  }
  padding("padding", member.data_padding);
  tree_.close();
}

void Decoder::padding(std::string_view key, std::uint64_t length) {
  if (length == 0) return;
  const std::uint64_t at = tree_.position();
  const bool zero = all_zero(tree_.peek(length));
  tree_.take(key, zero ? Kind::padding : Kind::gap, Encoding::bytes, Effect::behaviour, length,
             zero ? kDerived : kCritical);
  if (!zero) problem(tree_.last(), "padding is not zero" + at_offset_text(at));
}

Bits probe_cpio(const ProbeInput& input) noexcept {
  const auto dialect = cpio_dialect(input.bytes);
  if (!dialect) return 0;
  return *dialect == CpioDialect::binary_le || *dialect == CpioDialect::binary_be ? 16 : 48;
}

}  // namespace

const Format kCpio = {
    .id = "cpio",
    .spec = "cpio(5) of libarchive; Linux early-userspace/buffer-format.rst",
    .probe = probe_cpio,
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return Decoder(std::move(blob), context, budget).decode(); },
};

}  // namespace unrepro
