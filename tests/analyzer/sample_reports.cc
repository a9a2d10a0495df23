#include "sample_reports.h"

namespace unrepro {
namespace {

constexpr char kLeftDigest[] = "3f0a377ba0a4a460ecb616f6507ce0d8cfa3e704025d4fda3ed0c5ca05468728";
constexpr char kRightDigest[] = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";

Report deb_pair() {
  Report report;
  report.reference_time = "2024-06-01T00:00:00Z";
  report.left = {.path = "frob_1.0-1_amd64.deb", .sha256 = kLeftDigest, .size = 48'212, .format = "deb"};
  report.left.identity = Identity{"frob", "1.0-1", "frob", "1.0-1", "amd64"};
  report.right = report.left;
  report.right.path = "rebuild/frob_1.0-1_amd64.deb";
  report.right.sha256 = kRightDigest;
  report.right.size = 48'244;
  report.subject = "same source and version";
  report.members = 6;
  return report;
}

Finding finding(std::uint32_t id, std::string cause, Proof proof, Verdict verdict, std::string location,
                std::uint64_t bytes, std::string left, std::string right) {
  Finding out;
  out.id = id;
  out.cause = std::move(cause);
  out.proof = proof;
  out.verdict = verdict;
  out.location = std::move(location);
  out.bytes = bytes;
  out.field = out.location.substr(out.location.rfind('#') + 1);
  out.format = "tar";
  out.left = Evidence{512, left.size(), left};
  out.right = Evidence{512, right.size(), right};
  return out;
}

Finding derived(Finding finding, std::vector<std::uint32_t> from) {
  finding.derived = true;
  finding.derived_from = std::move(from);
  return finding;
}

Report divergent_base() {
  Report report = deb_pair();
  report.verdict = Verdict::divergent;
  report.without_blocking = Verdict::divergent;
  return report;
}

}  // namespace

Report identical_report() {
  Report report = deb_pair();
  report.right = report.left;
  report.right.path = "rebuild/frob_1.0-1_amd64.deb";
  report.subject.clear();
  return report;
}

Report equivalent_report() {
  Report report = deb_pair();
  report.verdict = report.without_blocking = Verdict::equivalent;
  report.differing_members = 5;
  report.left.normal_sha256 = report.right.normal_sha256 =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  report.accounting = {.differing_bytes = 142,
                       .explained_bytes = 142,
                       .derived_bytes = 82,
                       .by_proof = {{Proof::inert, 60}},
                       .capacity = {246, false}};
  report.causes = {{.id = "file-mtime",
                    .verdict = Verdict::equivalent,
                    .findings = 5,
                    .differences = 5,
                    .bytes = 60,
                    .proof = Proof::inert,
                    .capacity = {246, false},
                    .locations = {"frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#mtime",
                                  "frob_1.0-1_amd64.deb!data.tar!usr/share/man/man1/frob.1.gz#mtime",
                                  "frob_1.0-1_amd64.deb!data.tar!usr/share/doc/frob/copyright#mtime"},
                    .notes = {"one clock difference of 86 412 s fits all"}}};
  for (std::uint32_t i = 1; i <= 5; ++i) {
    Finding each = finding(i, "file-mtime", Proof::inert, Verdict::equivalent,
                           "frob_1.0-1_amd64.deb!data.tar!usr/bin/frob" + std::to_string(i) + "#mtime", 12,
                           "2024-05-30T10:00:07Z", "2024-05-31T10:00:19Z");
    each.kind = Kind::timestamp;
    each.effect = Effect::inert;
    each.format = "tar";
    each.field = "mtime";
    each.capacity = {246, false};
    report.findings.push_back(each);
  }
  report.findings.push_back(
      derived(finding(6, "derived-digest", Proof::recomputed, Verdict::equivalent,
                      "frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#checksum", 40, "5301", "5304"),
              {1, 2, 3, 4, 5}));
  report.findings.push_back(
      derived(finding(7, "derived-compressed-stream", Proof::recomputed, Verdict::equivalent,
                      "frob_1.0-1_amd64.deb!data.tar#stream", 42, "41 184 bytes", "41 184 bytes"),
              {1, 2, 3, 4, 5, 6}));
  report.findings.back().note = "xz -6 reproduces both streams";
  return report;
}

Report divergent_report() {
  Report report = divergent_base();
  report.divergence = Divergence::known;
  report.without_blocking = Verdict::explained;
  report.differing_members = 4;
  report.accounting = {.differing_bytes = 1'874,
                       .explained_bytes = 1'874,
                       .derived_bytes = 1'350,
                       .by_proof = {{Proof::pattern, 524}},
                       .capacity = {886, false}};
  report.causes = {{.id = "order-unattributed",
                    .verdict = Verdict::divergent,
                    .blocking = true,
                    .findings = 1,
                    .differences = 1,
                    .bytes = 360,
                    .proof = Proof::pattern,
                    .severity = Severity::warning,
                    .capacity = {288, false},
                    .locations = {"frob_1.0-1_amd64.deb!data.tar!usr/share/frob/plugins.list#lines"},
                    .notes = {"12 equal lines in another order; order may decide what loads first"}},
                   {.id = "build-path",
                    .verdict = Verdict::explained,
                    .findings = 2,
                    .differences = 2,
                    .bytes = 144,
                    .proof = Proof::pattern,
                    .capacity = {480, false},
                    .locations = {"frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#.rodata/assert at src/main.c:4",
                                  "frob_1.0-1_amd64.deb!data.tar!usr/lib/frob/libfrob.so.1#.rodata"},
                    .notes = {"one prefix explains both"}},
                   {.id = "build-timestamp",
                    .verdict = Verdict::explained,
                    .findings = 1,
                    .differences = 1,
                    .bytes = 20,
                    .proof = Proof::pattern,
                    .capacity = {118, false},
                    .locations = {"frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#.rodata/__DATE__"}}};
  Finding order = finding(1, "order-unattributed", Proof::pattern, Verdict::divergent,
                          "frob_1.0-1_amd64.deb!data.tar!usr/share/frob/plugins.list#lines", 360,
                          "alpha, beta, gamma, delta, epsilon, zeta, eta, theta, iota, kappa, lambda, mu",
                          "beta, alpha, gamma, delta, zeta, epsilon, eta, iota, theta, kappa, mu, lambda");
  order.severity = Severity::warning;
  order.kind = Kind::order;
  order.format = "text";
  order.field = "lines";
  order.capacity = {288, false};
  report.findings = {
      order,
      finding(2, "build-path", Proof::pattern, Verdict::explained,
              "frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#.rodata/assert at src/main.c:4", 80,
              "/build/frob-1.0", "/srv/rebuild/worker7/frob-1.0"),
      finding(3, "build-path", Proof::pattern, Verdict::explained,
              "frob_1.0-1_amd64.deb!data.tar!usr/lib/frob/libfrob.so.1#.rodata", 64, "/build/frob-1.0",
              "/srv/rebuild/worker7/frob-1.0"),
      finding(4, "build-timestamp", Proof::pattern, Verdict::explained,
              "frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#.rodata/__DATE__", 20, "May 30 2024 10:00:07",
              "May 31 2024 10:00:19"),
      derived(
          finding(5, "derived-layout", Proof::recomputed, Verdict::explained,
                  "frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#.text", 1'100, "12 operands", "12 operands"),
          {2}),
      derived(finding(6, "derived-build-id", Proof::none, Verdict::explained,
                      "frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#.note.gnu.build-id", 20, "4f1c0a5d…",
                      "a8b09e71…"),
              {2, 4}),
      derived(finding(7, "derived-digest", Proof::recomputed, Verdict::explained,
                      "frob_1.0-1_amd64.deb!control.tar!md5sums#usr/bin/frob", 32,
                      "d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661"),
              {2, 4, 5}),
      derived(finding(8, "derived-digest", Proof::recomputed, Verdict::divergent,
                      "frob_1.0-1_amd64.deb!control.tar!md5sums#usr/share/frob/plugins.list", 32,
                      "92eb5ffee6ae2fec3ad71c777531578f", "4a8a08f09d37b73795649038408b5f33"),
              {1}),
      derived(finding(9, "derived-compressed-stream", Proof::recomputed, Verdict::divergent,
                      "frob_1.0-1_amd64.deb!data.tar#stream", 166, "41 184 bytes", "41 216 bytes"),
              {1, 2, 3, 4, 5}),
  };
  report.leads = {
      {"toolchain-version", "both .comment sections name GCC 12.2.0-14; the assembler leaves no mark"}};
  return report;
}

Report alert_report() {
  Report report = divergent_base();
  report.divergence = Divergence::alert;
  report.alerts = 2;
  report.differing_members = 2;
  report.accounting = {.differing_bytes = 40, .explained_bytes = 0, .unexplained_bytes = 40};
  report.causes = {{.id = "semantic-change",
                    .verdict = Verdict::divergent,
                    .blocking = true,
                    .findings = 1,
                    .differences = 1,
                    .bytes = 8,
                    .proof = Proof::none,
                    .severity = Severity::alert,
                    .capacity = Capacity::unlimited(),
                    .locations = {"frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#mode"}},
                   {.id = "integrity-mismatch",
                    .verdict = Verdict::divergent,
                    .blocking = true,
                    .findings = 1,
                    .differences = 1,
                    .bytes = 32,
                    .proof = Proof::none,
                    .severity = Severity::alert,
                    .capacity = Capacity::unlimited(),
                    .locations = {"frob_1.0-1_amd64.deb!control.tar!md5sums#usr/bin/frob"}}};
  report.accounting.capacity = Capacity::unlimited();
  Finding mode = finding(1, "semantic-change", Proof::none, Verdict::divergent,
                         "frob_1.0-1_amd64.deb!data.tar!usr/bin/frob#mode", 8, "0755", "04755");
  mode.severity = Severity::alert;
  mode.kind = Kind::mode;
  mode.format = "tar";
  mode.field = "mode";
  mode.capacity = Capacity::unlimited();
  mode.note = "the set-user-id bit appears on the right";
  Finding digest = finding(2, "integrity-mismatch", Proof::none, Verdict::divergent,
                           "frob_1.0-1_amd64.deb!control.tar!md5sums#usr/bin/frob", 32,
                           "d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661");
  digest.severity = Severity::alert;
  digest.kind = Kind::digest;
  digest.format = "md5sums";
  digest.field = "usr/bin/frob";
  digest.capacity = Capacity::unlimited();
  digest.note = "right: the MD5 of data.tar!usr/bin/frob is 900150983cd24fb0d6963f7d28e17f72";
  report.findings = {mode, digest};
  return report;
}

Report incomplete_report() {
  Report report = deb_pair();
  report.left.path =
      "/srv/archive/pool/main/l/libreallylongname-framework/libreallylongname1_12.4.1-3_amd64.deb";
  report.right.path = "/srv/rebuilds/2024-06-01/worker-17/libreallylongname1_12.4.1-3_amd64.deb";
  report.verdict = report.without_blocking = Verdict::incomplete;
  report.differing_members = 1;
  report.accounting = {.differing_bytes = 12, .explained_bytes = 12, .by_proof = {{Proof::inert, 12}}};
  report.incomplete = {{"libreallylongname1_12.4.1-3_amd64.deb!data.tar!usr/share/frob/secrets.zip!a",
                        "the member is encrypted"},
                       {"libreallylongname1_12.4.1-3_amd64.deb!data.tar!usr/share/frob/bomb.gz",
                        "more than 268435456 bytes of decompressed output (--max-output)"}};
  return report;
}

Report residue_report() {
  Report report = divergent_base();
  report.divergence = Divergence::unknown;
  report.members = 812;
  report.differing_members = 500;
  report.accounting = {
      .differing_bytes = 2'099'250, .unexplained_bytes = 2'099'250, .capacity = Capacity::unlimited()};
  CauseSummary cause{.id = "unexplained",
                     .verdict = Verdict::divergent,
                     .blocking = true,
                     .findings = 740,
                     .differences = 740,
                     .bytes = 2'099'250,
                     .proof = Proof::none,
                     .severity = Severity::warning,
                     .capacity = Capacity::unlimited()};
  for (std::uint32_t i = 1; i <= 500; ++i) {
    const std::string location =
        "frob_1.0-1_amd64.deb!data.tar!usr/lib/frob/plugins/plugin" + std::to_string(i) + ".so#.text/init";
    if (i <= 4) cause.locations.push_back(location);
    report.findings.push_back(finding(i, "unexplained", Proof::none, Verdict::divergent, location, 4'700 - i,
                                      "48 8d 3d 10 00 00 00 e8", "48 8d 3d 20 00 00 00 e8"));
    report.findings.back().kind = Kind::code;
    report.findings.back().severity = Severity::warning;
    report.findings.back().touches_code = true;
    report.findings.back().capacity = Capacity::unlimited();
  }
  report.causes = {cause};
  report.omitted_findings = 240;
  report.omitted_bytes = 24'500;
  return report;
}

Report hostile_report() {
  Report report = divergent_base();
  report.divergence = Divergence::unknown;
  report.left.path = "evil\x1b[2J\n.deb";
  report.right.path = "caf\xe9 \"quoted\\\".deb";
  report.subject = "other source version 1.0\x1b]0;owned\x07 → 1.1";
  report.accounting = {.differing_bytes = 3, .unexplained_bytes = 3, .capacity = Capacity::unlimited()};
  report.causes = {{.id = "unexplained",
                    .verdict = Verdict::divergent,
                    .blocking = true,
                    .findings = 1,
                    .differences = 1,
                    .bytes = 3,
                    .proof = Proof::none,
                    .severity = Severity::warning,
                    .capacity = Capacity::unlimited(),
                    .locations = {"evil%1B.deb!a%0Ab#x"}}};
  Finding residue =
      finding(1, "unexplained", Proof::none, Verdict::divergent, "evil%1B.deb!a%0Ab#x", 3, "\x1b[31mred\xff",
              "\xe2\x80\xae"
              "gnp.exe");
  residue.note = std::string("nul \0 inside", 12);
  report.findings = {residue};
  return report;
}

std::vector<std::pair<std::string, Report>> sample_reports() {
  return {{"identical", identical_report()},   {"equivalent", equivalent_report()},
          {"divergent", divergent_report()},   {"alert", alert_report()},
          {"incomplete", incomplete_report()}, {"residue", residue_report()}};
}

}  // namespace unrepro
