#include "formats/stream/xz.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kXz = {
    .id = "xz",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
