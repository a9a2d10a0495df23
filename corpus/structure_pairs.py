"""Pairs about the structure of ELF files, zips, cpio archives, static libraries and streams, made with real tools:
attacks, each with the place that must be named, and differences that may be accepted, with their exact causes.

A pair is a shell script that runs once for each side (SIDE is 0 or 1) in a folder of its own and writes the artifact
to $OUT; or it runs once, and `edit` makes the right side of the left one's bytes, where no tool makes such files.
"""
import dataclasses
import re
import struct
import zlib
from typing import Callable, Optional

FOUND = []


@dataclasses.dataclass(frozen=True)
class Pair:
    name: str
    verdict: str
    causes: frozenset      # root causes of a pair that may be accepted
    place: str             # of an attack: matches the location of one of the first findings that block
    script: str
    edit: Optional[Callable] = None


def attack(name, place, script, edit=None):
    FOUND.append(Pair(name, "divergent", frozenset(), place, script, edit))


def benign(name, verdict, causes, script, edit=None):
    FOUND.append(Pair(name, verdict, frozenset(causes.split()), "", script, edit))


def put(data, at, value):
    assert 0 <= at <= len(data) - len(value)
    return data[:at] + value + data[at + len(value):]


def exchange(data, one, other):
    """Swaps two texts of one length."""
    at, to = data.index(one), data.index(other)
    return put(put(data, at, other), to, one)


class Elf:
    """The sections of a little-endian 64-bit ELF file: name → (header, type, offset, size)."""

    def __init__(self, data):
        table, = struct.unpack_from("<Q", data, 40)
        count, names = struct.unpack_from("<HH", data, 60)
        headers = [struct.unpack_from("<IIQQQQ", data, table + 64 * i) for i in range(count)]
        self.sections = {}
        for i, (name, kind, _, _, offset, size) in enumerate(headers):
            at = headers[names][4] + name
            self.sections[data[at:data.index(b"\0", at)].decode()] = (table + 64 * i, kind, offset, size)

    def header(self, name):
        return self.sections[name][0]

    def offset(self, name):
        return self.sections[name][2]

    def size(self, name):
        return self.sections[name][3]

    def gap(self, data, least):
        """The end of the longest run of zeros between two sections."""
        spans = sorted((offset, offset + size) for _, kind, offset, size in self.sections.values() if kind not in (0, 8))
        found = max((b - a, b) for (_, a), (b, _) in zip(spans, spans[1:]))
        assert found[0] >= least and not any(data[found[1] - found[0]:found[1]])
        return found[1]


def dynamic(data):
    """Offsets and tags of the entries of the dynamic section."""
    elf = Elf(data)
    at = elf.offset(".dynamic")
    return [(i, struct.unpack_from("<q", data, i)[0]) for i in range(at, at + elf.size(".dynamic"), 16)]


PROGRAM = r"""
cat > frob.c <<'E'
#include <stdio.h>
#include <unistd.h>
#ifdef ADDED
__attribute__((constructor)) static void added(void) { puts("added"); }
#endif
__attribute__((constructor)) static void first(void) { puts("first"); }
int main(int c, char **v) { (void)v; setuid(0); printf("%d\n", getuid()); return c > 3; }
E
build() { gcc -O1 -o $OUT frob.c "$@"; }
"""
SIDES = 'if [ $SIDE = 0 ]; then %s; else %s; fi\n'


def program(left, right=None):
    """Builds the program, the two sides with other options."""
    return PROGRAM + (f"build {left}\n" if right is None else SIDES % (f"build {left}", f"build {right}"))


def in_note(data):
    """Bytes in the padding of a property note: its three values of 4 bytes are padded to 8."""
    at = Elf(data).offset(".note.gnu.property") + 16
    while any(data[at + 12:at + 16]):
        at += 16
    return put(data, at + 12, b"id\n\0")


def elf_attacks():
    base = program("")
    attack("elf/dynstr-swapped", r"\.dynsym\.[sg]etuid", base, lambda d: exchange(d, b"setuid\0", b"getuid\0"))
    attack("elf/needed-added", r"\.dynamic\.DT_NEEDED", base,
           lambda d: (lambda entries: put(d, next(at for at, tag in entries if tag == 0), struct.pack("<q", 1) + d[entries[0][0] + 8:][:8]))(dynamic(d)))
    attack("elf/needed-linked", r"\.dynamic\.DT_NEEDED", program("-Wl,--no-as-needed", "-Wl,--no-as-needed -lm"))
    libraries = "-Wl,--no-as-needed "
    attack("elf/needed-order", r"\.dynamic\.DT_NEEDED", program(libraries + "-lm -lresolv", libraries + "-lresolv -lm"))
    attack("elf/needed-permuted", r"\.dynamic\.DT_NEEDED", program(libraries + "-lm"),
           lambda d: (lambda at: put(d, at, d[at + 16:at + 32] + d[at:at + 16]))(dynamic(d)[0][0]))
    attack("elf/runpath", r"\.dynamic\.DT_RUNPATH", program("-Wl,-rpath,/usr/lib/frob", "-Wl,-rpath,/tmp/lib/frob"))
    attack("elf/rpath", r"\.dynamic\.DT_RPATH", program("-Wl,--disable-new-dtags,-rpath,/usr/lib/frob",
                                                       "-Wl,--disable-new-dtags,-rpath,/var/tmp/frob"))
    attack("elf/runpath-patched", r"\.dynamic\.DT_RUNPATH", program("-Wl,-rpath,/usr/lib/frob"),
           lambda d: d.replace(b"/usr/lib/frob", b"/tmp/lib/frob"))
    attack("elf/interpreter", r"\.interp", program("", "-Wl,--dynamic-linker=/tmp64/ld-linux-x86-64.so.2"))
    attack("elf/interpreter-patched", r"\.interp", base, lambda d: d.replace(b"/lib64/ld-linux", b"/tmp64/ld-linux"))
    attack("elf/section-flags", r"section_headers\.\.text\.flags", base, lambda d: put(d, Elf(d).header(".text") + 8, b"\7"))
    attack("elf/section-flags-objcopy", r"section_headers\.\.rodata\.flags|!?#\.rodata|section_headers",
           PROGRAM + "gcc -c -o $OUT frob.c; [ $SIDE = 0 ] || objcopy --set-section-flags .rodata=alloc,load,code,data $OUT")
    attack("elf/init-array-added", r"\.init_array", program("", "-DADDED"))
    attack("elf/init-array-entry", r"\.init_array", base,
           lambda d: (lambda at: put(d, at, struct.pack("<Q", struct.unpack_from("<Q", d, at)[0] + 4)))(Elf(d).offset(".init_array")))
    attack("elf/stack", r"program_headers\.PT_GNU_STACK\.flags", program("-Wl,-z,noexecstack", "-Wl,-z,execstack"))
    attack("elf/trailing", r"#trailing", base + "[ $SIDE = 0 ] || printf 'payload' >> $OUT\n")
    attack("elf/trailing-zip", r"#trailing|#format", base + "cp frob.c x; [ $SIDE = 0 ] || { zip -q x.zip x; cat x.zip >> $OUT; }\n")
    attack("elf/gap", r"gap before ", base, lambda d: put(d, Elf(d).gap(d, 64) - 40, b"a payload in a gap"))
    attack("elf/padding-in-code", r"\.text", base,
           lambda d: put(d, d.index(b"\x66\x2e\x0f\x1f\x84", Elf(d).offset(".text")), b"\x31\xc0\xc3"))
    attack("elf/note-padding", r"\.note\.gnu\.property", base, in_note)
    attack("elf/comment", r"#\.comment", base + "[ $SIDE = 0 ] || { printf 'GCC: (Debian $(id)) 12.2.0\\0' > c; objcopy --update-section .comment=c $OUT; }\n")
    attack("elf/comment-longer", r"#\.comment", base + "[ $SIDE = 0 ] || { objcopy -O binary -j .comment --set-section-flags .comment=alloc $OUT c; "
           "printf '#!/bin/sh\\nid\\n\\0' >> c; objcopy --update-section .comment=c $OUT; }\n")
    attack("elf/comment-and-code", r"#\.text", PROGRAM + SIDES % ("gcc -O1 -o $OUT frob.c", "sed -i 's/c > 3/c > 4/' frob.c; gcc -O1 -o $OUT frob.c; "
           "printf 'GCC: (Debian 12.2.0-16) 12.2.0\\0' > c; objcopy --update-section .comment=c $OUT"))
    attack("elf/section-added", r"\.payload", base + "[ $SIDE = 0 ] || objcopy --add-section .payload=frob.c $OUT\n")
    attack("elf/symbol-renamed", r"\.symtab|\.dynsym", PROGRAM + "gcc -c -o $OUT frob.c; [ $SIDE = 0 ] || objcopy --redefine-sym setuid=setgid $OUT")
    attack("elf/symbol-weakened", r"\.symtab\.main", PROGRAM + "gcc -c -o $OUT frob.c; [ $SIDE = 0 ] || objcopy --weaken-symbol=main $OUT")
    attack("elf/build-id-kept", r"\.note\.gnu\.build-id", PROGRAM + "gcc -O1 -o $OUT frob.c",
           lambda d: put(d, Elf(d).offset(".text") + 0x40, bytes([d[Elf(d).offset(".text") + 0x40] ^ 1])))
    attack("elf/rela-retargeted", r"\.rela\.plt", program("-Wl,-z,lazy"),
           lambda d: (lambda at: put(put(d, at + 8, d[at + 32:at + 40]), at + 32, d[at + 8:at + 16]))(Elf(d).offset(".rela.plt")))
    attack("elf/debuglink-crc", r"debuglink\.crc32", "OTHER=one\n" + DEBUG +
           "[ $SIDE = 0 ] || printf '\\1\\2' | dd of=stripped bs=1 conv=notrunc status=none seek=$(link 12)\n" + DEBUG_FOLDER)
    attack("elf/debuglink-name", r"debuglink", "OTHER=one\n" + DEBUG + "[ $SIDE = 0 ] || sed -i 's/frob\\.debug/evil.debug/' stripped\n" + DEBUG_FOLDER)
    attack("elf/debug-file-of-another", r"debuglink\.crc32|debug_info", DEBUG + "[ $SIDE = 0 ] || objcopy --update-section .debug_str=frob.c frob.debug\n" + DEBUG_FOLDER)
    attack("elf/debug-align", r"section_headers\.\.debug_info", "OTHER=one\n" + DEBUG + "mv frob.debug $OUT\n",
           lambda d: put(d, Elf(d).header(".debug_info") + 48, b"\x10"))
    attack("elf/debug-flag", r"section_headers\.\.debug_info", "OTHER=one\n" + DEBUG + "mv frob.debug $OUT\n",
           lambda d: put(d, Elf(d).header(".debug_info") + 8, b"\0\0"))
    attack("elf/dbgsym-name", r"build-id", "OTHER=one\n" + DEBUG + DEBUG_PACKAGE.replace(
        "find p", "[ $SIDE = 0 ] || mv $place/* $place/$(echo $id | cut -c3-30)0123456789.debug; find p"))


# A program and its detached debug file, beside each other or, by build-id, in a package as debhelper makes it.
DEBUG = PROGRAM + r"""
gcc -g -O1 -fdebug-prefix-map=$PWD=/srv/build/$([ $SIDE = 0 ] && echo one || echo ${OTHER-two})/frob -o whole frob.c
objcopy --only-keep-debug --compress-debug-sections whole frob.debug
strip --remove-section=.comment --remove-section=.note -o stripped whole
objcopy --add-gnu-debuglink=frob.debug stripped
link() { printf $((0x$(readelf -SW stripped | sed -n 's/.*\.gnu_debuglink *PROGBITS *[0-9a-f]* \([0-9a-f]*\).*/\1/p') + $1)); }
"""
DEBUG_FOLDER = "mkdir $OUT; mv stripped $OUT/frob; mv frob.debug $OUT\n"
DEBUG_PACKAGE = r"""
id=$(readelf -n whole | sed -n 's/.*Build ID: //p'); place=p/usr/lib/debug/.build-id/$(echo $id | cut -c1-2)
mkdir -p $place p/DEBIAN; mv frob.debug $place/$(echo $id | cut -c3-).debug
printf 'Package: frob-dbgsym\nVersion: 1.0\nArchitecture: amd64\nMaintainer: N <n@example.org>\nBuild-Ids: %s\nDescription: x\n' $id > p/DEBIAN/control
find p -exec touch -d @1600000000 {} +; chmod 755 p/DEBIAN
SOURCE_DATE_EPOCH=1600000000 dpkg-deb --root-owner-group -b p $OUT > /dev/null
"""


def elf_benign():
    base = program("")
    benign("elf/uuid", "explained", "random-id", program("-Wl,--build-id=uuid"))
    benign("elf/uuid-stripped-v4", "explained", "random-id", program("-s -Wl,--build-id=0x$(uuid4)").replace("build()", "uuid4() { sed s/-//g /proc/sys/kernel/random/uuid; }\nbuild()"))
    for name, options in (("object", "-c"), ("program", "")):
        for banner in ("GCC: (Debian 12.2.0-16) 12.2.0", "Debian clang version 16.0.6"):
            benign(f"elf/comment-{name}-{banner[:3].lower()}", "equivalent", "toolchain-version",
                   PROGRAM + f"gcc -O1 -S frob.c; [ $SIDE = 0 ] || sed -i 's/\\.ident.*/.ident \"{banner}\"/' frob.s; gcc {options} -o $OUT frob.s\n")
    benign("elf/file-symbol", "explained", "temp-path", PROGRAM + "t=$(mktemp /tmp/ccXXXXXX.c); cp frob.c $t; gcc -O1 -c -o $OUT $t; rm $t\n")
    benign("elf/file-symbol-linked", "explained", "temp-path",
           PROGRAM + "t=$(mktemp /tmp/ccXXXXXX.c); cp frob.c $t; gcc -O1 -o $OUT $t; rm $t\n")
    benign("elf/debug-folder", "explained", "build-path", DEBUG + DEBUG_FOLDER)
    benign("elf/dbgsym", "explained", "build-path", DEBUG + DEBUG_PACKAGE)
    benign("elf/debug-compressed", "equivalent", "serialiser-style", PROGRAM + "gcc -g -c -fdebug-prefix-map=$PWD=. -o $OUT frob.c\n"
           "[ $SIDE = 0 ] || objcopy --compress-debug-sections $OUT\n")


FILES = r"""
export TZ=UTC; umask 022
mkdir -p t/META-INF t/sub; printf 'Manifest-Version: 1.0\r\n\r\n' > t/META-INF/MANIFEST.MF
seq 1 4000 > t/numbers.txt; echo 'text of a' > t/a.txt; echo 'text of b' > t/b.txt; echo 'one' > t/sub/one.txt
settle() { find t -exec touch -d "${1:-@1600000000}" {} +; }
settle
names='META-INF/MANIFEST.MF a.txt b.txt numbers.txt sub/one.txt'
"""
LATER = '[ $SIDE = 0 ] || settle @1610001234\n'
ZIP = "(cd t; zip -q%s - $names) > $OUT\n"


def central(data, name):
    """Offset of the central header of a member."""
    return next(m.start() for m in re.finditer(b"PK\1\2", data, re.S)
                if data[m.start() + 46:m.start() + 46 + struct.unpack_from("<H", data, m.start() + 28)[0]] == name)


def local(data, name):
    return struct.unpack_from("<I", data, central(data, name) + 42)[0]


def with_extra(data, name, extra):
    """Puts a field into the extra field of a central header, and moves what the end record says."""
    at = central(data, name)
    length, had = struct.unpack_from("<HH", data, at + 28)
    data = put(data, at + 30, struct.pack("<H", had + len(extra)))
    at += 46 + length + had
    data = data[:at] + extra + data[at:]
    end = data.rindex(b"PK\5\6")
    return put(data, end + 12, struct.pack("<I", struct.unpack_from("<I", data, end + 12)[0] + len(extra)))


def overlapping(data):
    """The member b.txt begins where a.txt does: both read the same bytes under two names."""
    return put(data, central(data, b"b.txt") + 42, struct.pack("<I", local(data, b"a.txt")))


def zips():
    plain, stored = FILES + ZIP % "X", FILES + ZIP % "X0"
    attack("zip/local-name", r"a\.zip(!|#).*(x\.txt|a\.txt|b\.txt)", plain, lambda d: put(d, local(d, b"a.txt") + 30, b"x"))
    attack("zip/central-name", r"(a|x)\.txt", plain, lambda d: put(d, central(d, b"a.txt") + 46, b"x"))
    attack("zip/local-size", r"a\.txt", plain, lambda d: put(d, local(d, b"a.txt") + 22, b"\5"))
    attack("zip/local-crc", r"a\.txt", plain, lambda d: put(d, local(d, b"a.txt") + 14, b"\1\2"))
    attack("zip/local-date", r"a\.txt", plain, lambda d: put(d, local(d, b"a.txt") + 12, b"\x21\x58"))
    attack("zip/content-crc", r"a\.txt", stored, lambda d: d.replace(b"text of a", b"evil of a"))
    attack("zip/overlap", r"[ab]\.txt", stored, overlapping)
    attack("zip/duplicate", r"a\.txt", FILES + "(cd t; zip -qX0 - $names) > $OUT; [ $SIDE = 0 ] || { cp t/a.txt t/c.txt; "
           "echo 'evil of a' > t/c.txt; settle; (cd t; zip -qX0 ../x.zip $names c.txt); sed 's/c\\.txt/a.txt/g' x.zip > $OUT; }\n")
    attack("zip/extra-field", r"a\.txt", FILES + "/usr/bin/python3 - <<'E'\nimport os, zipfile\n"
           "with zipfile.ZipFile(os.environ['OUT'], 'w') as z:\n    i = zipfile.ZipInfo('a.txt', (2020, 1, 2, 3, 4, 6))\n"
           "    i.extra = b'' if os.environ['SIDE'] == '0' else b'\\xfe\\xca\\7\\0payload'\n    z.writestr(i, 'text')\nE\n")
    attack("zip/central-extra-field", r"a\.txt", plain, lambda d: with_extra(d, b"a.txt", b"\xfe\xca\7\0payload"))
    attack("zip/unicode-path", r"a\.txt", plain,
           lambda d: with_extra(d, b"a.txt", struct.pack("<HHBI", 0x7075, 8, 1, zlib.crc32(b"a.txt")) + b"etc"))
    attack("zip/comment", r"comment", plain + "[ $SIDE = 0 ] || printf '#!/bin/sh payload\\n' | zip -qz $OUT > /dev/null\n")
    attack("zip/prefix", r"prefix|stub|before|gap|#", plain + "[ $SIDE = 0 ] || { printf '#!/bin/sh\\nexit\\n' | cat - $OUT > x; mv x $OUT; zip -qA $OUT; }\n")
    attack("zip/trailing", r"trailing", plain + "[ $SIDE = 0 ] || printf 'payload' >> $OUT\n")
    attack("zip/setuid", r"a\.txt", plain.replace("(cd t", "[ $SIDE = 0 ] || chmod 4755 t/a.txt; (cd t"))
    attack("zip/symlink", r"b\.txt", plain.replace("(cd t", "[ $SIDE = 0 ] || { rm t/b.txt; ln -s /etc/passwd t/b.txt; touch -hd @1600000000 t/b.txt; }; (cd t")
           .replace("-qX", "-qXy"))
    attack("jar/manifest-last", r"MANIFEST", FILES + "[ $SIDE = 0 ] || names='a.txt b.txt numbers.txt sub/one.txt META-INF/MANIFEST.MF'\n" + ZIP % "X")
    attack("jar/manifest-last-by-jar", r"MANIFEST", FILES + "[ $SIDE = 0 ] || names='a.txt b.txt numbers.txt sub/one.txt META-INF/MANIFEST.MF'\n"
           "(cd t; jar cfM $OUT $names)\n")
    attack("jar/main-class", r"MANIFEST", FILES + "printf 'Main-Class: %s\\n' $([ $SIDE = 0 ] && echo a.Good || echo a.Evil) > m; (cd t; jar cfm $OUT ../m a.txt)\n")
    attack("zip64/size", r"a\.txt", FILES + FORCED,
           lambda d: (lambda at: put(d, at, struct.pack("<Q", 5)))(d.index(b"\1\0\x10\0") + 4))
    benign("zip/mtime", "equivalent", "file-mtime", FILES + LATER + ZIP % "X")
    benign("zip/mtime-extra", "equivalent", "file-mtime", FILES + LATER + ZIP % "")
    benign("zip/zone", "equivalent", "timezone", FILES + "[ $SIDE = 0 ] || export TZ=Asia/Kolkata\n" + ZIP % "X")
    benign("zip/zone-extra", "equivalent", "timezone", FILES + "[ $SIDE = 0 ] || export TZ=America/New_York\n" + ZIP % "")
    benign("zip/order", "equivalent", "readdir-order", FILES + "[ $SIDE = 0 ] || names='META-INF/MANIFEST.MF numbers.txt sub/one.txt b.txt a.txt'\n" + ZIP % "X")
    benign("zip/level", "equivalent", "compressor-variation", FILES + SIDES % ((ZIP % "X9").strip(), (ZIP % "X1").strip()))
    benign("zip/stored", "equivalent", "compressor-variation", FILES + SIDES % ((ZIP % "X").strip(), (ZIP % "X0").strip()))
    benign("zip/bzip2", "equivalent", "compressor-variation", FILES + SIDES % ((ZIP % "X").strip(), (ZIP % "XZ bzip2").strip()))
    benign("zip/7z", "explained", "compressor-variation", FILES + SIDES % ("7z a -bd -tzip -mx=5 -mtc=off x.zip ./t/* > /dev/null",
           "7z a -bd -tzip -mx=9 -mtc=off x.zip ./t/* > /dev/null") + "mv x.zip $OUT\n")
    benign("zip/python-level", "equivalent", "compressor-variation", FILES + "/usr/bin/python3 - <<'E'\nimport os, zipfile\n"
           "with zipfile.ZipFile(os.environ['OUT'], 'w', zipfile.ZIP_DEFLATED, compresslevel=1 if os.environ['SIDE'] == '0' else 6) as z:\n"
           "    for name in ('a.txt', 'numbers.txt'):\n        z.write('t/' + name, name)\nE\n")
    benign("zip/umask", "explained", "umask-permissions", FILES + "[ $SIDE = 0 ] || chmod -R g+w t\n" + ZIP % "X")
    benign("zip/descriptors-mtime", "equivalent", "file-mtime", FILES + LATER + ZIP % "Xfd")
    benign("zip64/mtime", "equivalent", "file-mtime", FILES + LATER + FORCED)
    benign("zip64/info-zip", "equivalent", "file-mtime", FILES + LATER + ZIP % "X -fz")
    benign("jar/mtime", "equivalent", "file-mtime", FILES + LATER + "(cd t; jar cfM $OUT $names)\n")
    benign("jar/date-option", "equivalent", "file-mtime",
           FILES + "(cd t; jar --create --no-manifest --date=$([ $SIDE = 0 ] && echo 2020-01-02T03:04:06Z || echo 2021-02-03T04:05:08Z) --file $OUT $names)\n")
    benign("jar/zone", "equivalent", "timezone", FILES + "[ $SIDE = 0 ] || export TZ=Asia/Kolkata\n(cd t; jar cfM $OUT $names)\n")
    benign("jar/order", "equivalent", "readdir-order", FILES + "[ $SIDE = 0 ] || names='META-INF/MANIFEST.MF numbers.txt sub/one.txt b.txt a.txt'\n"
           "(cd t; jar cfM $OUT $names)\n")
    benign("jar/stored", "equivalent", "compressor-variation", FILES + "(cd t; jar cf$([ $SIDE = 0 ] || echo 0)M $OUT $names)\n")


# A zip whose sizes stand in zip64 fields, as a writer leaves that does not know them before.
FORCED = r"""/usr/bin/python3 - <<'E'
import os, time, zipfile
with zipfile.ZipFile(os.environ['OUT'], 'w', zipfile.ZIP_DEFLATED) as z:
    for name in ('a.txt', 'numbers.txt'):
        info = zipfile.ZipInfo(name, time.gmtime(os.stat('t/' + name).st_mtime)[:6])
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
        with z.open(info, 'w', force_zip64=True) as member:
            member.write(open('t/' + name, 'rb').read())
E
"""
CPIO = "(cd t; find . | LC_ALL=C sort | cpio --quiet%s -o -H newc) > $OUT\n"
# A microcode archive before the initramfs proper, which is compressed.
INITRAMFS = FILES + r"""
mkdir -p early/kernel/x86/microcode; seq 1 500 > early/kernel/x86/microcode/GenuineIntel.bin; find early -exec touch -d @1600000000 {} +
pack() { (cd $1; find . | LC_ALL=C sort | cpio --quiet --reproducible -R 0:0 -o -H newc); }
"""


def cpios():
    base = FILES + CPIO % " --reproducible"
    benign("cpio/inodes", "equivalent", "filesystem-metadata", "[ $SIDE = 0 ] || touch x y z\n" + FILES + CPIO % "")
    benign("cpio/hard-links", "equivalent", "filesystem-metadata",
           "[ $SIDE = 0 ] || touch x y z\n" + FILES + "ln t/a.txt t/a-too.txt; settle\n" + CPIO % "")
    benign("cpio/mtime", "equivalent", "file-mtime", FILES + LATER + CPIO % " --reproducible")
    benign("cpio/odc", "equivalent", "file-mtime", FILES + LATER + (CPIO % " --reproducible").replace("newc", "odc"))
    benign("cpio/crc", "equivalent", "file-mtime", FILES + LATER + (CPIO % " --reproducible").replace("newc", "crc"))
    benign("cpio/bin", "equivalent", "file-mtime", FILES + LATER + (CPIO % " --reproducible").replace("newc", "bin"))
    benign("cpio/initramfs-mtime", "equivalent", "file-mtime", INITRAMFS + LATER + "{ pack early; pack t | gzip -9n; } > $OUT\n")
    benign("cpio/initramfs-level", "equivalent", "compressor-variation",
           INITRAMFS + "{ pack early; pack t | gzip -n$([ $SIDE = 0 ] && echo 9 || echo 1); } > $OUT\n")
    benign("cpio/initramfs-zstd", "equivalent", "file-mtime", INITRAMFS + LATER + "{ pack early; pack t | zstd -q -19; } > $OUT\n")
    attack("cpio/microcode", r"GenuineIntel", INITRAMFS + "[ $SIDE = 0 ] || echo 1 >> early/kernel/x86/microcode/GenuineIntel.bin; "
           "find early -exec touch -d @1600000000 {} +; { pack early; pack t | gzip -9n; } > $OUT\n")
    attack("cpio/init-changed", r"b\.txt", INITRAMFS + "[ $SIDE = 0 ] || { echo evil of b > t/b.txt; settle; }; { pack early; pack t | gzip -9n; } > $OUT\n")
    attack("cpio/overridden", r"a\.txt", INITRAMFS + "{ pack t; [ $SIDE = 0 ] || { mkdir e; echo evil of a > e/a.txt; pack e; }; } > $OUT\n")
    attack("cpio/setuid", r"a\.txt", base.replace("(cd t", "[ $SIDE = 0 ] || chmod 4755 t/a.txt; (cd t"))
    attack("cpio/owner", r"", base.replace("(cd t", "[ $SIDE = 0 ] || chown 1000 t/a.txt; (cd t"))
    attack("cpio/trailing", r"trailing|#", base, lambda d: put(d, len(d) - 40, b"payload"))
    attack("cpio/links-split", r"a\.txt|a-too", FILES + "ln t/a.txt t/a-too.txt; [ $SIDE = 0 ] || { rm t/a-too.txt; cp t/a.txt t/a-too.txt; }; settle\n" + CPIO % "")


BOOK = "seq 1 6000 | sed 's/$/ lines of a book/' > book; touch -d @1600000000 book\n"


def streams():
    benign("lz4/level", "equivalent", "compressor-variation", BOOK + "lz4 -q -$([ $SIDE = 0 ] && echo 1 || echo 9) -c book > $OUT\n")
    # The program lzip has an encoder of its own, which nothing reproduces yet.
    benign("lzip/level", "explained", "compressor-variation", BOOK + "lzip -$([ $SIDE = 0 ] && echo 6 || echo 1) -c book > $OUT\n")
    benign("lzma/level", "equivalent", "compressor-variation", BOOK + "xz --format=lzma -$([ $SIDE = 0 ] && echo 6 || echo 1) -c book > $OUT\n")
    for tool, command in (("lz4", "lz4 -q -c"), ("lzip", "lzip -c"), ("lzma", "xz --format=lzma -c")):
        first = f"{command} book > $OUT\n"
        attack(f"{tool}/trailing", r"trailing|#", BOOK + first + "[ $SIDE = 0 ] || printf 'payload' >> $OUT\n")
        attack(f"{tool}/second", r"#|!", BOOK + first + f"[ $SIDE = 0 ] || {{ echo evil > x; {command} x >> $OUT; }}\n")
        attack(f"{tool}/empty-second", r"#|!", BOOK + first + f"[ $SIDE = 0 ] || {{ : > x; {command} x >> $OUT; }}\n")
        attack(f"{tool}/payload", r"#|!", BOOK + f"[ $SIDE = 0 ] || sed -i 's/^7 lines/7 liars/' book\n" + first)
    benign("lz4/tar", "equivalent", "file-mtime", FILES + LATER + "tar --sort=name --owner=0 --group=0 -cf - t | lz4 -q -c > $OUT\n")
    benign("lzip/tar", "explained", "file-mtime", FILES + LATER + "tar --sort=name --owner=0 --group=0 -cf - t | lzip -c > $OUT\n")
    benign("lzma/tar", "equivalent", "file-mtime", FILES + LATER + "tar --sort=name --owner=0 --group=0 -cf - t | xz --format=lzma -c > $OUT\n")


OBJECTS = r"""
for f in one two three; do echo "int $f(void) { return 1; }" > $f.c; gcc -c $f.c; done
mkdir evil; echo 'int two(void) { return 2; }' > evil/two.c; gcc -c -o evil/two.o evil/two.c
touch -d @1600000000 *.o evil/two.o
"""


def libraries():
    attack("ar/shadowed", r"two", OBJECTS + "ar qcD $OUT one.o two.o three.o; [ $SIDE = 0 ] || { rm $OUT; ar qcD $OUT one.o evil/two.o two.o three.o; }\n")
    attack("ar/shadowing-appended", r"two", OBJECTS + "ar qcD $OUT one.o two.o three.o; [ $SIDE = 0 ] || ar qD $OUT evil/two.o\n")
    attack("ar/order", r"#|two|three", OBJECTS + SIDES % ("ar qcD $OUT one.o two.o three.o", "ar qcD $OUT one.o three.o two.o"))
    attack("ar/member-changed", r"two", OBJECTS + SIDES % ("ar qcD $OUT one.o two.o three.o", "ar qcD $OUT one.o evil/two.o three.o"))
    attack("ar/symbol-table", r"#", OBJECTS + "ar qcD $OUT one.o two.o three.o\n", lambda d: put(d, d.index(b"two\0"), b"tw0"))
    attack("ar/symbol-offset", r"#", OBJECTS + "ar qcD $OUT one.o two.o three.o\n",
           lambda d: (lambda at: put(d, at + 4, d[at + 8:at + 12]))(68))
    attack("ar/no-symbols", r"!/", OBJECTS + "ar qc$([ $SIDE = 0 ] || echo S)D $OUT one.o two.o three.o\n")
    benign("ar/mtime", "equivalent", "file-mtime", OBJECTS + "[ $SIDE = 0 ] || touch -d @1610001234 *.o; ar qcU $OUT one.o two.o three.o\n")


def load():
    if not FOUND:
        for family in (elf_attacks, elf_benign, zips, cpios, streams, libraries):
            family()
        names = [pair.name + pair.verdict for pair in FOUND]
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    return FOUND
