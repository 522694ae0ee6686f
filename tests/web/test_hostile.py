"""Names, texts, files and file names crafted to inject, to turn directions or to break the layout are words, no more.

Each test opens what somebody hostile wrote in every view that shows it, at 360 pixels. The page is watched: a request,
a message on the console, a dialog, a window, a refused piece of content fails the test (`support/browser_watch.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

import volet_demo.world
from support.browser_watch import Watch
from support.hostile_content import FILES, HOSTILE, LABEL, MARKUP, OVERRIDE, WORDS, check_inert
from support.web_team import DETAIL, PHONE, Team, auditor_at, colleague, person_at, professional_at
from volet_demo.cast import STRUCTURES
from volet_demo.world import World

DIST = Path(__file__).parents[2] / "clients" / "web" / "dist"
LONG_TEXTS = [words * 40 for words in WORDS]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose structures are called what somebody hostile would like them to be called."""
    with World(tmp_path_factory.mktemp("web") / "world") as world, pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOLET_WEB", str(DIST))
        called = tuple((id_, f"{label} {LABEL}", kind) for id_, label, kind in STRUCTURES)
        patch.setattr(volet_demo.world, "STRUCTURES", called)
        world.start(())
        yield world


@pytest.fixture(scope="module")
def auditor(browser: Browser, world: World) -> Iterator[Watch]:
    watch = auditor_at(browser, world, size=PHONE)
    yield from _kept(watch)


@pytest.fixture(scope="module")
def person(browser: Browser, world: World) -> Iterator[tuple[Watch, str]]:
    watch, user = person_at(browser, world)
    for kept in _kept(watch):
        yield kept, user


@pytest.fixture(scope="module")
def team(world: World, person: tuple[Watch, str]) -> Iterator[Team]:
    team = Team.open(world, person[1])
    yield team
    team.doctor.close()


@pytest.fixture(scope="module")
def nurse(browser: Browser, world: World, team: Team) -> Iterator[Watch]:
    """The nurse, in the case in which somebody hostile wrote."""
    watch, user = professional_at(browser, world, size=PHONE)
    team.let_in(user)
    for words, text in zip(WORDS, LONG_TEXTS, strict=True):
        team.post(words, text)
    for number, (name, media_type, data) in enumerate(FILES):
        team.doctor.documents.store(team.case, DETAIL, name, data, title=f"Fichier {number}", media_type=media_type)
    team.sync()
    yield from _kept(watch)


def _kept(watch: Watch) -> Iterator[Watch]:
    watch.page.add_init_script(HOSTILE)
    watch.page.reload()
    yield watch
    watch.check()
    watch.page.context.close()


def show(watch: Watch, fragment: str, title: str) -> None:
    watch.page.goto(f"{watch.world.addresses.hub}/#{fragment}")
    watch.title(title)
    watch.page.get_by_text("Chargement…").wait_for(state="detached")


class TestProfessional:
    def test_a_thread_of_hostile_titles_is_lines_of_words(self, nurse: Watch, team: Team) -> None:
        show(nurse, f"/cases/{team.case}/thread/medical", "Santé")
        lines = nurse.page.locator(".entry-line")
        lines.nth(len(WORDS) + len(FILES) - 1).wait_for()
        check_inert(nurse.page)
        # No line is higher because of what somebody wrote in it: the others stay where they are.
        assert len({_height(one) for one in lines.all()}) == 1
        shown = {line.locator("bdi").first.inner_text() for line in lines.all()}
        assert {MARKUP, OVERRIDE} <= shown
        nurse.check()

    def test_each_hostile_text_is_read_whole_and_does_nothing(self, nurse: Watch, team: Team) -> None:
        for number in range(len(WORDS)):
            show(nurse, f"/cases/{team.case}/thread/medical", "Santé")
            nurse.page.get_by_role("link", name="Note").nth(len(WORDS) - 1 - number).click()
            body = nurse.page.locator(".sheet p.words")
            body.wait_for()
            assert body.text_content() == LONG_TEXTS[number]
            check_inert(nurse.page)
            nurse.check()

    def test_each_hostile_file_is_shown_as_what_it_surely_is_or_not_at_all(self, nurse: Watch, team: Team) -> None:
        expected = ("none", "none", "none", "none", "text")
        for number, (kind, (name, _, data)) in enumerate(zip(expected, FILES, strict=True)):
            show(nurse, f"/cases/{team.case}/thread/medical", "Santé")
            nurse.page.get_by_role("link", name=f"Fichier {number}").click()
            nurse.press("Ouvrir le fichier")
            nurse.page.get_by_role("link", name="Enregistrer sur cet appareil").wait_for()
            assert nurse.page.get_by_text("Ce fichier ne s’affiche pas ici").count() == (kind == "none")
            assert nurse.page.locator("iframe").count() == 0
            check_inert(nurse.page)
            if kind == "text":
                assert nurse.page.locator(".preview-text").text_content() == data.decode()
            with nurse.page.expect_download() as saved:
                nurse.page.get_by_role("link", name="Enregistrer sur cet appareil").click()
            assert Path(saved.value.path()).read_bytes() == data
            assert not {*saved.value.suggested_filename} & {"/", "\\", "<", ">"}, name
            nurse.check()

    def test_what_there_is_to_read_and_what_is_found_hold_hostile_words_as_words(
        self, nurse: Watch, team: Team
    ) -> None:
        # What was opened is read: something has to wait, whatever was opened before.
        team.post("Encore un mot", "Un mot.", kind="message")
        show(nurse, f"/cases/{team.case}", "Mes dossiers")
        nurse.page.get_by_text("Nommer ce dossier").click()
        nurse.page.get_by_label("Nom de ce dossier, sur cet appareil seulement").fill(f"{OVERRIDE}{MARKUP}"[:100])
        nurse.press("Garder ce nom")
        nurse.page.locator("h1 ~ * bdi").filter(has_text="emmargorp").first.wait_for()
        check_inert(nurse.page)
        for fragment, title in (("/cases", "Mes dossiers"), ("/", "À lire")):
            show(nurse, fragment, title)
            nurse.page.locator("bdi").filter(has_text="emmargorp").first.wait_for()
            check_inert(nurse.page)
        show(nurse, "/search", "Chercher")
        for asked in ("hostile", "emmargorp", "Or", "W" * 100, "a"):
            nurse.page.get_by_role("searchbox").fill(asked)
            nurse.page.get_by_role("list", name="Résultats").wait_for()
            check_inert(nurse.page)
        nurse.check()


class TestPerson:
    def test_what_hostile_structures_are_called_changes_nothing_in_her_file(
        self, person: tuple[Watch, str], team: Team, nurse: Watch
    ) -> None:
        watch, _ = person
        assert nurse.page.url
        watch.page.reload()
        watch.page.get_by_role("heading", name="Mon dossier").wait_for()
        check_inert(watch.page)
        for part, title in (
            ("looks", "Qui a regardé mon dossier ?"),
            ("who", "Qui peut voir quoi ?"),
            ("account", "À qui mes informations ont été montrées"),
        ):
            show(watch, f"/my/{team.case}/{part}", title)
            watch.page.get_by_text("<img src=x").first.wait_for()
            check_inert(watch.page)
        watch.check()


class TestAuditor:
    def test_the_words_of_an_emergency_are_words_to_the_auditor(self, auditor: Watch, world: World, team: Team) -> None:
        other = colleague(world, "idel")
        started = other.emergencies.start(team.case, "unconscious", " ".join(WORDS)[:2000])
        other.emergencies.stop(team.case, started.emergency)
        other.close()
        show(auditor, "/audit/emergencies", "Accès en urgence")
        auditor.page.get_by_role("link", name="Personne inconsciente").click()
        auditor.page.get_by_text("hostile()").first.wait_for()
        check_inert(auditor.page)
        show(auditor, "/", "Journal des accès")
        auditor.press("Consulter")
        auditor.page.get_by_text("Votre consultation est inscrite au journal").wait_for()
        check_inert(auditor.page)
        auditor.check()


def _height(line: Locator) -> int:
    box = line.bounding_box()
    return 0 if box is None else round(box["height"])
