"""The sheets of a conference: one page, nothing from elsewhere, whatever somebody typed."""

from __future__ import annotations

import re

import pytest

from volet_client.conference_sheets import Sheet, attendance, information, minutes_page
from volet_protocol.case_reference import reference_of
from volet_protocol.fact_meetings import Conference
from volet_protocol.meeting_words import Announcement, DecisionTaken, Invited, Minutes

HOUR = 3_600_000
T0 = 1_770_000_000_000
EVIL = "<script src=https://x.example>&\"'</script>"
HASH = "ab" * 32
SHEET = Sheet(f"Mme A {EVIL}", HASH, f"Coord {EVIL}", T0)
FACT = Conference(HASH, "coordination", T0, T0 + HOUR, (HASH,), "declined", HASH, (HASH,), 1)
WORDS = Announcement(
    f"Retour {EVIL}", f"Salle {EVIL}", T0, T0 + HOUR, (f"Lit {EVIL}",), (Invited(EVIL, EVIL, EVIL),), f"Non {EVIL}"
)
MINUTES = Minutes(HASH, f"Décidé.\n{EVIL}", (EVIL,), (DecisionTaken(EVIL, EVIL, T0), DecisionTaken("Appeler", "Coord")))
PAGES = {
    "information": information(SHEET, FACT, WORDS, [EVIL]),
    "attendance": attendance(SHEET, FACT, WORDS),
    "minutes": minutes_page(SHEET, WORDS, MINUTES),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_what_was_typed_is_text_and_nothing_comes_from_elsewhere(page: str) -> None:
    assert "<script" not in page
    # What is left between angle brackets is ours: no attribute of it names an address, no element fetches anything.
    tags = re.findall(r"<[^>]*>", page)
    assert not [tag for tag in tags if "http" in tag or re.match(r"<(?:img|link|iframe|object|form|a)\b", tag)]
    assert "url(" not in page
    assert page.count("<footer>") == page.count("</html>") == 1
    assert "document confidentiel" in page
    assert reference_of(HASH) in page


def test_the_information_says_why_the_person_is_not_there_and_what_they_may_refuse() -> None:
    page = PAGES["information"]
    assert "ne souhaite pas y participer" in page
    assert "refuser qu'un document soit montré" in page
    assert "1 document du dossier" in page
    assert "sept jours" in page


def test_the_person_has_a_line_of_her_own_on_the_attendance_sheet() -> None:
    assert PAGES["attendance"].count("<td class=sign>") == 1 + len(WORDS.people) + 2
    assert "personne accompagnée" in PAGES["attendance"]


def test_each_decision_of_the_minutes_says_who_and_when_if_there_is_a_date() -> None:
    page = PAGES["minutes"]
    assert "<td>Appeler</td><td>Coord</td><td></td>" in page
    assert "Décidé.<br>" in page


def test_minutes_without_a_decision_have_no_empty_table() -> None:
    assert "<table>" not in minutes_page(SHEET, WORDS, Minutes(HASH, "Rien.", ("Mme A",)))
