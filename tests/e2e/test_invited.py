"""Somebody invited by a code, each process real: provider, registrar, hub; whoever invited them is gone by then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from volet_demo.cast import CAST, DAC, GUESTS
from volet_demo.party import Party
from volet_demo.world import World

MO = next(role for role in CAST if role.key == "mo")
NURSE = next(role for role in GUESTS if role.kind == "professional")
TEXT = "Vit seule, trois chutes depuis l'été."


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("invited") / "world") as world:
        world.start([MO])
        arrive(world, world.parties[MO.key])
        yield world


def arrive(world: World, party: Party) -> None:
    """Sign in, have the capacity attested by the registrar, sign in with it."""
    party.log_in(world.browser)
    party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))


@pytest.mark.slow
def test_a_newcomer_reads_while_all_others_are_off_line(world: World) -> None:
    mo = world.parties[MO.key]
    case = str(mo.do("case", "open", "--name", "Mme B").result["case"])
    mo.do("notice", "team", "--means", "oral", "--case", case)
    entry = str(mo.do("post", "medical/1", "--title", "Synthèse", "--text", TEXT, "--case", case).result["id"])
    made = mo.do(
        "invite", "make", NURSE.key, "--row", "H2", "--structure", DAC, "--informed", "oral", "--case", case
    ).result
    assert "medical/1" in made["sections"]
    mo.stop(world.processes)

    world.make_parties([NURSE])
    newcomer = world.parties[NURSE.key]
    arrive(world, newcomer)
    joined = newcomer.do("join", "--code", str(made["code"])).result
    assert (joined["case"], joined["left"]) == (case, [])
    read = newcomer.do("read", "medical/1", entry, "--case", case)
    assert TEXT in str(read.result["body"])
    newcomer.refused("join", "--code", "6X4W-PJ7E-DT6X-CWW0-V")

    mo.start(world.processes)
    listed = mo.do("invite", "list", "--case", case).result["invitations"]
    assert [one["state"] for one in listed] == ["already"]
    assert mo.do("sync", "--case", case).exit == 0
