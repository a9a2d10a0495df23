#include "tests/fuzz/format_name.h"

const char* const kFuzzFormat = UNREPRO_FUZZ_FORMAT;
