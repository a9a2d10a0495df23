#pragma once

#include <span>
#include <string_view>

namespace unrepro {

struct BuiltInFile {
  std::string_view name, text;
};

// The files rules/patterns/*.toml, put into the program when it was built (embed.cmake).
std::span<const BuiltInFile> built_in_files();

}  // namespace unrepro
