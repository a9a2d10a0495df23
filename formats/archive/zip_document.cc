#include "formats/archive/zip_document.h"

#include <algorithm>

namespace unrepro {
namespace {

// The first member says what the archive is, or what it holds.
bool is_document(Bytes archive) {
  constexpr std::size_t kName = 30, kExtraLength = 28;
  const std::string_view text = as_text(archive);
  if (text.size() < kName) return false;
  const std::string_view rest = text.substr(kName);
  if (rest.starts_with("[Content_Types].xml")) return true;
  constexpr std::string_view kType = "mimetype";
  if (!rest.starts_with(kType)) return false;
  const std::size_t extra = archive[kExtraLength] + 256u * archive[kExtraLength + 1];
  const std::string_view type = rest.substr(std::min(rest.size(), kType.size() + extra));
  return type.starts_with("application/epub+zip") || type.starts_with("application/vnd.oasis.opendocument.");
}

}  // namespace

bool is_document_metadata(Bytes archive, std::string_view member) {
  const bool metadata = member == "meta.xml" || member == "docProps/core.xml" ||
                        member == "docProps/app.xml" || member.ends_with(".opf") || member.ends_with(".ncx");
  return metadata && is_document(archive);
}

}  // namespace unrepro
