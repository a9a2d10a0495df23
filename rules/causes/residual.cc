#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 6> kCauses = {{
    {.id = "source-difference",
     .family = "residual",
     .title = "the builds had different sources",
     .meaning = "The inputs differ: another commit, patch, archive or translation.",
     .evidence = "Digests of the sources, versions or change logs differ. Then nothing else in the "
                 "comparison can be relied on.",
     .remedy = "Compare the sources first, then rebuild both from the same ones. Debian: the checksums in "
               "the .dsc; otherwise the digests of the provenance.",
     .risk = "Unbounded."},
    {.id = "semantic-change",
     .family = "residual",
     .title = "change of behaviour without a cause",
     .meaning = "Something that decides what the consumer does differs, and no known source of "
                "nondeterminism accounts for it.",
     .evidence = "The field was understood (code, configuration, a permission, a dependency, a script), and "
                 "no cause fits.",
     .remedy = "",
     .risk = "Unbounded."},
    {.id = "structural-anomaly",
     .family = "residual",
     .title = "malformed or ambiguous container",
     .meaning = "The container can be read in two ways, or holds bytes that no reader should see: duplicate "
                "names, trailing bytes, contradicting headers.",
     .evidence = "The format's rules are broken at the given place, on the given side.",
     .remedy = "",
     .risk = "Unbounded: two readers may see two different contents."},
    {.id = "integrity-mismatch",
     .family = "residual",
     .title = "checksum, size or digest that is wrong",
     .meaning = "A value that should follow from other bytes of the same side does not.",
     .evidence = "Recomputed from that side's own bytes, the value differs from the one stored. Damage and "
                 "tampering look like this; ordinary nondeterminism does not.",
     .remedy = "",
     .risk = "Unbounded."},
    {.id = "stale-reference",
     .family = "residual",
     .title = "equal bytes that now mean something else",
     .meaning = "Bytes that are equal on both sides refer to something that moved or changed.",
     .evidence = "The stored reference is equal, but what it resolves to differs between the sides.",
     .remedy = "",
     .risk = "Unbounded: a call or a name may have been redirected."},
    {.id = "unexplained",
     .family = "residual",
     .title = "no cause found",
     .meaning = "The difference fits no known source of nondeterminism.",
     .evidence = "No rule's conditions hold.",
     .remedy = "",
     .risk = "Unbounded."},
}};

}  // namespace

std::span<const CauseInfo> residual_causes() { return kCauses; }

}  // namespace unrepro
