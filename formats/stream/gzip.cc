#include "formats/stream/gzip.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kGzip = {
    .id = "gzip",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
