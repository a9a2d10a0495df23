#include "formats/text/text.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kText = {
    .id = "text",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
