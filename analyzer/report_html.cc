#include "analyzer/report_html.h"

#include <openssl/evp.h>

#include <array>
#include <set>

#include "analyzer/html/page.h"
#include "analyzer/printable.h"
#include "analyzer/report_json.h"
#include "analyzer/report_text.h"
#include "analyzer/wording.h"
#include "formats/digest.h"
#include "rules/cause.h"

namespace unrepro {
namespace {

constexpr unsigned kTextWidth = 100;

// JSON for a script element: neither "</script" nor "<!--" can occur (HTML 4.12.1.3), since these characters
// stand in strings only, where JSON may spell them by number.
std::string json_for_script(std::string_view json) {
  std::string out;
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else {
      out += c;
    }
  }
  return out;
}

// A source expression of Content Security Policy (level 3, section 2.3.1) for this text.
std::string policy_hash(std::string_view text) {
  const std::string raw = digest(Algo::sha256, as_bytes(text));
  std::array<unsigned char, 48> base64{};
  EVP_EncodeBlock(base64.data(), reinterpret_cast<const unsigned char*>(raw.data()),
                  static_cast<int>(raw.size()));
  return std::string("'sha256-") + reinterpret_cast<const char*>(base64.data()) + '\'';
}

std::string_view to_string(Standing standing) {
  static constexpr std::array<std::string_view, 4> kNames = {"passes", "baseline", "follows", "fails"};
  return kNames[static_cast<std::size_t>(standing)];
}

// What the page needs beside the JSON report: the judgement, and what the causes mean.
void write_context(const Report& report, const Judgement& judgement, const TextSink& sink) {
  JsonWriter json(sink);
  const auto text = [&](std::string_view key, std::string_view value) {
    json.key(key);
    json.string(value);
  };
  json.begin_object();
  text("headline", headline(report));
  json.key("passes");
  json.boolean(judgement.passes);
  json.key("standings");
  json.begin_array();
  for (const Standing standing : judgement.standings) json.string(to_string(standing));
  json.end_array();
  json.key("reasons");
  json.begin_object();
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    if (const std::string_view reason = judgement.reason(i); !reason.empty()) {
      text(std::to_string(report.findings[i].id), reason);
    }
  }
  json.end_object();
  json.key("notes");
  json.begin_array();
  for (const std::string& note : judgement.notes) json.string(note);
  json.end_array();
  std::set<std::string> used;
  for (const Finding& finding : report.findings) used.insert(finding.cause);
  json.key("causes");
  json.begin_object();
  for (const std::string& cause : used) {
    const CauseInfo* info = find_cause(cause);
    if (info == nullptr) continue;
    json.key(cause);
    json.begin_object();
    text("title", info->title);
    text("meaning", info->meaning);
    text("evidence", info->evidence);
    text("remedy", info->remedy);
    text("risk", info->risk);
    json.end_object();
  }
  json.end_object();
  json.end_object();
  json.finish();
}

}  // namespace

void write_report_html(const Report& report, const Judgement& judgement, const TextSink& sink) {
  const auto element = [&](std::string_view begin, std::string_view text, std::string_view end) {
    sink(begin);
    sink(text);
    sink(end);
  };
  const TextSink data = [&](std::string_view piece) { sink(json_for_script(piece)); };
  sink("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  sink("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src " +
       policy_hash(page_js()) + "; style-src " + policy_hash(page_css()) +
       "; base-uri 'none'; form-action 'none'\">\n");
  sink("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  sink("<meta name=\"referrer\" content=\"no-referrer\">\n");
  element("<title>", escape_markup("unrepro: " + headline(report) + ' ' + printable(report.left.path)),
          "</title>\n");
  element("<style>", page_css(), "</style>\n</head>\n<body>\n");
  element("<noscript><pre>", escape_markup(report_text(report, {kTextWidth, false})), "</pre></noscript>\n");
  sink("<script type=\"application/json\" id=\"report\">");
  write_report_json(report, data);
  sink("</script>\n<script type=\"application/json\" id=\"context\">");
  write_context(report, judgement, data);
  sink("</script>\n");
  element("<script>", page_js(), "</script>\n</body>\n</html>\n");
}

}  // namespace unrepro
