"""Start the processes of the demonstration on loopback, wait until each answers, stop exactly those."""

from __future__ import annotations

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

import httpx

READY_SECONDS = 20.0
STOP_SECONDS = 10.0
HOST = "127.0.0.1"


def volet_command() -> list[str]:
    """Return the command line of `volet` in this very environment."""
    return [sys.executable, "-m", "volet_client.cli"]


def free_port() -> int:
    """Return a loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


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
    running: list[Running] = field(default_factory=list)

    def start(
        self, name: str, arguments: Sequence[str], *, ready_url: str, environment: Mapping[str, str] | None = None
    ) -> Running:
        """Start `volet ARGUMENTS` and wait until `ready_url` answers 200; raise `ProcessFailedError` otherwise."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - our own command, and the arguments are written here
                [*volet_command(), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )
        started = Running(name, process, log)
        self.running.append(started)
        self._wait(started, ready_url)
        return started

    def _wait(self, started: Running, ready_url: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if started.process.poll() is not None:
                raise ProcessFailedError(f"{started.name} ended at start:\n{started.tail()}")
            try:
                if httpx.get(ready_url, timeout=2.0).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise ProcessFailedError(f"{started.name} did not answer at {ready_url}:\n{started.tail()}")

    def stop(self) -> None:
        """End what was started here, newest first: ask, then insist."""
        for started in reversed(self.running):
            started.process.terminate()
        for started in reversed(self.running):
            try:
                started.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                started.process.kill()
                started.process.wait()
        self.running.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
