#pragma once
// The subcommands. Each prints what it has to say and returns the exit status.

#include "tools/unrepro/cli.h"

namespace unrepro::tool {

int run_diff(const CommandLine& line);
int run_show(const CommandLine& line);
int run_explain(const CommandLine& line);
int run_check(const CommandLine& line);
int run_rules(const CommandLine& line);
int run_quorum_decide(const CommandLine& line);
int run_quorum_sign(const CommandLine& line);
int run_quorum_verify(const CommandLine& line);
int run_quorum_simulate(const CommandLine& line);
int run_quorum_replay(const CommandLine& line);

}  // namespace unrepro::tool
