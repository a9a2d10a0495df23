#include "formats/debian/deb.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kDeb = {
    .id = "deb",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
