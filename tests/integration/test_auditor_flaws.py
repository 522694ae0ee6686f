"""What else a lying hub, or whoever holds its database, may do to a case: the auditor finds each, and says which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from support.audited import DETAIL, Scene, ask, lying, peopled, permits
from support.client_world import World
from support.databases import open_disk
from support.identities import CONTROLLER
from volet_client.errors import VerificationError
from volet_client.log_decisions import Flaw
from volet_client.log_export import check_export
from volet_protocol import canonical, case_chain
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import DAY_MS, Capacity
from volet_protocol.fact_people import Referent
from volet_protocol.trust_bundle import TrustBundle, sign_bundle
from volet_service.application import chain_links, release_entries
from volet_service.domain.leaves import LeafContent


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with peopled(tmp_path_factory.mktemp("flawed")) as world:
        yield world


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def ended(world: World, until_ms: int | None) -> TrustBundle:
    """The next bundle, in which the registrar ended at an instant, or is not listed any more."""
    body = dict(cast("JsonObject", canonical.decode(world.trust)["body"]))
    first, *others = cast("list[JsonObject]", body["registrars"])
    kept = [] if until_ms is None else [{**first, "until_ms": until_ms}]
    body |= {"version": 2, "registrars": [*kept, *others]}
    return TrustBundle.read(sign_bundle(body, [CONTROLLER])).verify(None)


def test_a_registrar_that_ended_still_proves_what_was_done_before_and_nothing_after(tmp_path: Path) -> None:
    with peopled(tmp_path) as world:
        scene = Scene(world)
        content, log = scene.auditor.audit.collect(records=True), scene.auditor.hub.trust.log
        before, now_ms = check_export(content, log, world_bundle(world)), scene.doctor.clock()
        after = check_export(content, log, ended(world, now_ms + 1))
        assert (after.cases, after.findings) == (before.cases, ())
        # Ended before the case was opened, or taken out without an end: nobody acted in a capacity that counts.
        for bundle in (ended(world, now_ms - DAY_MS // 2), ended(world, None)):
            assert check_export(content, log, bundle).findings


def world_bundle(world: World) -> TrustBundle:
    return TrustBundle.read(world.trust).verify(None)


def test_a_decision_by_rules_that_were_not_in_force_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_entries, "check_named", lambda *_: None)
    ask(scene, scene.doctor, policy="ab" * 32)
    assert scene.flaws() == {Flaw.WRONG_TABLE}


def test_an_act_in_the_capacity_of_somebody_else_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def anybodys(uow: Any, _user: str, attestation: str) -> Capacity:  # noqa: ANN401 -- the hub's unit of work
        found: Capacity = uow.users.attestation(attestation).capacity
        return found

    monkeypatch.setattr(release_entries, "capacity_of", anybodys)
    monkeypatch.setattr(release_entries, "check_list_known", lambda *_: None)
    lying(monkeypatch, release_entries, "rule", permits)
    ask(scene, scene.doctor, capacity=scene.coord.author.capacity)
    assert Flaw.FORGED in scene.flaws()


def test_a_fact_that_its_author_may_not_record_is_found_where_the_hub_took_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(*args: Any, **more: Any) -> Any:  # noqa: ANN401 -- what the hub passes
        return replace(case_chain.extend(*args, **more), voids={})

    monkeypatch.setattr(chain_links, "case_chain", SimpleNamespace(extend=taken))
    coord = scene.coord
    facts = coord.cases.view(scene.case).main.facts
    (mine,) = facts.participations_of(coord.author.user, coord.clock())
    coord._emergency_links.record(scene.case, Referent(mine.hash, coord.clock()))
    assert Flaw.VOID in scene.flaws()


def test_a_fact_rewritten_in_the_database_is_found(world: World, scene: Scene) -> None:
    assert not scene.flaws()
    with open_disk(world.folder / "hub") as disk:
        rows = disk.all("SELECT b.link, b.body FROM fact_body b JOIN link l ON l.hash = b.link ORDER BY l.leaf DESC")
        link, body = next((link, canonical.decode(body)) for link, body in rows if b'"notice' in body)
        later = canonical.encode({**body, "at_ms": 1})
        disk.execute("UPDATE fact_body SET body = ? WHERE link = ?", (later, link))
    assert Flaw.BROKEN in scene.flaws()


def test_an_entry_handed_out_that_nobody_deposited_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_another(view: Any, *rest: Any, **more: Any) -> LeafContent:  # noqa: ANN401 -- what the hub passes
        return LeafContent(replace(view, entries=(*view.entries, "ab" * 32)), *rest, **more)

    monkeypatch.setattr(release_entries, "LeafContent", with_another)
    with pytest.raises(VerificationError):
        scene.doctor.entries.read(scene.case, DETAIL, scene.entry)
    assert Flaw.UNKNOWN_ENTRY in scene.flaws()
