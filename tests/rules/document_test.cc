#include "rules/content/document.h"

#include <gtest/gtest.h>

#include "rules/content/collation.h"
#include "rules/content/temporary_name.h"

namespace unrepro {
namespace {

TEST(Document, JsonInAnotherStyle) {
  EXPECT_EQ(
      document_change(R"({"a": [1, 2.50], "b": "\u00e4\/\n"})", "{\n \"a\":[1,2.50],\n \"b\":\"ä/\\n\"\n}\n"),
      DocumentChange::style);
  EXPECT_EQ(document_change(R"({"a":{"x":1,"y":2},"b":3})", R"({"b":3,"a":{"y":2,"x":1}})"),
            DocumentChange::order);
}

TEST(Document, JsonThatSaysSomethingElse) {
  constexpr const char* kPairs[][2] = {
      {R"({"a":1,"a":2})", R"({"a":2,"a":1})"},     // a name twice (T37)
      {R"([1,2])", R"([2,1])"},                     // arrays are ordered (T29)
      {R"({"a":1})", R"({"a":1.0})"},               // numbers keep their spelling (T38)
      {R"({"a":"1"})", R"({"a":1})"},               // a string is no number
      {R"({"a":010})", R"({"a": 010})"},            // no number of the grammar
      {R"({"a":"\u0000"})", R"({"a": "\u0000"})"},  // ends strings for some readers
      {R"({"a":"\ud800"})", R"({"a": "\ud800"})"},  // lone surrogate
      {R"({"a":"x\"y"})", R"({"a":"x","y":""})"},   // quotes inside
      {R"({"a":"\\"})", R"({"a":"\""})"},           // backslash is no quote
      {R"({"a":1} x)", R"({"a": 1} x)"},            // something behind
      {R"({"a\":1,\"b":2})", R"({"a":1,"b":2})"},   // one name or two
  };
  for (const auto& pair : kPairs)
    EXPECT_EQ(document_change(pair[0], pair[1]), DocumentChange::none) << pair[0];
}

TEST(Document, XmlInAnotherStyle) {
  EXPECT_EQ(document_change("<?xml version='1.0' encoding='utf-8'?>\n<a x='1' y=\"2\"><b/> t</a>",
                            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a x=\"1\"  y='2'><b></b> t</a >\n"),
            DocumentChange::style);
  EXPECT_EQ(document_change("<a x='1' y='2'/>", "<a y='2' x='1'/>"), DocumentChange::order);
}

TEST(Document, XmlThatSaysSomethingElse) {
  constexpr const char* kPairs[][2] = {
      {"<a x='1' x='2'/>", "<a x='2' x='1'/>"},
      {"<a>t </a>", "<a>t</a>"},  // text between tags is kept
      {"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "<!DOCTYPE a [<!ENTITY e 'x'>]>\n<a>&e;</a>"},
      {"<a><![CDATA[<]]></a>", "<a ><![CDATA[<]]></a>"},
      {"<a><!-- [if IE] --></a>", "<a><!-- [if  IE] --></a>"},  // T63
      {"<a/><b/>", "<b/><a/>"},
      {"<a><b></a></b>", "<a ><b></a></b>"},
      {"<a x=\"'\"/>", "<a x=\"&apos;\"/>"},
  };
  for (const auto& pair : kPairs)
    EXPECT_EQ(document_change(pair[0], pair[1]), DocumentChange::none) << pair[0];
}

TEST(Document, DepthIsBounded) {
  const std::string deep(1 << 20, '[');
  EXPECT_EQ(document_change(deep, deep + " "), DocumentChange::none);
}

TEST(Collation, AccentsAreFoldedOnTheFirstLevel) {
  EXPECT_TRUE(collates_before("Äpfel", "apple", Collation::english));
  EXPECT_FALSE(collates_before("Zebra", "Äpfel", Collation::english));
}

TEST(TemporaryName, OneTemplateOneDirectory) {
  EXPECT_TRUE(same_temporary_name("/tmp/ccAbCdEf.o", "/tmp/ccx1Y2z3.o"));
  EXPECT_TRUE(same_temporary_name("tmp.AbCdEf1234", "tmp.0123abcdEF"));
  EXPECT_TRUE(same_temporary_name("Rtmp12", "Rtmp345"));
  EXPECT_FALSE(same_temporary_name("/tmp/ccAbCdEf.o", "/opt/ccx1Y2z3.o"));
  EXPECT_FALSE(same_temporary_name("ccAbCdEf.o", "ccAbCdEg.s"));
  EXPECT_FALSE(same_temporary_name("ccommand", "ccabinet"));
}

}  // namespace
}  // namespace unrepro
