#include "formats/archive/tar.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kTar = {
    .id = "tar",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
