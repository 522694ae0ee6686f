"""A raw situation as facts and question of the product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from support.oracle_draw import DAY, NOW, PERSON, READER, Draw, Raw, Record
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.case_facts import Record as Kept
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import (
    Consent,
    ConsentWithdrawal,
    DeliveredNotice,
    Except,
    Information,
    Notice,
    NoticeLine,
    Opposition,
    Recipients,
    ToFunction,
    ToUser,
)
from volet_protocol.fact_people import Death, Episode, Participation, Person, Retention
from volet_protocol.fact_powers import Ability, Designation, Emergency, Mandate, MinorSecret, Procedure
from volet_protocol.fact_rules import MEMBER
from volet_protocol.fact_rules import PERSON as BY_PERSON
from volet_protocol.facts import Fact
from volet_protocol.questions import ConsentAsked, EntryMeta, Party, Question

__all__ = ["Draw", "facts_of", "question_of", "user_of"]
Made = tuple[Fact, str, str]
STAND_IN = "stand-in"


def user_of(raw: Raw) -> str:
    return PERSON if raw.as_ == "person" else READER


def capacity_of(raw: Raw) -> Capacity | None:
    if raw.row in {"O1", "-"}:
        return None
    basis = ("L1110-4",) if raw.bound else ()
    return Capacity(raw.row, raw.category or None, raw.profession, None, raw.structure, basis)


_ACTIONS = {"send": "exchange_send", "receive": "exchange_receive"}
_READING = frozenset({"read", "write", "send", "receive", "read_log"})
_MINE = "record-mandate"
_GIVERS = {"consent_person": None, "consent_own": _MINE, "consent_stand_in": "stand-in"}


def question_of(raw: Raw, what: str, level: int) -> Question:
    if what in _GIVERS:
        asked = ConsentAsked(
            "share_outside_team", (Information(raw.compartment, level),), Recipients(users=(user_of(raw),)),
            GivenBy(_GIVERS[what]),
        )  # fmt: skip
        return replace(question_of(raw, "consent", level), consent=asked)
    entry = None
    if raw.entry is not None and what in _READING:
        one = raw.entry
        author = user_of(raw) if one["author"] == READER else "other"
        entry = EntryMeta(
            "e", author, cast("int", one["author_category"]) or None, cast("int", one["written"]), raw.compartment,
            level, named=frozenset({user_of(raw)} if one["named"] else ()), kind=str(one["kind"]),
            other_masks=frozenset(cast("tuple[str, ...]", one["masks"])), passages=bool(one["passages"]),
        )  # fmt: skip
    return Question(
        _ACTIONS.get(what, what), user_of(raw), capacity_of(raw), raw.compartment, level, entry, NOW,
        via=raw.via if what in _READING or raw.as_ in {"person", "representative"} else "any",
        purpose=raw.purpose, account=raw.account, sender=_sender(raw) if what == "receive" else None,
    )  # fmt: skip


def _sender(raw: Raw) -> Party | None:
    """Who sends: the author of the entry, somebody of a category, or nobody said."""
    if raw.sender is None:
        return None
    return Party("other", Capacity("H1", raw.sender or None, None, None, "here", ("L1110-4",)))


def facts_of(raw: Raw) -> CaseFacts:
    facts = CaseFacts("case", raw.case, "here", 0, FactAuthor(""))
    for position, (fact, name, author) in enumerate(_made(raw)):
        power = BY_PERSON if author == PERSON else MEMBER
        facts = facts.with_record(Kept(fact, name, position, FactAuthor(author), 0, power))
    return facts


def _made(raw: Raw) -> Iterator[Made]:
    for position, fact in enumerate(_of_case(raw)):
        yield fact, f"case-{position}", ""
    for position, fact in enumerate(_of_records(raw)):
        yield fact, f"record-{position}", ""
    if "mandate" in raw.records:
        yield mandate_of(raw.records["mandate"], user_of(raw)), _MINE, ""
    if "stand_in" in raw.records:
        yield mandate_of(raw.records["stand_in"], "relative"), STAND_IN, ""
    for position, consent in enumerate(raw.consents):
        yield from _consent(raw, consent, position)


def _of_case(raw: Raw) -> Iterator[Fact]:
    at = raw.instants
    yield Person("QUAL", PERSON, at.get("majority"))
    yield Episode("ep", 0, at.get("episode_end"))
    if "died" in at:
        yield Death(at["died"])
    if "closes" in at or raw.archived:
        closes = datetime.fromtimestamp(at.get("closes", NOW + DAY) / 1000, UTC)
        last = closes.replace(year=closes.year - 2)
        yield Retention(round(last.timestamp() * 1000), "archive" if raw.archived else "none")
    if "unable" in at:
        yield Ability("unable", at["unable"])
    if raw.secret:
        yield MinorSecret(("e",), "L1111-5", NOW - DAY)


def _of_records(raw: Raw) -> Iterator[Fact]:
    found, user, capacity = raw.records, user_of(raw), capacity_of(raw)
    if "part" in found and capacity is not None:
        part = found["part"]
        held = capacity
        if not part["capacity"]:
            held = Capacity(capacity.row, capacity.category, capacity.profession, None, "elsewhere", ())
        yield Participation(
            user, "", held, str(part["regime"]), _int(part["limb"]), _int(part["start"]), _end(part), "ep",
            _int(part["history"]) if part["granted"] else None,
        )  # fmt: skip
    if "told" in found:
        yield Notice((NoticeLine("general"),), _int(found["told"]["given"]), "oral")
    if "crossing" in found:
        yield Notice((_line(raw, found["crossing"]),), _int(found["crossing"]["given"]), "oral")
    if "against" in found:
        yield _opposition(raw, found["against"])
    if "procedure" in found:
        yield Procedure("coordination_l121_6_2", "mairie", _int(found["procedure"]["start"]), _end(found["procedure"]))
    if "emergency" in found:
        one = found["emergency"]
        structure = raw.structure if one["mine"] else "elsewhere"
        yield Emergency(user, raw.row, structure, _int(one["start"]), _int(one["end"]))
    if "designation" in found:
        one = found["designation"]
        yield Designation("mdph_medical", user if one["mine"] else "other", _int(one["start"]), _end(one))


def mandate_of(one: Record, holder: str) -> Mandate:
    return Mandate(
        str(one["kind"]), holder, cast("tuple[str, ...]", one["domains"]), str(one["mode"]), _int(one["start"]),
        _end(one), bool(one["exercise"]),
    )  # fmt: skip


def _line(raw: Raw, one: Record) -> NoticeLine:
    user, capacity = user_of(raw), capacity_of(raw)
    category = (capacity.category if capacity else None) or 0
    to: ToUser | ToFunction
    if one["to_user"]:
        to = ToUser(user if one["whom"] else "other", category if one["category"] else 3 - category)
    else:
        to = ToFunction(raw.row, raw.structure if one["whom"] else "elsewhere")
    information = (Information(_part(raw, one), _int(one["level"])),)
    entries = (str(one["entries"]),) if "entries" in one else None
    return NoticeLine("cross_category", information, _int(one["from"]), to, entries)


def _opposition(raw: Raw, one: Record) -> Opposition:
    scope, hits = str(one["scope"]), bool(one["hits"])
    spared = {"user": Except(users=(user_of(raw),)), "row": Except(rows=(raw.row,))}.get(str(one["spared"]))
    return Opposition(
        scope, _int(one["start"]), GivenBy(),
        users=(user_of(raw) if hits else "other",) if scope == "professional" else (),
        rows=(raw.row if hits else "O13",) if scope == "row" else (),
        categories=(raw.category if hits and raw.category else 9,) if scope == "category" else (),
        compartments=(_part(raw, {"same_part": hits}),) if scope == "compartment" else (),
        entries=("e" if hits else "f",) if scope == "entry" else (),
        spared=spared, until_ms=_end(one),
    )  # fmt: skip


def _consent(raw: Raw, one: Record, position: int) -> Iterator[Made]:
    names = cast("dict[str, bool]", one["names"])
    mine: dict[str, object] = {
        "categories": raw.category or 9, "rows": raw.row, "professions": raw.profession, "users": user_of(raw),
        "structures": raw.structure,
    }  # fmt: skip
    recipients = Recipients(**{name: (mine[name] if hit else "nobody",) for name, hit in names.items()})  # type: ignore[arg-type]  # fields by name
    told = one["told"]
    consent = Consent(
        str(one["kind"]), str(one["decision"]), (Information(_part(raw, one), _int(one["level"])),), recipients,
        GivenBy(STAND_IN if one["by"] == "stand_in" else None), _int(one["given"]),
        entries=(str(one["entries"]),) if one["entries"] else None,
        notice=None if told is None else DeliveredNotice("text", _int(told)),
        episode="ep" if one["in_episode"] else None, starts_ms=cast("int | None", one["start"]),
        until_ms=cast("int | None", one["end"]),
        supersedes="consent-0" if position == 1 and one["replaces"] else None,
    )  # fmt: skip
    yield consent, f"consent-{position}", str(one["recorded_by"])
    if one["withdrawn"] is not None:
        yield ConsentWithdrawal(f"consent-{position}", _int(one["withdrawn"])), f"withdrawal-{position}", PERSON


def _part(raw: Raw, one: Record) -> str:
    return raw.compartment if one["same_part"] else ("plan" if raw.compartment != "plan" else "medical")


def _int(value: object) -> int:
    return cast("int", value)


def _end(one: Record) -> int | None:
    return cast("int | None", one.get("end"))
