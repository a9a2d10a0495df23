#pragma once

#include "formats/format.h"

namespace unrepro {

// Portable Network Graphics (W3C Recommendation, Third Edition; ISO/IEC 15948). A list of chunks, each with
// its type, content and CRC: of text chunks the text, of tIME the time, of all others the bytes.
extern const Format kPng;

}  // namespace unrepro
