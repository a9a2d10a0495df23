#include "formats/elf/registers_a64.h"

#include <bit>
#include <iterator>

namespace unrepro::elf::a64 {
namespace {

using Form = ImageReference::Form;

constexpr std::size_t kFrame = 29;
constexpr std::uint64_t kPage = 4096;
constexpr std::int64_t kFirstSlot = kRegisters;
constexpr std::size_t kMostSlots = 64;
constexpr std::size_t kMostInGroup = 16, kMostGroups = std::size_t{1} << 20;

Kept::iterator slot_behind(State& state, std::int64_t distance) {
  return std::lower_bound(state.slots.begin(), state.slots.end(), distance + kFirstSlot,
                          [](const auto& slot, std::int64_t key) { return slot.first < key; });
}

bool has_page(const State& state) {
  return std::any_of(state.slots.begin(), state.slots.end(), [](const auto& slot) {
    return may_be_page(slot.second) && slot.second.kind != Kind::foreign;
  });
}

void move_stack(State& state, std::int64_t change) {
  if (change == 0) return;
  state.slots.erase(state.slots.begin(), slot_behind(state, change));
  for (auto& slot : state.slots) slot.first -= change;
}

// ADD of 64 bits with a shifted or an extended register: of an address and an entry of a table.
Value sum_of(std::uint32_t word, const Value& base, const Value& other) {
  const bool is_base = base.kind == Kind::address || base.kind == Kind::page;
  if ((word & 0xff000000) != 0x8b000000 || !is_base || other.kind != Kind::entry) return {};
  const bool extended = bits(word, 21, 21) != 0;
  const unsigned option = bits(word, 15, 13);
  const unsigned shift = extended ? bits(word, 12, 10) : bits(word, 15, 10);
  const bool extends = extended && option >= 4 && option < 7;
  if (shift > 4 || (extends && (1u << (option - 4)) != other.width)) return {};
  if (!extended && bits(word, 23, 22) != 0) return {};
  return {.kind = Kind::jump,
          .width = other.width,
          .shift = static_cast<std::uint8_t>(shift),
          .is_signed = other.is_signed || extends,
          .a = other.a,
          .b = base.a};
}

// What ADD or SUB of 64 bits adds to a register.
std::int64_t added_to(const Instruction& instruction, std::uint32_t word) {
  if ((word & 0xbf800000) != 0x91000000) return 0;
  const std::int64_t number = instruction.offset << (bits(word, 22, 22) != 0 ? 12 : 0);
  return bits(word, 30, 30) != 0 ? -number : number;
}

void reach(std::uint64_t address, const Instruction& instruction, std::uint32_t word,
           std::vector<ImageExtent>& reached) {
  std::int64_t first = added_to(instruction, word), end = first + 1;
  if (instruction.bytes != 0) {
    first = instruction.distance + instruction.before;
    end = first + instruction.bytes;
  }
  if (first == 0 && end == 1) return;
  reached.push_back({address + static_cast<std::uint64_t>(std::min<std::int64_t>(first, 0)),
                     address + static_cast<std::uint64_t>(std::max<std::int64_t>(end, 1)), true});
}

}  // namespace

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

State called(const State& state, std::uint32_t registers) {
  State result = state;
  for (std::size_t i = 0; i < kRegisters; ++i) {
    Value& value = result.registers[i];
    if ((registers >> i & 1) != 0) value = may_be_page(value) ? Value{.kind = Kind::foreign} : Value{};
  }
  return result;
}

std::optional<std::uint64_t> page_of(const Instruction& instruction, std::uint64_t address) {
  const auto offset = static_cast<std::uint64_t>(instruction.offset);
  if (instruction.form == Form::page) return (address & ~(kPage - 1)) + offset * kPage;
  const bool is_page = instruction.form == Form::adr && (address + offset) % kPage == 0;
  return is_page ? std::optional(address + offset) : std::nullopt;
}

std::vector<std::uint32_t> Registers::members(std::uint32_t group) const {
  return group < count_ ? std::vector<std::uint32_t>{group} : groups_[group - count_];
}
std::optional<std::uint32_t> Registers::join_groups(std::uint32_t x, std::uint32_t y) {
  const std::vector<std::uint32_t> a = members(x), b = members(y);
  std::vector<std::uint32_t> all;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  if (all.size() > kMostInGroup || groups_.size() > kMostGroups) return std::nullopt;
  if (all == a || all == b) return all == a ? x : y;
  const auto [known, is_new] = group_of_.emplace(all, count_ + static_cast<std::uint32_t>(groups_.size()));
  if (is_new) groups_.push_back(std::move(all));
  return known->second;
}

std::uint32_t Registers::root(std::uint32_t number) const {
  for (auto at = united_.find(number); at != united_.end(); at = united_.find(number)) number = at->second;
  return number;
}
void Registers::unite(std::uint32_t group) {
  for (const std::uint32_t member : members(group)) {
    const std::uint32_t one = root(members(group).front()), other = root(member);
    if (one != other) united_[std::max(one, other)] = std::min(one, other);
  }
}

// Ascends: address, entry < unknown < sum < foreign < mixed; jump < sum; page < mixed.
Value Registers::join(const Value& x, const Value& y) {
  if (x == y) return x;
  if (x.kind == Kind::page && y.kind == Kind::page && x.a == y.a) {
    const auto group = join_groups(x.group, y.group);
    return group ? Value{.kind = Kind::page, .group = *group, .a = x.a} : Value{.kind = Kind::mixed};
  }
  const auto is = [&](Kind kind) { return x.kind == kind || y.kind == kind; };
  if (is(Kind::page) || is(Kind::mixed)) return {.kind = Kind::mixed};
  if (is(Kind::foreign)) return {.kind = Kind::foreign};
  if (is(Kind::sum) || is(Kind::jump)) return {.kind = Kind::sum};
  return {};
}

void Registers::join(const Kept& one, const Kept& other, Kept& joined) {
  joined.clear();
  auto a = one.begin();
  auto b = other.begin();
  while (a != one.end() || b != other.end()) {
    const bool first = b == other.end() || (a != one.end() && a->first <= b->first);
    const bool second = a == one.end() || (b != other.end() && b->first <= a->first);
    const Value value = join(first ? a->second : Value{}, second ? b->second : Value{});
    if (value.kind != Kind::unknown) joined.emplace_back(first ? a->first : b->first, value);
    if (first) ++a;
    if (second) ++b;
  }
}

void Registers::doubt(const char* what, std::uint64_t address) {
  if (trouble != nullptr) return;
  trouble = what;
  trouble_at = address;
}

void Registers::step(State& state, const Instruction& instruction, std::uint32_t word, std::uint32_t number,
                     std::uint64_t address, Found* found) {
  const unsigned to = first(word), from = a64::base(word), index = a64::index(word);
  const auto put = [&](const Value& value) {
    if (to < kRegisters) state.registers[to] = value;
  };
  if (const auto page = page_of(instruction, address))
    return put({.kind = Kind::page, .group = number, .a = *page});
  if (instruction.form == Form::adr)
    return put({.kind = Kind::address, .a = address + static_cast<std::uint64_t>(instruction.offset)});
  const Value base = from < kRegisters ? state.registers[from] : Value{};
  const Value other = index < kRegisters ? state.registers[index] : Value{};
  if (instruction.form == Form::low12 && base.kind == Kind::page) {
    const std::uint64_t target = base.a + static_cast<std::uint64_t>(instruction.offset);
    const bool is_access = (word & 0x1f000000) != 0x11000000;
    if (instruction.offset >= static_cast<std::int64_t>(kPage))
      doubt("an address outside of its page", address);
    if (found != nullptr) {
      unite(base.group);
      found->uses.push_back({.at = address,
                             .target = target,
                             .page = members(base.group).front(),
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
  // An ADR of a table's base may by chance be one of a page.
  if (const Value jump = sum_of(word, base, other); jump.kind == Kind::jump) return put(jump);
  const bool on_stack = from == kRegisters && (instruction.bytes != 0 || instruction.after != 0);
  if (on_stack || instruction.resets_stack) return touch_stack(state, instruction, word, address);
  check_reads(state, instruction, address);
  if (base.kind == Kind::address && found != nullptr) reach(base.a, instruction, word, found->reached);
  Value result;
  if (instruction.loads && base.kind == Kind::address && instruction.size < 3) {
    result = {.kind = Kind::entry,
              .width = static_cast<std::uint8_t>(1u << instruction.size),
              .is_signed = instruction.is_signed,
              .a = base.a};
  }
  if ((word & 0xff000000) == 0x8b000000) result = {.kind = Kind::sum};
  const std::int64_t added = added_to(instruction, word);
  if (base.kind == Kind::address && added != 0)
    result = {.kind = Kind::address, .a = base.a + static_cast<std::uint64_t>(added)};
  for (std::uint32_t rest = instruction.writes; rest != 0; rest &= rest - 1) {
    const auto i = static_cast<unsigned>(std::countr_zero(rest));
    state.registers[i] = i == to ? result : Value{};
  }
}

// A page may be kept on the stack, in a whole slot of 8 bytes that is read by its distance from the
// pointer.
void Registers::touch_stack(State& state, const Instruction& instruction, std::uint32_t word,
                            std::uint64_t address) {
  if (instruction.resets_stack) {
    if (has_page(state)) doubt("a page on a stack that moves", address);
    state.slots.clear();
  }
  move_stack(state, instruction.before);
  const std::int64_t begin = instruction.distance, end = begin + instruction.bytes;
  const bool is_pair = bits(word, 29, 27) == 5, is_vector = bits(word, 26, 26) != 0;
  const bool is_store = bits(word, is_pair || is_vector ? 22 : 23, 22) == 0;
  const bool is_word = !is_vector && instruction.bytes == (is_pair ? 16 : 8);
  const std::array<unsigned, 2> moved = {first(word), second(word)};
  if (!is_word) {
    check_reads(state, instruction, address);
    const auto slot = slot_behind(state, begin - 7);
    if (instruction.bytes != 0 && slot != state.slots.end() && slot->first < end + kFirstSlot && !is_store &&
        may_be_page(slot->second))
      doubt("a part of a page", address);
    for (std::uint32_t rest = instruction.writes; rest != 0; rest &= rest - 1)
      state.registers[static_cast<unsigned>(std::countr_zero(rest))] = {};
  }
  if (instruction.bytes != 0 && is_store)
    state.slots.erase(slot_behind(state, begin - 7), slot_behind(state, end));
  for (unsigned i = 0; is_word && i < (is_pair ? 2u : 1u); ++i) {
    if (moved[i] >= kRegisters) continue;
    const std::int64_t distance = begin + 8 * i;
    const auto slot = slot_behind(state, distance);
    Value& value = state.registers[moved[i]];
    if (!is_store && (instruction.writes >> moved[i] & 1) == 0) continue;  // PRFM
    if (!is_store) {
      const bool known = slot != state.slots.end() && slot->first == distance + kFirstSlot;
      value = known ? slot->second : Value{};
    } else if (distance < 0) {
      if (may_be_page(value)) doubt("a page below the stack", address);
    } else if (may_be_page(value) || value.kind == Kind::address) {
      state.slots.emplace(slot, distance + kFirstSlot, value);
    }
  }
  move_stack(state, instruction.after);
  if (state.slots.size() > kMostSlots) {
    doubt("too many pages on the stack", address);
    state.slots.clear();
  }
}

void Registers::check_reads(const State& state, const Instruction& instruction, std::uint64_t address) {
  for (std::uint32_t rest = instruction.reads; rest != 0; rest &= rest - 1) {
    const auto i = static_cast<unsigned>(std::countr_zero(rest));
    const Value& value = state.registers[i];
    if (i == kFrame && has_page(state)) doubt("a page on a stack that is reached otherwise", address);
    if (may_be_page(value))
      doubt(value.kind == Kind::foreign ? "a register of unknown origin"
                                        : "a page that is no part of an address",
            address);
  }
}

}  // namespace unrepro::elf::a64
