#include "rules/rule.h"

#include <algorithm>
#include <array>

#include "formats/value.h"

namespace unrepro {

std::span<const Rule* const> rules() {
  static const std::array<const Rule*, 30> kRules = {
      &zone_rule(),
      &encoding_rule(),
      &file_time_rule(),
      &pid_rule(),
      &inode_rule(),
      &dialect_rule(),
      &archive_ownership_rule(),
      &umask_rule(),
      &member_order_rule(),
      &build_counter_rule(),
      &pattern_rule(),
      &stamp_rule(),
      &host_rule(),
      &path_rule(),
      &token_rule(),
      &boilerplate_rule(),
      &renamed_id_rule(),
      &feature_rule(),
      &text_order_rule(),
      &text_form_rule(),
      &build_id_rule(),
      &layout_rule(),
      &producer_rule(),
      &temporary_file_rule(),
      &compiler_rule(),
      &debug_rule(),
      &detached_rule(),
      &slot_lead_rule(),
      &format_version_rule(),
      &code_lead_rule(),
  };
  return kRules;
}

std::string_view value_of(const Side& side) {
  return side.row != nullptr ? std::string_view(*side.row) : side.tree->text(side.field);
}

bool is_owner(Kind kind) {
  return kind == Kind::uid || kind == Kind::gid || kind == Kind::user_name || kind == Kind::group_name;
}

bool has_special_bits(Bytes mode) {
  const auto number = decode_number(Encoding::octal, mode).number;
  return !number || (number->value & 07000) != 0;
}

std::string_view Record::value(std::string_view name) const {
  const auto at = values.find(name);
  return at == values.end() ? std::string_view() : std::string_view(at->second);
}

void Support::add(const Hypothesis& hypothesis) {
  if (!hypothesis.parameter.empty()) ++parameters_[hypothesis.parameter];
  if (hypothesis.delta) deltas_.push_back(*hypothesis.delta);
}

void Support::finish() { std::sort(deltas_.begin(), deltas_.end()); }

std::uint64_t Support::of(const std::string& parameter) const {
  const auto at = parameters_.find(parameter);
  return at == parameters_.end() ? 0 : at->second;
}

std::uint64_t Support::of_clock(std::int64_t delta) const {
  constexpr std::int64_t kDay = 86'400;
  return static_cast<std::uint64_t>(std::upper_bound(deltas_.begin(), deltas_.end(), delta + kDay) -
                                    std::lower_bound(deltas_.begin(), deltas_.end(), delta - kDay));
}

void Relation::add(std::string_view left, std::string_view right) {
  auto [at, fresh] = pairs_.try_emplace({std::string(left), std::string(right)}, 0);
  ++at->second;
  if (!fresh) return;
  if (!forward_.try_emplace(std::string(left), right).second) functional_ = false;
  if (!backward_.try_emplace(std::string(right), left).second) injective_ = false;
}

}  // namespace unrepro
