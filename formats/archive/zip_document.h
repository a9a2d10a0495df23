#pragma once

#include <string_view>

#include "formats/base.h"

namespace unrepro {

// Whether the archive is an EPUB, OpenDocument or Office Open XML document and the member says when and by
// whom it was written, which no reader acts on (OCF 3.3, section 4.3; OpenDocument 1.3 part 2, section 3.3;
// ECMA-376 part 2).
bool is_document_metadata(Bytes archive, std::string_view member);

}  // namespace unrepro
