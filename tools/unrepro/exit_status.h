#pragma once

#include "analyzer/quorum/decision.h"
#include "rules/verdict.h"
#include "tools/unrepro/cli.h"

namespace unrepro::tool {

inline constexpr int kTrouble = 2;

// Exit status of `diff` (design section 3): 0 identical or accepted, 1 not accepted, 3 incomplete. An
// incomplete comparison is never accepted.
constexpr int exit_status(Verdict verdict, Accept accept) {
  switch (verdict) {
    case Verdict::identical:
      return 0;
    case Verdict::equivalent:
      return accept == Accept::identical ? 1 : 0;
    case Verdict::explained:
      return accept == Accept::explained ? 0 : 1;
    case Verdict::incomplete:
      return 3;
    case Verdict::divergent:
      return 1;
  }
  return kTrouble;
}

// Exit status of `quorum decide` (design section 3): 0 released, 1 held because results differ, 3 not
// decided.
constexpr int exit_status(quorum::State state) {
  switch (state) {
    case quorum::State::agreed:
    case quorum::State::agreed_equivalent:
    case quorum::State::confirmed:
      return 0;
    case quorum::State::disputed:
    case quorum::State::rejected:
    case quorum::State::unreproducible:
    case quorum::State::revoked:
    case quorum::State::superseded:
      return 1;
    case quorum::State::pending:
    case quorum::State::inputs_differ:
    case quorum::State::insufficient:
    case quorum::State::escalated:
    case quorum::State::auditing:
      return 3;
  }
  return kTrouble;
}

}  // namespace unrepro::tool
