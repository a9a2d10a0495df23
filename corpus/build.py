"""Runs recipes and wraps what they made. Needs root, for the namespaces; everything lies in corpus/cache/made."""
import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile

import recipe

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE / "cache" / "made"
LOCALES = HERE / "cache" / "locales"
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
EPOCH = 1700000000  # of every time that is not varied
TIMEOUT = 300

# What a side runs: private mounts, names and process ids, then the script with a clean environment. `list` prints
# its arguments in the order of creation, which is what a tmpfs lists backwards.
PRELUDE = r"""
set -eu
for place in /srv /home /tmp; do mount -t tmpfs -o noatime tmpfs $place; done
hostname "$SIDE_HOST"
name=${SIDE_USER%%:*} id=${SIDE_USER##*:}
mkdir -p /srv/etc /srv/bin /srv/out "$SIDE_PATH" "/home/$name"
{ cat /etc/passwd; echo "$name:x:$id:$id::/home/$name:/bin/sh"; } > /srv/etc/passwd
{ cat /etc/group; echo "$name:x:$id:"; } > /srv/etc/group
mount --bind /srv/etc/passwd /etc/passwd; mount --bind /srv/etc/group /etc/group
if [ -n "$SIDE_ORDER" ]; then sorter='shuf --random-source=/bin/bash'; else sorter=cat; fi
printf '#!/bin/sh\nprintf "%%s\\n" "$@" | %s\n' "$sorter" > /srv/bin/list
printf '#!/bin/sh\nexec setpriv --reuid %s --regid %s --clear-groups "$@"\n' "$id" "$id" > /srv/bin/as-user
chmod 755 /srv/bin/*
chown "$id:$id" "$SIDE_PATH" /srv/out "/home/$name"
cd "$SIDE_PATH"
echo "$SIDE_PID" > /proc/sys/kernel/ns_last_pid
status=0
env -i PATH=/srv/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME="/home/$name" USER="$name" LOGNAME="$name" \
  TZ="$SIDE_ZONE" LC_ALL="$SIDE_LOCALE" ${SIDE_LOCPATH:+LOCPATH="$SIDE_LOCPATH"} OUT=/srv/out STAMP="$SIDE_STAMP" \
  SIDE="$SIDE" PYTHONHASHSEED=0 PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 LD_PRELOAD="$FAKETIME_LIBRARY" \
  FAKETIME="@$SIDE_STAMP" FAKETIME_FMT=%s NO_FAKE_STAT=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
  "${SIDE_ENV[@]}" bash -c "umask $SIDE_UMASK; set -eu; $SIDE_SCRIPT" > "$SIDE_RESULT.log" 2>&1 < /dev/null || status=$?
cp -a /srv/out/. "$SIDE_RESULT"
exit $status
"""


class Failed(Exception):
    """A producer is missing or did not do what the recipe expects."""


def make_locales():
    """Compiles the locales that recipes use into a directory of ours."""
    for name in ("et_EE", "de_DE", "fr_FR", "tr_TR"):
        target = LOCALES / f"{name}.UTF-8"
        if not target.exists():
            LOCALES.mkdir(parents=True, exist_ok=True)
            subprocess.run(["localedef", "-i", name, "-f", "UTF-8", "--no-archive", str(target)], check=True)


def stamp_of(side):
    return int(subprocess.run(["date", "-u", "-d", side.clock, "+%s"], capture_output=True, text=True,
                              check=True).stdout)


def run_side(made, side, number, result):
    result.mkdir(parents=True)
    stamp = stamp_of(side)
    quoted = {
        "SIDE": str(number), "SIDE_HOST": side.host, "SIDE_USER": side.user, "SIDE_PATH": side.path,
        "SIDE_ORDER": side.order, "SIDE_PID": str(side.pid), "SIDE_ZONE": side.zone, "SIDE_LOCALE": side.locale,
        "SIDE_LOCPATH": "" if side.locale.startswith("C") else str(LOCALES), "SIDE_STAMP": str(stamp),
        "SIDE_UMASK": side.umask, "SIDE_SCRIPT": made.script, "SIDE_RESULT": str(result),
        "FAKETIME_LIBRARY": FAKETIME,
    }
    text = "".join(f"{key}={shlex.quote(value)}\n" for key, value in quoted.items())
    text += "SIDE_ENV=(" + " ".join(map(shlex.quote, side.env)) + ")\n" + PRELUDE
    fixed = [] if side.aslr else ["setarch", "-R"]
    done = subprocess.run(["unshare", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child",
                           *fixed, "bash", "-c", text], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode != 0:
        log = pathlib.Path(f"{result}.log")
        said = log.read_text(errors="replace")[-600:] if log.exists() else ""
        raise Failed(f"{made.name}: exit status {done.returncode}: {done.stderr[-300:]}{said}")


def settle(tree):
    """One time for everything below: what wraps a product adds no difference."""
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)


def wrap_deb(raw, place, target, compressor):
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch) / "root"
        install = root / recipe.PLACES[place]
        install.parent.mkdir(parents=True)
        shutil.copytree(raw, install, symlinks=True)
        control = root / "DEBIAN"
        control.mkdir()
        files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink()
                       and control not in path.parents)
        (control / "control").write_text("Package: frob\nVersion: 1.0-1\nArchitecture: all\n"
                                         "Maintainer: Nobody <nobody@example.org>\nDescription: made by a recipe\n")
        (control / "md5sums").write_text("".join(
            f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in files))
        for path in [root, *root.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        (control / "control").chmod(0o644)
        (control / "md5sums").chmod(0o644)
        settle(root)
        subprocess.run(["dpkg-deb", "--root-owner-group", f"-Z{compressor}", "-b", str(root), str(target)],
                       env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH), "LC_ALL": "C"}, check=True,
                       stdout=subprocess.DEVNULL)


def wrap(raw, kind, folder):
    """Wraps the products in `raw` into `folder` and returns the path to compare."""
    folder.mkdir(parents=True)
    if kind == "file":
        products = list(raw.iterdir())
        if len(products) != 1:
            raise Failed(f"{raw}: {len(products)} products, one expected")
        return shutil.copy2(products[0], folder)
    if kind == "dir":
        return shutil.copytree(raw, folder / "tree", symlinks=True)
    if kind == "tar":
        target = folder / "frob.tar"
        subprocess.run(["tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{EPOCH}",
                        "--format=gnu", "-cf", str(target), "-C", str(raw), "."], check=True)
        return target
    target = folder / "frob_1.0-1_all.deb"
    wrap_deb(raw, kind, target, {"doc": "xz", "share": "zstd"}.get(kind, "gzip"))
    return target


def is_same(left, right):
    """Whether nothing varied: bytes, names, modes, links."""
    def content(tree):
        return [(path.relative_to(tree), path.lstat().st_mode, os.readlink(path) if path.is_symlink() else
                 path.read_bytes() if path.is_file() else b"") for path in sorted(tree.rglob("*"))]
    return content(left) == content(right)


def fingerprint(made):
    source = repr((made.script, made.left, made.right, PRELUDE))
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def make(made, rebuild=False):
    """Builds both sides where they are not in the cache. Returns {wrapping: (left, right)}; raises Failed."""
    home = CACHE / made.name.replace("/", "_")
    marker = home / "fingerprint"
    key = fingerprint(made)
    if rebuild or not marker.exists() or marker.read_text() != key:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for number, (side, name) in enumerate(((made.left, "left"), (made.right, "right"))):
            run_side(made, side, number, home / "raw" / name)
        if is_same(home / "raw" / "left", home / "raw" / "right"):
            raise Failed(f"{made.name}: both sides are equal")
        marker.write_text(key)
    found = {}
    for kind in made.wraps:
        sides = []
        for name in ("left", "right"):
            folder = home / kind / name
            present = sorted(folder.iterdir()) if folder.exists() else []
            sides.append(present[0] if present else wrap(home / "raw" / name, kind, folder))
        found[kind] = tuple(map(pathlib.Path, sides))
    return found
