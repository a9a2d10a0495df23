#pragma once
// Phrases that several forms of a report share.

#include <cstdint>
#include <string>
#include <string_view>

#include "analyzer/report.h"

namespace unrepro {

// "1 file", "2 files".
std::string counted(std::uint64_t count, std::string_view noun);
// "11.8" or "unbounded".
std::string bits(const Capacity& capacity);
std::string upper(std::string_view text);
// "DIVERGENT (known)".
std::string headline(const Report& report);
// A location without the artifact's own name, which the head of a report gives. Printable.
std::string place(const std::string& location);
// The members of a location below the artifact, "" for the artifact itself. Printable.
std::string member_place(const std::string& location);
// "left → right", with (absent) for a side that has none; empty without either. Printable.
std::string values_line(const Finding& finding);
// One line for a machine's list of problems: what, where, values, note, fix. Printable.
std::string finding_message(const Finding& finding);
// The cause's title; its id when it has none.
std::string cause_title(const std::string& cause);

// Gives each finding an identity that survives another build and another version of the artifact: hexadecimal
// SHA-256 over cause, place below the artifact, and a count where both occur again.
class Fingerprints {
 public:
  std::string next(const Finding& finding);

 private:
  std::map<std::string, std::uint64_t> seen_;
};

}  // namespace unrepro
