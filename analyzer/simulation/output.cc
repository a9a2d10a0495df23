#include "analyzer/simulation/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "analyzer/evidence/json.h"

namespace unrepro::simulation {
namespace {

using evidence::Json;

std::string number(double value) { return fmt::format("{:.6g}", value); }

struct NamedRate {
  const char* name;
  Rate Cell::*rate;
};

constexpr NamedRate kRates[] = {
    {"accepted", &Cell::accepted}, {"accepted_of_attempts", &Cell::accepted_attempts},
    {"held", &Cell::held},         {"for_people", &Cell::for_people},
    {"detected", &Cell::detected}, {"falsely_accused", &Cell::falsely_accused},
};

// Names and values of what is no rate.
std::vector<std::pair<std::string, std::string>> plain_columns(const Cell& cell) {
  return {{"builds", std::to_string(cell.builds)},
          {"extra_builds", number(cell.extra())},
          {"trusted_builds", number(cell.builds == 0 ? 0
                                                     : static_cast<double>(cell.made_by_trusted) /
                                                           static_cast<double>(cell.builds))},
          {"released_before_detection", std::to_string(cell.released_before_detection)},
          {"expected_accepted", cell.expected ? number(*cell.expected) : ""}};
}

// Text in XML.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

constexpr double kPanelWidth = 280, kPanelHeight = 170, kLeft = 60, kTop = 50, kGap = 80;
constexpr double kSmallest = 1e-6;  // the lower end of logarithmic scales
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                    "#e69f00", "#56b4e9", "#000000"};

// Draws one curve after the other into a frame.
class Panel {
 public:
  Panel(double x, double y, bool logarithmic, double most_share)
      : x_(x), y_(y), logarithmic_(logarithmic), most_(most_share) {}

  std::string frame(std::string_view title) const {
    std::string out = fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#888\"/>"
        "<text x=\"{}\" y=\"{}\" font-weight=\"bold\">{}</text>\n",
        x_, y_, kPanelWidth, kPanelHeight, x_, y_ - 8, escaped(title));
    for (int i = 0; i <= (logarithmic_ ? 3 : 4); ++i) {
      const double value = logarithmic_ ? std::pow(10, -2 * i) : i / 4.0;
      const std::string label =
          logarithmic_ ? (i == 0 ? "1" : fmt::format("1e-{}", 2 * i)) : fmt::format("{}%", 25 * i);
      out += fmt::format(
          "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ddd\"/>"
          "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
          x_, x_ + kPanelWidth, at_y(value), at_y(value), x_ - 4, at_y(value) + 4, label);
    }
    return out;
  }
  std::string tick(double share) const {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.3g}%</text>\n", at_x(share),
                       y_ + kPanelHeight + 14, share * 100);
  }
  std::string curve(const std::vector<std::pair<double, const Rate*>>& points, const char* colour) const {
    std::string line, bars;
    for (const auto& [share, rate] : points) {
      const Interval interval = rate->interval();
      line += fmt::format("{:.1f},{:.1f} ", at_x(share), at_y(rate->value()));
      bars += fmt::format(
          "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\"/>"
          "<circle cx=\"{0:.1f}\" cy=\"{4:.1f}\" r=\"2.5\" fill=\"{5}\" stroke=\"{3}\"/>\n",
          at_x(share), at_y(interval.low), at_y(interval.high), colour, at_y(rate->value()),
          rate->hits() == 0 ? "white" : colour);
    }
    return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n", line, colour) + bars;
  }

 private:
  double at_x(double share) const { return x_ + 8 + (kPanelWidth - 16) * (most_ > 0 ? share / most_ : 0); }
  double at_y(double value) const {
    const double part =
        logarithmic_ ? 1 - std::log10(std::max(value, kSmallest)) / std::log10(kSmallest) : value;
    return y_ + kPanelHeight * (1 - part);
  }

  double x_, y_;
  bool logarithmic_;
  double most_;
};

}  // namespace

std::string to_csv(const std::vector<Cell>& cells) {
  std::string out = "policy,share,strategy";
  for (const NamedRate& each : kRates)
    out += fmt::format(",{0},{0}_low,{0}_high,{0}_hits,{0}_trials", each.name);
  for (const auto& [name, value] : plain_columns(Cell{})) out += "," + name;
  out += '\n';
  for (const Cell& cell : cells) {
    std::string name;
    for (const char c : cell.policy) name += c == '"' ? std::string("\"\"") : std::string(1, c);
    out += fmt::format("\"{}\",{},{}", name, number(cell.share), to_string(cell.strategy));
    for (const NamedRate& each : kRates) {
      const Rate& rate = cell.*each.rate;
      const Interval interval = rate.interval();
      out += fmt::format(",{},{},{},{},{}", number(rate.value()), number(interval.low), number(interval.high),
                         rate.hits(), rate.trials());
    }
    for (const auto& [column, value] : plain_columns(cell)) out += "," + value;
    out += '\n';
  }
  return out;
}

std::string to_json(const Scenario& scenario, const std::vector<Cell>& cells) {
  const auto rounded = [](double value) { return Json(std::stod(number(value))); };
  std::string out = "{\"schema\":\"unrepro.simulation/1\",\"seed\":" + std::to_string(scenario.seed) +
                    ",\"runs\":" + std::to_string(scenario.runs) +
                    ",\"builds\":" + std::to_string(scenario.builds) + ",\"cells\":[";
  for (const Cell& cell : cells) {
    Json::Object members{
        {"policy", cell.policy}, {"share", rounded(cell.share)}, {"strategy", to_string(cell.strategy)}};
    for (const NamedRate& each : kRates) {
      const Rate& rate = cell.*each.rate;
      const Interval interval = rate.interval();
      members.push_back({each.name, Json::object({{"value", rounded(rate.value())},
                                                  {"low", rounded(interval.low)},
                                                  {"high", rounded(interval.high)},
                                                  {"hits", rate.hits()},
                                                  {"trials", rate.trials()}})});
    }
    for (const auto& [name, value] : plain_columns(cell))
      members.push_back({name, value.empty() ? Json() : Json(std::stod(value))});
    out += (&cell == cells.data() ? "\n" : ",\n") + evidence::write_json(Json::object(std::move(members)));
  }
  return out + "\n]}\n";
}

std::string to_svg(const Scenario& scenario, const std::vector<Cell>& cells) {
  const double most = *std::max_element(scenario.shares.begin(), scenario.shares.end());
  const double width = kLeft + 2 * kPanelWidth + kGap + 30;
  const double height = kTop + (kPanelHeight + kGap) * static_cast<double>(scenario.strategies.size()) +
                        20 * static_cast<double>(scenario.policies.size());
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      width, height);
  double y = kTop;
  for (const Strategy strategy : scenario.strategies) {
    const Panel left(kLeft, y, true, most), right(kLeft + kPanelWidth + kGap, y, false, most);
    out += left.frame(std::string(to_string(strategy)) + ": malicious builds accepted");
    out += right.frame(std::string(to_string(strategy)) + ": builds held");
    for (const double share : scenario.shares) out += left.tick(share) + right.tick(share);
    for (std::size_t i = 0; i < scenario.policies.size(); ++i) {
      std::vector<std::pair<double, const Rate*>> accepted, held;
      for (const Cell& cell : cells) {
        if (cell.policy != scenario.policies[i].name || cell.strategy != strategy) continue;
        accepted.emplace_back(cell.share, &cell.accepted);
        held.emplace_back(cell.share, &cell.held);
      }
      const char* colour = kColours[i % std::size(kColours)];
      out += left.curve(accepted, colour) + right.curve(held, colour);
    }
    y += kPanelHeight + kGap;
  }
  for (std::size_t i = 0; i < scenario.policies.size(); ++i, y += 20) {
    out += fmt::format("<text x=\"{}\" y=\"{}\" fill=\"{}\">— {}</text>\n", kLeft, y - 20,
                       kColours[i % std::size(kColours)], escaped(scenario.policies[i].name));
  }
  return out + fmt::format(
                   "<text x=\"{}\" y=\"{}\">share of malicious operators; bars: 95 %; hollow: never seen; "
                   "seed {}, {} runs of {} builds</text>\n</svg>\n",
                   kLeft, 20, scenario.seed, scenario.runs, scenario.builds);
}

std::string to_text(const std::vector<Cell>& cells) {
  std::string out = fmt::format("{:<18} {:>6}  {:<13} {:>9} {:>21} {:>9} {:>6} {:>8} {:>9} {:>8} {:>7}\n",
                                "policy", "share", "strategy", "accepted", "95 %", "expected", "held",
                                "people", "detected", "accused", "extra");
  for (const Cell& cell : cells) {
    const Interval interval = cell.accepted.interval();
    out += fmt::format(
        "{:<18} {:>5.1f}%  {:<13} {:>9.2g} [{:>8.2g}, {:>8.2g}] {:>9} {:>5.1f}% {:>7.2f}% {:>8.1f}% "
        "{:>7.2f}% {:>7.2f}\n",
        cell.policy, cell.share * 100, to_string(cell.strategy), cell.accepted.value(), interval.low,
        interval.high, cell.expected ? fmt::format("{:.2g}", *cell.expected) : "", cell.held.value() * 100,
        cell.for_people.value() * 100, cell.detected.value() * 100, cell.falsely_accused.value() * 100,
        cell.extra());
  }
  return out;
}

}  // namespace unrepro::simulation
