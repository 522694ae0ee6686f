"""Many lives of one hub: a process that has loaded everything forks a hub each time it is asked to.

    python -m support.hub_forks FOLDER PORT OFFSET_MS

Loading the hub's modules takes seconds, a fork takes milliseconds: a thousand kills fit into minutes. What is forked
opens its files by itself, like any other start; nothing is shared but code.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from support.hub import HubCase, LiveHub, OpenDoor
from support.hub_process import START_S, HubProcess, OffsetClock
from volet_service.bootstrap.hub import CannotStart, build
from volet_service.bootstrap.serve import serve
from volet_service.settings import Settings, read_settings

START, REAP = b"start\n", b"reap\n"


class ForkedHub(HubProcess):
    """A hub's process like any other, but for where it comes from."""

    def __init__(self, made: LiveHub) -> None:
        super().__init__(made)
        self._pid: int | None = None
        self._source: subprocess.Popen[bytes] | None = None

    def take_over(self, case: HubCase) -> None:
        """Load the modules on the folder of a hub that has stopped: one that is stopping still moves its files."""
        arguments = ["-m", "support.hub_forks", str(self.folder), str(self.port), str(self.clock.offset_ms)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with self.log.open("ab") as out:
            self._source = subprocess.Popen(
                [sys.executable, *arguments], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out
            )
        super().take_over(case)

    def start(self) -> None:
        """Fork a hub and wait until it is ready."""
        self._pid = self._ask(START)
        deadline = time.monotonic() + START_S
        with self.live.client() as http:
            while time.monotonic() < deadline and not _ended(self._pid):
                try:
                    if http.get("/v1/ready").is_success:
                        return
                except httpx.HTTPError:
                    time.sleep(0.01)
        self.end(signal.SIGKILL)
        raise RuntimeError(self.log.read_text("utf-8")[-4000:])

    @property
    def running(self) -> bool:
        return self._pid is not None

    @property
    def pid(self) -> int:
        assert self._pid is not None
        return self._pid

    def end(self, how: signal.Signals) -> int:
        os.kill(self.pid, how)
        self._pid = None
        return os.waitstatus_to_exitcode(self._ask(REAP))

    def stop(self) -> None:
        if self._pid is not None:
            self.end(signal.SIGKILL)
        if self._source is not None:
            self._source.kill()
            self._source.communicate()
        self.live.close()

    def _ask(self, what: bytes) -> int:
        assert self._source is not None
        assert self._source.stdin is not None
        assert self._source.stdout is not None
        self._source.stdin.write(what)
        self._source.stdin.flush()
        answer = self._source.stdout.readline()
        if not answer:
            raise RuntimeError(self.log.read_text("utf-8")[-4000:])
        return int(answer)


def _ended(pid: int) -> bool:
    """Tell whether a process waits to be reaped (Linux)."""
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"


def _live(settings: Settings, clock: OffsetClock) -> None:
    try:
        serve(build(settings, OpenDoor(), clock), settings)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
    finally:
        sys.stderr.flush()
        os._exit(0)


def main() -> None:
    folder, port, offset = sys.argv[1:]
    settings, clock = read_settings(Path(folder), port=int(port)), OffsetClock(int(offset))
    build(settings, OpenDoor(), clock, serving=False).stop()
    gc.freeze()
    child = 0
    while line := sys.stdin.buffer.readline():
        if line == START:
            child = os.fork()
            if child == 0:
                _live(settings, clock)
            answer = child
        else:
            answer = os.waitpid(child, 0)[1]
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
