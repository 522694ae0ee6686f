"""A witness beside the demonstration's hub: a process of another institution that signs what the log shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from volet_demo.processes import HOST, Processes, ProcessFailedError, Running, free_ports

NAME = "temoin.example"
_NOTHING: Mapping[str, str] = {}


@dataclass
class WitnessBeside:
    """One witness of one log; `policy` is the log policy that asks for its signature."""

    processes: Processes
    folder: Path
    port: int
    running: Running | None = None

    @property
    def policy(self) -> Path:
        """The file that `volet controller trust --log-policy` takes."""
        return self.folder / "tlog-policy"

    @classmethod
    def make(cls, processes: Processes, folder: Path, log_vkey: str) -> Self:
        """Make its keys, tell it of the log, and write the policy; raise `ProcessFailedError`."""
        made = cls(processes, folder, free_ports(1)[0])
        made._run("init", "--name", NAME)
        made._run("log", log_vkey)
        lines = made._run("policy", "--url", f"http://{HOST}:{made.port}")
        made.policy.write_text(f"log {log_vkey}\n{lines}group witnesses any {NAME}\nquorum witnesses\n", "utf-8")
        return made

    def start(self) -> None:
        """Start it and wait until it listens; raise `ProcessFailedError`."""
        arguments = ["witness", "serve", str(self.folder), "--port", str(self.port)]
        self.running = self.processes.launch("witness", arguments, _NOTHING, talks=True)
        output = self.running.process.stdout
        if output is None or not output.readline():
            raise ProcessFailedError(f"witness ended at start:\n{self.running.tail()}")

    def stop(self) -> None:
        """End it."""
        if self.running is not None:
            self.running.process.terminate()
            self.processes.finish(self.running)
            self.running = None

    def _run(self, verb: str, *more: str) -> str:
        (printed,) = self.processes.run((f"witness-{verb}", ["witness", verb, str(self.folder), *more], _NOTHING))
        return printed
