"""Texts that scripts and build systems write: banners, headers, configuration, lists, logs."""
from recipe import recipe

# name, causes, vary, the line of shell that writes the product, its name, wrappings with their best verdicts. Prose
# is content; scripts, headers and configuration are behaviour, whatever varies in them.
PROSE = {"doc": "explained"}
BOTH = {"doc": "explained", "etc": "divergent"}


def text(name, causes, vary, script, product, wraps, hard=False, producer="shell"):
    recipe(name, producer, causes, vary, f"{{ {script}\n}} > $OUT/{product}", hard=hard, **wraps)


text("date-line", "build-timestamp", "clock", 'echo "frob documentation"; echo "Built on $(date)"', "build.txt",
     {"file": "explained", **BOTH})
text("date-iso", "build-timestamp", "clock", 'echo "frob 1.0"; echo "Generated: $(date -u +%Y-%m-%dT%H:%M:%SZ)"; echo "end"',
     "stamp.txt", PROSE)
text("date-epoch", "build-timestamp", "clock", 'echo "build_time = $(date +%s)"; echo "version = 1.0"', "build.conf",
     {"etc": "divergent", "file": "divergent"})
text("date-twice", "build-timestamp", "clock", 'date "+# Generated on %F %T"; echo "frob"; date "+Last updated: %a, %d %b %Y %T %z"',
     "README", PROSE)
text("year", "build-timestamp", "year", 'echo "frob, a tool"; echo "Copyright (C) $(date +%Y) The Frob Authors"', "NOTICE",
     {"file": "explained", **PROSE})
text("date-header", "build-timestamp", "clock",
     'echo "#define FROB_BUILD_DATE \\"$(date +%F)\\""; echo "#define FROB_VERSION 3"', "config.h",
     {"file": "divergent", "share": "divergent"})
text("date-shell", "build-timestamp", "clock", 'echo "#!/bin/sh"; echo "# generated on $(date)"; echo "exec frobd"', "frob",
     {"bin": "divergent"})
text("date-version", "build-timestamp", "clock", 'echo "frob 1.0.$(date +%Y%m%d)"', "VERSION.txt", PROSE, hard=True)
text("zone", "timezone", "zone", 'echo "frob"; echo "Built: $(date -d @1600000000 "+%Y-%m-%d %H:%M:%S %z")"', "zone.txt",
     {"file": "explained", **PROSE})
text("zone-ctime", "timezone", "zone", 'echo "frob"; echo "Generated at $(date -d @1600000000 "+%a %b %d %H:%M:%S %Y")"',
     "zone.txt", PROSE)
text("zone-clock", "timezone build-timestamp", "zone clock",
     'echo "Source date: $(date -d @1600000000 "+%Y-%m-%d %H:%M:%S %z")"; echo "Build date: $(date "+%Y-%m-%d %H:%M:%S %z")"',
     "zone.txt", PROSE)
text("host", "host-user-identity", "host", 'echo "frob documentation"; echo "Built on host $(hostname)"; echo "done"',
     "host.txt", {"file": "explained", **BOTH})
text("user-host", "host-user-identity", "host user", 'echo "compiled by $(id -un)@$(hostname) with love"; echo "frob"',
     "NEWS", PROSE)
text("user-host-env", "host-user-identity", "host user", 'echo "BUILD_USER=$USER"; echo "BUILD_HOST=$(uname -n)"', "build.conf",
     {"etc": "divergent"})
text("user-host-date", "host-user-identity build-timestamp", "host user clock",
     'echo "frob 1.0 (built by $USER@$(hostname) on $(date))"', "README", PROSE)
text("path", "build-path", "path", 'echo "frob"; echo "Sources were in $PWD/src"; echo "See $PWD/doc/index.html and $PWD/NEWS"',
     "paths.txt", {"file": "explained", **PROSE})
text("path-pc", "build-path", "path", 'echo "prefix=$PWD/inst"; echo "libdir=\\${prefix}/lib"; echo "Name: frob"; echo "Libs: -lfrob"',
     "frob.pc", {"lib": "divergent", "file": "divergent"})
text("path-la", "build-path", "path", 'echo "# libfrob.la - a libtool library file"; echo "dependency_libs=\' -L$PWD/lib -lm\'"; echo "libdir=\'/usr/lib\'"',
     "libfrob.la", {"lib": "divergent"})
text("path-script", "build-path", "path", 'echo "#!/bin/sh"; echo "cd $PWD && exec ./frob"', "frob", {"bin": "divergent"})
text("path-date", "build-path build-timestamp", "path clock", 'echo "Built in $PWD"; echo "Built at $(date)"', "log.txt", PROSE)
text("path-date-host", "build-path build-timestamp host-user-identity", "path clock host",
     'echo "Build directory: $PWD"; echo "Build date: $(date)"; echo "Build host: $(hostname)"', "info.txt", PROSE)
text("home", "env-capture", "user", 'echo "HOME=$HOME"; echo "frob"', "env.txt", PROSE)
text("environment", "env-capture", "PATH=/opt/tools/bin:/srv/bin:/usr/bin:/usr/sbin:/bin:/sbin", 'echo "frob"; echo "PATH=$PATH"', "env.txt",
     {"file": "explained", **BOTH})
text("term", "env-capture", "TERM=xterm-256color", 'echo "TERM=${TERM:-dumb}"; echo "frob=1"', "environment.txt", PROSE)
text("shell", "env-capture", "SHELL=/bin/dash", 'echo "#!${SHELL:-/bin/sh}"; echo "echo frob"', "frob", {"bin": "divergent"})
text("kernel", "kernel-identity", "RELEASE=6.12.9-amd64",
     'uname() { echo "${RELEASE:-6.1.0-18-amd64}"; }; echo "frob built on Linux"; echo "Kernel: $(uname -r)"',
     "kernel.txt", {"file": "explained", **BOTH})
text("machine", "kernel-identity", "none",
     'if [ $SIDE = 0 ]; then set -- setarch x86_64; else set -- setarch i686; fi; echo "frob"; echo "machine: $("$@" uname -m)"',
     "machine.txt", PROSE)
text("pid", "pid", "pid", 'echo "frob log"; echo "[$$] starting frob"; echo "[$$] done"', "build.log", PROSE)
text("pid-lock", "pid", "pid", 'echo "lock=/run/frob.pid.$$"; echo "frob"', "lock.txt", PROSE)
text("pid-date", "pid build-timestamp", "pid clock", 'echo "$(date "+%F %T") frob[$$]: started"; echo "$(date "+%F %T") frob[$$]: done"',
     "build.log", PROSE)
text("mktemp", "temp-path", "none", 't=$(mktemp); echo "frob"; echo "Scratch file was $t"', "temp.txt",
     {"file": "explained", **PROSE})
text("mktemp-dir", "temp-path", "none", 't=$(mktemp -d); echo "set workdir $t/work"; echo "make -C $t/work"', "steps.txt", PROSE)
text("uuid", "random-id", "none", 'echo "frob"; echo "Document id: $(cat /proc/sys/kernel/random/uuid)"', "id.txt",
     {"file": "explained", **PROSE})
text("uuid-config", "random-id", "none", 'echo "[frob]"; echo "instance-id = $(cat /proc/sys/kernel/random/uuid)"', "frob.conf",
     {"etc": "divergent"})
text("secret", "random-key", "none", 'echo "[frob]"; echo "secret_key = $(od -An -tx1 -N16 /dev/urandom | tr -d " \\n")"',
     "frob.conf", {"etc": "divergent"})
text("nproc", "cpu-count", "JOBS=16", 'echo "make -j${JOBS:-2} all"; echo "make install"', "build.log", PROSE)
text("elapsed", "elapsed-time", "SLEEP=0.37", 's=$(date +%s%N); LD_PRELOAD= /usr/bin/python3 -c "import time,os; s=time.perf_counter(); time.sleep(float(os.environ.get(\'SLEEP\', \'0.11\'))); print(\'Finished in %.3fs\' % (time.perf_counter()-s))"; echo "frob"',
     "test.log", {"file": "explained", **PROSE})
text("counter", "build-counter", "RUN=1187", 'echo "frob"; echo "Build number: ${RUN:-1123}"', "build.txt", PROSE)
text("ls", "readdir-order", "order", 'mkdir d; cd d; for f in $(list a.c b.c c.c delta.c e.h f.txt); do touch $f; done; ls -U',
     "files.txt", {"file": "explained", **BOTH})
text("find", "readdir-order", "order",
     'mkdir -p d/s; for f in $(list a.c b.c c.c s/x.c s/y.c s/z.h zeta.h); do touch d/$f; done; find d -type f -printf "%p\\n"',
     "manifest.txt", PROSE)
text("find-date", "readdir-order build-timestamp", "order clock",
     'echo "Files as of $(date):"; mkdir d; for f in $(list a.c b.c c.c x.c y.c z.h zeta.h); do touch d/$f; done; find d -type f',
     "contents.txt", PROSE)
text("sum", "readdir-order", "order",
     'mkdir d; for f in $(list a.c b.c c.c delta.c); do echo $f > d/$f; done; find d -type f | xargs md5sum', "sums.txt", PROSE)
text("sort", "locale-collation", "locale-de", 'printf "%s\\n" Zebra apple Mango banana _under Cherry date Elder fig Äpfel | sort', "words.txt",
     {"file": "explained", **BOTH})
text("sort-et", "locale-collation", "locale-et", 'printf "%s\\n" zebra apple mango tango umbra salt test under violet | sort',
     "words.txt", PROSE)
text("sort-files", "locale-collation", "locale-fr", 'mkdir d; cd d; touch Makefile README a.c B.c c.h D.h _private.c; ls -1', "ls.txt", PROSE)
text("upcase", "locale-content", "locale-tr", 'echo "frob"; /usr/bin/perl -CSDA -Mlocale -e "print uc(q(this is title)), qq(\\n)"', "title.txt", PROSE)
text("month", "locale-content", "locale-de", 'echo "frob"; date -d @1615000000 "+Released on %d %B %Y, %A"', "dates.txt",
     {"file": "explained", **PROSE})
text("decimal", "locale-content", "locale-de", 'echo "frob"; LD_PRELOAD= printf "average load: %.2f\\n" 1${LC_NUMERIC:-}; awk --version 2>/dev/null | head -0; /usr/bin/perl -Mlocale -MPOSIX -e "setlocale(LC_ALL, q()); printf qq(ratio: %.2f of all\\n), 3.14159"',
     "numbers.txt", PROSE)
text("messages", "locale-content", "locale-fr", 'echo "frob"; ls /nonexistent-frob 2>&1 || true', "errors.txt", PROSE)
text("race", "parallel-order", "none",
     'for f in alpha beta gamma delta epsilon zeta eta theta; do echo $f; done > n; '
     'if [ $SIDE = 0 ]; then late="0 1 2 3 4 5 6 7"; else late="1 0 2 4 3 5 7 6"; fi; set -- $late; '
     'while read f; do (sleep 0.$1; echo "[build] compiled module $f") & shift; done < n; wait', "build.log", {"file": "explained", **BOTH})
text("race-make", "parallel-order", "none",
     'printf "all: a b c d e f g h\\n%%:\\n\\t@sleep 0.\\$(D_\\$@); echo CC \\$@.o\\n" > M; '
     'if [ $SIDE = 0 ]; then v="D_a=0 D_b=1 D_c=2 D_d=3 D_e=4 D_f=5 D_g=6 D_h=7"; else v="D_a=1 D_b=0 D_c=2 D_d=4 D_e=3 D_f=5 D_g=7 D_h=6"; fi; '
     'make -s -f M -j8 $v', "make.log", PROSE, producer="make")
text("race-lost", "race-content", "none",
     'echo "frob"; if [ $SIDE = 0 ]; then (sleep 0.1; echo second > f) & echo first > f; else (echo second > f) & sleep 0.1; echo first > f; fi; wait; cat f',
     "result.txt", {"doc": "divergent"}, hard=True)
text("crlf", "line-endings", "EOL=crlf", 'printf "frob\\nis a tool\\nfor all\\n" | if [ -n "${EOL:-}" ]; then sed "s/$/\\r/"; else cat; fi',
     "README.txt", {"file": "explained", **PROSE})
text("usrmerge", "system-layout", "SED=/usr/bin/sed", 'echo "frob configured with:"; echo "SED: ${SED:-/bin/sed}"', "config.txt", PROSE)
text("usrmerge-script", "system-layout", "SH=/usr/bin/sh", 'echo "#!${SH:-/bin/sh}"; echo "echo frob"', "frob", {"bin": "divergent"})
text("inode", "filesystem-metadata", "none", '[ $SIDE = 0 ] || touch x y z; touch f; echo "frob"; stat -c "Inode: %i" f', "stat.txt", PROSE, hard=True)
text("flags", "recorded-build-flags", "CFLAGS=-O2+-g+-ffile-prefix-map=/home/worker7/rebuild/frob-1.0=.",
     'echo "frob"; echo "CFLAGS: ${CFLAGS:--O2 -g -ffile-prefix-map=/srv/build/frob-1.0=.}" | tr + " "', "flags.txt", PROSE)
text("git", "vcs-state", "none",
     'mkdir g; cd g; git init -q -b main; git config user.email a@b; git config user.name a; echo 1 > f; git add f; git commit -qm 1; git tag v1.0; '
     'if [ $SIDE = 1 ]; then echo 2 > f; fi; echo "frob version $(git describe --dirty --always --tags)"', "version.txt", {"doc": "divergent"}, producer="git")
text("git-abbrev", "vcs-state", "ABBREV=12",
     'mkdir g; cd g; git init -q -b main; git config user.email a@b; git config user.name a; echo 1 > f; git add f; git commit -qm 1; '
     'echo "frob commit $(git rev-parse --short=${ABBREV:-7} HEAD)"', "commit.txt", PROSE, producer="git")
recipe("archive-id", "git", "file-mtime", "clock",
       "mkdir g; cd g; git init -q -b main; git config user.email a@b; git config user.name a; echo 1 > f; git add f; git commit -qm 1; "
       "git archive --prefix=frob/ -o $OUT/frob.tar HEAD^{tree}", file="equivalent")
