#include "formats/archive/ar.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kAr = {
    .id = "ar",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
