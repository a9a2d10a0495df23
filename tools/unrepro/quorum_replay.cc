#include <optional>

#include "analyzer/printable.h"
#include "analyzer/quorum/replay_log.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/output.h"

namespace unrepro::tool {

int run_quorum_replay(const CommandLine& line) {
  std::optional<quorum::LogHead> expected;
  if (!line.head.empty()) {
    const auto head = quorum::parse_log_head(line.head);
    if (!head) return trouble(head.error());
    expected = *head;
  }
  auto output = Output::open("-");
  if (!output) return trouble(output.error());
  quorum::ReplaySink sink;
  if (line.print) sink = [&](std::string_view decision) { (*output)->write(decision); };
  const auto done = quorum::replay(line.results, expected ? &*expected : nullptr, sink);
  if (!done) {
    if (done.error().trouble != Trouble::unsupported) return trouble(done.error());
    print_error("unrepro: " + printable(line.results + ": " + done.error().message) + '\n');
    return 1;
  }
  const std::string summary = std::to_string(done->decisions) + " decisions, " +
                              std::to_string(done->different) + " came out otherwise\nhead " +
                              std::to_string(done->head.lines) + ' ' + done->head.last + '\n';
  if (!line.print) (*output)->write(summary);
  if (done->different > 0)
    print_error("unrepro: " + printable(line.results + ": " + done->first_different) + '\n');
  const auto printed = (*output)->commit();
  return !printed ? trouble(printed.error()) : done->different == 0 ? 0 : 1;
}

}  // namespace unrepro::tool
