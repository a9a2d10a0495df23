#pragma once

#include <vector>

#include "analyzer/pair.h"

namespace unrepro {

// Splits the difference of two leaves into its differing spans: lines and tokens of text, runs of opaque
// bytes, one trimmed span of short fields. Appends one item per span to `out`; beyond 64 spans the last item
// stands for the rest, with exact totals.
void split_leaf(const Opened& left, FieldId left_field, const Opened& right, FieldId right_field, Item item,
                std::vector<Item>& out);

}  // namespace unrepro
