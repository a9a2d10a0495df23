#!/bin/sh
# Makes the OpenPGP fixtures, with throw-away keys: make.sh (needs gpg). Keys are never the same again.
set -eu
cd "$(dirname "$0")"
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
g() { gpg --batch --quiet --yes --faked-system-time "$@"; }
key() { g 20240101T000000! --passphrase '' --quick-generate-key "$1 <$1@example.org>" rsa2048 sign "$2"; }
key alice 0
key bob 2024-02-01
key carol 0
key dora 0
for name in alice bob carol dora; do g 20240101T000000! --armor --export $name > $name.asc; done
sign() { g "$1" --local-user "$2" --clearsign < frob.buildinfo; }
sign 20240115T000000! alice > alice.buildinfo
sign 20240115T000000! bob > bob.buildinfo
sign 20240115T000000! carol > carol.buildinfo
printf '%s\n' "$(cat frob.buildinfo)" | sed 's/C.UTF-8/\xe9\xff/' | g 20240115T000000! --local-user dora --clearsign > dora.buildinfo
g 20240115T000000! --local-user alice --local-user carol --clearsign < frob.buildinfo > both.buildinfo
# Revoked, by the certificate that gpg made with the key.
sed 's/^:--/--/' "$GNUPGHOME"/openpgp-revocs.d/"$(gpg --batch --list-keys --with-colons carol | sed -n 's/^fpr:*\([0-9A-F]*\):.*/\1/p')".rev > revoke.asc
g 20240301T000000! --import revoke.asc
g 20240301T000000! --armor --export carol > carol-revoked.asc
rm revoke.asc
gpg --batch --list-keys --with-colons | sed -n 's/^fpr:*\([0-9A-F]*\):.*/\1/p' > fingerprints
