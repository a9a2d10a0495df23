#!/bin/sh
# Makes the fixtures of this folder with dpkg-deb (dpkg 1.21) and GNU ar. Run in this folder.
set -eu
export SOURCE_DATE_EPOCH=1700000000 LC_ALL=C TZ=UTC
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/DEBIAN" "$root/usr/share/tiny" "$root/etc"
printf 'hello\n' > "$root/usr/share/tiny/greeting"
head -c 1500 /dev/zero > "$root/usr/share/tiny/zeros"
ln "$root/usr/share/tiny/zeros" "$root/usr/share/tiny/zeros.again"
ln -s greeting "$root/usr/share/tiny/link"
printf 'answer = 42\n' > "$root/etc/tiny.conf"
printf '#!/bin/sh\nset -e\nexit 0\n' > "$root/DEBIAN/postinst"
chmod 755 "$root/DEBIAN/postinst"
printf '/etc/tiny.conf\n' > "$root/DEBIAN/conffiles"
(cd "$root" && md5sum usr/share/tiny/greeting usr/share/tiny/zeros usr/share/tiny/zeros.again) > "$root/DEBIAN/md5sums"
# Installed-Size by dpkg-gencontrol's rule: 6 directories (one of them DEBIAN), greeting 1, zeros 2, link 1,
# tiny.conf 1, postinst 1, conffiles 1.
cat > "$root/DEBIAN/control" <<'CONTROL'
Package: tiny
Source: tiny-src (1.0-2)
Version: 1.0-2+b1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Installed-Size: 13
Depends: first | second, third (>= 1.0)
Section: misc
Priority: optional
Description: smallest package with one of everything
 Longer text.
CONTROL
find "$root" -exec touch -h -d @1700000000 {} +
dpkg-deb --root-owner-group -Zxz -b "$root" tiny_xz.deb
dpkg-deb --root-owner-group -Zgzip -b "$root" tiny_gz.deb
dpkg-deb --root-owner-group -Znone -b "$root" tiny_none.deb
