#include "rules/content/dependency.h"

#include <gtest/gtest.h>

namespace unrepro {
namespace {

TEST(Dependency, OneInterfaceOfSeveralVersions) {
  EXPECT_EQ(without_version("libboost-log1.83.0"), without_version("libboost-log1.92.0"));
  EXPECT_EQ(without_version("libxml2"), without_version("libxml2-16"));
  EXPECT_EQ(without_version("libglib2.0-0"), without_version("libglib2.0-0t64"));
  EXPECT_EQ(without_version("libreact-ocaml-dev-9r3f7"), without_version("libreact-ocaml-dev-m4xw9"));
  EXPECT_EQ(without_version("perlapi-5.40.0"), "perlapi");
}

TEST(Dependency, OtherInterfaces) {
  EXPECT_NE(without_version("libreact-ocaml-dev"), without_version("libreact-ocaml"));
  EXPECT_NE(without_version("libfrob-tools1"), without_version("libfrob-utils1"));
  EXPECT_EQ(without_version("frob.conf"), "frob.conf");
}

}  // namespace
}  // namespace unrepro
