#!/usr/bin/env python3
"""How time and memory of a comparison grow with the size of a shared library whose contents shifted: generates
libraries of some sizes, twice each, with a build path of another length before all constants, compares, prints a table.

  layout_sweep.py UNREPRO [MEGABYTES...]        by default 1 10 50 200
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

UNIT_BYTES = 245  # of the library, for each function with its string, pointer, relocation and unwind entry
SOURCE = """
.macro unit
.text
.p2align 4
f\\@:
.cfi_startproc
lea s\\@(%rip), %rdi
lea path(%rip), %rsi
call f\\@
.rept 16
mov $\\@, %eax
.endr
ret
.cfi_endproc
.section .rodata
s\\@: .asciz "message of the generated function \\@"
.section .data.rel.ro, "aw"
.quad s\\@
.endm
.section .rodata
path: .asciz "DIRECTORY/generated.c"
.rept COUNT
unit
.endr
"""


def build(directory, count, target):
    source = target.with_suffix(".s")
    source.write_text(SOURCE.replace("DIRECTORY", directory).replace("COUNT", str(count)), encoding="utf-8")
    subprocess.run(["as", source, "-o", target.with_suffix(".o")], check=True)
    subprocess.run(["ld", "-shared", "--build-id", "--eh-frame-hdr", "-s", "-z", "noexecstack", target.with_suffix(".o"),
                    "-o", target], check=True)
    target.with_suffix(".o").unlink()


def main():
    unrepro, sizes = sys.argv[1], [int(size) for size in sys.argv[2:]] or [1, 10, 50, 200]
    accepted = True
    print("   size   CPU s     s/MB   peak MB   verdict")
    for size in sizes:
        with tempfile.TemporaryDirectory() as work:
            left, right = pathlib.Path(work) / "left.so", pathlib.Path(work) / "right.so"
            build("/build/a", size * 1_000_000 // UNIT_BYTES, left)
            build("/srv/rebuild/worker-seven/a-much-longer-directory", size * 1_000_000 // UNIT_BYTES, right)
            megabytes = left.stat().st_size / 1e6
            process = subprocess.Popen([unrepro, left, right, "--format", "json"], stdout=subprocess.PIPE)
            report = json.loads(process.stdout.read())
            _, _, usage = os.wait4(process.pid, 0)
            seconds = usage.ru_utime + usage.ru_stime
            print(f"{megabytes:7.1f} {seconds:9.2f} {seconds / megabytes:6.3f} {usage.ru_maxrss / 1024:9.0f}   "
                  f"{report['verdict']}", flush=True)
            accepted = accepted and report["verdict"] == "explained"
    return not accepted


if __name__ == "__main__":
    sys.exit(main())
