"""Runs the vectors of the heads map's epochs: map_epochs."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol.canonical import JsonObject
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.encodings import from_base64url
from volet_protocol.fields import Fields
from volet_protocol.leaf import Leaf
from volet_protocol.map_epochs import MapEpochs, Seen, ShownHead, check_course, misplaced
from volet_protocol.statements import HeadRef


def _log(fields: Fields) -> LogVerifier:
    log = fields.nested("log")
    verifier = LogVerifier.configured(log.text("origin"), log.text("vkey"), log.text("policy"))
    log.done()
    return verifier


def _verify(fields: Fields) -> JsonObject:
    seen = Seen.read(fields.nested("seen"))
    answer, log = MapEpochs.read(fields.raw("epochs")), _log(fields)
    shown, seen, checkpoint = answer.verify(log, fields.text("label"), fields.text("chain"), seen)
    heads: list[JsonObject] = [
        {"time_ms": one.time_ms, **({} if one.head is None else {"head": one.head.to_json()})} for one in shown
    ]
    return {"shown": list(heads), "seen": seen.to_json(), "size": checkpoint.size}


def _shown(fields: Fields) -> ShownHead:
    shown = ShownHead(HeadRef.read(fields.nested("head")) if fields.has("head") else None, fields.integer("time_ms"))
    fields.done()
    return shown


def _course(fields: Fields) -> None:
    links = [HeadRef.read(one) for one in fields.objects("links")] if fields.has("links") else None
    check_course(
        HeadRef.read(fields.nested("held")) if fields.has("held") else None,
        [_shown(one) for one in fields.objects("shown")],
        None if links is None else {one.seq: one.hash for one in links},
    )


def _misplaced(fields: Fields) -> JsonObject:
    found = misplaced(Leaf.parse(from_base64url(str(one))) for one in fields.items("leaves"))
    return {} if found is None else {"index": found}


MAP_EPOCHS = {
    "verify": Operation(_verify, frozenset({"epochs", "label", "chain", "seen", "log"})),
    "course": Operation(_course, frozenset({"shown"}), frozenset({"held", "links"})),
    "misplaced": Operation(_misplaced, frozenset({"leaves"})),
}


@pytest.mark.parametrize("vector", load("map_epochs", MAP_EPOCHS), ids=str)
def test_map_epochs_vector(vector: Vector) -> None:
    vector.check()
