// Leads on why code differs: named, and never accepted.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"

namespace unrepro {
namespace {

// An object against itself with a section of another name.
Report renamed(const std::string& name) {
  const std::string left = test::read_data("elf/groups.o"), before = ".text._Z1av";
  EXPECT_EQ(name.size(), before.size());
  std::string right = left;
  right.replace(left.find(before), before.size(), name);
  return testing::compare_bytes(left, right, "groups.o");
}

TEST(CodeLead, AHotSectionIsOfAProfile) {
  const Report report = renamed(".text.hot.a");
  EXPECT_EQ(report.verdict, Verdict::divergent);
  const auto is_of_section = [](const Finding& each) {
    return each.location.ends_with("#.text.hot.a") && each.cause == "pgo-profile" &&
           each.proof == Proof::inferred;
  };
  EXPECT_TRUE(std::any_of(report.findings.begin(), report.findings.end(), is_of_section));
}

TEST(CodeLead, AnotherNewSectionIsNot) {
  const auto causes = testing::causes_of(renamed(".text.hut.a"));
  EXPECT_EQ(std::find(causes.begin(), causes.end(), "pgo-profile"), causes.end());
}

}  // namespace
}  // namespace unrepro
