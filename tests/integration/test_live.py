"""Live hints at a real hub: who is let in, who is told of what, what is heard after a break, and when it ends."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from support.hub import HubCase, LiveHub, running_hub
from support.hub_entries import post
from support.hub_exchanges import exchange_of
from support.hub_hidden import sealed_for
from support.identities import HUB, TestUser, make_device, make_user, stand_in_boxes
from support.live_socket import SUBPROTOCOL, Listener, listening, open_socket, ticket
from volet_protocol.encodings import to_base64url
from volet_protocol.masks import WITHHELD
from volet_protocol.user_links import RECOVERY
from volet_service.application.live_tickets import MOST_PER_SESSION, TICKET_MS
from volet_service.domain.logins import SESSION_IDLE_MS

ENDED, SPOKE, RESYNC = 4401, 4400, 4408


def refused(hub: LiveHub, subprotocols: list[str], origin: str | None = None) -> str:
    """Return the problem that a socket is refused with."""
    with pytest.raises(InvalidStatus) as caught:
        open_socket(hub.url, subprotocols, origin=origin)
    answer = caught.value.response
    assert answer.body is not None
    return str(json.loads(answer.body)["type"]).rpartition("/")[2].rpartition(":")[2]


def a_team(hub: LiveHub) -> HubCase:
    case = HubCase(hub)
    case.join("coordinator", "S10", "dac")
    case.inform()
    case.join("doctor", "H1", "clinic")
    case.join("nurse", "H2", "clinic")
    case.claim("doctor", "medical/2")
    return case


def end(case: HubCase, name: str) -> None:
    assert case.clients[name].delete("/v1/sessions/current").status_code == 204


def caught_up(*listeners: Listener) -> None:
    """Wait until each has heard one hint."""
    for one in listeners:
        one.hint()


@pytest.fixture(scope="module")
def lobby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """One hub for those who come to the door."""
    with running_hub(tmp_path_factory.mktemp("lobby") / "hub") as live:
        yield live


def at_the_door(hub: LiveHub) -> httpx.Client:
    """Return a session of somebody new."""
    return hub.login(make_user(int.from_bytes(os.urandom(4))))


class TestTheWayIn:
    @pytest.mark.parametrize(
        "subprotocols",
        [[SUBPROTOCOL], [SUBPROTOCOL, "ticket."], [SUBPROTOCOL, f"ticket.{'A' * 43}"]],
        ids=["no ticket", "an empty one", "one never given"],
    )
    def test_nobody_listens_without_a_ticket(self, lobby: LiveHub, subprotocols: list[str]) -> None:
        assert refused(lobby, subprotocols) == "unauthenticated"

    def test_a_ticket_takes_a_session(self, lobby: LiveHub) -> None:
        with lobby.client() as http:
            assert http.post("/v1/live/tickets").status_code == 401

    def test_a_ticket_serves_once(self, lobby: LiveHub) -> None:
        http = at_the_door(lobby)
        drawn = ticket(http)
        with open_socket(lobby.url, [SUBPROTOCOL, f"ticket.{drawn}"]) as first:
            Listener(first)
            assert refused(lobby, [SUBPROTOCOL, f"ticket.{drawn}"]) == "unauthenticated"

    def test_a_ticket_serves_half_a_minute(self, lobby: LiveHub) -> None:
        http = at_the_door(lobby)
        drawn = ticket(http)
        lobby.clock.at_ms += TICKET_MS
        assert refused(lobby, [SUBPROTOCOL, f"ticket.{drawn}"]) == "unauthenticated"

    def test_whoever_asks_for_ticket_after_ticket_keeps_the_newest_only(self, lobby: LiveHub) -> None:
        http = at_the_door(lobby)
        drawn = [ticket(http) for _ in range(MOST_PER_SESSION + 1)]
        assert refused(lobby, [SUBPROTOCOL, f"ticket.{drawn[0]}"]) == "unauthenticated"
        with open_socket(lobby.url, [SUBPROTOCOL, f"ticket.{drawn[-1]}"]) as kept:
            Listener(kept)

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{HUB}.evil.example", HUB.upper()])
    def test_a_page_of_another_origin_is_refused_and_its_ticket_is_gone(self, lobby: LiveHub, origin: str) -> None:
        http = at_the_door(lobby)
        drawn = ticket(http)
        assert refused(lobby, [SUBPROTOCOL, f"ticket.{drawn}"], origin) == "denied"
        assert refused(lobby, [SUBPROTOCOL, f"ticket.{drawn}"], HUB) == "unauthenticated"

    def test_a_page_of_the_hub_listens(self, lobby: LiveHub) -> None:
        http = at_the_door(lobby)
        with open_socket(lobby.url, [SUBPROTOCOL, f"ticket.{ticket(http)}"], origin=HUB) as page:
            assert page.subprotocol == SUBPROTOCOL
            assert Listener(page).hello["resumed"] is False

    def test_a_ticket_of_a_session_that_ended_opens_nothing(self, lobby: LiveHub) -> None:
        http = at_the_door(lobby)
        drawn = ticket(http)
        assert http.delete("/v1/sessions/current").status_code == 204
        assert refused(lobby, [SUBPROTOCOL, f"ticket.{drawn}"]) == "unauthenticated"


class TestBounds:
    @pytest.mark.parametrize(
        ("changes", "others"),
        [({"live_per_user": 2}, "coordinator"), ({"live_per_address": 2}, "other"), ({"live_in_all": 2}, "other")],
        ids=["of one user", "of one address", "of everybody"],
    )
    def test_more_sockets_than_allowed_are_refused_until_one_ends(
        self, tmp_path: Path, changes: dict[str, Any], others: str
    ) -> None:
        with running_hub(tmp_path / "hub", **changes) as hub:
            case = HubCase(hub)
            case.person(others)
            mine, theirs = case.clients["coordinator"], case.clients[others]
            with listening(mine):
                with listening(mine):
                    assert refused(hub, [SUBPROTOCOL, f"ticket.{ticket(theirs)}"]) == "too-many-requests"
                with listening(mine):
                    pass

    def test_one_user_at_the_bound_leaves_room_for_another(self, tmp_path: Path) -> None:
        with running_hub(tmp_path / "hub", live_per_user=1) as hub:
            case = HubCase(hub)
            case.person("other")
            with listening(case.clients["coordinator"]), listening(case.clients["other"]):
                pass

    def test_a_client_that_never_reads_is_gone_after_a_beat_and_harms_nobody(self, tmp_path: Path) -> None:
        with running_hub(tmp_path / "hub", live_beat_ms=200, live_per_user=1) as hub:
            case = a_team(hub)
            with deaf(case, "nurse"), listening(case.clients["doctor"]) as doctor:
                for _ in range(3):
                    post(case, "doctor")
                    caught_up(doctor)
                # Its place is free again: the next one is let in as soon as the hub noticed.
                with patient(case, "nurse") as nurse:
                    post(case, "doctor")
                    caught_up(nurse, doctor)


class TestWhoIsTold:
    def test_who_stands_in_the_case_hears_of_an_entry_and_a_stranger_does_not(self, team: HubCase) -> None:
        team.person("stranger")
        with listening(team.clients["nurse"]) as nurse, listening(team.clients["stranger"]) as stranger:
            post(team, "doctor")
            assert nurse.hint() == (team.main.case, "main")
            end(team, "stranger")
            assert stranger.rest() == ([], ENDED)

    def test_a_hint_holds_nothing_but_the_case_and_its_class(self, team: HubCase) -> None:
        with listening(team.clients["nurse"]) as nurse:
            post(team, "doctor")
            hint = nurse.next()
            assert set(hint) == {"type", "case", "class", "at"}

    def test_an_entry_gives_no_hint_to_whom_it_is_hidden_from(self, team: HubCase) -> None:
        with listening(team.clients["doctor"]) as doctor, listening(team.clients["nurse"]) as nurse:
            sealed_for(team, "doctor", [], WITHHELD)
            caught_up(doctor)
            end(team, "nurse")
            assert nurse.rest() == ([], ENDED)

    def test_an_entry_put_before_somebody_by_name_gives_them_a_hint(self, team: HubCase) -> None:
        with listening(team.clients["nurse"]) as nurse:
            sealed_for(team, "doctor", ["nurse"], WITHHELD)
            assert nurse.hint() == (team.main.case, "main")

    def test_an_exchange_gives_hints_to_those_it_names(self, team: HubCase) -> None:
        team.join("physiotherapist", "H5", "clinic")
        with (
            listening(team.clients["doctor"]) as doctor, listening(team.clients["nurse"]) as nurse,
            listening(team.clients["physiotherapist"]) as outside,
        ):  # fmt: skip
            exchange_of(team, "doctor", "doctor", "nurse")
            caught_up(doctor, nurse)
            end(team, "physiotherapist")
            assert outside.rest() == ([], ENDED)

    def test_who_joins_hears_of_the_case_and_who_is_removed_hears_that_and_no_more(self, team: HubCase) -> None:
        team.person("newcomer")
        team.attest("newcomer", "H2", "clinic")
        session = team.clients["newcomer"]
        with listening(session) as newcomer, listening(team.clients["doctor"]) as doctor:
            team.join("newcomer", "H2", "clinic")
            assert newcomer.hint() == (team.main.case, "main")
            caught_up(doctor)
            team.leave("newcomer")
            assert newcomer.hint() == (team.main.case, "main")
            caught_up(doctor)
            post(team, "doctor")
            caught_up(doctor)
            assert session.delete("/v1/sessions/current").is_success
            assert newcomer.rest() == ([], ENDED)


class TestResuming:
    def test_what_moved_meanwhile_is_heard_once(self, team: HubCase) -> None:
        with listening(team.clients["nurse"]) as before:
            post(team, "doctor")
            before.hint()
        post(team, "doctor")
        post(team, "doctor")
        with listening(team.clients["nurse"], before.place) as after:
            assert after.hello["resumed"] is True
            assert after.hint() == (team.main.case, "main")
            end(team, "nurse")
            assert after.rest() == ([], ENDED)

    def test_nothing_is_heard_twice(self, team: HubCase) -> None:
        with listening(team.clients["nurse"]) as before:
            post(team, "doctor")
            before.hint()
        with listening(team.clients["nurse"], before.place) as after:
            assert after.hello["resumed"] is True
            end(team, "nurse")
            assert after.rest() == ([], ENDED)

    def test_what_is_missed_before_the_hints_of_a_break_came_is_missed_again(self, team: HubCase) -> None:
        with listening(team.clients["nurse"]) as first:
            pass
        post(team, "doctor")
        with listening(team.clients["nurse"], first.place) as second:
            # Left after the greeting alone, as a line that breaks at once.
            assert second.hello["at"] == first.at
        with listening(team.clients["nurse"], {"resume": second.hello["resume"], "after": second.hello["at"]}) as third:
            assert third.hint() == (team.main.case, "main")

    def test_who_was_removed_meanwhile_hears_it_once(self, team: HubCase) -> None:
        with listening(team.clients["nurse"]) as before:
            pass
        team.leave("nurse")
        post_by_coordinator(team)
        with listening(team.clients["nurse"], before.place) as after:
            assert after.hint() == (team.main.case, "main")
            post_by_coordinator(team)
            end(team, "nurse")
            assert after.rest() == ([], ENDED)

    @pytest.mark.parametrize("lost", ["another hub's", "too old", "of somebody else"])
    def test_a_place_that_is_not_known_means_to_read_everything_again(self, tmp_path: Path, lost: str) -> None:
        with running_hub(tmp_path / "hub", live_kept=1) as hub:
            case = a_team(hub)
            with listening(case.clients["nurse"]) as before:
                pass
            place = dict(before.place)
            if lost == "another hub's":
                place["after"] = "A" * 16
            elif lost == "too old":
                for _ in range(2):
                    post_by_coordinator(case)
            listener = case.clients["doctor" if lost == "of somebody else" else "nurse"]
            with listening(listener, place) as after:
                assert after.hello["resumed"] is False


class TestTheEnd:
    def test_who_logs_out_is_cut_at_once(self, team: HubCase) -> None:
        with listening(team.clients["nurse"]) as nurse, listening(team.clients["doctor"]) as doctor:
            end(team, "nurse")
            assert nurse.rest() == ([], ENDED)
            post(team, "doctor")
            caught_up(doctor)

    def test_a_device_that_is_revoked_is_cut_at_once(self, team: HubCase) -> None:
        nurse, second = team.person("nurse"), make_device("second", 91)
        both = nurse.add_device(second, team.now_ms)
        add_link(team, both, [second.id], 1)
        with listening(team.hub.login(replace(both, device=second))) as lost, listening(team.clients["nurse"]) as kept:
            revoked = both.revoke_device(second.id, team.now_ms)
            add_link(team, revoked, [nurse.device.id, RECOVERY], 2)
            assert lost.rest() == ([], ENDED)
            post(team, "doctor")
            caught_up(kept)

    def test_a_session_that_nobody_used_ends_the_socket_with_it(self, tmp_path: Path) -> None:
        with running_hub(tmp_path / "hub", live_beat_ms=100) as hub:
            case = HubCase(hub)
            with listening(case.clients["coordinator"]) as listener:
                hub.clock.at_ms += SESSION_IDLE_MS
                assert listener.rest() == ([], ENDED)

    def test_a_client_that_speaks_is_cut(self, team: HubCase) -> None:
        with listening(team.clients["nurse"]) as nurse:
            nurse.socket.send("hello")
            assert nurse.rest() == ([], SPOKE)


def add_link(case: HubCase, user: TestUser, to: list[str], generation: int) -> None:
    """Let the nurse's first device send the newest link of her chain."""
    boxes = stand_in_boxes(to, f"{user.number} {generation}")
    link = {"statement": user.chain.links[-1].to_json(), "boxes": {to: to_base64url(box) for to, box in boxes.items()}}
    answer = case.clients["nurse"].post(f"/v1/users/{user.user}/links", json={"links": [link]})
    assert answer.is_success, answer.text


def post_by_coordinator(case: HubCase) -> None:
    """Move the case, whoever still stands in it."""
    case.inform()


@contextmanager
def deaf(case: HubCase, name: str) -> Iterator[None]:
    """A socket whose other end never reads a byte, and so answers no ping."""
    url = httpx.URL(case.hub.url)
    lines = [
        "GET /v1/live HTTP/1.1", f"Host: {url.host}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}, ticket.{ticket(case.clients[name])}", "", "",
    ]  # fmt: skip
    with socket.create_connection((url.host, url.port or 80)) as raw:
        raw.sendall("\r\n".join(lines).encode())
        # The first bytes of the answer: the socket is open.
        assert raw.recv(12) == b"HTTP/1.1 101"
        yield


@contextmanager
def patient(case: HubCase, name: str) -> Iterator[Listener]:
    """Listen as soon as the hub lets somebody in."""
    for _ in range(300):
        try:
            with listening(case.clients[name]) as listener:
                yield listener
                return
        except InvalidStatus as too_many:
            if too_many.response.status_code != 429:
                raise
            time.sleep(0.1)
    raise AssertionError("nobody was let in")
