"""The controller's commands: keys for their holder alone, bundles that clients accept, tables that narrow."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from volet_client.cli.main import main
from volet_protocol.activation import PolicyActivation
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.keys import SigningKey
from volet_protocol.note_keys import NoteSigner
from volet_protocol.trust_bundle import TrustBundle

HUB = "https://hub.example"
VKEY = NoteSigner("hub.example/volet/1", SigningKey(bytes([7]) * 32)).vkey
# The example key of RFC 7517 appendix A.1.
EC_KEY = {
    "kty": "EC", "crv": "P-256", "kid": "1", "use": "enc", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with three keys of which two must sign, and the parties to list."""
    assert main(["controller", "init", str(tmp_path / "keys"), "--keys", "3", "--threshold", "2"]) == 0
    (tmp_path / "idp.jwks.json").write_text(json.dumps({"keys": [EC_KEY]}))
    audiences = [{"aud": "volet-hub", "mode": "self"}, {"aud": "volet-registrar", "mode": "registrar"}]
    issuer = {
        "iss": "https://idp.example", "jwks": "idp.jwks.json", "audiences": audiences, "rows": ["S1"],
        "structures": ["ccas"],
    }  # fmt: skip
    registrar = {
        "name": "Greffe du Val", "key": to_base64url(SigningKey(bytes([8]) * 32).public), "rows": ["S1"],
        "structures": [{"id": "ccas", "label": "CCAS", "kind": "ccas"}],
    }  # fmt: skip
    (tmp_path / "parties.json").write_text(json.dumps({"issuers": [issuer], "registrars": [registrar]}))
    return tmp_path


def compose(office: Path, *more: str, signers: tuple[int, ...] = (1, 2), out: str = "trust.json") -> int:
    keys = [word for number in signers for word in ("--key", str(office / "keys" / f"controller-{number}.key"))]
    return main([
        "controller", "trust", "--hub", HUB, "--log-vkey", VKEY, "--parties", str(office / "parties.json"),
        "--controllers", str(office / "keys" / "controllers.json"), *keys, "--out", str(office / out), *more,
    ])  # fmt: skip


def bundle(office: Path, name: str = "trust.json") -> TrustBundle:
    return TrustBundle.read((office / name).read_bytes()).verify(None)


def test_a_composed_bundle_is_one_that_clients_accept(office: Path) -> None:
    assert compose(office) == 0
    found = bundle(office)
    assert (found.hub, found.version, found.log_vkey, found.log_origin) == (HUB, 1, VKEY, "hub.example/volet/1")
    assert found.issuers[0].keys[0].kid == "1"


def test_keys_are_for_their_holder_alone(office: Path) -> None:
    for path in (office / "keys").glob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_others_can_read_signs_nothing(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (office / "keys" / "controller-1.key").chmod(0o640)
    assert compose(office) == 3
    assert "chmod 600" in capsys.readouterr().err
    assert not (office / "trust.json").exists()


def test_keys_are_never_drawn_over_others(office: Path) -> None:
    before = {path.name: path.read_bytes() for path in (office / "keys").iterdir()}
    assert main(["controller", "init", str(office / "keys")]) == 2
    assert {path.name: path.read_bytes() for path in (office / "keys").iterdir()} == before


@pytest.mark.parametrize(("keys", "threshold"), [("1", "2"), ("0", "1"), ("3", "0"), ("65", "2")])
def test_a_threshold_that_cannot_be_met_is_refused(tmp_path: Path, keys: str, threshold: str) -> None:
    assert main(["controller", "init", str(tmp_path / "k"), "--keys", keys, "--threshold", threshold]) != 0
    assert not (tmp_path / "k").exists()


def test_a_bundle_with_too_few_signatures_says_so_and_is_not_accepted(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compose(office, signers=(1,)) == 0
    assert "Il manque 1 signature" in capsys.readouterr().out
    with pytest.raises(ProtocolError) as refused:
        bundle(office)
    assert refused.value.reason is Reason.NOT_TRUSTED


def test_a_signature_added_on_another_machine_completes_it(office: Path) -> None:
    compose(office, signers=(1,))
    assert main(["controller", "sign", str(office / "trust.json"), "--key", str(office / "keys/controller-3.key")]) == 0
    assert bundle(office).version == 1


def test_the_next_bundle_follows_the_one_before(office: Path) -> None:
    compose(office)
    first = bundle(office)
    assert compose(office, "--previous", str(office / "trust.json"), out="next.json") == 0
    second = TrustBundle.read((office / "next.json").read_bytes()).verify(first)
    assert second.version == 2
    assert second.issuers[0].keys[0].from_ms == first.issuers[0].keys[0].from_ms


def test_a_registrar_that_the_parties_no_longer_name_ends_and_stays_known(office: Path) -> None:
    assert compose(office) == 0
    parties = json.loads((office / "parties.json").read_text())
    other = {**parties["registrars"][0], "key": to_base64url(SigningKey(bytes([9]) * 32).public)}
    (office / "parties.json").write_text(json.dumps({**parties, "registrars": [other]}))
    assert compose(office, "--previous", str(office / "trust.json"), out="next.json") == 0
    (kept,) = (one for one in bundle(office, "next.json").registrars if one.key == SigningKey(bytes([8]) * 32).public)
    assert kept.until_ms is not None
    assert compose(office, "--previous", str(office / "next.json"), out="last.json") == 0
    again = bundle(office, "last.json").registrar(kept.key)
    assert again.until_ms == kept.until_ms


def test_a_registrar_for_both_who_runs_and_who_watches_is_not_signed(office: Path) -> None:
    parties = json.loads((office / "parties.json").read_text())
    both = {**parties["registrars"][0], "rows": ["O14"], "roles": ["administrator", "auditor"]}
    (office / "parties.json").write_text(json.dumps({**parties, "registrars": [both]}))
    assert compose(office) != 0
    assert not (office / "trust.json").exists()


def test_a_private_key_in_a_key_set_goes_no_further(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (office / "idp.jwks.json").write_text(json.dumps({"keys": [{**EC_KEY, "d": "AAAA"}]}))
    assert compose(office) == 2
    assert "clé privée" in capsys.readouterr().err


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"issuers": [{}], "registrars": []}'])
def test_parties_that_do_not_read_are_refused(office: Path, broken: str) -> None:
    (office / "parties.json").write_text(broken)
    assert compose(office) != 0
    assert not (office / "trust.json").exists()


def test_the_shipped_rules_are_put_into_force(office: Path) -> None:
    compose(office)
    keys = [word for n in (1, 2) for word in ("--key", str(office / "keys" / f"controller-{n}.key"))]
    out = office / "activation.json"
    trust = ["--trust", str(office / "trust.json")]
    assert main(["controller", "activate-policy", *trust, *keys, "--out", str(out), "--yes"]) == 0
    activation = PolicyActivation.read(out.read_bytes()).verify(bundle(office), None)
    assert (activation.hub, activation.table) == (HUB, bundle(office).ceiling)
