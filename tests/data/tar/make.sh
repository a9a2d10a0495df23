#!/bin/sh
# Makes the tar fixtures of this directory with real programs: GNU tar 1.34, bsdtar 3.6.2, Python 3.11. Run it in an empty directory as root (owners and a device node are part of the fixtures), then copy *.tar.
set -eu
umask 022
export TZ=UTC LC_ALL=C
stamp=2024-01-31T12:00:00Z

mkdir -p in/d
echo hello >in/d/file
ln -s file in/d/symlink
ln in/d/file in/d/zlink
mknod in/null c 1 3
truncate -s 40000 in/sparse
printf x | dd of=in/sparse bs=1 seek=20000 conv=notrunc status=none
long=$(printf '%0120d' 7)
echo long >"in/d/$long"
ln -s "$long" in/d/longlink
find in -print0 | xargs -0 touch -h -d "$stamp"

common="--sort=name --owner=alice:1000 --group=users:100 --mode=go-w -b1"
# v7 and ustar cannot hold the long names; what they leave out is said on stderr.
for format in v7 ustar; do
  tar $common --format=$format -cf gnutar-$format.tar in/d || true
done
for format in oldgnu gnu; do
  tar $common --format=$format -S -cf gnutar-$format.tar in
done
pax="--pax-option=delete=atime,delete=ctime"
for version in 0.0 0.1 1.0; do
  tar $common --format=pax -S --sparse-version=$version $pax -cf gnutar-pax-sparse-$version.tar in/sparse
done
touch -h -d 2024-01-31T12:00:00.25Z "in/d/$long"
tar $common --format=pax "--pax-option=exthdr.name=%d/PaxHeaders.4711/%f,delete=atime,delete=ctime" \
  -cf gnutar-pax.tar in/d

setfattr -n user.k -v value in/d/file
for format in v7 ustar gnutar pax; do
  bsdtar --format=$format --uid 1000 --gid 100 --uname alice --gname users -cf bsdtar-$format.tar in/d || true
done

python3 - <<'PYTHON'
import tarfile
for name, form in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
    with tarfile.open(f"python-{name}.tar", "w", format=form) as archive:
        for path in ("in", "in/d", "in/d/file", "in/d/symlink"):
            archive.add(path, recursive=False)
        if name != "ustar":
            archive.add("in/d/" + "%0120d" % 7)
PYTHON
