#pragma once
// What `unrepro check` varies between builds: one small class each.

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/check/setting.h"

namespace unrepro::check {

class Variation {
 public:
  virtual ~Variation() = default;

  virtual std::string_view id() const = 0;
  // Why it cannot be varied here; empty when it can.
  virtual std::string obstacle(const Host&) const { return {}; }
  // What it cannot vary here although it varies the rest: it is not effective then. Empty: it varies all.
  virtual std::string missing(const Host&) const { return {}; }
  // Where it does not reach even if it is effective; empty when it reaches everything.
  virtual std::string_view limit() const { return {}; }
  // Pins the value for the control build (not varied), or sets the other one.
  virtual void apply(const Host& host, bool varied, Setting& setting) const = 0;
  // The canary: the value as a process sees it that runs where the build runs. A variation is effective in a
  // build when this differs from the control build's.
  virtual std::string observe() const = 0;
  // Text that only this variation's value can have brought into an artifact.
  virtual std::vector<std::string> markers(const Host&) const { return {}; }
  // Causes (rules/cause.h) that it triggers; the first one is the name of a difference that has no better.
  virtual std::span<const std::string_view> causes() const = 0;
  // The name of a difference in order that it triggers; empty: it triggers none.
  virtual std::string_view order_cause() const { return {}; }
};

// All variations, in the order they are listed. Does not include "repeat", which varies nothing.
std::span<const std::unique_ptr<const Variation>> variations();

// Prints what every variation observes, one line each: its id, a tab, the value. Runs inside of a build's
// setting as `unrepro --canary FOLDER`; the folder holds files whose order of listing is observed.
std::string canary(const std::string& folder);

// What a file of such lines says, by variation.
std::map<std::string, std::string> read_observed(const std::filesystem::path& file);

}  // namespace unrepro::check
