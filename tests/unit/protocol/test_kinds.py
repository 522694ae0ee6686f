"""Kinds: known ones read strictly, unknown ones never lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.entries import hex_id
from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.kinds import Content, FileInfo, Relation, Title, Unknown, compose, read_body, read_title

FILE = FileInfo("compte-rendu.pdf", "application/pdf", 5)
RELATION = Relation("supersedes", hex_id("earlier"))
FIELDS: dict[str, JsonObject] = {
    "message": {"text": "Bonjour"},
    "transmission": {"text": "À revoir", "asks_charge": 24},
    "goal": {"text": "Marcher jusqu'au marché", "state": "open", "due_ms": 5},
    "action": {"text": "Appeler le SSIAD", "who": "Coord", "due_ms": 5, "state": "to_do"},
    "event": {"text": "Hospitalisation", "from_ms": 5, "to_ms": 6},
    "evaluation": {"form": "aggir", "version": "2008", "answers": [{"question": "coherence", "answer": "A"}]},
    "mark": {},
    "information_preoccupante": {"text": "Faits rapportés"},
}


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_a_known_kind_is_read_back_with_its_relations(kind: str) -> None:
    content = Content(kind, 1, FIELDS[kind], (RELATION,))
    title, body = compose(Title(kind, 1, "Titre"), content)
    assert read_body(read_title(title), body) == content


def test_a_document_is_its_bytes_and_its_relations_stand_in_the_title() -> None:
    title, body = compose(Title("document", 1, "Compte rendu", FILE, (RELATION,)), b"%PDF\0")
    assert read_body(read_title(title), body) == b"%PDF\0"
    assert read_title(title).relations == (RELATION,)


@given(st.binary(max_size=200))
def test_an_unknown_kind_is_kept_byte_for_byte_and_shown_as_text(raw: bytes) -> None:
    title = read_title(canonical.encode({"kind": "hologram", "kind_version": 1, "title": "?"}))
    content = read_body(title, raw)
    assert isinstance(content, Unknown)
    assert content.raw == raw
    assert all(char == "\n" or char.isprintable() for char in content.text())


def test_a_later_version_of_a_known_kind_is_unknown() -> None:
    title = read_title(canonical.encode({"kind": "note", "kind_version": 2, "title": "?"}))
    assert read_body(title, b'{"later":true}') == Unknown("note", 2, b'{"later":true}')


def test_marks_that_reorder_text_are_escaped_when_an_unknown_kind_is_shown() -> None:
    assert Unknown("x", 1, "a\u202eb".encode()).text() == "a\\u202eb"


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        ("message", {"text": 5}, Reason.MALFORMED),
        ("message", {"colour": "red"}, Reason.UNKNOWN_FIELD),
        ("message", {"kind": "note"}, Reason.WRONG_TYPE),
        ("message", {"kind_version": 2}, Reason.WRONG_TYPE),
        ("message", {"relations": []}, Reason.MALFORMED),
        ("message", {"relations": [{"relation": "likes", "entry": hex_id("x")}]}, Reason.MALFORMED),
        ("action", {"state": "maybe"}, Reason.MALFORMED),
        ("goal", {"state": "done"}, Reason.MALFORMED),
        ("event", {"to_ms": 4}, Reason.MALFORMED),
        ("evaluation", {"answers": [{"question": "q", "answer": "a", "score": 1}]}, Reason.UNKNOWN_FIELD),
        ("evaluation", {"answers": "none"}, Reason.MALFORMED),
        ("transmission", {"asks_charge": 0}, Reason.MALFORMED),
    ],
)
def test_a_known_kind_with_a_wrong_field_is_refused(kind: str, changes: JsonObject, reason: Reason) -> None:
    title = read_title(canonical.encode(Title(kind, 1, "Titre").to_json()))
    with pytest.raises(ProtocolError) as caught:
        read_body(title, canonical.encode({**Content(kind, 1, FIELDS[kind]).to_json(), **changes}))
    assert caught.value.reason is reason


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", ".", "..", "", "a\nb", "a\u202eb"])
def test_a_file_name_that_is_a_path_or_reorders_text_is_refused(name: str) -> None:
    with pytest.raises(ProtocolError):
        compose(Title("document", 1, "t", FileInfo(name, "text/plain", 1)), b"x")


@pytest.mark.parametrize(
    "title",
    [
        Title("note", 1, "t", FILE),
        Title("document", 1, "t"),
        Title("note", 1, "t", None, (RELATION,)),
        Title("note", 1, "t" * 201),
    ],
)
def test_a_title_that_does_not_fit_its_kind_is_refused(title: Title) -> None:
    with pytest.raises(ProtocolError):
        read_title(canonical.encode(title.to_json()))


def test_a_document_of_another_size_than_its_title_says_is_refused() -> None:
    with pytest.raises(ProtocolError):
        compose(Title("document", 1, "t", FILE), b"%PDF")
