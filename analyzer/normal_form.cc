// Every node contributes a digest of what is left of it; nodes of which nothing is left contribute nothing,
// so that a pax header that only holds an inert time vanishes like the time itself.

#include "analyzer/normal_form.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <unordered_map>

#include "analyzer/pair.h"
#include "analyzer/parallel.h"
#include "formats/digest.h"
#include "formats/value.h"

namespace unrepro {
namespace {

using Normal = Result<std::string>;  // digest, or empty when nothing is left

// Length-prefixed parts, so that no two different lists of parts give one text.
void part(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).push_back(':');
  out.append(text);
}

std::string digest_of(std::string_view text) { return to_hex(digest(Algo::sha256, as_bytes(text))); }

class Normalizer {
 public:
  Normalizer(const Opened& opened, bool verify_encoding, NormalForms& known, Budget& budget)
      : opened_(opened),
        tree_(opened.tree()),
        verify_encoding_(verify_encoding),
        known_(known),
        budget_(budget),
        self_contained_(tree_.derivations.empty()) {
    for (const Derivation& derivation : tree_.derivations)
      derivations_.emplace(derivation.field, &derivation);
  }

  Normal run() {
    std::string text;
    if (!tree_.anomalies.empty()) {
      part(text, "anomalous");
      part(text, to_hex(digest(Algo::sha256, tree_.blob()->bytes())));
    }
    const FieldId stream = opened_.stream_payload();
    if (stream != kNoField) return encoded(stream, std::move(text));
    part(text, tree_.format);
    if (auto read = read_payloads(); !read) return tl::unexpected<Error>(read.error());
    auto root = node(Tree::kRoot);
    if (!root) return root;
    part(text, *root);
    return digest_of(text);
  }

  // Whether neither this blob nor anything in it refers to what is outside.
  bool self_contained() const { return self_contained_; }

 private:
  Result<void> read_payloads() {
    std::vector<FieldId> fields;
    for (const Payload& payload : tree_.payloads) {
      if (!vanishes(tree_[payload.field])) fields.push_back(payload.field);
    }
    std::vector<Normal> normals(fields.size(), Normal());
    parallel_each(fields.size(), [&](std::size_t i) { normals[i] = child(fields[i]); });
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!normals[i]) return tl::unexpected<Error>(normals[i].error());
      payloads_.emplace(fields[i], std::move(*normals[i]));
    }
    return {};
  }

  // A stream counts as its payload if a known encoder makes exactly these bytes from it.
  Normal encoded(FieldId stream, std::string text) {
    part(text, "stream");
    const auto match = opened_.encoder({.full = verify_encoding_, .any = true}, budget_);
    if (!match || !match->complete) part(text, to_hex(digest(Algo::sha256, tree_.blob()->bytes())));
    // What the framing says beyond how to decode: a file name, a comment.
    for (FieldId id = 0; id < tree_.size(); ++id) {
      const Field& field = tree_[id];
      if (field.inner() || field.kind == Kind::stream || field.kind == Kind::magic || vanishes(field))
        continue;
      part(text, tree_.key(id));
      part(text, value(id));
    }
    auto inner = child(stream);
    if (!inner) return inner;
    part(text, *inner);
    return digest_of(text);
  }

  // Says nothing that counts: inert, or stated better elsewhere.
  static bool vanishes(const Field& field) {
    return field.is(kCovered) || field.is(kDerived) || (field.effect == Effect::inert && field.is(kInRange));
  }

  // Called from several threads.
  Normal child(FieldId field) {
    const Payload& payload = *tree_.payload(field);
    const auto content = opened_.content(field);
    if (!content) return tl::unexpected<Error>(content.error());
    std::string key;
    for (const std::string_view text : {payload.role, std::string_view(payload.name), payload.codec})
      part(key, text);
    key += payload.unpacked_by_root ? "root " : "user ";
    key += to_hex(digest(Algo::sha256, (*content)->bytes()));
    if (std::string normal = known_.find(key); !normal.empty()) return normal;
    const auto opened = opened_.borrow(field, opened_.place(), budget_);
    if (!opened) return tl::unexpected<Error>(opened.error());
    Normalizer inner(*opened->opened, verify_encoding_, known_, budget_);
    auto normal = inner.run();
    if (!normal) return normal;
    if (inner.self_contained()) {
      known_.add(key, *normal);
    } else {
      self_contained_ = false;
    }
    return normal;
  }

  Normal node(FieldId id) {
    const Field& field = tree_[id];
    if (!field.inner()) return leaf(id);
    std::vector<std::pair<std::string_view, std::string>> parts;
    for (const FieldId at : in_walk_order(id)) {
      auto digest = node(at);
      if (!digest) return digest;
      if (!digest->empty()) parts.emplace_back(tree_.key(at), std::move(*digest));
    }
    if (parts.empty() && field.kind != Kind::member) return std::string();
    const bool ordered = field.encoding == Encoding::list_observable ||
                         field.encoding == Encoding::list_significant || field.encoding == Encoding::sequence;
    if (!ordered) std::sort(parts.begin(), parts.end());
    std::string text;
    for (const auto& [key, digest] : parts) {
      part(text, key);
      part(text, digest);
    }
    return digest_of(text);
  }

  // Members of a set are visited by name, so that owners are numbered alike whatever the order of the
  // archive.
  std::vector<FieldId> in_walk_order(FieldId id) const {
    std::vector<FieldId> children;
    for (const FieldId child : tree_.children(id)) children.push_back(child);
    if (tree_[id].encoding == Encoding::list_set) {
      std::stable_sort(children.begin(), children.end(),
                       [&](FieldId a, FieldId b) { return tree_.key(a) < tree_.key(b); });
    }
    return children;
  }

  Normal leaf(FieldId id) {
    const Field& field = tree_[id];
    if (vanishes(field)) return std::string();
    std::string text;
    part(text, to_string(field.kind));
    if (const auto payload = payloads_.find(id); payload != payloads_.end()) {
      part(text, payload->second);
      return digest_of(text);
    }
    const auto derivation = derivations_.find(id);
    if (derivation != derivations_.end()) {
      const auto state = verify(opened_, *derivation->second, budget_);
      if (!state) return tl::unexpected<Error>(state.error());
      if (*state == Derived::holds) return std::string();
    }
    part(text, field.encoding == Encoding::rows ? rows(id) : value(id));
    return digest_of(text);
  }

  std::string rows(FieldId id) {
    Hasher hasher(Algo::sha256);
    std::string text;
    const auto view = opened_.format().rows(tree_, id);
    for (Row row; view->next(row); text.clear()) {
      part(text, row.key);
      part(text, row.value);
      hasher.update(as_bytes(text));
    }
    return "rows " + to_hex(hasher.finish());
  }

  std::string value(FieldId id) {
    const Field& field = tree_[id];
    if (is_owner(field.kind) && tree_.owners_free && !special_bits(id)) {
      auto& known = owners_[field.kind];
      const auto at = known.try_emplace(std::string(tree_.text(id)), known.size()).first;
      return "owner " + std::to_string(at->second);
    }
    const Spelling spelling = decode_number(field.encoding, tree_.bytes(id));
    if (spelling.number && spelling.canonical) {
      return "number " + std::to_string(spelling.number->value) + "." +
             std::to_string(spelling.number->nanoseconds);
    }
    const Bytes bytes = tree_.bytes(id);
    return bytes.size() <= 64 ? "bytes " + std::string(as_text(bytes))
                              : "sha256 " + to_hex(digest(Algo::sha256, bytes));
  }

  // Owners of a member that changes identity when run are kept.
  bool special_bits(FieldId id) {
    if (special_.empty()) {
      special_.resize(tree_.size(), false);
      for (FieldId member = 0; member < tree_.size(); ++member) {
        if (tree_[member].kind != Kind::member) continue;
        bool special = false;
        for (const FieldId child : tree_.children(member)) {
          if (tree_[child].kind != Kind::mode) continue;
          special = special || has_special_bits(tree_.bytes(child));
        }
        for (const FieldId child : tree_.children(member)) special_[child] = special;
      }
    }
    return special_[id];
  }

  const Opened& opened_;
  const Tree& tree_;
  bool verify_encoding_;
  NormalForms& known_;
  Budget& budget_;
  std::atomic<bool> self_contained_;
  std::unordered_map<FieldId, std::string> payloads_;  // normal forms of what they hold
  std::unordered_map<FieldId, const Derivation*> derivations_;
  std::map<Kind, std::map<std::string, std::size_t>> owners_;
  std::vector<bool> special_;
};

}  // namespace

std::string NormalForms::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto at = known_.find(key);
  return at == known_.end() ? std::string() : at->second;
}

void NormalForms::add(const std::string& key, const std::string& normal) {
  const std::lock_guard lock(mutex_);
  known_.emplace(key, normal);
}

Result<std::string> normal_sha256(const Opened& root, bool verify_encoding, NormalForms& known,
                                  Budget& budget) {
  return Normalizer(root, verify_encoding, known, budget).run();
}

}  // namespace unrepro
