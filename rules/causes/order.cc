#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 6> kCauses = {{
    {.id = "readdir-order",
     .family = "order",
     .title = "order in which the file system lists files",
     .meaning = "Files were processed in the order in which a directory lists them, and file systems differ "
                "in that order.",
     .evidence = "The same items in another order; their keys are file names of one directory, and siblings "
                 "stay together. A locale's sort explains both sides exactly; hash order concerns names that "
                 "are no files; parallel jobs swap neighbours only.",
     .remedy =
         "Sort file lists with a fixed collation before use. tar: --sort=name. Shell: find … -print0 | "
         "LC_ALL=C sort -z. Make: $(sort $(wildcard …)). CMake: list(SORT …). Python: sorted(os.listdir(d)). "
         "Ruby: Dir.glob(…).sort. zip: zip -X -@ < sorted list. cpio: feed a sorted list.",
     .risk = "log2 of the number of orders. Where the first or last entry wins, order is behaviour."},
    {.id = "locale-collation",
     .family = "order",
     .title = "sorted under the builder's locale",
     .meaning = "A list was sorted by the rules of the locale of each build: upper and lower case, "
                "punctuation and national letters change places.",
     .evidence = "Each side is sorted, exactly, under some locale, and the two locales differ.",
     .remedy = "Set LC_ALL=C.UTF-8 for the build, or LC_ALL=C for the one sort. In code compare code points, "
               "not collation keys.",
     .risk = "A few bits, the choice of a locale; join and comm can lose lines when the orders disagree, and "
             "that is a change of content."},
    {.id = "hash-order",
     .family = "order",
     .title = "iteration order of a hash table",
     .meaning = "The elements of a set or map were written in the order in which the program's hash table "
                "holds them; many runtimes seed it at random on every start.",
     .evidence = "The same logical items (keys, attributes, imports) in another order, unrelated to files. "
                 "It vanishes with a fixed hash seed and does not react to the file system. Java's Set.of "
                 "shows only one order and its reverse, small Go maps only rotations.",
     .remedy = "Sort the elements before they are written. As a stopgap: PYTHONHASHSEED=0; PERL_HASH_SEED=0 "
               "PERL_PERTURB_KEYS=0; in code sorted(), json.dumps(sort_keys=True), TreeMap or LinkedHashMap, "
               "BTreeMap, $Data::Dumper::Sortkeys=1.",
     .risk =
         "log2 of the number of orders. Overlapping patterns, routes and overloads are decided by order."},
    {.id = "pointer-order",
     .family = "order",
     .title = "order of memory addresses",
     .meaning = "Something was sorted or stored by the address of objects, or an unstable sort broke ties by "
                "address; addresses change from run to run.",
     .evidence =
         "The same items in another order; often only items that compare equal trade places. It vanishes "
         "without address randomisation and does not react to hash seeds or to the file system.",
     .remedy = "Sort by a name or a number of the object, with a total order. C++: std::stable_sort, and "
               "containers keyed by something else than a pointer.",
     .risk = "log2 of the number of orders."},
    {.id = "parallel-order",
     .family = "order",
     .title = "order in which parallel jobs finished",
     .meaning = "Concurrent jobs appended results, or drew numbers, as they finished.",
     .evidence = "The same items in nearly the same order: neighbours trade places, blocks stay whole, "
                 "dependencies are respected. It vanishes with one job.",
     .remedy = "Collect the results and sort them after the jobs have joined. As a stopgap run the step with "
               "-j1; squashfs-tools before 4.4: -processors 1; GHC: -j1 or -fobject-determinism.",
     .risk = "log2 of the number of orders; a race in the content may be near."},
    {.id = "order-unattributed",
     .family = "order",
     .title = "same items, other order, origin unknown",
     .meaning =
         "The two sides hold the same items in different orders, and nothing shows what made the order.",
     .evidence = "The items are equal as a multiset; neither a sort, a hash seed, the file system nor "
                 "parallel jobs could be proven as the origin.",
     .remedy = "Vary one thing at a time to find the origin: file system order, hash seed, address "
               "randomisation, number of jobs, locale. Then sort at that place.",
     .risk = "log2 of the number of orders; whether order decides anything depends on the consumer."},
}};

}  // namespace

std::span<const CauseInfo> order_causes() { return kCauses; }

}  // namespace unrepro
