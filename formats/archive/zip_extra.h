#pragma once
// Extra fields of zip headers (APPNOTE 4.5 and 4.6; Info-ZIP's proginfo/extrafld.txt). Private to the zip
// decoder.

#include <optional>
#include <string>

#include "formats/archive/zip_records.h"
#include "formats/tree_builder.h"

namespace unrepro {

// What the extra fields of a header say about its member.
struct ZipExtraFacts {
  FieldId instant = kNoField;  // the field that states the time of modification with a zone
  std::optional<std::string> uid, gid;
};

// Claims the extra area of a header. `local` is null for a local header; for a central one, the local header
// that it restates: fields that say the same again are derived. Ambiguities are anomalies.
ZipExtraFacts emit_zip_extra(TreeBuilder& tree, const ZipHeader& header, const ZipHeader* local);

// Whether the header at the front of the archive has the empty field 0xcafe, by which java.util.jar marks an
// archive: a fact about the archive, whichever member comes first.
bool has_jar_marker(const ZipHeader& first);

// Whether a name or comment of this header is the same text in every encoding that readers assume.
bool zip_text_is_unambiguous(const ZipHeader& header, Bytes text);

}  // namespace unrepro
