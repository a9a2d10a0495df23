#include "analyzer/report_json.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/json_writer.h"
#include "sample_reports.h"

namespace unrepro {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> out;
  for (const auto& item : object.items()) out.push_back(item.key());
  return out;
}

TEST(ReportJson, HasTheKeysOfTheSchemaInItsOrder) {
  using Keys = std::vector<std::string>;
  const Json json = Json::parse(report_json(divergent_report()));
  EXPECT_EQ(keys(json), (Keys{"schema", "tool", "reference_time", "left", "right", "verdict", "divergence",
                              "alerts", "accounting", "causes", "leads", "findings", "omitted", "incomplete",
                              "subject", "without_blocking", "members", "differing_members"}));
  EXPECT_EQ(keys(json["left"]),
            (Keys{"path", "sha256", "size", "format", "normal_sha256", "facts", "identity"}));
  EXPECT_EQ(keys(json["accounting"]), (Keys{"differing_bytes", "explained_bytes", "unexplained_bytes",
                                            "derived_bytes", "by_proof", "capacity_bits"}));
  EXPECT_EQ(keys(json["causes"][0]),
            (Keys{"id", "title", "verdict", "blocking", "findings", "bytes", "proof", "severity",
                  "capacity_bits", "remedy", "locations", "differences", "notes"}));
  EXPECT_EQ(keys(json["findings"][0]),
            (Keys{"id", "cause", "proof", "effect", "verdict", "severity", "location", "format", "field",
                  "kind", "differences", "bytes", "capacity_bits", "touches_code", "left", "right",
                  "derived_from", "derived", "note"}));
  EXPECT_EQ(keys(json["findings"][0]["left"]), (Keys{"offset", "length", "value"}));
}

TEST(ReportJson, CarriesTheReport) {
  const Json json = Json::parse(report_json(divergent_report()));
  EXPECT_EQ(json["schema"], "unrepro.report/1");
  EXPECT_EQ(json["verdict"], "divergent");
  EXPECT_EQ(json["divergence"], "known");
  EXPECT_EQ(json["without_blocking"], "explained");
  EXPECT_EQ(json["left"]["normal_sha256"], nullptr);
  EXPECT_EQ(json["left"]["identity"]["package"], "frob");
  EXPECT_EQ(json["accounting"]["by_proof"]["pattern"], 524);
  EXPECT_EQ(json["causes"][1]["title"], "build directory recorded");
  EXPECT_EQ(json["findings"][7]["derived_from"], Json::parse("[1]"));
  EXPECT_EQ(json["findings"][0]["kind"], "order");
}

TEST(ReportJson, BitsAreTenthsOrNull) {
  const std::string text = report_json(divergent_report());
  EXPECT_NE(text.find("\"capacity_bits\": 88.6\n"), std::string::npos);
  EXPECT_NE(text.find("\"capacity_bits\": 48.0,"), std::string::npos);
  EXPECT_NE(report_json(alert_report()).find("\"capacity_bits\": null"), std::string::npos);
  Report report = divergent_report();
  report.accounting.capacity = {UINT64_MAX, false};
  EXPECT_NE(report_json(report).find("\"capacity_bits\": 1844674407370955161.5\n"), std::string::npos);
}

TEST(ReportJson, DirectoriesHaveNoDigest) {
  Report report = identical_report();
  report.left.sha256.clear();
  EXPECT_EQ(Json::parse(report_json(report))["left"]["sha256"], nullptr);
}

TEST(ReportJson, IsValidWhateverTheBytes) {
  const std::string text = report_json(hostile_report());
  const Json json = Json::parse(text);  // throws on invalid UTF-8 and raw controls
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  const std::string path = json["right"]["path"];
  EXPECT_NE(path.find("\"quoted\\\".deb"), std::string::npos) << path;
}

TEST(ReportJson, ComesInPiecesAndEndsWithANewline) {
  std::string whole;
  std::size_t pieces = 0;
  write_report_json(residue_report(), [&](std::string_view piece) {
    whole += piece;
    ++pieces;
  });
  EXPECT_GT(pieces, 2u);
  EXPECT_EQ(whole, report_json(residue_report()));
  EXPECT_TRUE(whole.ends_with("}\n"));
}

TEST(ReportJson, RulesDigestIsStable) {
  EXPECT_EQ(rules_sha256().size(), 64u);
  EXPECT_EQ(rules_sha256(), rules_sha256());
  EXPECT_EQ(rules_sha256().find_first_not_of("0123456789abcdef"), std::string::npos);
}

// Leaves the samples where the schema test of ctest finds them.
TEST(ReportJson, WritesSamplesForTheSchemaTest) {
  const char* folder = std::getenv("UNREPRO_SAMPLES");
  if (folder == nullptr) GTEST_SKIP() << "UNREPRO_SAMPLES names no folder";
  auto samples = sample_reports();
  samples.emplace_back("hostile", hostile_report());
  for (const auto& [name, report] : samples) {
    std::ofstream(std::string(folder) + '/' + name + ".json", std::ios::binary) << report_json(report);
  }
}

TEST(JsonWriter, NestsAndSeparates) {
  std::string out;
  JsonWriter json([&](std::string_view piece) { out += piece; });
  json.begin_object();
  json.key("a");
  json.begin_array();
  json.end_array();
  json.key("b");
  json.begin_array();
  json.begin_array();
  json.number(1);
  json.boolean(false);
  json.end_array();
  json.null();
  json.end_array();
  json.key("c");
  json.tenths(5);
  json.end_object();
  json.finish();
  EXPECT_EQ(out, "{\n  \"a\": [],\n  \"b\": [\n    [1, false],\n    null\n  ],\n  \"c\": 0.5\n}\n");
}

}  // namespace
}  // namespace unrepro
