#include "analyzer/report_sarif.h"

#include <map>

#include "analyzer/printable.h"
#include "analyzer/report_json.h"
#include "analyzer/wording.h"
#include "rules/cause.h"

namespace unrepro {
namespace {

// A URI reference (RFC 3986) for a path: relative to the root of the analysis, or file: for an absolute one.
std::string uri_of(const std::string& path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out += '%';
      out += kDigits[byte >> 4u];
      out += kDigits[byte & 15u];
    }
  }
  return out;
}

class SarifWriter {
 public:
  SarifWriter(const Report& report, const Judgement& judgement, const TextSink& sink)
      : report_(report), judgement_(judgement), json_(sink) {}

  void write();

 private:
  void text(std::string_view key, std::string_view value) {
    json_.key(key);
    json_.string(value);
  }
  void count(std::string_view key, std::uint64_t value) {
    json_.key(key);
    json_.number(value);
  }
  // {"text": VALUE}: a SARIF message. Braces begin placeholders in messages with arguments only.
  void message(std::string_view key, std::string_view value) {
    object(key, [&] { text("text", value); });
  }
  template <class Inside>
  void object(std::string_view key, Inside inside) {
    if (!key.empty()) json_.key(key);
    json_.begin_object();
    inside();
    json_.end_object();
  }
  template <class Inside>
  void array(std::string_view key, Inside inside) {
    json_.key(key);
    json_.begin_array();
    inside();
    json_.end_array();
  }
  bool listed(std::size_t index) const { return judgement_.standings[index] != Standing::follows; }

  void driver();
  void invocation();
  void artifact(const ReportSide& side);
  void result(std::size_t index);

  const Report& report_;
  const Judgement& judgement_;
  JsonWriter json_;
  std::map<std::string, std::uint64_t> rules_;  // cause → index
  Fingerprints fingerprints_;
};

void SarifWriter::write() {
  for (std::size_t i = 0; i < report_.findings.size(); ++i) {
    if (listed(i)) rules_.emplace(report_.findings[i].cause, 0);
  }
  std::uint64_t next = 0;
  for (auto& [cause, index] : rules_) index = next++;

  object("", [&] {
    text("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json");
    text("version", "2.1.0");
    array("runs", [&] {
      object("", [&] {
        object("tool", [&] { object("driver", [&] { driver(); }); });
        array("invocations", [&] { object("", [&] { invocation(); }); });
        array("artifacts", [&] {
          artifact(report_.left);
          artifact(report_.right);
        });
        array("results", [&] {
          for (std::size_t i = 0; i < report_.findings.size(); ++i) {
            if (listed(i)) result(i);
          }
        });
      });
    });
  });
  json_.finish();
}

void SarifWriter::driver() {
  text("name", "unrepro");
  text("version", tool_version());
  array("rules", [&] {
    for (const auto& [cause, index] : rules_) {
      object("", [&] {
        text("id", cause);
        message("shortDescription", cause_title(cause));
        if (const CauseInfo* info = find_cause(cause)) {
          message("fullDescription", info->meaning);
          message("help", std::string(info->evidence) + ' ' + std::string(info->remedy));
        }
      });
    }
  });
}

void SarifWriter::invocation() {
  json_.key("executionSuccessful");
  json_.boolean(report_.incomplete.empty());
  array("toolExecutionNotifications", [&] {
    const auto notification = [&](std::string_view level, std::string_view what) {
      object("", [&] {
        text("level", level);
        message("message", what);
      });
    };
    for (const Incomplete& each : report_.incomplete) {
      notification("error", "not checked: " + place(each.location) + ": " + each.reason);
    }
    if (report_.omitted_findings > 0) {
      notification("warning", counted(report_.omitted_findings, "finding") + " not listed");
    }
    for (const std::string& note : judgement_.notes) notification("warning", "baseline: " + note);
  });
  object("properties", [&] {
    text("verdict", headline(report_));
    json_.key("passes");
    json_.boolean(judgement_.passes);
  });
}

void SarifWriter::artifact(const ReportSide& side) {
  object("", [&] {
    object("location", [&] { text("uri", uri_of(side.path)); });
    if (side.sha256.empty()) return;
    count("length", side.size);
    object("hashes", [&] { text("sha-256", side.sha256); });
  });
}

void SarifWriter::result(std::size_t index) {
  const Finding& finding = report_.findings[index];
  const bool fails = judgement_.standings[index] == Standing::fails;
  object("", [&] {
    text("ruleId", finding.cause);
    count("ruleIndex", rules_.at(finding.cause));
    text("level", fails ? "error" : "note");
    message("message", finding_message(finding));
    array("locations", [&] {
      object("", [&] {
        object("physicalLocation", [&] {
          object("artifactLocation", [&] {
            text("uri", uri_of(report_.left.path));
            count("index", 0);
          });
        });
        array("logicalLocations", [&] {
          object("", [&] {
            text("name", place(finding.location));
            text("fullyQualifiedName", finding.location);
            text("kind", "member");
          });
        });
      });
    });
    if (finding.differences > 0) count("occurrenceCount", finding.differences);
    object("partialFingerprints", [&] { text("unreproFinding/v1", fingerprints_.next(finding)); });
    if (const std::string_view reason = judgement_.reason(index); !reason.empty()) {
      array("suppressions", [&] {
        object("", [&] {
          text("kind", "external");
          text("status", "accepted");
          text("justification", reason);
        });
      });
    }
    object("properties", [&] {
      count("finding", finding.id);
      text("verdict", to_string(finding.verdict));
      text("proof", to_string(finding.proof));
      text("effect", to_string(finding.effect));
      text("severity", to_string(finding.severity));
      text("capacityBits", bits(finding.capacity));
      count("bytes", finding.bytes);
    });
  });
}

}  // namespace

void write_report_sarif(const Report& report, const Judgement& judgement, const TextSink& sink) {
  SarifWriter(report, judgement, sink).write();
}

}  // namespace unrepro
