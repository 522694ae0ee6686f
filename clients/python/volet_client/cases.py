"""Opening a case, and what a user may do in one: which sections they may read or write, why not, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from volet_client.appending import NewLink, wire
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView
from volet_client.errors import UsageError, VerificationError
from volet_client.granting import Duties, Granting
from volet_client.hub import Hub
from volet_client.rules import Rules
from volet_client.trust import USER
from volet_client.words import Said
from volet_protocol.access import decide
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.case_chain import start_case
from volet_protocol.case_links import (
    CLASS_SALT_SIZE,
    SALT_SIZE,
    CaseCreate,
    ClassCreate,
    FactLink,
    Fresh,
)
from volet_protocol.compose import next_head
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_people import Participation, Person
from volet_protocol.facts import Fact, fact_body, fact_hash
from volet_protocol.hashing import sha256
from volet_protocol.places import CLASSES, MAIN, SECTIONS
from volet_protocol.questions import Decision, Question
from volet_protocol.sections import KeyId
from volet_protocol.statements import Statement
from volet_protocol.words import explain

KEY = 32


@dataclass(frozen=True)
class SectionShown:
    """A section for this user: the decisions, the sentences that explain them, and whether its key is held."""

    section: str
    read: Decision
    write: Decision
    reason: Said
    holds_key: bool
    epoch: int


class Cases:
    """Cases of the user of this profile."""

    def __init__(self, hub: Hub, casebook: Casebook, author: Author, *, rules: Rules, granting: Granting) -> None:
        self._hub = hub
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._granting = granting

    def open(
        self,
        kind: str = "care",
        person: str | None = None,
        identity_status: str = "VALI",
        *,
        majority_ms: int | None = None,
    ) -> CaseView:
        """Open a case in the session's capacity: four chains, the opener's participation, and the person.

        `majority_ms` is when a minor comes of age; without it the person is taken to be of age.
        """
        attestation = self._author.attestation
        if attestation is None:
            raise UsageError(
                Said(
                    "Un dossier s'ouvre dans une situation d'exercice attestée.",
                    "A case is opened in an attested capacity.",
                ),
                Said("volet login --registrar URL", "volet login --registrar URL"),
            )
        log_keys = {class_: draw(KEY) for class_ in CLASSES}
        create = CaseCreate(
            preamble=self._author.preamble(),
            salt=draw(SALT_SIZE),
            kind=kind,
            structure=attestation.capacity.structure,
            capacity=attestation.id,
            policy=self._rules.table.hash,
            controller=attestation.capacity.structure,
            log_key_hash=sha256(log_keys[MAIN]).hex(),
            episode=draw(KEY).hex(),
        )
        first = self._author.sign(create.body())
        participation = Participation(
            user=self._author.user, attestation=attestation.id, capacity=attestation.capacity, regime=kind,
            limb=1, start_ms=create.preamble.time_ms,
        )  # fmt: skip
        facts: list[Fact] = [participation, Person(identity_status, person, majority_ms)]
        main: list[JsonValue] = [{"statement": first.to_json()}, *self._facts(first, facts)]
        classes: list[JsonValue] = [
            self._author.sign(
                ClassCreate(self._author.preamble(), first.hash, class_, draw(CLASS_SALT_SIZE)).body()
            ).to_json()
            for class_ in CLASSES
            if class_ != MAIN
        ]
        body: JsonObject = {
            "main": main, "classes": classes,
            "log_keys": {class_: to_base64url(key) for class_, key in log_keys.items()},
        }  # fmt: skip
        answer = self._hub.transport.post("/v1/cases", body)
        receipt = answer.get("receipt")
        if not isinstance(receipt, dict):
            raise VerificationError("receipt of a case", Reason.MISSING_FIELD)
        self._hub.receipt(receipt)
        return self._casebook.view(first.hash)

    def _facts(self, first: Statement, facts: Sequence[Fact]) -> list[JsonObject]:
        """Return the first links after the creation, composed on a state that only this client has yet."""
        directory = self._author.directory
        state = start_case(first, directory, self._rules.tables)
        proven = self._hub.head(USER, self._author.user)
        try:
            self._hub.trust.check_fresh(proven, self._author.clock())
        except ProtocolError as error:
            raise VerificationError.of(error) from None
        fresh = Fresh(proven.checkpoint.size, proven.checkpoint.root.hex(), proven.time_ms)
        head = next_head(
            state, self._author.preamble(), self._rules.table.hash, capacity=self._author.capacity, fresh=fresh
        )
        links: list[JsonObject] = []
        for fact in facts:
            body = fact_body(fact, draw(SALT_SIZE))
            new = NewLink(FactLink(head, fact_hash(body)).body(), body)
            statement = self._author.sign(new.body)
            links.append(wire(statement, new))
            head = replace(head, seq=head.seq + 1, prev=statement.hash)
        return links

    def ids(self) -> list[str]:
        """Return the ids of the cases of this user."""
        return self._casebook.cases()

    def view(self, case: str) -> CaseView:
        """Return the verified view of a case."""
        return self._casebook.view(case)

    def sync(self, case: str) -> tuple[CaseView, Duties]:
        """Verify a case, then do what its members are owed."""
        return self._granting.work(self._casebook.view(case, every_class=True))

    def sections(self, view: CaseView) -> list[SectionShown]:
        """Return every section that the rules do not hide from this user."""
        shown = [self._section(view, section) for section in SECTIONS]
        return [item for item in shown if item is not None and not (item.read.hidden and item.write.hidden)]

    def _section(self, view: CaseView, section: str) -> SectionShown | None:
        chain = view.of(section)
        if chain is None:
            return None
        attestation = self._author.attestation
        capacity = None if attestation is None else attestation.capacity
        compartment, level = section.split("/")
        question = Question(
            action="read", user=self._author.user, capacity=capacity, compartment=compartment, level=int(level),
            entry=None, at_ms=chain.state.instant(self._author.clock()),
        )  # fmt: skip
        read = decide(self._rules.table, chain.state.facts, question)
        write = decide(self._rules.table, chain.state.facts, replace(question, action="write"))
        known = chain.state.section(section)
        return SectionShown(
            section,
            read,
            write,
            Said(explain(read, question, "fr"), explain(read, question, "en")),
            known.epoch > 0 and chain.ring.holds(KeyId(section, known.epoch, known.step)),
            known.epoch,
        )
