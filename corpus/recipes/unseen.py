"""Producers that no rule was written for: what they leave was looked at after the rules were there, or shows what a
rule means beyond the producer that it was found with."""
from recipe import recipe

ADOC = "printf '= Frob(1)\\nA Writer\\n:doctype: manpage\\n\\n== NAME\\n\\nfrob - frobs\\n\\n== SYNOPSIS\\n\\n*frob* _FILE_\\n' > frob.adoc; "
MD = "printf '# Introduction\\n\\nFrob is a tool.\\n\\n# Usage\\n\\nRun *frob* on a file.\\n' > frob.md; "

recipe("html", "asciidoctor", "build-timestamp", "clock",
       ADOC + "sed 's/:doctype: manpage//' frob.adoc | asciidoctor -o $OUT/frob.html -", file="explained", doc="explained")
recipe("man", "asciidoctor", "build-timestamp", "clock",
       ADOC + "touch -d @$STAMP frob.adoc; asciidoctor -b manpage -o $OUT/frob.1 frob.adoc", man="explained")
recipe("html", "pandoc", "build-timestamp", "clock",
       MD + 'pandoc -s -M title=Frob -M date="$(date "+%B %-d, %Y")" frob.md -o $OUT/frob.html', file="explained")
recipe("epub", "pandoc", "build-timestamp random-id", "clock",
       MD + "LD_PRELOAD= SOURCE_DATE_EPOCH=$STAMP pandoc -M title=Frob frob.md -o $OUT/frob.epub", file="explained")
recipe("docx", "pandoc", "build-timestamp file-mtime", "clock",
       MD + "LD_PRELOAD= SOURCE_DATE_EPOCH=$STAMP pandoc frob.md -o $OUT/frob.docx", file="explained")
recipe("man", "scdoc", "build-timestamp", "clock",
       "printf 'frob(1)\\n\\n# NAME\\n\\nfrob - a tool\\n' | SOURCE_DATE_EPOCH=$STAMP scdoc > $OUT/frob.1", man="explained")
recipe("index", "mkdocs", "build-timestamp", "clock",
       "mkdir docs; printf '# Frob\\n\\nText.\\n' > docs/index.md; printf 'site_name: Frob\\nplugins: []\\n' > mkdocs.yml; "
       "mkdocs build -q -d b; cp b/index.html $OUT/", file="explained")
recipe("latex", "doxygen", "build-timestamp", "clock",
       "printf '/** @file\\n Frob. */\\n/** Frobs. */\\nint frob(int x);\\n' > frob.h; "
       "printf 'PROJECT_NAME=frob\\nINPUT=frob.h\\nGENERATE_HTML=NO\\nLATEX_TIMESTAMP=YES\\nQUIET=YES\\n' > D; doxygen D; "
       "cp latex/refman.tex $OUT/", file="explained")
recipe("created", "rdoc", "build-timestamp", "clock",
       "printf '# Frobs.\\nclass Frob\\nend\\n' > frob.rb; touch -d @$STAMP frob.rb; rdoc -q -o r frob.rb; cp r/created.rid $OUT/",
       doc="explained")
recipe("dvi", "tex", "build-timestamp", "clock", "printf 'Frob.\\n\\\\bye\\n' > f.tex; tex f.tex; cp f.dvi $OUT/",
       file="explained", hard=True)
recipe("log", "tex", "build-timestamp", "clock", "printf 'Frob.\\n\\\\bye\\n' > f.tex; tex f.tex; cp f.log $OUT/", file="explained")
recipe("svg", "matplotlib", "build-timestamp random-id", "clock",
       "LD_PRELOAD= SOURCE_DATE_EPOCH=$STAMP MPLCONFIGDIR=/tmp python3 -c 'import matplotlib; matplotlib.use(\"svg\"); "
       "import matplotlib.pyplot as p; p.plot([1,2]); p.savefig(\"f.svg\")'; cp f.svg $OUT/", file="explained")
recipe("order", "xgettext", "readdir-order", "order",
       "mkdir s; for f in $(list aa.c bb.c cc.c dd.c ee.c); do printf 'int %s(){puts(gettext(\"message of %s\"));}\\n' ${f%.c} $f > s/$f; done; "
       "xgettext -o - $(find s -name '*.c') | grep -v POT-Creation > $OUT/f.pot", doc="explained")
recipe("html-timestamp", "cmake", "build-timestamp", "clock",
       "printf 'cmake_minimum_required(VERSION 3.10)\\nproject(frob NONE)\\nstring(TIMESTAMP NOW)\\nconfigure_file(i.in o.html)\\n' > CMakeLists.txt; "
       "printf '<!-- @NOW@ --><p>Frob.</p>\\n' > i.in; cmake -S . -B b >/dev/null; cp b/o.html $OUT/", file="explained")
recipe("feature", "autoconf", "feature-detection", "FEATURE=1",
       "printf 'AC_INIT([frob],[1.0])\\nAC_CONFIG_HEADERS([config.h])\\nAC_PROG_CC\\nAC_CHECK_HEADERS([frobfeature.h])\\nAC_OUTPUT\\n' > configure.ac; "
       "autoheader; autoconf; mkdir inc; [ -z \"${FEATURE:-}\" ] || touch inc/frobfeature.h; CPPFLAGS=\"-I$PWD/inc\" ./configure -q; cp config.h $OUT/",
       file="divergent")
recipe("map", "ld", "temp-path", "none",
       "echo 'int main(void) { return 0; }' > f.c; gcc -Wl,-Map=f.map f.c -o f; cp f.map $OUT/f.log", file="explained")
recipe("verbose", "gcc", "temp-path build-path", "path",
       "echo 'int f(void) { return 0; }' > f.c; gcc -v -c $PWD/f.c 2> $OUT/gcc.log", file="explained")
recipe("timestamp-macro", "gcc", "build-timestamp", "clock",
       "echo 'const char *s = \"frob \" __TIMESTAMP__;' > f.c; touch -d @$STAMP f.c; gcc -c f.c -o $OUT/f.o", file="explained")
recipe("debug-split", "objcopy", "build-path", "path",
       "echo 'int main(void) { return 0; }' > f.c; gcc -g f.c -o f; objcopy --only-keep-debug f f.debug; strip f; "
       "objcopy --add-gnu-debuglink=f.debug f; cp f f.debug $OUT/", dir="explained")
recipe("path", "luac", "build-path", "path", "echo 'print(1)' > f.lua; luac5.4 -o $OUT/f.luac $PWD/f.lua", file="divergent")
recipe("address", "lua", "aslr-address", "aslr", "lua5.4 -e 'print(\"default:\", {}); print(\"frob\")' > $OUT/frob.txt", file="explained")
recipe("tempfile", "perl", "temp-path", "none",
       "LD_PRELOAD= perl -MFile::Temp=tempdir -e '$d=tempdir(CLEANUP=>0); print \"Entering $d\\nLeaving $d\\n\"' > $OUT/frob.log", file="explained")
recipe("two-digit-year", "perl", "build-timestamp", "clock",
       "perl -MPOSIX -e 'print \"frob 1.0\\nlast modified: \", strftime(\"%x %X\", gmtime), \"\\n\"' > $OUT/frob.txt", file="explained")
recipe("tmpdir", "ruby", "temp-path", "none",
       "LD_PRELOAD= ruby -rtmpdir -e 'puts \"Working in #{Dir.mktmpdir}/x\"; puts \"frob\"' > $OUT/frob.log", file="explained")
recipe("tempfile", "nodejs", "temp-path", "none",
       "LD_PRELOAD= node -e 'console.log(\"frob cache in \" + require(\"fs\").mkdtempSync(\"/tmp/frob-\"))' > $OUT/frob.log", file="explained")
recipe("zone", "nodejs", "timezone", "zone",
       "LD_PRELOAD= node -e 'console.log(\"<p>Page generated: \" + new Date(1600000000000) + \"</p>\")' > $OUT/frob.html", file="explained")
recipe("tempfile", "java", "temp-path", "none",
       "echo 'public class D { public static void main(String[] a) throws Exception { System.out.println(\"Wrote \" + "
       "java.io.File.createTempFile(\"frob\", \".tmp\")); } }' > D.java; LD_PRELOAD= java D.java > $OUT/build.log", file="explained")
recipe("boundary", "cpython", "random-id", "none",
       "python3 -c 'from email.mime.multipart import MIMEMultipart as M; from email.mime.text import MIMEText as T; m=M(); "
       "m.attach(T(\"frob\")); m.attach(T(\"x\")); print(m.as_string())' > $OUT/sample.txt", file="explained")
recipe("hex-uuid", "cpython", "random-id", "none",
       "python3 -c 'import uuid; print(\"frob\"); print(\"Serial:\", uuid.uuid4().hex)' > $OUT/frob.txt", file="explained")
recipe("options", "cpython", "hash-order", "hash",
       "python3 -c 'print(\".TH FROB 1\\n.SH OPTIONS\"); [print(\".TP\\n.B --%s\\nSets the %s of frob.\" % (x, x)) for x in "
       "{\"alpha\",\"beta\",\"gamma\",\"delta\",\"epsilon\"}]' > $OUT/frob.1", man="explained")
recipe("walk", "cpython", "readdir-order", "order",
       "mkdir -p d/s; for f in $(list a.html b.html c.html d.html s/e.html s/f.html); do touch d/$f; done; LD_PRELOAD= python3 -c "
       "'import os; print(\"<files>\"); [print(\"  <file name=\\\"%s/%s\\\"/>\" % (p, f)) for p, _, fs in os.walk(\"d\") for f in fs]; "
       "print(\"</files>\")' > $OUT/index.xml", doc="explained")
recipe("key", "openssl", "random-key", "none", "LD_PRELOAD= openssl genrsa -out $OUT/frob.pem 1024", file="divergent")
recipe("shadow", "openssl", "random-key", "none",
       "LD_PRELOAD= sh -c 'echo \"frob:$(openssl passwd -6 frob):19000:0:99999:7:::\"' > $OUT/shadow", file="divergent")
recipe("depends", "dpkg-deb", "dependency-version", "V=2.38",
       "mkdir -p p/DEBIAN; printf 'Package: frob\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: A B <a@b.c>\\nDepends: libc6 (>= %s), libfrob1\\nDescription: x\\n' "
       "${V:-2.34} > p/DEBIAN/control; find p -exec touch -d @1700000000 {} +; "
       "SOURCE_DATE_EPOCH=1700000000 dpkg-deb --root-owner-group -Zxz -b p $OUT/frob.deb >/dev/null", file="divergent")
recipe("provides", "dpkg-deb", "hash-order", "hash",
       "mkdir -p p/DEBIAN; printf 'Package: frob\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: A B <a@b.c>\\nProvides: %s\\nDescription: x\\n' "
       "\"$(python3 -c 'print(\", \".join({\"frob-a\",\"frob-bb\",\"frob-ccc\",\"frob-dddd\"}))')\" > p/DEBIAN/control; find p -exec touch -d @1700000000 {} +; "
       "SOURCE_DATE_EPOCH=1700000000 dpkg-deb --root-owner-group -Zxz -b p $OUT/frob.deb >/dev/null", file="equivalent")
recipe("format", "gnu-tar", "serialiser-style", "F=ustar",
       "echo a > a; touch -d 2020-01-01 a; tar --owner=0 --group=0 --format=${F:-gnu} -cf $OUT/a.tar a", file="equivalent")
recipe("prefix", "valgrind", "pid", "pid",
       "bash -c 'for l in \"Memcheck, a memory error detector\" \"HEAP SUMMARY:\" \"ERROR SUMMARY: 0 errors\"; do echo \"==$$== $l\"; done' > $OUT/memcheck.log",
       file="explained")
recipe("syslog", "shell", "build-timestamp", "clock",
       'for i in configure compile install; do echo "$(date "+%b %d %T") frob: $i done"; done > $OUT/build.log', file="explained")
recipe("unlabelled-time", "shell", "build-timestamp", "clock",
       'date "+frob manual, %A %d %B %Y, %R" > $OUT/frob.txt; echo text >> $OUT/frob.txt', file="explained")
recipe("bash-time", "shell", "elapsed-time", "SLEEP=0.31",
       "LD_PRELOAD= bash -c 'time sleep ${SLEEP:-0.12}' 2> $OUT/build.log; echo frob >> $OUT/build.log", file="explained")
recipe("uname-line", "shell", "kernel-identity host-user-identity", "host REL=6.12.9-amd64",
       "echo \"uname: Linux $(hostname) ${REL:-6.1.0-18-amd64} #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\" > $OUT/report.txt; echo frob >> $OUT/report.txt",
       file="explained")
recipe("link", "shell", "build-path", "path",
       "mkdir -p $OUT/lib; echo x > $OUT/lib/libfrob.so.1; ln -s $PWD/lib/libfrob.so.1 $OUT/lib/libfrob.so", dir="divergent")
