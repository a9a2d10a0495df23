// Decodes every ELF file, static library and zip below some directories: leaves have to tile each of them,
// and what ELF tables say has to be what libelf reads.
//
//   unrepro_machine DIRECTORY...
//
// Prints what disagrees and what is damaged, then counts; exit status 1 when anything disagrees.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "formats/archive/ar.h"
#include "formats/archive/zip.h"
#include "formats/elf/elf.h"
#include "formats/elf/elf_file.h"
#include "tests/formats/elf_oracle.h"

namespace unrepro::test {
namespace {

namespace fs = std::filesystem;

class Machine {
 public:
  void walk(const fs::path& root) {
    std::error_code error;
    const auto options = fs::directory_options::skip_permission_denied;
    for (auto at = fs::recursive_directory_iterator(root, options, error);
         at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (at->is_symlink(error)) continue;
      const std::string name = at->path().string();
      if (at->is_directory(error) && (name == "/proc" || name == "/sys" || name == "/dev")) {
        at.disable_recursion_pending();
      }
      // Hard links are one file.
      if (at->is_regular_file(error) &&
          (at->hard_link_count(error) == 1 || seen_.insert(fs::canonical(name)).second))
        file(name);
    }
  }

  int report() const {
    fmt::print(
        "{} ELF files, {} of them in static libraries: {} sections, {} segments, {} symbols, {} versions, "
        "{} dynamic entries, {} relocations, {} notes\n",
        elf_, in_libraries_, counts_.sections, counts_.segments, counts_.symbols, counts_.versions,
        counts_.dynamic, counts_.relocations, counts_.notes);
    fmt::print("{} static libraries, {} zips of {} members; {} of both damaged\n{} disagree\n", libraries_,
               zips_, members_, damaged_, wrong_);
    return wrong_ == 0 ? 0 : 1;
  }

 private:
  void disagree(const std::string& name, const std::string& what) {
    ++wrong_;
    fmt::print("{}: {}\n", name, what);
  }

  void file(const std::string& name) {
    std::ifstream in(name, std::ios::binary);
    std::string start(8, '\0');
    in.read(start.data(), 8);
    const bool elf = start.starts_with("\177ELF"), library = start == "!<arch>\n";
    if (!elf && !library && !start.starts_with("PK\3\4")) return;
    in.clear();
    in.seekg(0);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (elf) return object(name, bytes);
    Budget budget{Limits{.output_bytes = 64ull << 30}};
    const BlobRef blob = blob_from_string(bytes);
    const Format& format = library ? kAr : kZip;
    if (format.probe({blob->bytes(), Context{}}) == 0) return;
    const auto tree = format.decode(blob, {}, budget);
    if (!tree) return disagree(name, tree.error().message);
    if (const std::string hole = tree->check_tiling(); !hole.empty()) disagree(name, hole);
    if (!tree->anomalies.empty()) {
      ++damaged_;
      fmt::print("damaged: {}: {}\n", name, tree->anomalies.front().message);
    }
    ++(library ? libraries_ : zips_);
    for (const Payload& payload : tree->payloads) {
      if (!library) {
        ++members_;
      } else if (const auto content = tree->text(payload.field); content.starts_with("\177ELF")) {
        ++in_libraries_;
        object(name + "!" + payload.name, std::string(content));
      }
    }
  }

  void object(const std::string& name, const std::string& bytes) {
    if (!elf::File::is_elf(as_bytes(bytes))) return;
    ++elf_;
    const OracleCounts found = check_with_libelf(bytes);
    if (!found.mismatch.empty()) disagree(name, found.mismatch);
    counts_.sections += found.sections;
    counts_.segments += found.segments;
    counts_.symbols += found.symbols;
    counts_.versions += found.versions;
    counts_.dynamic += found.dynamic;
    counts_.relocations += found.relocations;
    counts_.notes += found.notes;
  }

  OracleCounts counts_;
  std::uint64_t elf_ = 0, in_libraries_ = 0, libraries_ = 0, zips_ = 0, members_ = 0, damaged_ = 0,
                wrong_ = 0;
  std::set<fs::path> seen_;
};

}  // namespace
}  // namespace unrepro::test

int main(int argc, char** argv) {
  unrepro::test::Machine machine;
  for (int i = 1; i < argc; ++i) machine.walk(argv[i]);
  return machine.report();
}
