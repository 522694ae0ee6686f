"""Did its author belong where an entry stands? Judged by every reader, not only by the hub (protocol 8.4).

1. `case_head` is a position of the chain that this client verified.
2. At that position and at the instant the header states, the author took part, was the person, or represented them,
   and the capacity it names was attested to them.
3. The entry lies in the range of indexes that its epoch owns, and not after the end of its author.
4. In an exchange, its author was boxed the key of its epoch.
5. Its epoch was the current one at that position, and owed no rotation then (protocol 6.5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from volet_client.casebook import CaseView, ClassView
from volet_client.directory import Directory
from volet_client.errors import VerificationError
from volet_client.lists import ListedEntry
from volet_client.rules import Rules
from volet_client.words import Said
from volet_protocol import linked_cases
from volet_protocol.active_tables import active_table
from volet_protocol.case_state import CaseChain
from volet_protocol.entry import VerifiedEntry
from volet_protocol.entry_judgement import DEPOSIT_WINDOW_MS, check_sealed_under
from volet_protocol.entry_list import check_author, check_epoch
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_people import Participation, ParticipationEnd
from volet_protocol.masks import check_set_by
from volet_protocol.places import EXCHANGE, MAIN, MASKED, REPORT
from volet_protocol.section_access import is_member

_POST_AGAIN = Said(
    "Demandez à son auteur de l'écrire à nouveau : sa clé devait d'abord être renouvelée.",
    "Ask its author to post it again: its key had to be rotated first.",
)


class ExchangeMembers(Protocol):
    """Who was in which list of an exchange."""

    def was_member(self, exchange: str, user: str, epoch: int) -> bool:
        """Tell whether a user was boxed the key of an epoch."""
        ...


class EntryChecks:
    """Judges listed entries against the verified chain of their case."""

    def __init__(self, directory: Directory, exchanges: ExchangeMembers, rules: Rules) -> None:
        self._directory = directory
        self._exchanges = exchanges
        self._rules = rules
        # Epochs met at a position in one span of two minutes, the closest that clocks need to agree. True once they
        # were found sound at both its ends: entries that came together then cost three judgements, not one each.
        self._met: dict[tuple[str, str, int, str, int], bool] = {}

    def check(self, view: CaseView, item: ListedEntry) -> None:
        """Raise `ProtocolError` for an entry that does not belong where it stands; a gap is not judged."""
        entry = item.entry
        if entry is None:
            return
        header = entry.header
        chain = view.classes.get(MAIN if header.place.kind == REPORT else header.class_)
        if chain is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"entry {entry.id[:16]}: class")
        self._check_member(chain.state, entry)
        if header.place.kind == EXCHANGE:
            if not self._exchanges.was_member(header.place.name, header.preamble.user, header.epoch or 0):
                raise ProtocolError(Reason.NOT_ENTITLED, f"entry {entry.id[:16]}: not of the exchange")
            return
        if header.mask is not None:
            self._check_mask(chain.state, entry)
        if header.place.kind in {MASKED, REPORT} or _answers_emergency(chain, entry.id):
            return
        if header.epoch is not None:
            starts = {epoch: at.n for epoch, at in chain.state.section(header.place.name).epoch_start.items()}
            check_epoch(header.epoch, item.n, starts)
            self._check_key(chain.state, entry, header.epoch)
        check_author(header.preamble.user, item.n, _ends(chain.state, header.place.name))
        _check_closed(view.main, header.place.name, item.n)

    def _check_mask(self, state: CaseChain, entry: VerifiedEntry) -> None:
        header = entry.header
        capacity = None if header.capacity is None else self._directory.attestation(header.capacity).capacity
        minor = state.positions.at(header.case_head).facts.is_minor(header.preamble.time_ms)
        check_set_by(header.mask, None if capacity is None else capacity.category, minor=minor)

    def _check_key(self, state: CaseChain, entry: VerifiedEntry, epoch: int) -> None:
        """Refuse an entry under an epoch that had to be left behind, and say what to do."""
        header = entry.header
        time_ms = header.preamble.time_ms
        table = active_table(self._rules.tables, header.policy, time_ms)
        if table is None:
            raise ProtocolError(Reason.WRONG_POLICY, f"entry {entry.id[:16]}")
        section, at = header.place.name, header.case_head
        span = time_ms // DEPOSIT_WINDOW_MS
        key = (at.hash, section, epoch, table.hash, span)
        met = self._met.get(key)
        if met and state.positions.holds(at):
            return

        def judge(at_ms: int) -> None:
            check_sealed_under(state, section, epoch, at, table, at_ms)

        try:
            judge(time_ms)
        except ProtocolError as error:
            raise VerificationError(f"entry {entry.id[:16]}: {error.what}", error.reason, _POST_AGAIN) from None
        self._met[key] = met is False and _passes(judge, span * DEPOSIT_WINDOW_MS, (span + 1) * DEPOSIT_WINDOW_MS)

    def _check_member(self, state: CaseChain, entry: VerifiedEntry) -> None:
        header = entry.header
        facts = state.positions.at(header.case_head).facts
        if header.place.kind != REPORT:
            linked_cases.check_writable(facts, header.preamble.time_ms, f"entry {entry.id[:16]}")
        if not is_member(facts, header.preamble.user, header.preamble.time_ms):
            raise ProtocolError(Reason.NOT_ENTITLED, f"entry {entry.id[:16]}: its author did not take part")
        if header.capacity is None:
            return
        self._directory.known(header.preamble.user)
        if self._directory.attestation(header.capacity).user != header.preamble.user:
            raise ProtocolError(Reason.WRONG_AUTHOR, f"entry {entry.id[:16]}: capacity of somebody else")


def _answers_emergency(chain: ClassView, id_: str) -> bool:
    """Tell whether an entry was put before us under our emergency.

    Who declared one is served neither notices nor consents, so they cannot say which epoch was the current one: whoever
    answered is served all of it, and judged the entry before they opened it.
    """
    openings = (chain.state.openings.get(link) for (entry, _), (link, _) in chain.shares.items() if entry == id_)
    return any(opening is not None and opening.link.started is not None for opening in openings)


def _passes(judge: Callable[[int], None], *instants: int) -> bool:
    try:
        for at_ms in instants:
            judge(at_ms)
    except ProtocolError:
        return False
    return True


def _check_closed(main: CaseChain, section: str, n: int) -> None:
    """Refuse what stands above where the list ended when another case took over (docs/spec/conferences.md, L4)."""
    closing = linked_cases.closing(main.facts, main.time_ms)
    at = None if closing is None else main.fact_lists.get(closing.hash, {}).get(section)
    if at is not None and n > at.n:
        raise ProtocolError(Reason.CLOSED, f"entry {n} of {section}, in a case that another one continues")


def _ends(state: CaseChain, section: str) -> dict[str, int]:
    """Return the list position at which each author ended, for those who did not take part again since."""
    ends: dict[str, int] = {}
    for record in state.facts.of(ParticipationEnd):
        ended = state.facts.find(Participation, record.fact.participation)
        at = state.fact_lists.get(record.hash, {}).get(section)
        again = any(one.position > record.position for one in state.facts.participations_of(ended.fact.user))
        if at is not None and not again:
            ends[ended.fact.user] = at.n
    return ends
