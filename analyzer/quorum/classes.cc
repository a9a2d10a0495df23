#include "analyzer/quorum/classes.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace unrepro::quorum {
namespace {

std::pair<Digest, Digest> ordered(const Digest& a, const Digest& b) {
  return a < b ? std::pair(a, b) : std::pair(b, a);
}

bool worse(const Relation& a, const Relation& b) {
  const auto rank = [](const Relation& relation) {
    return std::tuple(relation.verdict, relation.divergence, relation.capacity.unbounded,
                      relation.capacity.decibits);
  };
  return rank(a) > rank(b);
}

// Most operators first; trusted holders, then the digest, break ties.
bool leads(const Class::Bits& a, const Class::Bits& b) {
  return std::tuple(b.operators.size(), b.trusted.size(), a.sha256) <
         std::tuple(a.operators.size(), a.trusted.size(), b.sha256);
}

std::size_t trusted_holders(const Class& kind) {
  std::set<std::string> holders;
  for (const Class::Bits& bits : kind.bits) holders.insert(bits.trusted.begin(), bits.trusted.end());
  return holders.size();
}

void sort_unique(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

Class unite(std::vector<Class::Bits> bits, std::string normal) {
  Class united{
      .bits = std::move(bits), .operators = {}, .normal_sha256 = std::move(normal), .separators = {}};
  for (const Class::Bits& each : united.bits)
    united.operators.insert(united.operators.end(), each.operators.begin(), each.operators.end());
  sort_unique(united.operators);
  std::sort(united.bits.begin(), united.bits.end(), leads);
  return united;
}

// Whether the artifacts of one normal form may stand as one class.
bool coherent(const std::vector<Class::Bits>& bits, const RelationTable& relations, bool optimistic) {
  std::set<Digest> members;
  for (const Class::Bits& each : bits) members.insert(each.sha256);
  std::vector<std::pair<Digest, Digest>> edges;
  for (const auto& [pair, relation] : relations.all()) {
    if (!members.contains(pair.first) || !members.contains(pair.second)) continue;
    if (relation->verdict > Verdict::equivalent) return false;
    edges.push_back(pair);
  }
  std::set<Digest> reached = {bits.front().sha256};
  for (bool grew = true; grew;) {
    const std::size_t before = reached.size();
    for (const auto& [left, right] : edges) {
      if (reached.contains(left) || reached.contains(right)) reached.insert({left, right});
    }
    grew = reached.size() > before;
  }
  return optimistic || reached.size() == members.size();
}

// What results say of themselves that is the same within each class and nowhere else.
void separate(std::vector<Class>& classes, const std::vector<Vote>& votes, const std::string& name) {
  std::map<std::string, std::map<std::string, std::set<std::size_t>>> said;  // what → value → classes
  std::map<std::size_t, std::size_t> members;
  std::map<std::string, std::map<std::size_t, std::size_t>> spoke;  // what → class → how many results
  for (const Vote& vote : votes) {
    const Class* at = class_of(classes, vote.artifact(name));
    if (at == nullptr) continue;
    const auto index = static_cast<std::size_t>(at - classes.data());
    ++members[index];
    const auto hear = [&](const std::map<std::string, std::string>& values) {
      for (const auto& [what, value] : values) {
        said[what][value].insert(index);
        ++spoke[what][index];
      }
    };
    hear(vote.result->facts);
    hear(vote.result->inputs);
  }
  for (const auto& [what, values] : said) {
    for (const auto& [value, where] : values) {
      const std::size_t index = *where.begin();
      const auto only_value = [&] {
        return std::count_if(values.begin(), values.end(),
                             [&](const auto& other) { return other.second.contains(index); }) == 1;
      };
      if (where.size() == 1 && values.size() > 1 && spoke[what][index] == members[index] && only_value())
        classes[index].separators[what] = value;
    }
  }
}

}  // namespace

RelationTable::RelationTable(const std::vector<Relation>& relations) {
  for (const Relation& relation : relations) {
    const Relation*& known = relations_[ordered(relation.left, relation.right)];
    if (known == nullptr || worse(relation, *known)) known = &relation;
  }
}

const Relation* RelationTable::find(const Digest& a, const Digest& b) const {
  const auto at = relations_.find(ordered(a, b));
  return at == relations_.end() ? nullptr : at->second;
}

const Relation* RelationTable::worst(const std::vector<Class::Bits>& a,
                                     const std::vector<Class::Bits>& b) const {
  const Relation* found = nullptr;
  for (const Class::Bits& left : a) {
    for (const Class::Bits& right : b) {
      const Relation* relation = find(left.sha256, right.sha256);
      if (relation != nullptr && (found == nullptr || worse(*relation, *found))) found = relation;
    }
  }
  return found;
}

std::vector<Class> classify(const Policy& policy, const Case& kase, const std::vector<Vote>& votes,
                            const std::string& name, const RelationTable& relations, bool optimistic) {
  std::map<Digest, Class::Bits> by_digest;
  for (const Vote& vote : votes) {
    const Digest sha256 = vote.artifact(name);
    if (sha256.empty()) continue;
    Class::Bits& bits = by_digest[sha256];
    bits.sha256 = sha256;
    if (vote.role != Role::rerun && policy.trusted.contains(vote.operator_id))
      bits.trusted.insert(vote.operator_id);
    if (vote.role != Role::seat) continue;
    bits.operators.push_back(vote.operator_id);
    bits.results.push_back(vote.result->id);
  }
  std::map<Digest, std::vector<Class::Bits>> by_form;  // of those without one: by their own digest
  for (auto& [sha256, bits] : by_digest) {
    sort_unique(bits.operators);
    sort_unique(bits.results);
    const auto form = kase.normal.find(sha256);
    const bool formed = policy.accept != Accept::identical && form != kase.normal.end();
    by_form[formed ? "form " + form->second : sha256].push_back(std::move(bits));
  }
  std::vector<Class> classes;
  for (auto& [form, bits] : by_form) {
    const auto normal_of = [&](const Digest& sha256) {
      const auto at = kase.normal.find(sha256);
      return at == kase.normal.end() ? std::string() : at->second;
    };
    const std::string normal = normal_of(bits.front().sha256);
    if (coherent(bits, relations, optimistic)) {
      classes.push_back(unite(std::move(bits), normal));
      continue;
    }
    for (Class::Bits& each : bits) classes.push_back(unite({std::move(each)}, normal));
  }
  std::sort(classes.begin(), classes.end(), [](const Class& a, const Class& b) {
    return std::tuple(b.operators.size(), trusted_holders(b), a.bits.front().sha256) <
           std::tuple(a.operators.size(), trusted_holders(a), b.bits.front().sha256);
  });
  std::stable_partition(classes.begin(), classes.end(),
                        [&](const Class& each) { return holds_reference(kase, each); });
  separate(classes, votes, name);
  return classes;
}

bool holds_reference(const Case& kase, const Class& kind) {
  return std::any_of(kind.bits.begin(), kind.bits.end(),
                     [&](const Class::Bits& bits) { return kase.job.reference.contains(bits.sha256); });
}

const Class* class_of(const std::vector<Class>& classes, const Digest& sha256) {
  for (const Class& each : classes) {
    for (const Class::Bits& bits : each.bits) {
      if (bits.sha256 == sha256) return &each;
    }
  }
  return nullptr;
}

}  // namespace unrepro::quorum
