#pragma once

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

}  // namespace unrepro::tool
