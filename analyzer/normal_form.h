#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "analyzer/artifact.h"

namespace unrepro {

// Normal forms of content that refers to nothing outside itself, by what it is: what two sides have in common
// is reduced once. Thread-safe.
class NormalForms {
 public:
  std::string find(const std::string& key) const;
  void add(const std::string& key, const std::string& normal);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> known_;
};

// SHA-256, in hex, of the artifact's normal form (design 1.1): inert values, verified derivations and
// reproduced encodings dropped, set lists sorted, free owners numbered by first use. A function of one
// artifact only, so that one digest per side decides equivalence for any number of sides; `known` only saves
// work. Anything a decoder found fault with enters as its raw bytes. Uses parallel_each(); the result does
// not depend on it. Errors: as Opened::open.
Result<std::string> normal_sha256(const Opened& root, bool verify_encoding, NormalForms& known,
                                  Budget& budget);

}  // namespace unrepro
