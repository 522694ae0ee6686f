"""Sessions in a capacity end with the registrar who attested it, at the next start of the hub with the bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx
import pytest

from support.folders import check
from support.hub import HandClock, HubCase, LiveHub, running_hub
from support.identities import CONTROLLER
from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.trust_bundle import sign_bundle

Change = Callable[[list[JsonObject], int], list[JsonObject]]


@dataclass
class Begun:
    """A stopped hub with a coordinator's session in a capacity, and one of the same person without any."""

    folder: Path
    clock: HandClock
    case: HubCase
    tokens: dict[str, str]

    def bundle(self, change: Change) -> None:
        """Give the hub the next bundle of its controllers."""
        path = self.folder / "trust.json"
        body = dict(cast("JsonObject", canonical.decode(path.read_bytes())["body"]))
        registrars = cast("list[JsonObject]", body["registrars"])
        body |= {"version": cast("int", body["version"]) + 1, "registrars": change(registrars, self.clock.at_ms)}
        path.write_bytes(sign_bundle(body, [CONTROLLER]))

    def served(self, hub: LiveHub, who: str) -> int:
        http = hub.client()
        http.headers["Authorization"] = self.tokens[who]
        return http.get("/v1/cases").status_code


@pytest.fixture
def begun(tmp_path: Path) -> Begun:
    clock = HandClock()
    with running_hub(tmp_path / "hub", clock) as hub:
        case = HubCase(hub)
        case.join("coordinator", "S10", "dac")
        person = hub.login(case.person("coordinator"))
        tokens = {"capacity": case.clients["coordinator"], "person": person}
        kept = {name: http.headers["Authorization"] for name, http in tokens.items()}
        made = Begun(tmp_path / "hub", clock, case, kept)
        assert {made.served(hub, name) for name in kept} == {200}
    clock.at_ms = case.now_ms
    return made


def ended(registrars: list[JsonObject], now_ms: int) -> list[JsonObject]:
    return [{**one, "until_ms": now_ms - 1} for one in registrars]


def dropped(_registrars: list[JsonObject], _now_ms: int) -> list[JsonObject]:
    return []


def ends_soon(registrars: list[JsonObject], now_ms: int) -> list[JsonObject]:
    return [{**one, "until_ms": now_ms + 60_000} for one in registrars]


@pytest.mark.parametrize("change", [ended, dropped])
def test_at_the_next_start_the_sessions_of_its_capacities_are_over_and_no_other(begun: Begun, change: Change) -> None:
    begun.bundle(change)
    with running_hub(begun.folder, begun.clock) as hub:
        assert begun.served(hub, "capacity") == 401
        assert begun.served(hub, "person") == 200
        with pytest.raises(AssertionError, match=r"not-trusted|expired"):
            hub.login(begun.case.person("coordinator"), begun.case.capacities["coordinator"])
        verifier = hub.verifier
    check(begun.folder, verifier)


def test_an_end_to_come_ends_sessions_when_it_comes_old_ones_and_new_ones(begun: Begun) -> None:
    begun.bundle(ends_soon)
    with running_hub(begun.folder, begun.clock) as hub:
        http: httpx.Client = hub.login(begun.case.person("coordinator"), begun.case.capacities["coordinator"])
        begun.tokens["new"] = http.headers["Authorization"]
        assert {begun.served(hub, name) for name in begun.tokens} == {200}
        begun.clock.at_ms += 60_000
        assert {name: begun.served(hub, name) for name in begun.tokens} == {"capacity": 401, "person": 200, "new": 401}


def test_a_bundle_in_which_the_registrar_goes_on_ends_nothing(begun: Begun) -> None:
    begun.bundle(lambda registrars, _now_ms: registrars)
    with running_hub(begun.folder, begun.clock) as hub:
        assert {begun.served(hub, name) for name in begun.tokens} == {200}
