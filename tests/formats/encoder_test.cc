// Streams written by the real tools, where they are installed, and which encoder we say wrote them.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "formats/format.h"
#include "tests/formats/stream_testing.h"

namespace unrepro {
namespace {

// Text of a size that ends neither at a block nor at a buffer boundary, with matches near and far.
std::string sample_text(std::size_t size) {
  std::mt19937 random(7);
  std::vector<std::string> words(3000);
  for (std::string& word : words) {
    word.resize(2 + random() % 9);
    for (char& c : word) c = static_cast<char>('a' + random() % 26);
  }
  std::string text;
  while (text.size() < size) {
    const std::size_t range = 1u + (random() % words.size());
    text += words[random() % range];
    text += random() % 11 == 0 ? '\n' : ' ';
    if (random() % 500 == 0) text += std::to_string(random());
    if (random() % 3000 == 0) text.append(random() % 900, static_cast<char>(random() % 4));
    if (random() % 4000 == 0) {
      for (int i = 0; i < 1500; ++i) text += static_cast<char>(random());
    }
  }
  text.resize(size);
  return text;
}

// A directory for the files of one test.
class EncoderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "unrepro-encoder-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static bool installed(const std::string& tool) {
    return std::system(("command -v " + tool + " >/dev/null 2>&1").c_str()) == 0;
  }

  // What `command` writes to stdout when it reads `plain` from the file "plain".
  std::string run(const std::string& plain, const std::string& command) {
    std::ofstream(directory_ / "plain", std::ios::binary) << plain;
    const std::string line = "cd '" + directory_.string() + "' && " + command + " > encoded 2>/dev/null";
    EXPECT_EQ(std::system(line.c_str()), 0) << command;
    std::ifstream file(directory_ / "encoded", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  // The name of the encoder, "name (part)" when only a prefix was tried, or "none".
  static std::string identify(const std::string& bytes, bool full = false) {
    const Format& format = probe(as_bytes(bytes), {});
    const Decoded decoded(format, bytes);
    EXPECT_TRUE(decoded.tree) << decoded.tree.error().message;
    EXPECT_TRUE(decoded.tree->anomalies.empty());
    Budget budget{Limits{.output_bytes = 1}};
    const auto match = format.encoder(*decoded.tree, {.full = full}, budget);
    if (!match) return "none";
    return match->complete ? match->name : match->name + " (part)";
  }

  void expect_encoder(const std::string& plain, const std::string& command, const std::string& start) {
    const std::string name = identify(run(plain, command));
    EXPECT_EQ(name.substr(0, start.size()), start) << command << ": " << name;
  }

  std::filesystem::path directory_;
};

// Levels that treat the sample alike yield the same stream, so only the program is asserted.
TEST_F(EncoderTest, GnuGzip) {
  if (!installed("gzip")) GTEST_SKIP();
  const std::string plain = sample_text(300'001);
  for (int level = 1; level <= 9; ++level) {
    const std::string number = std::to_string(level);
    const std::string name = identify(run(plain, "gzip -nc -" + number + " plain"));
    EXPECT_TRUE(name.starts_with("gzip -") && name.ends_with(" (GNU)")) << level << ": " << name;
  }
  EXPECT_EQ(identify(run(plain, "gzip -9c plain")), "gzip -9 (GNU)");
  EXPECT_EQ(identify(run(plain, "gzip -1c < plain")), "gzip -1 (GNU)");
}

// The end of the plaintext near the end of the program's window, and searches that run behind the end.
TEST_F(EncoderTest, GnuGzipAtTheEndsOfItsWindow) {
  if (!installed("gzip")) GTEST_SKIP();
  std::mt19937 random(3);
  for (const std::size_t size :
       {0u, 1u, 2u, 3u, 105u, 32767u, 33003u, 65274u, 65275u, 65536u, 70006u, 131004u}) {
    for (const unsigned symbols : {2u, 256u}) {
      std::string plain(size, '\0');
      for (char& c : plain) c = static_cast<char>(random() % symbols);
      const std::string name = identify(run(plain, "gzip -9nc plain"));
      EXPECT_TRUE(name.ends_with(" (GNU)")) << size << " " << symbols << ": " << name;
    }
  }
}

TEST_F(EncoderTest, Zlib) {
  if (!installed("python3")) GTEST_SKIP();
  const std::string plain = sample_text(300'001);
  for (const int level : {1, 6, 9}) {
    const std::string number = std::to_string(level);
    expect_encoder(plain,
                   "python3 -c \"import gzip,sys;"
                   "sys.stdout.buffer.write(gzip.compress(open('plain','rb').read()," +
                       number + "))\"",
                   "zlib 1.");
  }
}

TEST_F(EncoderTest, Xz) {
  if (!installed("xz")) GTEST_SKIP();
  const std::string plain = sample_text(300'001);
  for (const char* level : {"0", "3", "6", "9", "6e"}) {
    expect_encoder(plain, std::string("xz -T1 -c -") + level + " plain",
                   std::string("xz -") + level + " (liblzma");
  }
  EXPECT_TRUE(identify(run(plain, "xz -T1 -6 -c plain")).ends_with("one thread)"));
  EXPECT_TRUE(identify(run(plain, "xz -T2 -6 -c plain")).ends_with("threaded)"));
  for (const char* check : {"none", "crc32", "crc64", "sha256"}) {
    expect_encoder(plain, std::string("xz -T1 -6 -c plain --check=") + check, "xz -6 (liblzma");
  }
}

TEST_F(EncoderTest, XzOfOtherSettingsIsNotNamed) {
  if (!installed("xz")) GTEST_SKIP();
  const std::string plain = sample_text(300'001);
  EXPECT_EQ(identify(run(plain, "xz -T1 -c --lzma2=preset=6,nice=100 plain")), "none");
  EXPECT_EQ(identify(run(plain, "xz -T1 -c --x86 --lzma2=preset=6 plain")), "none");
}

TEST_F(EncoderTest, Lzma) {
  if (!installed("xz")) GTEST_SKIP();
  const std::string plain = sample_text(300'001);
  for (const char* level : {"0", "6", "9", "6e"}) {
    expect_encoder(plain, std::string("xz --format=lzma -c -") + level + " plain",
                   std::string("lzma -") + level + " (liblzma");
  }
}

TEST_F(EncoderTest, LzipOfItsOwnEncoderIsNotNamed) {
  if (!installed("lzip")) GTEST_SKIP();
  EXPECT_EQ(identify(run(sample_text(300'001), "lzip -6 -c plain")), "none");
}

TEST_F(EncoderTest, Lz4) {
  if (!installed("lz4")) GTEST_SKIP();
  const std::string plain = sample_text(300'001);
  for (const char* options :
       {"-1", "-9", "-12", "-1 -B4 -BD", "-9 -B4 -BX --content-size", "-1 --no-frame-crc"}) {
    const std::string level = std::string(options).substr(0, std::string(options).find(' '));
    expect_encoder(plain, std::string("lz4 -q -c ") + options + " plain", "lz4 " + level + " (liblz4");
  }
  expect_encoder(plain, "lz4 -q -c < plain", "lz4 -1 (liblz4");
  expect_encoder(plain, "lz4 -q -l -c plain", "lz4 -l1 (liblz4");
  expect_encoder(plain, "lz4 -q -l -9 -c plain", "lz4 -l9 (liblz4");
}

TEST_F(EncoderTest, Zstd) {
  if (!installed("zstd")) GTEST_SKIP();
  const std::string plain = sample_text(400'001);
  for (const char* level : {"1", "3", "9", "19"}) {
    expect_encoder(plain, std::string("zstd -q -c -") + level + " plain",
                   std::string("zstd -") + level + " (libzstd");
  }
  expect_encoder(plain, "zstd -q -c -3 < plain", "zstd -3 (libzstd");
  expect_encoder(plain, "zstd -q -c -3 --no-check plain", "zstd -3 (libzstd");
}

TEST_F(EncoderTest, ZstdThreadedAndSingleDifferOnLargeContent) {
  if (!installed("zstd")) GTEST_SKIP();
  const std::string plain = sample_text(5'000'001);
  EXPECT_TRUE(identify(run(plain, "zstd -q -c -1 plain"), true).ends_with("threaded)"));
  EXPECT_TRUE(identify(run(plain, "zstd -q -c -1 --single-thread plain"), true).ends_with("streaming)"));
}

TEST_F(EncoderTest, Bzip2) {
  if (!installed("bzip2")) GTEST_SKIP();
  const std::string plain = sample_text(300'001);
  for (const char* level : {"1", "5", "9"}) {
    expect_encoder(plain, std::string("bzip2 -c -") + level + " plain",
                   std::string("bzip2 -") + level + " (libbz2");
  }
}

TEST_F(EncoderTest, LargeContentIsTriedByAPrefixUnlessFull) {
  if (!installed("xz") || !installed("bzip2")) GTEST_SKIP();
  const std::string plain = sample_text(3'000'001);
  const std::string xz = run(plain, "xz -T1 -0 -c plain");
  EXPECT_TRUE(identify(xz).ends_with("(part)"));
  EXPECT_TRUE(identify(xz, true).ends_with("one thread)"));
  EXPECT_TRUE(identify(run(plain, "bzip2 -c plain")).ends_with("(part)"));
}

// A prefix that matches must not make up for a tail that does not.
TEST_F(EncoderTest, TailOfAnotherEncoderIsNotReproduced) {
  if (!installed("python3")) GTEST_SKIP();
  const std::string plain = sample_text(3'000'001);
  const std::string bytes =
      run(plain,
          "python3 -c \"import zlib,sys,struct;p=open('plain','rb').read();"
          "c=zlib.compressobj(9,8,-15);b=c.compress(p[:2900000])+c.flush(2)+c.compress("
          "p[2900000:])+c.flush();sys.stdout.buffer.write(b'\\x1f\\x8b\\x08'+bytes(7)+b+"
          "struct.pack('<II',zlib.crc32(p),len(p)))\"");
  EXPECT_TRUE(identify(bytes).ends_with("(part)")) << identify(bytes);
  EXPECT_EQ(identify(bytes, true), "none");
}

TEST_F(EncoderTest, AnomalousStreamIsNotNamed) {
  const std::string one = stream_fixture("plain.xz");
  const Decoded two(format_by_id("xz"), one + one);
  Budget budget{Limits{.output_bytes = 1}};
  EXPECT_FALSE(format_by_id("xz").encoder(*two.tree, {.full = true}, budget).has_value());
}

}  // namespace
}  // namespace unrepro
