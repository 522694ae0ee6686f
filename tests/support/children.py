"""What the tests start ends with them, however they end: a process that is killed gives nobody notice.

Each process of a run carries a mark in its environment, and so does whatever it starts. A guard of its own waits at
the other end of a pipe, which the kernel closes when that process is gone, and ends then what still carries the mark.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

MARK = "TESTS_RUN"
PATIENCE_S = 5.0


def guarded() -> Callable[[], None]:
    """Mark this process and all that it starts from now on; return what ends the guard, and leftovers, at the end."""
    mark = secrets.token_hex(16)
    guard = subprocess.Popen([sys.executable, "-I", __file__, mark], stdin=subprocess.PIPE, start_new_session=True)
    os.environ[MARK] = mark

    def end() -> None:
        os.environ.pop(MARK, None)
        guard.communicate()

    return end


def marked(mark: str) -> set[int]:
    """Return who carries that mark, as far as this process may see."""
    wanted, found = f"{MARK}={mark}".encode(), set[int]()
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in place.read_bytes().split(b"\0"):
                found.add(int(place.parent.name))
        except OSError:
            continue
    return found


def end_all(mark: str) -> None:
    """Ask everybody with the mark to end, then insist."""
    deadline = time.monotonic() + PATIENCE_S
    how = signal.SIGTERM
    while left := marked(mark):
        for pid in left:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                continue
        if time.monotonic() > deadline:
            how = signal.SIGKILL
        time.sleep(0.1)


def main() -> None:
    sys.stdin.buffer.read()
    end_all(sys.argv[1])


if __name__ == "__main__":
    main()
