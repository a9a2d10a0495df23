#!/usr/bin/env python3
"""Attacks inside of objects, or of static libraries, that were honestly compiled in two directories: each patches one
copy of the right file in a relocation, a symbol, a section header or the bytes of a section, and expects that unrepro
accepts none of them.

  object_attacks.py UNREPRO LEFT RIGHT COUNT [SEED]
"""

import json
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

SYMTAB, RELA, NOBITS = 2, 4, 8
TYPES = 0, 1, 2, 4, 9, 10, 11, 42, 257, 275, 277, 283, 286, 311
# Other debug information is another difference; a version in .comment is none; names are compared where they are used.
SPARED = ".debug", ".rela.debug", ".comment", ".strtab", ".shstrtab", ".llvm"
KNOWN = "build-path", "build-timestamp", "derived-layout"


def number(data, at, width):
    return int.from_bytes(data[at:at + width], "little")


def put(data, at, width, value):
    data[at:at + width] = (value % (1 << 8 * width)).to_bytes(width, "little")


def objects(data):
    """Where the members of an archive begin, with their names; a file that is none is its only one."""
    if not data.startswith(b"!<arch>\n"):
        return [("", 0)]
    found, at, long_names = [], 8, b""
    while at + 60 <= len(data):
        name, size = data[at:at + 16].decode().strip(), int(data[at + 48:at + 58])
        if name == "//":
            long_names = data[at + 60:at + 60 + size]
        elif name[:1] == "/" and name[1:].isdigit():
            name = long_names[int(name[1:]):].partition(b"/\n")[0].decode()
        if data[at + 60:at + 64] == b"\x7fELF":
            found.append((name.rstrip("/"), at + 60))
        at += 60 + size + size % 2
    return found


def sections(data, begin):
    """Name, type, offset in the file and size of all that have bytes."""
    table, count, names = (begin + number(data, begin + 40, 8), number(data, begin + 60, 2), number(data, begin + 62, 2))
    strings = begin + number(data, table + names * 64 + 24, 8)
    for i in range(1, count):
        at = table + i * 64
        name = strings + number(data, at, 4)
        kind, size = number(data, at + 4, 4), number(data, at + 32, 8)
        if kind != NOBITS and size:
            yield data[name:data.index(b"\0", name)].decode(), kind, begin + number(data, at + 24, 8), size


def in_root(data, at):
    """Inside of the string that honestly differs: another directory, or date, is what it may hold."""
    string = data[data.rfind(b"\0", 0, at) + 1:data.find(b"\0", at)]
    return any(part in string for part in (b"/srv/rebuild", b"/b/", b"Build date"))


def patch(data, begin, dice):
    """What was done, and the place; None when that is nothing."""
    tables = [row for row in sections(data, begin) if not row[0].startswith(SPARED)]
    name, kind, offset, size = dice.choice(tables)
    if dice.random() < 0.1:
        table = begin + number(data, begin + 40, 8)
        at = table + dice.randrange(number(data, begin + 60, 2) * 64)
        data[at] ^= 1 << dice.randrange(8)
        return "section header", "section_headers"
    if kind == RELA:
        entry = offset + dice.randrange(size // 24) * 24
        what = dice.choice(("offset", "type", "symbol", "addend", "twins"))
        if what == "offset":
            put(data, entry, 8, number(data, entry, 8) + dice.choice((1, -1, 4, 8, -8)))
        elif what == "type":
            put(data, entry + 8, 4, dice.choice(TYPES))
        elif what == "symbol":
            put(data, entry + 12, 4, number(data, entry + 12, 4) + dice.choice((1, -1, 2)))
        elif what == "addend":
            put(data, entry + 16, 8, number(data, entry + 16, 8) + dice.choice((1, -1, 4, 8, -8, 16, 32)))
        else:
            other = offset + dice.randrange(size // 24) * 24
            data[entry + 8:entry + 24], data[other + 8:other + 24] = data[other + 8:other + 24], data[entry + 8:entry + 24]
        return f"relocation {what}", name
    at = offset + dice.randrange(size)
    if in_root(data, at):
        return None
    data[at] ^= 1 << dice.randrange(8)
    return "symbol" if kind == SYMTAB else "bytes", name


def attacks(left, right, count, seed):
    dice = random.Random(seed)
    before = {name: left[at:] for name, at in objects(left)}
    differing = [(name, at) for name, at in objects(right) if not before.get(name, b"").startswith(right[at:at + 4096])]
    while count:
        name, begin = dice.choice(differing)
        data = bytearray(right)
        done = patch(data, begin, dice)
        if done and data != right:
            count -= 1
            yield *done, name, bytes(data)


def main():
    unrepro, left, right, count = sys.argv[1:4] + [int(sys.argv[4])]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else 1

    def attempt(attack):
        kind, section, member, data = attack
        with tempfile.NamedTemporaryFile(prefix="attack-") as patched:
            patched.write(data)
            patched.flush()
            run = subprocess.run([unrepro, left, patched.name, "--format", "json"], capture_output=True, check=False)
        report = json.loads(run.stdout)
        first = [f for f in report["findings"] if f["cause"] not in KNOWN and not f["derived"]][:3]
        named = any(member in str(f["location"]) for f in first) if member else bool(first)
        lead = "; ".join(f"{f['location']}: {f['note']}" for f in first)
        return kind, section, member, report["verdict"], named, lead

    rows = {}
    with ThreadPoolExecutor(2) as pool:
        readers = [open(path, "rb") for path in (left, right)]
        for kind, section, member, verdict, named, lead in pool.map(attempt, attacks(*(f.read() for f in readers), count, seed)):
            row = rows.setdefault(kind, [0, 0, 0])
            row[0] += 1
            row[1] += verdict != "divergent"
            row[2] += named
            if verdict != "divergent" or not named:
                print("not named:" if verdict == "divergent" else "NOT REFUSED", kind, section, member, verdict, lead)
    for kind, (tried, passed, places) in sorted(rows.items()):
        print(f"{kind:26} {tried:4} tried {passed:3} not refused {places:4} object named")
    tried, passed, places = (sum(column) for column in zip(*rows.values()))
    print(f"{tried} attacks, {passed} not refused, {places} with their object named")
    return passed != 0


if __name__ == "__main__":
    sys.exit(main())
