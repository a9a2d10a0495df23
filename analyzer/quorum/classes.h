#pragma once
// Which artifacts of one name count as one.

#include <map>
#include <string>
#include <vector>

#include "analyzer/quorum/votes.h"

namespace unrepro::quorum {

// The relations of a case by pair of artifacts; of several for one pair the worst.
class RelationTable {
 public:
  explicit RelationTable(const std::vector<Relation>& relations);

  using Map = std::map<std::pair<Digest, Digest>, const Relation*>;
  const Map& all() const { return relations_; }
  // Null when it is not known.
  const Relation* find(const Digest& a, const Digest& b) const;
  // The worst one on record between the two sets; null when none is.
  const Relation* worst(const std::vector<Class::Bits>& a, const std::vector<Class::Bits>& b) const;

 private:
  Map relations_;
};

// The classes of an artifact over all votes, whatever their role. One that holds an artifact of the job's
// reference stands first, then most operators, most trusted holders in any role, smallest digest. Artifacts
// of one normal form are one class when the policy accepts `equivalent` and comparing them, where it was
// done, said so: each must be connected by relations that are at most `equivalent`, unless `optimistic`, and
// no relation among them may be worse.
std::vector<Class> classify(const Policy& policy, const Case& kase, const std::vector<Vote>& votes,
                            const std::string& name, const RelationTable& relations, bool optimistic);

// Whether the class holds an artifact of the job's reference.
bool holds_reference(const Case& kase, const Class& kind);
// Null when no class has it.
const Class* class_of(const std::vector<Class>& classes, const Digest& sha256);

}  // namespace unrepro::quorum
