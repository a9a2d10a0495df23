#include "formats/debian/control.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kDebControl = {
    .id = "deb-control",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
