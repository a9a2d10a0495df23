#pragma once

#include <filesystem>

#include "formats/base.h"
#include "rules/difference.h"

namespace unrepro {

// Reads what is known of a build from a file:
// - a Debian .buildinfo (deb-buildinfo(5)) and SLSA provenance v1 (slsa.dev/spec/v1.0/provenance; the
// statement
//   or its DSSE envelope, whose signature is not checked here): the builder's own words, not trusted;
// - TOML with the names of Record, nested tables joined by '.': what the job itself fixed, trusted.
// Errors: io, and unsupported when it is none of these.
Result<Record> read_record(const std::filesystem::path& path);

}  // namespace unrepro
