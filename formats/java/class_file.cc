#include "formats/java/class_file.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "formats/stream/stream.h"
#include "formats/text/text.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kFirstMajor = 45, kLastMajor = 100;  // JDK 1.1; far in the future
constexpr unsigned kDepth = 4;                               // of attributes in attributes
constexpr std::string_view kText = "text";                   // key of what a Utf8 constant says

// Section 4.4: what follows the tag of a constant.
struct ConstantKind {
  std::string_view name;
  std::uint8_t size = 0;    // of Utf8, of the length
  bool names_text = false;  // whether the first two bytes are the index of a name
};
constexpr std::array<ConstantKind, 21> kConstants = {{{},
                                                      {"Utf8", 2},
                                                      {},
                                                      {"Integer", 4},
                                                      {"Float", 4},
                                                      {"Long", 8},
                                                      {"Double", 8},
                                                      {"Class", 2, true},
                                                      {"String", 2},
                                                      {"Fieldref", 4},
                                                      {"Methodref", 4},
                                                      {"InterfaceMethodref", 4},
                                                      {"NameAndType", 4, true},
                                                      {},
                                                      {},
                                                      {"MethodHandle", 3},
                                                      {"MethodType", 2, true},
                                                      {"Dynamic", 4},
                                                      {"InvokeDynamic", 4},
                                                      {"Module", 2, true},
                                                      {"Package", 2, true}}};
constexpr std::uint8_t kUtf8 = 1, kLong = 5, kDouble = 6, kString = 8, kNameAndType = 12;

// Section 4.7: attributes that only debuggers and stack traces show.
constexpr std::array<std::string_view, 5> kDebug = {
    "LineNumberTable", "LocalVariableTable", "LocalVariableTypeTable", "SourceDebugExtension", "SourceFile"};
// Attributes without indices of Utf8 constants, besides their own name's.
constexpr std::array<std::string_view, 11> kNameless = {
    "BootstrapMethods",    "ConstantValue",   "Deprecated", "EnclosingMethod",
    "Exceptions",          "LineNumberTable", "NestHost",   "NestMembers",
    "PermittedSubclasses", "StackMapTable",   "Synthetic"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class ClassDecoder {
 public:
  ClassDecoder(BlobRef blob, Budget& budget) : tree_(std::move(blob), kClassFile.id, budget) {}

  Result<Tree> decode() {
    tree_.open("", Kind::group, Encoding::record);
    tree_.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, 4);
    tree_.take("minor_version", Kind::version, Encoding::u16be, Effect::behaviour, 2);
    tree_.take("major_version", Kind::version, Encoding::u16be, Effect::behaviour, 2);
    if (!pool() || !header() || !members("fields") || !members("methods") || !attributes(0)) {
      tree_.anomaly(Tree::kRoot, AnomalyKind::structural,
                    "no class file at offset " + std::to_string(tree_.position()));
    } else if (tree_.remaining() > 0) {
      tree_.take("trailing", Kind::trailing, Encoding::bytes, Effect::behaviour, tree_.remaining(),
                 kCritical);
    }
    for (const auto& [index, constant] : texts()) {
      if (strings_.contains(index) && !names_.contains(index)) tree_.set_kind(constant, Kind::data);
    }
    return tree_.finish();
  }

 private:
  struct Constant {
    FieldId text = kNoField;  // of Utf8
    std::string value;
  };

  std::vector<std::pair<std::uint64_t, FieldId>> texts() const {
    std::vector<std::pair<std::uint64_t, FieldId>> found;
    for (std::size_t i = 0; i < constants_.size(); ++i) {
      if (constants_[i].text != kNoField) found.emplace_back(i, constants_[i].text);
    }
    return found;
  }

  // A number that says how much follows: that was read.
  std::uint64_t count(std::string_view key, std::uint64_t width = 2) {
    return big_endian(tree_.take(key, Kind::count, width == 2 ? Encoding::u16be : Encoding::u32be,
                                 Effect::behaviour, width, kDerived));
  }
  std::uint64_t index(std::string_view key) {
    return big_endian(tree_.take(key, Kind::reference, Encoding::u16be, Effect::behaviour, 2));
  }
  // The index of a name.
  const std::string& name(std::string_view key) {
    const std::uint64_t at = index(key);
    names_.insert(at);
    static const std::string kNone;
    return at < constants_.size() ? constants_[at].value : kNone;
  }

  bool pool() {
    const std::uint64_t end = count("constant_pool_count");
    tree_.open("constants", Kind::group, Encoding::record);
    constants_.resize(1);
    while (constants_.size() < end) {
      const std::uint8_t tag = tree_.remaining() > 0 ? tree_.peek(1)[0] : 0;
      if (tag >= kConstants.size() || kConstants[tag].size == 0) return false;
      tree_.open(std::to_string(constants_.size()), Kind::group, Encoding::record);
      constant(tag);
      tree_.close();
      if (!tree_.ok()) return false;
      // Section 4.4.5: the index after is not usable.
      if (tag == kLong || tag == kDouble) constants_.emplace_back();
    }
    tree_.close();
    return constants_.size() == std::max<std::uint64_t>(end, 1);
  }

  void constant(std::uint8_t tag) {
    const ConstantKind& kind = kConstants[tag];
    tree_.take("tag", Kind::flags, Encoding::u8, Effect::behaviour, 1);
    Constant made;
    if (tag == kUtf8) {
      const Bytes bytes = tree_.take(kText, Kind::name, Encoding::bytes, Effect::behaviour, count("length"));
      made = {tree_.last(), std::string(as_text(bytes))};
    } else {
      const Bytes bytes = tree_.take(kind.name, Kind::data, Encoding::bytes, Effect::behaviour, kind.size);
      if (tree_.ok() && kind.names_text) names_.insert(big_endian(bytes.first(2)));
      if (tree_.ok() && tag == kNameAndType) names_.insert(big_endian(bytes.subspan(2)));
      if (tree_.ok() && tag == kString) strings_.insert(big_endian(bytes));
    }
    constants_.push_back(std::move(made));
  }

  bool header() {
    tree_.take("access_flags", Kind::flags, Encoding::u16be, Effect::behaviour, 2);
    index("this_class");
    index("super_class");
    const std::uint64_t interfaces = count("interfaces_count");
    tree_.open("interfaces", Kind::group, Encoding::record);
    for (std::uint64_t i = 0; i < interfaces && tree_.ok(); ++i) index(std::to_string(i));
    tree_.close();
    return tree_.ok();
  }

  // Keys of one list: one that came before gets a number, and no class may have it (sections 4.5 and 4.6).
  std::string unique(std::set<std::string>& seen, std::string key) {
    if (seen.insert(key).second) return key;
    tree_.anomaly(tree_.last(), AnomalyKind::structural, "a member or attribute is there twice");
    for (unsigned i = 2;; ++i) {
      if (const std::string numbered = key + '#' + std::to_string(i); seen.insert(numbered).second)
        return numbered;
    }
  }

  // Reflection shows the order of fields and methods.
  bool members(std::string_view key) {
    const std::uint64_t members = count(std::string(key) + "_count");
    std::set<std::string> seen;
    tree_.open(key, Kind::group, Encoding::list_observable);
    for (std::uint64_t i = 0; i < members && tree_.ok(); ++i) {
      tree_.open(unique(seen, text_at(2) + ' ' + text_at(4)), Kind::member, Encoding::record);
      tree_.take("access_flags", Kind::flags, Encoding::u16be, Effect::behaviour, 2);
      name("name");
      name("descriptor");
      if (!attributes(0)) return false;
      tree_.close();
    }
    tree_.close();
    return tree_.ok();
  }

  // The name whose index stands that far ahead.
  std::string text_at(std::uint64_t ahead) const {
    const std::uint64_t at = big_endian(tree_.peek(2, ahead));
    return at < constants_.size() ? constants_[at].value : std::string();
  }

  bool attributes(unsigned depth) {
    const std::uint64_t attributes = count("attributes_count");
    tree_.open("attributes", Kind::group, Encoding::record);
    std::multiset<std::string> seen;
    for (std::uint64_t i = 0; i < attributes && tree_.ok(); ++i) {
      const std::string called = text_at(0);
      seen.insert(called);
      tree_.open(called + (seen.count(called) > 1 ? '#' + std::to_string(seen.count(called)) : ""),
                 Kind::group, Encoding::record);
      name("name");
      const std::uint64_t length = count("length", 4);
      if (!tree_.ok() || length > tree_.remaining()) return false;
      if (!(called == "Code" && depth < kDepth ? code(length, depth) : content(called, length))) return false;
      tree_.close();
    }
    tree_.close();
    return tree_.ok();
  }

  // Section 4.7.3.
  bool code(std::uint64_t length, unsigned depth) {
    const std::uint64_t end = tree_.position() + length;
    tree_.take("max_stack", Kind::size, Encoding::u16be, Effect::behaviour, 2);
    tree_.take("max_locals", Kind::size, Encoding::u16be, Effect::behaviour, 2);
    const std::uint64_t size = count("code_length", 4);
    tree_.take("code", Kind::code, Encoding::bytes, Effect::behaviour, size);
    const std::uint64_t handlers = count("exception_table_length");
    tree_.take("exception_table", Kind::data, Encoding::bytes, Effect::behaviour, 8 * handlers);
    return attributes(depth + 1) && tree_.position() == end;
  }

  bool content(std::string_view called, std::uint64_t length) {
    const bool debug = is_one_of(kDebug, called);
    const Bytes bytes = tree_.take("info", debug ? Kind::debug : Kind::data, Encoding::bytes,
                                   debug ? Effect::content : Effect::behaviour, length);
    if (!is_one_of(kNameless, called)) {
      for (std::size_t at = 0; at + 2 <= bytes.size(); ++at) names_.insert(big_endian(bytes.subspan(at, 2)));
    }
    return tree_.ok();
  }

  TreeBuilder tree_;
  std::vector<Constant> constants_;          // by index; the first is none
  std::set<std::uint64_t> strings_, names_;  // indices that a String refers to, and that anything else may
};

// Whether it is a class and not a "fat" Mach-O file, which begins alike and goes on with a small number of
// architectures.
Bits probe_class(const ProbeInput& input) noexcept {
  const Bytes bytes = input.bytes;
  if (bytes.size() < 24 || big_endian(bytes.first(4)) != 0xcafebabe) return 0;
  const std::uint64_t major = big_endian(bytes.subspan(6, 2));
  return major >= kFirstMajor && major <= kLastMajor ? 40 : 0;
}

bool is_string(const Tree& tree, FieldId leaf) {
  return tree[leaf].kind == Kind::data && tree.key(leaf) == kText;
}

// Strings are what a program prints; which of them name classes or files cannot be seen here, so that rules
// accept little of them.
Effect effect_at(const Tree& tree, FieldId leaf, const Span& span) {
  const bool message = is_string(tree, leaf) && is_printable(tree.text(leaf).substr(span.begin, span.length));
  return message ? Effect::content : tree[leaf].effect;
}

std::unique_ptr<LeafView> view_string(const Tree& tree, FieldId leaf, ViewKind kind) {
  if (!is_string(tree, leaf)) return nullptr;
  return text_view(tree.bytes(leaf), CodeUnit::byte, kind);
}

}  // namespace

const Format kClassFile = {
    .id = "class",
    .spec = "The Java Virtual Machine Specification, Java SE 21, chapter 4",
    .probe = probe_class,
    .decode = [](BlobRef blob, const Context&,
                 Budget& budget) { return ClassDecoder(std::move(blob), budget).decode(); },
    .view = view_string,
    .effect_at = effect_at,
};

}  // namespace unrepro
