#pragma once
// Members of a zip archive that have to stand in front. Private to the zip decoder.

#include <optional>
#include <string>
#include <string_view>

#include "formats/ascii.h"

namespace unrepro {

// Members that readers only find at the front: the manifest and signatures of a jar (java.util.jar
// JarInputStream and JarVerifier), the type of an OpenDocument or EPUB file (ODF 1.3 part 2, 3.3; OCF 3.3,
// 4.3).
class ZipFront {
 public:
  // In archive order. Empty for members that may stand anywhere; else whether it stands where it has to.
  std::optional<bool> place(std::string_view path) {
    const std::size_t index = index_++;
    const std::string name = ascii::lower(path);
    if (name == "mimetype") return index == 0;
    const bool directory = name == "meta-inf/";
    const bool manifest = name == "meta-inf/manifest.mf";
    const bool signature = is_signature(name);
    const bool leads = front_ && (!manifest || index == 0 || (index == 1 && directory_));
    directory_ = directory && index == 0;
    front_ = front_ && (directory || manifest || signature || name == "meta-inf/index.list");
    if (manifest || signature) return leads;
    return std::nullopt;
  }

 private:
  static bool is_signature(std::string_view name) {
    if (!name.starts_with("meta-inf/") || name.find('/', 9) != std::string_view::npos) return false;
    return name.ends_with(".sf") || name.ends_with(".rsa") || name.ends_with(".dsa") ||
           name.ends_with(".ec") || name.substr(9).starts_with("sig-");
  }
  std::size_t index_ = 0;
  bool front_ = true, directory_ = false;
};

}  // namespace unrepro
