#include "formats/archive/tar.h"

#include <algorithm>
#include <map>

#include "formats/archive/member_order.h"
#include "formats/archive/tar_member.h"
#include "formats/derivation.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kRecord = 20 * kTarBlock;  // the default blocking factor
constexpr std::int64_t kLatestTime = std::int64_t{1} << 33;
constexpr std::string_view kControlRole = "deb.control";

bool is_inert_number(Kind kind) {
  return kind == Kind::mode || kind == Kind::uid || kind == Kind::gid || kind == Kind::timestamp ||
         kind == Kind::device;
}

std::uint8_t covered_if(bool covered) { return covered ? std::uint8_t{kCovered} : std::uint8_t{0}; }

// Emits the tree of an archive, front to back.
class Decoder {
 public:
  Decoder(BlobRef blob, const Context& context, Budget& budget)
      : archive_(blob->bytes()),
        context_(context),
        budget_(budget),
        tree_(std::move(blob), kTar.id, budget) {}

  Result<Tree> decode() {
    const FieldId root = tree_.open("", Kind::group, Encoding::list_set);
    tree_.tree().owners_free = !context_.unpacked_by_root;
    while (tree_.ok() && !broken_ && tar_header_at(archive_, tree_.position())) {
      if (!budget_.charge_members(1)) break;
      if (archive_[tree_.position() + 156] == 'g') {
        emit_global();
      } else {
        emit_member();
      }
    }
    emit_end(root);
    for (const std::uint32_t index : order_.finish()) {
      tree_.anomaly(members_[index], AnomalyKind::structural,
                    "an earlier member has the same path; which one counts depends on the program");
    }
    if (order_.significant()) tree_.set_layout(root, Encoding::list_significant);
    return tree_.finish();
  }

 private:
  void emit_global();
  void emit_member();
  void named_by_build_id(FieldId path, const std::string& key, const TarMember& member);
  void emit_auxiliary(const TarAuxiliary& part);
  void emit_header(const TarMember& member);
  void emit_data(const TarMember& member, std::string_view key);
  void emit_checksum(const TarHeader& header);
  void emit_padding(std::uint64_t length);
  void emit_end(FieldId root);
  void report(FieldId field, const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) tree_.anomaly(field, AnomalyKind::structural, problem);
  }

  Bytes archive_;
  const Context& context_;
  Budget& budget_;
  TreeBuilder tree_;
  MemberOrder order_;
  std::map<std::string, FieldId> build_id_folders_;  // whose name is not yet derived, by their key
  std::vector<FieldId> members_;                     // by index in order_
  bool broken_ = false;
};

// Programs differ in whether global records apply at all. Those that could change what is unpacked are
// anomalies.
void Decoder::emit_global() {
  std::vector<std::string> problems;
  const TarAuxiliary part =
      read_tar_auxiliary(archive_, tree_.position(), TarAuxiliary::Role::global, problems);
  for (const PaxRecord& record : part.pax.records) {
    if (record.kind == Kind::path || record.kind == Kind::link_target || record.kind == Kind::size ||
        record.kind == Kind::uid || record.kind == Kind::gid || record.kind == Kind::user_name ||
        record.kind == Kind::group_name || record.kind == Kind::data) {
      problems.push_back("a global pax header redefines the members after it, at offset " +
                         std::to_string(part.at));
    }
  }
  const auto id = static_cast<FieldId>(tree_.tree().size());
  emit_auxiliary(part);
  report(id, problems);
  order_.set_significant();
}

void Decoder::emit_member() {
  TarMember member = read_tar_member(archive_, tree_.position(), context_.unpacked_by_root);
  const std::string key(member.header ? member_key(member.path) : "auxiliary headers without a member/");
  const FieldId id = tree_.open(key, Kind::member, Encoding::record);
  report(id, member.problems);
  for (const TarAlias& alias : member.aliases) {
    const FieldId made = tree_.alias(alias.key, alias.kind, alias.effect, alias.value, alias.flags);
    tree_.set_layout(made, alias.encoding);
    if (alias.kind == Kind::path) named_by_build_id(made, key, member);
  }
  for (const TarAuxiliary& part : member.auxiliaries) emit_auxiliary(part);
  if (member.header) {
    emit_header(member);
    emit_data(member, key);
    if (member.is_member) {
      members_.push_back(id);
      order_.add(member.path, member.type == "directory");
      if (member.header->type() == '1') order_.add_hard_link(member.link_target);
    }
  }
  broken_ = member.broken;
  tree_.close();
}

// Debug files stand at .build-id/ab/cdef.debug: their names, and those of the folders that they are in,
// follow from their content.
void Decoder::named_by_build_id(FieldId path, const std::string& key, const TarMember& member) {
  const std::string id = build_id_of_path(key);
  if (id.empty()) return;
  if (member.type == "directory" && id.size() == 2) {
    build_id_folders_.emplace(key, path);
  } else if (member.is_file && id.size() > 2) {
    tree_.derivation(path, Algo::build_id, {.keys = {key}});
    const auto folder = build_id_folders_.find(key.substr(0, key.rfind('/')));
    if (folder == build_id_folders_.end()) return;
    tree_.derivation(folder->second, Algo::build_id, {.keys = {key}});
    build_id_folders_.erase(folder);
  }
}

void Decoder::emit_auxiliary(const TarAuxiliary& part) {
  using Role = TarAuxiliary::Role;
  constexpr std::string_view kKeys[] = {"pax", "pax_global/", "longname", "longlink"};
  tree_.open(kKeys[static_cast<std::size_t>(part.role)], Kind::group, Encoding::record);
  if (part.name.pid) tree_.alias("pax_pid", Kind::pid, Effect::inert, *part.name.pid, kInRange);
  tree_.alias("dialect", Kind::dialect, Effect::inert,
              part.header.dialect_text(false) + (part.unterminated ? " without NUL" : ""), kInRange);
  tree_.open("header", Kind::group, Encoding::record);
  for (std::size_t i = 0; i < kTarCommonSlots; ++i) {
    const TarSlot& slot = kTarSlots[i];
    if (i == kTarChksum) {
      emit_checksum(part.header);
      continue;
    }
    std::uint8_t flags = covered_if(part.covered.test(i));
    Effect effect = Effect::inert;
    if (is_inert_number(slot.kind)) {
      const Spelling spelling = part.header.number(static_cast<TarSlotId>(i));
      const bool in_range =
          spelling.canonical && spelling.number->value >= 0 && spelling.number->value <= kLatestTime;
      if (in_range) flags |= kInRange;
    } else if (i == kTarSize) {
      flags |= kDerived;
    } else if (i == kTarTypeflag || i == kTarMagic || i == kTarVersion) {
      effect = Effect::behaviour;
    }
    tree_.take(slot.key, slot.kind, slot.encoding, effect, slot.length, flags);
  }
  for (const TarSlot& slot : part.header.tail()) {
    const bool name = slot.kind == Kind::name;
    tree_.take(slot.key, slot.kind, slot.encoding, name ? Effect::inert : Effect::behaviour, slot.length,
               covered_if(name && part.name.known));
  }
  tree_.close();
  if (part.role == Role::pax || part.role == Role::global) {
    // Records of one keyword follow each other in sparse maps, and override each other otherwise.
    const bool sequence = part.pax.duplicates || std::any_of(part.pax.records.begin(), part.pax.records.end(),
                                                             [](const PaxRecord& record) {
                                                               return record.keyword == "GNU.sparse.offset";
                                                             });
    tree_.open("records", Kind::group, sequence ? Encoding::list_significant : Encoding::list_set);
    for (const PaxRecord& record : part.pax.records) {
      tree_.take(record.keyword, record.kind, Encoding::bytes, record.effect, record.length, record.flags);
    }
    tree_.close();
    if (part.pax.parsed < part.data.length) {
      tree_.take("malformed records", Kind::gap, Encoding::bytes, Effect::behaviour,
                 part.data.length - part.pax.parsed, kCritical);
    }
  } else {
    tree_.take("text", Kind::name, Encoding::nul_text, Effect::behaviour, part.data.length, kCovered);
  }
  emit_padding(part.data.padding);
  tree_.close();
}

void Decoder::emit_checksum(const TarHeader& header) {
  const TarSlot& slot = kTarSlots[kTarChksum];
  const std::uint64_t at = tree_.position() - slot.offset;
  const Bytes bytes = tree_.take(slot.key, slot.kind, slot.encoding, Effect::behaviour, slot.length);
  if (bytes.empty()) return;
  const FieldId id = tree_.last();
  tree_.derived(
      id, header.checksum_holds(),
      "the checksum of the header at offset " + std::to_string(at) + " is not the sum of its bytes");
  if (header.checksum_holds() && !decode_number(slot.encoding, bytes).canonical) {
    tree_.anomaly(id, AnomalyKind::structural,
                  "no writer spells the checksum of the header at offset " + std::to_string(at) + " so");
  }
}

void Decoder::emit_header(const TarMember& member) {
  const TarHeader& header = *member.header;
  tree_.open("header", Kind::group, Encoding::record);
  for (std::size_t i = 0; i < kTarCommonSlots; ++i) {
    const TarSlot& slot = kTarSlots[i];
    if (i == kTarChksum) {
      emit_checksum(header);
      continue;
    }
    const Effect effect = i == kTarMtime ? Effect::inert : Effect::behaviour;
    tree_.take(slot.key, slot.kind, slot.encoding, effect, slot.length, covered_if(member.covered.test(i)));
  }
  for (const TarSlot& slot : header.tail()) {
    const bool covered = member.prefix_covered && slot.kind != Kind::padding;
    const Bytes bytes =
        tree_.take(slot.key, slot.kind, slot.encoding, Effect::behaviour, slot.length, covered_if(covered));
    // How much of it there is follows from the dialect.
    if (slot.kind == Kind::padding && all_zero(bytes)) tree_.set_flags(tree_.last(), kDerived);
  }
  tree_.close();
}

void Decoder::emit_data(const TarMember& member, std::string_view key) {
  if (member.extension_blocks > 0) {
    tree_.take("sparse_extension", Kind::data, Encoding::bytes, Effect::behaviour,
               member.extension_blocks * kTarBlock, kCovered);
  }
  if (member.map_bytes > 0) {
    tree_.take("sparse_header", Kind::data, Encoding::bytes, Effect::behaviour, member.map_bytes, kCovered);
  }
  const std::uint64_t length = member.data.length - member.map_bytes;
  if (member.is_file) {
    tree_.take("content", Kind::payload, Encoding::bytes, Effect::behaviour, length);
    tree_.payload({.field = tree_.last(),
                   .role = context_.role == kControlRole ? kControlRole : std::string_view{},
                   .name = std::string(key)});
  } else if (length > 0) {
    tree_.take("data", Kind::data, Encoding::bytes, Effect::behaviour, length);
  }
  emit_padding(member.data.padding);
}

void Decoder::emit_padding(std::uint64_t length) {
  if (length == 0) return;
  const Bytes bytes = tree_.take("padding", Kind::padding, Encoding::bytes, Effect::behaviour, length);
  if (bytes.empty()) return;
  tree_.set_flags(tree_.last(), all_zero(bytes) ? kDerived : kCritical);
}

// POSIX ends an archive with two zero blocks and allows filling up a record. Programs accept less and more.
void Decoder::emit_end(FieldId root) {
  if (!tree_.ok()) return;
  std::uint64_t zeros = 0;
  if (!broken_) {
    for (Bytes block = tree_.peek(kTarBlock); !block.empty() && all_zero(block);
         block = tree_.peek(kTarBlock, zeros)) {
      zeros += block.size();
    }
  }
  const std::uint64_t end = tree_.position() + zeros;
  std::string form = std::to_string(zeros / kTarBlock) + " blocks";
  if (zeros % kTarBlock != 0) form += " and " + std::to_string(zeros % kTarBlock) + " bytes";
  if (zeros == 0) form = "none";
  if (end % kRecord == 0 && zeros >= 2 * kTarBlock && zeros < kRecord + 2 * kTarBlock)
    form = "padded to 10240";
  tree_.alias("end/", Kind::dialect, Effect::inert, form, kInRange);
  if (zeros > 0)
    tree_.take("end_blocks/", Kind::padding, Encoding::bytes, Effect::behaviour, zeros, kCovered);
  if (tree_.remaining() == 0) return;
  const std::string where = " at offset " + std::to_string(tree_.position());
  if (zeros > 0) {
    tree_.anomaly(root, AnomalyKind::structural, "bytes follow the end of the archive" + where);
    tree_.take("trailing/", Kind::trailing, Encoding::bytes, Effect::behaviour, tree_.remaining(), kCritical);
  } else {
    tree_.anomaly(root, AnomalyKind::structural, "no header can be read" + where);
    tree_.take("unreadable/", Kind::gap, Encoding::bytes, Effect::behaviour, tree_.remaining(), kCritical);
  }
}

Result<Tree> decode(BlobRef blob, const Context& context, Budget& budget) {
  return Decoder(std::move(blob), context, budget).decode();
}

Bits probe_tar(const ProbeInput& input) noexcept {
  constexpr Bits kChecksum = 60;
  constexpr Bits kMagic = 40;
  constexpr Bits kEmptyArchive = 20;
  if (input.bytes.size() < kTarBlock) return 0;
  const Bytes block = input.bytes.first(kTarBlock);
  if (all_zero(block)) {
    const bool empty = input.context.name.ends_with(".tar") && input.bytes.size() % kTarBlock == 0 &&
                       input.bytes.size() >= 2 * kTarBlock && all_zero(input.bytes.first(2 * kTarBlock));
    return empty ? kEmptyArchive : 0;
  }
  const TarHeader header(block);
  const bool magic = header.dialect() != TarDialect::v7 && header.dialect() != TarDialect::odd;
  return (header.checksum_holds() ? kChecksum : 0) + (magic ? kMagic : 0);
}

}  // namespace

const Format kTar = {
    .id = "tar",
    .spec = "POSIX.1-2017 pax utility, EXTENDED DESCRIPTION; GNU tar manual, appendix \"Tar Internals\"",
    .probe = probe_tar,
    .decode = decode,
};

}  // namespace unrepro
