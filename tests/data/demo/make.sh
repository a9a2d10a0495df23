#!/usr/bin/env bash
# Makes the demo pair: one package "built" at two times, in two directories, on two hosts. Needs dpkg-deb, gzip.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
export LC_ALL=C TZ=UTC

build() { # SIDE EPOCH DIRECTORY HOST
  local side=$1 epoch=$2 directory=$3 host=$4 root
  root=$(mktemp -d)
  chmod 755 "$root"
  mkdir -p "$root"/{DEBIAN,usr/{bin,share/{frob,doc/frob}}}

  printf '#!/bin/sh\n# frob - turns widgets\nexec cat /usr/share/frob/widgets.list\n' > "$root/usr/bin/frob"
  printf 'cog\ncrank\nlever\npulley\n' > "$root/usr/share/frob/widgets.list"
  printf 'frob 1.0\nCompiled on %s\nby buildd@%s in %s/src\n' \
    "$(date -d "@$epoch" '+%b %e %Y %H:%M:%S')" "$host" "$directory" > "$root/usr/share/doc/frob/build.txt"
  printf '<html><body><h1>frob</h1>\n<p>Turns widgets.</p>\n<p>Generated on %s</p></body></html>\n' \
    "$(date -d "@$epoch" -u '+%Y-%m-%dT%H:%M:%SZ')" > "$root/usr/share/doc/frob/manual.html"
  printf 'frob (1.0) unstable; urgency=medium\n\n  * First release.\n\n -- A. Maker <maker@example.org>  %s\n' \
    'Mon, 01 Jan 2024 00:00:00 +0000' > "$root/usr/share/doc/frob/changelog"
  touch -d "@$epoch" "$root/usr/share/doc/frob/changelog"
  gzip -9 "$root/usr/share/doc/frob/changelog"

  (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
  printf '%s\n' 'Package: frob' 'Version: 1.0' 'Architecture: all' 'Maintainer: A. Maker <maker@example.org>' \
    'Installed-Size: 28' 'Section: utils' 'Priority: optional' 'Description: turns widgets' \
    ' A package that exists to be compared.' > "$root/DEBIAN/control"
  chmod -R u=rwX,go=rX "$root"
  chmod 755 "$root/usr/bin/frob"
  find "$root" -exec touch -h -d "@$epoch" {} +
  SOURCE_DATE_EPOCH=$epoch dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$root" "$here/$side.deb" > /dev/null
  rm -r "$root"
}

build left 1706745600 /build/frob-1.0 builder1
build right 1709251199 /srv/rebuild/worker7/frob-1.0 rebuilder7
