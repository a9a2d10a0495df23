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

bool is_trusted(const Policy& policy, const std::string& operator_id) {
  return policy.trusted.contains(operator_id);
}

std::size_t trusted_among(const Policy& policy, const std::vector<std::string>& operators) {
  return static_cast<std::size_t>(std::count_if(
      operators.begin(), operators.end(), [&](const std::string& each) { return is_trusted(policy, each); }));
}

// Most operators first; trusted ones, then the digest, break ties.
template <class Item, class DigestOf>
void sort_by_support(const Policy& policy, std::vector<Item>& items, DigestOf digest_of) {
  std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
    return std::tuple(b.operators.size(), trusted_among(policy, b.operators), digest_of(a)) <
           std::tuple(a.operators.size(), trusted_among(policy, a.operators), digest_of(b));
  });
}

void sort_unique(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

Class unite(const Policy& policy, std::vector<Class::Bits> bits, std::string normal) {
  Class united{
      .bits = std::move(bits), .operators = {}, .normal_sha256 = std::move(normal), .separators = {}};
  for (const Class::Bits& each : united.bits)
    united.operators.insert(united.operators.end(), each.operators.begin(), each.operators.end());
  sort_unique(united.operators);
  sort_by_support(policy, united.bits, [](const Class::Bits& each) { return each.sha256; });
  return united;
}

// Whether the artifacts of one normal form may stand as one class.
bool coherent(const std::vector<Class::Bits>& bits, const RelationTable& relations, bool optimistic) {
  std::set<Digest> reached = {bits.front().sha256};
  for (bool grew = true; grew;) {
    grew = false;
    for (const Class::Bits& a : bits) {
      for (const Class::Bits& b : bits) {
        const Relation* relation = relations.find(a.sha256, b.sha256);
        if (relation != nullptr && relation->verdict > Verdict::equivalent) return false;
        if (relation != nullptr && reached.contains(a.sha256)) grew = reached.insert(b.sha256).second || grew;
      }
    }
  }
  return optimistic || reached.size() == bits.size();
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
      classes.push_back(unite(policy, std::move(bits), normal));
      continue;
    }
    for (Class::Bits& each : bits) classes.push_back(unite(policy, {std::move(each)}, normal));
  }
  sort_by_support(policy, classes, [](const Class& each) { return each.bits.front().sha256; });
  std::stable_partition(classes.begin(), classes.end(),
                        [&](const Class& each) { return holds_reference(kase, each); });
  separate(classes, votes, name);
  return classes;
}

bool tied(const Case& kase, const std::vector<Class>& classes) {
  if (classes.size() < 2) return false;
  if (!kase.job.reference.empty())
    return holds_reference(kase, classes[0]) && holds_reference(kase, classes[1]);
  return classes[0].operators.size() == classes[1].operators.size();
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
