#include "formats/stream/bzip2.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kBzip2 = {
    .id = "bzip2",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
