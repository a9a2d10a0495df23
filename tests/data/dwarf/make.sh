#!/bin/sh
# Makes the files here with gcc 12 and clang 16 of Debian 12; needs to write to /b and /build.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for name in short long; do
  directory=/b/x
  [ $name = short ] || directory=/build/a-much-longer/x
  mkdir -p $directory
  cp "$here/x.c" $directory
  cd $directory
  for version in 4 5; do
    for compiler in gcc clang-16; do
      out=$here/$name-${compiler%-16}-$version
      $compiler -gdwarf-$version -g -O2 -c x.c -o "$out.o"
      $compiler -gdwarf-$version -g -O2 -fPIC -shared -nostdlib -Wl,--build-id x.c -o "$out.so"
    done
  done
  gcc -gdwarf-5 -g -O2 -gz -fPIC -shared -nostdlib x.c -o "$here/$name-gcc-5.gz"
done
