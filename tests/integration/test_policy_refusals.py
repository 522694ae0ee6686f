"""Activations that a running hub refuses: whoever sends them, only the controllers' next statement counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from support.hub import LiveHub, OpenDoor, running_hub
from support.identities import CONTROLLER, HUB, REGISTRAR, START_MS
from volet_protocol import canonical
from volet_protocol.activation import PolicyActivation, activation_body, sign_activation
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.hashing import sha256
from volet_protocol.keys import SigningKey
from volet_protocol.narrowing import Cell, narrow
from volet_service.bootstrap.hub import CannotStart, build
from volet_service.resources import policies

CEILING = (policies() / "table.json").read_bytes()
FIRST = narrow(CEILING, [Cell("S1", "housing", "0")])
SECOND = narrow(CEILING, [Cell("S1", "budget", "0")])


def signed(table: bytes, version: int, previous: bytes | None = None, **changes: JsonValue) -> bytes:
    before = None if previous is None else PolicyActivation.read(previous).content.hash
    body = activation_body(hub=HUB, table=sha256(table).hex(), version=version, from_ms=START_MS - 1, previous=before)
    return sign_activation({**body, **changes}, [CONTROLLER])


def by(key: SigningKey, table: bytes) -> bytes:
    body = activation_body(hub=HUB, table=sha256(table).hex(), version=1, from_ms=START_MS - 1, previous=None)
    return sign_activation(body, [key])


ONE = signed(FIRST, 1)
TWO = signed(SECOND, 2, ONE)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """A hub that was given two activations, one after the other."""
    with running_hub(tmp_path_factory.mktemp("policy") / "hub") as live:
        assert send(live, FIRST, ONE)[0] == 201
        assert send(live, SECOND, TWO)[0] == 201
        yield live


def send(hub: LiveHub, table: bytes, activation: bytes) -> tuple[int, str]:
    with hub.client() as http:
        asked = {"table": to_base64url(table), "activation": canonical.decode(activation)}
        answer = http.post("/v1/policy", json=asked)
    return answer.status_code, str(answer.json().get("reason"))


def in_force(hub: LiveHub) -> str:
    with hub.client() as http:
        return str(http.get("/v1/policy").json()["hash"])


def wider() -> bytes:
    body = dict(canonical.decode(CEILING, len(CEILING)))
    rows = [dict(cast("JsonObject", row)) for row in cast("list[JsonValue]", body["rows"])]
    row = next(one for one in rows if one["row"] == "S1")
    row["cells"] = {**cast("JsonObject", row["cells"]), "medication": "2w"}
    return canonical.encode({**body, "rows": cast("JsonValue", rows)})


@pytest.mark.parametrize(
    ("table", "activation", "reason"),
    [
        (FIRST, signed(FIRST, 1, TWO), "rolled-back"),
        (FIRST, signed(FIRST, 2, TWO), "rolled-back"),
        (CEILING, signed(CEILING, 2, ONE), "wrong-hash"),
        (CEILING, signed(CEILING, 3, ONE), "wrong-hash"),
        (CEILING, signed(CEILING, 3), "wrong-hash"),
        (CEILING, signed(CEILING, 3, TWO, from_ms=START_MS - 2), "time-backwards"),
        (CEILING, signed(CEILING, 3, TWO, from_ms=START_MS + 3_600_000), "not-yet"),
        (CEILING, signed(CEILING, 3, TWO, hub="https://other.example"), "wrong-hub"),
        (FIRST, signed(CEILING, 3, TWO), "wrong-hash"),
        (wider(), signed(wider(), 3, TWO), "policy-too-wide"),
        (CEILING, by(REGISTRAR, CEILING), "not-trusted"),
        (b"{}", signed(b"{}", 3, TWO), "missing-field"),
    ],
    ids=[
        "an older version", "the same version", "a second statement of one version", "a version that skips the newest",
        "no statement before", "an earlier date", "a later date", "another hub", "another table", "wider",
        "unknown key", "no table",
    ],
)  # fmt: skip
def test_it_is_refused_and_the_table_in_force_stays(hub: LiveHub, table: bytes, activation: bytes, reason: str) -> None:
    status, found = send(hub, table, activation)
    assert (status >= 400, found) == (True, reason)
    assert in_force(hub) == sha256(SECOND).hex()


def test_a_replay_of_an_earlier_activation_changes_nothing(hub: LiveHub) -> None:
    assert send(hub, FIRST, ONE)[0] == 201
    assert in_force(hub) == sha256(SECOND).hex()


def test_a_stripped_copy_of_an_activation_in_force_is_refused(hub: LiveHub) -> None:
    bare = {**canonical.decode(TWO), "sigs": []}
    assert send(hub, SECOND, canonical.encode(bare)) == (422, "not-trusted")


def test_every_table_that_was_in_force_is_served_and_no_other(hub: LiveHub) -> None:
    with hub.client() as http:
        for table in (CEILING, FIRST, SECOND):
            answer = http.get(f"/v1/policy/tables/{sha256(table).hex()}")
            assert answer.json()["table"] == to_base64url(table)
        assert http.get(f"/v1/policy/tables/{sha256(wider()).hex()}").status_code == 404
        assert http.get("/v1/policy/tables/none").status_code == 404


def test_a_hub_that_starts_again_goes_on_with_what_it_was_given(tmp_path: Path) -> None:
    with running_hub(tmp_path / "hub") as live:
        assert send(live, FIRST, ONE)[0] == 201
        settings = live.settings
    running = build(settings, OpenDoor(), live.clock)
    assert running.hub.policy.active.hash == sha256(FIRST).hex()
    assert running.hub.policy.activation == canonical.decode(ONE)
    running.stop()


def test_a_hub_whose_controllers_changed_starts_only_with_a_new_activation(tmp_path: Path) -> None:
    with running_hub(tmp_path / "hub") as live:
        assert send(live, FIRST, ONE)[0] == 201
        settings = live.settings
    path = settings.path(settings.trust)
    body = dict(cast("JsonObject", canonical.decode(path.read_bytes())["body"]))
    body["controllers"] = {"threshold": 1, "keys": [to_base64url(REGISTRAR.public)]}
    path.write_bytes(sign_activation(body, [REGISTRAR]))
    with pytest.raises(CannotStart, match="no longer counts"):
        build(settings, OpenDoor(), live.clock)
