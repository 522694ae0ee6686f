"""The voice of the command line.

French by default, English with VOLET_LANG=en. Results go to standard output, everything else to standard error.
A sentence starts with a capital and ends with a full stop. An error is one sentence that names the object, then
`conseil :` (or `hint:`) with the next move; never a stack, never a code alone. With --json, standard output holds one
JSON object a command, errors included, and nobody is asked anything.
"""

from __future__ import annotations

import getpass
import json
import re
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TextIO

from volet_client.errors import UsageError, VoletError
from volet_client.words import ENGLISH, Said
from volet_protocol.canonical import JsonValue

Advance = Callable[[int], None]
# What others wrote is shown to a person: control characters could rewrite the screen, bidi marks reorder a name.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def safe(text: str) -> str:
    """Return a text without what could rewrite or reorder the screen."""
    return _UNSAFE.sub("�", text)


class Terminal:
    """Where a command speaks. `lang` is fr or en; `as_json` answers machines."""

    def __init__(self, lang: str, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.lang = lang
        self.as_json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    def result(self, value: Mapping[str, JsonValue], lines: Sequence[Said] = ()) -> None:
        """Answer: the object for a machine, or the sentences for a person."""
        if self.as_json:
            self._out.write(json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n")
            return
        for line in lines:
            self._out.write(safe(line.to(self.lang)) + "\n")

    def note(self, said: Said) -> None:
        """Say something on the side: nothing with --json."""
        if not self.as_json:
            self._err.write(safe(said.to(self.lang)) + "\n")

    def document(self, text: str) -> None:
        """Show a text that somebody reads before they decide: to a person only, never in a batch."""
        if not self.as_json:
            self._err.write(safe(text))

    def fail(self, error: VoletError) -> int:
        """Say why a command failed; return its exit status."""
        if self.as_json:
            self._out.write(json.dumps(error.diagnostics(self.lang), ensure_ascii=False, sort_keys=True) + "\n")
            return error.exit_status
        self._err.write(safe(error.said.to(self.lang)) + "\n")
        hint = error.hint.to(self.lang)
        if hint:
            self._err.write(f"{'hint:' if self.lang == ENGLISH else 'conseil :'} {safe(hint)}" + "\n")
        return error.exit_status

    def ask_passphrase(self, *, twice: bool = False) -> str:
        """Ask a person for the passphrase, unseen."""
        if self.as_json or not sys.stdin.isatty():
            raise UsageError(
                Said("Personne à qui demander la phrase de passe.", "Nobody to ask for the passphrase."),
                Said("Donnez VOLET_PASSPHRASE_FILE.", "Set VOLET_PASSPHRASE_FILE."),
            )
        first = getpass.getpass("Passphrase: " if self.lang == ENGLISH else "Phrase de passe : ")
        if twice and getpass.getpass("Again: " if self.lang == ENGLISH else "Encore une fois : ") != first:
            raise UsageError(Said("Les deux phrases diffèrent.", "The two passphrases differ."))
        if not first:
            raise UsageError(Said("La phrase de passe est vide.", "The passphrase is empty."))
        return first

    def ask(self, said: Said) -> str:
        """Ask a person for one line."""
        if self.as_json or not sys.stdin.isatty():
            raise UsageError(
                Said("Personne à qui demander.", "Nobody to ask."), Said("Donnez --phrase.", "Give --phrase.")
            )
        self._err.write(said.to(self.lang))
        self._err.flush()
        return sys.stdin.readline().strip()

    @contextmanager
    def progress(self, said: Said, total: int) -> Generator[Advance]:
        """Show a bar over `total` bytes on standard error; silent with --json or without a screen."""
        if self.as_json or not self._err.isatty():
            yield lambda _size: None
            return
        # rich is slow to import, and most commands show no bar.
        from rich.console import Console  # noqa: PLC0415 - see above
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(file=self._err)) as bar:
            task = bar.add_task(said.to(self.lang), total=total)
            yield lambda size: bar.advance(task, size)


class Recorder(Terminal):
    """A voice that is kept instead of spoken, for `volet batch`."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang, as_json=True)
        self._result: Mapping[str, JsonValue] | None = None
        self._error: Mapping[str, JsonValue] | None = None
        self._lines: list[str] = []

    def result(self, value: Mapping[str, JsonValue], lines: Sequence[Said] = ()) -> None:
        """Keep the object and the sentences."""
        self._result = value
        self._lines += [safe(line.to(self.lang)) for line in lines]

    def note(self, said: Said) -> None:
        """Keep a sentence."""
        self._lines.append(safe(said.to(self.lang)))

    def fail(self, error: VoletError) -> int:
        """Keep why a command failed."""
        self._error = error.diagnostics(self.lang)
        return error.exit_status

    def answer(self) -> dict[str, JsonValue | None]:
        """Return what was said since the start."""
        lines: list[JsonValue] = [*self._lines]
        return {"result": self._result, "error": self._error, "lines": lines}
