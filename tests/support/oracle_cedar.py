"""The same raw situation as requests to an engine that knows nothing of the product's codes."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import cedarpy

from support.oracle_draw import NOW, PER_RAW, PERSON, READER, Raw, Record, questions

ROOT = Path(__file__).resolve().parents[2]
_ORACLE = ROOT / "tests" / "oracle"
_PROPERTY, _BOTH = {"rights", "housing", "budget"}, {"identity", "protection"}
_CURATORS = {"curatelle_simple", "curatelle_renforcee", "sauvegarde"}
_NO_WORD = {"agreed": False, "refused": False, "crossing_covers": False}
_BEST = {"agreed": True, "refused": False, "crossing_covers": True}
Context = dict[str, object]
Judged = tuple[str, str, Record]
Asked = tuple[str, int, str, str, Record]


def matrix() -> Mapping[str, Mapping[str, str]]:
    """The cells as written in matrix.csv."""
    with (ROOT / "policies" / "matrix.csv").open(encoding="utf-8") as file:
        return {line["row"]: line for line in csv.DictReader(file)}


class Oracle:
    """Answers raw situations, many at once."""

    def __init__(self) -> None:
        self._matrix = matrix()
        self._standing = cedarpy.PolicySet.from_str((_ORACLE / "standing.cedar").read_text("utf-8"))
        self._records = cedarpy.PolicySet.from_str((_ORACLE / "records.cedar").read_text("utf-8"))

    def effects(self, situations: Sequence[Raw]) -> list[str]:
        """Return the effect of each question of each situation, in the order of `questions`."""
        contexts = [self._context(raw) for raw in situations]
        asked = [self._question(raw) for situation in situations for raw in questions(situation)]
        found = ["deny"] * len(asked)
        entities = _entities(contexts, {})
        # What even the widest supposition with the best of words denies stays denied: no notice or consent is judged.
        best = {number: {**one, **_BEST} for number, one in enumerate(asked)}
        open_ = self._allowed("agreed", best, entities)
        judged = {
            place: _to_judge(situations[place], contexts[place]) for place in sorted({n // PER_RAW for n in open_})
        }
        entities = _entities(contexts, judged)
        words = self._words({number: asked[number] for number in open_}, judged, entities)
        for action, effect in (
            ("agreed", "permit_after_consent"), ("informed", "permit_with_notice"), ("now", "permit"),
        ):  # fmt: skip
            words = {number: words[number] for number in self._allowed(action, words, entities)}
            for number in words:
                found[number] = effect
        return found

    def _allowed(self, action: str, words: Mapping[int, Record], entities: cedarpy.Entities) -> list[int]:
        """Return the questions for which an action is allowed."""
        asked: list[Asked] = [(action, number, "File", "one", word) for number, word in words.items()]
        return [number for number, yes in zip(words, _ask(self._standing, asked, entities), strict=True) if yes]

    def _words(
        self, asked: Mapping[int, Record], judged: Mapping[int, Sequence[Judged]], entities: cedarpy.Entities
    ) -> dict[int, Record]:
        """Return each question with whether its notice covers, and whether a consent and a refusal count."""
        words = {number: {**one, **_NO_WORD} for number, one in asked.items()}
        places = [(number, one) for number in words for one in range(len(judged[number // PER_RAW]))]
        requests: list[Asked] = [
            (judged[number // PER_RAW][one][0], number, "Record", f"{number // PER_RAW}-{one}", asked[number])
            for number, one in places
        ]
        for (number, one), yes in zip(places, _ask(self._records, requests, entities), strict=True):
            name = judged[number // PER_RAW][one][1]
            words[number][name] = bool(words[number][name]) or yes
        return words

    def _question(self, raw: Raw) -> Record:
        entry: Record = raw.entry or {}
        report = (
            raw.as_ == "professional" and raw.what == "write" and raw.compartment == "child_protection"
            and (entry.get("kind") in {"information_preoccupante", "signalement"} or raw.purpose == "child_protection")
        )  # fmt: skip
        return {"what": raw.what, "level": raw.level, "report": report, "from": self._from(raw)}

    def _context(self, raw: Raw) -> Context:
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
            "crossing_from": 0, **raw.instants,
        }  # fmt: skip
        for name in ("part", "mandate", "emergency"):
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
        part, given = raw.records.get("part", {}), raw.records.get("designation")
        medical = raw.compartment in {"medical", "medication"}
        if raw.row == "M1" and part.get("regime") == "mdph" and given and given["mine"] and medical:
            start, end = cast("int", given["start"]), cast("int | None", given.get("end"))
            if start <= NOW and (end is None or end > NOW):
                return "M2", True
        return raw.row, False

    def _from(self, raw: Raw) -> list[int]:
        """The categories the information may come from; a whole section holds what any category that writes wrote."""
        if raw.entry is not None:
            return [cast("int", raw.entry["author_category"])]
        ends = ("1w", "2w", "ow") if raw.level == 1 else ("2w", "ow")
        writers = {
            int(line["category"])
            for line in self._matrix.values()
            if line["category"] and line[raw.compartment].endswith(ends)
        }
        return sorted(writers) or [raw.category]


def _ask(policies: cedarpy.PolicySet, asked: Sequence[Asked], entities: cedarpy.Entities) -> list[bool]:
    requests: list[dict[str, object]] = [
        {
            "principal": {"type": "Situation", "id": str(number // PER_RAW)}, "action": f'Action::"{action}"',
            "resource": {"type": kind, "id": name}, "context": words,
        }
        for action, number, kind, name, words in asked
    ]  # fmt: skip
    answers = cedarpy.is_authorized_batch(requests, policies, entities)
    for answer in answers:
        assert not answer.diagnostics.errors, answer.diagnostics.errors
    return [answer.allowed for answer in answers]


def _entities(contexts: Sequence[Context], judged: Mapping[int, Sequence[Judged]]) -> cedarpy.Entities:
    """The situations, or, once some are judged, those with their records."""
    numbers = judged or range(len(contexts))
    listed: list[Record] = [_entity("Situation", str(number), contexts[number]) for number in numbers]
    for number, ones in judged.items():
        listed += [_entity("Record", f"{number}-{position}", record) for position, (_, _, record) in enumerate(ones)]
    return cedarpy.Entities.from_json_str(json.dumps(listed))


def _entity(kind: str, name: str, attributes: Record) -> Record:
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
            ("counts", "refused" if one["decision"] == "refused" else "agreed", _consent(raw, position))
            for position, one in enumerate(raw.consents)
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


def _consent(raw: Raw, position: int) -> Record:
    one = raw.consents[position]
    record: Record = {
        "kind": one["kind"], "decision": one["decision"], "given": one["given"], "level": one["level"],
        "compartment": raw.compartment if one["same_part"] else "another", "in_episode": one["in_episode"],
        "recorded_by": one["recorded_by"],
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
    return one["decision"] == "given" and (told is None or told > given or minor or unable)
