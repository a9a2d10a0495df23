#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "formats/format.h"

namespace unrepro {
namespace {

TEST(FuzzTargets, EveryFormatHasOne) {
  std::istringstream list(UNREPRO_FUZZ_FORMATS);
  std::set<std::string> targets;
  for (std::string name; list >> name;) targets.insert(name);
  std::set<std::string> registered;
  for (const Format& format : formats()) registered.insert(std::string(format.id));
  EXPECT_EQ(targets, registered);
}

}  // namespace
}  // namespace unrepro
