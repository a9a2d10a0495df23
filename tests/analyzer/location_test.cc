#include "analyzer/location.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace unrepro {
namespace {

TEST(Location, PrintsItsPartsAndEscapesWhatSeparatesThem) {
  EXPECT_EQ((Location{{"a.deb", "data.tar", "usr/bin/x"}, "mode", ""}.print()),
            "a.deb!data.tar!usr/bin/x#mode");
  EXPECT_EQ((Location{{"a"}, "", "4096"}.print()), "a@4096");
  EXPECT_EQ((Location{{"a!b", "50%"}, "#@", "7"}.print()), "a%21b!50%25#%23%40@7");
}

TEST(Location, EncodesBytesThatATerminalMustNotSee) {
  EXPECT_EQ((Location{{"\x1b[31m\n\x7f"}, "", ""}.print()), "%1B[31m%0A%7F");
  EXPECT_EQ((Location{{"caf\xc3\xa9"}, "", ""}.print()), "caf\xc3\xa9");
  EXPECT_EQ((Location{{"caf\xe9"}, "", ""}.print()), "caf%E9");
  EXPECT_EQ((Location{{"\xe2\x80\xae"
                       "exe"},
                      "",
                      ""}
                 .print()),
            "%E2%80%AEexe");
  EXPECT_EQ((Location{{"\xc2\x9b"}, "", ""}.print()), "%C2%9B");
  EXPECT_EQ((Location{{"\xc0\x80\xed\xa0\x80"}, "", ""}.print()), "%C0%80%ED%A0%80");
}

TEST(Location, RefusesOtherSpellings) {
  const auto message = [](std::string_view text) {
    const auto parsed = Location::parse(text);
    return parsed ? "accepted" : parsed.error().message;
  };
  EXPECT_EQ(message("a%4"), "location, at byte 1: '%' needs two hexadecimal digits, 0-9 or A-F");
  EXPECT_EQ(message("a%2f"), "location, at byte 1: '%' needs two hexadecimal digits, 0-9 or A-F");
  EXPECT_EQ(message("a%41"), "location, at byte 1: not as unrepro writes it");
  EXPECT_EQ(message("a\nb"), "location, at byte 1: not as unrepro writes it");
  EXPECT_EQ(message("a#f!b"), "location, at byte 3: a member cannot follow a field or an offset");
  EXPECT_EQ(message("a#f#g"), "location, at byte 3: only one field, before the offset, is allowed");
  EXPECT_EQ(message("a@1@2"), "location, at byte 3: only one offset is allowed");
  EXPECT_EQ(message("a@x"), "location, at byte 2: an offset is decimal");
  EXPECT_EQ(message("a#"), "location, at byte 1: not as unrepro writes it");
}

TEST(Location, ParsingUndoesPrintingForAnyBytes) {
  const auto bytes = rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const bool held = rc::check("parse(print(x)) == x", [&] {
    Location location;
    location.members = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(bytes));
    location.field = *bytes;
    if (*rc::gen::arbitrary<bool>()) location.offset = std::to_string(*rc::gen::arbitrary<std::uint64_t>());
    const auto parsed = Location::parse(location.print());
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed == location);
  });
  EXPECT_TRUE(held);
}

TEST(Location, PrintingUndoesParsingForAnyTextThatParses) {
  const bool held = rc::check("print(parse(t)) == t", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::elementOf(std::string("%!#@0123ABCab/\xc3\xa9")), rc::gen::arbitrary<char>()));
    const auto parsed = Location::parse(text);
    if (parsed) RC_ASSERT(parsed->print() == text);
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace unrepro
