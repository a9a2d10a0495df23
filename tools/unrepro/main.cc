#include <chrono>
#include <exception>
#include <string_view>

#include "tools/check/variation.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/output.h"
#include "tools/unrepro/signals.h"

namespace unrepro::tool {
namespace {

int run(const CommandLine& line) {
  switch (line.action) {
    case Action::diff:
      return run_diff(line);
    case Action::show:
      return run_show(line);
    case Action::explain:
      return run_explain(line);
    case Action::rules:
      return run_rules(line);
    case Action::quorum_decide:
      return run_quorum_decide(line);
    case Action::quorum_sign:
      return run_quorum_sign(line);
    case Action::quorum_verify:
      return run_quorum_verify(line);
    case Action::quorum_simulate:
      return run_quorum_simulate(line);
    case Action::quorum_replay:
      return run_quorum_replay(line);
    case Action::check:
      return run_check(line);
    case Action::message:
      break;
  }
  if (line.status != 0) {
    print_error(line.message);
    return line.status;
  }
  const auto printed = print(line.message);
  return printed ? 0 : trouble(printed.error());
}

}  // namespace
}  // namespace unrepro::tool

int main(int argc, char** argv) {
  using namespace unrepro;
  // How `check` looks at what it varied, from inside of a build; for nobody else.
  if (argc == 3 && std::string_view(argv[1]) == "--canary")
    return tool::print(check::canary(argv[2])) ? 0 : 1;
  tool::install_signal_handlers();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  try {
    return tool::run(tool::parse_command_line({argv + (argc > 0 ? 1 : 0), argv + argc},
                                              std::chrono::duration_cast<std::chrono::seconds>(now).count()));
  } catch (const std::exception& error) {  // out of memory, or a library's failure
    return tool::trouble({Trouble::internal, error.what()});
  }
}
