"""Compilers and what they make: objects, programs, byte code, class files."""
from recipe import recipe

MAIN = r"""
mkdir -p src; cat > src/main.c <<'E'
#include <assert.h>
#include <stdio.h>
#ifndef BANNER
#define BANNER "frob 1.0"
#endif
int main(int argc, char **argv) { assert(argc > 0); (void)argv; puts(BANNER); return 0; }
E
"""
DATED = MAIN.replace('"frob 1.0"', '"frob 1.0, built on " __DATE__ " at " __TIME__')


for compiler in ("gcc", "clang-16"):
    name = compiler.split("-")[0]
    recipe("date-macro", name, "build-timestamp", "clock", DATED + f"{compiler} -O2 -DNDEBUG -o $OUT/frob src/main.c",
           file="explained", bin="explained")
    recipe("date-macro-object", name, "build-timestamp", "clock",
           DATED + f"{compiler} -O2 -DNDEBUG -c -o $OUT/main.o src/main.c", file="explained")
    recipe("file-macro", name, "build-path", "path", MAIN + f"{compiler} -O2 -o $OUT/frob $PWD/src/main.c",
           file="explained", bin="explained")
    recipe("debug", name, "build-path", "path", MAIN + f"{compiler} -g -O2 -DNDEBUG -o $OUT/frob src/main.c",
           file="explained", lib="explained")
    recipe("debug-object", name, "build-path", "path", MAIN + f"{compiler} -g -O0 -c -o $OUT/main.o src/main.c",
           file="explained")
    recipe("debug-date", name, "build-path build-timestamp", "path clock",
           DATED + f"{compiler} -g -O2 -DNDEBUG -o $OUT/frob src/main.c", file="explained")
    recipe("rpath", name, "build-path", "path",
           MAIN + f"{compiler} -O2 -DNDEBUG -Wl,-rpath,$PWD/lib -o $OUT/frob src/main.c", file="divergent")
    recipe("user-host-macro", name, "host-user-identity", "user host",
           MAIN + f"{compiler} -O2 -DNDEBUG '-DBANNER=\"frob built by '$USER@$(hostname)'\"' -o $OUT/frob src/main.c",
           file="explained")
    recipe("temp-name", name, "temp-path", "none",
           MAIN + f"t=$(mktemp -d); cp src/main.c $t/gen.c; {compiler} -g -O2 -DNDEBUG -c -o $OUT/main.o $t/gen.c",
           file="explained")
    recipe("link-order", name, "readdir-order", "order",
           "for f in $(list one two three four five); do echo \"int $f(int a) { return a + ${#f}; }\" > $f.c; done; "
           "echo 'int main(void) { return 0; }' > main.c; "
           f"for f in *.c; do {compiler} -O2 -c $f; done; mkdir o; for f in $(list one two three four five main); do mv $f.o o/; done; "
           f"{compiler} -o $OUT/frob $(find o -name '*.o')", file="divergent")
recipe("comment", "binutils", "toolchain-version", "VERSION=12.2.0-16",
       MAIN + "gcc -O2 -DNDEBUG -o frob src/main.c; printf 'GCC: (Debian %s) 12.2.0\\0' ${VERSION:-12.2.0-14} > c; "
       "objcopy --update-section .comment=c frob $OUT/frob", file="equivalent")
recipe("compiler", "cc", "toolchain-version", "CC=clang-16", MAIN + "${CC:-gcc} -O2 -DNDEBUG -o $OUT/frob src/main.c",
       file="divergent")
recipe("flags", "clang-record", "recorded-build-flags", "FLAG=-ffile-prefix-map=/home/worker7/rebuild/frob-1.0=.",
       MAIN + "clang-16 -O2 -DNDEBUG -frecord-command-line ${FLAG:--ffile-prefix-map=/srv/build/frob-1.0=.} -c -o $OUT/main.o src/main.c",
       file="explained")
recipe("native", "gcc-march", "cpu-features", "FLAG=-mavx2",
       "echo 'void add(float *a, const float *b, int n) { for (int i = 0; i < n; ++i) a[i] += b[i]; }' > a.c; "
       "gcc -O3 ${FLAG:--msse2} -c -o $OUT/add.o a.c", file="divergent")
recipe("lto-seed", "gcc-lto", "lto-random-seed", "none",
       MAIN + "gcc -O2 -DNDEBUG -flto -ffat-lto-objects -c -o $OUT/main.o src/main.c", file="divergent")
PROFILE = r"""
cat > a.c <<'E'
#include <stdlib.h>
int f(int n) { int s = 0; for (int i = 0; i < n; ++i) { if (i % 3) s += i * 7; else s ^= i; } return s; }
int g(int n) { return n < 2 ? n : g(n - 1) + g(n - 2); }
int main(int c, char **v) { return (c > 2 ? g(atoi(v[1])) : f(atoi(v[1]))) & 1; }
E
gcc -O2 -fprofile-generate -c -o a.o a.c; gcc -fprofile-generate -o a a.o
if [ $SIDE = 0 ]; then ./a 10000 || true; else ./a 20 x || true; fi
gcc -O2 -fprofile-use -c -o a.o a.c
"""
recipe("object", "gcc-pgo", "pgo-profile", "none", PROFILE + "cp a.o $OUT", file="divergent")
recipe("program", "gcc-pgo", "pgo-profile", "none", PROFILE + "gcc -o $OUT/a a.o", file="divergent", bin="divergent")
recipe("library", "gcc-pgo-ar", "pgo-profile", "none", PROFILE + "ar qcD $OUT/a.a a.o", file="divergent")
recipe("shared", "gcc-pgo-shared", "pgo-profile build-timestamp", "clock",
       PROFILE.replace("int main", 'const char *when(void) { return __DATE__; } int main') + "gcc -shared -o $OUT/liba.so a.o", file="divergent")
recipe("build-id", "ld", "random-id", "none",
       MAIN + "gcc -O2 -DNDEBUG -Wl,--build-id=uuid -o $OUT/frob src/main.c", file="explained")
recipe("static-lib", "ar-gcc", "build-path file-mtime", "path clock",
       MAIN + "gcc -g -O2 -DNDEBUG -c src/main.c; touch -d @$STAMP main.o; ar qcU $OUT/libfrob.a main.o", file="explained")
recipe("date-lib", "ar-gcc", "build-timestamp file-mtime", "clock",
       DATED + "gcc -O2 -DNDEBUG -c src/main.c; touch -d @$STAMP main.o; ar qcU $OUT/libfrob.a main.o", file="explained")
recipe("padding", "c-program", "uninitialised-memory", "aslr",
       "cat > dump.c <<'E'\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nstruct r { char tag; long value; char name[32]; };\n"
       "static void noise(void) { void *volatile p[64]; for (int i = 0; i < 64; ++i) p[i] = (char *)&p + i; }\n"
       "static void save(FILE *f, int i) { struct r x; x.tag = 'a'; x.value = i; snprintf(x.name, 32, \"n%d\", i); fwrite(&x, sizeof x, 1, f); }\n"
       "int main(int c, char **v) { (void)c; FILE *f = fopen(v[1], \"w\"); for (int i = 0; i < 9; ++i) { noise(); save(f, i); } return 0; }\nE\n"
       "gcc -O0 -o dump dump.c; ./dump $OUT/table.bin", file="divergent", hard=True)
recipe("pointer", "c-program", "aslr-address", "aslr",
       "printf '#include <stdio.h>\\n#include <stdlib.h>\\nint main(void) { void *p = malloc(9); puts(\"objects:\"); printf(\"<node at %%p>\\\\n\", p); printf(\"<main at %%p>\\\\n\", (void *)main); }' > p.c; "
       "gcc -o p p.c; ./p > $OUT/objects.txt", file="explained", doc="explained")
recipe("pointer-order", "c-program", "pointer-order", "aslr",
       "cat > o.cc <<'E'\n#include <cstdio>\n#include <cstdlib>\n#include <map>\n#include <sys/mman.h>\n#include <vector>\n"
       "int main() { const char *names[] = {\"Alpha\", \"Beta\", \"Gamma\", \"Delta\", \"Eps\"}; std::map<void *, const char *> m;\n"
       "for (auto n : names) m[(void *)(((size_t)mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) * 2654435761u) % 1000003)] = n;\n"
       "puts(\"Types:\"); for (auto &e : m) puts(e.second); }\nE\ng++ -O1 -o o o.cc; ./o > $OUT/types.txt",
       file="explained", hard=True)
recipe("floats", "c-program", "floating-point", "FLAG=-mfpmath=387",
       "cat > t.c <<'E'\n#include <stdio.h>\nint main(void) { puts(\"# wave table\"); double x = 0.1, v = 1; for (int i = 0; i < 24; ++i) { v = v * 1.0000001 + x / 3; x = x * 1.1 - v * 0.001; printf(\"%.17g\\n\", v); } }\nE\n"
       "gcc -O1 -ffp-contract=off ${FLAG:-} -o t t.c; ./t > $OUT/table.txt", file="explained", doc="explained")

PY = r"""
mkdir -p frob; printf 'NAMES = {"alpha", "beta", "gamma"}\ndef f(x):\n    return x in {"one", "two", "three", "four"}\n' > frob/mod.py
touch -d "@$STAMP" frob/mod.py
"""
PYC = "/usr/bin/python3 -c 'import py_compile,sys; py_compile.compile(\"frob/mod.py\", cfile=sys.argv[1], dfile=sys.argv[2] or None, doraise=True)' $OUT/mod.pyc"
recipe("pyc-mtime", "cpython", "file-mtime", "clock", PY + PYC + " frob/mod.py", file="equivalent", lib="equivalent")
recipe("pyc-path", "cpython", "build-path", "path", PY.replace("@$STAMP", "@1600000000") + PYC + " $PWD/frob/mod.py",
       file="explained")
recipe("pyc-path-mtime", "cpython", "build-path file-mtime", "path clock", PY + PYC + " $PWD/frob/mod.py", file="explained")
recipe("json-set", "cpython", "hash-order", "hash",
       "/usr/bin/python3 -c 'import json; print(json.dumps({\"keywords\": list({\"alpha\", \"beta\", \"gamma\", \"delta\", \"eps\"})}))' > $OUT/k.json",
       file="divergent", share="divergent")
recipe("set-lines", "cpython", "hash-order", "hash",
       "/usr/bin/python3 -c 'print(\"Options:\"); [print(\"  --%s=VALUE\" % n) for n in {\"alpha\", \"beta\", \"gamma\", \"delta\", \"eps\", \"zeta\"}]' > $OUT/options.txt",
       file="explained", doc="explained")
recipe("set-dict", "cpython", "hash-order", "hash",
       "/usr/bin/python3 -c 'print({n: len(n) for n in {\"alpha\", \"beta\", \"gamma\", \"delta\", \"eps\", \"zeta\"}})' > $OUT/index.txt",
       doc="explained")
recipe("repr", "cpython", "aslr-address", "aslr",
       "/usr/bin/python3 -c 'print(\"Default:\", object()); print(\"f(key=%r)\" % (lambda: 0))' > $OUT/api.txt", file="explained", doc="explained")
recipe("set-repr", "cpython", "hash-order aslr-address", "hash aslr",
       "/usr/bin/python3 -c 'print(\"Modules:\", \", \".join({\"alpha\", \"beta\", \"gamma\", \"delta\", \"eps\", \"zeta\"})); print(\"Default:\", object())' > $OUT/api.txt",
       doc="explained")
recipe("tempfile", "cpython", "temp-path", "none",
       "/usr/bin/python3 -c 'import tempfile; print(\"Reading\", tempfile.mkdtemp() + \"/input\"); print(\"ok\")' > $OUT/run.log", doc="explained")
recipe("uuid", "cpython", "random-id build-timestamp", "clock",
       "/usr/bin/python3 -c 'import uuid,datetime,json; print(json.dumps({\"bomFormat\": \"CycloneDX\", \"serialNumber\": uuid.uuid4().urn, \"metadata\": {\"timestamp\": datetime.datetime.utcnow().isoformat(\"T\", \"seconds\") + \"Z\"}}, indent=1))' > $OUT/bom.json",
       doc="explained", file="divergent")
recipe("style", "python-json", "serialiser-style", "INDENT=4",
       "/usr/bin/python3 -c 'import json,os; print(json.dumps({\"name\": \"frob\", \"tags\": [1, 2, 3], \"deep\": {\"a\": None, \"b\": True}}, indent=int(os.environ.get(\"INDENT\", \"1\"))))' > $OUT/d.json",
       file="divergent", doc="explained")
recipe("keys", "python-json", "hash-order", "hash",
       "/usr/bin/python3 -c 'import json; print(json.dumps({k: len(k) for k in {\"alpha\", \"beta\", \"gamma\", \"delta\", \"eps\"}}, indent=1))' > $OUT/d.json",
       file="divergent", doc="explained")
recipe("style", "python-xml", "serialiser-style", "EMPTY=1",
       "/usr/bin/python3 -c 'import os, xml.etree.ElementTree as e; t = e.fromstring(\"<a><b c=\\\"1\\\"></b><d>text</d></a>\"); print(e.tostring(t, encoding=\"unicode\", short_empty_elements=not os.environ.get(\"EMPTY\")))' > $OUT/d.xml",
       file="divergent", doc="explained")
recipe("zipapp", "zipapp", "file-mtime", "clock",
       "mkdir app; echo 'print(1)' > app/__main__.py; touch -d @$STAMP app/__main__.py; /usr/bin/python3 -m zipapp -o $OUT/frob.pyz app",
       file="equivalent")
SETUP = PY.replace("@$STAMP", "@1600000000") + """
touch frob/__init__.py; printf 'from setuptools import setup\nsetup(name="frob", version="1.0", packages=["frob"])\n' > setup.py; echo frob > README
chown -R "$USER:" .; find . -exec touch -d @$STAMP {} +
"""
FIXED_SETUP = SETUP.replace("@$STAMP", "@1600000000")
recipe("sdist", "setuptools-sdist", "file-mtime", "clock", SETUP + "/usr/bin/python3 setup.py -q sdist --formats=gztar; cp dist/* $OUT",
       file="equivalent")
recipe("sdist-owner", "setuptools-sdist", "archive-ownership", "user", FIXED_SETUP +
       "/usr/bin/python3 setup.py -q sdist --formats=gztar; cp dist/* $OUT", file="equivalent", hard=True)
recipe("wheel", "wheel", "file-mtime", "clock", SETUP + "/usr/bin/python3 setup.py -q bdist_wheel; cp dist/* $OUT", file="equivalent")
recipe("wheel-umask", "wheel", "umask-permissions", "umask", SETUP + "export SOURCE_DATE_EPOCH=1600000000; chmod -R u=rwX,go=u . ; umask $(umask); find . -type f -exec chmod $([ $SIDE = 0 ] && echo 644 || echo 664) {} +; "
       "/usr/bin/python3 setup.py -q bdist_wheel; cp dist/* $OUT", file="explained")

JAVA = r"""
unset LD_PRELOAD; mkdir -p org/frob; cat > org/frob/Main.java <<'E'
package org.frob;
/** Main class. */
public class Main {
  /** Runs. @param a arguments */
  public static void main(String[] a) { for (String s : a) System.out.println("x" + s); }
}
E
"""
recipe("debug", "javac", "recorded-build-flags", "FLAG=-g",
       JAVA + "javac ${FLAG:--g:none} -d c org/frob/Main.java; cp c/org/frob/Main.class $OUT", file="divergent", hard=True)
recipe("release", "javac", "toolchain-version", "FLAG=11",
       JAVA + "javac -nowarn --release ${FLAG:-17} -d c org/frob/Main.java; cp c/org/frob/Main.class $OUT", file="divergent")
STAMPED = JAVA + "sed -i \"s/\\\"x\\\" +/\\\"frob, built %s: \\\" +/\" org/frob/Main.java; "
recipe("string", "javac", "build-timestamp", "clock",
       STAMPED % "$(date -u -d @$STAMP +%FT%TZ)" + "javac -d c org/frob/Main.java; cp c/org/frob/Main.class $OUT", file="explained")
recipe("string-user", "javac", "host-user-identity", "user",
       STAMPED % "by $USER" + "javac -d c org/frob/Main.java; cp c/org/frob/Main.class $OUT", file="divergent")
recipe("manifest", "jar-manifest", "build-timestamp host-user-identity file-mtime", "clock user",
       JAVA + "javac -d c org/frob/Main.java; printf 'Built-By: %s\\nBuild-Date: %s\\n' $USER $(date -u -d @$STAMP +%FT%TZ) > m; "
       "find c -exec touch -d @$STAMP {} +; jar --create --file $OUT/frob.jar --manifest m --date=$(date -u -d @$STAMP +%FT%TZ) -C c .", file="explained")
recipe("properties", "java-properties", "build-timestamp", "clock",
       JAVA + "cat > P.java <<'E'\nimport java.util.*;\nclass P { public static void main(String[] a) throws Exception { Properties p = new Properties(); p.setProperty(\"version\", \"1.0\"); p.setProperty(\"name\", \"frob\"); p.store(System.out, null); } }\nE\n"
       f"LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 java P.java > $OUT/pom.properties", file="explained", doc="explained")
recipe("javadoc", "javadoc", "build-timestamp", "clock",
       JAVA + "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 javadoc -quiet -d d org/frob/Main.java; cp d/org/frob/Main.html $OUT", file="explained", doc="explained")
recipe("javadoc-all", "javadoc", "build-timestamp", "clock",
       JAVA + "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 javadoc -quiet -d d org/frob/Main.java; rm -rf d/*.zip d/legal; cp -r d/. $OUT", dir="explained", doc="explained")
recipe("javadoc-locale", "javadoc", "locale-content", "locale-de",
       JAVA + "javadoc -quiet -notimestamp -J-Duser.language=$(echo ${LC_ALL} | sed 's/C.*/en/; s/_.*//') -d d org/frob/Main.java; cp d/org/frob/Main.html $OUT", file="explained", doc="explained", hard=True)
recipe("set", "java", "hash-order", "SALT=1",
       "unset LD_PRELOAD; cat > S.java <<'E'\nimport java.util.*;\nclass S { public static void main(String[] a) { List<String> l = new ArrayList<>(List.of(\"alpha\", \"beta\", \"gamma\", \"delta\", \"eps\", \"zeta\")); "
       "Collections.sort(l, Comparator.comparingInt(s -> (s + System.getenv(\"SALT\")).hashCode() * 31 & 1023)); System.out.println(\"Export-Package: \" + String.join(\",\", l)); } }\nE\njava S.java > $OUT/exports.txt",
       doc="explained")
GO = "export GOCACHE=/tmp/gc GOFLAGS=-buildvcs=false GOPATH=/tmp/gp GO111MODULE=off CGO_ENABLED=0; unset LD_PRELOAD; mkdir -p src; printf 'package main\\n\\nvar date = \"none\"\\n\\nfunc main() { println(\"frob built\", date) }\\n' > main.go; "
recipe("path", "go", "build-path", "path", GO + "go build -o $OUT/frob main.go", file="explained")
recipe("date", "go", "build-timestamp", "clock", GO + "go build -trimpath -ldflags \"-X main.date=$(date -u -d @$STAMP +%FT%TZ)\" -o $OUT/frob main.go",
       file="explained")
recipe("map", "go", "hash-order", "none", "export GOCACHE=/tmp/gc GOPATH=/tmp/gp GO111MODULE=off CGO_ENABLED=0; unset LD_PRELOAD; printf 'package main\\n\\nimport \"fmt\"\\n\\nfunc main() { m := map[string]int{\"alpha\": 1, \"beta\": 2, \"gamma\": 3, \"delta\": 4, \"eps\": 5, \"zeta\": 6}; fmt.Println(\"options:\"); for i := 0; i < SIDE; i++ { for range m { break } }; for k, v := range m { fmt.Printf(\"%s=%d\\\\n\", k, v) } }\\n' | sed \"s/SIDE/$SIDE/\" > m.go; go run m.go > $OUT/options.txt",
       file="explained", doc="explained", hard=True)
