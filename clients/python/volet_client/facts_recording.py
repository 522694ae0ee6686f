"""Recording a fact: composed on what is known, asked of the rules, kept, sealed words first, sent, read back, once.

One way for every fact, with or without network: it goes through the outbox, so that a kill between signature and answer
loses nothing and records nothing twice (outbox.py). Without hub it stays there, signed on the last head known here, and
the next sync records it on the newest one: same content, same time of collection, signed again (protocol 6.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from volet_client.appending import Appended, Appender, NewLink
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView, ClassView
from volet_client.errors import NotPermittedError, TransportError, UnreachableError, UsageError, VoletError
from volet_client.facts_annexes import Annexes, Words
from volet_client.facts_effects import Effects, effects
from volet_client.facts_entitlement import who_else
from volet_client.facts_rebasing import misfit
from volet_client.lists import Lists
from volet_client.offline import Notebook, Remembered
from volet_client.outbox import WAITING, Item, Outbox
from volet_client.refusals import RefusedError, UnauthenticatedError
from volet_client.rules import Rules
from volet_client.words import Said
from volet_protocol.annexes import SALT_SIZE as ANNEX_SALT
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.case_links import FactLink, LinkHead, SectionAt
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_collection import check_collected, with_late
from volet_protocol.fact_entitlement import power_to_make
from volet_protocol.fact_people import ParticipationEnd
from volet_protocol.facts import SALT_SIZE, Fact, fact_body
from volet_protocol.places import MAIN

Make: TypeAlias = Callable[[CaseFacts, int], Fact]


@dataclass(frozen=True)
class Collecting:
    """How a fact comes about: its words, when they were collected (None: now), and whether to stay off line."""

    words: Words = field(default_factory=Words)
    collected_ms: int | None = None
    late: str | None = None
    offline: bool = False


@dataclass(frozen=True)
class Recorded:
    """A fact that the chain holds, and what it changed. `untold`: words that the rules gave no place to keep."""

    fact: Fact
    hash: str
    appended: Appended
    effects: Effects
    untold: bool = False


@dataclass(frozen=True)
class Kept:
    """A fact that waits in the outbox. `asked`: because the user said so, and not because the hub did not answer."""

    fact: Fact
    item: Item
    asked: bool


class FactRecorder:
    """Records facts for the user of this profile."""

    def __init__(
        self,
        casebook: Casebook,
        author: Author,
        rules: Rules,
        *,
        appender: Appender,
        lists: Lists,
        outbox: Outbox,
        notebook: Notebook,
        annexes: Annexes,
    ) -> None:
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._appender = appender
        self._lists = lists
        self._outbox = outbox
        self._notebook = notebook
        self._annexes = annexes

    def facts(self, case: str, *, offline: bool = False) -> CaseFacts:
        """Return the facts of a case: the hub's newest, or without it those of the last sync."""
        return self._known(case, offline=offline)[0]

    def record(self, case: str, make: Make, how: Collecting | None = None) -> Recorded | Kept:
        """Record what `make` composes of the facts and of the time of collection; keep it when the hub is away."""
        how = how or Collecting()
        now_ms = self._author.clock()
        collected_ms = now_ms if how.collected_ms is None else how.collected_ms
        facts, remembered = self._known(case, offline=how.offline)
        fact = _late(make(facts, collected_ms), how.late)
        self._check(facts, fact, max(now_ms, _latest(facts)))
        item = self._item(case, fact, how.words, now_ms)
        if remembered is not None:
            body = remembered.link(self._author.preamble(collected_ms), self._author.capacity, item.body)
            item = replace(item, statement=self._author.sign(body).to_json())
            self._outbox.put(item)
            return Kept(fact, item, how.offline)
        self._outbox.put(item)
        try:
            return self._send(item)
        except UnreachableError:
            # The answer was lost, perhaps not the fact: the next sync looks for its hash before it sends again.
            return Kept(fact, item, asked=False)
        except (RefusedError, NotPermittedError, UsageError):
            self._outbox.remove(item.id)
            raise

    def flush(self, case: str | None = None) -> tuple[list[Recorded], list[Item]]:
        """Record what waits, oldest first; return what was recorded and what was refused now."""
        recorded: list[Recorded] = []
        refused: list[Item] = []
        for item in self._outbox.items(case):
            if item.state != WAITING:
                continue
            try:
                recorded.append(self._send(item))
            except (TransportError, UnauthenticatedError):
                raise
            except VoletError as error:
                refused.append(self._outbox.refuse(item, error.said, error.hint))
        return recorded, refused

    def explain_late(self, item: Item, code: str, text: str | None) -> Item:
        """Give an item that waited too long its reason; it waits again."""
        fact = _late(item.fact, code)
        annex = self._annexes.with_reason(item.annex, text, draw(ANNEX_SALT))
        # A refused item was taken by nobody: another salt keeps its first hash from being mistaken for this one.
        body = fact_body(fact, draw(SALT_SIZE), self._annexes.hash(annex))
        again = replace(item, body=body, annex=annex, state=WAITING, why=None, hint=None)
        self._outbox.put(again)
        return again

    def _known(self, case: str, *, offline: bool) -> tuple[CaseFacts, Remembered | None]:
        if not offline:
            try:
                return self._casebook.view(case).main.facts, None
            except UnreachableError:
                pass
        remembered = self._notebook.recall(case)
        if remembered is None:
            raise UsageError(
                Said(
                    "Ce dossier n'a jamais été synchronisé sur cet appareil : rien ne peut y être noté hors ligne.",
                    "This case was never synced on this device: nothing can be noted in it off line.",
                ),
                Said("volet sync, dès que le réseau revient", "volet sync, once there is a network"),
            )
        facts = remembered.facts
        return facts, remembered

    def _check(self, facts: CaseFacts, fact: Fact, at_ms: int) -> None:
        """Ask the rules that the chain will ask, before anything is kept or sent; say who may do it instead."""
        author = FactAuthor(self._author.user, self._capacity(facts))
        try:
            power_to_make(facts, fact, author, at_ms)
            check_collected(fact, at_ms)
        except ProtocolError as error:
            raise refusal(facts, fact, author, error, at_ms) from None

    def _capacity(self, facts: CaseFacts) -> Capacity | None:
        """Return the capacity acted in, from the facts first: off line there is no directory to ask."""
        if self._author.capacity is None:
            return None
        mine = [record.fact for record in facts.participations_of(self._author.user)]
        held = [one.capacity for one in mine if one.attestation == self._author.capacity]
        if held:
            return held[-1]
        attestation = self._author.attestation
        return None if attestation is None else attestation.capacity

    def _item(self, case: str, fact: Fact, words: Words, now_ms: int) -> Item:
        id_ = draw(16).hex()
        annex, paper = self._annexes.of(words, draw(ANNEX_SALT))
        try:
            body = fact_body(fact, draw(SALT_SIZE), self._annexes.hash(annex))
        except ProtocolError as error:
            raise UsageError(Said(f"Fait refusé : {error}.", f"Fact refused: {error}.")) from None
        if paper is not None:
            self._outbox.keep_paper(id_, Path(paper[0]).name, paper[1])
        return Item(id_, case, body, now_ms, annex=annex, paper=None if paper is None else id_)

    def _send(self, item: Item) -> Recorded:
        view = self._casebook.view(item.case)
        fact, before, now_ms = item.fact, view.main.facts, self._author.clock()
        if item.hash in before.hashes:
            self._outbox.remove(item.id)
            return Recorded(fact, item.hash, Appended(view, (), (item.hash,)), Effects())
        at_ms = view.main.instant(now_ms)
        found = misfit(before, fact, at_ms)
        if found is not None:
            raise NotPermittedError(found.why, hint=found.hint)
        self._check(before, fact, at_ms)
        item, untold = self._annexes.store(item, self._outbox)
        lists = self._positions(view) if isinstance(fact, ParticipationEnd) else ()
        appended = self._append(item, lists)
        self._outbox.remove(item.id)
        self._notebook.remember(appended.view, self._rules.table.hash, now_ms)
        changed = effects(
            before, appended.view.main, self._rules.table, appended.view.main.instant(now_ms), self._author.directory
        )
        return Recorded(fact, item.hash, appended, changed, untold)

    def _append(self, item: Item, lists: tuple[SectionAt, ...]) -> Appended:
        def compose(_view: ClassView, head: LinkHead) -> NewLink:
            return NewLink(FactLink(head, item.hash, lists).body(), item.body)

        try:
            return self._appender.append(item.case, MAIN, [compose])
        except RefusedError:
            # Sent twice at once, or the first answer was lost: the chain tells.
            view = self._casebook.view(item.case)
            if item.hash in view.main.facts.hashes:
                return Appended(view, (), (item.hash,))
            raise

    def _positions(self, view: CaseView) -> tuple[SectionAt, ...]:
        return tuple(
            SectionAt(section, self._lists.head(view.case, section))
            for section, known in sorted(view.main.sections.items())
            if known.epoch
        )


def refusal(facts: CaseFacts, fact: Fact, author: FactAuthor, error: ProtocolError, at_ms: int) -> VoletError:
    """Return why the rules refuse a fact, and who may make it instead."""
    if error.reason is Reason.STALE:
        return NotPermittedError(
            Said(
                "Recueilli il y a plus de 72 heures : dites pourquoi ce n'est enregistré que maintenant.",
                "Collected more than 72 hours ago: say why it is recorded only now.",
            ),
            ("L1110-4",),
            Said("--late no_network --reason …; s'il attend déjà : volet outbox reason", "--late no_network"),
        )
    if error.reason is Reason.NOT_YET:
        return NotPermittedError(
            Said("La date de recueil est dans le futur.", "The time of collection is in the future."),
            hint=Said("Vérifiez --collected et l'heure de cet appareil.", "Check --collected and this device's clock."),
        )
    if error.reason is Reason.NOT_ENTITLED:
        return who_else(facts, fact, author.capacity, at_ms)
    return NotPermittedError(
        Said(f"Ce fait ne tient pas : {error.what} ({error.reason.value}).", f"This fact does not hold: {error}."),
        hint=Said("volet fact list", "volet fact list"),
    )


def _late(fact: Fact, code: str | None) -> Fact:
    try:
        return fact if code is None else with_late(fact, code)
    except ProtocolError:
        raise UsageError(
            Said("Cet acte n'a pas besoin de raison.", "This act needs no reason."), Said("volet sync", "volet sync")
        ) from None


def _latest(facts: CaseFacts) -> int:
    return max((record.recorded_ms for known in facts.records.values() for record in known), default=0)
