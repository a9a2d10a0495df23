#!/bin/sh
# Makes the fixtures of the cpio tests beside this script. Needs cpio 2.13, bsdcpio (libarchive 3.6), gzip.
# Inode and device numbers are this machine's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C TZ=UTC
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"
mkdir d
printf 'hello\n' > a
ln a b
printf 'x' > d/x
ln -s a l
chmod 755 d
chmod 644 a d/x
find . -exec touch -h -d '2024-01-31 12:00:00' {} +
for format in newc crc odc bin; do
  printf '%s\n' d d/x a b l | cpio -o -H $format -R 0:0 --quiet > "$here/gnu.$format"
done
printf '%s\n' d d/x a b l | bsdcpio -o -H newc -R 0:0 --quiet > "$here/bsd.newc"
printf '%s\n' d | cpio -o -H newc -R 0:0 --quiet > early
gzip -9nc "$here/gnu.newc" | cat early - > "$here/initramfs"
