#!/bin/sh
# Makes the fixtures of the stream formats beside this script. Needs gzip 1.12, xz 5.4, zstd 1.5, bzip2 1.0.8,
# lzip 1.23, lz4 1.9, python3. The content is `seq 1 120`.
set -eu
cd "$(dirname "$0")"
export LC_ALL=C TZ=UTC
seq 1 120 > plain.txt
touch -d '2024-01-31 12:00:00' plain.txt
gzip -9kf -N plain.txt && mv plain.txt.gz named.gz
python3 - <<'PY'
import struct, zlib
plain = open('plain.txt', 'rb').read()
deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
body = deflate.compress(plain) + deflate.flush()
# Every optional field: FEXTRA with two subfields, FNAME, FCOMMENT, FHCRC.
extra = b'AB' + struct.pack('<H', 3) + b'xyz' + b'CD' + struct.pack('<H', 0)
head = b'\x1f\x8b\x08' + bytes([2 | 4 | 8 | 16]) + struct.pack('<IBB', 1706702400, 0, 3)
head += struct.pack('<H', len(extra)) + extra + b'plain.txt\0' + b'made by hand\0'
head += struct.pack('<H', zlib.crc32(head) & 0xffff)
open('optional.gz', 'wb').write(head + body + struct.pack('<II', zlib.crc32(plain), len(plain)))
PY
xz -6 -T1 -c plain.txt > plain.xz
xz -6 -T2 --block-size=200 --check=sha256 -c plain.txt > blocks.xz
xz -T1 --x86 --lzma2=preset=1 --check=crc32 -c plain.txt > filters.xz
xz -c < /dev/null > empty.xz
zstd -q -3 -c plain.txt > plain.zst
zstd -q -19 --no-check -c < plain.txt > stdin.zst
bzip2 -9 -c plain.txt > plain.bz2
bzip2 -1 -c < /dev/null > empty.bz2
xz --format=lzma -6 -c plain.txt > plain.lzma
python3 - <<'PY'
import lzma, struct
plain = open('plain.txt', 'rb').read()
data = bytearray(lzma.compress(plain, lzma.FORMAT_ALONE))
data[5:13] = struct.pack('<Q', len(plain))
open('sized.lzma', 'wb').write(data)
PY
lzip -9 -c plain.txt > plain.lz
lz4 -q -c plain.txt > plain.lz4
lz4 -q -9 -B4 -BD -BX --content-size -c plain.txt > options.lz4
lz4 -q -l -c plain.txt > legacy.lz4
rm plain.txt
