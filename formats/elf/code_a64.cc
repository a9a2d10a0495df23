// A64: branches, ADR, and pages (ADRP) with what is added to them. A page may reach its uses in other blocks,
// so registers are followed through all paths (a forward data flow to the fixed point). What is read
// otherwise of a page, or of a register that holds one on some paths only, is refused: then an operand that
// is taken for a number could be a part of an address.

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "formats/elf/code.h"
#include "formats/elf/instruction_a64.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

using Form = ImageReference::Form;
using Origin = ImageReference::Origin;
using a64::Flow;
using a64::Instruction;

constexpr std::size_t kRegisters = 31, kFrame = 29;
constexpr std::uint32_t kCallerSaved = 0x4007ffff;  // x0 to x18, x30 (AAPCS64, 6.1.1)
constexpr std::uint64_t kPage = 4096;
constexpr int kMostRounds = 8;
constexpr std::size_t kMostSearched = 512;                 // instructions of a function that never returns
constexpr int kMostCalls = 16;                             // of each other, of such functions
constexpr std::size_t kMostValues = std::size_t{1} << 25;  // kept of all blocks

enum class Kind : std::uint8_t {
  unknown,  // nothing that matters
  address,  // `a`
  entry,    // of the table at `a`
  jump,     // address `b` plus an entry of the table at `a`
  sum,      // of two registers
  foreign,  // may be a page of the caller or of who was called
  page,     // the page `a` of the instructions that `group` stands for
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

// What is known, ascending: registers by number, places of the stack by kRegisters plus their distance from
// its pointer.
using Kept = std::vector<std::pair<std::int64_t, Value>>;

constexpr std::int64_t kFirstSlot = kRegisters;

struct State {
  std::array<Value, kRegisters> registers;
  Kept slots;  // that hold a page, or perhaps one, or an address

  Kept::iterator slot_behind(std::int64_t distance) {
    return std::lower_bound(slots.begin(), slots.end(), distance + kFirstSlot,
                            [](const auto& slot, std::int64_t key) { return slot.first < key; });
  }
};

void keep(const State& state, Kept& kept) {
  kept.clear();
  for (std::size_t i = 0; i < kRegisters; ++i) {
    if (state.registers[i].kind != Kind::unknown) kept.emplace_back(i, state.registers[i]);
  }
  kept.insert(kept.end(), state.slots.begin(), state.slots.end());
}
State restore(const Kept& kept) {
  State state;
  auto at = kept.begin();
  for (; at != kept.end() && at->first < kFirstSlot; ++at)
    state.registers[static_cast<std::size_t>(at->first)] = at->second;
  state.slots.assign(at, kept.end());
  return state;
}

class Reader {
 public:
  Reader(const Surroundings& program, Code& code) : program_(program), code_(code) {
    for (const ImageRegion& region : program.regions) {
      if (!region.executable || region.content != ImageRegion::Content::bytes) continue;
      code_.instructions.emplace_back(region.size, false);
      if (region.address % 4 != 0 || region.size % 4 != 0) {
        refuse("odd code", region.address);
        continue;
      }
      for (std::uint64_t at = 0; at < region.size; at += 4) code_.instructions.back()[at] = true;
      begins_.push_back(count_);
      count_ += static_cast<std::uint32_t>(region.size / 4);
      regions_.push_back(&region);
    }
    begins_.push_back(count_);
  }

  void run() {
    if (!code_.refusal.empty()) return;
    find_leaders();
    bool with_rest = false;
    for (int round = 0; code_.refusal.empty(); ++round) {
      follow_all(with_rest);
      record();
      auto edges = find_edges();
      if (!code_.refusal.empty() || (edges == edges_ && with_rest)) break;
      with_rest = edges == edges_;
      if (round == kMostRounds) return refuse("jumps that lead to ever more", regions_[0]->address);
      edges_ = std::move(edges);
      for (const auto& [from, targets] : edges_) {
        for (const std::uint32_t target : targets) is_leader_[target] = true;
      }
    }
    if (!code_.refusal.empty()) return;
    code_.refusal = trouble_;
    emit();
  }

 private:
  struct Use {
    std::uint64_t at = 0, target = 0;
    std::uint32_t group = 0;
    std::uint8_t shift = 0;
    bool is_access = false;
  };

  void refuse(const char* what, std::uint64_t address) { refuse(what, address, code_.refusal); }
  // Only if the round is the last one: before, not all paths are known.
  void doubt(const char* what, std::uint64_t address) { refuse(what, address, trouble_); }
  void refuse(const char* what, std::uint64_t address, std::string& refusal) const {
    if (!refusal.empty()) return;
    for (const ImageRegion& region : program_.regions) {
      if (address - region.address < region.size)
        refusal = std::string(what) + " at " + region.label + "+" + hex(address - region.address);
    }
  }

  // Instructions are counted through all regions.
  std::size_t region_of(std::uint32_t number) const {
    return static_cast<std::size_t>(std::upper_bound(begins_.begin(), begins_.end(), number) -
                                    begins_.begin()) -
           1;
  }
  std::uint64_t address_of(std::uint32_t number) const {
    const std::size_t region = region_of(number);
    return regions_[region]->address + std::uint64_t{number - begins_[region]} * 4;
  }
  // Where a direct branch or call leads; find_leaders() has seen that it leads into the code.
  std::uint32_t target_of(std::uint32_t number, const Instruction& instruction) const {
    return *number_of(address_of(number) + static_cast<std::uint64_t>(instruction.offset));
  }
  std::optional<std::uint32_t> number_of(std::uint64_t address) const {
    for (std::size_t i = 0; i < regions_.size(); ++i) {
      const std::uint64_t at = address - regions_[i]->address;
      if (at < regions_[i]->size && at % 4 == 0) return begins_[i] + static_cast<std::uint32_t>(at / 4);
    }
    return std::nullopt;
  }
  std::uint32_t word_at(std::uint32_t number) const {
    const std::size_t region = region_of(number);
    return static_cast<std::uint32_t>(number_at(regions_[region]->bytes, (number - begins_[region]) * 4u, 4));
  }
  static std::uint64_t number_at(Bytes bytes, std::uint64_t at, unsigned width) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value |= std::uint64_t{bytes[at + i]} << (8 * i);
    return value;
  }

  static bool is_direct(const Instruction& instruction) {
    return instruction.flow == Flow::jump || instruction.flow == Flow::branch ||
           instruction.flow == Flow::call;
  }

  void find_leaders() {
    is_leader_.assign(count_, false);
    is_function_.assign(count_ + 1, false);
    for (const std::uint32_t begin : begins_) {
      if (begin < count_) is_leader_[begin] = true;
    }
    for (const std::uint64_t entry : program_.entries) {
      if (const auto number = number_of(entry)) is_leader_[*number] = true;
    }
    for (const ImageExtent& function : program_.functions) {
      if (const auto number = number_of(function.begin)) is_leader_[*number] = is_function_[*number] = true;
    }
    for (std::uint32_t i = 0; i < count_; ++i) {
      const auto instruction = a64::decode(word_at(i));
      if (!instruction) return refuse("no known instruction", address_of(i));
      if (!is_direct(*instruction)) continue;
      const auto target = number_of(address_of(i) + static_cast<std::uint64_t>(instruction->offset));
      if (!target) return refuse("a branch out of the code", address_of(i));
      is_leader_[*target] = true;
    }
  }

  // One round: from all entries, then from code that nothing seems to reach. Functions that only unwind
  // tables know begin with nothing known; registers of other such code could hold anything.
  void follow_all(bool with_rest) {
    trouble_.clear();
    after_calls_.clear();
    states_.clear();
    kept_values_ = 0;
    is_reached_.assign(count_, false);
    groups_.clear();
    for (const std::uint32_t begin : begins_) {
      if (begin < count_) enter(begin, {});
    }
    for (const std::uint64_t entry : program_.entries) {
      if (const auto number = number_of(entry)) enter(*number, {});
    }
    follow();
    for (const ImageExtent& function : program_.functions) {
      const auto number = number_of(function.begin);
      if (number && !is_reached_[*number]) enter(*number, {});
      follow();
    }
    if (!with_rest) return;
    State anything;
    anything.registers.fill({.kind = Kind::foreign});
    for (std::uint32_t i = 0; i < count_ && code_.refusal.empty(); ++i) {
      if (is_reached_[i] || is_filler(i)) continue;
      is_leader_[i] = true;
      const auto call = after_calls_.find(i);
      enter(i, call != after_calls_.end() ? restore(call->second) : anything);
      follow();
    }
  }

  // What linkers put between functions: zeros, NOP, and for erratum 843419 branches across room for copies of
  // a load or store with a branch back, which nothing uses where ADR served.
  bool is_filler(std::uint32_t number) const {
    const std::uint32_t word = word_at(number);
    if (word == 0 || word == 0xd503201f) return true;
    if (function_around(address_of(number)) != nullptr) return false;
    const auto jumps = [&](std::uint32_t i) {
      return i < count_ && a64::decode(word_at(i))->flow == Flow::jump;
    };
    return jumps(number) || (a64::decode(word)->bytes != 0 && jumps(number + 1));
  }

  void enter(std::uint32_t number, const State& state) {
    keep(state, found_);
    const auto [known, is_new] = states_.try_emplace(number);
    if (!is_new) {
      join_all(known->second);
      if (joined_ == known->second) return;
      found_.swap(joined_);
    }
    kept_values_ += found_.size() - known->second.size();
    known->second = found_;
    if (kept_values_ > kMostValues) return refuse("too much code", address_of(number));
    pending_.push_back(number);
  }

  // What is known by `known` and by found_ at once.
  void join_all(const Kept& known) {
    joined_.clear();
    auto a = known.begin();
    auto b = found_.cbegin();
    while (a != known.end() || b != found_.cend()) {
      const bool first = b == found_.cend() || (a != known.end() && a->first <= b->first);
      const bool second = a == known.end() || (b != found_.cend() && b->first <= a->first);
      const Value value = join(first ? a->second : Value{}, second ? b->second : Value{});
      if (value.kind != Kind::unknown) joined_.emplace_back(first ? a->first : b->first, value);
      if (first) ++a;
      if (second) ++b;
    }
  }

  void follow() {
    while (!pending_.empty() && code_.refusal.empty()) {
      const std::uint32_t number = pending_.back();
      pending_.pop_back();
      walk(number, false);
    }
    pending_.clear();
  }

  std::uint32_t root(std::uint32_t group) {
    auto at = groups_.find(group);
    while (at != groups_.end() && at->second != group) {
      group = at->second;
      at = groups_.find(group);
    }
    return group;
  }

  // Ascends: address, entry < unknown < sum < foreign < mixed; jump < sum; page < mixed.
  Value join(const Value& x, const Value& y) {
    if (x == y) return x;
    if (x.kind == Kind::page && y.kind == Kind::page && x.a == y.a) {
      const std::uint32_t one = root(x.group), other = root(y.group);
      groups_[std::max(one, other)] = std::min(one, other);
      return {.kind = Kind::page, .group = std::min(one, other), .a = x.a};
    }
    const auto is = [&](Kind kind) { return x.kind == kind || y.kind == kind; };
    if (is(Kind::page) || is(Kind::mixed)) return {.kind = Kind::mixed};
    if (is(Kind::foreign)) return {.kind = Kind::foreign};
    if (is(Kind::sum) || is(Kind::jump)) return {.kind = Kind::sum};
    return {};
  }

  static bool may_be_page(const Value& value) { return value.kind >= Kind::foreign; }

  // Of a call: what is left in a register is nothing to who is called, nor back here after it.
  static State called(const State& state, std::uint32_t registers) {
    State result = state;
    for (std::size_t i = 0; i < kRegisters; ++i) {
      Value& value = result.registers[i];
      if ((registers >> i & 1) != 0) value = may_be_page(value) ? Value{.kind = Kind::foreign} : Value{};
    }
    return result;
  }

  // Reads a block.
  void walk(std::uint32_t number, bool is_last) {
    State state = restore(states_.at(number));
    for (std::uint32_t i = number; i < count_; ++i) {
      if (i != number && is_leader_[i]) {
        if (!is_last) enter(i, state);
        return;
      }
      is_reached_[i] = true;
      const std::uint32_t word = word_at(i);
      const Instruction instruction = *a64::decode(word);
      const Value jump = state.registers[std::min<std::size_t>(a64::base(word), kRegisters - 1)];
      step(state, instruction, word, i, is_last);
      switch (instruction.flow) {
        case Flow::jump:
        case Flow::branch:
          if (!is_last) enter(target_of(i, instruction), state);
          if (instruction.flow == Flow::jump) return;
          break;
        case Flow::call: {
          const std::uint32_t target = target_of(i, instruction);
          State there = called(state, ~0u);
          there.slots.clear();
          if (!is_last) enter(target, there);
          state = called(state, kCallerSaved);
          if (gives_result(target)) state.registers[0] = {};
          if (is_function_[i + 1]) return;
          if (!returns(target)) {
            keep(state, after_calls_[i + 1]);
            return;
          }
          break;
        }
        case Flow::call_register:
          state = called(state, kCallerSaved);
          state.registers[0] = {};
          break;
        case Flow::jump_register:
          if (is_last) jumps_.emplace_back(i, jump);
          if (const auto known = edges_.find(i); known != edges_.end() && !is_last) {
            for (const std::uint32_t target : known->second) enter(target, state);
          }
          return;
        case Flow::stop:
          return;
        case Flow::next:
          break;
      }
      if (i + 1 == count_ || region_of(i) != region_of(i + 1)) return;
    }
  }

  // The page that ADRP gives, or the ADR that linkers make of one (erratum 843419 of Cortex-A53).
  std::optional<std::uint64_t> page_of(const Instruction& instruction, std::uint64_t address) const {
    const auto offset = static_cast<std::uint64_t>(instruction.offset);
    if (instruction.form == Form::page) return (address & ~(kPage - 1)) + offset * kPage;
    const bool is_page = instruction.form == Form::adr && (address + offset) % kPage == 0;
    return is_page && !number_of(address + offset) ? std::optional(address + offset) : std::nullopt;
  }

  void step(State& state, const Instruction& instruction, std::uint32_t word, std::uint32_t number,
            bool is_last) {
    const std::uint64_t address = address_of(number);
    const unsigned to = a64::first(word), from = a64::base(word), index = a64::index(word);
    const auto put = [&](const Value& value) {
      if (to < kRegisters) state.registers[to] = value;
    };
    if (const auto page = page_of(instruction, address))
      return put({.kind = Kind::page, .group = root(number), .a = *page});
    if (instruction.form == Form::adr)
      return put({.kind = Kind::address, .a = address + static_cast<std::uint64_t>(instruction.offset)});
    const Value base = from < kRegisters ? state.registers[from] : Value{};
    const Value other = index < kRegisters ? state.registers[index] : Value{};
    if (instruction.form == Form::low12 && base.kind == Kind::page) {
      const std::uint64_t target = base.a + static_cast<std::uint64_t>(instruction.offset);
      const bool is_access = (word & 0x1f000000) != 0x11000000;
      if (instruction.offset >= static_cast<std::int64_t>(kPage))
        doubt("an address outside of its page", address);
      if (is_last) {
        uses_.push_back({.at = address,
                         .target = target,
                         .group = base.group,
                         .shift = instruction.size,
                         .is_access = is_access});
      }
      if (!is_access) return put({.kind = Kind::address, .a = target});
      const bool stores_page =
          (instruction.reads >> to & 1) != 0 && to < kRegisters && may_be_page(state.registers[to]);
      if (stores_page && (to != from || (word & 0x04c00000) == 0)) doubt("a page in memory", address);
      if (instruction.writes != 0) put({});
      return;
    }
    if ((word & 0xffe0ffe0) == 0xaa0003e0) return put(other);  // MOV
    const bool on_stack = from == kRegisters && (instruction.bytes != 0 || instruction.after != 0);
    if (on_stack || instruction.resets_stack) return touch_stack(state, instruction, word, address);
    check_reads(state, instruction, address);
    if (base.kind == Kind::address && is_last) reach(base.a, instruction, word);
    Value result;
    if (instruction.loads && base.kind == Kind::address && instruction.size < 3) {
      result = {.kind = Kind::entry,
                .width = static_cast<std::uint8_t>(1u << instruction.size),
                .is_signed = instruction.is_signed,
                .a = base.a};
    }
    if ((word & 0xff000000) == 0x8b000000) result = sum_of(word, base, other);
    const std::int64_t added = added_to(instruction, word);
    if (base.kind == Kind::address && added != 0)
      result = {.kind = Kind::address, .a = base.a + static_cast<std::uint64_t>(added)};
    for (std::size_t i = 0; i < kRegisters; ++i) {
      if ((instruction.writes >> i & 1) != 0) state.registers[i] = i == to ? result : Value{};
    }
  }

  // What ADD or SUB of 64 bits adds to a register.
  static std::int64_t added_to(const Instruction& instruction, std::uint32_t word) {
    if ((word & 0xbf800000) != 0x91000000) return 0;
    const std::int64_t number = instruction.offset << (a64::bits(word, 22, 22) != 0 ? 12 : 0);
    return a64::bits(word, 30, 30) != 0 ? -number : number;
  }

  // Compilers reach several objects from the address of one of them (section anchors): what lies between
  // stays together.
  void reach(std::uint64_t address, const Instruction& instruction, std::uint32_t word) {
    std::int64_t first = added_to(instruction, word), end = first + 1;
    if (instruction.bytes != 0) {
      first = instruction.distance + instruction.before;
      end = first + instruction.bytes;
    }
    if (first == 0 && end == 1) return;
    reached_.push_back({address + static_cast<std::uint64_t>(std::min<std::int64_t>(first, 0)),
                        address + static_cast<std::uint64_t>(std::max<std::int64_t>(end, 1)), true});
  }

  // A page may be kept on the stack, in a whole slot of 8 bytes that is read by its distance from the
  // pointer.
  void touch_stack(State& state, const Instruction& instruction, std::uint32_t word, std::uint64_t address) {
    if (instruction.resets_stack) {
      if (has_page(state)) doubt("a page on a stack that moves", address);
      state.slots.clear();
    }
    move_stack(state, instruction.before);
    const std::int64_t begin = instruction.distance, end = begin + instruction.bytes;
    const bool is_pair = a64::bits(word, 29, 27) == 5, is_vector = a64::bits(word, 26, 26) != 0;
    const bool is_store = a64::bits(word, is_pair ? 22 : 23, 22) == 0;
    const bool is_word = !is_vector && instruction.bytes == (is_pair ? 16 : 8);
    const std::array<unsigned, 2> moved = {a64::first(word), a64::second(word)};
    if (!is_word) {
      check_reads(state, instruction, address);
      const auto slot = state.slot_behind(begin - 7);
      if (slot != state.slots.end() && slot->first < end + kFirstSlot && !is_store &&
          may_be_page(slot->second))
        doubt("a part of a page", address);
      for (std::size_t i = 0; i < kRegisters; ++i) {
        if ((instruction.writes >> i & 1) != 0) state.registers[i] = {};
      }
    }
    if (instruction.bytes != 0 && is_store)
      state.slots.erase(state.slot_behind(begin - 7), state.slot_behind(end));
    for (unsigned i = 0; is_word && i < (is_pair ? 2u : 1u); ++i) {
      if (moved[i] >= kRegisters) continue;
      const std::int64_t distance = begin + 8 * i;
      const auto slot = state.slot_behind(distance);
      Value& value = state.registers[moved[i]];
      if (!is_store) {
        const bool known = slot != state.slots.end() && slot->first == distance + kFirstSlot;
        value = known ? slot->second : Value{};
      } else if (may_be_page(value) || value.kind == Kind::address) {
        state.slots.emplace(slot, distance + kFirstSlot, value);
      }
    }
    move_stack(state, instruction.after);
  }

  static bool has_page(const State& state) {
    return std::any_of(state.slots.begin(), state.slots.end(), [](const auto& slot) {
      return may_be_page(slot.second) && slot.second.kind != Kind::foreign;
    });
  }

  static void move_stack(State& state, std::int64_t change) {
    if (change == 0) return;
    state.slots.erase(state.slots.begin(), state.slot_behind(change));
    for (auto& slot : state.slots) slot.first -= change;
  }

  void check_reads(const State& state, const Instruction& instruction, std::uint64_t address) {
    for (std::size_t i = 0; i < kRegisters; ++i) {
      const Value& value = state.registers[i];
      if ((instruction.reads >> i & 1) == 0) continue;
      if (i == kFrame && has_page(state)) doubt("a page on a stack that is reached otherwise", address);
      if (may_be_page(value))
        doubt(value.kind == Kind::foreign ? "a register of unknown origin"
                                          : "a page that is no part of an address",
              address);
    }
  }

  // Whether what is called may write x0, so that no caller relies on what was there. Only of functions whose
  // code is seen could a compiler know better.
  bool gives_result(std::uint32_t number) const {
    const std::uint64_t address = address_of(number);
    const ImageExtent* function = function_around(address);
    if (function == nullptr || function->begin != address) return true;
    for (std::uint32_t i = number; i < count_ && address_of(i) < function->end; ++i) {
      const Instruction instruction = *a64::decode(word_at(i));
      const bool leaves = instruction.flow == Flow::call || instruction.flow == Flow::call_register ||
                          instruction.flow == Flow::jump_register || instruction.flow == Flow::jump;
      if ((instruction.writes & 1) != 0 || leaves) return true;
    }
    return false;
  }

  // Whether a call of the code at `number` may come back.
  bool returns(std::uint32_t number, int depth = 0) {
    const auto known = returns_.find(number);
    if (known != returns_.end()) return known->second;
    returns_.emplace(number, true);  // as long as it is not known
    std::vector<std::uint32_t> pending = {number};
    std::unordered_set<std::uint32_t> seen;
    while (!pending.empty()) {
      std::uint32_t i = pending.back();
      pending.pop_back();
      for (bool goes_on = true; goes_on && i < count_ && seen.insert(i).second; ++i) {
        if (seen.size() > kMostSearched) return true;
        const std::uint32_t word = word_at(i);
        const Instruction instruction = *a64::decode(word);
        switch (instruction.flow) {
          case Flow::jump:
          case Flow::branch:
            pending.push_back(target_of(i, instruction));
            goes_on = instruction.flow == Flow::branch;
            break;
          case Flow::call:
            goes_on = depth > kMostCalls || returns(target_of(i, instruction), depth + 1);
            break;
          case Flow::jump_register:
            if (!ends_in_exit(i)) return true;
            goes_on = false;
            break;
          case Flow::stop:
            if ((word & 0xfe000000) == 0xd6000000) return true;  // RET
            goes_on = false;
            break;
          default:
            break;
        }
      }
    }
    return returns_[number] = false;
  }

  // Whether a jump by a register is of an entry of the linkage table that leads to what never returns.
  bool ends_in_exit(std::uint32_t number) const {
    if (number < 3 || word_at(number) != 0xd61f0220)
      return false;  // ADRP x16; LDR x17, [x16, …]; ADD x16; BR x17
    const auto page = a64::decode(word_at(number - 3)), load = a64::decode(word_at(number - 2));
    if (!page || !load || page->form != Form::page || load->form != Form::low12 || page->writes != 1u << 16 ||
        load->writes != 1u << 17 || load->reads != 1u << 16)
      return false;
    const std::uint64_t slot = (address_of(number - 3) & ~(kPage - 1)) +
                               static_cast<std::uint64_t>(page->offset) * kPage +
                               static_cast<std::uint64_t>(load->offset);
    return std::binary_search(program_.exits.begin(), program_.exits.end(), slot);
  }

  // ADD of 64 bits with a shifted or an extended register.
  static Value sum_of(std::uint32_t word, const Value& base, const Value& other) {
    const bool extended = a64::bits(word, 21, 21) != 0;
    const unsigned option = a64::bits(word, 15, 13);
    const unsigned shift = extended ? a64::bits(word, 12, 10) : a64::bits(word, 15, 10);
    Value value{.kind = Kind::sum};
    if (base.kind != Kind::address || other.kind != Kind::entry || shift > 4) return value;
    const bool extends = extended && option >= 4 && option < 7;
    if (extends && (1u << (option - 4)) != other.width) return value;
    if (!extended && a64::bits(word, 23, 22) != 0) return value;
    return {.kind = Kind::jump,
            .width = other.width,
            .shift = static_cast<std::uint8_t>(shift),
            .is_signed = other.is_signed || extends,
            .a = other.a,
            .b = base.a};
  }

  // The last reading of a round: what is found on the way is kept.
  void record() {
    uses_.clear();
    reached_.clear();
    jumps_.clear();
    if (!code_.refusal.empty()) return;
    for (std::uint32_t i = 0; i < count_ && code_.refusal.empty(); ++i) {
      if (is_leader_[i] && states_.contains(i)) walk(i, true);
    }
    anchors_ = program_.anchors;
    for (const Use& use : uses_) anchors_.push_back(use.target);
    std::sort(anchors_.begin(), anchors_.end());
  }

  const ImageExtent* function_around(std::uint64_t address) const {
    const auto next =
        std::upper_bound(program_.functions.begin(), program_.functions.end(), address,
                         [](std::uint64_t value, const ImageExtent& extent) { return value < extent.begin; });
    if (next == program_.functions.begin() || address >= std::prev(next)->end) return nullptr;
    return &*std::prev(next);
  }

  using Edges = std::unordered_map<std::uint32_t, std::vector<std::uint32_t>>;

  // Where jumps by registers lead to.
  Edges find_edges() {
    Edges edges;
    tables_.clear();
    for (const auto& [number, value] : jumps_) {
      const std::uint64_t address = address_of(number);
      std::vector<std::uint32_t> targets;
      if (value.kind == Kind::address) {
        if (const auto target = number_of(value.a)) targets.push_back(*target);
      } else if (value.kind == Kind::jump) {
        targets = read_table(value, address);
        if (targets.empty()) doubt("a jump without its table", address);
      } else if (value.kind != Kind::unknown) {
        doubt("a jump without its table", address);
      } else if (const ImageExtent* function = function_around(address)) {
        // To one of the labels in the function whose address something takes.
        for (auto at = std::upper_bound(anchors_.begin(), anchors_.end(), function->begin);
             at != anchors_.end() && *at < function->end; ++at) {
          if (const auto target = number_of(*at)) targets.push_back(*target);
        }
      }
      if (targets.empty()) continue;
      std::sort(targets.begin(), targets.end());
      targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
      edges.emplace(number, std::move(targets));
    }
    return edges;
  }

  // All entries that lead into the function, up to where something else begins: some may be none.
  std::vector<std::uint32_t> read_table(const Value& value, std::uint64_t jump) {
    std::vector<std::uint32_t> targets;
    const ImageExtent* function = function_around(jump);
    const auto region = std::find_if(program_.regions.begin(), program_.regions.end(),
                                     [&](const ImageRegion& r) { return value.a - r.address < r.size; });
    if (function == nullptr || region == program_.regions.end() || region->writable || region->bytes.empty())
      return targets;
    const auto next = std::upper_bound(anchors_.begin(), anchors_.end(), value.a);
    std::uint64_t limit = region->address + region->size;
    if (next != anchors_.end()) limit = std::min(limit, *next);
    const unsigned unused = 64 - value.width * 8u;
    std::uint64_t at = value.a;
    for (; at + value.width <= limit; at += value.width) {
      std::uint64_t entry = number_at(region->bytes, at - region->address, value.width) << unused;
      entry = value.is_signed ? static_cast<std::uint64_t>(static_cast<std::int64_t>(entry) >> unused)
                              : entry >> unused;
      const std::uint64_t target = value.b + (entry << value.shift);
      const auto number = number_of(target);
      if (!number || target < function->begin || target >= function->end) break;
      targets.push_back(*number);
    }
    if (!targets.empty()) tables_.push_back({.begin = value.a, .end = at, .value = value});
    return targets;
  }

  void emit() {
    std::unordered_map<std::uint32_t, std::uint64_t> targets;  // by group: what its page is to be the page of
    for (const Use& use : uses_) targets.try_emplace(root(use.group), use.target);
    auto use = uses_.begin();
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (!is_reached_[i]) continue;
      const std::uint64_t address = address_of(i);
      const Instruction instruction = *a64::decode(word_at(i));
      ImageReference reference{.at = address, .form = instruction.form};
      if (const auto page = page_of(instruction, address)) {
        const auto known = targets.find(root(i));
        reference.target = known != targets.end() ? known->second : *page;
        if (instruction.form == Form::adr) reference.form = Form::adr_page;
      } else if (instruction.form == Form::low12) {
        if (use == uses_.end() || use->at != address) continue;
        reference.target = use->target;
        reference.origin = Origin::place;
        reference.base = targets.at(root(use->group));
        reference.shift = use->shift;
        take(*use, reference);
        ++use;
      } else if (instruction.form != Form::number) {
        reference.target = address + static_cast<std::uint64_t>(instruction.offset);
        if (instruction.form == Form::adr) code_.taken.push_back(reference.target);
      } else {
        continue;
      }
      code_.references.push_back(reference);
    }
    add_reached();
    for (const Table& table : tables_) {
      code_.tables.push_back(table.begin);
      // Entries that count from elsewhere stay as they are while their function is one piece.
      if (table.value.a != table.value.b) continue;
      for (std::uint64_t at = table.begin; at < table.end; at += table.value.width) {
        if (table.value.width != 4 || table.value.shift != 0) return refuse("an odd table", table.begin);
        const auto region = std::find_if(program_.regions.begin(), program_.regions.end(),
                                         [&](const ImageRegion& r) { return at - r.address < r.size; });
        const auto entry = static_cast<std::int32_t>(number_at(region->bytes, at - region->address, 4));
        code_.references.push_back({.at = at,
                                    .target = table.begin + static_cast<std::uint64_t>(std::int64_t{entry}),
                                    .base = table.begin,
                                    .origin = Origin::place});
      }
    }
  }

  // Of several, one that covers them.
  void add_reached() {
    std::sort(reached_.begin(), reached_.end(), [](const ImageExtent& a, const ImageExtent& b) {
      return std::pair(a.begin, b.end) < std::pair(b.begin, a.end);
    });
    std::uint64_t begin = ~std::uint64_t{0};
    for (const ImageExtent& extent : reached_) {
      if (extent.begin != begin) code_.together.push_back(extent);
      begin = extent.begin;
    }
  }

  void take(const Use& use, ImageReference& reference) {
    if (!use.is_access) {
      code_.taken.push_back(use.target);
      return;
    }
    const std::uint64_t size = std::uint64_t{1} << use.shift;
    code_.accesses.push_back({use.target, use.target + size, true});
    reference.align = static_cast<std::uint8_t>(size);
  }

  struct Table {
    std::uint64_t begin = 0, end = 0;
    Value value;
  };

  const Surroundings& program_;
  Code& code_;
  std::vector<const ImageRegion*> regions_;  // of code
  std::vector<std::uint32_t> begins_;        // by region: its first instruction; then the end
  std::uint32_t count_ = 0;
  std::vector<bool> is_leader_, is_reached_, is_function_;  // by instruction
  std::unordered_map<std::uint32_t, bool> returns_;         // by instruction that is called
  std::unordered_map<std::uint32_t, Kept> after_calls_;     // that never return: what would be known there
  std::string trouble_;                                     // of this round
  std::unordered_map<std::uint32_t, Kept> states_;          // by leader
  std::size_t kept_values_ = 0;
  std::vector<std::uint32_t> pending_;
  std::unordered_map<std::uint32_t, std::uint32_t>
      groups_;  // of pages that meet: towards the one that stands for them
  Edges edges_;
  Kept found_, joined_;  // of enter()
  std::vector<ImageExtent> reached_;
  std::vector<Use> uses_;                               // ascending
  std::vector<std::pair<std::uint32_t, Value>> jumps_;  // by registers
  std::vector<std::uint64_t> anchors_;
  std::vector<Table> tables_;
};

}  // namespace

void read_aarch64(const Surroundings& program, Code& code) { Reader(program, code).run(); }

}  // namespace unrepro::elf
