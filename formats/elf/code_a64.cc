// A64: branches, ADR, and pages (ADRP) with what is added to them. A page may reach its uses in other blocks,
// so registers are followed through all paths (a forward data flow to the fixed point). What is read
// otherwise of a page, or of a register that holds one on some paths only, is refused: then an operand that
// is taken for a number could be a part of an address.

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "formats/elf/code.h"
#include "formats/elf/registers_a64.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

using Form = ImageReference::Form;
using Origin = ImageReference::Origin;
using a64::Flow;
using a64::Instruction;
using a64::Kept;
using a64::Kind;
using a64::State;
using a64::Use;
using a64::Value;

constexpr std::uint32_t kCallerSaved = 0x4007ffff;  // x0 to x18, x30 (AAPCS64, 6.1.1)
constexpr std::uint64_t kPage = 4096;
constexpr int kMostRounds = 8;
constexpr std::size_t kMostEdges = std::size_t{1} << 20;
constexpr std::size_t kMostSearched = 512;                 // instructions of a function that never returns
constexpr int kMostCalls = 16;                             // of each other, of such functions
constexpr std::size_t kMostValues = std::size_t{1} << 25;  // kept of all blocks

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
      for (std::uint64_t at = 0; at < region.size; at += 4) {
        code_.instructions.back()[at] = true;
        words_.push_back(static_cast<std::uint32_t>(number_at(region.bytes, at, 4)));
      }
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
    if (registers_->trouble != nullptr) refuse(registers_->trouble, registers_->trouble_at);
    emit();
  }

 private:
  void refuse(const char* what, std::uint64_t address) {
    if (!code_.refusal.empty()) return;
    for (const ImageRegion& region : program_.regions) {
      if (address - region.address < region.size)
        code_.refusal = std::string(what) + " at " + region.label + "+" + hex(address - region.address);
    }
  }
  // Only if the round is the last one: before, not all paths are known.
  void doubt(const char* what, std::uint64_t address) {
    if (registers_->trouble != nullptr) return;
    registers_->trouble = what;
    registers_->trouble_at = address;
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
  std::uint32_t word_at(std::uint32_t number) const { return words_[number]; }
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
    registers_.emplace(count_);
    after_calls_.clear();
    states_.clear();
    kept_values_ = 0;
    is_reached_.assign(count_, false);
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
      enter(i, call != after_calls_.end() ? a64::restore(call->second) : anything);
      follow();
    }
  }

  void call(std::uint32_t number, const State& state) {
    const auto known = states_.find(number);
    const auto is_foreign = [](const auto& each) { return each.second.kind == Kind::foreign; };
    const bool adds_nothing =
        std::none_of(state.registers.begin(), state.registers.end(), a64::may_be_page) &&
        known != states_.end() && std::all_of(known->second.begin(), known->second.end(), is_foreign);
    if (adds_nothing) return;
    State there = a64::called(state, ~0u);
    there.slots.clear();
    enter(number, there);
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
    a64::keep(state, found_);
    const auto [known, is_new] = states_.try_emplace(number);
    if (!is_new) {
      registers_->join(known->second, found_, joined_);
      if (joined_ == known->second) return;
      found_.swap(joined_);
    }
    kept_values_ += found_.size() - known->second.size();
    known->second = found_;
    if (kept_values_ > kMostValues) return refuse("too much code", address_of(number));
    pending_.insert(number);
  }

  void follow() {
    while (!pending_.empty() && code_.refusal.empty()) {
      const std::uint32_t number = *pending_.begin();
      pending_.erase(pending_.begin());
      walk(number, false);
    }
    pending_.clear();
  }

  // Reads a block.
  void walk(std::uint32_t number, bool is_last) {
    State state = a64::restore(states_.at(number));
    const std::uint32_t end = begins_[region_of(number) + 1];
    const std::uint64_t base = address_of(number) - std::uint64_t{number} * 4;
    for (std::uint32_t i = number; i < end; ++i) {
      if (i != number && is_leader_[i]) {
        if (!is_last) enter(i, state);
        return;
      }
      is_reached_[i] = true;
      const std::uint32_t word = word_at(i);
      const Instruction instruction = *a64::decode(word);
      const Value jump = state.registers[std::min<std::size_t>(a64::base(word), a64::kRegisters - 1)];
      registers_->step(state, instruction, word, i, base + std::uint64_t{i} * 4, is_last ? &seen_ : nullptr);
      switch (instruction.flow) {
        case Flow::jump:
        case Flow::branch:
          if (!is_last) enter(target_of(i, instruction), state);
          if (instruction.flow == Flow::jump) return;
          break;
        case Flow::call: {
          const std::uint32_t target = target_of(i, instruction);
          if (!is_last) call(target, state);
          state = a64::called(state, kCallerSaved);
          if (gives_result(target)) state.registers[0] = {};
          if (is_function_[i + 1]) return;
          if (!returns(target)) {
            a64::keep(state, after_calls_[i + 1]);
            return;
          }
          break;
        }
        case Flow::call_register:
          state = a64::called(state, kCallerSaved);
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

  // The last reading of a round: what is found on the way is kept.
  void record() {
    seen_ = {};
    jumps_.clear();
    if (!code_.refusal.empty()) return;
    for (std::uint32_t i = 0; i < count_ && code_.refusal.empty(); ++i) {
      if (is_leader_[i] && states_.contains(i)) walk(i, true);
    }
    anchors_ = program_.anchors;
    for (const Use& use : seen_.uses) anchors_.push_back(use.target);
    std::sort(anchors_.begin(), anchors_.end());
  }

  const ImageExtent* function_around(std::uint64_t address) const {
    const auto next =
        std::upper_bound(program_.functions.begin(), program_.functions.end(), address,
                         [](std::uint64_t value, const ImageExtent& extent) { return value < extent.begin; });
    if (next == program_.functions.begin() || address >= std::prev(next)->end) return nullptr;
    return &*std::prev(next);
  }

  // The function around an address, or the room between two, about which unwind tables say nothing.
  ImageExtent reach_of(std::uint64_t address) const {
    if (const ImageExtent* function = function_around(address)) return *function;
    const auto next =
        std::upper_bound(program_.functions.begin(), program_.functions.end(), address,
                         [](std::uint64_t value, const ImageExtent& extent) { return value < extent.begin; });
    return {next != program_.functions.begin() ? std::prev(next)->end : 0,
            next != program_.functions.end() ? next->begin : ~std::uint64_t{0}};
  }

  using Edges = std::unordered_map<std::uint32_t, std::vector<std::uint32_t>>;

  // Where jumps by registers lead to.
  Edges find_edges() {
    Edges edges;
    std::size_t count = 0;
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
      } else {
        // To one of the labels in the function whose address something takes.
        const ImageExtent function = reach_of(address);
        for (auto at = std::upper_bound(anchors_.begin(), anchors_.end(), function.begin);
             at != anchors_.end() && *at < function.end; ++at) {
          if (const auto target = number_of(*at)) targets.push_back(*target);
        }
      }
      if (targets.empty()) continue;
      count += targets.size();
      if (count > kMostEdges) return refuse("too many jumps", address), edges;
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
    for (const Use& use : seen_.uses) targets.try_emplace(registers_->root(use.page), use.target);
    auto use = seen_.uses.begin();
    for (std::uint32_t i = 0; i < count_; ++i) {
      const std::uint64_t address = address_of(i);
      const Instruction instruction = *a64::decode(word_at(i));
      ImageReference reference{.at = address, .form = instruction.form};
      const auto target = is_reached_[i] ? a64::page_of(instruction, address) : std::nullopt;
      const auto known = target ? targets.find(registers_->root(i)) : targets.end();
      if (!is_reached_[i]) {
        const Use* copied = copied_by(i);
        if (copied == nullptr) continue;
        refer(*copied, targets, reference);
      } else if (known != targets.end() || instruction.form == Form::page) {
        reference.target = known != targets.end() ? known->second : *target;
        if (instruction.form == Form::adr) reference.form = Form::adr_page;
      } else if (instruction.form == Form::low12) {
        if (use == seen_.uses.end() || use->at != address) continue;
        refer(*use++, targets, reference);
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
    std::sort(seen_.reached.begin(), seen_.reached.end(), [](const ImageExtent& a, const ImageExtent& b) {
      return std::pair(a.begin, b.end) < std::pair(b.begin, a.end);
    });
    std::uint64_t begin = ~std::uint64_t{0};
    for (const ImageExtent& extent : seen_.reached) {
      if (extent.begin != begin) code_.together.push_back(extent);
      begin = extent.begin;
    }
  }

  // What a load or store refers to that is_filler() says is a copy.
  const Use* copied_by(std::uint32_t number) const {
    if (number + 1 >= count_ || a64::decode(word_at(number))->bytes == 0) return nullptr;
    const Instruction back = *a64::decode(word_at(number + 1));
    if (back.flow != Flow::jump) return nullptr;
    const std::uint32_t original = target_of(number + 1, back) - 1;
    if (original >= count_ || word_at(original) != word_at(number)) return nullptr;
    const auto use = std::lower_bound(seen_.uses.begin(), seen_.uses.end(), address_of(original),
                                      [](const Use& u, std::uint64_t at) { return u.at < at; });
    return use != seen_.uses.end() && use->at == address_of(original) ? &*use : nullptr;
  }

  void refer(const Use& use, const std::unordered_map<std::uint32_t, std::uint64_t>& targets,
             ImageReference& reference) {
    reference.target = use.target;
    reference.origin = Origin::place;
    reference.base = targets.at(registers_->root(use.page));
    reference.shift = use.shift;
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
  std::vector<std::uint32_t> words_;
  std::vector<bool> is_leader_, is_reached_, is_function_;  // by instruction
  std::unordered_map<std::uint32_t, bool> returns_;         // by instruction that is called
  std::unordered_map<std::uint32_t, Kept> after_calls_;     // that never return: what would be known there
  std::unordered_map<std::uint32_t, Kept> states_;          // by leader
  std::size_t kept_values_ = 0;
  std::set<std::uint32_t> pending_;          // leaders whose state changed
  std::optional<a64::Registers> registers_;  // of this round
  Edges edges_;
  Kept found_, joined_;                                 // of enter()
  a64::Found seen_;                                     // ascending
  std::vector<std::pair<std::uint32_t, Value>> jumps_;  // by registers
  std::vector<std::uint64_t> anchors_;
  std::vector<Table> tables_;
};

}  // namespace

void read_aarch64(const Surroundings& program, Code& code) { Reader(program, code).run(); }

}  // namespace unrepro::elf
