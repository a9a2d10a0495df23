#include "analyzer/quorum/decision_text.h"

#include <algorithm>
#include <cctype>

#include "analyzer/printable.h"
#include "analyzer/text_layout.h"

namespace unrepro::quorum {
namespace {

constexpr std::size_t kMostNames = 8;  // of a list of results or operators
constexpr std::size_t kValueColumns = 60;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string brief(const Digest& sha256) {
  return sha256.size() > 16 ? sha256.substr(0, 16) + "…" : printable(sha256);
}

std::string clip(const std::string& value) {
  const std::string safe = printable(value);
  return display_width(safe) <= kValueColumns ? safe : wrap(safe, kValueColumns).front() + "…";
}

template <class List>
std::string enumerate(const List& names) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& name : names) {
    if (shown == kMostNames) return text + " and " + std::to_string(names.size() - shown) + " more";
    text += (shown++ == 0 ? "" : ", ") + printable(name);
  }
  return text.empty() ? "nobody" : text;
}

Paint paint_of(State state) {
  if (passes(state)) return Paint::green;
  const bool open = state == State::pending || state == State::auditing || state == State::insufficient;
  return open ? Paint::yellow : Paint::red;
}

class DecisionText {
 public:
  DecisionText(const Decision& decision, const TextStyle& style)
      : decision_(decision), text_(style.width, style.color) {}

  std::string run() {
    headline();
    for (const ArtifactDecision& artifact : decision_.artifacts) describe(artifact);
    section("NOT COUNTED", decision_.ignored, [](const Ignored& each) {
      return "result " + printable(each.result) +
             (each.operator_id.empty() ? "" : " of " + printable(each.operator_id)) + ": " +
             printable(each.reason);
    });
    section("ON RECORD", decision_.penalties, [](const Penalty& each) {
      return printable(each.operator_id) + " " + std::string(to_string(each.kind)) + ": " +
             printable(each.reason);
    });
    section("NEXT", decision_.next, [](const std::string& each) { return printable(each); });
    return text_.take();
  }

 private:
  void headline() {
    const std::string state = upper(to_string(decision_.state));
    std::string rest = decision_.job.empty() ? "" : printable(decision_.job) + "; ";
    rest += decision_.reference_mode ? "against a reference" : "builders among themselves";
    if (decision_.unsigned_ok) rest += "; SIGNATURES NOT DEMANDED: a local experiment, no evidence";
    text_.hang(text_.paint(paint_of(decision_.state), state) + "  ", state.size() + 2, rest);
    text_.line(
        text_.paint(Paint::dim, "policy " + brief(decision_.policy) + "  inputs " + brief(decision_.inputs)));
  }

  template <class List, class Sentence>
  void section(std::string_view title, const List& items, Sentence sentence) {
    if (items.empty()) return;
    text_.blank();
    text_.line(text_.paint(Paint::bold, title));
    std::size_t shown = 0;
    for (const auto& item : items) {
      if (shown++ == kMostItems) {
        text_.line("  - and " + std::to_string(items.size() - kMostItems) + " more");
        return;
      }
      text_.hang("  - ", 4, sentence(item));
    }
  }

  void describe(const ArtifactDecision& artifact) {
    text_.blank();
    const std::string head = text_.paint(Paint::bold, printable(artifact.name));
    text_.line(head + "  " + text_.paint(paint_of(artifact.state), to_string(artifact.state)));
    if (artifact.classes.empty()) {
      text_.row("nobody", "built it");
    } else {
      agreement(artifact);
      others(artifact);
      separators(artifact);
    }
    conditions(artifact);
  }

  // Who is in the class considered, and which bits each part of it holds.
  void agreement(const ArtifactDecision& artifact) {
    const Class& first = artifact.classes.front();
    for (const Class::Bits& bits : first.bits) {
      std::string sentence = enumerate(bits.operators) + (bits.operators.size() == 1 ? " holds " : " hold ") +
                             "sha256 " + brief(bits.sha256);
      if (bits.operators.empty()) sentence = enumerate(bits.trusted) + " got sha256 " + brief(bits.sha256);
      if (bits.sha256 == artifact.released) sentence += ", released";
      text_.row(&bits == &first.bits.front() ? "agree" : "alike", sentence);
      causes(artifact, bits.sha256);
    }
  }

  // Each other artifact once, with those who hold it and what sets it apart.
  void others(const ArtifactDecision& artifact) {
    for (const Class& each : artifact.classes) {
      if (&each == &artifact.classes.front()) continue;
      for (const Class::Bits& bits : each.bits) {
        const auto stance = stance_of(artifact, bits.sha256);
        if (stance == artifact.stances.end()) {
          text_.row("apart", enumerate(bits.trusted) + " got sha256 " + brief(bits.sha256));
          continue;
        }
        std::string sentence =
            enumerate(bits.operators.empty() ? std::vector{stance->operator_id} : bits.operators) +
            " (result " + enumerate(bits.results.empty() ? std::vector{stance->result} : bits.results) +
            ") " + verb(*stance) + ": sha256 " + brief(bits.sha256);
        if (!stance->detail.empty()) sentence += "; " + printable(stance->detail);
        text_.row(label(*stance), sentence,
                  stance->standing == Standing::dissents ? Paint::red : Paint::plain);
        causes(artifact, bits.sha256);
      }
    }
    std::vector<std::string> missing;
    for (const Stance& stance : artifact.stances) {
      if (stance.standing == Standing::missing) missing.push_back(stance.result);
    }
    if (!missing.empty()) text_.row("lack", "result " + enumerate(missing) + " does not have it");
  }

  static std::vector<Stance>::const_iterator stance_of(const ArtifactDecision& artifact,
                                                       const Digest& sha256) {
    return std::find_if(artifact.stances.begin(), artifact.stances.end(),
                        [&](const Stance& stance) { return stance.sha256 == sha256; });
  }

  static std::string label(const Stance& stance) {
    return stance.standing == Standing::set_aside   ? "aside"
           : stance.standing == Standing::explained ? "accept"
                                                    : "differ";
  }

  static std::string verb(const Stance& stance) {
    if (stance.verdict == Verdict::divergent && stance.divergence)
      return "divergent (" + std::string(unrepro::to_string(*stance.divergence)) + ")";
    return std::string(unrepro::to_string(stance.verdict));
  }

  void causes(const ArtifactDecision& artifact, const Digest& sha256) {
    const auto stance = stance_of(artifact, sha256);
    if (stance == artifact.stances.end()) return;
    for (const CauseNote& cause : stance->causes) {
      std::string sentence = printable(cause.id) + " at " + printable(cause.location);
      if (!cause.left.empty() || !cause.right.empty())
        sentence += ": " + clip(cause.left) + " → " + clip(cause.right);
      if (cause.blocking) sentence += " (blocks)";
      text_.row("  why", sentence);
    }
  }

  // "results 3 and 7 declare path /build/b, the others /build/a"
  void separators(const ArtifactDecision& artifact) {
    for (const Class& each : artifact.classes) {
      std::vector<std::string> results;
      for (const Class::Bits& bits : each.bits)
        results.insert(results.end(), bits.results.begin(), bits.results.end());
      std::sort(results.begin(), results.end());
      if (each.separators.empty() || results.empty()) continue;
      std::string sentence =
          "result " + enumerate(results) + " alone " + (results.size() == 1 ? "declares " : "declare ");
      std::size_t shown = 0;
      for (const auto& [what, value] : each.separators) {
        if (shown == kMostNames) break;
        sentence += (shown++ == 0 ? "" : ", ") + printable(what) + " = " + clip(value);
      }
      text_.row("said", sentence);
    }
  }

  void conditions(const ArtifactDecision& artifact) {
    std::string passed;
    for (const Condition& condition : artifact.conditions) {
      if (condition.passed) {
        passed += (passed.empty() ? "" : ", ") + condition.id;
      } else {
        text_.row("fails", condition.id + ": " + printable(condition.detail), Paint::red);
      }
    }
    if (!passed.empty()) text_.row("holds", passed, Paint::dim);
  }

  static constexpr std::size_t kMostItems = 20;
  const Decision& decision_;
  TextLayout text_;
};

}  // namespace

std::string decision_text(const Decision& decision, const TextStyle& style) {
  return DecisionText(decision, style).run();
}

}  // namespace unrepro::quorum
