#pragma once

#include <vector>

#include "analyzer/pair.h"

namespace unrepro {

// Splits the difference of two leaves into its differing spans: dates, paths, words and lines of text, runs
// of opaque bytes, one trimmed span of short fields. Appends one item per span to `out`. Beyond 64 spans of
// opaque bytes, and a few thousand of text, the last item stands for the rest, with exact totals.
void split_leaf(const Opened& left, FieldId left_field, const Opened& right, FieldId right_field, Item item,
                std::vector<Item>& out);

// The same for one string of a leaf of data on each side, spans in the leaves, as text.
void split_string(const Opened& left, FieldId left_field, const Span& left_span, const Opened& right,
                  FieldId right_field, const Span& right_span, const Item& whole, std::vector<Item>& out);

}  // namespace unrepro
