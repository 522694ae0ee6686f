"""« Mes consultations »: anybody reads what they were given, over all their cases, and nothing of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.members import GENERAL, Terms
from volet_protocol.errors import ProtocolError
from volet_protocol.hashing import sha256
from volet_protocol.log_request import OWN_RELEASES, LogRequest
from volet_protocol.places import Place
from volet_protocol.release import REQUEST_ID_SIZE

DETAIL = Place("section", "medical/2")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("own-releases")) as world:
        for name in ("doctor", "nurse"):
            world.professional(name, "H1" if name == "doctor" else "H2", "dac")
        yield world


@pytest.fixture(scope="module")
def cases(world: World) -> list[str]:
    """Two cases in which the nurse read what the doctor wrote."""
    doctor, nurse = world.clients["doctor"], world.clients["nurse"]
    made: list[str] = []
    for _ in range(2):
        case = doctor.cases.open().case
        doctor.members.give_notice(case, [GENERAL], "oral")
        doctor.members.add(case, nurse.author.user, Terms())
        entry = doctor.entries.post(case, DETAIL, "Titre", fields={"text": "texte"}).id
        doctor.cases.sync(case)
        nurse.entries.read(case, DETAIL, entry)
        made.append(case)
    return made


def cases_of(client: Client) -> set[object]:
    """Return the cases of the releases that somebody is shown of themselves, as they signed for them."""
    found = [act for act in client.audit.accesses(None).acts if act.view is not None and act.view.act == "release"]
    assert found
    assert {act.identity.user for act in found if act.identity is not None} == {client.author.user}
    return {cast("Any", act.identity).request["body"]["case"] for act in found}


class TestOwnReleases:
    def test_somebody_reads_what_they_were_given_over_all_their_cases(self, world: World, cases: list[str]) -> None:
        assert cases_of(world.clients["nurse"]) == set(cases)

    def test_what_others_were_given_is_not_shown(self, world: World, cases: list[str]) -> None:
        doctor, nurse = world.clients["doctor"], world.clients["nurse"]
        answer = nurse.entries.post(cases[0], DETAIL, "Retour", fields={"text": "fait"}).id
        doctor.entries.read(cases[0], DETAIL, answer)
        shown = [{act.index for act in client.audit.accesses(None).acts} for client in (doctor, nurse)]
        assert shown[0]
        assert shown[0].isdisjoint(shown[1])

    @pytest.mark.usefixtures("cases")
    def test_to_look_is_in_the_log_too(self, world: World) -> None:
        nurse = world.clients["nurse"]
        before = len(nurse.audit.accesses(None).acts)
        looks = [act.view for act in nurse.audit.accesses(None).acts[before:]]
        assert [(view.act, view.purpose) for view in looks if view is not None] == [("log-look", OWN_RELEASES)]

    def test_what_was_read_stays_told_to_who_left_the_case(self, world: World, cases: list[str]) -> None:
        nurse, doctor = world.clients["nurse"], world.clients["doctor"]
        doctor.members.end(cases[1], nurse.author.user)
        doctor.cases.sync(cases[1])
        assert cases[1] in cases_of(nurse)

    def test_it_names_no_case_so_that_nobody_asks_for_one_that_they_do_not_see(self, world: World) -> None:
        author = world.clients["nurse"].author
        with pytest.raises(ProtocolError, match="own releases"):
            LogRequest(
                preamble=author.preamble(),
                request_id=bytes(REQUEST_ID_SIZE),
                purpose=OWN_RELEASES,
                checkpoint=world.clients["nurse"].hub.checkpoint(),
                case=sha256(b"any").hex(),
            )
