#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 5> kCauses = {{
    {.id = "derived-digest",
     .family = "derived",
     .title = "checksum, digest or size of changed content",
     .meaning = "A value was computed from content that itself differs.",
     .evidence = "Recomputed on each side from that side's own bytes, it matches on both.",
     .remedy = "",
     .risk = "None when recomputed on both sides."},
    {.id = "derived-build-id",
     .family = "derived",
     .title = "build-id of a changed program",
     .meaning = "The linker computed an identifier from the program's content, and the content differs.",
     .evidence = "Recomputed on each side by the linker's recipe. After stripping, the original content may "
                 "be gone; then it stays unverified.",
     .remedy = "",
     .risk = "160 bits when it cannot be recomputed; debuggers look up files by it."},
    {.id = "derived-compressed-stream",
     .family = "derived",
     .title = "compressed form of changed content",
     .meaning = "The bytes differ because what they encode differs.",
     .evidence = "The decoded content is compared instead. The stream itself is verified when the same "
                 "encoder reproduces it.",
     .remedy = "",
     .risk = "The freedom of an encoder, unless the stream is reproduced."},
    {.id = "derived-layout",
     .family = "derived",
     .title = "offsets and sizes that moved",
     .meaning = "Something changed its length, so what follows it moved and references to it changed.",
     .evidence = "Every offset, size and reference is predicted from the change that caused it.",
     .remedy = "",
     .risk = "None when every byte is predicted; padding and displacements must be predicted too."},
    {.id = "derived-name",
     .family = "derived",
     .title = "name made from changed content",
     .meaning = "A file or symbol is named after a hash or a date that itself differs.",
     .evidence = "The name is recomputed from the content on each side, and all references use the new name.",
     .remedy = "",
     .risk = "None when recomputed; a dangling or redirected reference is behaviour."},
}};

}  // namespace

std::span<const CauseInfo> derived_causes() { return kCauses; }

}  // namespace unrepro
