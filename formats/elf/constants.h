#pragma once
// Numbers of the System V gABI and its GNU extensions that decoding depends on.

#include <cstdint>

namespace unrepro::elf {

inline constexpr std::uint32_t kShtNull = 0, kShtProgbits = 1, kShtSymtab = 2, kShtStrtab = 3, kShtRela = 4,
                               kShtHash = 5, kShtDynamic = 6, kShtNote = 7, kShtNobits = 8, kShtRel = 9,
                               kShtDynsym = 11, kShtInitArray = 14, kShtFiniArray = 15, kShtPreinitArray = 16,
                               kShtGroup = 17, kShtSymtabShndx = 18, kShtRelr = 19, kShtGnuHash = 0x6ffffff6,
                               kShtGnuVerdef = 0x6ffffffd, kShtGnuVerneed = 0x6ffffffe,
                               kShtGnuVersym = 0x6fffffff;
inline constexpr std::uint64_t kShfWrite = 1, kShfAlloc = 2, kShfExec = 4, kShfMerge = 0x10,
                               kShfStrings = 0x20, kShfInfoLink = 0x40, kShfTls = 0x400,
                               kShfCompressed = 0x800;
inline constexpr std::uint16_t kEtDyn = 3;
inline constexpr std::uint32_t kPtLoad = 1, kPtDynamic = 2, kPtInterp = 3, kPtNote = 4,
                               kPtGnuRelro = 0x6474e552, kPtGnuSframe = 0x6474e554;
inline constexpr std::uint32_t kPfExec = 1, kPfWrite = 2;
inline constexpr unsigned kSttSection = 3, kSttFile = 4, kSttTls = 6;
inline constexpr std::uint16_t kShnXindex = 0xffff, kShnLoreserve = 0xff00;
inline constexpr std::uint16_t kEmMips = 8;

}  // namespace unrepro::elf
