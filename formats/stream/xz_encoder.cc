#include "formats/stream/xz_encoder.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "formats/stream/lzma_stream.h"

namespace unrepro {
namespace {

struct Settings {
  std::uint32_t preset;
  lzma_check check;
  bool threaded;  // blocks of bounded size with their sizes in the block header
};

bool start(LzmaStream& encoder, const Settings& settings) {
  if (!settings.threaded) return lzma_easy_encoder(encoder.get(), settings.preset, settings.check) == LZMA_OK;
  // The number of threads does not change the output.
  lzma_mt options{};
  options.threads = 1;
  options.preset = settings.preset;
  options.check = settings.check;
  return lzma_stream_encoder_mt(encoder.get(), &options) == LZMA_OK;
}

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

std::optional<EncoderMatch> identify_xz_encoder(const Tree& tree, EncoderSearch search, Budget& budget) {
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
                LzmaStream encoder;
                Follower follower(data);
                if (!encoder.start_raw_encoder(LZMA_FILTER_LZMA2, settings.preset))
                  return PrefixMatch::refuted;
                encoder.follow(plain, false, follower);
                return follower.prefix_match();
              },
          .variants = {{name_of(settings),
                        [settings, expected, plain = stream->plain] {
                          LzmaStream encoder;
                          Follower follower(expected);
                          if (!start(encoder, settings)) return false;
                          return encoder.follow(plain, true, follower) && follower.complete();
                        }}},
      });
    }
  }
  return find_encoder(candidates, stream->plain.size(), search, budget);
}

}  // namespace unrepro
