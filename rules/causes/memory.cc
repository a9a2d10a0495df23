#include <array>

#include "rules/causes/families.h"

namespace unrepro {
namespace {

constexpr std::array<CauseInfo, 6> kCauses = {{
    {.id = "uninitialised-memory",
     .family = "memory",
     .title = "memory that was never written",
     .meaning = "A program wrote a structure or buffer with bytes it had never set: padding, the rest of a "
                "buffer, leftovers of earlier data.",
     .evidence = "The bytes lie where the format has padding or reserved space, hold zeros, pointers or "
                 "scraps of text, and vary from run to run.",
     .remedy = "Zero the memory in the writing program (calloc, memset, = {0}). -ftrivial-auto-var-init=zero "
               "helps meanwhile; valgrind and MemorySanitizer find the place.",
     .risk = "8 bits for each byte, and none can be verified; memory of the builder leaks."},
    {.id = "aslr-address",
     .family = "memory",
     .title = "memory address printed",
     .meaning = "A program printed or stored the address of an object, and address randomisation changed it.",
     .evidence = "Values in the range of user addresses, aligned, with equal low 12 bits on both sides. They "
                 "are constant without randomisation.",
     .remedy = "Print a stable name instead of the address. Sphinx: autodoc_preserve_defaults = True. "
               "DocBook: generate.consistent.ids=1. Remove %p and default object representations.",
     .risk = "About 28 bits for each address."},
    {.id = "random-id",
     .family = "memory",
     .title = "random identifier",
     .meaning =
         "A tool drew an identifier at random, as its format asks: a UUID, a serial number, a boundary.",
     .evidence = "The format defines the field as random, and replacing it everywhere, one to one, makes the "
                 "sides equal. Time-based identifiers decode to dates; hashes can be recomputed.",
     .remedy =
         "Derive the identifier from content or give a fixed one. mke2fs: -U and -E hash_seed=. mkfs.fat: "
         "-i. uuidgen --sha1, UUID version 5, a fixed seed; PE: /Brepro with /PDBALTPATH:%_PDB%.",
     .risk = "64 to 128 bits each; some identifiers have a meaning (class ids, partition types)."},
    {.id = "random-key",
     .family = "memory",
     .title = "key, salt or password generated",
     .meaning = "The build generated a secret: a private key, a salt, a token, a seed of a protection.",
     .evidence = "The field parses as a key, certificate, salted hash or seed.",
     .remedy = "Generate secrets at installation or first start, never during the build. Signing keys stay "
               "outside: sign in a separate step. Linux: an external CONFIG_MODULE_SIG_KEY, a fixed "
               "RANDSTRUCT seed.",
     .risk = "Unbounded: a published secret, or an exchanged trust anchor."},
    {.id = "pid",
     .family = "memory",
     .title = "process id recorded",
     .meaning = "The number of a process, or something made from it, was written into the product.",
     .evidence = "An integer within the range of process ids, near temporary names, in the header names of a "
                 "pax archive or in log prefixes; it changes with every run.",
     .remedy = "Leave the number out of names. tar: --pax-option=exthdr.name=%d/PaxHeaders/%f, with "
               "POSIXLY_CORRECT unset. Elsewhere mktemp for names that are not kept.",
     .risk = "15 to 22 bits."},
    {.id = "race-content",
     .family = "memory",
     .title = "a race decided the content",
     .meaning = "Steps of the build ran in an order that its rules do not fix, so a file was lost, cut, "
                "doubled or taken from the wrong step.",
     .evidence = "Two or a few complete alternatives, which come with some probability; one job gives one "
                 "result only.",
     .remedy = "Add the missing dependencies between steps. make --shuffle finds them; .NOTPARALLEL and "
               "atomic renames help meanwhile.",
     .risk = "Unbounded: nobody knows which alternative is right."},
}};

}  // namespace

std::span<const CauseInfo> memory_causes() { return kCauses; }

}  // namespace unrepro
