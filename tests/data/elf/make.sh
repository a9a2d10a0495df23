#!/bin/sh
# Makes the ELF fixtures of this directory with gcc 12, GNU ld 2.40 and clang 16 of Debian 12.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/small.c" <<'C'
int setuid(unsigned); unsigned getuid(void);
static int count = 3;
__attribute__((constructor)) static void start(void) { count = 5; }
const char *message(void) { return "a message of the program"; }
int drop(void) { return getuid() == 0 ? setuid(1000) : count; }
int other(int x) { return x * count; }
C
cat > "$work/main.c" <<'C'
int drop(void);
void _start(void) { drop(); for (;;) {} }
C
flags="-O1 -fPIC -fno-asynchronous-unwind-tables -ffile-prefix-map=$work=."
(cd "$work" && gcc $flags -c small.c main.c)
ld="-nostdlib -Wl,-z,max-page-size=4096 -Wl,-z,noseparate-code -Wl,-z,relro -Wl,-z,now -Wl,--hash-style=both"
gcc $ld -shared -Wl,--build-id=sha1 -Wl,-soname,libsmall.so.1 -Wl,-rpath,/usr/lib/small -o libsmall.so "$work/small.o" -Wl,--no-as-needed -lc -lm
gcc $ld -shared -Wl,--build-id=uuid -o libuuid.so "$work/small.o"
gcc $ld -pie -o program "$work/main.o" libsmall.so
cp "$work/small.o" small.o
for target in i386 powerpc64 s390x aarch64; do
  clang-16 --target=$target-linux-gnu -O1 -c -o small-$target.o "$work/small.c"
done
printf '.file "/tmp/ccAbCdEf.o"\n.globl f\nf: nop\n' | as -o temporary.o
# Build-ids of the other linkers, and a library whose debug information stands in a file of its own.
for kind in sha1 md5 fast; do
  ld.lld-14 -shared --build-id=$kind -z max-page-size=4096 -o lld-$kind.so "$work/small.o"
done
# Groups, each about one function.
echo 'inline int a() { return 1; } inline int b() { return 2; } inline int c() { return 3; }
int d() { return a() + b() + c(); }' > "$work/groups.cc"
(cd "$work" && g++ -O0 -fno-asynchronous-unwind-tables -c groups.cc)
strip --strip-unneeded -o groups.o "$work/groups.o"
# Two definitions of one name, which they share.
gcc $ld -shared -s -Wl,--build-id=none -Wl,--default-symver -Wl,-soname,libsymver.so.1 -o libsymver.so "$work/small.o"
# lld writes the records of needed libraries before those of their versions.
echo 'double pow(double, double); int puts(const char *); double f(double x) { puts(""); return pow(x, x); }' > "$work/needs.c"
(cd "$work" && gcc $flags -c needs.c)
ld.lld-14 -shared --build-id=none -s -z max-page-size=4096 -o lld-needs.so "$work/needs.o" \
  /usr/lib/x86_64-linux-gnu/libc.so.6 /usr/lib/x86_64-linux-gnu/libm.so.6
ld.gold -shared --build-id=sha1 -z max-page-size=4096 -o gold-sha1.so "$work/small.o"
(cd "$work" && gcc -O1 -g -fPIC -ffile-prefix-map=$work=. -c -o debug.o small.c)
gcc $ld -shared -Wl,--build-id=sha1 -o "$work/libdebug.so" "$work/debug.o"
objcopy --only-keep-debug "$work/libdebug.so" libdebug.so.debug
objcopy --strip-all --add-gnu-debuglink=libdebug.so.debug "$work/libdebug.so" libdebug.so
