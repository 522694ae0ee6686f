"""A hub in a process of its own, to be killed or starved: everything of `volet serve` but who identifies and the time.

    python -m support.hub_process FOLDER PORT OFFSET_MS

The clock is the machine's, moved by an offset: synthetic attestations are of one year. `HubProcess` starts it, and
looks like a `LiveHub` to a `HubCase` that was made in this process before.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from support.hub import HandClock, HubCase, LiveHub, OpenDoor
from support.identities import START_MS
from support.loopback import free_port
from volet_service.bootstrap.hub import build
from volet_service.bootstrap.serve import serve
from volet_service.settings import read_settings

TESTS = Path(__file__).parents[1]
START_S = 180


class OffsetClock(HandClock):
    """The machine's clock, moved."""

    def __init__(self, offset_ms: int) -> None:
        super().__init__()
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.offset_ms


class ClockedCase(HubCase):
    """A case whose time is its hub's."""

    @property
    def now_ms(self) -> int:
        return self.hub.clock.now_ms()

    @now_ms.setter
    def now_ms(self, value: int) -> None:
        """A case sets its first instant; this one has it from the hub."""


class HubProcess:
    """One hub of a folder, again and again."""

    def __init__(self, made: LiveHub) -> None:
        self.folder = made.folder
        self.port = free_port()
        self.clock = OffsetClock(START_MS - time.time_ns() // 1_000_000)
        self.log = made.folder.parent / "hub.log"
        self.live = LiveHub(
            f"http://127.0.0.1:{self.port}", made.folder, made.settings, made.running, self.clock, made.verifier
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the hub and wait until it is ready."""
        arguments = ["-m", "support.hub_process", str(self.folder), str(self.port), str(self.clock.offset_ms)]
        with self.log.open("ab") as out:
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
            self.process = subprocess.Popen([sys.executable, *arguments], env=environment, stdout=out, stderr=out)
        deadline = time.monotonic() + START_S
        with self.live.client() as http:
            while time.monotonic() < deadline and self.process.poll() is None:
                try:
                    if http.get("/v1/ready").is_success:
                        return
                except httpx.HTTPError:
                    time.sleep(0.02)
        raise RuntimeError(self.log.read_text("utf-8")[-4000:])

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def end(self, how: signal.Signals) -> int:
        """Send a signal and wait for the end; return the exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        status = self.process.wait(START_S)
        self.process = None
        return status

    def stop(self) -> None:
        """End it if it still runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.live.close()

    def take_over(self, case: HubCase) -> None:
        """Let the clients of a case talk to this process, with the sessions they have."""
        case.hub = self.live
        for name, http in case.clients.items():
            token = http.headers["Authorization"]
            case.clients[name] = self.live.client()
            case.clients[name].headers["Authorization"] = token


def main() -> None:
    folder, port, offset = sys.argv[1:]
    settings = read_settings(Path(folder), port=int(port))
    serve(build(settings, OpenDoor(), OffsetClock(int(offset))), settings)


if __name__ == "__main__":
    main()
