#include "formats/debian/deb822.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kDeb822 = {
    .id = "deb822",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
