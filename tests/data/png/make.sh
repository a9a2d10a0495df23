#!/bin/sh
# Makes the pictures with ImageMagick 6 and libfaketime: make.sh
set -eu
cd "$(dirname "$0")"
make() { # NAME TIME
  TZ=UTC FAKETIME="$2" LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 \
    convert -size 8x8 xc:red -set comment frob "$1.png"
}
make left '2024-02-01 00:00:00'
make right '2024-03-07 11:12:13'
