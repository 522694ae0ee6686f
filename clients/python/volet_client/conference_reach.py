"""Before a conference is convened: who of the participants may receive each entry, and what the person is told first.

The questions are those that the hub and every recipient ask again; asked here, a refusal names the person and the
entry, and nothing was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from volet_client.errors import NotPermittedError
from volet_client.words import Said
from volet_protocol.access import decide
from volet_protocol.case_facts import Record
from volet_protocol.case_state import CaseChain
from volet_protocol.fact_notices import NoticeLine, To, ToFunction
from volet_protocol.fact_people import Participation
from volet_protocol.policy_table import PERMIT, PolicyTable
from volet_protocol.questions import Decision, EntryMeta, Missing, Party, Question
from volet_protocol.words import explain


@dataclass(frozen=True)
class Reach:
    """The rules over the facts of a case, for one sender at one instant."""

    table: PolicyTable
    state: CaseChain
    sender: Party
    at_ms: int

    def reads(self, record: Record[Participation], entry: EntryMeta) -> bool:
        """Tell whether a participant holds the key of the section and may use it: nothing has to be opened to them."""
        section = self.state.section(f"{entry.compartment}/{entry.level}")
        if record.fact.user not in section.readers or record.fact.user in section.revoked:
            return False
        return self._ask("read", self._party(record), replace(entry, named=frozenset()))[1].effect == PERMIT

    def check_sender(self, entry: EntryMeta) -> None:
        """Refuse an entry that the sender may not open: masked, not readable to them, or not theirs to send."""
        if entry.masks:
            raise NotPermittedError(
                Said(
                    f"L'élément {entry.id[:8]} est masqué : il ne se communique pas à une réunion.",
                    f"Entry {entry.id[:8]} is masked: it is not opened to a conference.",
                ),
                hint=Said("Retirez-le de la liste.", "Leave it out of the list."),
            )
        unnamed = replace(entry, named=frozenset())
        for action in ("read", "exchange_send"):
            if action == "read" and entry.author == self.sender.user:
                continue
            question, decision = self._ask(action, self.sender, unnamed)
            if decision.effect != PERMIT:
                raise _refused(question, decision, entry, None)

    def may_have(self, record: Record[Participation], entry: EntryMeta) -> bool:
        """Tell whether a participant may receive an entry, now or once the person was told."""
        decision = self._receive(record, entry)[1]
        told = decision.missing is not None and decision.missing.what == "notice"
        return decision.effect == PERMIT or told

    def lines(self, wanted: Iterable[tuple[Record[Participation], EntryMeta]]) -> list[NoticeLine]:
        """Return the lines that the person has to be told before each participant receives their entry.

        Raises `NotPermittedError` naming who may not receive what, for want of more than an information.
        """
        found: list[NoticeLine] = []
        for record, entry in wanted:
            if record.fact.user == self.sender.user or self.reads(record, entry):
                continue
            question, decision = self._receive(record, entry)
            missing = decision.missing
            if decision.effect != PERMIT and (missing is None or missing.what != "notice"):
                raise _refused(question, decision, entry, record.fact.user)
            if missing is not None and decision.effect != PERMIT:
                found.append(_line(missing))
        return _joined(found)

    def _receive(self, record: Record[Participation], entry: EntryMeta) -> tuple[Question, Decision]:
        named = replace(entry, named=entry.named | {record.fact.user})
        return self._ask("exchange_receive", self._party(record), named, self.sender)

    def _ask(
        self, action: str, party: Party, entry: EntryMeta, sender: Party | None = None
    ) -> tuple[Question, Decision]:
        question = Question(
            action=action, user=party.user, capacity=party.capacity, compartment=entry.compartment, level=entry.level,
            entry=entry, at_ms=self.at_ms, via="any" if action == "read" else "exchange", sender=sender,
        )  # fmt: skip
        return question, decide(self.table, self.state.facts, question)

    @staticmethod
    def _party(record: Record[Participation]) -> Party:
        return Party(record.fact.user, record.fact.capacity)


def _refused(question: Question, decision: Decision, entry: EntryMeta, user: str | None) -> NotPermittedError:
    whom = Said("", "") if user is None else Said(f" à {user[:8]}", f" to {user[:8]}")
    return NotPermittedError(
        Said(
            f"L'élément {entry.id[:8]} ne peut pas être communiqué{whom.fr} : {explain(decision, question, 'fr')}",
            f"Entry {entry.id[:8]} cannot be opened{whom.en}: {explain(decision, question, 'en')}",
        ),
        decision.rules,
        Said(
            "Retirez-le de la liste, ou demandez à son auteur de le communiquer.",
            "Leave it out, or ask its author to open it.",
        ),
    )


def _line(missing: Missing) -> NoticeLine:
    """Return the line that would be enough: to a function where one may be named, so that a successor is covered."""
    if missing.kind == "general":
        return NoticeLine("general")
    to: To = next((to for to in missing.to if isinstance(to, ToFunction)), missing.to[0])
    return NoticeLine(missing.kind, missing.information, missing.from_category, to)


def _joined(lines: Sequence[NoticeLine]) -> list[NoticeLine]:
    """Return one line for each kind, category and recipient, with all its information."""
    joined: dict[tuple[str, int | None, To | None], NoticeLine] = {}
    for line in lines:
        key = (line.kind, line.from_category, line.to)
        known = joined.get(key, replace(line, information=()))
        added = tuple(item for item in line.information if item not in known.information)
        joined[key] = replace(known, information=(*known.information, *added))
    return list(joined.values())
