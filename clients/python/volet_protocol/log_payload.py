"""What a leaf of the log commits to: the person's view and the identity view (docs/spec/releases.md, log formats 3.3).

Two payloads an act. The *view* is what the person may see: when, which act, in which role and service, which entries,
by which rule. The *identity* names user, device, the reader's own signed request and the facts. They are committed
apart, because a person is entitled to dates and purposes of consultations, not in general to the reader's name
(CJEU C-579/21), and still verifies that nothing was changed.

One pair of formats for every act of a closed list; which fields an act needs is in `_NEEDS`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_codec import LATE_REASONS
from volet_protocol.fact_collection import UNSTATED
from volet_protocol.fields import Fields
from volet_protocol.flat_object import FlatForm
from volet_protocol.operator_roles import ROLES
from volet_protocol.places import CLASSES
from volet_protocol.sealing import PARTS
from volet_protocol.vocabulary import COMPARTMENTS, LEVELS

VERSION = 1
MAX_CODES = 64
MAX_IDS = 512

# Each act with the public type its leaf shows; the act itself stands in the payload only (protocol rule 9.3).
PUBLIC_TYPE = {
    "release": "act", "deposit": "act", "login": "act", "emergency-start": "act",
    "emergency-stop": "act", "admin": "act", "exchange": "act", "account-close": "act",
    "logout": "act", "invitation": "act",
    "refusal": "refusal",
    "fact": "fact", "case": "fact", "opening": "fact", "opening-close": "fact", "policy": "fact",
    "user-link": "key", "binding": "key", "attestation": "key", "claim": "key", "grant": "key", "revoke": "key",
    "rotate": "key", "web-version": "key",
    "log-look": "log",
    "take-back": "erase", "erase": "erase",
}  # fmt: skip
ACTS = frozenset(PUBLIC_TYPE)

_CLASSES = frozenset(CLASSES)
_COMPARTMENTS = frozenset(COMPARTMENTS)
_PARTS = frozenset(PARTS)
_LATE = LATE_REASONS | {UNSTATED}
_NEEDS: dict[str, tuple[str, ...]] = {
    "release": ("part", "intent", "purpose", "compartment", "level"),
    "deposit": ("compartment", "level"),
    "refusal": ("rules",),
}


@dataclass(frozen=True)
class ViewPayload:
    """What the person may see of one act. Times in milliseconds; `entries` are ids, `rules` ids of policy rows.

    `case_seq` counts the acts of one case and visibility class without gap; both are absent outside a case. `to` is the
    row of the party without account that an export was for. `late` and `collected_ms` mark a fact recorded more than 72
    hours after it was collected: the code of the reason, and when. `role`: in which of the roles of an operator.
    """

    act: str
    time_ms: int
    class_: str | None = None
    case_seq: int | None = None
    row: str | None = None
    category: int | None = None
    structure: str | None = None
    participation: str | None = None
    compartment: str | None = None
    level: int | None = None
    part: str | None = None
    entries: tuple[str, ...] = ()
    intent: str | None = None
    purpose: str | None = None
    rules: tuple[str, ...] = ()
    policy: str | None = None
    emergency: bool = False
    count: int | None = None
    to: str | None = None
    late: str | None = None
    collected_ms: int | None = None
    role: str | None = None

    def __post_init__(self) -> None:
        if self.act not in ACTS:
            raise ProtocolError(Reason.WRONG_TYPE, f"act {self.act}")
        if (self.class_ is None) != (self.case_seq is None):
            raise ProtocolError(Reason.MISSING_FIELD, f"view of {self.act}: class and case_seq together")
        if (self.late is None) != (self.collected_ms is None):
            raise ProtocolError(Reason.MISSING_FIELD, f"view of {self.act}: late and collected_ms together")
        needed = _NEEDS.get(self.act)
        if needed is not None and not all(map(self.__dict__.get, needed)):
            missing = next(name for name in needed if not getattr(self, name))
            raise ProtocolError(Reason.MISSING_FIELD, f"view of {self.act}: {missing}")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the payload as committed."""
        optional: dict[str, JsonValue | None] = {
            "class": self.class_, "case_seq": self.case_seq, "row": self.row, "category": self.category,
            "structure": self.structure, "participation": self.participation, "compartment": self.compartment,
            "level": self.level, "part": self.part, "intent": self.intent, "purpose": self.purpose,
            "policy": self.policy, "emergency": self.emergency or None, "count": self.count,
            "to": self.to, "late": self.late, "collected_ms": self.collected_ms, "role": self.role,
        }  # fmt: skip
        return {
            "v": VERSION, "act": self.act, "time_ms": self.time_ms, "entries": self.entries, "rules": self.rules,
            **{name: value for name, value in optional.items() if value is not None},
        }  # fmt: skip

    def to_bytes(self, class_: str | None = None, case_seq: int | None = None) -> bytes:
        """Return the payload as committed, numbered in its case and class when both are given."""
        values: list[Any] = [*_view_values(self), VERSION]
        values[_EMERGENCY] = self.emergency or None
        if class_ is not None:
            values[_CLASS], values[_CASE_SEQ] = class_, case_seq
        written = _VIEW.write(values)
        if written is not None:
            return written
        view = self if class_ is None else replace(self, class_=class_, case_seq=case_seq)
        return canonical.encode(view.to_json())

    @staticmethod
    def read(payload: JsonObject) -> ViewPayload:
        """Read a view payload strictly."""
        fields = Fields(payload, "view payload")
        _version(fields)
        view = ViewPayload(
            act=fields.choice("act", ACTS),
            time_ms=fields.integer("time_ms"),
            class_=fields.optional("class", lambda name: fields.choice(name, _CLASSES)),
            case_seq=fields.optional("case_seq", fields.integer),
            row=fields.optional("row", fields.code),
            category=fields.optional("category", lambda name: fields.integer(name, 1, 2)),
            structure=fields.optional("structure", fields.code),
            participation=fields.optional("participation", fields.hash),
            compartment=fields.optional("compartment", lambda name: fields.choice(name, _COMPARTMENTS)),
            level=fields.optional("level", lambda name: fields.integer(name, LEVELS[0], LEVELS[-1])),
            part=fields.optional("part", lambda name: fields.choice(name, _PARTS)),
            entries=tuple(fields.hashes("entries", MAX_IDS)),
            intent=fields.optional("intent", fields.code),
            purpose=fields.optional("purpose", fields.code),
            rules=tuple(fields.codes("rules", MAX_CODES)),
            policy=fields.optional("policy", fields.hash),
            emergency=fields.optional("emergency", lambda name: _only_true(fields, name)) or False,
            count=fields.optional("count", lambda name: fields.integer(name, 1)),
            to=fields.optional("to", fields.code),
            late=fields.optional("late", lambda name: fields.choice(name, _LATE)),
            collected_ms=fields.optional("collected_ms", fields.integer),
            role=fields.optional("role", lambda name: fields.choice(name, ROLES)),
        )
        fields.done()
        return view


@dataclass(frozen=True)
class IdentityPayload:
    """Who acted, and by which signed words. `request` is the reader's own signed statement in wire form.

    `shares_hash` covers the server shares released (`release.shares_hash`); `refusal` is a problem code.
    """

    user: str | None = None
    device: str | None = None
    auth_level: str | None = None
    row: str | None = None
    refusal: str | None = None
    facts: tuple[str, ...] = ()
    request_hash: str | None = None
    shares_hash: str | None = None
    request: JsonObject | None = field(default=None)

    def __post_init__(self) -> None:
        if (self.user is None) != (self.device is None):
            raise ProtocolError(Reason.MISSING_FIELD, "identity: user and device together")
        if self.request is not None and self.request_hash is None:
            raise ProtocolError(Reason.MISSING_FIELD, "identity: request_hash")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the payload as committed."""
        optional: dict[str, JsonValue | None] = {
            "user": self.user, "device": self.device, "auth_level": self.auth_level, "row": self.row,
            "refusal": self.refusal, "request_hash": self.request_hash, "shares_hash": self.shares_hash,
            "request": self.request,
        }  # fmt: skip
        present = {name: value for name, value in optional.items() if value is not None}
        return {"v": VERSION, "facts": self.facts, **present}

    def to_bytes(self) -> bytes:
        """Return the payload as committed."""
        written = _IDENTITY.write([*_identity_values(self), VERSION])
        return canonical.encode(self.to_json()) if written is None else written

    @staticmethod
    def read(payload: JsonObject) -> IdentityPayload:
        """Read an identity payload strictly; the request inside is judged by whoever verifies it."""
        fields = Fields(payload, "identity payload")
        _version(fields)
        identity = IdentityPayload(
            user=fields.optional("user", fields.hash),
            device=fields.optional("device", fields.hash),
            auth_level=fields.optional("auth_level", fields.code),
            row=fields.optional("row", fields.code),
            refusal=fields.optional("refusal", fields.code),
            facts=tuple(fields.hashes("facts", MAX_IDS)),
            request_hash=fields.optional("request_hash", fields.hash),
            shares_hash=fields.optional("shares_hash", fields.hash),
            request=fields.optional("request", fields.raw),
        )
        fields.done()
        return identity


def _form(payload: type) -> tuple[FlatForm, Callable[[Any], tuple[Any, ...]]]:
    """Return the flat form of a payload's class, and how to take its values in that order, all but `v`, the last."""
    own = {one.name.removesuffix("_"): one.name for one in dataclasses.fields(payload)}
    form = FlatForm((*own, "v"))
    return form, attrgetter(*(own[name] for name in form.names[:-1]))


_VIEW, _view_values = _form(ViewPayload)
_IDENTITY, _identity_values = _form(IdentityPayload)
_CASE_SEQ, _CLASS, _EMERGENCY = (_VIEW.names.index(name) for name in ("case_seq", "class", "emergency"))


def _version(fields: Fields) -> None:
    if fields.integer("v") != VERSION:
        raise ProtocolError(Reason.WRONG_VERSION, fields.what)


def _only_true(fields: Fields, name: str) -> bool:
    """Take a flag whose absence means false: a false written out would be a second spelling."""
    if not fields.boolean(name):
        raise fields.refuse(name)
    return True
