"""One party of the story: one profile, one key store, one `volet batch` process; and what came out of a command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from volet_demo.browser import Browser
from volet_demo.processes import Processes, Running


class StoryError(RuntimeError):
    """A step of the story did not come out as it must: the message is the sentence to print."""


@dataclass(frozen=True)
class Answer:
    """What `volet batch` answered to one command."""

    exit: int
    result: Mapping[str, Any]
    error: Mapping[str, Any]
    lines: tuple[str, ...]

    @property
    def problem(self) -> str:
        """The code of the refusal: the hub's problem, else the client's own error."""
        return str(self.error.get("error", ""))

    @property
    def why(self) -> str:
        """The sentence a person would have read."""
        return str(self.error.get("message", ""))

    @property
    def hint(self) -> str:
        """What it proposes to do next."""
        return str(self.error.get("hint", ""))


class Party:
    """Somebody with a profile. `name` is the one used in the transcript, `key` that of the folder and the account."""

    def __init__(self, key: str, name: str, profile: Path, passphrase: Path) -> None:
        self.key = key
        self.name = name
        self.profile = profile
        self.passphrase = passphrase
        self._running: Running | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What somebody exports in order to act as this party."""
        return {
            "VOLET_PROFILE": str(self.profile),
            "VOLET_PASSPHRASE_FILE": str(self.passphrase),
            "VOLET_LANG": "fr",
        }

    def start(self, processes: Processes) -> None:
        """Start the client process of this party."""
        self._running = processes.launch(f"client-{self.key}", ["batch"], self.environment, talks=True)

    def stop(self, processes: Processes) -> None:
        """Let the client process end: the profile is then free for somebody's own commands."""
        if self._running is not None:
            processes.finish(self._running)
        self._running = None

    def ask(self, *words: str) -> Answer:
        """Send one command and return its answer, whatever it is."""
        self.send(*words)
        return self.receive(words)

    def send(self, *words: str) -> None:
        """Send one command without waiting, so that several parties work side by side."""
        pipe = self._process().process.stdin
        try:
            if pipe is not None:
                pipe.write(json.dumps(words, ensure_ascii=False).encode() + b"\n")
                pipe.flush()
        except OSError as error:
            raise StoryError(f"Le programme de {self.name} s'est arrêté :\n{self._process().tail()}") from error

    def receive(self, words: tuple[str, ...]) -> Answer:
        """Return the answer to the oldest command sent."""
        running = self._process()
        line = running.process.stdout.readline() if running.process.stdout is not None else b""
        if not line:
            raise StoryError(f"Le programme de {self.name} s'est arrêté à « {_shown(words)} » :\n{running.tail()}")
        value = cast("dict[str, Any]", json.loads(line))
        return Answer(int(value["exit"]), value["result"] or {}, value["error"] or {}, tuple(value["lines"]))

    def do(self, *words: str) -> Answer:
        """Run a command that has to succeed."""
        return self.succeeded(words, self.ask(*words))

    def succeeded(self, words: tuple[str, ...], answer: Answer) -> Answer:
        """Return the answer, or raise `StoryError` when it is a refusal."""
        if answer.exit != 0:
            raise StoryError(
                f"{self.name} : « {_shown(words)} » devait aboutir, et a été refusé "
                f"({answer.problem}) : {answer.why} {answer.hint}".rstrip()
            )
        return answer

    def refused(self, *words: str, problem: str = "") -> Answer:
        """Run a command that has to be refused, with this problem when one is named."""
        answer = self.ask(*words)
        if answer.exit == 0:
            raise StoryError(f"{self.name} : « {_shown(words)} » devait être refusé, et a abouti.")
        if problem and answer.problem != problem:
            raise StoryError(
                f"{self.name} : « {_shown(words)} » devait être refusé pour « {problem} », et l'a été pour "
                f"« {answer.problem} » : {answer.why}"
            )
        return answer

    def log_in(self, browser: Browser, capacity: str = "") -> None:
        """Log in: the program shows an address, the browser plays the human who presses their own button.

        `capacity` is the attestation in which the session acts; without one it is that of a person, or a first login.
        """
        started = self.do("login", "start")
        _pressed(browser, str(started.result["url"]), self)
        self.do("login", "finish", *(("--capacity", capacity) if capacity else ()))

    def have_attested(self, browser: Browser, registrar: str) -> str:
        """Have the registrar attest what this party is; return the id of the attestation."""
        started = self.do("login", "start", "--registrar", registrar)
        _pressed(browser, str(started.result["url"]), self)
        return str(self.do("login", "finish").result["capacities"][0]["id"])

    def _process(self) -> Running:
        if self._running is None:
            raise StoryError(f"Le programme de {self.name} n'est pas démarré.")
        return self._running


def _pressed(browser: Browser, url: str, party: Party) -> None:
    page = browser.log_in(url, party.key)
    if page.status != 200:  # noqa: PLR2004 - HTTP
        raise StoryError(f"{party.name} n'a pas pu s'identifier : la page a répondu {page.status}.")


def _shown(words: tuple[str, ...]) -> str:
    return "volet " + " ".join(f'"{word}"' if " " in word else word for word in words)
