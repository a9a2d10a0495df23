// From differences to findings, in three steps: every difference that stands for itself gets its cause; then
// what is derived takes the worst verdict of its sources; then streams that carry a changed payload,
// innermost first.

#include "analyzer/explain.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "analyzer/location.h"
#include "analyzer/summary.h"
#include "formats/value.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

constexpr std::size_t kAnomaliesOfATree = 64;
constexpr std::size_t kSamples = 64;        // of differences of one cause in one pair of blobs
constexpr std::uint64_t kShownField = 256;  // a field up to this size is shown whole
constexpr std::uint64_t kShownText = 160, kShownBytes = 40;

std::string derived_cause(Kind kind) {
  switch (kind) {
    case Kind::checksum:
    case Kind::digest:
      return "derived-digest";
    case Kind::build_id:
      return "derived-build-id";
    case Kind::name:
    case Kind::path:
      return "derived-name";
    case Kind::stream:
      return "derived-compressed-stream";
    default:
      return "derived-layout";
  }
}

// What a person reads of one side: the whole value of a short field, else the differing span. Of text with a
// cause only the span: what stands around it explains nothing more.
std::optional<Evidence> evidence(const Side& side, bool span_of_text = false) {
  if (side.tree == nullptr) return std::nullopt;
  const Field& field = (*side.tree)[side.field];
  Evidence shown{.offset = field.is(kAlias) ? 0 : side.offset, .length = side.length, .value = {}};
  if (side.row != nullptr) {
    shown.value = escape(side.bytes, kShownField);
  } else if (field.inner()) {
    shown.value = escape(as_bytes(side.tree->key(side.field)), kShownField);
  } else if (field.length <= kShownField && field.kind != Kind::data && !span_of_text) {
    shown.value = describe(*side.tree, side.field);
  } else {
    const bool is_text = field.kind == Kind::text || field.kind == Kind::script || field.kind == Kind::data;
    shown.value = escape(side.bytes, is_text ? kShownText : kShownBytes);
  }
  return shown;
}

class Explainer {
 public:
  Explainer(const std::string& name, const Options& options, Budget& budget, Report& report)
      : name_(name), options_(options), budget_(budget), summary_(report), report_(report) {}

  void run(Pair& root) {
    find_facts(root);
    root.visit([&](Pair& pair) { propose(pair); });
    support_.finish();
    root.visit([&](Pair& pair) { own_differences(pair); });
    root.visit([&](Pair& pair) { derived_differences(pair); });
    streams(root);
    root.visit([&](Pair& pair) {
      report_.incomplete.insert(report_.incomplete.end(), pair.incomplete.begin(), pair.incomplete.end());
      if (!pair.layout.empty()) {
        report_.leads.push_back({"derived-layout", location(pair, {}, {}) + ": not proven: " + pair.layout});
      }
    });
    for (Incomplete& entry : report_.incomplete) {
      const std::string artifact = Location{.members = {name_}, .field = {}, .offset = {}}.print();
      entry.location = entry.location.empty() ? artifact : artifact + "!" + entry.location;
    }
    summary_.finish(facts_, options_.max_findings);
  }

 private:
  void find_facts(Pair& root) {
    facts_.reference_time = options_.reference_time;
    facts_.user_rules = options_.user_rules.get();
    facts_.left_record = options_.left_record;
    facts_.right_record = options_.right_record;
    root.visit([&](Pair& pair) {
      if (!facts_.left && pair.left->tree().identity) facts_.left = pair.left->tree().identity;
      if (!facts_.right && pair.right->tree().identity) facts_.right = pair.right->tree().identity;
      add_own_record(facts_.left_record, pair.left->tree());
      add_own_record(facts_.right_record, pair.right->tree());
    });
  }

  // What an artifact says of its own build, where nobody else said anything.
  static void add_own_record(Record& record, const Tree& tree) {
    if (record.values.empty() && !tree.facts.empty()) record.values = {tree.facts.begin(), tree.facts.end()};
  }

  static bool stands_for_itself(const Item& item) {
    return !item.is_derived && item.difference.shape != Shape::encoding;
  }

  // What a hypothesis takes for a parameter of the build has to be known before any is confirmed.
  void propose(Pair& pair) {
    std::vector<Hypothesis> hypotheses;
    for (Item& item : pair.items) {
      item.difference.path = file_name(pair, item.where);
      if (!stands_for_itself(item) || item.moved) continue;
      for (const Rule* rule : rules()) rule->propose(item.difference, facts_, hypotheses);
      for (const Hypothesis& hypothesis : hypotheses) support_.add(hypothesis);
      hypotheses.clear();
    }
  }

  // The innermost name: of the member, or of the artifact.
  std::string_view file_name(const Pair& pair, const Where& where) const {
    if (!where.members.empty()) return where.members.back();
    return pair.place.empty() ? std::string_view(name_) : std::string_view(pair.place.back());
  }

  void own_differences(Pair& pair) {
    samples_.clear();
    anomalies(pair);
    acts_alike_ = std::none_of(pair.items.begin(), pair.items.end(), [](const Item& item) {
      return stands_for_itself(item) && item.difference.effect == Effect::behaviour;
    });
    if (pair.items.empty() && pair.nested.empty() && pair.incomplete.empty()) unlocated(pair);
    for (const Item& item : pair.items) {
      if (stands_for_itself(item)) own_difference(pair, item);
    }
  }

  Finding start(const Pair& pair, const Item& item) const {
    const Difference& difference = item.difference;
    Finding finding;
    finding.effect = difference.effect;
    finding.format = std::string(pair.left->format().id);
    finding.field = item.where.field;
    finding.kind = difference.kind;
    finding.differences = difference.count;
    finding.bytes = difference.weight;
    finding.touches_code = difference.kind == Kind::code || difference.kind == Kind::script;
    finding.derived = item.is_derived;
    finding.listing = item.listing;
    return finding;
  }

  // Adds what a person reads, which costs more than finding the cause.
  void show(const Pair& pair, const Item& item, Finding& finding) const {
    finding.location = location(pair, item.where.members, item.where.field);
    const bool span = finding.kind == Kind::text && finding.proof != Proof::none;
    finding.left = evidence(item.difference.left, span);
    finding.right = evidence(item.difference.right, span);
    if (finding.left && finding.right && finding.note == finding.left->value + " → " + finding.right->value) {
      finding.note.clear();
    }
  }

  std::string location(const Pair& pair, const std::vector<std::string>& members,
                       const std::string& field) const {
    Location at{.members = {name_}, .field = field, .offset = {}};
    at.members.insert(at.members.end(), pair.place.begin(), pair.place.end());
    at.members.insert(at.members.end(), members.begin(), members.end());
    return at.print();
  }

  static std::vector<std::string> place_of(const Pair& pair, const Item& item) {
    std::vector<std::string> place = pair.place;
    place.insert(place.end(), item.where.members.begin(), item.where.members.end());
    return place;
  }

  void own_difference(const Pair& pair, const Item& item) {
    Finding finding = start(pair, item);
    std::string parameter;
    const Difference& difference = item.difference;
    if (item.left == Derived::fails || item.right == Derived::fails) {
      finding.cause = "integrity-mismatch";
      finding.severity = Severity::alert;
      finding.note = item.message;
    } else if (item.moved) {
      finding.cause = "derived-layout";
      finding.proof = Proof::inferred;
      finding.severity = Severity::warning;
      finding.note = item.message;
    } else if (!attribute(pair, difference, finding, parameter)) {
      residue(difference, finding);
      finding.note = item.message;
    }
    // Enough of a kind were shown.
    if (finding.proof == Proof::none || finding.proof == Proof::inferred) {
      Samples& samples = samples_[{item.where.members, finding.cause, finding.severity, finding.kind}];
      if (samples.count >= kSamples) return summary_.extend(samples.last, finding);
      show(pair, item, finding);
      ++samples.count;
      samples.last = summary_.add(std::move(finding), place_of(pair, item), parameter);
      return;
    }
    show(pair, item, finding);
    summary_.add(std::move(finding), place_of(pair, item), parameter);
  }

  // Takes the best verdict among the confirmed hypotheses, the first rule among equals.
  bool attribute(const Pair& pair, const Difference& difference, Finding& finding,
                 std::string& parameter) const {
    const Fitted fitted{pair.relations, pair.zone_shift, support_, acts_alike_};
    bool found = false;
    if (difference.count > 1 && difference.shape == Shape::changed)
      return false;  // nobody looked at them all
    std::vector<Hypothesis> hypotheses;
    for (const Rule* rule : rules()) {
      hypotheses.clear();
      rule->propose(difference, facts_, hypotheses);
      for (const Hypothesis& hypothesis : hypotheses) {
        if (!rule->confirm(difference, hypothesis, fitted)) continue;
        const Effect effect =
            hypothesis.record ? std::min(difference.effect, Effect::content) : difference.effect;
        const Verdict verdict = difference.shape == Shape::order
                                    ? judge_order(difference.list, hypothesis.proof)
                                    : judge(effect, hypothesis.proof);
        if (found && verdict >= finding.verdict) continue;
        found = true;
        const Freedom freedom = rule->capacity(difference, hypothesis, fitted);
        finding.cause = hypothesis.cause;
        finding.proof = hypothesis.proof;
        finding.verdict = verdict;
        const bool alert =
            hypothesis.contradicts_record ||
            (difference.critical && (difference.kind == Kind::script || finding.proof == Proof::inferred));
        finding.severity = verdict != Verdict::divergent ? Severity::info
                           : alert                       ? Severity::alert
                                                         : Severity::warning;
        finding.capacity = freedom.capacity;
        finding.note = hypothesis.note;
        finding.effect = effect;
        finding.remedy = hypothesis.remedy;
        parameter = freedom.parameter;
      }
    }
    return found;
  }

  static void residue(const Difference& difference, Finding& finding) {
    const Kind kind = difference.kind;
    finding.proof = Proof::none;
    finding.verdict = Verdict::divergent;
    const bool stale = difference.shape == Shape::stale;
    finding.severity = difference.critical || stale ? Severity::alert : Severity::warning;
    if (stale) {
      finding.cause = "stale-reference";
    } else if (difference.critical) {
      const bool outside = kind == Kind::gap || kind == Kind::trailing;
      finding.cause = outside ? "structural-anomaly" : "semantic-change";
    } else if (kind == Kind::member) {
      finding.cause = "file-set-difference";
    } else if (kind == Kind::opaque || kind == Kind::text || kind == Kind::code || kind == Kind::data ||
               kind == Kind::script || kind == Kind::comment) {
      finding.cause = "unexplained";
    } else {
      finding.cause = "semantic-change";
    }
  }

  // The net below every decoder and aligner: bytes that differ always leave a finding.
  void unlocated(const Pair& pair) {
    const Bytes left = pair.left->tree().blob()->bytes(), right = pair.right->tree().blob()->bytes();
    if (std::equal(left.begin(), left.end(), right.begin(), right.end())) return;
    Finding finding;
    finding.cause = "unexplained";
    finding.severity = Severity::warning;
    finding.location = location(pair, {}, {});
    finding.format = std::string(pair.left->format().id);
    finding.bytes = std::max(left.size(), right.size());
    finding.note = "the bytes differ, but no field does";
    summary_.add(std::move(finding), pair.place, {});
  }

  void anomalies(const Pair& pair) {
    std::vector<Finding> found;
    for (const Opened* opened : {pair.left, pair.right}) {
      const Tree& tree = opened->tree();
      const bool is_left = opened == pair.left;
      std::size_t count = 0;
      for (const Anomaly& anomaly : tree.anomalies) {
        if (++count > kAnomaliesOfATree) {
          ++found.back().differences;
          continue;
        }
        Finding finding;
        finding.cause = anomaly.kind == AnomalyKind::integrity ? "integrity-mismatch" : "structural-anomaly";
        finding.severity = Severity::alert;
        const Where where = where_is(tree, anomaly.field);
        finding.location = location(pair, where.members, where.field);
        finding.format = std::string(opened->format().id);
        finding.field = where.field;
        finding.kind = anomaly.field < tree.size() ? tree[anomaly.field].kind : Kind::group;
        finding.note = anomaly.message;
        Evidence shown = evidence(whole(tree, anomaly.field)).value_or(Evidence{});
        (is_left ? finding.left : finding.right) = std::move(shown);
        const auto twin = std::find_if(found.begin(), found.end(), [&](const Finding& other) {
          return !is_left && other.location == finding.location && other.note == finding.note && !other.right;
        });
        if (twin != found.end()) {
          twin->right = finding.right;
        } else {
          found.push_back(std::move(finding));
        }
      }
    }
    for (Finding& finding : found) summary_.add(std::move(finding), pair.place, {});
  }

  static Side whole(const Tree& tree, FieldId field) {
    if (field >= tree.size()) return {};
    return {&tree, field, kNoField, tree[field].begin, tree[field].length, tree.bytes(field)};
  }

  // Children come after their parent in a tree, so the path to a field is found by one walk down.
  static Where where_is(const Tree& tree, FieldId wanted) {
    Where where;
    if (wanted >= tree.size()) return where;
    for (FieldId at = Tree::kRoot; at != wanted;) {
      FieldId next = kNoField;
      for (const FieldId child : tree.children(at)) {
        if (child > wanted) break;
        next = child;
      }
      if (next == kNoField) break;
      at = next;
      if (tree[at].kind == Kind::member) {
        where.members.emplace_back(tree.key(at));
        where.field.clear();
      } else {
        if (!where.field.empty()) where.field += '.';
        where.field.append(tree.key(at));
      }
    }
    return where;
  }

  void derived_differences(const Pair& pair) {
    for (const Item& item : pair.items) {
      const Difference& difference = item.difference;
      if (!item.is_derived || difference.shape == Shape::carrier) continue;
      Finding finding = start(pair, item);
      finding.cause = derived_cause(difference.kind);
      const bool unverified = item.left == Derived::unverified || item.right == Derived::unverified;
      finding.proof = unverified ? Proof::pattern : Proof::recomputed;
      if (unverified) {
        finding.note = "could not be recomputed";
        finding.verdict = judge(difference.effect, Proof::pattern);
      }
      show(pair, item, finding);
      const std::vector<std::string> source = item.source.empty() ? place_of(pair, item) : item.source;
      finish_derived(std::move(finding), place_of(pair, item), source, !unverified);
    }
  }

  void finish_derived(Finding finding, const std::vector<std::string>& place,
                      const std::vector<std::string>& source, bool holds) {
    const Verdict worst = summary_.worst_below(source);
    // Normal forms keep the names of members.
    const Verdict best = finding.kind == Kind::path ? Verdict::explained : Verdict::equivalent;
    finding.verdict = holds ? std::max(best, worst) : std::max(finding.verdict, worst);
    finding.severity = holds || finding.verdict != Verdict::divergent ? Severity::info : Severity::warning;
    summary_.add_derived(std::move(finding), place, source);
  }

  // Innermost first, since whether a stream needs re-encoding depends on what its payload came to.
  void streams(Pair& pair) {
    for (const auto& inner : pair.nested) streams(*inner);
    for (Item& item : pair.items) {
      const Shape shape = item.difference.shape;
      if (shape != Shape::encoding && shape != Shape::carrier) continue;
      Difference& difference = item.difference;
      const Verdict worst = shape == Shape::carrier ? summary_.worst_below(item.source) : Verdict::equivalent;
      const bool matters = worst <= Verdict::equivalent || options_.verify_encoding;
      if (matters) {
        difference.left_encoder = pair.left->encoder({.full = options_.verify_encoding}, budget_);
        difference.right_encoder = pair.right->encoder({.full = options_.verify_encoding}, budget_);
      }
      Finding finding = start(pair, item);
      std::string parameter;
      attribute(pair, difference, finding, parameter);
      show(pair, item, finding);
      if (!matters) finding.note = "not re-encoded: what it carries differs anyway";
      if (shape == Shape::encoding) {
        summary_.add(std::move(finding), place_of(pair, item), parameter);
      } else {
        finding.verdict = std::max(finding.verdict, worst);
        summary_.add_derived(std::move(finding), place_of(pair, item), item.source);
      }
    }
  }

  const std::string& name_;
  const Options& options_;
  Budget& budget_;
  Summary summary_;
  // Of one pair of blobs, of findings that nothing accepts.
  struct Samples {
    std::size_t count = 0, last = 0;
  };

  Report& report_;
  std::map<std::tuple<std::vector<std::string>, std::string, Severity, Kind>, Samples> samples_;
  Facts facts_;
  Support support_;
  bool acts_alike_ = false;  // of the pair whose differences are being explained
};

}  // namespace

void explain(Pair& root, const std::string& name, const Options& options, Budget& budget, Report& report) {
  Explainer(name, options, budget, report).run(root);
}

}  // namespace unrepro
