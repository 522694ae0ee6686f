"""Notices, consents and oppositions as signed facts (docs/spec/facts.md).

Notice: CSP R1110-3 (R13, R15, R23). Consent: CSP L1110-4 III and D1110-3-1 (R18, R19), CASF L241-10 (R40), R43.
Opposition: CSP L1110-4 IV (R23). A notice is one act with as many lines as the person was told of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias, cast

from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_codec import (
    CATEGORY,
    CATEGORY_LIST,
    CODE,
    CODES,
    COMPARTMENT,
    COMPARTMENT_LIST,
    GIVER,
    HASH,
    HASHES,
    LATE,
    LEVEL,
    MS,
    ROW,
    ROW_LIST,
    Codec,
    GivenBy,
    Shape,
    choice,
    many,
    nested,
    refuse,
)
from volet_protocol.fields import Fields
from volet_protocol.vocabulary import CONSENT_KINDS

NOTICE_MEANS = frozenset({"oral", "paper", "electronic", "falc"})
CONSENT_MEANS = frozenset({"oral", "written", "electronic"})
# By any means (D1110-3-3): a letter is `written`, a call is neither face to face nor in writing.
WITHDRAWAL_MEANS = CONSENT_MEANS | {"phone"}
# A support repeating the information is handed over, save impossibility or urgency (D1110-3-2, R20).
HANDED_OVER = frozenset({"paper", "electronic", "falc"})
SUPPORTS = HANDED_OVER | {"impossible", "urgent"}
SCOPES = frozenset({"all", "professional", "row", "category", "compartment", "entry", "emergency_access"})


@dataclass(frozen=True)
class Information:
    """A compartment up to a level."""

    compartment: str
    level: int

    def covers(self, compartment: str, level: int) -> bool:
        """Tell whether it names that compartment, at that level or above (P7)."""
        return self.compartment == compartment and level <= self.level


@dataclass(frozen=True)
class ToUser:
    """A recipient by identity and category: a successor is not covered (R26)."""

    user: str
    category: int


@dataclass(frozen=True)
class ToFunction:
    """A recipient by function in a precisely defined structure: a successor is covered (R26)."""

    row: str
    structure: str


To: TypeAlias = ToUser | ToFunction


@dataclass(frozen=True)
class NoticeLine:
    """One thing the person was told: `general` (R23), or who of the other category will know what (R13, R15)."""

    kind: str
    information: tuple[Information, ...] = ()
    from_category: int | None = None
    to: To | None = None
    entries: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Notice:
    """Prior information of the person, given at an instant; `text` is the hash of the version that was used.

    `support` says what was left with her, or why nothing could be.
    """

    type: ClassVar[str] = "notice"
    lines: tuple[NoticeLine, ...]
    given_ms: int
    means: str
    late: str | None = None
    text: str | None = None
    support: str | None = None


@dataclass(frozen=True)
class Recipients:
    """Whom a consent names: keys given together must all match, inside a key one match is enough."""

    categories: tuple[int, ...] | None = None
    rows: tuple[str, ...] | None = None
    professions: tuple[str, ...] | None = None
    users: tuple[str, ...] | None = None
    structures: tuple[str, ...] | None = None
    outsiders: tuple[str, ...] | None = None


@dataclass(frozen=True)
class DeliveredNotice:
    """The information before a consent: hash of its text, when, and what was handed over (D1110-3-1, D1110-3-2)."""

    hash: str
    delivered_ms: int
    support: str | None = None


@dataclass(frozen=True)
class Consent:
    """An agreement or a refusal, with what it names and nothing more (P7)."""

    type: ClassVar[str] = "consent"
    kind: str
    decision: str
    information: tuple[Information, ...]
    recipients: Recipients
    given_by: GivenBy
    given_ms: int
    means: str = "oral"
    entries: tuple[str, ...] | None = None
    notice: DeliveredNotice | None = None
    episode: str | None = None
    starts_ms: int | None = None
    until_ms: int | None = None
    supersedes: str | None = None
    late: str | None = None


@dataclass(frozen=True)
class ConsentWithdrawal:
    """The end of a consent, by any means, recorded by anybody who takes part (D1110-3-3, R21)."""

    type: ClassVar[str] = "consent-withdrawal"
    consent: str
    at_ms: int
    means: str = "oral"
    late: str | None = None


@dataclass(frozen=True)
class Except:
    """Whom an opposition spares."""

    users: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opposition:
    """The person's refusal that somebody, some row, or anybody knows (R23)."""

    type: ClassVar[str] = "opposition"
    scope: str
    from_ms: int
    expressed_by: GivenBy
    users: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    categories: tuple[int, ...] = ()
    compartments: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    spared: Except | None = None
    until_ms: int | None = None
    late: str | None = None


@dataclass(frozen=True)
class OppositionEnd:
    """The end of an opposition."""

    type: ClassVar[str] = "opposition-end"
    opposition: str
    at_ms: int
    late: str | None = None


_INFORMATION = Shape(Information, {"compartment": COMPARTMENT, "level": LEVEL})
_MAXIMUM = Shape(Information, {"compartment": COMPARTMENT, "level": LEVEL}, names={"level": "max_level"})
_TO_USER = Shape(ToUser, {"user": HASH, "category": CATEGORY})
_TO_FUNCTION = Shape(ToFunction, {"row": ROW, "structure": CODE})


def _to(fields: Fields, name: str) -> object:
    inner = fields.nested(name)
    return _TO_USER.read(inner) if inner.has("user") else _TO_FUNCTION.read(inner)


def _to_json(value: object) -> JsonValue:
    return _TO_USER.to_json(value) if isinstance(value, ToUser) else _TO_FUNCTION.to_json(cast("ToFunction", value))


def _check_line(line: NoticeLine) -> None:
    crosses = line.kind == "cross_category"
    if any(given != crosses for given in (line.information != (), line.from_category is not None, line.to is not None)):
        raise refuse(f"notice line of kind {line.kind}")
    if line.entries is not None and not crosses:
        raise refuse("notice line of kind general")


def _check_notice(notice: Notice) -> None:
    if notice.support in HANDED_OVER and notice.text is None:
        raise ProtocolError(Reason.MISSING_FIELD, "notice: which text was handed over")


def _check_consent(consent: Consent) -> None:
    # D1110-3-1 and D1110-3-3: void without the information before it, and over with its care episode.
    needs = consent.kind != "person_request_to_third_party" and consent.decision == "given"
    if needs and (consent.notice is None or consent.episode is None):
        raise ProtocolError(Reason.MISSING_FIELD, "consent: notice and episode")
    if consent.notice is not None and consent.notice.delivered_ms > consent.given_ms:
        raise ProtocolError(Reason.NOT_YET, "consent: its notice was delivered after it was given (R19)")
    if consent.recipients == Recipients():
        raise refuse("consent: no recipient named")


_NAMED = {
    "professional": "users", "row": "rows", "category": "categories", "compartment": "compartments",
    "entry": "entries",
}  # fmt: skip


def _check_opposition(opposition: Opposition) -> None:
    for scope, name in _NAMED.items():
        if bool(getattr(opposition, name)) != (scope == opposition.scope):
            raise refuse(f"opposition of scope {opposition.scope}: {name}")


_LINE = Shape(
    NoticeLine,
    {
        "kind": choice(frozenset({"general", "cross_category"})), "information": many(_INFORMATION),
        "from_category": CATEGORY, "to": Codec(_to, _to_json), "entries": HASHES,
    },
    optional=frozenset({"information", "from_category", "to", "entries"}),
    check=_check_line,
)  # fmt: skip
NOTICE = Shape(
    Notice,
    {
        "lines": many(_LINE), "given_ms": MS, "means": choice(NOTICE_MEANS), "late": LATE, "text": HASH,
        "support": choice(SUPPORTS),
    },
    optional=frozenset({"late", "text", "support"}),
    check=_check_notice,
)  # fmt: skip

_RECIPIENTS = Shape(
    Recipients,
    {
        "categories": CATEGORY_LIST, "rows": ROW_LIST, "professions": CODES, "users": HASHES, "structures": CODES,
        "outsiders": CODES,
    },
    optional=frozenset({"categories", "rows", "professions", "users", "structures", "outsiders"}),
)  # fmt: skip
_DELIVERED = Shape(
    DeliveredNotice,
    {"hash": HASH, "delivered_ms": MS, "support": choice(SUPPORTS)},
    optional=frozenset({"support"}),
)
CONSENT = Shape(
    Consent,
    {
        "kind": choice(CONSENT_KINDS), "decision": choice(frozenset({"given", "refused"})),
        "information": many(_MAXIMUM), "recipients": nested(_RECIPIENTS), "given_by": GIVER, "given_ms": MS,
        "means": choice(CONSENT_MEANS), "entries": HASHES, "notice": nested(_DELIVERED), "episode": HASH,
        "starts_ms": MS, "until_ms": MS, "supersedes": HASH, "late": LATE,
    },
    optional=frozenset({"entries", "notice", "episode", "starts_ms", "until_ms", "supersedes", "late"}),
    check=_check_consent,
)  # fmt: skip
CONSENT_WITHDRAWAL = Shape(
    ConsentWithdrawal,
    {"consent": HASH, "at_ms": MS, "means": choice(WITHDRAWAL_MEANS), "late": LATE},
    optional=frozenset({"late"}),
)

_EXCEPT = Shape(Except, {"users": HASHES, "rows": ROW_LIST}, optional=frozenset({"users", "rows"}))
OPPOSITION = Shape(
    Opposition,
    {
        "scope": choice(SCOPES), "from_ms": MS, "expressed_by": GIVER, "users": HASHES, "rows": ROW_LIST,
        "categories": CATEGORY_LIST, "compartments": COMPARTMENT_LIST, "entries": HASHES, "spared": nested(_EXCEPT),
        "until_ms": MS, "late": LATE,
    },
    optional=frozenset({"users", "rows", "categories", "compartments", "entries", "spared", "until_ms", "late"}),
    check=_check_opposition,
)  # fmt: skip
OPPOSITION_END = Shape(OppositionEnd, {"opposition": HASH, "at_ms": MS, "late": LATE}, optional=frozenset({"late"}))
