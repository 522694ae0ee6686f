"""Words of a fact: bound by a salted hash that was fixed before they were sealed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.identities import seed32
from volet_protocol.annexes import KIND, Annex, Helper, Paper, annex_hash, check_annex
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.kinds import Content, Title, compose, read_body, read_title

WORDS = Annex(
    seed32("annex salt"), "Accord donné à domicile.", "Pas de réseau.", "Tribunal de Val", 5,
    Helper("Jeanne A", "child", present=True), Paper(seed32("photo").hex(), 1234, "image/jpeg"),
)  # fmt: skip


def test_words_are_read_back_from_their_entry_and_bound_by_their_hash() -> None:
    title, body = compose(Title(KIND, 1, "Justificatif"), Content(KIND, 1, WORDS.fields()))
    content = read_body(read_title(title), body)
    assert isinstance(content, Content)
    check_annex(WORDS.hash, content.fields)


@pytest.mark.parametrize(
    "other",
    [replace(WORDS, text="Refus."), replace(WORDS, salt=seed32("another")), replace(WORDS, helper=None)],
)
def test_other_words_than_those_a_fact_names_are_refused(other: Annex) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_annex(WORDS.hash, other.fields())
    assert caught.value.reason is Reason.WRONG_HASH


@pytest.mark.parametrize(
    "bad",
    [
        replace(WORDS, salt=b"short"),
        replace(WORDS, helper=Helper("Jeanne A", "daughter", present=True)),
        replace(WORDS, paper=Paper("not a hash", 1, "image/jpeg")),
        replace(WORDS, paper=Paper(seed32("photo").hex(), 1, "jpeg")),
        replace(WORDS, court="Tribunal\nde Val"),
    ],
)
def test_words_of_another_shape_are_not_composed(bad: Annex) -> None:
    with pytest.raises(ProtocolError):
        bad.fields()


def test_two_equal_answers_have_different_hashes_because_of_their_salts() -> None:
    assert annex_hash(Annex(bytes(32), "Oui").fields()) != annex_hash(Annex(bytes([1]) * 32, "Oui").fields())
