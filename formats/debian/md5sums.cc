#include "formats/debian/md5sums.h"

#include "formats/tree_builder.h"

namespace unrepro {

const Format kMd5sums = {
    .id = "md5sums",
    .spec = "",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = nullptr,
};

}  // namespace unrepro
