"""Start the processes of the demonstration on loopback, wait until each answers, stop exactly those."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.05
HOST = "127.0.0.1"


def volet_command() -> list[str]:
    """Return the command line of `volet` in this very environment."""
    return [sys.executable, "-m", "volet_client.cli"]


def free_ports(count: int) -> list[int]:
    """Return distinct loopback ports nobody listens on now."""
    probes = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class ProcessFailedError(RuntimeError):
    """A process of the demonstration did not start, or ended before it should."""


@dataclass
class Running:
    """One process with its log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def tail(self) -> str:
        """Return the last lines it printed."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-12:])


@dataclass
class Processes:
    """A set of processes that end together; use as a context manager."""

    logs: Path
    running: list[Running] = field(default_factory=list[Running])

    def launch(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], *, talks: bool = False
    ) -> Running:
        """Start `volet ARGUMENTS` without waiting; with `talks`, its standard input and output are pipes."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - our own command, and the arguments are written here
                [*volet_command(), *arguments],
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else out,
                stderr=out,
                env={**os.environ, **environment},
                # Ctrl-C reaches whoever tells the story; it then ends these one by one.
                start_new_session=True,
            )
        started = Running(name, process, log)
        self.running.append(started)
        return started

    def run(self, *lines: tuple[str, Sequence[str], Mapping[str, str]]) -> list[str]:
        """Run short commands side by side; return what each printed, raise `ProcessFailedError` when one fails."""
        launched = [self.launch(name, arguments, environment, talks=True) for name, arguments, environment in lines]
        answers: list[str] = []
        for one in launched:
            out, _ = one.process.communicate(timeout=READY_SECONDS)
            self.running.remove(one)
            if one.process.returncode != 0:
                raise ProcessFailedError(f"{one.name} ended with status {one.process.returncode}:\n{one.tail()}")
            answers.append(out.decode("utf-8"))
        return answers

    def wait(self, started: Running, ready_url: str) -> None:
        """Wait until `ready_url` answers 200; raise `ProcessFailedError` otherwise."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if started.process.poll() is not None:
                raise ProcessFailedError(f"{started.name} ended at start:\n{started.tail()}")
            if _answers(ready_url):
                return
            time.sleep(_LOOK_SECONDS)
        raise ProcessFailedError(f"{started.name} did not answer at {ready_url}:\n{started.tail()}")

    def finish(self, started: Running) -> None:
        """Let a process that talks come to its own end, at the end of its input; insist after a while."""
        if started.process.stdin is not None:
            started.process.stdin.close()
        try:
            started.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            started.process.kill()
            started.process.wait()
        if started.process.stdout is not None:
            started.process.stdout.close()
        self.running.remove(started)

    def stop(self) -> None:
        """End what was started here, newest first: ask, then insist."""
        for started in reversed(self.running):
            if started.process.stdin is not None:
                started.process.stdin.close()
            started.process.terminate()
        for started in reversed(self.running):
            try:
                started.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                started.process.kill()
                started.process.wait()
            if started.process.stdout is not None:
                started.process.stdout.close()
        self.running.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _answers(url: str) -> bool:
    """Ask once whether a process is ready. The plainest client: it is called many times while others need the CPU."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or HOST, parts.port, timeout=2.0)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
