"""Records of a scenario as facts of the protocol, one builder for each list of the world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import cast

from volet_protocol.capacities import Capacity
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
from volet_protocol.fact_powers import (
    Ability,
    Designation,
    Mandate,
    MinorSecret,
    MinorSecretEnd,
    Procedure,
)
from volet_protocol.facts import Fact
from volet_protocol.questions import ConsentAsked
from volet_service.entrypoints.scenarios.reading import Object, instant_ms

_MAJORITY_YEARS = 18


def majority_ms(born: str) -> int:
    """Return 0 h, in France, of the 18th birthday (C. civ. 388); 29 February counts as 1 March."""
    year, month, day = (int(part) for part in born.split("-"))
    year += _MAJORITY_YEARS
    try:
        local = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        local = datetime(year, 3, 1, tzinfo=UTC)
    summer = _last_sunday(local.year, 3) < local <= _last_sunday(local.year, 10)
    return int(local.replace(tzinfo=timezone(timedelta(hours=2 if summer else 1))).timestamp() * 1000)


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def capacity_of(item: Object, professional: Object) -> Capacity:
    """Return a capacity as attested, with the secret bases of its professional."""
    return Capacity(
        str(item["row"]), cast("int | None", item.get("category")), text_of(item, "profession"), text_of(item, "role"),
        str(item["structure"]), tuple(texts_of(professional, "secret_basis")),
    )  # fmt: skip


def text_of(record: Object, name: str) -> str | None:
    """Return a text or code of a record, None when absent."""
    value = record.get(name)
    return None if value is None else str(value)


def texts_of(record: Object, name: str) -> list[str]:
    """Return a list of texts, empty when absent."""
    return cast("list[str]", record.get(name, []))


def objects_of(record: Object, name: str) -> list[Object]:
    """Return a list of objects, empty when absent."""
    return cast("list[Object]", record.get(name, []))


def ms_of(record: Object, name: str) -> int:
    """Return an instant in milliseconds."""
    return instant_ms(str(record[name]))


def ms_or_none(record: Object, name: str) -> int | None:
    """Return an instant in milliseconds, None when absent."""
    return ms_of(record, name) if name in record else None


def _giver(record: Object, name: str) -> GivenBy:
    return GivenBy(text_of(cast("Object", record[name]), "mandate"))


def _information(record: Object, level: str) -> tuple[Information, ...]:
    return tuple(
        Information(str(item["compartment"]), cast("int", item[level])) for item in objects_of(record, "information")
    )


def _recipients(record: Object) -> Recipients:
    named = cast("Mapping[str, list[str]]", record["recipients"])

    def of(name: str) -> tuple[str, ...] | None:
        return tuple(named[name]) if name in named else None

    return Recipients(
        cast("tuple[int, ...] | None", of("categories")), of("rows"), of("professions"), of("professionals"),
        of("structures"), of("outsiders"),
    )  # fmt: skip


def consent_asked(record: Object) -> ConsentAsked:
    """Return the consent that a request is about to give."""
    return ConsentAsked(
        str(record["kind"]), _information(record, "max_level"), _recipients(record), _giver(record, "given_by")
    )


def _notice(record: Object) -> Iterator[tuple[Fact, str]]:
    line = NoticeLine(str(record["kind"]))
    if record["kind"] == "cross_category":
        to = cast("Object", record["to"])
        line = NoticeLine(
            "cross_category",
            _information(record, "level"),
            cast("int", record["from_category"]),
            ToUser(str(to["professional"]), cast("int", to["category"]))
            if "professional" in to
            else ToFunction(str(to["function"]), str(to["structure"])),
            tuple(texts_of(record, "entries")) or None,
        )
    yield Notice((line,), ms_of(record, "given_at"), text_of(record, "means") or "oral"), str(record["id"])


def consents_of(record: Object) -> Iterator[tuple[Fact, str]]:
    """Yield a consent, and its withdrawal when it was withdrawn."""
    notice = cast("Object | None", record.get("notice"))
    name = str(record["id"])
    yield (
        Consent(
            kind=str(record["kind"]),
            decision=str(record["decision"]),
            information=_information(record, "max_level"),
            recipients=_recipients(record),
            given_by=_giver(record, "given_by"),
            given_ms=ms_of(record, "given_at"),
            # Not said is not oral: the regime of a request rests on a written one (rules.md section 4).
            means=text_of(record, "means") or "written",
            entries=tuple(texts_of(record, "entries")) or None,
            notice=DeliveredNotice(str(notice["hash"]), ms_of(notice, "delivered_at")) if notice else None,
            episode=text_of(record, "episode"),
            starts_ms=ms_or_none(record, "starts_at"),
            until_ms=ms_or_none(record, "expires_at"),
            supersedes=text_of(record, "supersedes"),
        ),
        name,
    )
    if "withdrawn_at" in record:
        yield ConsentWithdrawal(name, ms_of(record, "withdrawn_at")), f"{name}-withdrawal"


def _opposition(record: Object) -> Iterator[tuple[Fact, str]]:
    spared = cast("Object | None", record.get("except"))
    yield (
        Opposition(
            scope=str(record["scope"]),
            from_ms=ms_of(record, "from"),
            expressed_by=_giver(record, "expressed_by"),
            users=tuple(texts_of(record, "professionals")),
            rows=tuple(texts_of(record, "rows")),
            categories=cast("tuple[int, ...]", tuple(texts_of(record, "categories"))),
            compartments=tuple(texts_of(record, "compartments")),
            entries=tuple(texts_of(record, "entries")),
            spared=_spared(spared) if spared else None,
            until_ms=ms_or_none(record, "to"),
        ),
        str(record["id"]),
    )


def _spared(record: Object) -> Except:
    return Except(tuple(texts_of(record, "professionals")), tuple(texts_of(record, "rows")))


def _mandate(record: Object) -> Iterator[tuple[Fact, str]]:
    yield (
        Mandate(
            kind=str(record["type"]),
            holder=str(record["holder"]),
            domains=tuple(texts_of(record, "domains")),
            mode=str(record["mode"]),
            start_ms=ms_of(record, "start"),
            until_ms=ms_or_none(record, "end"),
            exercise=record.get("exercise") is not False,
            acts=tuple(texts_of(record, "acts")) or None,
        ),
        str(record["id"]),
    )


def _ability(record: Object) -> Iterator[tuple[Fact, str]]:
    yield Ability(str(record["state"]), ms_of(record, "from"), ms_or_none(record, "to")), str(record["id"])


def _secret(record: Object) -> Iterator[tuple[Fact, str]]:
    name = str(record["id"])
    yield MinorSecret(tuple(texts_of(record, "entries")), str(record["basis"]), ms_of(record, "opposed_at")), name
    if "lifted_at" in record:
        yield MinorSecretEnd(name, ms_of(record, "lifted_at")), f"{name}-end"


def _designation(record: Object) -> Iterator[tuple[Fact, str]]:
    yield (
        Designation(str(record["kind"]), str(record["designated"]), ms_of(record, "from"), ms_or_none(record, "to")),
        str(record["id"]),
    )


def _procedure(record: Object) -> Iterator[tuple[Fact, str]]:
    yield (
        Procedure(
            str(record["kind"]), str(record["authority"]), ms_of(record, "opened_at"), ms_or_none(record, "closed_at")
        ),
        str(record["id"]),
    )


OF_PERSON = {
    "notices": _notice, "oppositions": _opposition, "mandates": _mandate, "ability_records": _ability,
    "minor_secrets": _secret, "designations": _designation, "procedures": _procedure,
}  # fmt: skip
