"""A scenario's records folded into the facts of the case asked about, and its request into a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import cast

from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
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
from volet_protocol.fact_people import Death, Episode, Participation, Person, Recognition, Retention
from volet_protocol.fact_powers import (
    Ability,
    Designation,
    Emergency,
    Mandate,
    MinorSecret,
    MinorSecretEnd,
    Procedure,
)
from volet_protocol.facts import Fact
from volet_protocol.questions import ConsentAsked, EntryMeta, Party, Question
from volet_service.entrypoints.scenarios.document import Scenario
from volet_service.entrypoints.scenarios.reading import Object, instant_ms

_MAJORITY_YEARS = 18
_MUTE = FactAuthor("")


class World:
    """The records of one scenario, seen from the case of its request."""

    def __init__(self, scenario: Scenario) -> None:
        self.request = scenario.request
        self._records = scenario.records
        self._case = self._find("cases", str(self.request["case"]))
        self._person = self._find("persons", str(self._case["person"]))
        at = self.request.get("at", scenario.now)
        self.at_ms = instant_ms(str(at))
        self._capacities = {
            str(item["id"]): _capacity(item, professional)
            for professional in self._records["professionals"]
            for item in _objects(professional, "capacities")
        }

    def facts(self) -> CaseFacts:
        """Return the folded facts of the case."""
        facts = CaseFacts(str(self._case["id"]), str(self._case["kind"]), str(self._case["structure"]), 0, _MUTE)
        for position, (fact, name) in enumerate(self._facts()):
            facts = facts.with_record(Record(fact, name, position, _MUTE, 0))
        return facts

    def question(self) -> Question:
        """Return the question of the request."""
        request = self.request
        line = _text(request, "log_line")
        entry = _text(request, "entry") or (_text(self._find("log_lines", line), "entry") if line else None)
        meta = self._entry(entry) if entry else None
        party = self._party(str(request["actor"]), _text(request, "capacity"))
        level = cast("int", request.get("level", 0))
        return Question(
            action=str(request["action"]),
            user=party.user,
            capacity=party.capacity,
            compartment=_text(request, "compartment") or (meta.compartment if meta and line else ""),
            level=level,
            entry=meta,
            at_ms=self.at_ms,
            via=_text(request, "via") or "any",
            purpose=_text(request, "purpose") or "",
            mandate=_text(request, "mandate"),
            recipients=tuple(self._party(one, None) for one in _texts(request, "recipients")),
            account=party.account,
            carries_ins=request.get("carries_ins") is True,
            consent=_asked(cast("Object", request["consent"])) if "consent" in request else None,
        )

    # -- parties and entries -------------------------------------------------------------------------------------

    def _find(self, kind: str, name: str) -> Object:
        return next(record for record in self._records[kind] if record["id"] == name)

    def _party(self, name: str, capacity: str | None) -> Party:
        for outsider in self._records["outsiders"]:
            if outsider["id"] == name:
                row = str(outsider["row"])
                asking = name == self.request["actor"]
                return Party(name, Capacity(row, None, None, None, name, ()) if asking else None, row)
        for professional in self._records["professionals"]:
            if professional["id"] == name:
                return Party(name, self._acting(professional, capacity), account=str(professional["account"]))
        return Party(name)

    def _acting(self, professional: Object, capacity: str | None) -> Capacity | None:
        """Return the capacity named, else the one that takes part in the case, else the only one."""
        held = [str(item["id"]) for item in _objects(professional, "capacities")]
        if capacity is not None:
            return self._capacities[capacity] if capacity in held else None
        taking_part = [str(one["capacity"]) for one in self._records["participations"]
                       if one["case"] == self._case["id"] and one["capacity"] in held]  # fmt: skip
        chosen = taking_part or held
        return self._capacities[chosen[0]] if chosen else None

    def _entry(self, name: str) -> EntryMeta:
        record = self._find("entries", name)
        author = str(record["author"])
        capacity = self._party(author, _text(record, "author_capacity")).capacity
        named = (str(one["professional"]) for one in _objects(record, "named_recipients")
                 if instant_ms(str(one["sent_at"])) <= self.at_ms)  # fmt: skip
        return EntryMeta(
            id=name,
            author=author,
            author_category=capacity.category if capacity else None,
            written_ms=_ms(record, "written_at"),
            compartment=str(record["compartment"]),
            level=cast("int", record["level"]),
            named=frozenset(named),
            kind=_text(record, "kind") or "note",
            other_masks=frozenset(_texts(record, "flags")),
            passages=any(
                one.get("part_of") == name and "third_party" in _texts(one, "flags") for one in self._records["entries"]
            ),
        )

    # -- facts ---------------------------------------------------------------------------------------------------

    def _facts(self) -> Iterator[tuple[Fact, str]]:
        yield from self._file()
        yield from ((self._participation(one), str(one["id"])) for one in self._participations())
        person, case = self._person["id"], self._case["id"]
        for kind, build in _OF_PERSON.items():
            for record in self._records[kind]:
                if record["person"] == person:
                    yield from build(record)
        for record in self._records["consents"]:
            if record["case"] == case:
                yield from _consent(record)
        for record in self._records["emergencies"]:
            if record["case"] == case:
                yield self._emergency(record), str(record["id"])

    def _file(self) -> Iterator[tuple[Fact, str]]:
        """Yield who the person is and how the file stands."""
        person = str(self._person["id"])
        yield self._person_fact(), person
        if "died_at" in self._person:
            yield Death(_ms(self._person, "died_at")), f"{person}-death"
        last = _ms_or_none(self._case, "last_contact_at")
        decision = _text(self._case, "archive_decision") or "none"
        if last is not None or decision != "none":
            # No last contact = active: only the decision closes it.
            yield Retention(self.at_ms if last is None else last, decision), f"{self._case['id']}-retention"
        for case in self._records["cases"]:
            for episode in _objects(case, "episodes"):
                name = str(episode["id"])
                yield Episode(name, _ms(episode, "start"), _ms_or_none(episode, "end")), name

    def _emergency(self, record: Object) -> Emergency:
        capacity = self._capacities[str(record["capacity"])]
        return Emergency(
            str(record["professional"]), capacity.row, capacity.structure, _ms(record, "opened_at"),
            _ms(record, "expires_at"),
        )  # fmt: skip

    def _person_fact(self) -> Person:
        emancipated = self._person.get("emancipated") is True
        return Person(
            str(self._person["identity_status"]), str(self._person["id"]),
            0 if emancipated else majority_ms(str(self._person["born"])),
        )  # fmt: skip

    def _participations(self) -> Iterator[Object]:
        """Yield those of the case, and of the person's other file across the MDPH border (R40)."""
        kinds = {str(case["id"]): (case["kind"], case["person"]) for case in self._records["cases"]}
        here = str(self._case["id"])
        mine = {one["professional"] for one in self._records["participations"] if one["case"] == here}
        for one in self._records["participations"]:
            kind, person = kinds.get(str(one["case"]), (None, None))
            other_file = person == self._case["person"] and kind != self._case["kind"]
            if one["case"] == here or (other_file and one["professional"] not in mine):
                yield one

    def _participation(self, record: Object) -> Participation:
        limb = 0 if record["limb"] == "none" else cast("int", record["limb"])
        start = _ms(record, "start")
        return Participation(
            user=str(record["professional"]),
            attestation="",
            capacity=self._capacities[str(record["capacity"])],
            regime=str(record["regime"]),
            limb=limb,
            start_ms=start,
            until_ms=_ms_or_none(record, "end"),
            episode=_text(record, "episode"),
            history_from_ms=_ms_or_none(record, "history_from"),
            recognised=Recognition("oral", start) if limb == 2 else None,  # noqa: PLR2004 - CSP L1110-12 2°
        )


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


def _capacity(item: Object, professional: Object) -> Capacity:
    return Capacity(
        str(item["row"]), cast("int | None", item.get("category")), _text(item, "profession"), _text(item, "role"),
        str(item["structure"]), tuple(_texts(professional, "secret_basis")),
    )  # fmt: skip


def _text(record: Object, name: str) -> str | None:
    value = record.get(name)
    return None if value is None else str(value)


def _texts(record: Object, name: str) -> list[str]:
    return cast("list[str]", record.get(name, []))


def _objects(record: Object, name: str) -> list[Object]:
    return cast("list[Object]", record.get(name, []))


def _ms(record: Object, name: str) -> int:
    return instant_ms(str(record[name]))


def _ms_or_none(record: Object, name: str) -> int | None:
    return _ms(record, name) if name in record else None


def _giver(record: Object, name: str) -> GivenBy:
    return GivenBy(_text(cast("Object", record[name]), "mandate"))


def _information(record: Object, level: str) -> tuple[Information, ...]:
    return tuple(
        Information(str(item["compartment"]), cast("int", item[level])) for item in _objects(record, "information")
    )


def _recipients(record: Object) -> Recipients:
    named = cast("Mapping[str, list[str]]", record["recipients"])

    def of(name: str) -> tuple[str, ...] | None:
        return tuple(named[name]) if name in named else None

    return Recipients(
        cast("tuple[int, ...] | None", of("categories")), of("rows"), of("professions"), of("professionals"),
        of("structures"), of("outsiders"),
    )  # fmt: skip


def _asked(record: Object) -> ConsentAsked:
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
            tuple(_texts(record, "entries")) or None,
        )
    yield Notice((line,), _ms(record, "given_at"), _text(record, "means") or "oral"), str(record["id"])


def _consent(record: Object) -> Iterator[tuple[Fact, str]]:
    notice = cast("Object | None", record.get("notice"))
    name = str(record["id"])
    yield (
        Consent(
            kind=str(record["kind"]),
            decision=str(record["decision"]),
            information=_information(record, "max_level"),
            recipients=_recipients(record),
            given_by=_giver(record, "given_by"),
            given_ms=_ms(record, "given_at"),
            means=_text(record, "means") or "oral",
            entries=tuple(_texts(record, "entries")) or None,
            notice=DeliveredNotice(str(notice["hash"]), _ms(notice, "delivered_at")) if notice else None,
            episode=_text(record, "episode"),
            starts_ms=_ms_or_none(record, "starts_at"),
            until_ms=_ms_or_none(record, "expires_at"),
            supersedes=_text(record, "supersedes"),
        ),
        name,
    )
    if "withdrawn_at" in record:
        yield ConsentWithdrawal(name, _ms(record, "withdrawn_at")), f"{name}-withdrawal"


def _opposition(record: Object) -> Iterator[tuple[Fact, str]]:
    spared = cast("Object | None", record.get("except"))
    yield (
        Opposition(
            scope=str(record["scope"]),
            from_ms=_ms(record, "from"),
            expressed_by=_giver(record, "expressed_by"),
            users=tuple(_texts(record, "professionals")),
            rows=tuple(_texts(record, "rows")),
            categories=cast("tuple[int, ...]", tuple(_texts(record, "categories"))),
            compartments=tuple(_texts(record, "compartments")),
            entries=tuple(_texts(record, "entries")),
            spared=Except(tuple(_texts(spared, "professionals")), tuple(_texts(spared, "rows"))) if spared else None,
            until_ms=_ms_or_none(record, "to"),
        ),
        str(record["id"]),
    )


def _mandate(record: Object) -> Iterator[tuple[Fact, str]]:
    yield (
        Mandate(
            kind=str(record["type"]),
            holder=str(record["holder"]),
            domains=tuple(_texts(record, "domains")),
            mode=str(record["mode"]),
            start_ms=_ms(record, "start"),
            until_ms=_ms_or_none(record, "end"),
            exercise=record.get("exercise") is not False,
            acts=tuple(_texts(record, "acts")) or None,
        ),
        str(record["id"]),
    )


def _ability(record: Object) -> Iterator[tuple[Fact, str]]:
    yield Ability(str(record["state"]), _ms(record, "from"), _ms_or_none(record, "to")), str(record["id"])


def _secret(record: Object) -> Iterator[tuple[Fact, str]]:
    name = str(record["id"])
    yield MinorSecret(tuple(_texts(record, "entries")), str(record["basis"]), _ms(record, "opposed_at")), name
    if "lifted_at" in record:
        yield MinorSecretEnd(name, _ms(record, "lifted_at")), f"{name}-end"


def _designation(record: Object) -> Iterator[tuple[Fact, str]]:
    yield (
        Designation(str(record["kind"]), str(record["designated"]), _ms(record, "from"), _ms_or_none(record, "to")),
        str(record["id"]),
    )


def _procedure(record: Object) -> Iterator[tuple[Fact, str]]:
    yield (
        Procedure(
            str(record["kind"]), str(record["authority"]), _ms(record, "opened_at"), _ms_or_none(record, "closed_at")
        ),
        str(record["id"]),
    )


_OF_PERSON = {
    "notices": _notice, "oppositions": _opposition, "mandates": _mandate, "ability_records": _ability,
    "minor_secrets": _secret, "designations": _designation, "procedures": _procedure,
}  # fmt: skip
