// Classes as javac makes them (tests/data/class/make.sh), and what must never be taken for a string of
// theirs.

#include "formats/java/class_file.h"

#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::decode;
using test::find;
using testing::causes_of;

std::string left() { return test::read_data("class/left.class"); }

Report compare(const std::string& a, const std::string& b) {
  Options options;
  options.reference_time = 1'800'000'000;
  return testing::compare_bytes(a, b, "Main.class", options);
}

std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
  const std::size_t at = bytes.find(from);
  EXPECT_NE(at, bytes.npos) << from;
  return bytes.replace(at, from.size(), to);
}

// A Utf8 constant as it stands in the file.
std::string utf8(const std::string& text) {
  return std::string("\1\0", 2) + static_cast<char>(text.size()) + text;
}

// The kind of the Utf8 constant with that text.
Kind kind_of(const Tree& tree, std::string_view text) {
  for (const FieldId constant : tree.children(find(tree, {"constants"}))) {
    const FieldId field = tree.child(constant, "text");
    if (field != kNoField && tree.text(field).find(text) != std::string_view::npos) return tree[field].kind;
  }
  ADD_FAILURE() << text << " is no constant";
  return Kind::opaque;
}

TEST(ClassFile, IsReadWhole) {
  const Tree tree = decode(kClassFile, left());
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(test::child_keys(tree, find(tree, {"fields"})), "BIG J,HALF D,count I");
  EXPECT_NE(find(tree, {"methods", "main ([Ljava/lang/String;)V", "attributes", "Code", "attributes",
                        "LocalVariableTable", "info"}),
            kNoField);
  EXPECT_EQ(tree[find(tree, {"methods", "compare (Ljava/lang/String;Ljava/lang/String;)I", "attributes",
                             "Code", "code"})]
                .kind,
            Kind::code);
  EXPECT_EQ(find(tree, {"trailing"}), kNoField);
  EXPECT_EQ(probe(tree.blob()->bytes(), {}).id, "class");
}

TEST(ClassFile, DamageIsSeen) {
  const std::string bytes = left();
  test::sweep(kClassFile, bytes);
  for (std::size_t size = 24; size < bytes.size(); size += 7)
    EXPECT_NE(anomalies(decode(kClassFile, bytes.substr(0, size))), "") << size;
  EXPECT_TRUE(
      decode(kClassFile, bytes + "x")[find(decode(kClassFile, bytes + "x"), {"trailing"})].is(kCritical));
  const std::string fat("\xca\xfe\xba\xbe\0\0\0\2" + std::string(40, '\0'));
  EXPECT_NE(probe(as_bytes(fat), {}).id, "class");
}

// Only what no name, descriptor or annotation refers to is a string.
TEST(ClassFile, TellsStringsFromNames) {
  const Tree tree = decode(kClassFile, left());
  EXPECT_EQ(kind_of(tree, "frob built at"), Kind::data);
  for (const char* name :
       {"org/frob/Main", "HALF", "compare", "Ljava/lang/String;", "1.0 of 2024-02-01", "LineNumberTable"})
    EXPECT_EQ(kind_of(tree, name), Kind::name) << name;
}

TEST(ClassFile, ADateInAStringIsTheBuilds) {
  const Report report = compare(left(), test::read_data("class/right.class"));
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"build-timestamp"});
}

TEST(ClassFile, AnotherVersionIsALead) {
  const Report report = compare(left(), test::read_data("class/older.class"));
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"toolchain-version"});
  EXPECT_EQ(compare(left(), test::read_data("class/lines.class")).verdict, Verdict::divergent);
}

// The date that an annotation, a method's name or a number holds is no message of the program's.
TEST(ClassFile, NothingElseIsADate) {
  const std::string bytes = left();
  EXPECT_EQ(compare(bytes, replaced(bytes, "1.0 of 2024-02-01", "1.0 of 2024-03-07")).verdict,
            Verdict::divergent);
  const std::string named = replaced(bytes, utf8("HALF"), utf8("20240201"));
  EXPECT_EQ(compare(named, replaced(named, "20240201", "20240307")).verdict, Verdict::divergent);
  const std::string big("\0\0\1\0\0\0\0\0", 8);
  EXPECT_EQ(compare(replaced(bytes, big, "20240201"), replaced(bytes, big, "20240307")).verdict,
            Verdict::divergent);
}

}  // namespace
}  // namespace unrepro
