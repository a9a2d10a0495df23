#include "formats/stream/zstd.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kZstd = {
    .id = "zstd",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
