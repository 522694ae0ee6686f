"""Under which key an entry is written: the section's, the exchange's, or a box for each named reader (protocol 8.2).

1. In a section: debts are rotated first. With its current key, form `section`. Without any key yet, and with the right
   to start one, a claim comes first. Otherwise, and for every masked entry, form `named`: the author and each member
   who may read the whole section, or whom the mask leaves (`masking`).
2. In an exchange: its current epoch; its list is changed first when somebody in it may no longer receive.
3. A report of danger: always `named`, in a list of its own, judged by `main` (E27).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from volet_client import emergency_set
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView, ClassView
from volet_client.errors import NotPermittedError
from volet_client.granting import Granting
from volet_client.lists import ListedEntry, Lists
from volet_client.masking import OPEN, Masking, readers_of
from volet_client.rules import Rules
from volet_client.words import Said
from volet_protocol import linked_cases
from volet_protocol.access import decide
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Capacity
from volet_protocol.directory import generation_at
from volet_protocol.entry_header import NAMED, SALT_SIZE, EntryHeader
from volet_protocol.errors import ProtocolError
from volet_protocol.keys import SigningKey
from volet_protocol.masks import check_set_by, kind_of
from volet_protocol.named_box import Recipient, box_shares, unboxed_readers
from volet_protocol.padding import padded_size
from volet_protocol.places import (
    CHILD_PROTECTION,
    EXCHANGE,
    HIDDEN,
    MAIN,
    MASKED,
    REPORT,
    SECTION,
    Place,
    class_of,
)
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import EntryMeta, Question
from volet_protocol.sealing import BODY, PARTS, SHARE_SIZE, TITLE, client_share_from_section
from volet_protocol.sections import KeyId
from volet_protocol.statements import Preamble, Statement
from volet_protocol.words import explain


@dataclass(frozen=True)
class Sealed:
    """A header ready to be signed, and the client shares and boxes that go with it."""

    header: EntryHeader
    client_shares: Mapping[str, bytes]
    boxes: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


@dataclass(frozen=True)
class ExchangeKey:
    """The current key of an exchange and what it is about."""

    class_: str
    compartment: str
    level: int
    epoch: int
    key: bytes


class Exchanges(Protocol):
    """What writing needs of exchanges."""

    def view(self, view: CaseView, exchange: str) -> object:
        """Verify an exchange and open its keys."""
        ...

    def current(self, view: CaseView, exchange: str) -> ExchangeKey:
        """Return the key to write under, after changing a list that owes it."""
        ...


class SealingKeys:
    """Chooses keys for the user of this profile."""

    def __init__(
        self,
        casebook: Casebook,
        author: Author,
        rules: Rules,
        *,
        granting: Granting,
        lists: Lists,
        exchanges: Exchanges,
    ) -> None:
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._granting = granting
        self._lists = lists
        self._exchanges = exchanges

    @property
    def signing_key(self) -> SigningKey:
        """This device's key."""
        return self._author.identity.device.sign

    def view_at(self, case: str, place: Place) -> CaseView:
        """Return the newest verified view of a case, with the keys of the exchange where the place is one."""
        view = self._casebook.view(case)
        if place.kind == EXCHANGE:
            self._exchanges.view(view, place.name)
        emergency_set.check_place(view, place, self._author, self._rules)
        return view

    def preamble(self) -> Preamble:
        """Return the common fields of a statement made now."""
        return self._author.preamble()

    def sign(self, body: JsonObject) -> Statement:
        """Sign a body."""
        return self._author.sign(body)

    def header(self, case: str, place: Place, sizes: Mapping[str, int], masking: Masking = OPEN) -> Sealed:
        """Return header and keys for parts of these plaintext sizes, after every debt was paid."""
        view = self._casebook.view(case)
        self._check_open(view)
        if place.kind == EXCHANGE:
            return self._in_exchange(view, place, sizes)
        section = place.name
        place = Place(MASKED if masking.mask else SECTION, section)
        self._check_write(view, section, masking.mask)
        if masking.mask is None:
            view = self._granting.rotate_owed(view, section)
            if self._granting.may_claim(view, section):
                view = self._granting.claim(view, [section])
            chain = self._chain(view, section)
            known = chain.state.section(section)
            which = KeyId(section, known.epoch, known.step)
            if known.epoch and chain.ring.holds(which):
                return self._in_section(view, place, which, sizes, masking)
        return self._named(view, place, sizes, masking)

    def report(self, case: str, place: Place, section: str, sizes: Mapping[str, int], masking: Masking) -> Sealed:
        """Return header and keys of an entry of a report about a section, for the author and those they name."""
        view = self._casebook.view(case)
        if not self._lists.head_of(case, place).n:
            # Whom a report names answers in it, whatever their function writes elsewhere (R38).
            self._check_write(view, section, masking.mask, MAIN)
        return self._named(view, place, sizes, masking, section)

    def _check_open(self, view: CaseView) -> None:
        """Refuse to write in a case that another one continues, and say which (F24)."""
        closing = linked_cases.closing(view.main.facts, view.main.instant(self._author.clock()))
        if closing is not None:
            other = closing.fact.other
            raise NotPermittedError(
                Said(
                    f"Ce dossier est clos à l'écriture : la suite est dans le dossier {other[:8]}.",
                    f"This case is closed to writing: it goes on in case {other[:8]}.",
                ),
                hint=Said(f"Écrivez avec --case {other[:8]}.", f"Write with --case {other[:8]}."),
            )

    def _chain(self, view: CaseView, section: str) -> ClassView:
        chain = view.of(section)
        if chain is None:
            raise NotPermittedError(
                Said(f"Le volet {section} ne vous est pas ouvert.", f"Section {section} is not open to you."),
            )
        return chain

    def may_read(self, view: CaseView, item: ListedEntry) -> bool:
        """Tell whether the rules, as far as this client knows the case, let this user read an entry."""
        entry = item.entry
        chain = None if entry is None else view.classes.get(_judging_class(entry.header))
        if entry is None or chain is None:
            return False
        header = entry.header
        if any((entry.id, part) in chain.shares for part in PARTS):
            return True
        category = None
        if header.capacity is not None:
            category = self._author.directory.attestation(header.capacity).capacity.category
        meta = EntryMeta(
            id=entry.id, author=header.preamble.user, author_category=category, written_ms=header.preamble.time_ms,
            compartment=header.compartment, level=header.level, mask=header.mask, kind=kind_of(header.mask),
            named=frozenset(reader.user for reader in header.named), mask_until_ms=header.mask_until_ms,
            passages=bool(header.passages),
        )  # fmt: skip
        question = self._question("read", chain, meta)
        return decide(self._rules.table, chain.state.facts, question).effect == PERMIT

    def _check_write(self, view: CaseView, section: str, mask: str | None, class_: str | None = None) -> None:
        chain = self._chain(view, section) if class_ is None else view.classes[class_]
        compartment, level = section.split("/")
        capacity = self._capacity()
        meta = EntryMeta(
            id="0" * 64, author=self._author.user, author_category=None if capacity is None else capacity.category,
            written_ms=chain.state.instant(self._author.clock()), compartment=compartment, level=int(level), mask=mask,
            kind=kind_of(mask),
        )  # fmt: skip
        question = self._question("write", chain, meta)
        decision = decide(self._rules.table, chain.state.facts, question)
        if decision.effect != PERMIT:
            raise NotPermittedError(
                Said(explain(decision, question, "fr"), explain(decision, question, "en")), decision.rules
            )
        try:
            check_set_by(mask, meta.author_category, minor=chain.state.facts.is_minor(meta.written_ms))
        except ProtocolError as error:
            raise NotPermittedError(
                Said(f"Ce masque n'est pas le vôtre : {error}.", f"This mask is not yours to set: {error}.")
            ) from None

    def _capacity(self) -> Capacity | None:
        attestation = self._author.attestation
        return None if attestation is None else attestation.capacity

    def _question(self, action: str, chain: ClassView, meta: EntryMeta) -> Question:
        return Question(
            action=action, user=self._author.user, capacity=self._capacity(), compartment=meta.compartment,
            level=meta.level, entry=meta, at_ms=chain.state.instant(self._author.clock()),
            via="any" if action == "read" else "share",
        )  # fmt: skip

    def _in_section(
        self, view: CaseView, place: Place, which: KeyId, sizes: Mapping[str, int], masking: Masking
    ) -> Sealed:
        chain = self._chain(view, place.name)
        key = chain.ring.key(which, chain.state.section(which.section).commitment(which.epoch, which.step))
        header = self._composed(view, place, SECTION, sizes, epoch=which.epoch, step=which.step, masking=masking)
        return Sealed(header, {part: client_share_from_section(key, header.id, part) for part in PARTS})

    def _in_exchange(self, view: CaseView, place: Place, sizes: Mapping[str, int]) -> Sealed:
        current = self._exchanges.current(view, place.name)
        header = self._composed(view, place, EXCHANGE, sizes, epoch=current.epoch, about=current)
        return Sealed(header, {part: client_share_from_section(current.key, header.id, part) for part in PARTS})

    def _named(
        self, view: CaseView, place: Place, sizes: Mapping[str, int], masking: Masking, section: str | None = None
    ) -> Sealed:
        users = self._readers(view, section or place.name, masking)
        recipients = [self._recipient(user) for user in users]
        header = self._composed(view, place, NAMED, sizes, masking=masking, recipients=recipients, section=section)
        shares = {part: draw(SHARE_SIZE) for part in PARTS}
        boxed, boxes = box_shares(header, recipients, shares)
        return Sealed(boxed, shares, boxes)

    def _readers(self, view: CaseView, section: str, masking: Masking) -> list[str]:
        chain = view.of(section) or view.classes[MAIN]
        access, facts = self._granting.access(chain), chain.state.facts
        minor = facts.is_minor(chain.state.instant(self._author.clock()))
        return readers_of(
            facts, self._author.user, masking, lambda user: access.may_read(user, section), minor=minor
        )  # fmt: skip

    def _recipient(self, user: str) -> Recipient:
        chain = self._author.directory.refresh(user).chain
        generation, public = generation_at(chain, chain.head)
        return Recipient(user, generation, public)

    def _composed(
        self,
        view: CaseView,
        place: Place,
        form: str,
        sizes: Mapping[str, int],
        *,
        epoch: int | None = None,
        step: int | None = None,
        masking: Masking = OPEN,
        recipients: Sequence[Recipient] = (),
        about: ExchangeKey | None = None,
        section: str | None = None,
    ) -> EntryHeader:
        if about is None:
            compartment, level_text = (section or place.name).split("/")
            level, class_ = int(level_text), class_of(section or place.name)
            if place.kind == REPORT and class_ != CHILD_PROTECTION:
                class_ = HIDDEN
        else:
            compartment, level, class_ = about.compartment, about.level, about.class_
        return EntryHeader(
            preamble=self._author.preamble(),
            case=view.case,
            class_=class_,
            place=place,
            form=form,
            compartment=compartment,
            level=level,
            policy=self._rules.table.hash,
            case_head=view.classes[MAIN if place.kind == REPORT else class_].state.head,
            seen=self._lists.head_of(view.case, place),
            salt=draw(SALT_SIZE),
            title_size=padded_size(sizes[TITLE]),
            body_size=padded_size(sizes[BODY]),
            epoch=epoch,
            step=step,
            capacity=self._author.capacity,
            mask=masking.mask,
            mask_until_ms=masking.until_ms,
            passages=masking.passages,
            named=unboxed_readers(recipients),
        )


def _judging_class(header: EntryHeader) -> str:
    """Return the class by whose facts an entry is judged: of a report, `main`, which its author knows."""
    return MAIN if header.place.kind == REPORT else header.class_
