"""Runs a command and measures it."""
import dataclasses
import os
import select
import signal
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Run:
    status: int  # exit status; negative: the signal that ended it
    seconds: float  # wall time
    peak_bytes: int  # largest resident set; what this Python has itself (some 20 MB) is its floor
    output: bytes
    errors: str
    timed_out: bool = False


def run(command, timeout=None):
    """Output goes to a file, so that a reader's speed is not measured. At the timeout the command is ended."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        # A session of its own: ending it ends what the command started, too.
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                 start_new_session=True)
        ended = os.pidfd_open(child.pid)
        timed_out = not select.select([ended], [], [], timeout)[0]
        os.close(ended)
        if timed_out:
            os.killpg(child.pid, signal.SIGKILL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        return Run(child.returncode, seconds, usage.ru_maxrss * 1024, output.read(),
                   errors.read().decode(errors="replace"), timed_out)
