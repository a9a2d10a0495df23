"""Attacks made by hand after the traps: each row names the trap it tries and the best verdict that is permitted."""
import dataclasses
import gzip
import io
import json
import lzma
import pathlib
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib

import splice

DATE = 1700000000


@dataclasses.dataclass(frozen=True)
class Attack:
    name: str
    file: str
    left: bytes
    right: bytes
    best: str = "divergent"


FOUND = []


def attack(trap, what, file, left, right, best="divergent"):
    as_bytes = [side.encode() if isinstance(side, str) else side for side in (left, right)]
    FOUND.append(Attack(f"hand/{trap}/{what}", file, *as_bytes, best))


def tarball(*members, fmt=tarfile.GNU_FORMAT):
    """Each member: (name, content, changes of the header)."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=fmt) as archive:
        for name, content, changes in members:
            info = tarfile.TarInfo(name)
            info.mtime, info.size, info.uname, info.gname = DATE, len(content), "root", "root"
            for key, value in changes.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def ar(*members):
    return b"!<arch>\n" + b"".join(
        b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, DATE, 0, 0, 0o100644, len(content)) + content + b"\n" * (len(content) % 2)
        for name, content in members)


def control(**fields):
    base = {"Package": "frob", "Version": "1.0", "Architecture": "all", "Maintainer": "N <n@example.org>",
            "Description": "x", **fields}
    return "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in base.items()).encode()


def deb(*members, scripts=(), pack=lambda data: gzip.compress(data, mtime=0), suffix=b".gz", fields=None, extra=()):
    inner = [("./control", control(**(fields or {})), {})] + [(f"./{name}", text, {"mode": 0o755}) for name, text in scripts]
    return ar((b"debian-binary", b"2.0\n"), (b"control.tar.gz", gzip.compress(tarball(*inner), mtime=0)),
              *extra, (b"data.tar" + suffix, pack(tarball(*members))))


def zipped(*members, comment=b""):
    """Each member: (name, content) or (name, content, changes of ZipInfo)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content, *changes in members:
            info = zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            for key, value in (changes[0] if changes else {}).items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return target.getvalue()


def patched(data, at, value):
    return data[:at] + value + data[at + len(value):]


def compiled(source, *flags):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "a.c").write_text(source)
        subprocess.run(["gcc", "-O1", "-o", path / "a", path / "a.c", *flags], check=True, capture_output=True, cwd=folder)
        return (path / "a").read_bytes()


def texts():
    """Rows that concern one text: T3, T6 to T16, T19, T25 to T30, T37, T38, T51 to T66."""
    rows = [
        ("T3", "rollback", "metadata.json", '{"name": "lib", "version": "2024.01.15"}', '{"name": "lib", "version": "2023.11.02"}'),
        ("T6", "valid-until", "Release", "Suite: stable\nValid-Until: Sat, 04 Jan 2025 10:00:00 UTC\n", "Suite: stable\nValid-Until: Sat, 04 Jan 2031 10:00:00 UTC\n"),
        ("T6", "expires", "root.json", '{"signed": {"expires": "2025-01-02T00:00:00Z"}}', '{"signed": {"expires": "2035-01-02T00:00:00Z"}}'),
        ("T6", "not-after", "policy.txt", "Not After: 2025-01-02 10:11:12\n", "Not After: 2029-03-04 10:11:12\n"),
        ("T7", "year", "tax.py", "if year >= 2024:\n    rate = 3\n", "if year >= 2025:\n    rate = 3\n"),
        ("T7", "year-in-text", "rules.txt", "Applies to income from 1900 on\n", "Applies to income from 2000 on\n"),
        ("T8", "leap-table", "leapseconds.txt", "Leap 2012 Jun 30\nLeap 2015 Jun 30\n", "Leap 2012 Jun 30\nLeap 2016 Dec 31\n"),
        ("T8", "holidays", "holidays.csv", "2024-05-01,Labour Day\n2024-10-03,Unity\n", "2024-05-02,Labour Day\n2024-10-03,Unity\n"),
        ("T10", "cron", "crontab", "0 3 * * * root backup\n", "0 5 * * * root backup\n"),
        ("T10", "offset", "frob.conf", "offset = +01:00\n", "offset = +02:00\n"),
        ("T11", "timeout", "frob.ini", "[login]\ntimeout=30\n", "[login]\ntimeout=0\n"),
        ("T11", "time-limit", "limits.yaml", "max_time: 30s\n", "max_time: 90s\n"),
        ("T12", "password", "defaults.conf", "password = k3dF9slQpW72\n", "password = zY81mNbVc0aX\n"),
        ("T12", "token", "config.json", '{"api_token": "3f786850e387550fdab836ed7e6dc881de23001b"}', '{"api_token": "89e6c98d92887913cadf06b2adb97f26cde4849b"}'),
        ("T12", "uuid-secret", "app.conf", "cookie_secret=3b241101-e2bb-4255-8caf-4136c566a962\n", "cookie_secret=7d444840-9dc0-41d1-b245-5ffdce74fad2\n"),
        ("T13", "pin", "pins.txt", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "sha256/BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=\n"),
        ("T13", "known-hosts", "known_hosts", "git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc\n", "git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIxyz\n"),
        ("T14", "clsid", "frob.reg", "[HKCR\\CLSID\\{3b241101-e2bb-4255-8caf-4136c566a962}]\n", "[HKCR\\CLSID\\{7d444840-9dc0-41d1-b245-5ffdce74fad2}]\n"),
        ("T14", "upgrade-code", "frob.wxs", '<Product UpgradeCode="3b241101-e2bb-4255-8caf-4136c566a962"/>', '<Product UpgradeCode="7d444840-9dc0-41d1-b245-5ffdce74fad2"/>'),
        ("T15", "dh-prime", "dh.h", "#define P 0xFFFFFFFFFFFFFFC5ULL\n", "#define P 0xFFFFFFFFFFFFFFC4ULL\n"),
        ("T19", "uid", "frob.conf", "run_as = 2222\n", "run_as = 4444\n"),
        ("T19", "port", "frob.service.txt", "Listening on port 2222\n", "Listening on port 4444\n"),
        ("T20", "pointer", "table.h", "{ 0x7f12345678ab, hook }\n", "{ 0x7f12345679ab, hook }\n"),
        ("T25", "services", "META-INF/services/x.Provider", "org.a.Good\norg.b.Other\n", "org.b.Other\norg.a.Good\n"),
        ("T26", "sudoers", "sudoers", "alice ALL=(ALL) ALL\nalice ALL=(ALL) !/bin/sh\n", "alice ALL=(ALL) !/bin/sh\nalice ALL=(ALL) ALL\n"),
        ("T26", "pam", "common-auth", "auth required pam_deny.so\nauth sufficient pam_unix.so\n", "auth sufficient pam_unix.so\nauth required pam_deny.so\n"),
        ("T26", "gitignore", ".gitignore", "*.log\n!keep.log\n", "!keep.log\n*.log\n"),
        ("T26", "hosts-allow", "hosts.allow", "sshd: 10.0.0.0/8\nALL: ALL: deny\n", "ALL: ALL: deny\nsshd: 10.0.0.0/8\n"),
        ("T26", "sources", "sources.list", "deb http://a.example.org x main\ndeb http://b.example.org x main\n", "deb http://b.example.org x main\ndeb http://a.example.org x main\n"),
        ("T27", "sql", "migrate.sql", "CREATE TABLE t(a);\nDROP TABLE t;\n", "DROP TABLE t;\nCREATE TABLE t(a);\n"),
        ("T27", "css", "site.css", ".a{display:none}\n.a{display:block}\n", ".a{display:block}\n.a{display:none}\n"),
        ("T28", "shell-order", "postinst", "#!/bin/sh\nchmod 600 /etc/frob/key\nservice frob start\n", "#!/bin/sh\nservice frob start\nchmod 600 /etc/frob/key\n"),
        ("T29", "json-array", "ciphers.json", '{"ciphers": ["AES256", "RC4"]}', '{"ciphers": ["RC4", "AES256"]}'),
        ("T29", "cipher-list", "tls.conf", "ciphers = ECDHE:AES256:RC4:NULL\n", "ciphers = NULL:RC4:AES256:ECDHE\n"),
        ("T29", "regex", "filter.conf", "match = (ab|a|abc)\n", "match = (a|ab|abc)\n"),
        ("T30", "enum", "ids.h", "#define RED 0\n#define BLUE 1\n", "#define BLUE 0\n#define RED 1\n"),
        ("T37", "json-duplicate", "c.json", '{"admin": false}', '{"admin": false, "admin": true}'),
        ("T37", "duplicate-order", "c.json", '{"admin": true, "admin": false}', '{"admin": false, "admin": true}'),
        ("T37", "ini-duplicate", "c.ini", "[a]\nuser=x\nuser=root\n", "[a]\nuser=root\nuser=x\n"),
        ("T37", "control-duplicate", "control", "Package: a\nDepends: x\nDepends: y\n", "Package: a\nDepends: y\nDepends: x\n"),
        ("T37", "yaml-merge", "c.yaml", "a: &x {k: 1}\nb:\n  <<: *x\n  k: 2\n", "a: &x {k: 1}\nb:\n  k: 2\n  <<: *x\n"),
        ("T38", "big-integer", "c.json", '{"id": 9007199254740992}', '{"id": 9007199254740993}'),
        ("T38", "octal", "c.yaml", "mode: 10\n", "mode: 010\n"),
        ("T38", "norway", "c.yaml", "country: 'no'\n", "country: no\n"),
        ("T38", "exponent", "c.json", '{"limit": 1e300}', '{"limit": 1e400}'),
        ("T38", "float", "c.json", '{"limit": 1}', '{"limit": 1.0}'),
        ("T51", "libtool-rpath", "libfrob.la", "libdir='/usr/lib'\n", "libdir='/tmp/x/lib'\n"),
        ("T52", "config-path", "paths.h", '#define CONF "/etc/foo"\n', '#define CONF "/tmp/x/etc/foo"\n'),
        ("T52", "pc-prefix", "frob.pc", "prefix=/usr\nlibdir=${prefix}/lib\n", "prefix=/srv/build/inst\nlibdir=${prefix}/lib\n"),
        ("T53", "shebang", "frob", "#!/bin/sh\necho\n", "#!/tmp/sh\necho\n"),
        ("T53", "shebang-env", "frob", "#!/usr/bin/python3\nprint(1)\n", "#!/usr/bin/env python3\nprint(1)\n"),
        ("T54", "source-map", "app.js.map", '{"version":3,"sourcesContent":["a=1"]}', '{"version":3,"sourcesContent":["a=2"]}'),
        ("T56", "local-shell", "frob", "#!/bin/sh\necho\n", "#!/usr/local/bin/sh\necho\n"),
        ("T57", "after-nul", "name.dat", b"frob\0one", b"frob\0two"),
        ("T58", "dots", "log.txt", "Sources in /build/p/src\nSee /build/p/doc\n", "Sources in /build/p/../../etc/src\nSee /build/p/../../etc/doc\n"),
        ("T59", "url-host", "README", "Updates: https://updates.frob.org/x\n", "Updates: https://updates.evil.org/x\n"),
        ("T59", "relay", "main.cf", "relayhost = mail1.example.org\n", "relayhost = mail2.example.org\n"),
        ("T59", "url-user", "doc.html", "<a href='https://builder1@frob.org/'>x</a>\n", "<a href='https://builder2@frob.org/'>x</a>\n"),
        ("T59", "mailto", "CONTACT.txt", "Report bugs to security@frob.org\n", "Report bugs to security@evil.org\n"),
        ("T60", "bidi", "a.c", "if (admin) { /* check */ }\n", "if (admin) { /* \u202e check */ }\n"),
        ("T60", "bidi-doc", "README", "Run as user, not as root\n", "Run as user, \u202enot as root\n"),
        ("T60", "lone-cr", "README", "line one\nline two\n", "line one\rline two\n"),
        ("T60", "mixed-crlf", "README", "one\ntwo\nthree\n", "one\r\ntwo\nthree\r\n"),
        ("T60", "crlf-script", "frob", "#!/bin/sh\necho one\necho two\n", "#!/bin/sh\r\necho one\r\necho two\r\n"),
        ("T60", "escape", "NEWS", "All is well here\n", "All is \x1b[8mwell here\n"),
        ("T60", "zero-width", "a.py", "check(user)\n", "check(us\u200ber)\n"),
        ("T61", "homoglyph", "README", "Visit paypal for more\n", "Visit p\u0430ypal for more\n"),
        ("T61", "format", "de.po", 'msgid "%s"\nmsgstr "%s"\n', 'msgid "%s"\nmsgstr "%n"\n'),
        ("T61", "translated-command", "LIESMICH.txt", "Run rm file to remove\n", "Run rm -rf / zum entfernen\n"),
        ("T62", "python-indent", "a.py", "if a:\n    b()\nc()\n", "if a:\n    b()\n    c()\n"),
        ("T62", "yaml-indent", "a.yaml", "a:\n  b: 1\nc: 2\n", "a:\n  b: 1\n  c: 2\n"),
        ("T62", "makefile-tab", "Makefile", "a:\n\techo x\n", "a:\n        echo x\n"),
        ("T62", "whitespace-in-string", "a.json", '{"k": "a b"}', '{"k": "a  b"}'),
        ("T62", "pre-whitespace", "a.html", "<pre>sudo  rm</pre>", "<pre>sudo rm</pre>"),
        ("T63", "go-build", "a.go", "// build\npackage a\n", "//go:build evil\npackage a\n"),
        ("T63", "cookie", "a.py", "# coding: utf-8\nx = 1\n", "# coding: utf-7\nx = 1\n"),
        ("T63", "mysql", "a.sql", "/* 40101 SET x */;\n", "/*!40101 SET x */;\n"),
        ("T63", "conditional", "a.html", "<!-- [if IE]>x<![endif] -->", "<!--[if IE]>x<![endif]-->"),
        ("T63", "modeline", "a.txt", "text\n# vim: set ts=8:\n", "text\n# vim: set modeline:\n"),
        ("T64", "decimal-config", "a.conf", "ratio = 1.5\n", "ratio = 1,5\n"),
        ("T64", "thousands", "a.csv", "x,1000\n", "x,1.000\n"),
        ("T65", "script", "a.html", "<p>Generated by frob</p>", "<p>Generated by frob</p><script src=//e></script>"),
        ("T65", "iframe", "a.html", "<p>Generated on 2025-01-02</p>", "<p>Generated on 2025-03-14<iframe src=//e></iframe></p>"),
        ("T65", "attribute", "a.html", '<p class="date">2025-01-02</p>', '<p onclick="x()" class="date">2025-01-02</p>'),
        ("T66", "weights", "model.json", '{"w": [0.12345678901234567]}', '{"w": [0.12345678901234568]}'),
        ("T66", "threshold", "filter.conf", "threshold = 0.99999\n", "threshold = 0.99998\n"),
        ("R9", "path-markup", "a.html", "<p>/build/frob-1.0/src</p>", "<p>/build/<script src=//e>/src</p>"),
        ("R9", "path-command", "frob-config", "#!/bin/sh\necho -I/build/frob-1.0/inc\n", "#!/bin/sh\necho -I/build/$(id)/inc\n"),
        ("R8", "alternatives", "control", "Package: a\nVersion: 1\nDepends: x | y\n", "Package: a\nVersion: 1\nDepends: y | x\n"),
        ("T90", "added-lines", "kernel.txt", "Kernel: 6.1.0-18-amd64\n", "Kernel: 6.12.9-amd64\n\n#!/bin/sh\nid\n"),
        ("T90", "removed-line", "environment.txt", "TERM=dumb\nfrob=1\n", "TERM=xterm-256color\n"),
        ("T60", "bidi-in-value", "config.log", "PATH: /srv/bin/\n", "PATH: \u202e/srv/bin/\n"),
        ("T41", "sums", "SHA256SUMS", "aaaa  x\nbbbb  y\n", "aaaa  x\ncccc  y\n"),
    ]
    for row in rows:
        attack(*row)


def tars():
    """T5, T22, T34, T35, T67 to T72, R5, R6 and others in plain tars and packages."""
    plain = [("usr/bin/frob", b"#!/bin/sh\n", {"mode": 0o755}), ("usr/share/doc/frob/README", b"text\n", {})]
    base = tarball(*plain)

    def changed(index, **changes):
        return [(name, content, {**old, **changes}) if i == index else (name, content, old)
                for i, (name, content, old) in enumerate(plain)]
    for what, changes in {
            "setuid": {"mode": 0o4755}, "setgid": {"mode": 0o2755}, "sticky": {"mode": 0o1755},
            "world-writable": {"mode": 0o757}, "no-execute": {"mode": 0o644}}.items():
        attack("T67", what, "frob.tar", base, tarball(*changed(0, **changes)))
        attack("T67", what + "-deb", "frob.deb", deb(*plain), deb(*changed(0, **changes)))
    attack("T68", "writable-unit", "frob.deb", deb(("./lib/systemd/system/frob.service", b"[Unit]\n", {})),
           deb(("./lib/systemd/system/frob.service", b"[Unit]\n", {"mode": 0o666})))
    attack("T69", "uid", "frob.deb", deb(*plain), deb(*changed(0, uid=1000)))
    attack("T69", "all-uid", "frob.deb", deb(*plain), deb(*[(n, c, {**o, "uid": 1000, "gid": 1000}) for n, c, o in plain]))
    attack("T69", "one-of-two", "frob.tar", base, tarball(*changed(0, uid=1000, uname="user")))
    attack("R5", "games", "frob.deb", deb(*plain), deb(*changed(0, uname="games")))
    attack("R5", "all-games", "frob.deb", deb(*plain), deb(*[(n, c, {**o, "uname": "games"}) for n, c, o in plain]))
    for key in ("security.capability", "security.selinux", "system.posix_acl_access", "user.x"):
        members = [(n, c, {**o, "pax_headers": {f"SCHILY.xattr.{key}": "x"}} if i == 0 else o) for i, (n, c, o) in enumerate(plain)]
        attack("T70", key, "frob.tar", tarball(*plain, fmt=tarfile.PAX_FORMAT), tarball(*members, fmt=tarfile.PAX_FORMAT))
    link = {"type": tarfile.SYMTYPE, "linkname": "/tmp/x"}
    attack("T71", "to-symlink", "frob.tar", base, tarball(("usr/bin/frob", b"", {**link, "mode": 0o755}), plain[1]))
    attack("T71", "to-hardlink", "frob.tar", tarball(*plain, ("b", b"text\n", {})),
           tarball(*plain, ("b", b"", {"type": tarfile.LNKTYPE, "linkname": "usr/share/doc/frob/README"})))
    attack("T71", "to-device", "frob.tar", base, tarball(("usr/bin/frob", b"", {"type": tarfile.CHRTYPE, "devmajor": 1}), plain[1]))
    attack("T71", "whiteout", "frob.tar", base, tarball(*plain, ("etc/.wh.shadow", b"", {})))
    attack("T71", "device-number", "frob.tar", tarball(("d", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3})),
           tarball(("d", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 1})))
    attack("T55", "link-target", "frob.tar", tarball(("x", b"", {**link, "linkname": "/usr/bin/x"})), tarball(("x", b"", link)))
    attack("T55", "link-target-path", "frob.tar", tarball(("x", b"", {**link, "linkname": "/srv/build/frob-1.0/x"})),
           tarball(("x", b"", {**link, "linkname": "/home/worker7/frob-1.0/x"})))
    two = [("a", b"good\n", {}), ("a", b"evil\n", {})]
    attack("T22", "duplicates-swapped", "frob.tar", tarball(*two), tarball(*two[::-1]))
    attack("T22", "duplicates-swapped-deb", "frob.deb", deb(*two), deb(*two[::-1]))
    attack("T22", "ar-duplicates", "frob.a", ar((b"a.o/", b"good"), (b"a.o/", b"evil")), ar((b"a.o/", b"evil"), (b"a.o/", b"good")))
    attack("T22", "hardlink-before", "frob.tar",
           tarball(("a", b"x", {}), ("b", b"", {"type": tarfile.LNKTYPE, "linkname": "a"})),
           tarball(("b", b"", {"type": tarfile.LNKTYPE, "linkname": "a"}), ("a", b"x", {})))
    attack("T35", "symlink-first", "frob.tar", tarball(("d", b"", link), ("e", b"x", {})),
           tarball(("e", b"x", {}), ("d", b"", link), ("d/e", b"x", {})))
    attack("T35", "second-archive", "frob.tar", base, base + tarball(("etc/cron.d/x", b"x", {})))
    attack("T35", "after-zeros", "frob.tar", base, base[:-512] + b"payload!" + base[-504:])
    attack("T35", "in-padding", "frob.tar", base, patched(base, 512 + 100, b"#!/bin/sh"))
    attack("T34", "pax-size", "frob.tar", tarball(*plain, fmt=tarfile.PAX_FORMAT),
           tarball((plain[0][0], plain[0][1], {"pax_headers": {"size": "0"}}), plain[1], fmt=tarfile.PAX_FORMAT))
    attack("T34", "pax-path", "frob.tar", tarball(*plain, fmt=tarfile.PAX_FORMAT),
           tarball((plain[0][0], plain[0][1], {"mode": 0o755, "pax_headers": {"path": "etc/passwd"}}), plain[1], fmt=tarfile.PAX_FORMAT))
    long = "usr/share/doc/" + "x" * 60 + "/"
    split = tarball((long + "etc/cron.d/job" + "y" * 40, b"x", {}), fmt=tarfile.USTAR_FORMAT)
    other = splice.with_checksum(patched(split[:512], 257, b"ustar  \0")) + split[512:]
    attack("R6", "magic", "frob.tar", split, other)
    attack("T5", "generated-newer", "frob-1.0.tar",
           tarball(("configure.ac", b"AC_INIT\n", {"mtime": DATE}), ("configure", b"#!/bin/sh\n", {"mtime": DATE + 9, "mode": 0o755})),
           tarball(("configure.ac", b"AC_INIT\n", {"mtime": DATE}), ("configure", b"#!/bin/sh\nevil\n", {"mtime": DATE + 99, "mode": 0o755})))
    attack("T39", "two-data", "frob.deb", deb(*plain), deb(*plain, extra=((b"data.tar.gz", gzip.compress(base, mtime=0)),)))
    attack("T39", "unknown-member", "frob.deb", deb(*plain), deb(*plain, extra=((b"_x", b"payload"),)))
    attack("T28", "postinst", "frob.deb", deb(*plain, scripts=[("postinst", b"#!/bin/sh\na\nb\n")]),
           deb(*plain, scripts=[("postinst", b"#!/bin/sh\nb\na\n")]))
    attack("T28", "added-postinst", "frob.deb", deb(*plain), deb(*plain, scripts=[("postinst", b"#!/bin/sh\nid\n")]))
    attack("R8", "alternatives-deb", "frob.deb", deb(*plain, fields={"Depends": "a | b"}), deb(*plain, fields={"Depends": "b | a"}))
    attack("R8", "dependency", "frob.deb", deb(*plain, fields={"Depends": "a (>= 1.2)"}), deb(*plain, fields={"Depends": "a (>= 1.1)"}))
    attack("T3", "deb-version", "frob.deb", deb(*plain, fields={"Version": "1.0"}), deb(*plain, fields={"Version": "1.0+b20250102"}))
    attack("R4", "two-xz-streams", "frob.deb", deb(*plain, pack=lzma.compress, suffix=b".xz"),
           deb(*plain, pack=lambda data: lzma.compress(data[:1536]) + lzma.compress(data[1536:]), suffix=b".xz"))
    sums = lambda digest: [("./usr/bin/frob", b"x", {}), ("./usr/share/md5", digest, {})]
    attack("T41", "digest-of-nothing", "frob.deb", deb(*sums(b"9dd4e461268c8034f5c8564e155c67a6  usr/bin/frob\n")),
           deb(*sums(b"0dd4e461268c8034f5c8564e155c67a6  usr/bin/frob\n")))


def streams():
    """T36 and T47: what a compressed stream can carry beside its payload."""
    text = b"".join(b"%d lines of a book\n" % i for i in range(4000))
    plain = gzip.compress(text, mtime=0)
    header = lambda flags, fields: plain[:3] + bytes([flags]) + plain[4:10] + fields + plain[10:]
    attack("T36", "name", "book.gz", plain, header(8, b"../../etc/cron.d/x\0"))
    attack("T36", "comment", "book.gz", plain, header(16, b"payload\0"))
    attack("T36", "extra", "book.gz", plain, header(4, b"\6\0xx\2\0zz"))
    attack("T36", "second-member", "book.gz", plain, plain + gzip.compress(b"evil\n", mtime=0))
    attack("T36", "empty-member", "book.gz", plain, plain + gzip.compress(b"", mtime=0))
    attack("T36", "trailing", "book.gz", plain, plain + b"payload")
    attack("T36", "zeros", "book.gz", plain, plain + bytes(8))
    attack("T36", "reserved-flag", "book.gz", plain, header(0x80, b""))
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    crafted = b"".join([body.compress(text[:9999]), body.flush(zlib.Z_FULL_FLUSH), body.compress(text[9999:]), body.flush()])
    attack("T47", "crafted-deflate", "book.gz", plain, plain[:10] + crafted + plain[-8:], "explained")
    stored = zlib.compressobj(0, zlib.DEFLATED, -15)
    attack("T47", "other-blocks", "book.gz", plain, plain[:10] + stored.compress(text) + stored.flush() + plain[-8:], "equivalent")
    attack("T36", "wrong-crc", "book.gz", plain, plain[:-8] + b"\1\2\3\4" + plain[-4:])
    packed = lzma.compress(text)
    attack("T36", "xz-padding", "book.xz", packed, packed + bytes(4))
    attack("T36", "xz-second", "book.xz", packed, packed + lzma.compress(b"evil\n"))
    attack("T36", "xz-split", "book.xz", packed, lzma.compress(text[:5000]) + lzma.compress(text[5000:]))


def zips():
    """T7, T9, T31 to T33 and R7 in zip archives and jars."""
    files = [("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n\r\n"), ("a.txt", b"text of a\n"), ("b.txt", b"text of b\n")]
    base = zipped(*files)
    local = base.index(b"PK\3\4", 4)
    central = base.index(b"PK\1\2")
    attack("T31", "local-name", "a.zip", base, patched(base, local + 30, b"x"))
    attack("T31", "local-size", "a.zip", base, patched(base, local + 22, struct.pack("<I", 5)))
    attack("T31", "local-crc", "a.zip", base, patched(base, local + 14, b"\1\2\3\4"))
    attack("T31", "local-method", "a.zip", base, patched(base, local + 8, b"\0\0"))
    attack("T31", "local-date", "a.zip", base, patched(base, local + 12, struct.pack("<H", (42 << 9) | (3 << 5) | 4)))
    attack("T31", "central-name", "a.zip", base, patched(base, central + 46, b"x"))
    attack("T32", "duplicate", "a.zip", base, zipped(*files, ("a.txt", b"evil\n")))
    attack("T32", "duplicate-swapped", "a.zip", zipped(("a", b"1"), ("a", b"2")), zipped(("a", b"2"), ("a", b"1")))
    attack("T32", "case", "a.zip", base, zipped(*files, ("A.TXT", b"evil\n")))
    unicode_path = struct.pack("<HHBI", 0x7075, 5 + 3, 1, zlib.crc32(b"a.txt")) + b"etc"
    attack("T32", "unicode-path", "a.zip", base, zipped(files[0], ("a.txt", b"text of a\n", {"extra": unicode_path}), files[2]))
    attack("T33", "comment", "a.zip", base, zipped(*files, comment=b"#!/bin/sh payload"))
    attack("T33", "comment-with-end", "a.zip", base, zipped(*files, comment=b"PK\5\6" + bytes(18)))
    attack("T33", "stub", "a.zip", base, b"#!/bin/sh\nexit\n" + base)
    attack("T33", "unlisted", "a.zip", base, base[:central] + b"PK\3\4" + bytes(26) + base[central:])
    attack("T33", "trailing", "a.zip", base, base + b"payload")
    attack("T9", "invalid-date", "a.zip", base, patched(patched(base, local + 12, struct.pack("<H", (40 << 9) | (15 << 5))),
                                                        central + 46 + 20 + 14, struct.pack("<H", (40 << 9) | (15 << 5))))
    attack("R7", "manifest-last", "a.jar", base, zipped(*files[1:], files[0]))
    attack("T67", "zip-setuid", "a.zip", base, zipped(files[0], ("a.txt", b"text of a\n", {"external_attr": 0o104755 << 16}), files[2]))
    attack("T71", "zip-symlink", "a.zip", base, zipped(files[0], ("a.txt", b"text of a\n", {"external_attr": 0o120777 << 16}), files[2]))
    attack("T25", "class-path", "a.jar", zipped(("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\nClass-Path: a.jar b.jar\r\n\r\n")),
           zipped(("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\nClass-Path: b.jar a.jar\r\n\r\n")))
    attack("T25", "jar-services", "a.jar", zipped(files[0], ("META-INF/services/x.P", b"a.Good\nb.Other\n")),
           zipped(files[0], ("META-INF/services/x.P", b"b.Other\na.Good\n")))
    attack("T41", "record", "a.whl", zipped(("a.py", b"x=1\n"), ("a-1.dist-info/RECORD", b"a.py,sha256=AAAA,4\n")),
           zipped(("a.py", b"x=1\n"), ("a-1.dist-info/RECORD", b"a.py,sha256=BBBB,4\n")))
    attack("T40", "zip-after-text", "a.html", b"<p>Frob</p>\n", b"<p>Frob</p>\n" + base)
    attack("T40", "zip-after-gif", "a.gif", b"GIF89a" + bytes(20) + b";", b"GIF89a" + bytes(20) + b";" + base)


def programs():
    """T1, T2, T17, T18, T20, T24, T40, T42, T46, T48 to T53, T66, T73, T74, T79, R1, R10 in programs."""
    source = ('#include <stdio.h>\n#include <unistd.h>\nint limit = 1700000000;\nconst char *path = "/etc/frob";\n'
              'int main(int c, char **v) { (void)v; setuid(0); printf("%d\\n", getuid()); if (c > 3) puts(path); return limit & 1; }\n')
    base = compiled(source)
    attack("T1", "date-in-data", "frob", base, base.replace(struct.pack("<I", 1700000000), struct.pack("<I", 1741964187)))
    attack("T52", "config", "frob", base, base.replace(b"/etc/frob\0", b"/tmp/frob\0"))
    interpreter = b"/lib64/ld-linux-x86-64.so.2"
    attack("T53", "interpreter", "frob", base, base.replace(interpreter, b"/tmp64/ld-linux-x86-64.so.2"))
    swapped = base.replace(b"setuid\0", b"\1\1\1\1\1\1\0").replace(b"getuid\0", b"setuid\0").replace(b"\1\1\1\1\1\1\0", b"getuid\0")
    attack("R1", "dynstr", "frob", base, swapped)
    text = base.index(b"\xf3\x0f\x1e\xfa\x53") if b"\xf3\x0f\x1e\xfa\x53" in base else 0x1149
    for offset in (5, 9, 14, 21):
        attack("T48", f"code-{offset}", "frob", base, patched(base, text + offset, bytes([base[text + offset] ^ 1])))
    attack("T40", "appended-zip", "frob", base, base + zipped(("x", b"x")))
    attack("T40", "appended", "frob", base, base + b"payload")
    attack("T49", "cave", "frob", base, patched(base, 0x2f00 if not any(base[0x2f00:0x2f10]) else 0x1f00, b"\x90\x90\xc3payload"))
    attack("T42", "build-id", "frob", base, (lambda at: patched(base, at + 4, b"\1\2\3\4"))(base.index(b"GNU\0", base.index(b"\3\0\0\0GNU\0"))))
    attack("T79", "stack", "frob", compiled(source, "-Wl,-z,noexecstack"), compiled(source, "-Wl,-z,execstack"))
    attack("T79", "relro", "frob", compiled(source, "-Wl,-z,relro,-z,now"), compiled(source, "-Wl,-z,norelro"))
    attack("T79", "canary", "frob", compiled(source, "-fstack-protector-all"), compiled(source, "-fno-stack-protector"))
    attack("T51", "runpath", "frob", compiled(source, "-Wl,-rpath,/srv/build/frob-1.0/lib"), compiled(source, "-Wl,-rpath,/tmp/build/frob-1.0/lib"))
    attack("T51", "empty-runpath", "frob", compiled(source, "-Wl,-rpath,/usr/lib/frob"), compiled(source, "-Wl,-rpath,/usr/lib/frob:"))
    attack("T24", "needed", "frob", compiled(source, "-Wl,--no-as-needed", "-lm", "-lresolv"), compiled(source, "-Wl,--no-as-needed", "-lresolv", "-lm"))
    attack("T77", "bounds", "frob", base, compiled(source.replace("c > 3", "c > 4")))
    attack("T82", "segment-flags", "frob", base, patched(base, 64 + 56 * 2 + 4, b"\7"))
    attack("T82", "entry", "frob", base, patched(base, 24, bytes([base[24] ^ 4])))
    attack("T82", "no-sections", "frob", base, patched(base, 40, bytes(8)))
    attack("T59", "url-in-program", "frob", compiled(source.replace("/etc/frob", "https://a.frob.org/")), compiled(source.replace("/etc/frob", "https://b.evil.org/")))
    attack("T10", "stripped-code", "frob", compiled(source, "-s"), compiled(source.replace("limit & 1", "limit & 3"), "-s"))
    attack("T2", "used-date", "frob", compiled(source.replace("/etc/frob", "Jan  2 2025")), compiled(source.replace("/etc/frob", "Mar 14 2025")), "explained")
    with tempfile.TemporaryDirectory() as folder:
        def pyc(text):
            path = pathlib.Path(folder, "a.py")
            path.write_text(text)
            subprocess.run(["touch", "-d", f"@{DATE}", path], check=True)
            subprocess.run(["/usr/bin/python3", "-c", "import py_compile,sys; py_compile.compile(sys.argv[1], cfile=sys.argv[1] + 'c', dfile='a.py')", path],
                           check=True)
            return pathlib.Path(folder, "a.pyc").read_bytes()
        good = pyc("limit = 1234\nname = 'root'\n")
        attack("T4", "other-code", "a.pyc", good, pyc("limit = 1235\nname = 'root'\n"))
        attack("T74", "constant", "a.pyc", good, good.replace(b"root", b"evil"))
        attack("T73", "unchecked", "a.pyc", good, patched(good, 4, b"\1\0\0\0"))
    attack("T18", "fixture", "test.bin", bytes(range(256)), bytes(range(255)) + b"\0")
    attack("T17", "struct-padding", "table.bin", b"a" + bytes(7) + b"\1" + bytes(7), b"a" + b"payload" + b"\1" + bytes(7))
    attack("T66", "doubles", "weights.bin", struct.pack("<4d", 0.1, 0.2, 0.3, 0.4), struct.pack("<4d", 0.1, 0.2, 0.30000000000000004, 0.4))
    attack("T15", "key", "key.der", b"\x30\x82" + bytes(range(64)), b"\x30\x82" + bytes(range(1, 65)))
    attack("T43", "json-digest", "manifest.json", json.dumps({"sha256": "00" * 32}), json.dumps({"sha256": "11" * 32}))


def load():
    if not FOUND:
        for family in (texts, tars, streams, zips, programs):
            family()
        names = [attack.name for attack in FOUND]
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
        for made in FOUND:
            assert made.left != made.right, made.name
    return FOUND
