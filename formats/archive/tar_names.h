#pragma once
// How writers of tar archives spell names that do not fit, and how they name the headers that carry the long
// ones. Private to the tar decoder.

#include <optional>
#include <string>
#include <string_view>

namespace unrepro {

// The key of a member: its path without leading "./" and trailing "/"; "." for the top directory.
std::string_view member_key(std::string_view path);

// True when a fixed field of `room` bytes may spell `full` as `reduced`, given that `used` bytes of the room
// are taken by something else: it is the same text; or the text with non-ASCII characters dropped or replaced
// by '?' or '_'; or, only if that does not fit, its front cut to the room, or (with_directories) some leading
// directories and the front of the base name, as libarchive does.
bool is_reduced_form(std::string_view full, std::string_view reduced, std::size_t room, std::size_t used = 0,
                     bool with_directories = false);

// What the name of an auxiliary header says: nothing beyond a form that a known program gives it and the path
// of the member it belongs to, and in some forms the process id of the writer.
struct AuxiliaryName {
  bool known = false;
  std::optional<std::string> pid;
};
// For pax headers of type x: "DIR/PaxHeaders/BASE", "DIR/PaxHeaders.PID/BASE", "DIR/PaxHeader/BASE",
// "././@PaxHeader", "PaxHeader". `path` is the effective path of the member.
AuxiliaryName parse_pax_name(std::string_view name, std::string_view path);
// For pax headers of type g: "TMPDIR/GlobalHead.PID.N", "TMPDIR/GlobalHead.N", "pax_global_header".
AuxiliaryName parse_global_name(std::string_view name);
// For sparse files in pax archives: "DIR/GNUSparseFile.PID/BASE".
AuxiliaryName parse_sparse_name(std::string_view name, std::string_view path);

}  // namespace unrepro
