#pragma once

// The id of the format this program fuzzes.
extern const char* const kFuzzFormat;
