#include "formats/elf/known.h"

#include <algorithm>
#include <iterator>

namespace unrepro::elf {

bool is_known_section(std::string_view name) {
  static constexpr std::string_view kNames[] = {".init",
                                                ".fini",
                                                ".plt",
                                                ".plt.got",
                                                ".plt.sec",
                                                ".text",
                                                ".rodata",
                                                ".data",
                                                ".data.rel.ro",
                                                ".bss",
                                                ".got",
                                                ".got.plt",
                                                ".dynamic",
                                                ".tdata",
                                                ".tbss",
                                                ".tm_clone_table",
                                                ".dynsym",
                                                ".rela.dyn",
                                                ".rela.plt",
                                                ".relr.dyn",
                                                ".eh_frame",
                                                ".eh_frame_hdr",
                                                ".gcc_except_table",
                                                ".init_array",
                                                ".fini_array",
                                                ".preinit_array",
                                                ".gnu.hash",
                                                ".hash",
                                                ".gnu.version",
                                                ".bss.rel.ro",
                                                ".dynstr",
                                                ".gnu.version_r",
                                                ".gnu.version_d",
                                                ".data1",
                                                ".rodata1",
                                                ".iplt",
                                                ".rela.iplt",
                                                ".igot.plt",
                                                "__libc_freeres_fn",
                                                "__libc_freeres_ptrs",
                                                "__libc_subfreeres",
                                                "__libc_IO_vtables",
                                                "__libc_atexit"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_known_object_section(std::string_view name) {
  static constexpr std::string_view kPrefixes[] = {".text.",       ".rodata.",     ".data.",
                                                   ".bss.",        ".tdata.",      ".tbss.",
                                                   ".init_array.", ".fini_array.", ".gcc_except_table."};
  return is_known_section(name) ||
         std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_address_tag(std::uint64_t tag) {
  static constexpr std::uint64_t kTags[] = {
      3,  4,  5,  6,          7,          12,         13,         17,         23,        25,
      26, 32, 36, 0x6ffffef5, 0x6ffffef6, 0x6ffffef7, 0x6ffffff0, 0x6ffffffc, 0x6ffffffe};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

RelocationRole relocation_role(std::uint16_t machine, std::uint32_t type) {
  if (machine == kEmX86_64) {
    switch (type) {
      case 8:
        return RelocationRole::address;
      case 37:
        return RelocationRole::resolver;
      case 7:
        return RelocationRole::stub;
      case 1:
      case 6:
      case 16:
      case 17:
      case 18:
      case 36:  // 64, GLOB_DAT, DTPMOD64, DTPOFF64, TPOFF64, TLSDESC
        return RelocationRole::symbol;
      case 5:
        return RelocationRole::copy;
      default:
        return RelocationRole::unknown;
    }
  }
  if (machine != kEmAarch64) return RelocationRole::unknown;
  switch (type) {
    case 1027:
      return RelocationRole::address;
    case 1032:
      return RelocationRole::resolver;
    case 1026:
      return RelocationRole::stub;
    case 257:
    case 1025:
    case 1028:
    case 1029:
    case 1030:
    case 1031:  // ABS64, GLOB_DAT, TLS_DTPMOD64, TLS_DTPREL64, TLS_TPREL64, TLSDESC
      return RelocationRole::symbol;
    case 1024:
      return RelocationRole::copy;
    default:
      return RelocationRole::unknown;
  }
}

bool never_returns(std::string_view symbol) {
  static constexpr std::string_view kNames[] = {
      "__assert_fail", "__chk_fail",       "__cxa_rethrow",  "__cxa_throw",
      "__longjmp_chk", "__stack_chk_fail", "_Unwind_Resume", "_ZSt9terminatev",
      "_exit",         "_longjmp",         "abort",          "exit",
      "longjmp",       "pthread_exit",     "quick_exit",     "siglongjmp"};
  symbol = symbol.substr(0, symbol.find('@'));
  return std::find(std::begin(kNames), std::end(kNames), symbol) != std::end(kNames);
}

}  // namespace unrepro::elf
