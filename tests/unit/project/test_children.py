"""What the tests start ends with the process that started it, whichever way that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from support import children

STARTER = """
import signal, subprocess, sys
from support.children import guarded
end = guarded()
sleeper = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, start_new_session=True)
sleeper.stdout.readline()
print(sleeper.pid, flush=True)
if sys.argv[1] == "end":
    end()
    print(sleeper.wait(), flush=True)
else:
    signal.pause()
"""
PATIENCE_S = 60


def started(how: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", STARTER, how], env=environment, stdout=subprocess.PIPE, text=True)


def test_what_a_killed_process_had_started_ends_too() -> None:
    with started("kill") as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        os.kill(pid, 0)
        starter.kill()
    deadline = time.monotonic() + PATIENCE_S
    while runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_is_left_at_an_orderly_end_is_asked_to_end() -> None:
    with started("end") as starter:
        said, _ = starter.communicate(timeout=PATIENCE_S)
    assert int(said.split()[1]) == -signal.SIGTERM


def test_nobody_but_what_was_started_carries_the_mark() -> None:
    assert children.marked("0" * 32) == set()
    assert os.getpid() not in children.marked(os.environ[children.MARK])


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
