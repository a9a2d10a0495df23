#!/bin/sh
# Makes layout-short.so and layout-long.so: one source built in two directories (gcc 12.2, binutils 2.40, x86-64), and
# layout-debug-short.so and layout-debug-long.so with debug information; layout-a64-short.so and layout-a64-long.so are
# for AArch64 (gcc-aarch64-linux-gnu 12.2); layout-gold-short.so and layout-gold-long.so are programs that gold linked,
# with zeros before main; layout-object-*.o and its kin are objects of gcc, g++ and clang 14 before linking.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for pair in short:/b/frob long:/srv/rebuild/worker-seven/frob-1.0; do
  directory=${pair#*:}
  mkdir -p "$directory"
  cp "$here/layout.c" "$directory/frob.c"
  gcc -O2 -fPIC -shared -nostdlib -Wl,-z,noseparate-code -Wl,--build-id=none -s \
    -o "$here/layout-${pair%%:*}.so" "$directory/frob.c"
  gcc -O2 -g -fdebug-prefix-map="$PWD=/home/developer/tests/data/elf" -fPIC -shared -nostdlib \
    -Wl,-z,noseparate-code -Wl,--build-id=none -o "$here/layout-debug-${pair%%:*}.so" "$directory/frob.c"
  aarch64-linux-gnu-gcc -O2 -fPIC -shared -nostdlib -Wl,-z,noseparate-code -Wl,-z,max-page-size=4096 \
    -Wl,--build-id=none -s -o "$here/layout-a64-${pair%%:*}.so" "$directory/frob.c"
  gcc -O2 -fPIC -c -o "$here/layout-object-${pair%%:*}.o" "$directory/frob.c"
  aarch64-linux-gnu-gcc -O2 -c -o "$here/layout-a64-object-${pair%%:*}.o" "$directory/frob.c"
  clang -O2 -fPIC -c -o "$here/layout-clang-object-${pair%%:*}.o" "$directory/frob.c"
  cp "$here/layout.cc" "$directory/frob.cc"
  g++ -O2 -fPIC -c -o "$here/layout-cxx-object-${pair%%:*}.o" "$directory/frob.cc"
  printf '#include <assert.h>\nint main(int c, char **v) { assert(c > 0); return 0; }\n' > "$directory/main.c"
  gcc -O2 -fuse-ld=gold -Wl,--build-id=none -s -o "$here/layout-gold-${pair%%:*}.so" "$directory/main.c"
  rm -r "$directory"
done
