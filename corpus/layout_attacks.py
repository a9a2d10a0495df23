#!/usr/bin/env python3
"""Attacks inside pairs of programs whose layout honestly shifted: each patches one copy of the right program so
that something refers to another place than it should, half of them by leaving what the left program has, and
expects that unrepro accepts none of them. Needs binutils.

  layout_attacks.py UNREPRO LEFT RIGHT COUNT [SEED]
"""

import json
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor


KNOWN = ("build-path", "build-timestamp", "derived-layout", "derived-build-id")


def sections(path):
    rows = {}
    text = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
    for match in re.finditer(r"\] (\S+)\s+(\S+)\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) ", text):
        if match[2] != "NOBITS":
            rows[match[1]] = (int(match[3], 16), int(match[4], 16), int(match[5], 16))
    return rows


def section_of(field, rows):
    return max((name for name in rows if re.match(re.escape(name) + r"([.+]|$)", field)), key=len, default="")


def displacements(path):
    """Where instructions hold displacements relative to the instruction pointer, as file offset and target."""
    found = []
    text = subprocess.run(["objdump", "-d", "-w", "-j", ".text", path], capture_output=True, text=True,
                          check=True).stdout
    address, offset, _ = sections(path)[".text"]
    data = open(path, "rb").read()
    for match in re.finditer(r"^\s+([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*(\S+)[^\n]*?\(%rip\) +# ([0-9a-f]+)", text, re.M):
        at, raw, target = int(match[1], 16), bytes.fromhex(match[2]), int(match[4], 16)
        displacement = (target - at - len(raw)) & 0xFFFFFFFF
        place = raw.rfind(displacement.to_bytes(4, "little"))
        if place >= 0:
            found.append(("lea" if match[3] == "lea" else "access", at - address + offset + place, target))
    for match in re.finditer(r"^\s+([0-9a-f]+):\t(e8(?: [0-9a-f]{2}){4}) ", text, re.M):
        at = int(match[1], 16)
        place = at - address + offset + 1
        found.append(("call", place, (at + 5 + int.from_bytes(data[place:place + 4], "little", signed=True))))
    return found


A64 = 183  # e_machine
# Operands of A64 instructions that denote places: what is looked at, what it is then, and the operand's bits.
A64_OPERANDS = {
    "page": (0x9f000000, 0x90000000, 0x60ffffe0),
    "low": (0xffc00000, 0x91000000, 0x003ffc00),
    "load": (0xffc00000, 0xf9400000, 0x003ffc00),
    "call": (0xfc000000, 0x94000000, 0x03ffffff),
    "branch": (0xff000010, 0x54000000, 0x00ffffe0),
    "zero": (0x7e000000, 0x34000000, 0x00ffffe0),
}


class A64Words:
    """Attacks on A64 code: as those of attacks() by the same names."""

    def __init__(self, a, b, rows, chance):
        _, offset, size = rows[".text"]
        self.a, self.b, self.chance = a, b, chance
        self.places = {kind: [at for at in range(offset, offset + size - 3, 4) if self.word(b, at) & mask == value]
                       for kind, (mask, value, _) in A64_OPERANDS.items()}
        self.differing = [at for at in range(offset, offset + size - 3, 4) if a[at:at + 4] != b[at:at + 4]]

    @staticmethod
    def word(data, at):
        return int.from_bytes(data[at:at + 4], "little")

    def mutate(self, kind):
        """The patched copy and the place, or None when the kind is not about code."""
        data, chance = bytearray(self.b), self.chance

        def put(at, word):
            data[at:at + 4] = word.to_bytes(4, "little")
            return data, at

        def operand(kind, at, value):
            bits = A64_OPERANDS[kind][2]
            return put(at, self.word(data, at) & ~bits | value & bits)

        if kind == "stale displacement":
            at = chance.choice(self.differing)
            return put(at, self.word(self.a, at))
        if kind == "all displacements stale":
            for at in chance.sample(self.differing, max(1, len(self.differing) // 2)):
                put(at, self.word(self.a, at))
            return data, self.differing[0]
        if kind in ("swapped targets", "retargeted call"):
            of = "call" if kind == "retargeted call" else chance.choice(["page", "low", "load", "call"])
            x, y = chance.sample(self.places[of], 2)
            distance = (y - x) // 4 if of == "call" else 0
            there = self.word(self.b, y)
            if kind == "swapped targets":
                operand(of, y, self.word(self.b, x) - distance)
            return operand(of, x, there + distance)
        if kind == "shifted displacement":
            of = chance.choice(list(self.places))
            at = chance.choice(self.places[of])
            low = A64_OPERANDS[of][2]
            step = 1 << 29 if of == "page" and chance.random() < 0.5 else low & -low & 0x1ffffff or 1 << 5
            return operand(of, at, self.word(self.b, at) ^ step)
        if kind == "inverted branch":
            of = chance.choice(["branch", "zero"])
            at = chance.choice(self.places[of])
            return put(at, self.word(self.b, at) ^ (1 if of == "branch" else 1 << 24))
        if kind == "fall-through":
            at = chance.choice(self.places["branch"])
            word = self.word(self.b, at)
            return put(at, chance.choice([0xd503201f, 0x14000000 | (word >> 5 & 0x3ffff)]))
        if kind in ("length as a bound", "constant that is an address"):
            at = chance.choice([at for at in self.places["low"] if self.a[at:at + 4] == self.b[at:at + 4]])
            return operand("low", at, self.word(self.b, at) + (chance.choice([1, 8, 0x30, 0x698]) << 10))
        if kind == "stale table entry":
            return None
        return NotImplemented


def functions(path):
    """Where functions of .text lie in the file, by size."""
    text = subprocess.run(["readelf", "--debug-dump=frames", "-W", path], capture_output=True, text=True,
                          check=True).stdout
    address, offset, size = sections(path)[".text"]
    found = {}
    for match in re.finditer(r"pc=([0-9a-f]+)\.\.([0-9a-f]+)", text):
        begin, end = int(match[1], 16), int(match[2], 16)
        if address <= begin and end <= address + size:
            found.setdefault(end - begin, []).append(begin - address + offset)
    return found


def debug_places(data, rows):
    """Where DW_OP_addr holds an address in .rodata, in an expression of nine bytes."""
    if ".debug_info" not in rows:
        return []
    _, offset, size = rows[".debug_info"]
    address, _, length = rows[".rodata"]
    return [match.start() + 2 for match in re.compile(rb"\x09\x03", re.S).finditer(data, offset, offset + size - 10)
            if 0 <= int.from_bytes(data[match.start() + 2:match.start() + 10], "little") - address < length]


def attacks(left, right, count, seed):
    chance = random.Random(seed)
    a, b = open(left, "rb").read(), open(right, "rb").read()
    rows = sections(right)
    a64 = A64Words(a, b, rows, chance) if int.from_bytes(b[18:20], "little") == A64 else None
    references = [] if a64 else displacements(right)
    differing = [r for r in references if a[r[1]:r[1] + 4] != b[r[1]:r[1] + 4]]
    twins = [places for size, places in functions(right).items() if len(places) > 1 and size > 8]
    named = debug_places(b, rows)
    texts = [len(text) for text in re.findall(rb"[ -~]{6,120}(?=\0)", b[rows[".rodata"][1]:][:rows[".rodata"][2]])]
    sizes = {place: size for size, places in functions(right).items() for place in places}
    rows_left = sections(left)
    by_kind = {}
    for reference in references:
        by_kind.setdefault(reference[0], []).append(reference)

    def put(data, at, value, width=4):
        data[at:at + width] = (value % (1 << 8 * width)).to_bytes(width, "little")

    def number(data, at, width=4):
        return int.from_bytes(data[at:at + width], "little", signed=True)

    def words(section):
        _, offset, size = rows[section]
        return range(offset, offset + size - 7, 8)

    def mutate(kind):
        patched = a64.mutate(kind) if a64 else NotImplemented
        if patched is not NotImplemented:
            return patched
        data = bytearray(b)
        if kind == "stale displacement":
            at = chance.choice(differing)[1]
            data[at:at + 4] = a[at:at + 4]
            return data, at
        if kind == "all displacements stale":
            for _, at, _ in chance.sample(differing, max(1, len(differing) // 2)):
                data[at:at + 4] = a[at:at + 4]
            return data, differing[0][1]
        if kind == "swapped targets":
            same = chance.choice(list(by_kind.values()))
            x, y = chance.sample(same, 2)
            put(data, x[1], number(b, x[1]) + y[2] - x[2])
            put(data, y[1], number(b, y[1]) + x[2] - y[2])
            return data, x[1]
        if kind == "retargeted call":
            x, y = chance.sample(by_kind["call"], 2)
            put(data, x[1], number(b, x[1]) + y[2] - x[2])
            return data, x[1]
        if kind == "shifted displacement":
            at = chance.choice(references)[1]
            put(data, at, number(b, at) + chance.choice([-16, -8, -4, -1, 1, 4, 8, 16]))
            return data, at
        if kind == "stale table entry":
            _, offset, size = rows[".rodata"]
            table = [at for at in range(offset, offset + size - 3, 4)
                     if b[at + 2:at + 4] == b"\xfd\xff" or b[at + 2:at + 4] == b"\xfe\xff"]
            if not table:
                return None
            at = chance.choice(table)
            put(data, at, number(b, at) + chance.choice([-160, -64, -32, 32, 64, 160]))
            return data, at
        if kind == "inverted branch":
            _, offset, size = rows[".text"]
            branches = [at for at in range(offset, offset + size - 1) if 0x74 <= b[at] <= 0x75]
            at = chance.choice(branches)
            data[at] ^= 1
            return data, at
        if kind == "constant":
            _, offset, size = rows[".text"]
            at = offset + chance.randrange(size)
            data[at] ^= 1 << chance.randrange(8)
            return data, at
        if kind in ("relocation", "data word", "unwind entry"):
            section = {"relocation": ".rela.dyn", "data word": ".data.rel.ro", "unwind entry": ".eh_frame"}[kind]
            if section not in rows:
                return None
            used = [at for at in words(section) if any(b[at:at + 8])]
            at = chance.choice(used)
            if chance.random() < 0.5 and a[at:at + 8] != b[at:at + 8]:
                data[at:at + 8] = a[at:at + 8]
            else:
                data[at] ^= 0x10
            return data, at
        if kind == "swapped relocations":
            _, offset, size = rows[".rela.dyn"]
            relative = [at for at in range(offset, offset + size, 24) if b[at + 8:at + 12] in (b"\x08\0\0\0", b"\x03\x04\0\0")]
            x, y = chance.sample(relative, 2)
            data[x + 16:x + 24], data[y + 16:y + 24] = b[y + 16:y + 24], b[x + 16:x + 24]
            return data, x + 16
        if kind in ("GOT entry", "init-array entry"):
            section = chance.choice([".got", ".got.plt"] if kind == "GOT entry" else [".init_array", ".fini_array"])
            used = [at for at in words(section) if any(b[at:at + 8])]
            at = chance.choice(used)
            put(data, at, number(b, at, 8) + chance.choice([-16, -8, 8, 16]), 8)
            return data, at
        if kind == "section flag":
            table = int.from_bytes(b[40:48], "little") + 64 * chance.randrange(1, int.from_bytes(b[60:62], "little"))
            data[table + 8] ^= chance.choice([1, 2, 4])
            return data, table + 8
        if kind == "segment flag":
            at = 64 + 56 * chance.randrange(int.from_bytes(b[56:58], "little")) + 4
            data[at] ^= chance.choice([1, 2, 4])
            return data, at
        if kind == "twins swapped":
            places = chance.choice(twins)
            x, y = chance.sample(places, 2)
            size = sizes[x]
            data[x:x + size], data[y:y + size] = b[y:y + size], b[x:x + size]
            return data, x
        if kind in ("length as a bound", "constant that is an address"):
            _, offset, size = rows[".text"]
            code = b[offset:offset + size]
            if kind == "length as a bound":  # cmp or mov of the length of a string
                length = chance.choice(texts)
                pattern = rb"(?:\x83[\xf8-\xff]|\x6a)" + re.escape(bytes([length & 0x7f]))
                at = offset + chance.choice([match.end() - 1 for match in re.finditer(pattern, code, re.S)])
                data[at] = (data[at] + len(b) % 7 + 1) & 0x7f
            else:  # a number that could be an address moves as if it were one
                shift = chance.choice([16, 32, 64, 128])
                found = [match.start() + 1 for match in re.finditer(rb"[\xb8-\xbf]....", code, re.S)]
                at = offset + chance.choice(found)
                put(data, at, number(b, at) + shift)
            return data, at
        if kind == "fall-through":  # a short jump is taken never, or always
            _, offset, size = rows[".text"]
            at = chance.choice([at for at in range(offset, offset + size - 1) if 0x70 <= b[at] <= 0x7f])
            data[at:at + 2] = chance.choice([b"\x90\x90", bytes([0xeb, b[at + 1]])])
            return data, at
        if kind == "stale debug place":
            at = chance.choice(named)
            if a[rows_left[".debug_info"][1] + at - rows[".debug_info"][1]:][:8] == b[at:at + 8]:
                put(data, at, number(b, at, 8) + 8, 8)
            else:
                data[at:at + 8] = a[rows_left[".debug_info"][1] + at - rows[".debug_info"][1]:][:8]
            return data, at
        if kind == "swapped debug places":
            x, y = chance.sample(named, 2)
            data[x:x + 8], data[y:y + 8] = b[y:y + 8], b[x:x + 8]
            return data, x
        raise ValueError(kind)

    stale = ["stale displacement", "all displacements stale", "swapped targets", "swapped relocations",
             "twins swapped", "stale debug place", "swapped debug places"]
    other = ["retargeted call", "shifted displacement", "stale table entry", "inverted branch", "constant",
             "relocation", "data word", "unwind entry", "GOT entry", "init-array entry", "section flag", "segment flag",
             "length as a bound", "constant that is an address", "fall-through"]
    made = made_nothing = 0
    while made < count:
        kind = chance.choice(stale if made % 2 == 0 else other)
        try:
            result = mutate(kind)
        except (IndexError, KeyError, ValueError):
            result = None  # the program has too few of what this kind changes
        made_nothing += result is None
        if made_nothing > 100 * count:
            return
        if result is None or bytes(result[0]) == b:
            continue
        made += 1
        yield kind, bytes(result[0]), result[1]


def main():
    unrepro, left, right, count = sys.argv[1:4] + [int(sys.argv[4])]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    rows = sections(right)

    def attempt(attack):
        kind, data, at = attack
        with tempfile.NamedTemporaryFile(prefix="attack-") as patched:
            patched.write(data)
            patched.flush()
            run = subprocess.run([unrepro, left, patched.name, "--format", "json"], capture_output=True)
        report = json.loads(run.stdout)
        # The findings come in the order in which a person reads them.
        first = [f for f in report["findings"] if f["cause"] not in KNOWN and not f["derived"]][:3]
        lead = "; ".join(f"{f['field']}: {f['note']}" for f in first)
        inside = next((n for n, r in rows.items() if r[1] <= at < r[1] + r[2]), None)
        if inside is None:
            inside = "program_headers" if at < 0x400 else "section_headers"
        named = any(section_of(f["field"], rows) == inside or f["field"].startswith(inside) or (f["right"] and abs(f["right"]["offset"] - at) < 16)
                    for f in first)
        return kind, report["verdict"], named, lead

    accepted = named = total = 0
    kinds = {}
    with ThreadPoolExecutor(2) as pool:
        for kind, verdict, is_named, lead in pool.map(attempt, attacks(left, right, count, seed)):
            total += 1
            named += is_named
            row = kinds.setdefault(kind, [0, 0, 0])
            row[0] += 1
            row[2] += is_named
            if verdict != "divergent":
                accepted += 1
                row[1] += 1
                print("NOT REFUSED", kind, verdict, lead)
            elif not is_named:
                print("not named:", kind, lead)
    for kind, (tried, passed, places) in sorted(kinds.items()):
        print(f"{kind:26} {tried:4} tried {passed:3} not refused {places:4} section named")
    print(f"{total} attacks, {accepted} not refused, {named} with their section named")
    return accepted != 0


if __name__ == "__main__":
    sys.exit(main())
