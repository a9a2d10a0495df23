#include "analyzer/quorum/reputation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

namespace unrepro::quorum {
namespace {

constexpr double kDecay = 0.99;
constexpr std::uint64_t kIdle = 30 * 86'400;  // seconds
constexpr double kRingerWeight = 5;
constexpr double kQuantile = 0.05;

void decay(Reputation& record, double times) {
  const double factor = std::pow(kDecay, times);
  record.good *= factor;
  record.bad *= factor;
}

// Times may be any: their difference fits an unsigned number only.
double idle_months(std::int64_t from, std::int64_t to) {
  const auto seconds = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  return to > from ? static_cast<double>(seconds / kIdle) : 0;
}

// The regularised incomplete beta function I_x(a, b), by Lentz's evaluation of its continued fraction (DLMF
// 8.17.22).
double incomplete_beta(double a, double b, double x) {
  if (x > (a + 1) / (a + b + 2)) return 1 - incomplete_beta(b, a, 1 - x);
  constexpr double kTiny = 1e-300;
  const auto away_from_zero = [](double value) { return std::fabs(value) < kTiny ? kTiny : value; };
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), sum = d;
  for (int m = 1; m <= 1000; ++m) {
    const auto step = [&](double numerator) {
      d = 1 / away_from_zero(1 + numerator * d);
      c = away_from_zero(1 + numerator / c);
      sum *= c * d;
    };
    step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (std::fabs(c * d - 1) < 1e-15) break;
  }
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  return front * sum / a;
}

Ppb to_ppb(double probability) {
  return static_cast<Ppb>(std::clamp(probability, 0.0, 1.0) * static_cast<double>(kCertain));
}

double to_double(Ppb probability) { return static_cast<double>(probability) / static_cast<double>(kCertain); }

}  // namespace

Ppb Reputation::lower_bound() const {
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (incomplete_beta(good + 1, bad + 1, middle) < kQuantile ? low : high) = middle;
  }
  return to_ppb(low);
}

Reputation reputation(const std::vector<Event>& events, const std::string& operator_id, std::int64_t now) {
  std::vector<std::tuple<std::int64_t, EventKind>> own;
  for (const Event& event : events) {
    if (event.operator_id == operator_id) own.emplace_back(event.at, event.kind);
  }
  std::sort(own.begin(), own.end());
  Reputation record;
  std::int64_t last = own.empty() ? now : std::get<0>(own.front());
  for (const auto& [at, kind] : own) {
    decay(record, 1 + idle_months(last, at));
    last = at;
    switch (kind) {
      case EventKind::audit_passed:
        record.good += 1;
        break;
      case EventKind::flake:
        record.bad += 1;
        break;
      case EventKind::ringer_failed:
        record.bad += kRingerWeight;
        break;
      case EventKind::arbitration_lost:
        record.bad += 1;
        ++record.arbitrations_lost;
        break;
      case EventKind::convicted:
        record.convicted = true;
        break;
    }
  }
  decay(record, idle_months(last, now));
  return record;
}

double credibility(const Reputation& record, Ppb assumed_malicious) {
  const double f = to_double(assumed_malicious);
  if (f >= 1) return 0;
  double value = 1 - f;
  if (record.good >= 1) value = std::max(value, 1 - f / ((1 - f) * record.good * std::numbers::e));
  if (record.bad > 0) value = std::min(value, to_double(record.lower_bound()));
  return value;
}

Ppb group_credibility(const std::vector<std::vector<double>>& groups) {
  if (groups.empty() || groups.front().empty()) return 0;
  // P(group i good) · Π P(others bad), as a share of all cases in which at most one group is good.
  std::vector<double> good, bad;
  for (const std::vector<double>& group : groups) {
    double all_good = group.empty() ? 0 : 1, all_bad = 1;
    for (const double each : group) {
      all_good *= each;
      all_bad *= 1 - each;
    }
    good.push_back(all_good);
    bad.push_back(all_bad);
  }
  double first = 0, total = 1;
  for (const double each : bad) total *= each;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    double alone = good[i];
    for (std::size_t j = 0; j < groups.size(); ++j) alone *= i == j ? 1 : bad[j];
    total += alone;
    if (i == 0) first = alone;
  }
  return total > 0 ? to_ppb(first / total) : 0;
}

Ppb audit_rate(const Policy& policy, const Reputation& record) {
  const double unreliable = 1 - to_double(record.lower_bound());
  return std::max(policy.audit_floor, to_ppb(to_double(policy.audit_rate) * unreliable));
}

}  // namespace unrepro::quorum
