"""The first registrar of a structure: nobody attests before the controller's signed words are in force."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from support.folders import contents
from support.hub import HandClock, make_folder, running_hub
from support.hub_entries import problem
from support.identities import CONTROLLER, HUB, STRUCTURES, attest, make_user
from volet_protocol.canonical import decode
from volet_protocol.keys import SigningKey
from volet_protocol.log_payload import IdentityPayload
from volet_protocol.trust_bundle import TrustBundle, sign_bundle
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.log_payloads import select_records
from volet_service.adapters.store.tables import log_entry
from volet_service.bootstrap import admin
from volet_service.settings import read_settings

pytestmark = pytest.mark.usefixtures("on_sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hub whose registrar may attest in no structure yet but one."""
    folder = tmp_path / "hub"
    make_folder(folder)
    (folder / "trust.json").write_bytes(signed(narrow(in_force(folder))))
    return folder


def in_force(folder: Path) -> TrustBundle:
    return TrustBundle.read((folder / "trust.json").read_bytes()).verify(None)


def narrow(bundle: TrustBundle) -> TrustBundle:
    registrars = tuple(replace(one, structures=STRUCTURES[:1]) for one in bundle.registrars)
    return replace(bundle, registrars=registrars)


def widened(folder: Path, **changes: object) -> TrustBundle:
    bundle = in_force(folder)
    registrars = tuple(replace(one, structures=STRUCTURES) for one in bundle.registrars)
    return replace(bundle, **{"version": bundle.version + 1, "registrars": registrars, **changes})  # type: ignore[arg-type]


def signed(bundle: TrustBundle, key: SigningKey = CONTROLLER) -> bytes:
    return sign_bundle(bundle.to_body(), [key])


def put(folder: Path, data: bytes) -> int:
    offered = folder.parent / "offered.json"
    offered.write_bytes(data)
    return admin.run(["trust", str(folder), "--bundle", str(offered)], HandClock())


def attested(folder: Path) -> str:
    """Deposit an attestation of a structure that the bundle names only later; return the problem, or nothing."""
    with running_hub(folder) as hub:
        user = make_user(40)
        http = hub.login(user)
        answer = http.post("/v1/attestations", json={"statement": attest(user, "S1", "ccas").to_json()})
        return "" if answer.is_success else problem(answer)


def logged(folder: Path) -> list[IdentityPayload]:
    settings = read_settings(folder)
    engine = open_database(settings.store).readers()
    with engine.connect() as connection:
        key = Sealer.of_file(settings.path(settings.payload_key))
        records = select_records(connection, key, log_entry.c.idx >= 0, 10_000)
    engine.dispose()
    found = [IdentityPayload.read(decode(one.identity)) for one in records if one.identity is not None]
    return [one for one in found if one.request is not None and one.request.get("type") == "trust-bundle"]


def test_a_registrar_attests_in_a_structure_from_the_signed_and_logged_words_of_the_controller_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attested(folder) != ""
    offered = signed(widened(folder))
    assert put(folder, offered) == 0
    said = capsys.readouterr().out
    assert "CCAS de Villeneuve" in said
    assert "(changé)" in said
    assert attested(folder) == ""
    (leaf,) = logged(folder)
    assert leaf.request is not None
    assert leaf.request["bundle"] == decode(offered)
    assert leaf.request["hash"] == in_force(folder).hash


def test_the_first_bundle_of_a_hub_is_logged_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = (folder / "trust.json").read_bytes()
    (folder / "trust.json").unlink()
    assert put(folder, first) == 0
    assert "(nouveau)" in capsys.readouterr().out
    assert len(logged(folder)) == 1


def refused(folder: Path, data: bytes) -> None:
    before = {name: held for name, held in contents(folder).items() if name == "trust.json"}
    assert put(folder, data) == 2
    assert {name: held for name, held in contents(folder).items() if name == "trust.json"} == before
    assert logged(folder) == []


def test_a_bundle_that_the_controllers_in_force_did_not_sign_is_refused(folder: Path) -> None:
    thief = SigningKey(b"\x21" * 32)
    usurped = widened(folder, controllers=replace(in_force(folder).controllers, keys=(thief.public,)))
    refused(folder, signed(usurped, thief))


def test_a_bundle_of_the_same_or_an_older_version_is_refused(folder: Path) -> None:
    refused(folder, signed(widened(folder, version=in_force(folder).version)))
    newer = in_force(folder)
    (folder / "trust.json").write_bytes(signed(replace(newer, version=5)))
    refused(folder, signed(widened(folder, version=4)))


def test_a_bundle_of_another_hub_is_refused(folder: Path) -> None:
    assert HUB != "https://other.example"
    refused(folder, signed(widened(folder, hub="https://other.example")))


@pytest.mark.parametrize("data", [b"", b"{}", b"not json"])
def test_what_is_no_bundle_is_refused(folder: Path, data: bytes) -> None:
    refused(folder, data)


def test_beside_a_running_hub_nothing_is_put_into_force(folder: Path) -> None:
    before, offered = (folder / "trust.json").read_bytes(), signed(widened(folder))
    with running_hub(folder):
        assert put(folder, offered) == 2
    assert (folder / "trust.json").read_bytes() == before
