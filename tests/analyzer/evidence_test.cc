// Evidence that others bring: what holds is read, and each way of lying is refused.

#include <gtest/gtest.h>

#include "analyzer/evidence/confirmation.h"
#include "analyzer/evidence/link.h"
#include "analyzer/evidence/manifest.h"
#include "analyzer/evidence/provenance.h"
#include "tests/analyzer/evidence_util.h"

namespace unrepro::evidence {
namespace {

constexpr char kStatement[] = R"({"_type":"https://in-toto.io/Statement/v1"})";
// --- Base64 ---

TEST(EvidenceBase64, ReadsBothAlphabetsInOneSpelling) {
  EXPECT_EQ(decode_base64("+/+/Pj8="), "\xfb\xff\xbf\x3e\x3f");
  EXPECT_EQ(decode_base64("-_-_Pj8="), "\xfb\xff\xbf\x3e\x3f");
  EXPECT_EQ(decode_base64("-_-_Pj8"), "\xfb\xff\xbf\x3e\x3f");
  EXPECT_EQ(decode_base64(""), "");
  for (const char* wrong : {"+_==", "-/", "A", "AAAAA", "AB==", "AAB=", "AA=", "AA===", "====", "=",
                            "A===", "AA AA=", "AA\n=", "AA==AA==", "AAA=A"}) {
    EXPECT_EQ(decode_base64(wrong), std::nullopt) << wrong;
  }
  for (const std::string bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
    EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
  EXPECT_EQ(encode_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode_base64("foob"), "Zm9vYg==");
}

// --- JSON ---

TEST(EvidenceJson, RefusesWhatReadersDisagreeAbout) {
  const auto refused = [](std::string_view text) { return !parse_json(text).has_value(); };
  EXPECT_TRUE(refused(R"({"a":1,"a":1})"));
  EXPECT_TRUE(refused(R"({"a":{"b":1,"c":2,"b":3}})"));
  EXPECT_TRUE(refused("99999999999999999999"));
  EXPECT_TRUE(refused("-99999999999999999999"));
  EXPECT_TRUE(refused("1e999"));
  EXPECT_TRUE(refused("\"\xff\""));
  EXPECT_TRUE(refused("\"\xed\xa0\x80\""));
  EXPECT_TRUE(refused("\"\xc0\xaf\""));
  EXPECT_TRUE(refused(R"("\ud800")"));
  EXPECT_TRUE(refused("\xef\xbb\xbf{}"));
  EXPECT_TRUE(refused("{} {}"));
  EXPECT_TRUE(refused("{}x"));
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("[1,]"));
  EXPECT_TRUE(refused("// c\n{}"));
  EXPECT_TRUE(refused("NaN"));
  EXPECT_TRUE(refused(std::string_view("{}\0", 3)));
  EXPECT_FALSE(refused(std::string(64, '[') + std::string(64, ']')));
  EXPECT_TRUE(refused(std::string(65, '[') + std::string(65, ']')));
  EXPECT_TRUE(refused(std::string(1'000'000, '[')));
  EXPECT_FALSE(parse_json("[1,2,3]", {.values = 3}).has_value());
  EXPECT_FALSE(parse_json("[1,2,3]", {.bytes = 6}).has_value());
}

TEST(EvidenceJson, WritesOneSpelling) {
  EXPECT_EQ(write_json(*parse_json(
                "{ \"b\" : [1, -2, 18446744073709551615, true, null], \"a\":\"\\u00e9\\n\\u0001\\/\\\"\"}")),
            "{\"a\":\"\xc3\xa9\\n\\u0001/\\\"\",\"b\":[1,-2,18446744073709551615,true,null]}");
  EXPECT_EQ(write_json(*parse_json("{}")), "{}");
  EXPECT_EQ(write_json(*parse_json("[[],{}]")), "[[],{}]");
}

// --- ed25519 ---

TEST(EvidenceEd25519, SignsAsRfc8032) {
  EXPECT_EQ(to_hex(key('A').public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(to_hex(key('A').sign("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595b"
            "be24655141438e7a100b");
  EXPECT_TRUE(verify_ed25519(key('B').public_key(), "\x72", key('B').sign("\x72")));
}

TEST(EvidenceEd25519, RefusesSecondSignaturesAndSmallKeys) {
  const SigningKey signer = key('A');
  const std::string good = signer.sign("m");
  EXPECT_TRUE(verify_ed25519(signer.public_key(), "m", good));
  EXPECT_FALSE(verify_ed25519(signer.public_key(), "n", good));
  EXPECT_FALSE(verify_ed25519(signer.public_key(), "m", good + '\0'));
  EXPECT_FALSE(verify_ed25519(signer.public_key(), "m", good.substr(0, 63)));
  // S + the group's order is the same number to a lax verifier.
  std::string second = good;
  const std::string order = *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(good[32 + i]) + static_cast<unsigned char>(order[i]);
    second[32 + i] = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  EXPECT_FALSE(verify_ed25519(signer.public_key(), "m", second));
  // With the neutral element as key, R = S·B holds for every message.
  for (const char* small : {"0100000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000080",
                            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"}) {
    const std::string zero =
        *from_hex("0100000000000000000000000000000000000000000000000000000000000000") + std::string(32, '\0');
    EXPECT_FALSE(verify_ed25519(*from_hex(small), "anything", zero)) << small;
  }
}

// --- DSSE ---

TEST(EvidenceEnvelope, EncodesAsTheProtocolDoes) {
  EXPECT_EQ(pre_authentication_encoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(pre_authentication_encoding("", ""), "DSSEv1 0  0 ");
  EXPECT_EQ(pre_authentication_encoding("application/vnd.ex\xc3\xa4mple+json", "x"),
            "DSSEv1 29 application/vnd.ex\xc3\xa4mple+json 1 x");
}

// Signatures that the test vectors of the DSSE project give for these keys.
TEST(EvidenceEnvelope, AgreesWithOtherSigners) {
  const std::string by_a =
      R"({"keyid":"A","sig":"2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA=="})";
  const std::string by_b =
      R"({"sig":"c1+67/aT0yqEpwx8PsVY3MLHsj9D0CZ014/Fv/QlG59P+9CobUZ7xECJ/V3USG0Ob9CiE5LjReEZUzNF2l7eBw=="})";
  const auto accepted = verify_json(envelope_json(kStatement, kStatementPayload, by_a), ring("A"));
  ASSERT_TRUE(accepted) << message(accepted);
  EXPECT_EQ(accepted->bytes(), kStatement);
  EXPECT_EQ(accepted->signers(), std::vector{quorum::key_id(key('A').public_key())});
  EXPECT_TRUE(verify_json(envelope_json(kStatement, kStatementPayload, by_a + "," + by_b), ring("AB"),
                          {.threshold = 2}));
  EXPECT_FALSE(verify_json(envelope_json(kStatement, kStatementPayload, by_a + "," + by_a), ring("AB"),
                           {.threshold = 2}));
  EXPECT_FALSE(verify_json(envelope_json(kStatement, "application/vnd.example.other+json", by_a), ring("A")));
  EXPECT_FALSE(verify_json(envelope_json(kStatement, kStatementPayload, by_a), ring("B")));
  EXPECT_FALSE(verify_json(envelope_json(kStatement, kStatementPayload, by_a), {}));
  const std::string url_safe =
      R"({"payload":"-_-_Pj8=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"P-_KHICeR7tI6S_YyejJTRtrXhcQyQ2LYPaL8h90KjC9qN8HU_svOQ6TuDOT1HIrsGW886DbWNWcCmX5twLrAw=="}]})";
  EXPECT_TRUE(verify_json(url_safe, ring("A")));
  EXPECT_TRUE(verify_json(envelope_json("", kStatementPayload, signature_json('A', "")), ring("A")));
}

TEST(EvidenceEnvelope, ReadsItsOwn) {
  const auto read = verify_json(sign_envelope("t", "payload", key('B')), ring("AB"), {.payload_type = "t"});
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->bytes(), "payload");
  EXPECT_EQ(message(verify_json(sign_envelope("t", "payload", key('B')), ring("B"), {.payload_type = "u"})),
            "payload type is t, expected u");
}

TEST(EvidenceEnvelope, IgnoresWhatItDoesNotKnow) {
  std::string json = envelope_json(kStatement, kStatementPayload, signature_json('A', kStatement));
  json.insert(1, R"("extra":{"a":[1]},)");
  EXPECT_TRUE(verify_json(json, ring("A")));
}

TEST(EvidenceEnvelope, RefusesDamage) {
  const std::string sig = signature_json('A', kStatement);
  for (const std::string& json : {
           std::string("[]"),
           std::string(R"({"payloadType":"t","signatures":[)") + sig + "]}",
           std::string(R"({"payload":"!","payloadType":"t","signatures":[)") + sig + "]}",
           std::string(R"({"payload":"+_+_","payloadType":"t","signatures":[)") + sig + "]}",
           std::string(R"({"payload":"","signatures":[)") + sig + "]}",
           envelope_json(kStatement, "", sig),
           envelope_json(kStatement, kStatementPayload, ""),
           envelope_json(kStatement, kStatementPayload, R"({"keyid":"A"})"),
           envelope_json(kStatement, kStatementPayload, R"({"sig":""})"),
           envelope_json(kStatement, kStatementPayload, R"({"sig":17})"),
           envelope_json(kStatement, kStatementPayload, "1"),
           std::string(R"({"payload":"","payloadType":"t"})"),
           R"({"payload":"AAAA",)" + envelope_json(kStatement, kStatementPayload, sig).substr(1),
       }) {
    EXPECT_FALSE(Envelope::parse(json)) << json;
  }
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += (i == 0 ? "" : ",") + std::string(R"({"sig":"AAAA"})");
  EXPECT_EQ(message(Envelope::parse(envelope_json(kStatement, kStatementPayload, many))),
            "envelope with 100000 signatures; at most 64 are read");
  EXPECT_FALSE(Envelope::parse(envelope_json(std::string(100, 'x'), "t", sig), {.bytes = 100}));
}

TEST(EvidenceEnvelope, AKeyIdIsAHint) {
  const std::string sig =
      encode_base64(key('A').sign(pre_authentication_encoding(kStatementPayload, kStatement)));
  const auto with_id = [&](const std::string& id) {
    return envelope_json(kStatement, kStatementPayload,
                         R"({"keyid":")" + id + R"(","sig":")" + sig + R"("})");
  };
  const std::string a = quorum::key_id(key('A').public_key()), b = quorum::key_id(key('B').public_key());
  for (const std::string& hint : {a, b, std::string("nonsense"), std::string()}) {
    const auto read = verify_json(with_id(hint), ring("AB"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->signers(), std::vector{a}) << hint;
  }
  EXPECT_FALSE(verify_json(with_id(b), ring("B")));
}

TEST(EvidenceEnvelope, ManyKeysCostABoundedTime) {
  KeyRing keys = ring("A");
  for (int i = 0; i < 200; ++i) {
    const std::string id = std::to_string(i);
    keys[id] = {.id = id, .public_key = key('B').public_key(), .operator_id = "b"};
  }
  const std::string bytes = key('A').sign(pre_authentication_encoding(kStatementPayload, kStatement));
  std::string wrong;
  for (int i = 0; i < 63; ++i)  // 12,600 tries
    wrong += R"({"sig":")" + encode_base64(static_cast<char>(i) + bytes.substr(1)) + R"("},)";
  const auto last = [&](const std::string& id) {
    return envelope_json(kStatement, kStatementPayload,
                         wrong + R"({"keyid":")" + id + R"(","sig":")" + encode_base64(bytes) + R"("})");
  };
  EXPECT_FALSE(verify_json(last(""), keys));
  EXPECT_TRUE(verify_json(last(quorum::key_id(key('A').public_key())), keys))
      << "a hint that is right always counts";
}

TEST(EvidenceEnvelope, KeysAreValidWhenTheEvidenceCameIn) {
  const std::string json = sign_envelope("t", "x", key('A'));
  KeyRing keys = ring("A");
  quorum::Key& entry = keys.begin()->second;
  entry.valid_from = 100;
  entry.valid_until = 200;
  EXPECT_FALSE(verify_json(json, keys, {.received = 99}));
  EXPECT_TRUE(verify_json(json, keys, {.received = 100}));
  EXPECT_FALSE(verify_json(json, keys, {.received = 200}));
  entry.revoked_from = 150;
  EXPECT_TRUE(verify_json(json, keys, {.received = 149}));
  EXPECT_FALSE(verify_json(json, keys, {.received = 150}));
}

TEST(EvidenceEnvelope, EveryFlippedBitIsNoticed) {
  const std::string json = sign_envelope(kStatementPayload, kStatement, key('A'));
  for (std::size_t i = 0; i < json.size(); ++i) {
    std::string flipped = json;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    const auto read = verify_json(flipped, ring("A"));
    if (!read) continue;
    EXPECT_EQ(read->bytes(), kStatement) << i;  // a flip in the hint or in white space
  }
}

// --- statements ---

TEST(EvidenceStatement, ReadsSubjectsByDigest) {
  const auto read = statement_of(
      statement_json(R"({"name":"a/b.deb","digest":{"sha256":")" + kSomeSha256 + R"(","sha1":"00"},"x":1})"));
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->subjects.at(0).sha256(), kSomeSha256);
  EXPECT_EQ(read->subjects.at(0).name, "a/b.deb");
}

TEST(EvidenceStatement, RefusesWhatNamesNothingOrTooMuch) {
  const std::string digest = R"("digest":{"sha256":")" + kSomeSha256 + R"("})";
  for (const std::string& subject : {
           std::string(),
           std::string("1"),
           std::string(R"({"name":"a"})"),
           std::string(R"({"name":"a","digest":{}})"),
           std::string(R"({"name":"a","digest":{"sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}})"),
           R"({"name":"a","digest":{"sha256":")" + std::string(64, 'A') + R"("}})",
           R"({"name":"a","digest":{"sha256":")" + std::string(63, 'a') + R"("}})",
           std::string(R"({"name":"a","digest":{"sha256":7}})"),
           R"({"name":"../a",)" + digest + "}",
           R"({"name":"a/../../b",)" + digest + "}",
           R"({"name":"/etc/passwd",)" + digest + "}",
           R"({"name":"a//b",)" + digest + "}",
           R"({"name":"",)" + digest + "}",
           R"({"name":"a\u0000b",)" + digest + "}",
           R"({"name":"a\u001b[31m",)" + digest + "}",
           R"({"name":"a\\..\\b",)" + digest + "}",
           R"({"name":7,)" + digest + "}",
       }) {
    EXPECT_FALSE(statement_of(statement_json(subject))) << subject;
  }
}

TEST(EvidenceStatement, RefusesOtherTypes) {
  const std::string good = statement_json(R"({"name":"a","digest":{"sha256":")" + kSomeSha256 + R"("}})");
  EXPECT_TRUE(read_statement(signed_bytes(good, "application/vnd.in-toto.provenance+json")));
  for (const char* type : {"application/json", "application/vnd.in-toto", "application/vnd.in-totoo+json",
                           "application/vnd.in-toto.+json", "text/vnd.in-toto+json"}) {
    EXPECT_FALSE(read_statement(signed_bytes(good, type))) << type;
  }
  for (const auto& [from, to] : {std::pair{"Statement/v1", "Statement/v0.1"},
                                 {"predicateType", "predicate_type"},
                                 {"\"predicate\":{}", "\"predicate\":[]"},
                                 {"\"subject\"", "\"subjects\""},
                                 {"\"_type\":", "\"_type\":1,\"t\":"},
                                 {"{\"_type\"", "{\"predicate\":{\"x\":1},\"_type\""}}) {
    std::string bad = good;
    bad.replace(bad.find(from), std::string(from).size(), to);
    EXPECT_FALSE(statement_of(bad)) << bad;
  }
}

TEST(EvidenceProvenance, ReadsAndDemands) {
  const auto with = [&](const std::string& predicate) {
    return statement_of(
        R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1",)"
        R"("subject":[{"name":"a","digest":{"sha256":")" +
        kSomeSha256 + R"("}}],"predicate":)" + predicate + "}");
  };
  const std::string definition =
      R"("buildDefinition":{"buildType":"https://b/t","externalParameters":{"source":"s"},"resolvedDependencies":[{"uri":"pkg:deb/gcc","digest":{"sha256":")" +
      kOtherSha256 + R"("}}]})";
  const std::string details =
      R"("runDetails":{"builder":{"id":"https://b/1"},"metadata":{"invocationId":"i","startedOn":"2024-02-01T00:00:00Z"}})";
  const auto read = read_provenance(*with("{" + definition + "," + details + "}"));
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->builder_id, "https://b/1");
  EXPECT_EQ(read->dependencies.at(0).sha256(), kOtherSha256);
  EXPECT_EQ(read->started_on, "2024-02-01T00:00:00Z");

  ProvenanceDemand demand{
      {{quorum::key_id(key('A').public_key()), {"https://b/1"}}}, "https://b/t", {"source"}};
  EXPECT_EQ(refusal(*read, demand), "");
  demand.parameters = {};
  EXPECT_EQ(refusal(*read, demand), "unexpected external parameter source");
  demand.parameters = {"source"};
  demand.threshold = 2;
  EXPECT_EQ(refusal(*read, demand), "only 1 of the signers may speak for builder https://b/1, 2 needed");
  demand.threshold = 1;
  demand.build_type = "other";
  EXPECT_EQ(refusal(*read, demand), "build type is https://b/t, expected other");
  demand.builders = {{quorum::key_id(key('B').public_key()), {"https://b/1"}},
                     {quorum::key_id(key('A').public_key()), {"https://b/2"}}};
  EXPECT_EQ(refusal(*read, demand), "no signer may speak for builder https://b/1");

  EXPECT_FALSE(read_provenance(*with("{" + definition + "}")));
  EXPECT_FALSE(read_provenance(*with("{" + details + "}")));
  EXPECT_FALSE(
      read_provenance(*statement_of(statement_json(R"({"digest":{"sha256":")" + kSomeSha256 + R"("}})"))));
}

// --- links of rebuilderd ---

std::string link_json(char which, std::string_view products, std::string_view environment = "null") {
  const std::string content =
      R"({"_type":"link","byproducts":{},"command":[],"environment":)" + std::string(environment) +
      R"(,"materials":{"frob_1.0.buildinfo":{"sha256":")" + kOtherSha256 +
      R"(","sha512":"00"}},"name":"rebuild frob_1.0_all.deb","products":{)" + std::string(products) + "}}";
  return R"({ "signed": )" + content + R"(, "signatures":[{"keyid":")" + std::string(64, '0') +
         R"(","sig":")" + to_hex(key(which).sign(content)) + R"("}]})";
}

TEST(EvidenceLink, ReadsWhatRebuilderdSigns) {
  const std::string product = R"("frob_1.0_all.deb":{"sha256":")" + kSomeSha256 + R"("})";
  const auto verified = verify_link(link_json('A', product), ring("AB"), {});
  ASSERT_TRUE(verified) << message(verified);
  const auto link = read_link(*verified);
  ASSERT_TRUE(link) << message(link);
  EXPECT_EQ(link->products.at("frob_1.0_all.deb"), kSomeSha256);
  EXPECT_EQ(link->materials.at("frob_1.0.buildinfo"), kOtherSha256);
  EXPECT_FALSE(verify_link(link_json('A', product), ring("B"), {}));
  EXPECT_FALSE(verify_link(link_json('A', product), ring("A"), {.threshold = 2}));
  EXPECT_FALSE(verify_link(link_json('A', product, R"({"a":"\n"})"), ring("A"), {}));
  EXPECT_FALSE(verify_link(link_json('A', product, "1.5"), ring("A"), {}));
  EXPECT_FALSE(read_link(
      *verify_link(link_json('A', R"("../x":{"sha256":")" + kSomeSha256 + R"("})"), ring("A"), {})));
  EXPECT_FALSE(read_link(*verify_link(link_json('A', R"("x":{"sha512":"00"})"), ring("A"), {})));
  std::string changed = link_json('A', product);
  changed.replace(changed.find("aaaa"), 4, "aaab");
  EXPECT_FALSE(verify_link(changed, ring("A"), {}));
  EXPECT_FALSE(verify_link("{}", ring("A"), {}));
  EXPECT_FALSE(read_link(signed_bytes(link_json('A', product), "application/json")));
  EXPECT_FALSE(read_statement(*verified));  // one kind of evidence is never taken for another
}

// --- manifests ---

TEST(EvidenceManifest, ComesBackAsItWasSigned) {
  const Manifest manifest{"frob 1.0-1",
                          {kSomeSha256, 12},
                          {{"a.deb", {kOtherSha256, 1u << 30}}, {"sub/b", {kSomeSha256, 0}}},
                          {},
                          {}};
  const auto read = read_manifest(signed_bytes(write_manifest(manifest), kManifestPayload));
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->job, "frob 1.0-1");
  EXPECT_EQ(read->build, manifest.build);
  EXPECT_EQ(read->artifacts, manifest.artifacts);
  EXPECT_EQ(read->digest, to_hex(digest(Algo::sha256, as_bytes(write_manifest(manifest)))));
  EXPECT_EQ(read->signers, std::vector{quorum::key_id(key('A').public_key())});
  EXPECT_FALSE(read_manifest(signed_bytes(write_manifest(manifest))));
}

TEST(EvidenceManifest, RefusesDamage) {
  const std::string file = R"({"sha256":")" + kSomeSha256 + R"(","size":1})";
  const auto read = [](const std::string& json) {
    return read_manifest(signed_bytes(json, kManifestPayload));
  };
  const auto with = [&](const std::string& artifacts) {
    return R"({"schema":"unrepro.manifest/1","job":"j","build":)" + file + R"(,"artifacts":)" + artifacts +
           "}";
  };
  EXPECT_TRUE(read(with("{}")));
  EXPECT_TRUE(read(with(R"({"a":)" + file + "}")));
  for (const std::string& artifacts :
       {std::string("[]"), R"({"../a":)" + file + "}", R"({"a":)" + file + R"(,"a":)" + file + "}",
        R"({"a\u0000":)" + file + "}", R"({"a":{"sha256":")" + kSomeSha256 + R"(","size":-1}})",
        R"({"a":{"sha256":")" + kSomeSha256 + R"(","size":1.5}})",
        R"({"a":{"sha256":")" + kSomeSha256 + R"("}})",
        R"({"a":{"sha256":")" + std::string(64, 'F') + R"(","size":1}})",
        R"({"a":{"sha256":")" + kSomeSha256 + R"(","size":99999999999999999999}})"}) {
    EXPECT_FALSE(read(with(artifacts))) << artifacts;
  }
  EXPECT_FALSE(read(R"({"schema":"unrepro.manifest/2","job":"j","build":)" + file + R"(,"artifacts":{}})"));
  EXPECT_FALSE(read(R"({"schema":"unrepro.manifest/1","build":)" + file + R"(,"artifacts":{}})"));
}

// --- confirmations ---

TEST(EvidenceConfirmation, ComesBackAsItWasSigned) {
  const std::string text = write_confirmation({"frob 1.0-1", kSomeSha256, {}});
  const auto read = read_confirmation(signed_bytes(text, kConfirmationPayload));
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->job, "frob 1.0-1");
  EXPECT_EQ(read->manifest, kSomeSha256);
  EXPECT_EQ(read->signers, std::vector{quorum::key_id(key('A').public_key())});
  EXPECT_FALSE(read_confirmation(signed_bytes(text, kManifestPayload)));
}

TEST(EvidenceConfirmation, RefusesDamage) {
  for (const std::string& json :
       {R"({"schema":"unrepro.confirmation/2","job":"j","manifest":")" + kSomeSha256 + R"("})",
        R"({"schema":"unrepro.confirmation/1","manifest":")" + kSomeSha256 + R"("})",
        std::string(R"({"schema":"unrepro.confirmation/1","job":"j","manifest":"m2"})"), std::string("[]")}) {
    EXPECT_FALSE(read_confirmation(signed_bytes(json, kConfirmationPayload))) << json;
  }
}

}  // namespace
}  // namespace unrepro::evidence
