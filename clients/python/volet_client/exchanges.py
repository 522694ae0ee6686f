"""Exchanges: conversations about a case between named recipients, under a key of their own (protocol 10.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from volet_client.absences import StandIn, stand_ins
from volet_client.appending import Appender
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView
from volet_client.errors import NotPermittedError, NotReadableError, UsageError, VerificationError
from volet_client.hub import Hub, box_of
from volet_client.rules import Rules
from volet_client.sealing_keys import ExchangeKey
from volet_client.trust import EXCHANGE, Proven
from volet_client.words import Said
from volet_protocol.access import decide
from volet_protocol.canonical import JsonObject
from volet_protocol.case_links import SALT_SIZE, Fresh
from volet_protocol.compose import Composed, compose_exchange
from volet_protocol.consents import MDPH
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_chain import ExchangeChain, exchange_debt, extend_exchange, start_exchange
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate, ExchangeEpoch
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.key_boxes import open_exchange_box
from volet_protocol.opening_links import UserRecipient
from volet_protocol.places import CHILD_PROTECTION, MAIN
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import Decision, Party, Question
from volet_protocol.statements import HeadRef, UnverifiedStatement, from_json
from volet_protocol.words import explain

_NO_COMMIT = bytes(32)


@dataclass
class ExchangeView:
    """A verified exchange with the keys of the epochs this user was boxed."""

    state: ExchangeChain
    hashes: dict[int, str]
    keys: dict[int, bytes] = field(default_factory=dict[int, bytes])


class Exchanges:
    """Exchanges of the user of this profile."""

    def __init__(self, hub: Hub, casebook: Casebook, author: Author, *, rules: Rules, appender: Appender) -> None:
        self._hub = hub
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._appender = appender
        self._views: dict[str, ExchangeView] = {}

    def ids(self, case: str | None = None) -> list[tuple[str, str]]:
        """Return (exchange, case) of every exchange that names this user."""
        found: list[tuple[str, str]] = []
        for item in self._hub.transport.get_list("/v1/exchanges"):
            fields = Fields(item, "exchange")
            found.append((fields.hash("exchange"), fields.hash("case")))
        return [row for row in found if case in {None, row[1]}]

    def open(self, case: str, compartment: str, level: int, users: Sequence[str]) -> str:
        """Start an exchange between this user and others, and the relays of those who are away; return its id."""
        view = self._casebook.view(case)
        for user in users:
            self._check_receiver(view, user, compartment, level)
        relays = self._relays(view, users, compartment, level)
        common = self._epoch(view, _class_of(compartment), {*users, *relays, self._author.user}, 1)
        create = ExchangeCreate(common, draw(SALT_SIZE), compartment, level)
        composed = self._compose(create)
        answer = self._post("/v1/exchanges", composed)
        statement = str(answer.get("exchange", ""))
        self.view(view, statement)
        return statement

    def view(self, view: CaseView, exchange: str) -> ExchangeView:
        """Return an exchange verified from its first link to its proven head."""
        served = self._hub.transport.get(f"/v1/exchanges/{exchange}")
        try:
            found = self._verified(view, exchange, served)
        except ProtocolError as error:
            raise self._hub.failed(error, {"exchange": exchange, "served": served}) from None
        self._views[exchange] = found
        return found

    def key(self, view: CaseView, exchange: str, epoch: int) -> bytes | None:
        """Return the key of an epoch, None when this user was not boxed it."""
        held = self._views.get(exchange)
        if held is None or epoch > held.state.epoch:
            held = self.view(view, exchange)
        return held.keys.get(epoch)

    def was_member(self, exchange: str, user: str, epoch: int) -> bool:
        """Tell whether a user was boxed the key of an epoch of an exchange that was viewed."""
        held = self._views.get(exchange)
        return held is not None and held.state.could_read(user, epoch)

    def current(self, view: CaseView, exchange: str) -> ExchangeKey:
        """Return the key to write under; a list that owes a change, or lacks a relay, is changed first."""
        found = self.view(view, exchange)
        chain = view.classes[found.state.class_].state
        now_ms = chain.instant(self._author.clock())
        owed = exchange_debt(found.state, chain.facts, self._rules.table, now_ms, self._author.directory)
        members = [member.user for member in found.state.members]
        relays = self._relays(view, members, found.state.compartment, found.state.level)
        if owed or relays:
            found = self._change(view, found, owed, relays)
        key = found.keys.get(found.state.epoch)
        if key is None:
            raise NotReadableError(
                exchange,
                Said("Vous n'êtes plus dans cet échange.", "You are no longer in this exchange."),
                Said("Ouvrez-en un autre : volet exchange open.", "Open another: volet exchange open."),
            )
        state = found.state
        return ExchangeKey(state.class_, state.compartment, state.level, state.epoch, key)

    def stand_ins(self, view: CaseView, users: Iterable[str]) -> list[StandIn]:
        """Return who of those one writes to is away, and who takes what comes for them."""
        return stand_ins(view.main.facts, users, view.main.instant(self._author.clock()))

    def _relays(self, view: CaseView, users: Sequence[str], compartment: str, level: int) -> list[str]:
        """Return the relays of these users who are not among them and may receive what goes to them (facts.md, A5)."""
        found: list[str] = []
        for one in self.stand_ins(view, users):
            if one.relay not in {*users, *found, self._author.user}:
                try:
                    self._check_receiver(view, one.relay, compartment, level)
                except NotPermittedError:
                    continue
                found.append(one.relay)
        return found

    def _change(self, view: CaseView, found: ExchangeView, owed: Sequence[str], joining: Sequence[str]) -> ExchangeView:
        """Leave behind whoever may no longer receive, box newer keys anew, and let the relays in."""
        state = found.state
        facts = view.classes[state.class_].state.facts
        now_ms = self._author.clock()
        staying = {
            member.user
            for member in state.members
            if member.user not in owed or facts.participations_of(member.user, now_ms) or member.capacity is None
        }
        common = self._epoch(view, state.class_, staying.union(joining), state.epoch + 1)
        change = ExchangeChange(common, state.exchange, state.head.seq + 1, state.head.hash)
        self._post(f"/v1/exchanges/{state.exchange}/links", self._compose(change))
        return self.view(view, state.exchange)

    def _epoch(self, view: CaseView, class_: str, users: set[str], epoch: int) -> ExchangeEpoch:
        chain = view.classes.get(class_)
        if chain is None:
            raise UsageError(Said("Ce volet ne vous est pas ouvert.", "This compartment is not open to you."))
        self._appender.check_fresh(chain)
        proven = chain.proven
        return ExchangeEpoch(
            preamble=self._author.preamble(),
            case=view.case,
            policy=self._rules.table.hash,
            main_head=view.main.head,
            fresh=Fresh(proven.checkpoint.size, proven.checkpoint.root.hex(), proven.time_ms),
            members=tuple(self._member(view, user) for user in sorted(users)),
            epoch=epoch,
            commit=_NO_COMMIT,
            boxes=(),
            capacity=self._author.capacity,
            class_head=None if class_ == MAIN else chain.state.head,
        )

    def _check_receiver(self, view: CaseView, user: str, compartment: str, level: int) -> None:
        """Say why somebody may not receive, before anything is sent: the hub would only say that they may not."""
        at_ms = view.main.instant(self._author.clock())
        attestation = self._author.attestation
        sender = Party(self._author.user, None if attestation is None else attestation.capacity)
        participation_of(view, user, at_ms)
        found = view.main.facts.participations_of(user, at_ms)
        question = Question(
            action="exchange_receive", user=user, capacity=found[0].fact.capacity if found else None,
            compartment=compartment, level=level, entry=None, at_ms=at_ms, via="exchange", sender=sender,
        )  # fmt: skip
        chain = view.classes.get(_class_of(compartment))
        if chain is None:
            raise UsageError(Said("Ce volet ne vous est pas ouvert.", "This compartment is not open to you."))
        send = replace(
            question, action="exchange_send", user=sender.user, capacity=sender.capacity, sender=None
        )  # fmt: skip
        for asked in (send, question):
            decision = decide(self._rules.table, chain.state.facts, asked)
            if decision.effect != PERMIT:
                said = Said(explain(decision, asked, "fr"), explain(decision, asked, "en"))
                raise NotPermittedError(said, decision.rules, _to_collect(decision, compartment, level))

    def _member(self, view: CaseView, user: str) -> UserRecipient:
        return UserRecipient(user, participation_of(view, user, self._author.clock()))

    def _compose(self, link: ExchangeCreate | ExchangeChange) -> Composed:
        members = [member.user for member in link.common.members]
        chains = {user: self._author.directory.refresh(user).chain for user in members}
        return compose_exchange(link, draw(32), chains)

    def _post(self, path: str, composed: Composed) -> JsonObject:
        statement = self._author.sign(composed.body)
        boxes = {user: to_base64url(box) for user, box in composed.boxes.items()}
        answer = self._hub.transport.post(path, {"statement": statement.to_json(), "boxes": boxes})
        receipt = answer.get("receipt")
        if not isinstance(receipt, dict):
            raise VerificationError("receipt of an exchange", Reason.MISSING_FIELD)
        self._hub.receipt(receipt)
        return answer

    def _verified(self, view: CaseView, exchange: str, served: JsonObject) -> ExchangeView:
        fields = Fields(served, f"exchange {exchange[:8]}")
        found: ExchangeView | None = None
        for item in fields.objects("links"):
            statement = from_json(item.raw("statement"))
            box = box_of({"box": item.text("box")}) if item.has("box") else None
            item.done()
            self._meet(statement)
            found = self._with_link(view, found, statement)
            if box is not None and statement.hash not in found.state.voids:
                self._open(found, statement, box)
        proven: Proven = self._hub.prove(EXCHANGE, exchange, fields.raw("head"))
        fields.done()
        if found is None or found.state.exchange != exchange or proven.head != found.state.head:
            raise ProtocolError(Reason.WRONG_CHAIN, f"exchange {exchange[:8]}")
        self._hub.advance(EXCHANGE, exchange, proven, found.hashes)
        return found

    def _with_link(self, view: CaseView, found: ExchangeView | None, statement: UnverifiedStatement) -> ExchangeView:
        directory, tables = self._author.directory, self._rules.tables
        if found is None:
            class_ = _class_of(str(statement.body.get("compartment", "")))
            chain = view.classes.get(class_)
            if chain is None:
                raise ProtocolError(Reason.UNKNOWN_REFERENCE, "exchange of a class that is not served")
            state = start_exchange(statement, chain.state, directory, tables)
            return ExchangeView(state, {0: statement.hash})
        chain_state = view.classes[found.state.class_].state
        state = extend_exchange(found.state, statement, chain_state, directory, tables)
        return replace(found, state=state, hashes={**found.hashes, state.head.seq: state.head.hash})

    def _open(self, found: ExchangeView, statement: UnverifiedStatement, box: bytes) -> None:
        link = (ExchangeCreate if statement.type == "exchange-create" else ExchangeChange).read(statement)
        target = next((item for item in link.common.boxes if item.user == self._author.user), None)
        if target is None or sha256(box).hex() != target.box:
            raise ProtocolError(Reason.WRONG_RECIPIENT, "box of an exchange")
        key = self._author.box_key(target.generation)
        found.keys[link.common.epoch] = open_exchange_box(link, box, key, user=self._author.user)

    def _meet(self, statement: UnverifiedStatement) -> None:
        read: Callable[[UnverifiedStatement], ExchangeCreate | ExchangeChange] = (
            ExchangeCreate.read if statement.type == "exchange-create" else ExchangeChange.read
        )
        common = read(statement).common
        directory = self._author.directory
        directory.at_least(common.preamble.user, common.preamble.user_head)
        for box in common.boxes:
            directory.at_least(box.user, HeadRef(box.head.seq, box.head.hash))


def _to_collect(decision: Decision, compartment: str, level: int) -> Said | None:
    """Return which agreement to ask the person for, and the command that records it (R40)."""
    if decision.missing is None or decision.missing.kind != MDPH:
        return None
    command = f"volet consent give --kind {MDPH} --information {compartment}/{level} --structure …"
    return Said(
        f"Demandez-lui son accord pour l'échange avec la MDPH : {command}",
        f"Ask for their agreement to the exchange with the MDPH: {command}",
    )


def participation_of(view: CaseView, user: str, at_ms: int) -> str | None:
    """Return the hash of a user's participation in force, None for the person; refuse a user of neither kind."""
    facts = view.main.facts
    found = facts.participations_of(user, at_ms)
    if found:
        return found[0].hash
    if user in facts.person_users:
        return None
    raise UsageError(
        Said("Ce destinataire ne participe pas au dossier.", "This recipient does not take part in the case."),
        Said("volet member add", "volet member add"),
    )


def _class_of(compartment: str) -> str:
    return CHILD_PROTECTION if compartment == CHILD_PROTECTION else MAIN
