"""An author who did not leave a key behind, and a hub that lets them: what other readers make of their entry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.errors import VerificationError
from volet_client.members import GENERAL, Terms
from volet_protocol.debts import Debt
from volet_protocol.errors import Reason
from volet_protocol.places import Place
from volet_service.application import post_entry

DETAIL = Place("section", "medical/2")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("owed")) as world:
        world.professional("mo", "H1", "practice")
        world.professional("inf", "H2", "clinic")
        world.professional("left", "H2", "clinic")
        yield world


@pytest.fixture
def case(world: World) -> str:
    mo = world.clients["mo"]
    case = mo.cases.open().case
    mo.members.give_notice(case, [GENERAL], "oral")
    for name in ("inf", "left"):
        mo.members.add(case, world.clients[name].author.user, Terms())
    mo.entries.post(case, DETAIL, "Avant", fields={"text": "avant"})
    mo.cases.sync(case)
    return case


def test_an_entry_under_a_key_that_had_to_be_left_behind_is_refused_by_name_and_hides_no_other(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    mo.members.end(case, world.clients["left"].author.user)
    # Author and hub in league: neither renews the key that somebody who left still holds.
    monkeypatch.setattr(mo.granting, "rotate_owed", lambda view, _section: view)
    monkeypatch.setattr(post_entry, "debt", lambda *_: Debt())
    entry = mo.entries.post(case, DETAIL, "Pendant", fields={"text": "pendant"}).id
    with pytest.raises(VerificationError) as caught:
        inf.entries.read(case, DETAIL, entry)
    assert caught.value.reason is Reason.SECTION_OWED
    assert entry[:16] in caught.value.said.fr
    assert caught.value.hint.fr.startswith("Demandez à son auteur de l'écrire à nouveau")
    first, second = inf.entries.titles(case, DETAIL)
    assert (first.title and first.title.title, first.error) == ("Avant", None)
    assert isinstance(second.error, VerificationError)


def test_what_was_written_after_the_rotation_is_read(world: World, case: str) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    mo.members.end(case, world.clients["left"].author.user)
    entry = mo.entries.post(case, DETAIL, "Après", fields={"text": "après"})
    assert entry.epoch == 2
    assert inf.entries.read(case, DETAIL, entry.id).error is None
    assert [read.error for read in inf.entries.titles(case, DETAIL)] == [None, None]


def test_many_entries_of_a_day_are_judged_alike(world: World, case: str) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    for number in range(6):
        mo.entries.post(case, DETAIL, f"Titre {number}", fields={"text": "texte"})
    assert [read.error for read in inf.entries.titles(case, DETAIL)] == [None] * 7
