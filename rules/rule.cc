#include "rules/rule.h"

#include <array>

namespace unrepro {

std::span<const Rule* const> rules() {
  static const std::array<const Rule*, 9> kRules = {
      &file_time_rule(),         &pid_rule(),   &inode_rule(),        &encoding_rule(),      &dialect_rule(),
      &archive_ownership_rule(), &umask_rule(), &member_order_rule(), &build_counter_rule(),
  };
  return kRules;
}

void Relation::add(std::string_view left, std::string_view right) {
  auto [at, fresh] = pairs_.try_emplace({std::string(left), std::string(right)}, 0);
  ++at->second;
  if (!fresh) return;
  if (!forward_.try_emplace(std::string(left), right).second) functional_ = false;
  if (!backward_.try_emplace(std::string(right), left).second) injective_ = false;
}

}  // namespace unrepro
