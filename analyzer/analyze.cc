#include "analyzer/analyze.h"

namespace unrepro {

Result<Report> analyze(const std::filesystem::path&, const std::filesystem::path&, const Options&) {
  return fail(Trouble::internal, "not built yet");
}

}  // namespace unrepro
