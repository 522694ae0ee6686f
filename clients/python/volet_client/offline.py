"""What this device knows of a case without the hub: the facts it verified last, and the head they led to.

Kept sealed at each sync and each fact recorded. Enough to compose and sign what somebody says at home without network,
to choose « le dernier accord » by its words, and to ask the rules first. Never content, never a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from volet_client.casebook import CaseView
from volet_client.profile import Profile
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.case_links import FactLink, Fresh, LinkHead
from volet_protocol.facts import SALT_SIZE, fact_body, fact_hash, read_fact
from volet_protocol.fields import Fields
from volet_protocol.places import MAIN
from volet_protocol.statements import HeadRef, Preamble


@dataclass(frozen=True)
class Remembered:
    """The facts of a case at the last head verified here, and what a link on that head names."""

    facts: CaseFacts
    head: HeadRef
    fresh: Fresh
    policy: str
    seen_ms: int

    def link(self, preamble: Preamble, capacity: str | None, body: JsonObject) -> JsonObject:
        """Return the link that states a fact on the head known here; it is made and signed again at sync."""
        head = LinkHead(
            preamble, self.facts.case, MAIN, self.head.seq + 1, self.head.hash, self.policy, capacity, None, self.fresh
        )
        return FactLink(head, fact_hash(body)).body()


class Notebook:
    """Remembers cases, one sealed file each."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._kept: dict[str, HeadRef] = {}

    def remember(self, view: CaseView, policy: str, now_ms: int) -> None:
        """Keep the facts of a verified view, when it moved."""
        chain, state = view.classes[MAIN], view.main
        if self._kept.get(view.case) == state.head:
            return
        checkpoint = chain.proven.checkpoint
        facts = state.facts
        records = sorted((record for known in facts.records.values() for record in known), key=lambda one: one.position)
        self._profile.save(
            _name(view.case),
            {
                "case": view.case, "kind": facts.kind, "structure": facts.structure, "created_ms": facts.created_ms,
                "opener": _author(facts.opener), "head": state.head.to_json(), "policy": policy, "seen_ms": now_ms,
                "fresh": {
                    "size": checkpoint.size, "root": checkpoint.root.hex(), "time_ms": chain.proven.time_ms,
                },
                "records": [
                    {
                        "body": fact_body(record.fact, bytes(SALT_SIZE)), "hash": record.hash, "power": record.power,
                        "position": record.position, "author": _author(record.author),
                        "recorded_ms": record.recorded_ms,
                    }
                    for record in records
                ],
            },
        )  # fmt: skip
        self._kept[view.case] = state.head

    def recall(self, case: str) -> Remembered | None:
        """Return what was kept of a case, None when it was never synced here."""
        held = self._profile.load(_name(case))
        if held.get("case") != case:
            return None
        opener = _read_author(held["opener"])
        facts = CaseFacts.start(
            case, str(held["kind"]), str(held["structure"]), cast("int", held["created_ms"]), opener.user,
            opener.capacity,
        )  # fmt: skip
        for item in cast("list[JsonObject]", held["records"]):
            facts = facts.with_record(
                Record(
                    read_fact(cast("JsonObject", item["body"])), str(item["hash"]), cast("int", item["position"]),
                    _read_author(item["author"]), cast("int", item["recorded_ms"]), str(item["power"]),
                )
            )  # fmt: skip
        fresh = cast("JsonObject", held["fresh"])
        return Remembered(
            facts,
            HeadRef.read(Fields(cast("JsonObject", held["head"]), "head")),
            Fresh(cast("int", fresh["size"]), str(fresh["root"]), cast("int", fresh["time_ms"])),
            str(held["policy"]),
            cast("int", held["seen_ms"]),
        )


def _name(case: str) -> str:
    return f"notebook-{case[:16]}"


def _author(author: FactAuthor) -> JsonObject:
    return {"user": author.user, **({"capacity": author.capacity.to_json()} if author.capacity is not None else {})}


def _read_author(value: JsonValue) -> FactAuthor:
    held = cast("JsonObject", value)
    capacity = held.get("capacity")
    return FactAuthor(
        str(held["user"]), Capacity.read(Fields(capacity, "capacity")) if isinstance(capacity, dict) else None
    )
