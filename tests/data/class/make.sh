#!/bin/sh
# Makes the classes with javac (OpenJDK 17): make.sh
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
make() { # NAME DATE OPTION...
  name=$1 date=$2
  shift 2
  sed "s/@DATE@/$date/" Main.java.in > "$work/Main.java"
  javac -d "$work" "$@" "$work/Main.java"
  mv "$work/org/frob/Main.class" "$name.class"
}
make left 2024-02-01T00:00:00Z -g
make right 2024-03-07T11:12:13Z -g
make older 2024-02-01T00:00:00Z -g --release 11
make lines 2024-02-01T00:00:00Z -g:lines
