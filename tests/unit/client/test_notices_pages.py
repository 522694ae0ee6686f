"""What is printed for the person: escaped, off line, in her words; and what is left blank is said."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from support.identities import CONTROLLER, bundle_body
from support.log_builder import LogBuilder
from volet_client import texts
from volet_client.account import draw_identity
from volet_client.cli.notices_text import blank
from volet_client.config import Config
from volet_client.errors import UsageError
from volet_client.notices import handed_over
from volet_client.notices_desk import Desk, load_desk, save_desk
from volet_client.notices_pages import WIDTH, as_html, as_text
from volet_client.notices_words import (
    Labels,
    date_words,
    information_words,
    line_words,
    recipient_words,
    support_words,
    to_words,
)
from volet_client.profile import Profile
from volet_client.resources import profession_label, row_label
from volet_protocol.fact_notices import SUPPORTS, Information, NoticeLine, Recipients, ToFunction, ToUser
from volet_protocol.trust_bundle import sign_bundle

LABELS = Labels(lambda user: {"u1": "Ide-L"}.get(user, user), {"dac": "DAC du Val"})


def trust_file() -> bytes:
    log = LogBuilder("log.example")
    return sign_bundle({**bundle_body(log_vkey=log.signer.vkey), "log_policy": log.policy}, [CONTROLLER])


HOSTILE = '<img src="https://spy.example/x"> & "co"'


@pytest.mark.parametrize("kind", texts.KINDS)
@pytest.mark.parametrize("lang", texts.LANGS)
def test_what_people_typed_is_escaped_and_nothing_is_fetched(kind: str, lang: str) -> None:
    blanks = dict.fromkeys(texts.BLANKS, HOSTILE)
    page = as_html(texts.fill(texts.newest(kind, lang), blanks), HOSTILE)
    assert "&lt;img" in page
    for fetching in ("<img", "<script", "<link", 'src="', "url(", "@import"):
        assert fetching not in page
    assert "default-src 'none'" in page
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("lang", texts.LANGS)
def test_plain_text_fits_the_screen_and_easy_french_keeps_one_sentence_a_line(lang: str) -> None:
    text = texts.newest("consent", lang)
    page = as_text(texts.fill(text, {"person": "Mme A", "information": ["Santé : l'essentiel"]}), text.name)
    assert max(len(line) for line in page.split("\n")) <= WIDTH
    assert "- Santé : l'essentiel" in page
    if lang == "falc":
        assert "\nVous pouvez dire oui.\nVous pouvez dire non.\n" in page


def test_a_line_of_a_notice_is_a_sentence_that_names_the_function_and_no_code() -> None:
    line = NoticeLine("cross_category", (Information("medical", 1),), 1, ToFunction("S13", "dac"))
    said = line_words(line, LABELS, "fr")
    assert said.startswith("Ce que les professionnels de santé écrivent pourra être lu par : ")
    assert "DAC du Val" in said
    assert "Santé : l'essentiel" in said
    assert "S13" not in said
    assert "oppose" in line_words(NoticeLine("general"), LABELS, "fr")


def test_a_recipient_by_name_is_said_with_what_they_are() -> None:
    assert to_words(ToUser("u1", 1), LABELS, "fr") == "Ide-L (les professionnels de santé)"


def test_whom_a_consent_names_is_said_in_words() -> None:
    to = Recipients(professions=("G15:60",), structures=("dac",))
    assert recipient_words(to, LABELS, "fr") == [f"{profession_label('G15:60')} — à DAC du Val"]
    assert recipient_words(Recipients(rows=("H2",)), LABELS, "en") == [row_label("H2", "en")]
    assert recipient_words(Recipients(structures=("dac",)), LABELS, "fr") == ["DAC du Val"]


def test_easy_french_uses_the_french_words() -> None:
    assert information_words([Information("expression", 2)], "falc") == ["Ma parole, mon projet de vie : le détail"]
    assert date_words(1_770_000_000_000, "falc") == date_words(1_770_000_000_000, "fr")


def test_the_first_of_a_month_is_the_1er_in_french_alone() -> None:
    first = int(datetime(2026, 12, 1, 12).astimezone().timestamp() * 1000)
    assert [date_words(first, lang) for lang in ("fr", "falc", "en")] == [
        "1er décembre 2026", "1er décembre 2026", "1 December 2026",
    ]  # fmt: skip
    assert date_words(first + 10 * 86_400_000, "fr") == "11 décembre 2026"


@pytest.mark.parametrize("support", sorted(SUPPORTS))
def test_what_was_handed_over_is_said_in_both_languages(support: str) -> None:
    assert support_words(support, "fr") not in {"", support}
    assert support_words(support, "en") not in {"", support}


def test_what_was_only_said_leaves_nothing_with_the_person() -> None:
    assert handed_over("oral") is None
    assert handed_over("falc") == "falc"


def test_whom_to_ask_is_said_once_and_completed_later(tmp_path: Path) -> None:
    config = Config(tmp_path / "profil", None, "fr")
    identity = draw_identity("http://127.0.0.1:8080", 0)
    profile = Profile.create(config, "phrase de passe des essais", trust_file(), identity)
    assert load_desk(profile) == Desk()
    save_desk(profile, Desk(controller="Département du Val", dpo="dpo@val.example"))
    save_desk(profile, Desk(dpo="autre@val.example"))
    again = Profile.open(config, "phrase de passe des essais")
    assert load_desk(again) == Desk(controller="Département du Val", dpo="autre@val.example")


@pytest.mark.parametrize("given", ["reason", "secret=x", "=x", ""])
def test_a_blank_that_no_text_has_is_refused(given: str) -> None:
    with pytest.raises(UsageError):
        blank(given)
    assert blank("reason=a=b") == ("reason", "a=b")
