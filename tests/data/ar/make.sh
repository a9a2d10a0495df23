#!/bin/sh
# Makes the fixtures of this folder with gcc 12, GNU ar 2.40 and llvm-ar 14. Run in this folder.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$PWD
cd "$work"
printf 'int one(void) { return 1; }\n' > one.c
printf 'int two(void) { return 2; }\nint deux(void) { return 2; }\n' > two.c
gcc -Os -g0 -fno-asynchronous-unwind-tables -fno-ident -c one.c -o one.o
gcc -Os -g0 -fno-asynchronous-unwind-tables -fno-ident -c two.c -o a_name_longer_than_sixteen_bytes.o
strip -g --remove-section=.comment ./*.o
printf 'odd' > note.txt
ar rcD "$here/gnu.a" one.o a_name_longer_than_sixteen_bytes.o note.txt
ar qcD "$here/duplicate.a" note.txt note.txt
ar rcDT thin.a one.o a_name_longer_than_sixteen_bytes.o
mv thin.a "$here/thin.a"
llvm-ar-14 --format=bsd rcD "$here/bsd.a" one.o a_name_longer_than_sixteen_bytes.o note.txt
SYM64_THRESHOLD=0 llvm-ar-14 --format=gnu rcD "$here/sym64.a" one.o a_name_longer_than_sixteen_bytes.o
