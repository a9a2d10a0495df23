#pragma once
// What A64 registers are known to hold, as far as it is about addresses: pages (ADRP) and what is made of
// them.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formats/elf/instruction_a64.h"

namespace unrepro::elf::a64 {

inline constexpr std::size_t kRegisters = 31;

enum class Kind : std::uint8_t {
  unknown,  // nothing that matters
  address,  // `a`
  entry,    // of the table at `a`
  jump,     // address `b` plus an entry of the table at `a`
  sum,      // of two registers
  foreign,  // may be a page of the caller or of who was called
  page,     // the page `a` of the instructions of `group`
  mixed,    // a page on some paths, something else on others
};

struct Value {
  Kind kind = Kind::unknown;
  std::uint8_t width = 0, shift = 0;
  bool is_signed = false;
  std::uint32_t group = 0;
  std::uint64_t a = 0, b = 0;
  bool operator==(const Value&) const = default;
};

// Of foreign and all after it.
inline bool may_be_page(const Value& value) { return value.kind >= Kind::foreign; }

// What is known, ascending: registers by number, places of the stack by kRegisters plus their distance from
// its pointer.
using Kept = std::vector<std::pair<std::int64_t, Value>>;

struct State {
  std::array<Value, kRegisters> registers;
  Kept slots;  // that hold a page, or perhaps one, or an address
};

void keep(const State& state, Kept& kept);
State restore(const Kept& kept);

// Of a call: what is left in these registers is nothing to who is called, nor back here after it.
State called(const State& state, std::uint32_t registers);

// The page that ADRP gives, or the ADR that linkers make of one (erratum 843419 of Cortex-A53).
std::optional<std::uint64_t> page_of(const Instruction& instruction, std::uint64_t address);

// An operand that is added to a page.
struct Use {
  std::uint64_t at = 0, target = 0;
  std::uint32_t page = 0;  // one of the instructions that give the page
  std::uint8_t shift = 0;
  bool is_access = false;  // else only the address is made
};

struct Found {
  std::vector<Use> uses;
  // Compilers reach several objects from the address of one of them (section anchors): what lies between
  // stays together.
  std::vector<ImageExtent> reached;
};

class Registers {
 public:
  // Of a program of so many instructions.
  explicit Registers(std::uint32_t count) : count_(count) {}

  // What is known by both; `joined` is replaced.
  void join(const Kept& one, const Kept& other, Kept& joined);
  // What instruction `number` at an address does. What it says of addresses is added to `found`, unless null.
  void step(State& state, const Instruction& instruction, std::uint32_t word, std::uint32_t number,
            std::uint64_t address, Found* found);
  // Which instruction stands for all that give a page to the same uses, as far as they were found.
  std::uint32_t root(std::uint32_t number) const;

  // Why what was read proves nothing, and where; null when it does.
  const char* trouble = nullptr;
  std::uint64_t trouble_at = 0;

 private:
  std::vector<std::uint32_t> members(std::uint32_t group) const;
  std::optional<std::uint32_t> join_groups(std::uint32_t x, std::uint32_t y);
  Value join(const Value& x, const Value& y);
  void unite(std::uint32_t group);
  void doubt(const char* what, std::uint64_t address);
  void check_reads(const State& state, const Instruction& instruction, std::uint64_t address);
  void touch_stack(State& state, const Instruction& instruction, std::uint32_t word, std::uint64_t address);

  std::uint32_t count_;
  // Of several instructions that give one page, ascending. Groups below count_ are one instruction each.
  std::vector<std::vector<std::uint32_t>> groups_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> group_of_;
  std::unordered_map<std::uint32_t, std::uint32_t> united_;
};

}  // namespace unrepro::elf::a64
