"""What a manager may see and do: lines of their structures, within what the trust bundle lets the registrar attest.

Lines of row O14 are not here, neither to be seen nor to be ended: who runs a platform would otherwise choose, or get
rid of, who watches over it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from threading import Lock

from volet_protocol.hashing import sha256
from volet_protocol.operator_roles import ROW
from volet_protocol.trust_parties import Registrar
from volet_service.domain.errors import NotFound
from volet_service.entrypoints.registrar import leaving
from volet_service.entrypoints.registrar.config import Pages, RegistrarConfig, RegistrarConfigError
from volet_service.entrypoints.registrar.freezing import Frozen, Send, freeze
from volet_service.entrypoints.registrar.leaving import Ended, Leaving
from volet_service.entrypoints.registrar.manager_acts import Act, ManagerAct, latest, path_of, trace
from volet_service.entrypoints.registrar.staff_command import bounds
from volet_service.entrypoints.registrar.staff_csv import Refused, StaffLine, key_of, read_table
from volet_service.entrypoints.registrar.staff_list import Change, load, plan, store

_SHOWN_ACTS = 20
# Who, as what (None: as anything), where.
About = tuple[str, str | None, str]


class ListChangedError(Exception):
    """The staff list is no longer the one that was shown."""


@dataclass(frozen=True)
class Team:
    """What a manager sees: where they manage, within which bounds, the lines, the last acts; `version` of the list."""

    registrar: Registrar
    lines: Sequence[StaffLine]
    acts: Sequence[ManagerAct]
    version: str


@dataclass(frozen=True)
class Table:
    """A table as it would be taken: what it changes, of which version of the list; or what is refused, and nothing."""

    change: Change | None
    refused: Sequence[Refused]
    version: str


@dataclass(frozen=True)
class Desk:
    """The desk of every manager of one registrar; safe across threads, and one change at a time."""

    config: RegistrarConfig
    pages: Pages
    send: Send
    now_ms: Callable[[], int]
    lock: Lock

    def team(self, sub: str, wanted: str = "") -> Team:
        """Return a manager's team, with each wanted word in the line; raise `RegistrarConfigError`, `OSError`."""
        registrar, words = self._bounds(sub), _folded(wanted).split()
        labels = {one.id: one.label for one in registrar.structures}
        lines = [
            line
            for line in self._lines(registrar)
            if all(word in _folded(" ".join((*key_of(line), labels[key_of(line)[2]]))) for word in words)
        ]
        acts = latest(path_of(self.config), labels.keys(), _SHOWN_ACTS)
        return Team(registrar, lines, acts, self._version())

    def read(self, sub: str, table: str) -> Table:
        """Return what a table of a manager would do."""
        version = self._version()
        read = read_table(table.encode(), self._bounds(sub), self._today())
        if read.refused:
            return Table(None, read.refused, version)
        return Table(plan(load(self.config.staff_path), read.lines), (), version)

    def inscribe(self, sub: str, table: str, version: str) -> Change:
        """Put a table that was shown onto the list; raise `ListChangedError` where it would now do something else."""
        with self.lock:
            found = self.read(sub, table)
            if found.change is None or found.version != version:
                raise ListChangedError
            taken = [*found.change.added, *found.change.changed]
            self._trace(sub, Act.INSCRIBE, [key_of(line) for line in taken])
            store(self.config.staff_path, found.change.after)
            return found.change

    def departure(self, sub: str, who: str, structure: str) -> tuple[Leaving, str]:
        """Return what somebody's leaving a structure of the manager comes to, and the version of the list.

        Raises `NotFound` alike for who is not on the manager's list and for who is there to run or watch a hub.
        """
        version, found = self._version(), leaving.plan(self.config, [who], structure)
        mine = structure in {one.id for one in self._bounds(sub).structures}
        if not mine or found.unknown or any(key_of(line)[1] == ROW for line in found.lines):
            raise NotFound
        return found, version

    def leave(self, sub: str, who: str, structure: str, version: str) -> list[Ended]:
        """End what somebody is in a structure; raise `NotFound`, or `ListChangedError` where more or less would end."""
        with self.lock:
            found, now = self.departure(sub, who, structure)
            if now != version:
                raise ListChangedError
            ended: list[About] = [key_of(line) for line in found.lines]
            ended = ended or [(who, None, structure)]
            self._trace(sub, Act.LEAVE, ended)
            return leaving.carry_out(found, self.config, self.send, self.now_ms())

    def known(self, sub: str, who: str) -> list[StaffLine]:
        """Return somebody's lines in the structures of a manager; raise `NotFound` where there is none."""
        lines = [line for line in self._lines(self._bounds(sub)) if key_of(line)[0] == who]
        if not lines:
            raise NotFound
        return lines

    def hold(self, sub: str, who: str) -> list[Frozen]:
        """Hold every device of somebody in the manager's structures, at each hub, until they sign in again (F26)."""
        lines = self.known(sub, who)
        self._trace(sub, Act.HOLD, [(who, None, structure) for structure in sorted({key_of(one)[2] for one in lines})])
        return freeze(who, self.config, self.send, self.now_ms())

    def _bounds(self, sub: str) -> Registrar:
        """Return what the manager may attest: nothing where the trust bundle has taken it back."""
        registrar, mine = bounds(self.pages.trust, self.config), self.pages.managers.get(sub, ())
        if registrar.until_ms is not None and self.now_ms() >= registrar.until_ms:
            raise RegistrarConfigError("le fichier de confiance a mis fin à ce greffe")
        structures = tuple(one for one in registrar.structures if one.id in mine)
        return replace(registrar, rows=tuple(row for row in registrar.rows if row != ROW), structures=structures)

    def _lines(self, registrar: Registrar) -> list[StaffLine]:
        return [
            line for line in load(self.config.staff_path) if _within(line, {one.id for one in registrar.structures})
        ]

    def _version(self) -> str:
        return sha256(self.config.staff_path.read_bytes()).hex()

    def _trace(self, by: str, act: Act, about: Collection[About]) -> None:
        at_ms = self.now_ms()
        trace(path_of(self.config), [ManagerAct(at_ms, by, act, who, structure, row) for who, row, structure in about])

    def _today(self) -> date:
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC).date()


def _within(line: StaffLine, structures: Collection[str]) -> bool:
    _, row, structure = key_of(line)
    return structure in structures and row != ROW


def _folded(text: str) -> str:
    """Return a text as it is looked for: without accents, in lower case."""
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
