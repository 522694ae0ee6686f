"""The texts handed to the person: what the law wants said is said, in three languages, and easy French is easy."""

from __future__ import annotations

import json
import re
from typing import cast

import pytest

from volet_client import texts
from volet_client.errors import UsageError
from volet_client.texts import KINDS, LANGS, Element, Paragraph, Text

FALC = json.loads((texts.folder() / "falc.json").read_text("utf-8"))
WANTED = [(element, kind, lang) for element in texts.elements() for kind in sorted(element.kinds) for lang in LANGS]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGS)
def test_each_kind_of_text_exists_in_french_in_easy_french_and_in_english(kind: str, lang: str) -> None:
    text = texts.newest(kind, lang)
    assert text.title
    assert texts.by_hash(text.hash) == text


@pytest.mark.parametrize(("element", "kind", "lang"), WANTED, ids=lambda item: getattr(item, "id", item))
def test_what_the_law_wants_said_is_answered_by_a_paragraph_that_says_it(
    element: Element, kind: str, lang: str
) -> None:
    text = texts.newest(kind, lang)
    answering = [paragraph for paragraph in text.paragraphs if element.id in paragraph.answers]
    assert answering, f"{text.name}: {element.sentence} ({element.article})"
    words = " ".join(f"{paragraph.title} {paragraph.words}" for paragraph in answering)
    assert re.search(element.says[lang], words), f"{text.name}: {element.says[lang]}"


@pytest.mark.parametrize("lang", LANGS)
def test_no_paragraph_claims_an_element_that_its_kind_does_not_have(lang: str) -> None:
    known = {element.id: element.kinds for element in texts.elements()}
    claimed = [
        (kind, answer) for kind in KINDS for answer in sorted(texts.newest(kind, lang).answered)
        if kind not in known[answer]
    ]  # fmt: skip
    assert claimed == []


def test_each_element_of_the_law_names_its_article_and_is_used() -> None:
    for element in texts.elements():
        assert re.match(r"CSP |CASF |GDPR ", element.article), element.id
        assert element.kinds
        assert element.kinds <= set(KINDS)
        assert all(element.says.values())


def test_no_element_of_the_law_was_dropped_from_the_list() -> None:
    both = {
        "information", "recipients", "oppose", "representative", "unread", "controller", "dpo", "purposes",
        "legal-basis", "retention", "rights", "cnil",
    }  # fmt: skip
    consent = both | {"media", "security", "adapted", "until", "withdrawal", "support", "free"}
    told_late = {"information", "recipients", "emergency-time", "emergency-reason", "emergency-review", "oppose"}
    for kind, wanted in {"cross-category": both, "consent": consent, "mdph": consent, "emergency": told_late}.items():
        assert wanted <= {element.id for element in texts.elements() if kind in element.kinds}, kind


def test_the_two_informations_of_the_law_are_two_texts() -> None:
    for lang in LANGS:
        assert texts.newest("consent", lang).hash != texts.newest("cross-category", lang).hash
    assert len({text.hash for text in texts.every_text()}) == len(texts.every_text())


# -- easy to read and understand ---------------------------------------------------------------------------------------

EASY = [texts.newest(kind, "falc") for kind in KINDS]


def sentences(text: Text) -> list[str]:
    words = "\n".join([text.title, *(f"{item.title}\n{item.words}" for item in text.paragraphs)])
    return [one.strip() for one in re.split(r"[.!?]\s|[.!?]$|\n", words, flags=re.MULTILINE) if one.strip(" {}")]


@pytest.mark.parametrize("text", EASY, ids=lambda text: text.kind)
def test_easy_french_has_short_sentences(text: Text) -> None:
    assert [one for one in sentences(text) if len(one.split()) > FALC["longest_sentence"]] == []
    counted = [len(one.split()) for one in sentences(text)]
    assert sum(counted) / len(counted) <= 8


@pytest.mark.parametrize("text", EASY, ids=lambda text: text.kind)
def test_easy_french_has_no_jargon(text: Text) -> None:
    words = re.sub(r"\{[^}]*\}", "", " ".join(sentences(text))).lower()
    assert [word for word in cast("list[str]", FALC["jargon"]) if re.search(rf"\b{re.escape(word)}", words)] == []


@pytest.mark.parametrize("text", EASY, ids=lambda text: text.kind)
def test_easy_french_has_one_sentence_a_line_and_no_aside(text: Text) -> None:
    for paragraph in text.paragraphs:
        for line in paragraph.words.split("\n"):
            assert len(re.findall(r"[.!?](?:\s|$)", line)) <= 1, line
            assert not re.search(r"[;()/]|\betc\b", re.sub(r"\{[^}]*\}", "", line)), line


@pytest.mark.parametrize("text", EASY, ids=lambda text: text.kind)
def test_easy_french_says_you(text: Text) -> None:
    assert re.search(r"\b[Vv]ous\b", text.paragraphs[1].words + text.paragraphs[0].words + text.title)


# -- blanks ------------------------------------------------------------------------------------------------------------


def test_a_blank_is_filled_where_it_stands_and_a_list_alone_becomes_lines() -> None:
    filled = texts.fill(texts.newest("consent", "falc"), {"person": "Mme A", "information": ["Santé", "Logement"]})
    assert "Bonjour Mme A." in filled.plain()
    assert "- Santé\n- Logement" in filled.plain()


def test_a_blank_nobody_filled_is_a_dotted_line_and_is_named() -> None:
    filled = texts.fill(texts.newest("consent", "fr"), {"person": "Mme A"})
    assert "dpo" in filled.missing
    assert texts.BLANK in filled.plain()
    assert "{" not in filled.plain()


def test_what_a_blank_is_filled_with_is_never_read_as_another_blank() -> None:
    filled = texts.fill(texts.newest("general", "fr"), {"person": "{dpo}", "dpo": "secret"})
    assert filled.paragraphs[0].words.startswith("{dpo}, ")


def test_the_filled_words_change_their_own_hash_and_never_the_hash_of_the_text() -> None:
    text = texts.newest("consent", "fr")
    one, other = texts.fill(text, {"person": "Mme A"}), texts.fill(text, {"person": "M. B"})
    assert one.hash != other.hash
    assert one.text.hash == other.text.hash


# -- refusals ----------------------------------------------------------------------------------------------------------

HEAD = "---\nkind: consent\nversion: 1\nlang: fr\n---\n\n# Titre\n\nMots.\n\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("consent.fr.md", HEAD),
        ("consent-v0.fr.md", HEAD),
        ("consent-v2.fr.md", HEAD),
        ("consent-v1.en.md", HEAD),
        ("autre-v1.fr.md", HEAD.replace("consent", "autre")),
        ("consent-v1.fr.md", HEAD + "## Sans ancre\n\nMots.\n"),
        ("consent-v1.fr.md", HEAD + "## Ancre inconnue {#nothing}\n\nMots.\n"),
        ("consent-v1.fr.md", HEAD + "## Vide {#oppose}\n\n"),
        ("consent-v1.fr.md", HEAD + "## Blanc inconnu {#oppose}\n\n{secret}\n"),
    ],
)
def test_a_file_that_is_no_text_is_refused(name: str, data: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)):
        texts.read_text(name, data.encode())


def test_the_same_words_under_the_right_name_are_read() -> None:
    text = texts.read_text("consent-v1.fr.md", (HEAD + "## Non {#oppose}\n\nMots.\n").encode())
    assert text.paragraphs[1] == Paragraph("Non", ("oppose",), "Mots.")


def test_a_text_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UsageError) as caught:
        texts.newest("consent", "de")
    assert "falc" in caught.value.hint.fr
