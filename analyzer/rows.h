#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analyzer/pair.h"

namespace unrepro {

// Compares two leaves of Encoding::rows by what their rows say, in sequence; appends one copy of `whole` for
// each row that differs, is missing or stands elsewhere. Rows of equal bytes that say something else are
// stale. Rows beyond a fixed number are one difference of the whole leaf that nothing can explain. True when
// anything differs.
bool compare_rows(const Opened& left, FieldId l, const Opened& right, FieldId r, const Item& whole,
                  std::vector<Item>& out);

// The same with what rows of the left side that name places (Row::places) would say on the right side.
using RowTranslation = std::function<void(std::string& value)>;
void compare_moved_rows(const Opened& left, FieldId l, const Opened& right, FieldId r, const Item& whole,
                        const RowTranslation& translation, std::vector<Item>& out);

}  // namespace unrepro
