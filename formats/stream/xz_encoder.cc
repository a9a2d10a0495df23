#include "formats/stream/xz_encoder.h"

#include <lzma.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "formats/stream/encoder_search.h"
#include "formats/stream/stream.h"

namespace unrepro {
namespace {

struct Settings {
  std::uint32_t preset;
  lzma_check check;
  bool threaded;  // blocks of bounded size with their sizes in the block header
};

class Encoder {
 public:
  Encoder() = default;
  ~Encoder() { lzma_end(&stream_); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  bool start(const Settings& settings) {
    if (!settings.threaded) return lzma_easy_encoder(&stream_, settings.preset, settings.check) == LZMA_OK;
    // The number of threads does not change the output.
    lzma_mt options{};
    options.threads = 1;
    options.preset = settings.preset;
    options.check = settings.check;
    return lzma_stream_encoder_mt(&stream_, &options) == LZMA_OK;
  }
  // Only the LZMA2 data, without framing.
  bool start_raw(std::uint32_t preset) {
    lzma_options_lzma options;
    if (lzma_lzma_preset(&options, preset) != 0) return false;
    const std::array<lzma_filter, 2> filters = {lzma_filter{LZMA_FILTER_LZMA2, &options},
                                                lzma_filter{LZMA_VLI_UNKNOWN, nullptr}};
    return lzma_raw_encoder(&stream_, filters.data()) == LZMA_OK;
  }

  // Encodes `plain`, and ends the stream when `finish`. False when the output departs from what is expected.
  bool follow(Bytes plain, bool finish, Follower& follower) {
    OutputChunk chunk;
    for (std::uint64_t fed = 0;;) {
      if (stream_.avail_in == 0) {
        const std::uint64_t step = std::min<std::uint64_t>(kFeedStep, plain.size() - fed);
        stream_.next_in = plain.data() + fed;
        stream_.avail_in = step;
        fed += step;
      }
      const bool last = fed == plain.size();
      stream_.next_out = chunk.data();
      stream_.avail_out = OutputChunk::kSize;
      const lzma_ret status = lzma_code(&stream_, last && finish ? LZMA_FINISH : LZMA_RUN);
      if (!follower.accept(chunk.filled(OutputChunk::kSize - stream_.avail_out))) return false;
      if (status == LZMA_STREAM_END) return true;
      if (status != LZMA_OK) return false;
      if (!finish && ((last && stream_.avail_in == 0) || follower.enough())) return true;
    }
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

std::string name_of(const Settings& settings) {
  std::string name = "xz -" + std::to_string(settings.preset & LZMA_PRESET_LEVEL_MASK);
  if ((settings.preset & LZMA_PRESET_EXTREME) != 0) name += 'e';
  return name + " (liblzma " + lzma_version_string() + (settings.threaded ? ", threaded)" : ", one thread)");
}

// The dictionary size of a block whose only filter is LZMA2, or 0.
std::uint32_t dictionary_size(const Tree& tree, FieldId block_header) {
  const FieldId filters = tree.child(block_header, "filters");
  const FieldId first = filters == kNoField ? kNoField : tree.child(filters, "1");
  if (first == kNoField || tree[first].next != kNoField) return 0;
  const FieldId id = tree.child(first, "id");
  const FieldId properties = tree.child(first, "properties");
  if (id == kNoField || properties == kNoField) return 0;
  const Bytes id_bytes = tree.bytes(id);
  const Bytes bits = tree.bytes(properties);
  if (id_bytes.size() != 1 || id_bytes[0] != LZMA_FILTER_LZMA2 || bits.size() != 1 || bits[0] >= 40) return 0;
  return (2u | (bits[0] & 1u)) << (bits[0] / 2 + 11);
}

}  // namespace

std::optional<EncoderMatch> identify_xz_encoder(const Tree& tree, bool full, Budget& budget) {
  const auto stream = lone_stream(tree, "streams");
  if (!stream) return std::nullopt;
  const Bytes expected = tree.blob()->bytes();
  const auto check =
      static_cast<lzma_check>(tree.bytes(descend(tree, {"streams", "1", "header", "check_type"}))[0]);
  const FieldId block = descend(tree, {"streams", "1", "blocks", "1"});
  // A stream without blocks says nothing of its encoder; the one-thread default is the one to name.
  Bytes data;
  std::uint32_t dictionary = 0;
  bool threaded = false;
  if (block != kNoField) {
    const FieldId header = tree.child(block, "header");
    data = tree.bytes(tree.child(block, "compressed_data"));
    dictionary = dictionary_size(tree, header);
    threaded = tree.child(header, "uncompressed_size") != kNoField;
    if (dictionary == 0) return std::nullopt;
  }
  // The likely ones first: dpkg-deb and xz use 6, then 9.
  static constexpr std::array<std::uint32_t, 10> kLevels = {6, 9, 5, 8, 7, 4, 3, 2, 1, 0};
  std::vector<Candidate> candidates;
  for (const std::uint32_t flags : {0u, LZMA_PRESET_EXTREME}) {
    for (const std::uint32_t level : kLevels) {
      const Settings settings{level | flags, check, threaded};
      lzma_options_lzma options;
      if (lzma_lzma_preset(&options, settings.preset) != 0) continue;
      if (dictionary != 0 && options.dict_size != dictionary) continue;
      // Several blocks are encoded independently: a prefix must not reach into the second.
      const std::uint64_t block_size =
          std::max<std::uint64_t>(std::uint64_t{3} * options.dict_size, 1u << 20);
      const std::uint64_t prefix = std::min({kPrefixAtMost, block_size, std::uint64_t{stream->plain.size()}});
      candidates.push_back({
          .prefix =
              [settings, data, plain = stream->plain.first(prefix)] {
                Encoder encoder;
                Follower follower(data);
                if (!encoder.start_raw(settings.preset)) return PrefixMatch::refuted;
                encoder.follow(plain, false, follower);
                return follower.prefix_match();
              },
          .variants = {{name_of(settings),
                        [settings, expected, plain = stream->plain] {
                          Encoder encoder;
                          Follower follower(expected);
                          if (!encoder.start(settings)) return false;
                          return encoder.follow(plain, true, follower) && follower.complete();
                        }}},
      });
    }
  }
  return find_encoder(candidates, stream->plain.size(), full, budget);
}

}  // namespace unrepro
