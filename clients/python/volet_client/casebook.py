"""The cases of this user, each replayed link by link from its creation to a proven head.

A view holds the verified chains of the classes that are served to this user, the keys that their boxes gave, and what
did not verify of them. A chain is fetched once; afterwards only what is new. Nothing here writes to the hub.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from volet_client.author import Author
from volet_client.directory import Directory
from volet_client.hub import Hub, box_of
from volet_client.refusals import NotFoundError
from volet_client.rules import Rules
from volet_client.trust import CASE, Proven
from volet_protocol import case_chain
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.case_state import CaseChain
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_gesture import parts_of
from volet_protocol.fields import Fields
from volet_protocol.key_boxes import OpenedKeys, open_claim_box, open_grant_box, open_opening_box, open_rotate_box
from volet_protocol.link_reading import read_link, targets
from volet_protocol.places import CLASSES, MAIN, class_of
from volet_protocol.sections import SectionKeys
from volet_protocol.statements import HeadRef, UnverifiedStatement, from_json

_KEY_LINKS = frozenset({"claim", "grant", "rotate", "opening"})


@dataclass
class ClassView:
    """One chain of a case as verified here. `refused` names what a box should have given and did not."""

    state: CaseChain
    ring: SectionKeys
    proven: Proven
    hashes: dict[int, str]
    # Client shares by (entry, part) that valid openings gave to this user, with the opening's link.
    shares: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict[tuple[str, str], tuple[str, bytes]])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    # Where the words of a fact are: the hash of its annex, by the hash of the fact.
    annexes: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class CaseView:
    """A case by visibility class: always `main`, others when served."""

    case: str
    classes: dict[str, ClassView]

    @property
    def main(self) -> CaseChain:
        """The state of the open chain."""
        return self.classes[MAIN].state

    def of(self, section: str) -> ClassView | None:
        """Return the view that holds a section's keys, None when its class is not served to this user."""
        return self.classes.get(class_of(section))


class Casebook:
    """Loads and keeps views."""

    def __init__(self, hub: Hub, directory: Directory, author: Author, rules: Rules) -> None:
        self._hub = hub
        self._directory = directory
        self._author = author
        self._rules = rules
        self._views: dict[str, CaseView] = {}

    def cases(self) -> list[str]:
        """Return the ids of the cases that the hub names to this user."""
        return [Fields(item, "case").hash("case") for item in self._hub.transport.get_list("/v1/cases")]

    def view(self, case: str, *, refresh: bool = True, every_class: bool = False) -> CaseView:
        """Return the verified view of a case, brought up to date unless told otherwise.

        Classes that were not served at the first look are asked for again with `every_class`, which each sync does.
        """
        self._author.check_own_chain()
        known = self._views.get(case)
        if known is not None and not refresh:
            return known
        classes: dict[str, ClassView] = {} if known is None else dict(known.classes)
        for class_ in CLASSES if known is None or every_class else tuple(classes):
            try:
                classes[class_] = self._load(case, class_, classes)
            except NotFoundError:
                if class_ == MAIN:
                    raise
                classes.pop(class_, None)
        view = CaseView(case, classes)
        self._views[case] = view
        return view

    def _load(self, case: str, class_: str, classes: Mapping[str, ClassView]) -> ClassView:
        known = classes.get(class_)
        after: dict[str, str | int] = {} if known is None else {"after": known.state.head.seq}
        served = self._hub.transport.get(f"/v1/cases/{case}/chains/{class_}", **after)
        try:
            return self._extended(case, class_, classes, served)
        except ProtocolError as error:
            raise self._hub.failed(error, {"case": case, "class": class_, "served": served}) from None

    def _extended(self, case: str, class_: str, classes: Mapping[str, ClassView], served: JsonObject) -> ClassView:
        fields = Fields(served, f"case {case[:8]}, {class_}")
        known = classes.get(class_)
        view = known
        for item in fields.objects("links"):
            statement = from_json(item.raw("statement"))
            fact = item.optional("fact", item.raw)
            box = box_of({"box": item.text("box")}) if item.has("box") else None
            item.done()
            self._meet(statement, fact)
            view = self._with_link(view, statement, fact, box, classes.get(MAIN))
        head = fields.raw("head")
        fields.done()
        if view is None:
            raise ProtocolError(Reason.MISSING_FIELD, "a case chain without links")
        if view.state.case != case or view.state.class_ != class_:
            raise ProtocolError(Reason.WRONG_CASE, "chain of another case")
        proven = self._hub.prove(CASE, view.state.chain, head)
        if proven.head != view.state.head:
            raise ProtocolError(Reason.WRONG_HASH, "links that do not lead to the proven head")
        self._hub.advance(CASE, view.state.chain, proven, view.hashes)
        view.proven = proven
        return view

    def _with_link(
        self,
        view: ClassView | None,
        statement: UnverifiedStatement,
        fact: JsonObject | None,
        box: bytes | None,
        main: ClassView | None,
    ) -> ClassView:
        if view is None:
            state = self._started(statement, main)
            # Replaced by the proven head before anybody sees the view.
            unproven = cast("Proven", None)
            return ClassView(state, SectionKeys(state.chain), unproven, {0: statement.hash})
        if statement.hash == view.state.head.hash:
            return view
        others = None if view.state.class_ == MAIN or main is None else main.state
        state = case_chain.extend(view.state, statement, fact, self._directory, self._rules.tables, main=others)
        view = ClassView(
            state, view.ring, view.proven, {**view.hashes, state.head.seq: state.head.hash}, dict(view.shares),
            dict(view.refused), {**view.annexes, **_annexes(fact)},
        )  # fmt: skip
        if box is not None and statement.type in _KEY_LINKS and statement.hash not in state.voids:
            self._take(view, statement, box)
        return view

    def _started(self, statement: UnverifiedStatement, main: ClassView | None) -> CaseChain:
        if main is None:
            return case_chain.start_case(statement, self._directory, self._rules.tables)
        return case_chain.start_class(statement, main.state, self._directory)

    def _take(self, view: ClassView, statement: UnverifiedStatement, box: bytes) -> None:
        """Open our box beside a link. A box that does not open is remembered in words and stops nothing else."""
        me = self._author.user
        generation = next((item.generation for item in targets(read_link(statement)) if item.user == me), None)
        if generation is None:
            view.refused[statement.hash] = Reason.WRONG_RECIPIENT.value
            return
        key = self._author.box_key(generation)
        try:
            if statement.type == "opening":
                shares = open_opening_box(view.state, statement, box, key, user=me)
                view.shares.update({which: (statement.hash, share) for which, share in shares.items()})
                return
            if statement.type == "claim":
                opened = open_claim_box(view.state, statement, box, key, view.ring)
            elif statement.type == "grant":
                opened = open_grant_box(view.state, statement, box, key, view.ring)
            else:
                opened = open_rotate_box(view.state, statement, box, key, view.ring, user=me)
        except ProtocolError as error:
            view.refused[statement.hash] = error.reason.value
            return
        self._hold(view, statement, opened)

    @staticmethod
    def _hold(view: ClassView, statement: UnverifiedStatement, opened: OpenedKeys) -> None:
        view.ring = opened.ring
        for section, reason in opened.refused.items():
            view.refused[f"{statement.hash} {section}"] = reason.value

    def _meet(self, statement: UnverifiedStatement, fact: JsonObject | None) -> None:
        """Fetch every user that a link names, at least up to the head that it names."""
        body = statement.body
        self._meet_author(body)
        people = [body, *_objects(body.get("readers")), *_objects(body.get("boxes"))]
        for item in people:
            user = item.get("reader", item.get("user"))
            head = item.get("reader_head", item.get("head"))
            if isinstance(user, str) and isinstance(head, Mapping):
                self._directory.at_least(user, HeadRef.read(Fields(head, "head of a reader")))
        for part in () if fact is None else parts_of(fact):
            if part.body is not None and part.body.get("type") == "participation":
                self._directory.known(str(part.body.get("user", "")))

    def _meet_author(self, body: JsonObject) -> None:
        author, head = body.get("author"), body.get("user_head")
        if not isinstance(author, Mapping) or not isinstance(head, Mapping):
            raise ProtocolError(Reason.MISSING_FIELD, "author of a link")
        self._directory.at_least(str(author.get("user", "")), HeadRef.read(Fields(head, "user_head")))
        self._capacity_of(str(author.get("user", "")), body)

    def _capacity_of(self, user: str, body: JsonObject) -> None:
        """Fetch an author again when a link names an attestation that they did not have when last met."""
        capacity = body.get("capacity")
        if isinstance(capacity, str):
            try:
                self._directory.attestation(capacity)
            except ProtocolError:
                self._directory.refresh(user)


def _annexes(fact: JsonObject | None) -> dict[str, str]:
    """Return the annex of each fact whose body was served beside a link; a void link may hold anything."""
    try:
        parts = () if fact is None else parts_of(fact)
    except ProtocolError:
        return {}
    return {part.hash: str(part.body["annex"]) for part in parts if part.body is not None and "annex" in part.body}


def _objects(value: JsonValue | None) -> list[JsonObject]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
