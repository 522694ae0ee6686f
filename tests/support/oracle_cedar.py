"""The same raw situation as requests to an engine that knows nothing of the product's codes."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, cast

import cedarpy

from support.oracle_draw import NOW, PERSON, READER, Raw, Record

ROOT = Path(__file__).resolve().parents[2]
_ORACLE = ROOT / "tests" / "oracle"
_PROPERTY, _BOTH = {"rights", "housing", "budget"}, {"identity", "protection"}
_CURATORS = {"curatelle_simple", "curatelle_renforcee", "sauvegarde"}
ACTS: Final = frozenset({
    "keep_active", "open_account", "export_log", "read_log", "read_content_from_log", "withdraw_consent",
    "consent_person", "consent_own", "consent_stand_in",
})  # fmt: skip
# Sending what the law orders to send: no opposition stops it.
ORDERED: Final = "send_ordered"
SENT: Final = frozenset({"send", ORDERED, "receive"})
_NO_WORD = {
    "agreed": False, "refused": False, "crossing_covers": False, "person_refuses": False, "stand_in_refuses": False,
}  # fmt: skip
Context = dict[str, object]
Judged = tuple[str, str, Record]
Asked = tuple[str, int, str, str, Record]


def matrix() -> Mapping[str, Mapping[str, str]]:
    """The cells as written in matrix.csv."""
    with (ROOT / "policies" / "matrix.csv").open(encoding="utf-8") as file:
        return {line["row"]: line for line in csv.DictReader(file)}


class Ask(NamedTuple):
    """One question: about which situation of the batch, what is done, at which level."""

    place: int
    what: str
    level: int


def policies_of(*names: str) -> cedarpy.PolicySet:
    """Return the policies of those files, together."""
    return cedarpy.PolicySet.from_str("\n".join((_ORACLE / f"{name}.cedar").read_text("utf-8") for name in names))


class Oracle:
    """Answers raw situations, many at once."""

    def __init__(self) -> None:
        self._matrix = matrix()
        self._standing = policies_of("common", "masks", "claims", "standing")
        self._exchange = policies_of("common", "masks", "exchange")
        self._acts = policies_of("masks", "acts")
        self._records = policies_of("records")

    def effects(self, situations: Sequence[Raw], asks: Sequence[Ask]) -> list[str]:
        """Return the effect of each question."""
        contexts = [self.context(raw) for raw in situations]
        judged = [_to_judge(raw, context) for raw, context in zip(situations, contexts, strict=True)]
        entities = _entities(contexts, judged)
        words = self._words({(ask.place, ask.level) for ask in asks}, judged, entities)
        found = ["deny"] * len(asks)
        for policies, whats in (
            (self._standing, {"read", "write"}),
            (self._exchange, SENT),
            (self._acts, ACTS),
        ):
            open_ = [number for number, ask in enumerate(asks) if ask.what in whats]
            for action, effect in (
                ("agreed", "permit_after_consent"), ("informed", "permit_with_notice"), ("now", "permit"),
            ):  # fmt: skip
                requests: list[Asked] = []
                for number in open_:
                    ask = asks[number]
                    context = {**self._question(situations[ask.place], ask), **words[ask.place, ask.level]}
                    requests.append((action, ask.place, "File", "one", context))
                answers = allowed(policies, requests, entities)
                open_ = [number for number, yes in zip(open_, answers, strict=True) if yes]
                for number in open_:
                    found[number] = effect
        return found

    def _words(
        self, asked: set[tuple[int, int]], judged: Sequence[Sequence[Judged]], entities: cedarpy.Entities
    ) -> dict[tuple[int, int], Record]:
        """Return, by situation and level, whether the notice covers, and whether a consent and a refusal count."""
        words: dict[tuple[int, int], Record] = {key: dict(_NO_WORD) for key in sorted(asked)}
        places = [(key, one) for key in words for one in range(len(judged[key[0]]))]
        requests: list[Asked] = [
            (judged[place][one][0], place, "Record", f"{place}-{one}", {"level": level})
            for (place, level), one in places
        ]
        for (key, one), yes in zip(places, allowed(self._records, requests, entities), strict=True):
            name = judged[key[0]][one][1]
            words[key][name] = bool(words[key][name]) or yes
        return words

    def _question(self, raw: Raw, ask: Ask) -> Record:
        entry: Record = raw.entry or {}
        kind = entry.get("kind") in {"information_preoccupante", "signalement"}
        report = kind if ask.what in SENT else (
            raw.as_ == "professional" and ask.what == "write" and raw.compartment == "child_protection"
            and (kind or raw.purpose == "child_protection")
        )  # fmt: skip
        from_ = self._from(raw, ask)
        return {
            "what": "send" if ask.what == ORDERED else ask.what,
            "ordered": ask.what == ORDERED,
            "level": ask.level,
            "report": report,
            "from": from_,
            "sent_by_author": _by_author(raw),
        }

    def context(self, raw: Raw) -> Context:
        """Return the situation as attributes of an entity."""
        row, designated = self._acting_row(raw)
        entry: Record = raw.entry or {}
        user = PERSON if raw.as_ == "person" else READER
        held = self._matrix.get(raw.row)
        context: Context = {
            "as": raw.as_, "user": user, "now": NOW, "account": raw.account, "row": row,
            "row_held": raw.row, "row_has_account": held is None or held["account"] == "yes",
            "cell": self._matrix[row][raw.compartment], "category": raw.category or 9, "profession": raw.profession,
            "structure": raw.structure, "bound": raw.bound, "case": raw.case, "archived": raw.archived,
            "compartment": raw.compartment, "needs": _needs(raw.compartment),
            "designated": designated, "secret": raw.secret and raw.entry is not None,
            "entry": "e" if raw.entry else "", "masks": entry.get("masks", ()), "kind": entry.get("kind", "note"),
            "named": [user] if entry.get("named") else [], "written": entry.get("written", 0),
            "author": user if entry.get("author") == READER else "other",
            "author_category": entry.get("author_category", 0),
            "crossing_from": 0, "via": raw.via, "purpose": raw.purpose, **raw.instants,
        }  # fmt: skip
        for name in ("part", "mandate", "emergency", "stand_in", "procedure"):
            if name in raw.records:
                context[name] = raw.records[name]
        if "told" in raw.records:
            context["told"] = raw.records["told"]["given"]
        if "crossing" in raw.records:
            context["crossing_from"] = raw.records["crossing"]["from"]
        if "against" in raw.records:
            context["against"] = _against(raw, raw.records["against"], user)
        return context

    def _acting_row(self, raw: Raw) -> tuple[str, bool]:
        """The row by which somebody acts: a mandate and a designation give another than the one held."""
        if raw.as_ == "representative":
            mandate = raw.records["mandate"]
            if mandate["kind"] == "parental_authority":
                return "O2", False
            if mandate["kind"] in _CURATORS or mandate["mode"] == "assistance":
                return "O5", False
            person = "person" in cast("tuple[str, ...]", mandate["domains"])
            if raw.row == "-":
                return ("O3" if person else "O4"), False
            return ("S7a" if person else "S7b"), False
        if raw.as_ == "stranger":
            return "O7", False
        part, given = raw.records.get("part", {}), raw.records.get("designation")
        medical = raw.compartment in {"medical", "medication"}
        if raw.row == "M1" and part.get("regime") == "mdph" and given and given["mine"] and medical:
            start, end = cast("int", given["start"]), cast("int | None", given.get("end"))
            if start <= NOW and (end is None or end > NOW):
                return "M2", True
        return raw.row, False

    def _from(self, raw: Raw, ask: Ask) -> list[int]:
        """The categories the information may come from; a whole section holds what any category that writes wrote."""
        if ask.what == "receive" and raw.sender is not None:
            return [raw.sender]
        if raw.entry is not None:
            return [cast("int", raw.entry["author_category"])]
        ends = ("1w", "2w", "ow") if ask.level == 1 else ("2w", "ow")
        writers = {
            int(line["category"])
            for line in self._matrix.values()
            if line["category"] and line[raw.compartment].endswith(ends)
        }
        return sorted(writers) or [raw.category]


def _by_author(raw: Raw) -> bool:
    """Who sends, where somebody said so, is `other`: the author of whatever the reader did not write."""
    return raw.sender is not None and raw.entry is not None and raw.entry["author"] != READER


def allowed(
    policies: cedarpy.PolicySet, asked: Sequence[Asked], entities: cedarpy.Entities, whose: str = "Situation"
) -> list[bool]:
    """Return of each request whether the policies allow it."""
    requests: list[dict[str, object]] = [
        {
            "principal": {"type": whose, "id": str(place)}, "action": f'Action::"{action}"',
            "resource": {"type": kind, "id": name}, "context": context,
        }
        for action, place, kind, name, context in asked
    ]  # fmt: skip
    answers = cedarpy.is_authorized_batch(requests, policies, entities)
    for answer in answers:
        assert not answer.diagnostics.errors, answer.diagnostics.errors
    return [answer.allowed for answer in answers]


def _entities(contexts: Sequence[Context], judged: Sequence[Sequence[Judged]]) -> cedarpy.Entities:
    """The situations with their records."""
    listed = [entity("Situation", str(place), context) for place, context in enumerate(contexts)]
    for place, ones in enumerate(judged):
        listed += [entity("Record", f"{place}-{position}", record) for position, (_, _, record) in enumerate(ones)]
    return cedarpy.Entities.from_json_str(json.dumps(listed))


def entity(kind: str, name: str, attributes: Record) -> Record:
    """Return one entity with its attributes."""
    return {"uid": {"type": kind, "id": name}, "attrs": attributes, "parents": []}


def _needs(compartment: str) -> list[str]:
    if compartment in _BOTH:
        return ["person", "property"]
    return ["property"] if compartment in _PROPERTY else ["person"]


def _against(raw: Raw, one: Record, user: str) -> Record:
    hits = bool(one["hits"])
    named: dict[str, object] = {
        "users": [user if hits else "nobody"], "rows": [raw.row if hits else "O13"],
        "categories": [raw.category if hits and raw.category else -1],
        "compartments": [raw.compartment] if hits else [], "entries": ["e"] if hits else ["f"],
    }  # fmt: skip
    kept = {
        "professional": "users", "row": "rows", "category": "categories", "compartment": "compartments",
        "entry": "entries",
    }.get(str(one["scope"]))  # fmt: skip
    record: Record = {name: values if name == kept else [] for name, values in named.items()}
    record.update(
        scope=one["scope"], start=one["start"],
        spared_users=[user] if one["spared"] == "user" else [], spared_rows=[raw.row] if one["spared"] == "row" else [],
    )  # fmt: skip
    return {**record, "end": one["end"]} if "end" in one else record


def _to_judge(raw: Raw, context: Context) -> list[Judged]:
    """The notice and the consents, each with what it is asked and where a yes is noted."""
    asked: list[Judged] = []
    if raw.as_ == "professional" and "crossing" in raw.records:
        asked.append(("covers", "crossing_covers", _crossing(raw, raw.records["crossing"])))
    context["consent_kind"] = "share_outside_team"
    part = raw.records.get("part", {})
    if raw.as_ == "professional" and (raw.case == "mdph" or part.get("regime") == "mdph"):
        context["consent_kind"] = "mdph_exchange"
    if raw.as_ in {"professional", "representative"}:
        asked += [
            ("counts", "refused" if one["decision"] == "refused" else "agreed", consent_record(raw, position))
            for position, one in enumerate(raw.consents)
        ]
    asked += [
        ("contradicts", f"{one['by']}_refuses", consent_record(raw, position))
        for position, one in enumerate(raw.consents)
        if one["decision"] == "refused"
    ]
    return asked


def _crossing(raw: Raw, one: Record) -> Record:
    record: Record = {
        "given": one["given"],
        "compartment": raw.compartment if one["same_part"] else "another",
        "level": one["level"],
    }
    if one["to_user"]:
        record["user"] = READER if one["whom"] else "nobody"
        record["category"] = (raw.category or 8) if one["category"] else 7
    else:
        record["row"], record["structure"] = raw.row, raw.structure if one["whom"] else "nowhere"
    return {**record, "entries": [one["entries"]]} if "entries" in one else record


def consent_record(raw: Raw, position: int) -> Record:
    one = raw.consents[position]
    record: Record = {
        "kind": one["kind"], "decision": one["decision"], "given": one["given"], "level": one["level"],
        "compartment": raw.compartment if one["same_part"] else "another", "in_episode": one["in_episode"],
        "recorded_by": one["recorded_by"], "by": one["by"],
    }  # fmt: skip
    record.update({name: one[name] for name in ("told", "start", "end", "withdrawn") if one[name] is not None})
    if one["entries"]:
        record["entries"] = [one["entries"]]
    mine: dict[str, object] = {
        "categories": raw.category or -1, "rows": raw.row, "professions": raw.profession,
        "users": PERSON if raw.as_ == "person" else READER, "structures": raw.structure,
    }  # fmt: skip
    for name, hit in cast("dict[str, bool]", one["names"]).items():
        record[name] = [mine[name]] if hit else []
    later = raw.consents[position + 1 :]
    if position == 0 and later and later[0]["replaces"] and not _void(raw, later[0]):
        record["replaced"] = later[0]["given"]
    return record


def _void(raw: Raw, one: Record) -> bool:
    """What never counted takes the place of nothing: told too late, or said by who had not the power."""
    given, told = cast("int", one["given"]), cast("int | None", one["told"])
    minor = "majority" in raw.instants and given < raw.instants["majority"]
    unable = "unable" in raw.instants and raw.instants["unable"] <= given
    powerless = minor or unable
    if one["by"] == "stand_in":
        powerless = not (powerless and _stands_in(raw.records["stand_in"], given, minor=minor))
    return one["decision"] == "given" and (told is None or told > given or powerless)


def _stands_in(one: Record, at: int, *, minor: bool) -> bool:
    started, end = cast("int", one["start"]) <= at, cast("int | None", one.get("end"))
    person = one["mode"] == "representation" and "person" in cast("tuple[str, ...]", one["domains"])
    parent = one["kind"] != "parental_authority" or (minor and bool(one["exercise"]))
    return started and (end is None or at < end) and person and one["kind"] not in _CURATORS and parent
