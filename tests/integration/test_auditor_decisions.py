"""An auditor asks every decision of the log again: an honest hub has none wrong, and each lie of another is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from support.audited import DETAIL, Scene, ask, lying, peopled, permits, run
from support.client_world import World
from volet_client.errors import EvidenceError, VerificationError
from volet_client.log_decisions import Flaw
from volet_client.log_export import check_export
from volet_client.refusals import RefusedError
from volet_protocol.canonical import JsonObject
from volet_protocol.policy_table import DENY
from volet_protocol.questions import Decision
from volet_protocol.release_decision import Ruled
from volet_service.application import post_entry, release_entries
from volet_service.domain.leaves import LeafContent


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with peopled(tmp_path_factory.mktemp("audited")) as world:
        yield world


@pytest.fixture
def scene(world: World) -> Scene:
    """A case of its own: what others lied about theirs does not count here."""
    return Scene(world)


@pytest.fixture
def honest(tmp_path: Path) -> Iterator[Scene]:
    """The only case of a hub that never lied."""
    with peopled(tmp_path) as world:
        yield Scene(world)


def test_an_honest_hub_decided_nothing_wrong_on_line_and_off_line(honest: Scene, tmp_path: Path) -> None:
    checked = honest.auditor.audit.verify()
    assert not checked.findings
    assert set(checked.cases) == {honest.case}
    decided = checked.cases[honest.case]
    assert (decided.unjudged, decided.judged) == (0, 3)

    file = tmp_path / "log.json"
    honest.auditor.audit.export(file, records=True)
    content: JsonObject = json.loads(file.read_text("utf-8"))
    alone = check_export(content, honest.auditor.hub.trust.log, honest.auditor.profile.bundle)
    assert alone.cases == checked.cases
    assert (
        run(honest.auditor, "log", "verify", str(file), "--trust", str(honest.auditor.profile.config.trust_file)) == 0
    )


def test_a_key_handed_to_the_person_is_no_missing_act(world: World, scene: Scene) -> None:
    assert world.clients["person"].audit.accesses(scene.case).complete
    scene.doctor.entries.post(scene.case, DETAIL, "Ensuite", fields={"text": "x"})
    assert not scene.flaws()


def test_a_record_that_the_hub_keeps_back_is_found(scene: Scene) -> None:
    content = cast("dict[str, Any]", scene.auditor.audit.collect(records=True))
    deposits = [one for one in content["records"] if act_of(one) == "deposit"]
    content["records"].remove(deposits[-1])
    bundle = scene.auditor.profile.bundle
    findings = check_export(content, scene.auditor.hub.trust.log, bundle).cases[scene.case].findings
    assert Flaw.WITHHELD in {one.flaw for one in findings}


def act_of(record: dict[str, Any]) -> str:
    return str(record.get("receipt", {}).get("view", {}).get("payload", {}).get("act", ""))


def refuses(ruled: Ruled) -> Ruled:
    return replace(ruled, decision=Decision(DENY, ("R1",), ruled.decision.policy))


def other_grounds(ruled: Ruled) -> Ruled:
    return replace(ruled, decision=replace(ruled.decision, rules=("R99",)))


def test_a_release_that_the_rules_refuse_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    lying(monkeypatch, release_entries, "rule", permits)
    ask(scene, scene.coord)
    assert scene.flaws() == {Flaw.WRONG_PERMIT}


def test_a_refusal_that_the_rules_do_not_make_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    lying(monkeypatch, release_entries, "rule", refuses)
    with pytest.raises(RefusedError):
        ask(scene, scene.doctor)
    assert scene.flaws() == {Flaw.WRONG_REFUSAL}


def test_a_refusal_by_the_rules_is_no_finding(scene: Scene) -> None:
    with pytest.raises(RefusedError):
        ask(scene, scene.coord)
    assert not scene.flaws()


def test_a_permit_on_other_grounds_than_those_that_decide_is_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying(monkeypatch, release_entries, "rule", other_grounds)
    ask(scene, scene.doctor)
    assert scene.flaws() == {Flaw.OTHER_GROUNDS}


def test_a_deposit_by_somebody_who_may_not_write_there_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    lying(monkeypatch, post_entry, "rule_write", other_grounds)
    scene.doctor.entries.post(scene.case, DETAIL, "Autre", fields={"text": "x"})
    assert scene.flaws() == {Flaw.OTHER_GROUNDS}


@pytest.mark.parametrize(
    "change", [{"intent": "sync"}, {"purpose": "audit"}, {"part": "body"}], ids=["intent", "purpose", "part"]
)
def test_a_leaf_that_says_other_than_the_reader_signed_is_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    def told_otherwise(view: Any, *rest: Any, **more: Any) -> LeafContent:  # noqa: ANN401 -- what the hub passes
        return LeafContent(replace(view, **change), *rest, **more)

    monkeypatch.setattr(release_entries, "LeafContent", told_otherwise)
    with pytest.raises(VerificationError):
        scene.doctor.entries.read(scene.case, DETAIL, scene.entry)
    assert scene.flaws() == {Flaw.FALSE_RECORD}


def test_the_command_shows_each_finding_and_does_not_end_well(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        lying(patched, release_entries, "rule", permits)
        ask(scene, scene.coord)
    assert run(scene.auditor, "log", "verify") == EvidenceError.exit_status
    assert "permis alors que les règles refusaient" in capsys.readouterr().out
