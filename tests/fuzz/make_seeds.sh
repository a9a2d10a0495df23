#!/usr/bin/env bash
# Makes the seeds from the demo pair with real tools (binutils, gzip, xz, zstd, bzip2, tar, bsdtar), one folder a
# target. Seeds that a fuzzer found are kept: this only writes the files it names.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
demo=$here/../data/demo
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1706745600
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

seed() { # TARGET NAME, bytes on stdin
  mkdir -p "$here/seeds/$1"
  cat > "$here/seeds/$1/$2"
}
pair() { # NAME LEFT RIGHT
  python3 -c 'import struct, sys
left, right = (open(name, "rb").read() for name in sys.argv[1:])
sys.stdout.buffer.write(struct.pack("<I", len(left)) + left + right)' "$2" "$3" | seed pair "$1"
}

for side in left right; do
  mkdir "$work/$side"
  seed deb "demo-$side" < "$demo/$side.deb"
  (cd "$work/$side" && ar x "$demo/$side.deb" && xz -dk control.tar.xz data.tar.xz && mkdir control data &&
    tar -xf control.tar -C control && tar -xf data.tar -C data)
done
cd "$work/left"

# Containers.
ar rcD "$work/gnu.a" control/control control/md5sums
seed ar gnu < "$work/gnu.a"
printf 'long\n' > a-name-longer-than-sixteen-bytes.txt
ar rcD "$work/long.a" a-name-longer-than-sixteen-bytes.txt control/control
seed ar gnu-long-name < "$work/long.a"
archive() { # FORMAT DIRECTORY MTIME: a reproducible tar on stdout
  local options=()
  [ "$1" != pax ] || options=(--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime)
  tar --format="$1" "${options[@]}" --sort=name --mtime="$3" --owner=root:0 --group=root:0 -b 1 -c -C "$2" .
}
for variant in v7 ustar gnu pax; do
  archive "$variant" data @1706745600 | seed tar "$variant"
done
long=$(printf 'directory/%.0s' $(seq 14))
mkdir -p "deep/$long" && printf 'x' > "deep/${long}file" && ln -s "${long}file" deep/link
archive gnu deep @1706745600 | seed tar deep-gnu
archive pax deep @1706745600.5 | seed tar deep-pax
seed tar debian-control < control.tar
for format in newc crc odc bin; do
  seed cpio "gnu-$format" < "$here/../data/cpio/gnu.$format"
done
seed cpio initramfs < "$here/../data/cpio/initramfs"

# Streams.
gzip -9nc control/control | seed gzip control-9n
seed gzip named < data/usr/share/doc/frob/changelog.gz
xz -c control/control | seed xz control
xz --check=sha256 --block-size=128 -c control/control control/md5sums | seed xz blocks
zstd -q -19 --check -c control/control | seed zstd control-19
zstd -q -1 --no-check -c data.tar | seed zstd data
bzip2 -c control/control | seed bzip2 control
bzip2 -1c data.tar | seed bzip2 data
for stream in plain.lzma plain.lz plain.lz4 legacy.lz4; do
  case $stream in *.lz) target=lzip ;; *) target=${stream##*.} ;; esac
  seed "$target" "${stream%.*}" < "$here/../data/streams/$stream"
done

# Programs.
for class in left older lines; do
  seed class "$class" < "$here/../data/class/$class.class"
done

# Pictures.
seed png left < "$here/../data/png/left.png"
png() { # TYPE CONTENT...: a chunk each, between signature and end
  python3 -c 'import struct, sys, zlib
chunk = lambda kind, content: struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
words = [word.encode().decode("unicode_escape").encode("latin-1") for word in sys.argv[1:]]
sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, words[::2], words[1::2])) + chunk(b"IEND", b""))' "$@"
}
png iTXt 'Title\0\0\0en\0Titel\0frob' iTXt 'XML\0\1\0\0\0x' zTXt 'Comment\0\0x' tEXt 'Comment\0a' tEXt 'Comment\0b' \
  tIME '\x07\xe8\x0d\1\0\0\0' | seed png texts

# Text.
seed deb-control demo < control/control
printf '%s\n' 'Package: libfrob1' 'Source: frob (1.0-2)' 'Version: 1.0-2+b1' 'Architecture: amd64' \
  'Depends: libc6 (>= 2.36), libz1 | libz-ng1' 'Multi-Arch: same' 'Description: widgets' ' .' ' More.' |
  seed deb-control depends
printf '#!/bin/sh\nset -e\nif [ "$1" = configure ]; then\n\tldconfig\nfi\n' | seed deb-script postinst
printf '/etc/frob.conf\nremove-on-upgrade /etc/old.conf\n' | seed deb-conffiles conffiles
printf 'libfrob 1 libfrob1 (>= 1.0)\nudeb: libfrob 1 libfrob1-udeb\n' | seed deb-lines shlibs
seed md5sums demo < control/md5sums
seed deb822 control < control/control
printf 'Origin: a\nLabel: b\n\n# comment\nFiles: \n 0123 4 x\n' | seed deb822 paragraphs
upload() { # the paragraph that .changes, .dsc and .buildinfo share
  printf 'Format: %s\nSource: frob\nBinary: frob\nArchitecture: all\nVersion: 1.0\n' "$1"
  printf 'Checksums-Sha256:\n %s %d frob_1.0_all.deb\n' \
    "$(sha256sum < "$demo/left.deb" | cut -d' ' -f1)" "$(stat -c %s "$demo/left.deb")"
}
{ upload 1.8; printf 'Files:\n %032d 1460 utils optional frob_1.0_all.deb\n' 0; } | seed changes demo
{
  printf -- '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n'
  upload '3.0 (quilt)'
  printf -- '-----BEGIN PGP SIGNATURE-----\n\niQIzBAEB\n=abcd\n-----END PGP SIGNATURE-----\n'
} | seed dsc signed
{
  upload 1.0
  printf 'Build-Origin: Debian\nBuild-Architecture: amd64\nBuild-Date: Thu, 01 Feb 2024 00:00:00 +0000\n'
  printf 'Build-Path: /build/frob-1.0\nInstalled-Build-Depends:\n base-files (= 12.4),\n bash (= 5.2.15-2+b2)\n'
  printf 'Environment:\n LANG="C.UTF-8"\n SOURCE_DATE_EPOCH="1706745600"\n'
} | seed buildinfo demo
seed text script < data/usr/bin/frob
seed text html < data/usr/share/doc/frob/manual.html
printf 'crlf\r\n\ttab no newline at end \xff\xfe' | seed text edges

# Evidence: the first byte chooses the reader (fuzz_evidence.cc).
digest=$(sha256sum < "$demo/left.deb" | cut -d' ' -f1)
subject='"subject":[{"name":"frob.deb","digest":{"sha256":"'$digest'"}}]'
statement='{"_type":"https://in-toto.io/Statement/v1",'$subject',"predicateType":'
printf '1%s' '{"payload":"e30=","payloadType":"t","signatures":[{"keyid":"k","sig":"AAAA"}]}' | seed evidence envelope
printf '2%s' "$statement"'"https://slsa.dev/provenance/v1","predicate":{"buildDefinition":{"buildType":"t","externalParameters":{},"resolvedDependencies":[{"uri":"u"}]},"runDetails":{"builder":{"id":"b"}}}}' |
  seed evidence provenance
printf '2%s' "$statement"'"https://slsa.dev/verification_summary/v1","predicate":{"verifier":{"id":"v"},"resourceUri":"r","policy":{},"verificationResult":"PASSED","verifiedLevels":["L"]}}' |
  seed evidence vsa
printf '2%s' '{"schema":"unrepro.manifest/1","job":"j","build":{"sha256":"'"$digest"'","size":1},"artifacts":{"a":{"sha256":"'"$digest"'","size":2}}}' |
  seed evidence manifest
printf '3%s' '{"signed":{"_type":"link","name":"n","materials":{},"products":{}},"signatures":[{"keyid":"k","sig":"00"}]}' |
  seed evidence link
printf '0%s' '[{"a":"\u00e9"},1.5,-2,true,null]' | seed evidence json

# What a quorum reads: the first byte chooses (fuzz_quorum.cc).
key='public = "'$(printf '00%.0s' $(seq 32))'"'
{
  printf '0results = 3\nagree = 2\ntrusted = ["debian"]\nindependence = ["hosting"]\naudit_rate = 0.1\n'
  printf '[operators.debian]\nhosting = "own"\n[[keys]]\noperator = "debian"\n%s\nvalid_until = 2030-01-01T00:00:00Z\n' "$key"
} | seed quorum policy
{ printf 1; cat "$here/../../corpus/quorum/scenario.toml"; } | seed quorum scenario
result='"seat":"","role":"seat","operator":"t","builder":"","signer":"","manifest":"","received":0,"artifacts":{"a":"A"},"inputs":{},"facts":{"host":"h"},"isolation":"vm","defect":""'
printf '2{"job":{"id":"j","inputs":{},"artifacts":["a"],"reference":[]},"tool":{"version":"0","rules_sha256":""},"now":9,"unsigned":false,"seats":[{"id":"s1","operator":"t","role":"seat","fresh":false,"state":"submitted","replaces":"","manifest":""}],"results":[{"id":"1",%s},{"id":"2",%s}],"normal":{"A":"n"},"relations":[{"left":"A","right":"B","verdict":"divergent","divergence":"alert","capacity_decibits":1,"unbounded":true,"causes":[],"incomplete":""}],"audit":{"commitment":"c","seed":"00","root":"r","rate":1},"confirmations":{"m":["alice"]},"events":[{"operator":"t","kind":"flake","at":1,"evidence":"e"}]}' "$result" "$result" |
  seed quorum case
printf '3policy %s %s\n' "$(printf '' | sha256sum | cut -d' ' -f1)" "$(printf 'require_trusted = 0\n' | base64)" | seed quorum log
printf '4%s' '{"schema":"unrepro.job/1","id":"j","inputs":{"source":"00"},"artifacts":["a"],"seats":[{"id":"s1","operator":"x","state":"submitted","result":"r","received":1}],"audit":{"commitment":"c","seed":"00","root":"r","rate":1},"confirmations":[{}],"events":[{"operator":"x","kind":"flake","at":1}]}' |
  seed quorum job
for who in alice both; do
  { printf 5; cat "$here/../data/openpgp/alice.asc"; printf '\0'; cat "$here/../data/openpgp/$who.buildinfo"; } | seed quorum "signed-$who"
done

# Pairs.
pair debs "$demo/left.deb" "$demo/right.deb"
pair equal "$demo/left.deb" "$demo/left.deb"
pair tars control.tar ../right/control.tar
pair text data/usr/share/doc/frob/build.txt ../right/data/usr/share/doc/frob/build.txt
pair streams data.tar.xz ../right/data.tar.xz
pair kinds control/control control.tar.xz
pair empty /dev/null control/control
