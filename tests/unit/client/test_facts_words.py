"""Every type of fact is a sentence on the screen, in both languages: no code, no hash."""

from __future__ import annotations

import re
from typing import cast

import pytest

from support.vectors import OK, Operation, load
from volet_client.facts_words import Namer, recorded, sentence
from volet_protocol.canonical import JsonObject
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.fact_collection import LATE_AFTER_MS
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.facts import FACT_TYPES, Fact, read_fact
from volet_protocol.vocabulary import ROW_SET

NOBODY = CaseFacts.start("0" * 64, "care", "dac", 0, "1" * 64, None)
FACTS = [
    cast("JsonObject", vector.input["body"])
    for vector in load("facts", {"read": Operation(lambda _fields: None, frozenset({"body"}))})
    if vector.outcome == OK
]
CODES = re.compile(r"[0-9a-f]{16}|_ms|share_outside|emergency_access|L1111")


def names(lang: str) -> Namer:
    return Namer(lang, lambda _user: "Dr Mo", lambda _structure: "Le service")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("body", FACTS, ids=lambda body: str(body["type"]))
def test_a_fact_is_a_sentence_without_codes(body: JsonObject, lang: str) -> None:
    said = sentence(read_fact(body), NOBODY, names(lang))
    assert said
    assert said != body["type"]
    assert not CODES.search(said)
    assert not set(said.split()) & ROW_SET


def test_every_type_of_fact_has_a_vector_that_is_put_in_words() -> None:
    here = {str(body["type"]) for body in FACTS}
    elsewhere = {type_ for type_ in FACT_TYPES if type_.split("-")[0] in {"emergency", "conference", "case", "mask"}}
    assert here | elsewhere == FACT_TYPES


def test_both_dates_are_said_where_they_differ_and_the_late_one_is_marked() -> None:
    told = Notice((NoticeLine("general"),), 1_770_000_000_000, "paper", "no_network")
    at_once: Record[Fact] = Record(told, "a" * 64, 1, FactAuthor("1" * 64), told.given_ms)
    assert "recueilli" not in recorded(at_once, names("fr"))
    late: Record[Fact] = Record(told, "a" * 64, 1, FactAuthor("1" * 64), told.given_ms + LATE_AFTER_MS + 1)
    said = recorded(late, names("fr"))
    assert said.startswith("recueilli le ")
    assert ", enregistré le " in said
    assert said.endswith("TARDIF : pas de réseau")
