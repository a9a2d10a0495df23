#include "formats/debian/deb.h"

#include <array>
#include <span>

#include "formats/archive/ar_header.h"

namespace unrepro {
namespace {

constexpr std::string_view kFormatVersion = "2.0\n";

// Where a reader stands in the sequence of deb(5).
enum class Stage : std::uint8_t { version, control, data, end };

struct Part {
  std::string_view key;     // "control.tar"; empty for a member that deb(5) does not name
  std::string_view suffix;  // of the compression, without the dot
};

// dpkg's compressions; bzip2 and lzma are for data.tar only.
constexpr std::array<std::string_view, 3> kControlSuffixes = {"gz", "xz", "zst"};
constexpr std::array<std::string_view, 5> kDataSuffixes = {"gz", "bz2", "xz", "lzma", "zst"};

std::string_view suffix_of(std::string_view path, std::string_view stem,
                           std::span<const std::string_view> known, bool& matches) {
  matches = path == stem;
  if (matches || !path.starts_with(stem) || path.size() < stem.size() + 2 || path[stem.size()] != '.')
    return {};
  const std::string_view suffix = path.substr(stem.size() + 1);
  for (const std::string_view candidate : known) matches = matches || candidate == suffix;
  return matches ? suffix : std::string_view();
}

Part classify(std::string_view path) {
  if (path == "debian-binary") return {.key = "debian-binary"};
  bool matches = false;
  if (const auto suffix = suffix_of(path, "control.tar", kControlSuffixes, matches); matches) {
    return {.key = "control.tar", .suffix = suffix};
  }
  if (const auto suffix = suffix_of(path, "data.tar", kDataSuffixes, matches); matches) {
    return {.key = "data.tar", .suffix = suffix};
  }
  return {};
}

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::version:
      return "debian-binary";
    case Stage::control:
      return "control.tar";
    case Stage::data:
      return "data.tar";
    case Stage::end:
      break;
  }
  return "nothing more";
}

// The first bytes of a stream that a member of this name holds.
std::string_view magic_of(std::string_view suffix) {
  if (suffix == "gz") return "\x1f\x8b";
  if (suffix == "xz")
    return std::string_view(
        "\xfd"
        "7zXZ\0",
        6);
  if (suffix == "zst") return "\x28\xb5\x2f\xfd";
  return suffix == "bz2" ? "BZh" : "";
}

void take_payload(TreeBuilder& tree, const ArMember& member, const Part& part, bool expected,
                  std::uint64_t length) {
  tree.take("content", Kind::payload, Encoding::bytes, Effect::behaviour, length);
  Payload payload{.field = tree.last(), .name = std::string(member.path)};
  if (expected && part.key == "control.tar") payload.role = "deb.control";
  if (expected && part.key == "data.tar") payload.role = "deb.data";
  payload.unpacked_by_root = !part.key.empty();
  tree.payload(std::move(payload));
}

void take_member(TreeBuilder& tree, const ArMember& member, Stage& stage) {
  const Part part = classify(member.path);
  const bool expected = part.key == stage_name(stage);
  // Members that dpkg passes over by their name (deb(5)); _gpgorigin and the like sign the others.
  const bool passed_over = member.path.starts_with('_') && stage != Stage::version;
  const bool known_style = member.style == ArNameStyle::plain || member.style == ArNameStyle::slash;

  const FieldId id =
      tree.open(part.key.empty() ? member.path : part.key, Kind::member, Encoding::record, Effect::behaviour);
  take_ar_header(tree, member, {.mtime = Effect::inert, .owner = Effect::inert, .blank_numbers = false},
                 false);
  if (!expected && !passed_over) {
    tree.anomaly(id, AnomalyKind::structural,
                 "unexpected member where deb(5) has " + std::string(stage_name(stage)));
  }
  if (!known_style && member.problem.empty()) {
    tree.anomaly(id, AnomalyKind::structural, "name is spelled as dpkg does not read it");
  }

  const std::uint64_t length = member.stored - member.name_length;
  if (member.stored < member.size) {
    tree.take("content", Kind::gap, Encoding::bytes, Effect::behaviour, length, kCritical);
  } else if (part.key == "debian-binary") {
    const Bytes version = tree.take("content", Kind::version, Encoding::bytes, Effect::behaviour, length);
    if (as_text(version) != kFormatVersion) {
      tree.anomaly(tree.last(), AnomalyKind::structural, "format version is not 2.0 and a line feed");
    }
  } else if (member.path.starts_with("_gpg")) {
    tree.take("content", Kind::signature, Encoding::bytes, Effect::behaviour, length);
  } else {
    if (!part.key.empty()) {
      // The name follows from what the member holds; a liar's does not.
      const FieldId name = tree.tree().child(id, "path");
      const std::string_view magic = magic_of(part.suffix);
      if (name != kNoField && !part.suffix.empty() && as_text(tree.peek(magic.size())) == magic)
        tree.set_flags(name, kDerived);
      tree.alias("compression", Kind::stream, Effect::inert, part.suffix.empty() ? "none" : part.suffix,
                 kInRange);
    }
    take_payload(tree, member, part, expected, length);
  }
  if (member.stored % 2 != 0 && tree.remaining() == 0 && member.stored == member.size) {
    tree.anomaly(id, AnomalyKind::structural, "the padding byte at the end is missing");
  }
  take_ar_padding(tree, member, ArPadding::line_feed);
  tree.close();
  if (expected) stage = static_cast<Stage>(static_cast<int>(stage) + 1);
}

Result<Tree> decode(BlobRef blob, const Context&, Budget& budget) {
  const ArListing listing = scan_ar(blob->bytes(), budget);
  TreeBuilder tree(std::move(blob), kDeb.id, budget);
  tree.open("", Kind::group, Encoding::record);
  tree.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, kArMagic.size());
  Stage stage = Stage::version;
  tree.open("members", Kind::group, Encoding::list_significant);
  for (const ArMember& member : listing.members) {
    if (!tree.ok()) break;
    take_member(tree, member, stage);
  }
  tree.close();
  if (tree.ok()) take_ar_trailing(tree);
  if (stage != Stage::end) {
    tree.anomaly(Tree::kRoot, AnomalyKind::structural,
                 "no " + std::string(stage_name(stage)) + " where deb(5) has it");
  }
  return tree.finish();
}

}  // namespace

const Format kDeb = {
    .id = "deb",
    .spec = "deb(5), format 2.0",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      const std::string_view text = as_text(input.bytes);
      if (!text.starts_with(kArMagic) || !text.substr(kArMagic.size()).starts_with("debian-binary")) return 0;
      return 8 * (8 + 13);
    },
    .decode = decode,
};

}  // namespace unrepro
