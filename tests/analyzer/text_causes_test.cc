// Which cause a difference in a text gets, and which look-alikes get none (traps T2 to T65). The documents
// lie where only people read them, so that the cause decides the verdict.

#include <gtest/gtest.h>

#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using testing::causes_of;
using testing::compare_bytes;
using testing::tar;
using Causes = std::vector<std::string>;

constexpr const char* kDocument = "usr/share/doc/frob/index.html";

Report compare_files(const std::string& left, const std::string& right, const std::string& name) {
  Options options;
  options.reference_time = 1'800'000'000;
  return compare_bytes(left, right, name, options);
}
Report compare_texts(const std::string& left, const std::string& right, const std::string& name = kDocument) {
  return compare_files(tar({{.name = name, .content = left}}), tar({{.name = name, .content = right}}),
                       "a.tar");
}

struct Example {
  const char* name;
  std::string left, right;
  Causes causes;
};
void PrintTo(const Example& example, std::ostream* out) { *out << example.name; }
class Explained : public ::testing::TestWithParam<Example> {};

TEST_P(Explained, ByItsCause) {
  const Report report = compare_texts(GetParam().left, GetParam().right);
  EXPECT_EQ(causes_of(report), GetParam().causes);
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(report.accounting.unexplained_bytes, 0u);
}

// The same in a file that a program reads is known, and never accepted.
TEST_P(Explained, ButNeverInConfiguration) {
  const Report report = compare_texts(GetParam().left, GetParam().right, "etc/frob.conf");
  EXPECT_EQ(report.verdict, Verdict::divergent);
}

INSTANTIATE_TEST_SUITE_P(
    Causes, Explained,
    ::testing::Values(
        Example{"dots_stay", "in /build/one/src/../a.c\n", "in /srv/some/two/src/../a.c\n", {"build-path"}},
        Example{"compiler_directory",
                "from /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h\n",
                "from /usr/lib/gcc/x86_64-linux-gnu/13/include/stddef.h\n",
                {"toolchain-version"}},
        Example{"perl_of_a_manual",
                ".TH frob 3pm \"perl v5.40.0\" \"User Contributed Perl Documentation\"\n",
                ".TH frob 3pm \"perl v5.42.2\" \"User Contributed Perl Documentation\"\n",
                {"toolchain-version"}},
        Example{"ocaml_of_a_directory",
                "File: usr/lib/x86_64-linux-gnu/ocaml/5.3.0/xml-light/xml_light.cma\n",
                "File: usr/lib/x86_64-linux-gnu/ocaml/5.4.1/xml-light/xml_light.cma\n",
                {"toolchain-version"}},
        Example{"line_moved_away",
                "src/zoo.c\nsrc/one.c\nsrc/two.c\nsrc/abc.c\nsrc/def.c\nsrc/ghi.c\n",
                "src/one.c\nsrc/two.c\nsrc/abc.c\nsrc/def.c\nsrc/ghi.c\nsrc/zoo.c\n",
                {"readdir-order"}},
        Example{"generator",
                "Generated on Thu Nov  2 10:30:45 2017\n",
                "Generated on Mon Mar 12 01:02:03 2018\n",
                {"build-timestamp"}},
        Example{"json_style",
                "{\"a\": [1, 2], \"b\": \"x\"}\n",
                "{\n  \"a\":[1,2],\n  \"b\":\"x\"\n}\n",
                {"serialiser-style"}},
        Example{"json_members",
                "{\"a\": [1, 2], \"b\": \"x\"}\n",
                "{\"b\": \"x\", \"a\": [1, 2]}\n",
                {"hash-order"}},
        Example{"xml_style", "<a x='1'><b/></a>\n", "<a x=\"1\"><b></b></a>\n", {"serialiser-style"}},
        Example{"lock", "lock=/run/frob.pid.301\n", "lock=/run/frob.pid.21348\n", {"pid"}},
        Example{"set_beside_address",
                "Modules: zeta, alpha, beta, eps\nDefault: <object object at 0x7f7cb4468230>\n",
                "Modules: beta, eps, alpha, zeta\nDefault: <object object at 0x7f168a0f0230>\n",
                {"aslr-address", "hash-order"}},
        Example{"german_sort",
                "Cherry\nMango\nZebra\n_under\napple\nfig\nÄpfel\n",
                "Äpfel\napple\nCherry\nfig\nMango\n_under\nZebra\n",
                {"locale-collation"}},
        Example{"neighbours_swapped",
                "CC a.o\nCC b.o\nCC c.o\nCC d.o\nCC e.o\nCC f.o\nCC g.o\nCC h.o\n",
                "CC b.o\nCC a.o\nCC c.o\nCC e.o\nCC d.o\nCC f.o\nCC h.o\nCC g.o\n",
                {"parallel-order"}},
        Example{"info_offsets",
                "frob\n\x1f\nFile: f.info,  Node: Top,  Up: (dir)\n\nMade on January 2, 2025.\n\x1f\nFile: "
                "f.info,  Node: "
                "End,  Up: Top\n\nx\n\x1f\nTag Table:\nNode: Top\x7f"
                "5\nNode: End\x7f"
                "70\n\x1f\nEnd Tag Table\n",
                "frob\n\x1f\nFile: f.info,  Node: Top,  Up: (dir)\n\nMade on March 14, 2025.\n\x1f\nFile: "
                "f.info,  Node: "
                "End,  Up: Top\n\nx\n\x1f\nTag Table:\nNode: Top\x7f"
                "5\nNode: End\x7f"
                "69\n\x1f\nEnd Tag Table\n",
                {"build-timestamp", "derived-layout"}},
        Example{"two_stamps",
                "first 2017-11-02 10:30:45\nx\nsecond 2017-11-02 10:30:50\n",
                "first 2018-03-12 01:02:03\nx\nsecond 2018-03-12 01:02:09\n",
                {"build-timestamp"}},
        Example{"manual",
                ".TH FROB 1 \"November 2017\" \"frob 1.0\"\n",
                ".TH FROB 1 \"March 2018\" \"frob 1.0\"\n",
                {"build-timestamp"}},
        Example{"copyright", "Copyright 2010-2017 Frob\n", "Copyright 2010-2018 Frob\n", {"build-timestamp"}},
        Example{"zone", "built 2017-11-02T10:30:45Z\n", "built 2017-11-02T12:30:45+02:00\n", {"timezone"}},
        Example{"zone_unsaid", "built 2017-11-02 10:30:45\n", "built 2017-11-02 22:30:45\n", {"timezone"}},
        Example{
            "month_names", "built on 2 November 2017\n", "built on 2 novembre 2017\n", {"locale-content"}},
        Example{"build_path",
                "assert in /build/frob-1.0/src/main.c:4\n",
                "assert in /srv/rebuild/worker7/frob-1.0/src/main.c:4\n",
                {"build-path"}},
        Example{"build_directory", "in /build/frob-1.0\n", "in /srv/re/frob-1.0\n", {"build-path"}},
        Example{"heading_of_diff",
                "--- a.c\t2017-11-02 10:30:45.000000000 +0000\n",
                "--- a.c\t2018-03-12 01:02:03.000000000 +0000\n",
                {"file-mtime"}},
        Example{"listed_file",
                "-rw-r--r-- 1 root root 2 2017-11-02 10:30 a\n",
                "-rw-r--r-- 1 root root 2 2018-03-12 01:02 a\n",
                {"file-mtime"}},
        Example{"host_said_twice",
                "hostname = build1\nstatus 1.0\non build1\n",
                "hostname = worker7\nstatus 1.0\non worker7\n",
                {"host-user-identity"}},
        Example{"temporary", "from /tmp/ccAb12Cd.o\n", "from /tmp/ccXy98Zw.o\n", {"temp-path"}},
        Example{"home", "see /home/alice/.config/frob\n", "see /home/bob/.config/frob\n", {"env-capture"}},
        Example{"user_at_host", "by alice@build1 \n", "by bob@worker-7 \n", {"host-user-identity"}},
        Example{"variable", "SHELL=/bin/bash\n", "SHELL=/bin/sh\n", {"env-capture"}},
        Example{"layout", "uses /usr/bin/sed\n", "uses /bin/sed\n", {"system-layout"}},
        Example{"kernel", "on Linux 5.10.0-18-amd64\n", "on Linux 6.1.0-9-amd64\n", {"kernel-identity"}},
        Example{"uuid",
                "id f47ac10b-58cc-4372-a567-0e02b2c3d479\n",
                "id 0b9cbd10-18cc-4872-9567-0e02b2c3d470\n",
                {"random-id"}},
        Example{"address", "object at 0x7f3a5c2b1d30\n", "object at 0x7f115c2b1d30\n", {"aslr-address"}},
        Example{"process", "pid 1234\n", "pid 4321\n", {"pid"}},
        Example{"counter", "build number 41\n", "build number 42\n", {"build-counter"}},
        Example{"processors", "make -j4\n", "make -j16\n", {"cpu-count"}},
        Example{"elapsed", "took 0.42s\n", "took 0.57s\n", {"elapsed-time"}},
        Example{"abbreviated", "commit 624af01\n", "commit 624af01a9b2c\n", {"vcs-state"}},
        Example{"generator_version",
                "Generated by Doxygen 1.9.4\n",
                "Generated by Doxygen 1.9.8\n",
                {"toolchain-version"}},
        Example{"directory_order",
                "b.txt\na.txt\nd.txt\nc.txt\n",
                "d.txt\na.txt\nc.txt\nb.txt\n",
                {"readdir-order"}},
        Example{"collation", "B\nZ\na\nc\n", "a\nB\nc\nZ\n", {"locale-collation"}},
        Example{"hash", "keys: {'x', 'y', 'z', 'w'}\n", "keys: {'z', 'x', 'w', 'y'}\n", {"hash-order"}},
        Example{"options",
                "  --beta\n  --gamma\n  --eps\n  --zeta\n",
                "  --eps\n  --zeta\n  --gamma\n  --beta\n",
                {"hash-order"}},
        Example{"node", "Node0x55e00c159948;\n", "Node0x560bab7f5948;\n", {"aslr-address"}},
        Example{"log", "[301] start\n", "[977] start\n", {"pid"}},
        Example{"turkish_upper", "THIS IS TITLE\n", "THİS İS TİTLE\n", {"locale-content"}},
        Example{"decimal_comma", "load 1.50 of 2.00\n", "load 1,50 of 2,00\n", {"locale-content"}},
        Example{"weekday", "on Thursday\n", "on jeudi\n", {"locale-content"}},
        Example{"charset",
                "the size: Gr\xc3\xb6\xc3\x9f, all of it\n",
                "the size: Gr\xf6\xdf, all of it\n",
                {"locale-content"}},
        Example{"language", "<html lang=\"en\">\n", "<html lang=\"de\">\n", {"locale-content"}},
        Example{"machine", "machine: x86_64\n", "machine: i686\n", {"kernel-identity"}},
        Example{"search_list", "PATH=/usr/local/bin:/bin\n", "PATH=/home/x/bin:/bin\n", {"env-capture"}},
        Example{"line_ends", "a\nb\nc\n", "a\r\nb\r\nc\r\n", {"line-endings"}},
        Example{"quotes", "it's\n", "it’s\n", {"locale-content"}},
        Example{"two_causes",
                "Generated on 2017-11-02 by alice@build1\n",
                "Generated on 2018-03-12 by bob@build2\n",
                {"build-timestamp", "host-user-identity"}},
        Example{"syslog",
                "Nov  2 10:30:45 frob: started\nNov  2 10:30:46 frob: done\n",
                "Mar 12 01:02:03 frob: started\nMar 12 01:02:05 frob: done\n",
                {"build-timestamp"}},
        Example{"unlabelled_time",
                "frob manual, Thu Nov  2 10:30:45 2017\n",
                "frob manual, Mon Mar 12 01:02:03 2018\n",
                {"build-timestamp"}},
        Example{"two_digit_year",
                "Printed 11/02/17 10:30 AM\n",
                "Printed 03/12/18 01:02 PM\n",
                {"build-timestamp"}},
        Example{"javascript_zone",
                "at Thu Nov 02 2017 10:30:45 GMT+0000 (Coordinated Universal Time)\n",
                "at Thu Nov 02 2017 16:00:45 GMT+0530 (India Standard Time)\n",
                {"timezone"}},
        Example{"uname",
                "Linux build1 6.1.0-18-amd64 #1 SMP Debian 6.1.76-1 (2024-02-01) x86_64 GNU/Linux\n",
                "Linux worker7 6.12.9-amd64 #1 SMP Debian 6.12.9-1 (2025-01-10) x86_64 GNU/Linux\n",
                {"host-user-identity", "kernel-identity"}},
        Example{"perl_temporary", "Entering /tmp/xvCRpgUyb1\n", "Entering /tmp/iW9GXjElhg\n", {"temp-path"}},
        Example{"numbered_temporary", "in /tmp/frob.302/src\n", "in /tmp/frob.21349/src\n", {"temp-path"}},
        Example{"nested_temporary",
                "plot /tmp/RtmppzZbOn/file12e77b968da.png\n",
                "plot /tmp/RtmpjicLKq/file12ea0d14a.png\n",
                {"temp-path"}},
        Example{
            "build_below_tmp", "in /tmp/build1/src/main.c\n", "in /tmp/rebuild/src/main.c\n", {"build-path"}},
        Example{"file_url",
                "see file:///build/frob/doc/x.html\n",
                "see file:///srv/re/frob/doc/x.html\n",
                {"build-path"}},
        Example{"plain_uuid",
                "Serial: f47ac10b58cc4372a5670e02b2c3d479\n",
                "Serial: 0b9cbd1018cc487295670e02b2c3d470\n",
                {"random-id"}},
        Example{"renamed_ids",
                "<path id=\"m47753c5965\"/><use href=\"#m47753c5965\"/>\n<use href=\"#m47753c5965\"/>\n",
                "<path id=\"m7c03575033\"/><use href=\"#m7c03575033\"/>\n<use href=\"#m7c03575033\"/>\n",
                {"random-id"}},
        Example{"generated_ids",
                "<a id=\"idm46\"></a><a href=\"#idm46\">x</a>\n",
                "<a id=\"idm1234\"></a><a href=\"#idm1234\">x</a>\n",
                {"aslr-address"}},
        Example{"mime_boundary",
                "boundary=\"===============3701622847470451841==\"\n\n--===============3701622847470451841=="
                "\nx\n",
                "boundary=\"===============0768886437669007456==\"\n\n--===============0768886437669007456=="
                "\nx\n",
                {"random-id"}},
        Example{"valgrind", "==302== frob\n==302== done\n", "==977== frob\n==977== done\n", {"pid"}},
        Example{"build_number", "nightly, build 1187.\n", "nightly, build 1203.\n", {"build-counter"}},
        Example{"run_number", "GITHUB_RUN_ID=9182700012\n", "GITHUB_RUN_ID=9182736455\n", {"build-counter"}},
        Example{"parallel_jobs", "with 8 parallel jobs\n", "with 32 parallel jobs\n", {"cpu-count"}},
        Example{"job_variable", "MAKEFLAGS = -j4\n", "MAKEFLAGS = -j16\n", {"cpu-count"}},
        Example{"shell_time", "real\t0m0.135s\n", "real\t0m0.317s\n", {"elapsed-time"}},
        Example{"platform",
                "Platform: Linux-6.1.0-18-amd64-x86_64-with-glibc2.36\n",
                "Platform: Linux-6.12.9-amd64-x86_64-with-glibc2.36\n",
                {"kernel-identity"}},
        Example{
            "build_machine", "Build machine: build1\n", "Build machine: worker7\n", {"host-user-identity"}},
        Example{"processor",
                "model name : Intel(R) Xeon(R) Gold 6230\n",
                "model name : AMD EPYC 7763\n",
                {"cpu-features"}},
        Example{"listed_mode",
                "-rw-r--r-- 1 root root 2 2020-01-01 00:00 a\n",
                "-rw-rw-r-- 1 root root 2 2020-01-01 00:00 a\n",
                {"umask-permissions"}},
        Example{"mdoc",
                ".Dd November 2, 2017\n.Dt FROB 1\n",
                ".Dd March 12, 2018\n.Dt FROB 1\n",
                {"build-timestamp"}},
        Example{"whole_seconds", "BUILD SUCCESSFUL in 9s\n", "BUILD SUCCESSFUL in 14s\n", {"elapsed-time"}},
        Example{
            "made_by", "made by GNU Bison 3.8.1. \n", "made by GNU Bison 3.8.2. \n", {"toolchain-version"}},
        Example{"process_of_program", "frob(302): start\n", "frob(977): start\n", {"pid"}},
        Example{"variable_with_home", "GOPATH=/home/alice/go\n", "GOPATH=/home/bob/go\n", {"env-capture"}},
        Example{"assembled",
                "image was assembled on build1.\n",
                "image was assembled on worker7.\n",
                {"host-user-identity"}},
        Example{"attribute", ":author: alice\n", ":author: bob\n", {"host-user-identity"}},
        Example{"bracket_before", "HASH(0x55d5c8a5b8c8)\n", "HASH(0x56010f3e28c8)\n", {"aslr-address"}},
        Example{"inode", "Inode: 1234\n", "Inode: 1311\n", {"filesystem-metadata"}},
        Example{"sentences_about_files",
                "see file d/c.txt for it\nsee file d/b.txt for it\nsee file d/a.txt for it\n",
                "see file d/b.txt for it\nsee file d/a.txt for it\nsee file d/c.txt for it\n",
                {"readdir-order"}},
        Example{"variable_unset", "HOME=/home/a\nx\n", "HOME=/home/a\nTERM=screen\nx\n", {"env-capture"}},
        Example{"catalogue_order",
                "#: s/c.c:1\nmsgid \"of c\"\nmsgstr \"\"\n\n#: s/a.c:1\nmsgid \"of a\"\nmsgstr \"\"\n\n"
                "#: s/b.c:1\nmsgid \"of b\"\nmsgstr \"\"\n\n",
                "#: s/b.c:1\nmsgid \"of b\"\nmsgstr \"\"\n\n#: s/a.c:1\nmsgid \"of a\"\nmsgstr \"\"\n\n"
                "#: s/c.c:1\nmsgid \"of c\"\nmsgstr \"\"\n\n",
                {"readdir-order"}},
        Example{"option_order",
                ".TP\n.B --alpha\nSets alpha.\n.TP\n.B --beta\nSets beta.\n.TP\n.B --gamma\nSets gamma.\n",
                ".TP\n.B --gamma\nSets gamma.\n.TP\n.B --alpha\nSets alpha.\n.TP\n.B --beta\nSets beta.\n",
                {"hash-order"}},
        Example{"element_of_page",
                "<ol>\n<li class='tc'>November 2017</li>\n</ol>\n",
                "<ol>\n<li class='tc'>March 2018</li>\n</ol>\n",
                {"build-timestamp"}},
        Example{"bare_address",
                "node_7f04b6414230 -> node_7f04b6414250;\n",
                "node_7fb99c3f0230 -> node_7fb99c3f0250;\n",
                {"aslr-address"}},
        Example{"elements_about_files",
                "<file>d/c.ui</file>\n<file>d/b.ui</file>\n<file>d/a.ui</file>\n",
                "<file>d/b.ui</file>\n<file>d/a.ui</file>\n<file>d/c.ui</file>\n",
                {"readdir-order"}},
        Example{"account_as_name",
                "\n -- builder <builder@build1>  Thu, 02 Nov 2017 10:30:45 +0000\n",
                "\n -- worker <worker@build2>  Mon, 12 Mar 2018 01:02:03 +0000\n",
                {"build-timestamp", "host-user-identity"}},
        Example{"element_creator",
                "<dc:creator>builder</dc:creator>\n",
                "<dc:creator>rebuilder</dc:creator>\n",
                {"host-user-identity"}},
        Example{"order_and_date",
                "Generated 2017-11-02\nb.txt\na.txt\nc.txt\n",
                "Generated 2018-03-12\nc.txt\na.txt\nb.txt\n",
                {"build-timestamp", "readdir-order"}}),
    [](const auto& example) { return std::string(example.param.name); });

class LookAlike : public ::testing::TestWithParam<Example> {};
TEST_P(LookAlike, IsNeverAccepted) {
  const Report report = compare_texts(GetParam().left, GetParam().right);
  EXPECT_EQ(report.verdict, Verdict::divergent);
}
INSTANTIATE_TEST_SUITE_P(
    Traps, LookAlike,
    ::testing::Values(
        Example{"dotless_host", "see https://github.com/frob\n", "see https://gıthub.com/frob\n", {}},
        Example{"dotless_address", "write to bill@example.org\n", "write to bıll@example.org\n", {}},
        Example{"dotless_word", "summary of titles\n", "summary of tıtles\n", {"locale-content"}},
        Example{"half_turkish", "BINDING\n", "BİNDING\n", {}},
        Example{"dotless_and_more", "tilt\n", "tılts\n", {}},
        Example{"cell_of_table", "<td>November 2017</td>\n", "<td>March 2018</td>\n", {}},
        Example{"expiry_in_element", "<p>expires <b>March 2018</b>\n", "<p>expires <b>March 2019</b>\n", {}},
        Example{"other_place_in_page", "node_7f04b6414230;\n", "node_7fb99c3f0240;\n", {}},
        Example{"name_of_another", "\n -- alice <bob@build1>  x\n", "\n -- mallory <bob@build1>  x\n", {}},
        Example{"signature",
                "-----BEGIN PGP SIGNATURE-----\n\niLMEAAEKAB0WIQT\n-----END PGP SIGNATURE-----\n",
                "-----BEGIN PGP SIGNATURE-----\n\niLMEAAEKAB0WIQS\n-----END PGP SIGNATURE-----\n",
                {}},
        Example{"info_offset_elsewhere",
                "\x1f\nFile: f.info,  Node: Top,  Up: (dir)\n\x1f\nTag Table:\nNode: Top\x7f"
                "0\n",
                "\x1f\nFile: f.info,  Node: Top,  Up: (dir)\n\x1f\nTag Table:\nNode: Top\x7f"
                "9\n",
                {}},
        Example{
            "word_behind_by", "A false alarm reported by blhc.\n", "A false alarm reported by root.\n", {}},
        Example{"other_system_directory",
                "/usr/include/c++/12/list.h\n/usr/include/c++/12/set.h\n",
                "/usr/include/frob/deps/list.h\n/usr/include/frob/deps/set.h\n",
                {}},
        Example{"json_name_twice", "{\"a\": 1, \"a\": 2}\n", "{\"a\": 2, \"a\": 1}\n", {}},
        Example{"T60_json", "{\"a\": [1, 2]}\n", "{\"a\": \r[1, 2]}\n", {}},
        Example{"json_number", "{\"a\": 1.0}\n", "{\"a\":  1}\n", {}},
        Example{"xml_text", "<a> x</a>\n", "<a>x</a>\n", {}},
        Example{"temporary_name_elsewhere", "/opt/ccAbCdEf.o\n", "/srv/ccx1Y2z3.o\n", {}},

        Example{"T6_support",
                "Support ends Thu Nov  2 10:30:45 2017\n",
                "Support ends Fri Nov  2 10:30:45 2018\n",
                {}},
        Example{"T6_revocation", "revoked 2017-11-02 10:30:45\n", "revoked 2018-11-02 10:30:45\n", {}},
        Example{"unlabelled_day", "frob manual, 2017-11-02\n", "frob manual, 2018-03-12\n", {}},
        Example{"T12_password_hash", "root:$6$3qEPTUmi$yjDMF1c:1\n", "root:$6$h5lb336m$r10l3qB:1\n", {}},
        Example{"T13_key",
                "-----BEGIN PUBLIC KEY-----\nMIICdgIBADAN\n-----END PUBLIC KEY-----\n",
                "-----BEGIN PUBLIC KEY-----\nMIICdwIBADAN\n-----END PUBLIC KEY-----\n",
                {}},
        Example{"digest_called_id",
                "id: d41d8cd98f00b204e9800998ecf8427e\n",
                "id: 900150983cd24fb0d6963f7d28e17f72\n",
                {}},
        Example{"T14_redirected_reference",
                "<a id=\"m47753c5965\"/><a id=\"m11753c5961\"/><b href=\"#m47753c5965\"/><b "
                "href=\"#m11753c5961\"/>\n",
                "<a id=\"m7c03575033\"/><a id=\"m99035750aa\"/><b href=\"#m99035750aa\"/><b "
                "href=\"#m99035750aa\"/>\n",
                {}},
        Example{"stale_reference",
                "<a id=\"m47753c5965\"/><b href=\"#m47753c5965\"/>\n<p>x</p>\n<b href=\"#m47753c5965\"/>\n",
                "<a id=\"m7c03575033\"/><b href=\"#m7c03575033\"/>\n<p>x</p>\n<b href=\"#m47753c5965\"/>\n",
                {}},
        Example{"one_reference", "<a href=\"#m47753c5965\"/>\n", "<a href=\"#m7c03575033\"/>\n", {}},
        Example{"bits", "To build 32 bit programs\n", "To build 64 bit programs\n", {}},
        Example{"file_below_root", "run /tmp/update\n", "run /home/update\n", {}},
        Example{"feature_on_host", "enabled on gateway\n", "enabled on worker7\n", {}},
        Example{"host_of_another",
                "hostname = build1\ntrusted on gateway\n",
                "hostname = worker7\ntrusted on evil\n",
                {}},
        Example{"ssh_key", "ssh-ed25519 AAAAC3Nz x\n", "ssh-ed25519 AAAAC4Nz x\n", {}},
        Example{"T8_zone_table",
                "Paris Sun Mar 31 01:00:00 2024 UT = Sun Mar 31 03:00:00 2024 CEST\n",
                "Paris Sun Mar 31 02:00:00 2024 UT = Sun Mar 31 03:00:00 2024 CEST\n",
                {}},
        Example{"T11_duration", "timeout in 30s\n", "timeout in 0s\n", {}},
        Example{"steps_about_files",
                "first load d/c.txt\nthen drop d/b.txt\nlast keep d/a.txt now\n",
                "then drop d/b.txt\nlast keep d/a.txt now\nfirst load d/c.txt\n",
                {}},
        Example{"T67_listed_setuid", "-rwxr-xr-x 1 root a\n", "-rwsr-xr-x 1 root a\n", {}},
        Example{"T68_listed_writable", "-rw-r--r-- 1 root a\n", "-rw-rw-rw- 1 root a\n", {}},
        Example{"feature_off", "#define HAVE_SECCOMP 1\n", "/* #undef HAVE_SECCOMP */\n", {}},
        Example{"dependency", "Depends: libfrob (>= 2.34)\n", "Depends: libfrob (>= 2.30)\n", {}},
        Example{"branch", "git branch: main\n", "git branch: evil\n", {}},
        Example{"march", "flags: -O2 -march=skylake\n", "flags: -O2 -march=znver3\n", {}},
        Example{"file_url_elsewhere", "see file:///etc/passwd\n", "see file:///etc/shadow\n", {}},
        Example{"T20_preload", "HOME=/home/a\nx\n", "HOME=/home/a\nLD_PRELOAD=/tmp/x.so\nx\n", {}},
        Example{"address_of_server", "server: build1\n", "server: evil\n", {}},
        Example{"options_exchanged",
                ".TP\n.B --force\nDeletes all.\nReally.\n.TP\n.B --safe\nDeletes nothing.\nTruly.\n",
                ".TP\n.B --force\nDeletes nothing.\nTruly.\n.TP\n.B --safe\nDeletes all.\nReally.\n",
                {}},
        Example{"translations_exchanged",
                "#: a.c:1\nmsgid \"yes\"\nmsgstr \"oui\"\n\n#: b.c:1\nmsgid \"no\"\nmsgstr \"non\"\n",
                "#: a.c:1\nmsgid \"yes\"\nmsgstr \"non\"\n\n#: b.c:1\nmsgid \"no\"\nmsgstr \"oui\"\n",
                {}},
        Example{"T3_version", "vendored libfoo 2024.01.15\n", "vendored libfoo 2023.11.02\n", {}},
        Example{"T3_version_suffix", "built libfoo-20240115\n", "built libfoo-20231102\n", {}},
        Example{"T6_validity",
                "Valid-Until: Thu, 02 Nov 2017 10:30:45 +0000\n",
                "Valid-Until: Fri, 02 Nov 2018 10:30:45 +0000\n",
                {}},
        Example{"T6_expiry", "created, expires 2017-11-02\n", "created, expires 2018-11-02\n", {}},
        Example{"T7_year", "if (year > 1999) fail\n", "if (year > 2009) fail\n", {}},
        Example{"T8_table", "holiday 2017-11-02\n", "holiday 2017-12-07\n", {}},
        Example{"future", "Generated on 2017-11-02\n", "Generated on 2117-11-02\n", {}},
        Example{"T10_offset", "zone +02:00\n", "zone +03:00\n", {}},
        Example{"T11_timeout", "timeout=30\n", "timeout=0\n", {}},
        Example{"T19_number", "port 2222\n", "port 4444\n", {}},
        Example{"T12_secret", "token 9f86d081884c7d65\n", "token 2c26b46b68ffc68f\n", {}},
        Example{"T52_used_path", "config /etc/frob.conf\n", "config /tmp/x/etc/frob.conf\n", {}},
        Example{"T56_interpreter", "uses /usr/local/bin/sh\n", "uses /bin/sh\n", {}},
        Example{"T58_dots", "in /build/p/src/main.c\n", "in /build/p/../../etc/main.c\n", {}},
        Example{
            "T58_dots_on_both_sides", "in /build/p/../../etc/a.c\n", "in /srv/x/p/../../../../etc/a.c\n", {}},
        Example{"T58_dots_climb", "in /build/one/../../etc/a.c\n", "in /srv/some/two/../../etc/a.c\n", {}},
        Example{"T59_mirror", "get https://build1/frob.tar\n", "get https://evil.example/frob.tar\n", {}},
        Example{"T60_lone_cr", "a\nb\nc\n", "a\r\nb\rc\n", {}},
        Example{"T61_command", "run frob --safe\n", "run frob --force\n", {}},
        Example{
            "T65_script", "Generated on 2017-11-02\n", "Generated on 2018-03-12<script>x()</script>\n", {}},
        Example{"R9_markup", "in /build/frob/a.c\n", "in /build/<script src=x>/a.c\n", {}},
        Example{
            "T59_address", "Report bugs to security@frob.org\n", "Report bugs to security@evil.org\n", {}},
        Example{"T60_bidi", "PATH: /srv/bin/\n", "PATH: \xe2\x80\xae/srv/bin/\n", {}},
        Example{"T62_shown", "<pre>sudo  rm</pre>\n", "<pre>sudo rm</pre>\n", {}},
        Example{"T63_conditional", "<!-- [if IE]>x<![endif]-->\n", "<!--[if IE]>x<![endif]-->\n", {}},
        Example{"paragraphs",
                "Do this first.\nThen do that, now.\nNever do both.\n",
                "Then do that, now.\nDo this first.\nNever do both.\n",
                {}},
        Example{"word_added", "Generated on 2017-11-02\n", "Generated on 2018-03-12 badly\n", {}},
        Example{"order_and_word", "b.txt\na.txt\nc.txt\n", "c.txt\na.txt\nx.txt\n", {}}),
    [](const auto& example) { return std::string(example.param.name); });

TEST(TextEffects, ProgramsAreBehaviourWhateverTheirComments) {
  EXPECT_EQ(compare_texts("#!/bin/sh\n# Generated on 2017-11-02\n", "#!/bin/sh\n# Generated on 2018-03-12\n",
                          "usr/bin/frob")
                .divergence,
            Divergence::alert);
  const Report page = compare_texts("<script>\n// Generated on 2017-11-02\n</script>\n",
                                    "<script>\n// Generated on 2018-03-12\n</script>\n");
  EXPECT_EQ(page.divergence, Divergence::known);
}

// What is legible in bytes of no known format may be known, and is never accepted.
// Known, and never accepted: what stands there may be anything.
class Lead : public ::testing::TestWithParam<Example> {};
TEST_P(Lead, IsNamed) {
  const bool is_manual = GetParam().left.find(".TH") != std::string::npos;
  const Report report =
      compare_texts(GetParam().left, GetParam().right,
                    is_manual ? "usr/share/man/man3/frob.3pm" : "usr/share/doc/frob/changelog");
  EXPECT_EQ(causes_of(report), GetParam().causes);
  EXPECT_EQ(report.verdict, Verdict::divergent);
}
INSTANTIATE_TEST_SUITE_P(
    Boilerplate, Lead,
    ::testing::Values(
        Example{
            "preamble_of_pod",
            ".\\\" Automatically generated by Pod::Man 5.0102 (Pod::Simple 3.45)\n.\\\"\n.TH FROB 3pm\n",
            ".\\\" Automatically generated by Pod::Man v6.0.2 (Pod::Simple 3.45)\n.\\\"\n.if n .ds AD l\n.TH "
            "FROB 3pm\n",
            {"toolchain-version"}},
        Example{
            "preamble_of_one_version",
            ".\\\" Automatically generated by Pod::Man 5.0102 (Pod::Simple 3.45)\n.\\\"\n.TH FROB 3pm\n",
            ".\\\" Automatically generated by Pod::Man 5.0102 (Pod::Simple 3.45)\n.\\\"\n.if n .ds AD l\n.TH "
            "FROB 3pm\n",
            {"unexplained"}},
        Example{"old_entries",
                "frob (2) unstable; urgency=low\n\n  * Two.\n\nfrob (1) unstable; urgency=low\n\n  * One.\n",
                "frob (2) unstable; urgency=low\n\n  * Two.\n\n# Older entries have been removed from this "
                "changelog.\n# To read the complete changelog use `apt changelog frob`.\n",
                {"toolchain-version"}},
        Example{"more_old_entries",
                "frob (2) unstable; urgency=low\n\n  * Two.\n\nfrob (1) unstable; urgency=low\n\n  * "
                "One.\n\n# Older "
                "entries have been removed from this changelog.\n",
                "frob (2) unstable; urgency=low\n\n  * Two.\n\n# Older entries have been removed from this "
                "changelog.\n",
                {"toolchain-version"}},
        Example{"entry_behind_the_note",
                "frob (2) unstable; urgency=low\n\n  * Two.\n\n# Older entries have been removed from this "
                "changelog.\nfrob (1) unstable; urgency=low\n",
                "frob (2) unstable; urgency=low\n\n  * Two.\n\n# Older entries have been removed from this "
                "changelog.\n",
                {"unexplained"}},
        Example{"entry_before_old_ones",
                "frob (2) unstable; urgency=low\n\n  * Two.\n\nfrob (1) unstable; urgency=low\n\n  * One.\n",
                "frob (2) unstable; urgency=low\n\n  * Too.\n\n# Older entries have been removed from this "
                "changelog.\n# To read the complete changelog use `apt changelog frob`.\n",
                {"toolchain-version", "unexplained"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TextEffects, TheDateAtTheHeadOfPropertiesIsAComment) {
  const auto verdict = [](const std::string& head, const std::string& name = "frob.properties",
                          const std::string& end = "\n") {
    return compare_texts(head + "Thu Nov 02 10:30:45 UTC 2017" + end + "a=b\n",
                         head + "Mon Mar 12 01:02:03 UTC 2018" + end + "a=b\n", name)
        .verdict;
  };
  EXPECT_EQ(verdict("#"), Verdict::explained);
  EXPECT_EQ(verdict("#Generated by Maven\n#"), Verdict::explained);
  EXPECT_EQ(verdict("#Generated by Maven\r\n#", "META-INF/pom.properties", "\r\n"), Verdict::explained);
  for (const char* head : {"", "c=", "c=\\\n#", "#x\rc=\\\n#", "c=d\n#", "\n#", "# "})
    EXPECT_EQ(verdict(head), Verdict::divergent) << head;
  EXPECT_EQ(verdict("#", "frob.conf"), Verdict::divergent);
  EXPECT_EQ(verdict("#", "frob.properties", " x\n"), Verdict::divergent);
}

TEST(TextEffects, LegibleBytesOfNoFormatGiveALead) {
  const std::string left("\x01\x00\x02(D:20171102103045Z)\x00\x00", 24);
  const std::string right("\x01\x00\x02(D:20180312010203Z)\x00\x00", 24);
  const Report report = compare_texts(left, right, "usr/share/doc/frob/frob.bin");
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_EQ(causes_of(report), Causes{"build-timestamp"});
}

TEST(TextEffects, ManyDifferencesAreAllLookedAt) {
  std::string left, right;
  for (int i = 0; i < 300; ++i) {
    left += "Generated on 2017-11-02 " + std::to_string(i) + "\n";
    right += "Generated on 2018-03-12 " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(compare_texts(left, right).verdict, Verdict::explained);
  EXPECT_EQ(compare_texts(left + "frob\n", right + "evil\n").verdict, Verdict::divergent);
}

// deb-buildinfo(5): what is told of the build; what lists files and sources is none of it.
TEST(TextCauses, Buildinfo) {
  const auto document = [](const std::string& date, const std::string& path, const std::string& version) {
    return "Format: 1.0\nSource: frob\nVersion: " + version + "\nBuild-Date: " + date +
           "\nBuild-Path: " + path + "\nEnvironment:\n LANG=\"C\"\n";
  };
  const std::string left = document("Thu, 02 Nov 2017 10:30:45 +0000", "/build/frob-1.0", "1.0");
  const auto compare = [&](const std::string& right) { return compare_files(left, right, "frob.buildinfo"); };
  const Report report = compare(document("Mon, 12 Mar 2018 01:02:03 +0000", "/srv/re/frob-1.0", "1.0"));
  EXPECT_EQ(causes_of(report), (Causes{"build-path", "build-timestamp"}));
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(compare(document("Thu, 02 Nov 2017 10:30:45 +0000", "/build/frob-1.0", "1.1")).verdict,
            Verdict::divergent);
}

// A paragraph that changed is compared with what it was before, unless it stands elsewhere.
TEST(TextCauses, ParagraphThatChanged) {
  const std::string other = "Package: b\nDate: Thu, 02 Nov 2017 10:30:45 +0000\n";
  const std::string left = "Package: a\nDate: Thu, 02 Nov 2017 10:30:45 +0000\n",
                    right = "Package: a\nDate: Mon, 12 Mar 2018 01:02:03 +0000\n";
  const Report report = compare_files(left + "\n" + other, right + "\n" + other, "Packages");
  EXPECT_EQ(causes_of(report), Causes{"build-timestamp"});
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_EQ(compare_files(left + "\n" + other, other + "\n" + right, "Packages").verdict, Verdict::divergent);
}

// Strings that stand side by side in a file of no known format: each has a cause of its own, or none.
TEST(TextCauses, StringsSideBySide) {
  const auto causes = [](std::string_view time) {
    const auto file = [](std::string_view date, std::string_view clock) {
      return std::string("\1\2\xff\xfe\0", 5).append(date) + '\0' + std::string(clock) +
             std::string("\0\xff\xfe\3", 4);
    };
    return causes_of(compare_files(file("Jan  2 2025", "10:11:12"), file("Mar 14 2025", time), "frob.dat"));
  };
  EXPECT_EQ(causes("15:16:27"), Causes{"build-timestamp"});
  EXPECT_EQ(causes("15:16:62"), (Causes{"build-timestamp", "unexplained"}));
  EXPECT_EQ(causes("15:16"), (Causes{"build-timestamp", "unexplained"}));
}

}  // namespace
}  // namespace unrepro
