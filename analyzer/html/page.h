#pragma once

#include <string_view>

namespace unrepro {

// The style and the script of HTML reports, put into the program when it was built (embed.cmake).
std::string_view page_css();
std::string_view page_js();

}  // namespace unrepro
