"""Runs `tests/vectors/recovery.json` (docs/spec/recovery.md) on the lists that the client ships."""

from __future__ import annotations

import hashlib

import pytest

from support.vectors import Operation, Vector, load
from volet_client.recovery_lists import WORD_LISTS, word_list
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.recovery_phrase import RecoveryPhrase, WordList, compose_phrase, read_phrase
from volet_protocol.recovery_request import RecoveryRequest


def _compose(fields: Fields) -> JsonObject:
    return {"phrase": " ".join(compose_phrase(fields.data("entropy"), word_list(fields.text("language"))))}


def _read(fields: Fields) -> JsonObject:
    language = fields.optional("language", fields.text)
    read = read_phrase(fields.text("typed", 2000), [word_list(one) for one in WORD_LISTS if language in {None, one}])
    return {"entropy": to_base64url(read.entropy), "language": read.language}


def _slot(fields: Fields) -> JsonObject:
    phrase = RecoveryPhrase(fields.data("entropy", 32), "fr")
    return {"sign": to_base64url(phrase.sign.public), "box_hash": sha256(phrase.box.public).hex()}


def _request(fields: Fields) -> None:
    RecoveryRequest.read(fields.nested("request").left).check(fields.label("hub"), fields.integer("now_ms"))


OPERATIONS = {
    "compose": Operation(_compose, frozenset({"entropy", "language"})),
    "read": Operation(_read, frozenset({"typed"}), frozenset({"language"})),
    "request": Operation(_request, frozenset({"request", "hub", "now_ms"})),
    "slot": Operation(_slot, frozenset({"entropy"})),
}


@pytest.mark.parametrize("vector", load("recovery", OPERATIONS), ids=str)
def test_recovery_vector(vector: Vector) -> None:
    vector.check()


@pytest.mark.parametrize("language", WORD_LISTS)
def test_the_lists_are_those_whose_hash_is_written_down(language: str) -> None:
    path = WORD_LISTS[language]
    table = path.with_name("README.md").read_text("utf-8")
    assert f"| `{path.name}` | {language} | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |" in table


def test_a_list_in_which_two_words_are_typed_alike_is_refused() -> None:
    words = [*word_list("fr").words[:-1], "abaissér"]
    with pytest.raises(ProtocolError) as refused:
        WordList("fr", words).number("abaisser")
    assert refused.value.reason is Reason.MALFORMED


def test_a_wrong_word_is_named_by_its_place_and_never_by_itself() -> None:
    words = list(compose_phrase(bytes(32), word_list("fr")))
    with pytest.raises(ProtocolError, match="word 20 of a recovery phrase") as refused:
        read_phrase(" ".join([*words[:19], "secretive", *words[20:]]), [word_list("fr"), word_list("en")])
    assert "secretive" not in str(refused.value)
