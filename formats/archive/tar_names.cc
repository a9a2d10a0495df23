#include "formats/archive/tar_names.h"

#include <algorithm>
#include <vector>

namespace unrepro {
namespace {

constexpr std::size_t kNameRoom = 100;
constexpr std::size_t kPrefixRoom = 155;

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_pid(std::string_view text) {
  return is_digits(text) && text.size() <= 7 && (text.size() == 1 || text[0] != '0');
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The text as given, and in every transliteration to ASCII that writers use.
std::vector<std::string> transliterations(std::string_view text) {
  std::vector<std::string> result{std::string(text)};
  if (std::all_of(text.begin(), text.end(), is_ascii)) return result;
  std::string dropped;
  for (const char c : text) {
    if (is_ascii(c)) dropped += c;
  }
  result.push_back(std::move(dropped));
  for (const char mark : {'?', '_'}) {
    std::string per_byte;
    std::string per_character;
    for (const char c : text) {
      per_byte += is_ascii(c) ? c : mark;
      if (is_ascii(c)) {
        per_character += c;
      } else if (!is_continuation(c)) {
        per_character += mark;
      }
    }
    result.push_back(std::move(per_byte));
    result.push_back(std::move(per_character));
  }
  return result;
}

std::string_view trim_slashes(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

// `reduced` is DIRECTORIES/FRONT where DIRECTORIES leads the directories of `full` and FRONT its base name.
bool keeps_front_of_both(std::string_view full, std::string_view reduced) {
  full = trim_slashes(full);
  reduced = trim_slashes(reduced);
  const std::size_t full_slash = full.rfind('/');
  const std::size_t slash = reduced.rfind('/');
  const std::string_view base = full_slash == std::string_view::npos ? full : full.substr(full_slash + 1);
  const std::string_view front = slash == std::string_view::npos ? reduced : reduced.substr(slash + 1);
  if (front.empty() || !base.starts_with(front)) return false;
  if (slash == std::string_view::npos) return true;
  if (full_slash == std::string_view::npos) return false;
  const std::string_view directory = full.substr(0, full_slash);
  const std::string_view kept = reduced.substr(0, slash);
  const bool whole = directory.size() <= kept.size() || directory[kept.size()] == '/';
  // Archive::Tar cuts the directories of its prefix at the front.
  if (kept.size() == kPrefixRoom && directory.ends_with(kept)) return true;
  return directory.starts_with(kept) && (whole || kept.size() == kPrefixRoom);
}

std::string join(std::string_view directory, std::string_view base) {
  if (directory.empty()) return std::string(base);
  if (base.empty()) return std::string(directory);
  return std::string(directory).append("/").append(base);
}

struct Inserted {
  std::string_view component;
  std::string without;  // the name without that component
};
// Every path component that begins with `marker`, last first.
std::vector<Inserted> find_components(std::string_view name, std::string_view marker) {
  std::vector<Inserted> result;
  for (std::size_t at = name.rfind(marker); at != std::string_view::npos;) {
    if (at == 0 || name[at - 1] == '/') {
      const std::size_t end = std::min(name.find('/', at), name.size());
      const std::string_view directory = at == 0 ? std::string_view{} : name.substr(0, at - 1);
      result.push_back(
          {name.substr(at, end - at), join(directory, name.substr(std::min(end + 1, name.size())))});
    }
    at = at == 0 ? std::string_view::npos : name.rfind(marker, at - 1);
  }
  return result;
}

bool names_member(const Inserted& inserted, std::string_view path) {
  const std::string_view wanted = member_key(path);
  const std::string_view found = member_key(inserted.without);
  // libarchive's names for paths without a last component.
  if (wanted == "." && (found == "currentdir" || found == ".")) return true;
  const std::size_t stripped = inserted.without.size() - found.size();
  return is_reduced_form(wanted, found, kNameRoom, inserted.component.size() + 1 + stripped, true);
}

}  // namespace

std::string_view member_key(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  const std::string_view trimmed = trim_slashes(path);
  if (!trimmed.empty()) return trimmed;
  return path.empty() ? "." : "/";
}

bool is_reduced_form(std::string_view full, std::string_view reduced, std::size_t room, std::size_t used,
                     bool with_directories) {
  if (trim_slashes(full) == trim_slashes(reduced)) return true;
  for (const std::string& text : transliterations(full)) {
    if (trim_slashes(text) == trim_slashes(reduced)) return true;
    if (text.size() + used < room) continue;
    const std::string_view cut = std::string_view(text).substr(0, room > used ? room - used : 0);
    if (cut == reduced || trim_slashes(cut) == reduced) return true;
    if (!cut.empty() && cut.substr(0, cut.size() - 1) == reduced) return true;  // room kept for a NUL
    if (with_directories && keeps_front_of_both(text, reduced)) return true;
  }
  return false;
}

AuxiliaryName parse_pax_name(std::string_view name, std::string_view path) {
  if (name == "././@PaxHeader" || name == "PaxHeader") return {.known = true};
  for (const Inserted& inserted : find_components(name, "PaxHeader")) {
    const std::string_view component = inserted.component;
    constexpr std::string_view kWithPid = "PaxHeaders.";
    if (!names_member(inserted, path)) continue;
    if (component == "PaxHeader" || component == "PaxHeaders" || component == "PaxHeaders.X") {
      return {.known = true};
    }
    if (component.starts_with(kWithPid) && is_pid(component.substr(kWithPid.size()))) {
      return {.known = true, .pid = std::string(component.substr(kWithPid.size()))};
    }
  }
  // Cut before or inside the inserted component.
  if (name.size() < kNameRoom - 1) return {};
  for (const std::string& text : transliterations(member_key(path))) {
    const std::string_view rest = member_key(name);
    const auto differs = std::mismatch(rest.begin(), rest.end(), text.begin(), text.end()).first;
    const auto same = static_cast<std::size_t>(differs - rest.begin());
    std::string_view cut = rest.substr(same);
    if (same == text.size() && cut.starts_with('/')) cut.remove_prefix(1);
    if (std::string_view("PaxHeaders").starts_with(cut)) return {.known = true};
  }
  return {};
}

AuxiliaryName parse_global_name(std::string_view name) {
  if (name == "pax_global_header") return {.known = true};
  constexpr std::string_view kTemporary = "/tmp/";
  constexpr std::string_view kHead = "GlobalHead.";
  if (name.starts_with(kTemporary)) name.remove_prefix(kTemporary.size());
  if (!name.starts_with(kHead)) return {};
  name.remove_prefix(kHead.size());
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return {.known = is_pid(name)};
  if (!is_pid(name.substr(0, dot)) || !is_pid(name.substr(dot + 1))) return {};
  return {.known = true, .pid = std::string(name.substr(0, dot))};
}

AuxiliaryName parse_sparse_name(std::string_view name, std::string_view path) {
  constexpr std::string_view kMarker = "GNUSparseFile.";
  for (const Inserted& inserted : find_components(name, kMarker)) {
    const std::string_view pid = inserted.component.substr(kMarker.size());
    if (names_member(inserted, path) && is_pid(pid)) return {.known = true, .pid = std::string(pid)};
  }
  return {};
}

}  // namespace unrepro
