"""Writing at a browser: files that go with it, sending that can be undone, no network, taking back.

The doctor, in Python, reads what comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Route, expect

from support.browser_watch import Watch
from support.budgets import Counter
from support.web_team import DESK, DETAIL, PHONE, Team, professional_at
from volet_client.entries import Read
from volet_client.members import GENERAL
from volet_demo.world import World
from volet_protocol.kinds import Content, Relation
from volet_protocol.places import Place

# Told in this order: each chapter goes on with what those before it did.
STORY = True
CASES = 12
MESSAGES = 25
MOST_TAPS = 60
SIZES = {"desk": DESK, "phone": PHONE}
# Nothing in it acts.
PAGE = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
PLACE_OF_PHOTO = b"GPSLatitude 47.9029 N, 1.9039 E"


@pytest.fixture(scope="module")
def team(world: World) -> Iterator[Team]:
    team = Team.open(world)
    yield team
    team.doctor.close()


@pytest.fixture(scope="module")
def others(team: Team) -> list[Team]:
    """Return further cases of the same doctor."""
    made: list[Team] = []
    for _ in range(CASES - 1):
        case = team.doctor.cases.open().case
        team.doctor.members.give_notice(case, [GENERAL], "oral")
        made.append(Team(team.doctor, case))
    return made


@pytest.fixture(scope="module")
def nurse(browser: Browser, world: World, team: Team, others: list[Team]) -> Iterator[Watch]:
    watch, user = professional_at(browser, world)
    team.post("Première", "Sous la première clé.")
    for one in (team, *others):
        one.let_in(user)
    yield watch
    watch.check()
    watch.page.context.close()


Count = Callable[[Watch, str], Counter]


def _go(watch: Watch, fragment: str) -> None:
    watch.page.goto(f"{watch.world.addresses.hub}/#{fragment}")


def _thread(watch: Watch, team: Team) -> None:
    _go(watch, f"/cases/{team.case}/thread/medical")
    watch.title("Santé")
    # The level first: a field that is there before it may be filled and emptied again.
    watch.page.get_by_label("Écrire ici").last.wait_for()


def _write(watch: Watch, text: str) -> None:
    watch.page.get_by_label("Écrire ici").last.fill(text)


def _send_now(watch: Watch) -> None:
    _go(watch, "/outgoing")
    watch.title("Envois en attente")
    watch.press("Envoyer maintenant")
    watch.page.get_by_text("Tout est parti.").wait_for()


def _found(team: Team, title: str, place: Place = DETAIL) -> list[Read]:
    reads = team.doctor.entries.titles(team.case, place)
    return [read for read in reads if read.title is not None and read.title.title == title]


def _photo(watch: Watch) -> bytes:
    """Return a photograph as a phone writes it: where it was taken stands in it."""
    plain = watch.page.screenshot(type="jpeg")
    exif = b"Exif\x00\x00" + PLACE_OF_PHOTO
    return plain[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + plain[2:]


class TestFiles:
    def test_a_photo_and_a_dropped_file_go_with_a_message_and_the_photo_tells_no_place(
        self, nurse: Watch, team: Team
    ) -> None:
        _thread(nurse, team)
        _write(nurse, "Pansement de ce matin")
        photo: FilePayload = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": _photo(nurse)}
        nurse.page.get_by_label("Prendre une photo").set_input_files([photo])
        nurse.page.get_by_role("listitem").filter(has_text="Photo.jpg").wait_for()
        drop = nurse.page.evaluate_handle(
            """() => {
              const moved = new DataTransfer();
              moved.items.add(new File(["Tension : 13/8"], "tension.txt", { type: "text/plain" }));
              return moved;
            }"""
        )
        nurse.page.get_by_role("form", name="Écrire ici").dispatch_event("drop", {"dataTransfer": drop})
        nurse.page.get_by_role("button", name="Voir tension.txt").click()
        nurse.page.get_by_text("Tension : 13/8").wait_for()
        nurse.picture("compose-files")
        nurse.axe()
        nurse.press("Envoyer")
        _send_now(nurse)
        (message,) = _found(team, "Pansement de ce matin")
        for name, kept in (("Photo.jpg", None), ("tension.txt", b"Tension : 13/8")):
            (read,) = _found(team, name)
            assert read.title is not None
            assert read.listed.entry is not None
            assert message.listed.entry is not None
            assert [(one.relation, one.entry) for one in read.title.relations] == [
                ("concerns", message.listed.entry.id)
            ]
            body = team.doctor.entries.read(team.case, DETAIL, read.listed.entry.id).body
            assert isinstance(body, bytes)
            assert body.startswith(b"\xff\xd8") if kept is None else body == kept
            assert PLACE_OF_PHOTO not in body
            assert b"Exif" not in body

    def test_how_much_of_a_file_left_is_shown_while_it_leaves(self, nurse: Watch, team: Team) -> None:
        pieces: list[Route] = []
        # The second piece waits on its way until somebody looked.
        nurse.page.route(
            "**/v1/uploads/**",
            lambda route: pieces.append(route) if route.request.url.endswith("/1") else route.continue_(),
        )
        _thread(nurse, team)
        _write(nurse, "Radio de la hanche")
        whole: FilePayload = {"name": "radio.bin", "mimeType": "application/octet-stream", "buffer": bytes(3_000_000)}
        nurse.page.get_by_label("Joindre un fichier").set_input_files([whole])
        nurse.page.get_by_role("listitem").filter(has_text="radio.bin").wait_for()
        nurse.press("Envoyer")
        _go(nurse, "/outgoing")
        nurse.press("Envoyer maintenant")
        bar = nurse.page.get_by_role("progressbar", name="Envoi de radio.bin")
        expect(bar).to_have_js_property("value", 1_048_576)
        nurse.axe()
        nurse.page.unroute_all(behavior="wait")
        for piece in pieces:
            piece.continue_()
        nurse.page.get_by_text("Tout est parti.").wait_for()
        assert bar.count() == 0
        (read,) = _found(team, "radio.bin")
        assert read.listed.entry is not None
        assert team.doctor.entries.read(team.case, DETAIL, read.listed.entry.id).body == bytes(3_000_000)

    def test_a_file_above_the_limit_is_refused_in_words_and_the_text_stays(
        self, nurse: Watch, team: Team, tmp_path: Path
    ) -> None:
        _thread(nurse, team)
        _write(nurse, "Avec un fichier trop lourd")
        # From the disk: sent to the browser as an argument, so many bytes take longer than all the rest.
        large = tmp_path / "grand.bin"
        large.write_bytes(bytes(26 * 1024 * 1024))
        nurse.page.get_by_label("Joindre un fichier").set_input_files([large])
        nurse.page.get_by_text("Ce fichier dépasse 25 Mo.").wait_for()
        expect(nurse.page.get_by_label("Écrire ici").last).to_have_value("Avec un fichier trop lourd")
        broken: FilePayload = {"name": "cassee.png", "mimeType": "image/png", "buffer": b"ceci n'est pas une image"}
        nurse.page.get_by_label("Joindre un fichier").set_input_files([broken])
        nurse.page.get_by_text("Cette image ne peut pas être lue ici.").wait_for()
        _write(nurse, "")

    def test_an_image_and_a_page_that_others_sent_are_seen_here_before_anything_is_saved(
        self, nurse: Watch, team: Team
    ) -> None:
        image = nurse.page.screenshot(type="png")
        for name, data, kind in (("plaie.png", image, "image/png"), ("lettre.pdf", PAGE, "application/pdf")):
            team.doctor.documents.store(team.case, DETAIL, name, data, title=name, media_type=kind)
        for name in ("plaie.png", "lettre.pdf"):
            _thread(nurse, team)
            nurse.page.get_by_role("link", name=name).click()
            nurse.press("Ouvrir le fichier")
            nurse.page.get_by_role("link", name="Enregistrer sur cet appareil").wait_for()
            shown = nurse.page.locator("main .preview")
            shown.wait_for()
            # From this page's memory: no address of anybody else's.
            assert str(shown.get_attribute("src")).startswith("blob:")
            if name == "plaie.png":
                nurse.page.wait_for_function("() => document.querySelector('main img.preview').naturalWidth > 100")
                nurse.axe()


class TestSending:
    def test_for_twenty_seconds_sending_is_undone_by_one_tap_and_the_words_are_a_draft_again(
        self, nurse: Watch, team: Team
    ) -> None:
        _thread(nurse, team)
        _write(nurse, "Dans le mauvais dossier")
        nurse.press("Envoyer")
        nurse.page.get_by_role("link", name="Dans le mauvais dossier").get_by_text("Part dans").wait_for()
        nurse.picture("outgoing-bar")
        nurse.press("Annuler l’envoi")
        expect(nurse.page.get_by_label("Écrire ici").last).to_have_value("Dans le mauvais dossier")
        nurse.page.get_by_role("link", name="Dans le mauvais dossier").wait_for(state="detached")
        assert _found(team, "Dans le mauvais dossier") == []
        _write(nurse, "")

    def test_without_network_it_waits_here_outlives_a_reload_and_leaves_by_itself(
        self, nurse: Watch, team: Team
    ) -> None:
        _thread(nurse, team)
        _write(nurse, "Écrit dans l'ascenseur")
        nurse.page.context.set_offline(True)
        nurse.press("Envoyer")
        nurse.page.get_by_role("region", name="Envoi en attente").get_by_text("Hors ligne").wait_for()
        nurse.page.get_by_role("link", name="Voir", exact=True).click()
        nurse.title("Envois en attente")
        nurse.picture("outgoing")
        nurse.axe()
        nurse.press("Envoyer maintenant")
        nurse.page.get_by_role("main").get_by_text("Hors ligne : gardé ici").wait_for()
        nurse.page.context.set_offline(False)
        # Without network requests fail, and are meant to.
        nurse.found[:] = [one for one in nurse.found if "ERR_INTERNET_DISCONNECTED" not in one]
        nurse.page.reload()
        nurse.page.get_by_text("Tout est parti.").wait_for()
        (read,) = _found(team, "Écrit dans l'ascenseur")
        assert read.listed.entry is not None
        body = team.doctor.entries.read(team.case, DETAIL, read.listed.entry.id).body
        assert isinstance(body, Content)
        assert body.fields == {"text": "Écrit dans l'ascenseur"}


class TestTakingBack:
    def test_a_mis_sent_note_is_taken_back_in_two_taps_and_its_author_sees_who_had_opened_it(
        self, nurse: Watch, team: Team, budget: Count
    ) -> None:
        _thread(nurse, team)
        _write(nurse, "Ceci est dans le mauvais dossier")
        nurse.press("Envoyer")
        _send_now(nurse)
        (read,) = _found(team, "Ceci est dans le mauvais dossier")
        assert read.listed.entry is not None
        entry = read.listed.entry.id
        team.doctor.entries.read(team.case, DETAIL, entry)
        seen = (Relation("acknowledges", entry),)
        team.doctor.entries.post(team.case, DETAIL, "Lu", kind="mark", fields={}, relations=seen)
        _thread(nurse, team)
        nurse.page.get_by_role("link", name="Ceci est dans le mauvais dossier").click()
        nurse.title("Élément")
        nurse.page.get_by_role("button", name="Reprendre ce que j’ai écrit").wait_for()
        counter = budget(nurse, "take back a mis-sent note")
        nurse.press("Reprendre ce que j’ai écrit")
        nurse.page.get_by_text("Ont dit l’avoir lu").wait_for()
        nurse.axe()
        nurse.picture("take-back")
        nurse.press("Reprendre maintenant")
        nurse.page.get_by_text("Repris par son auteur.").wait_for()
        counter.within(taps=2)
        opened = nurse.page.get_by_role("list", name="Qui l’avait ouvert avant ?")
        opened.get_by_text("L’a ouvert").wait_for()
        assert opened.get_by_role("listitem").count() == 1
        assert "Médecin" in opened.inner_text()
        nurse.picture("taken-back")
        nurse.axe()
        nurse.page.reload()
        opened.get_by_text("L’a ouvert").wait_for()
        listed = team.doctor.entries.titles(team.case, DETAIL)
        assert [one.listed.taken_back for one in listed if one.listed.entry and one.listed.entry.id == entry] == [True]


class TestExchanges:
    def test_an_exchange_is_begun_with_chosen_recipients_and_its_first_message(self, nurse: Watch, team: Team) -> None:
        _go(nurse, f"/cases/{team.case}")
        nurse.page.get_by_role("link", name="Nouvel échange").click()
        nurse.title("Nouvel échange")
        nurse.page.get_by_text("Choisissez au moins une personne.").wait_for()
        nurse.page.get_by_role("checkbox").first.click()
        nurse.page.get_by_label("Objet").fill("Passage de demain")
        nurse.page.get_by_label("Votre message").fill("Pouvez-vous venir à 9 h ?")
        nurse.page.get_by_text("Lu par 1 personne").wait_for()
        nurse.picture("new-exchange")
        nurse.axe()
        nurse.press("Commencer l’échange")
        nurse.page.get_by_role("heading", name="Échange", exact=True).wait_for()
        _send_now(nurse)
        (exchange,) = [one for one, _ in team.doctor.exchanges.ids(team.case)]
        place = Place("exchange", exchange)
        (read,) = _found(team, "Passage de demain", place)
        assert read.listed.entry is not None
        body = team.doctor.entries.read(team.case, place, read.listed.entry.id).body
        assert isinstance(body, Content)
        assert body.fields == {"text": "Pouvez-vous venir à 9 h ?"}
        _go(nurse, f"/cases/{team.case}/exchange/{exchange}")
        nurse.page.get_by_role("link", name="Passage de demain").wait_for()
        nurse.page.get_by_label("Écrire ici").last.wait_for()
        nurse.axe()
        nurse.picture("exchange")
        # What the other says there comes by itself.
        team.doctor.entries.post(team.case, place, "À 9 h, oui", kind="message", fields={"text": "À 9 h, oui."})
        nurse.page.get_by_role("link", name="À 9 h, oui").wait_for()


class TestInbox:
    @pytest.mark.parametrize("where", ["desk", "phone"])
    def test_twenty_five_messages_are_read_and_answered_in_sixty_taps(
        self, nurse: Watch, team: Team, others: list[Team], budget: Count, where: str
    ) -> None:
        cases = (team, *others)
        asked = [f"Question {n:02} ({where})" for n in range(MESSAGES)]
        for n, title in enumerate(asked):
            cases[n % CASES].post(title, f"{title} : qu'en pensez-vous ?", kind="message")
        for one in others:
            # The first word in a section starts its key, which is then handed over.
            one.sync()
        nurse.page.set_viewport_size(SIZES[where])
        _read_until(nurse, f"{asked[0]} : qu'en pensez-vous ?")
        counter = budget(nurse, f"read and answer {MESSAGES} messages over {CASES} cases ({where})")
        for n, title in enumerate(asked):
            nurse.page.get_by_text(f"{title} : qu'en pensez-vous ?").wait_for()
            field = nurse.page.get_by_label("Répondre").last
            # With one thumb: a message and where it is answered stand on the screen together.
            expect(field).to_be_in_viewport()
            field.click()
            field.press_sequentially(f"Réponse {n:02} ({where})", delay=0)
            nurse.press("Envoyer")
        nurse.page.get_by_text("Tout est lu.").wait_for()
        counter.within(taps=MOST_TAPS)
        _go(nurse, "/outgoing")
        nurse.page.get_by_text("Tout est parti.").wait_for(timeout=120_000)
        nurse.page.set_viewport_size(DESK)
        answers = [found for n in range(MESSAGES) for found in _found(cases[n % CASES], f"Réponse {n:02} ({where})")]
        assert len(answers) == MESSAGES

    def test_what_asks_who_takes_it_on_is_taken_over_by_a_signed_word_and_stands_in_my_actions(
        self, nurse: Watch, team: Team
    ) -> None:
        asked = team.doctor.entries.post(
            team.case, DETAIL, "Sonde à changer", kind="transmission",
            fields={"text": "Avant vendredi, qui s'en charge ?", "asks_charge": 24},
        )  # fmt: skip
        _read_until(nurse, "Avant vendredi, qui s'en charge ?")
        nurse.page.get_by_text("Demande que quelqu’un s’en charge").wait_for()
        nurse.picture("inbox-take")
        nurse.press("Je m’en occupe")
        nurse.page.get_by_text("Avant vendredi, qui s'en charge ?").wait_for(state="detached")
        _go(nurse, f"/cases/{team.case}/entry/section.medical.2/{asked.id}")
        nurse.page.get_by_text("Pris en charge par").wait_for()
        (mark,) = _found(team, "Pris en charge")
        assert mark.listed.entry is not None
        body = team.doctor.entries.read(team.case, DETAIL, mark.listed.entry.id).body
        assert isinstance(body, Content)
        assert body.relations == (Relation("takes_charge", asked.id),)
        _go(nurse, "/actions")
        nurse.page.get_by_role("list", name="Je m’en occupe").get_by_text("Sonde à changer").wait_for()
        nurse.picture("actions")
        nurse.axe()

    def test_what_is_to_do_by_a_day_stands_there_with_it_and_what_is_for_later_waits_behind_the_rest(
        self, nurse: Watch, team: Team
    ) -> None:
        team.post("Compresses", "Commander des compresses.", kind="message")
        team.post("Rappeler Anne", "Rappeler sa fille jeudi.", kind="message")
        team.post("Kiné", "Le kiné passe lundi.", kind="message")
        page = nurse.page
        _read_until(nurse, "Commander des compresses.")
        nurse.press("Plus tard")
        page.get_by_text("Rappeler sa fille jeudi.").wait_for()
        nurse.press("À faire")
        page.get_by_label("Me le rappeler le").fill("2040-05-04")
        nurse.press("Garder à faire")
        page.get_by_text("Le kiné passe lundi.").wait_for()
        nurse.press("Vu")
        # The one that was put off comes after all others.
        page.get_by_text("Commander des compresses.").wait_for()
        page.reload()
        page.get_by_role("button", name="Lire (1)").wait_for()
        kept = page.get_by_role("list", name="À faire").get_by_role("listitem")
        kept.filter(has_text="Rappeler Anne").get_by_text("pour le 4 mai 2040").wait_for()
        assert page.get_by_role("list", name="À lire, le plus urgent d’abord").get_by_text("Rappeler Anne").count() == 0
        nurse.axe()


def _read_until(watch: Watch, text: str) -> None:
    """Read what waits, until the entry that says this."""
    _go(watch, "/")
    watch.page.reload()
    watch.page.get_by_role("button", name="Lire (").click()
    for _ in range(CASES + MESSAGES):
        watch.page.locator(".reading .words").wait_for()
        if watch.page.get_by_text(text).count() > 0:
            return
        before = watch.page.locator(".reading h2").inner_text()
        watch.press("Vu")
        watch.page.locator(".reading h2").get_by_text(before, exact=True).wait_for(state="detached")
