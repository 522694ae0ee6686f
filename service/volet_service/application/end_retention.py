"""End the retention of records whose term is over: one tombstone a class, then their openings go (log spec, E2)."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.erasures import retention
from volet_protocol.hashing import sha256
from volet_protocol.leaf import LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent
from volet_service.domain.retention import RetentionPolicy


@dataclass(frozen=True)
class Ended:
    """Of one class: every record below `index` is over; how many still had content; the leaf that says so, if any."""

    type: LeafType
    index: int
    records: int
    leaf: int | None


def over(policy: RetentionPolicy, uow: UnitOfWork, /) -> list[Ended]:
    """Return what would end now; nothing is written."""
    found: list[Ended] = []
    for type_ in policy.terms:
        index = uow.erasures.first_since(policy.ended_before(type_, uow.now_ms))
        found.append(Ended(type_, index, uow.erasures.standing_below(type_, index), None))
    return found


def end_retention(policy: RetentionPolicy, uow: UnitOfWork, /) -> list[Ended]:
    """Forget what is over, each class under a leaf of its own; return what ended. A class without any has no leaf.

    Keys of the tags go with the last record of their period.
    """
    done: list[Ended] = []
    for ended in over(policy, uow):
        if ended.records == 0:
            done.append(ended)
            continue
        act: dict[str, JsonValue] = {
            "type": "retention", "class": ended.type.name.lower(), "below": ended.index, "records": ended.records,
            "time_ms": uow.now_ms, **policy.terms[ended.type].to_json(),
        }  # fmt: skip
        who = IdentityPayload(request=act, request_hash=sha256(canonical.encode(act)).hex())
        view = ViewPayload("erase", uow.now_ms)
        leaf = uow.log.append(LeafContent(view, who, erased=retention(ended.type, ended.index)))
        uow.erasures.forget_below(ended.type, ended.index, uow.now_ms)
        done.append(Ended(ended.type, ended.index, ended.records, leaf))
    uow.erasures.destroy_unneeded_keys()
    return done
