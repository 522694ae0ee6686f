"""A scenario's records folded into the facts of the case asked about, and its request into a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.fact_people import Death, Episode, Participation, Person, Recognition, Retention
from volet_protocol.fact_powers import (
    Emergency,
)
from volet_protocol.facts import Fact
from volet_protocol.questions import EntryMeta, Party, Question
from volet_service.entrypoints.scenarios.document import Scenario
from volet_service.entrypoints.scenarios.reading import Object, instant_ms
from volet_service.entrypoints.scenarios.records import (
    OF_PERSON,
    capacity_of,
    consent_asked,
    consents_of,
    majority_ms,
    ms_of,
    ms_or_none,
    objects_of,
    text_of,
    texts_of,
)

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
            str(item["id"]): capacity_of(item, professional)
            for professional in self._records["professionals"]
            for item in objects_of(professional, "capacities")
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
        line = text_of(request, "log_line")
        entry = text_of(request, "entry") or (text_of(self._find("log_lines", line), "entry") if line else None)
        meta = self._entry(entry) if entry else None
        party = self._party(str(request["actor"]), text_of(request, "capacity"))
        level = cast("int", request.get("level", 0))
        return Question(
            action=str(request["action"]),
            user=party.user,
            capacity=party.capacity,
            compartment=text_of(request, "compartment") or (meta.compartment if meta and line else ""),
            level=level,
            entry=meta,
            at_ms=self.at_ms,
            via=text_of(request, "via") or "any",
            purpose=text_of(request, "purpose") or "",
            mandate=text_of(request, "mandate"),
            recipients=tuple(self._party(one, None) for one in texts_of(request, "recipients")),
            account=party.account,
            carries_ins=request.get("carries_ins") is True,
            consent=consent_asked(cast("Object", request["consent"])) if "consent" in request else None,
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
        held = [str(item["id"]) for item in objects_of(professional, "capacities")]
        if capacity is not None:
            return self._capacities[capacity] if capacity in held else None
        taking_part = [str(one["capacity"]) for one in self._records["participations"]
                       if one["case"] == self._case["id"] and one["capacity"] in held]  # fmt: skip
        chosen = taking_part or held
        return self._capacities[chosen[0]] if chosen else None

    def _entry(self, name: str) -> EntryMeta:
        record = self._find("entries", name)
        author = str(record["author"])
        capacity = self._party(author, text_of(record, "author_capacity")).capacity
        acting = (self.request["actor"], self.request.get("capacity"))
        # Sent to somebody in one capacity, it is not theirs in another (P1).
        named = (str(one["professional"]) for one in objects_of(record, "named_recipients")
                 if instant_ms(str(one["sent_at"])) <= self.at_ms
                 and (one["professional"] != acting[0] or acting[1] in {None, one["capacity"]}))  # fmt: skip
        return EntryMeta(
            id=name,
            author=author,
            author_category=capacity.category if capacity else None,
            written_ms=ms_of(record, "written_at"),
            compartment=str(record["compartment"]),
            level=cast("int", record["level"]),
            named=frozenset(named),
            kind=text_of(record, "kind") or "note",
            other_masks=frozenset(texts_of(record, "flags")),
            passages=any(
                one.get("part_of") == name and "third_party" in texts_of(one, "flags")
                for one in self._records["entries"]
            ),
        )

    # -- facts ---------------------------------------------------------------------------------------------------

    def _facts(self) -> Iterator[tuple[Fact, str]]:
        yield from self._file()
        yield from ((self._participation(one), str(one["id"])) for one in self._participations())
        person, case = self._person["id"], self._case["id"]
        for kind, build in OF_PERSON.items():
            for record in self._records[kind]:
                if record["person"] == person and (kind != "designations" or self._may_designate(record)):
                    yield from build(record)
        for record in self._records["consents"]:
            # An agreement to exchange with the MDPH is one for both files of the person (R40).
            both = record["kind"] == "mdph_exchange" and record["person"] == person
            if record["case"] == case or both:
                yield from consents_of(record)
        for record in self._records["emergencies"]:
            if record["case"] == case:
                yield self._emergency(record), str(record["id"])

    def _may_designate(self, record: Object) -> bool:
        """Tell whether a designation is by a team doctor of the MDPH (R41), or not by whom it names (R33)."""
        by = record["designated_by"]
        if record["kind"] != "mdph_medical":
            return by != record["designated"]
        doctors = {name for name, capacity in self._capacities.items() if capacity.row == "M2"}
        held = {str(one["id"]) for professional in self._records["professionals"] if professional["id"] == by
                for one in objects_of(professional, "capacities")}  # fmt: skip
        return not doctors.isdisjoint(held)

    def _file(self) -> Iterator[tuple[Fact, str]]:
        """Yield who the person is and how the file stands."""
        person = str(self._person["id"])
        yield self._person_fact(), person
        if "died_at" in self._person:
            yield Death(ms_of(self._person, "died_at")), f"{person}-death"
        last = ms_or_none(self._case, "last_contact_at")
        decision = text_of(self._case, "archive_decision") or "none"
        if last is not None or decision != "none":
            # No last contact = active: only the decision closes it.
            yield Retention(self.at_ms if last is None else last, decision), f"{self._case['id']}-retention"
        for case in self._records["cases"]:
            for episode in objects_of(case, "episodes"):
                name = str(episode["id"])
                yield Episode(name, ms_of(episode, "start"), ms_or_none(episode, "end")), name

    def _emergency(self, record: Object) -> Emergency:
        capacity = self._capacities[str(record["capacity"])]
        return Emergency(
            str(record["professional"]), capacity.row, capacity.structure, ms_of(record, "opened_at"),
            ms_of(record, "expires_at"),
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
        start = ms_of(record, "start")
        return Participation(
            user=str(record["professional"]),
            attestation="",
            capacity=self._capacities[str(record["capacity"])],
            regime=str(record["regime"]),
            limb=limb,
            start_ms=start,
            until_ms=ms_or_none(record, "end"),
            episode=text_of(record, "episode"),
            history_from_ms=ms_or_none(record, "history_from"),
            recognised=Recognition("oral", start) if limb == 2 else None,  # noqa: PLR2004 - CSP L1110-12 2°
        )
