"""Links of a user chain at the hub: which devices keep their sessions, which boxes and times are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.hub import LiveHub, running_hub
from support.identities import START_MS, TestUser, make_device, make_user, stand_in_boxes
from volet_protocol.encodings import to_base64url
from volet_protocol.statements import Statement

SECOND = make_device("second", 1)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    with running_hub(folder) as running:
        yield running


def post_link(http: httpx.Client, user: TestUser, boxes: dict[str, bytes] | None = None) -> httpx.Response:
    """Send the newest link of a chain."""
    link: Statement = user.chain.links[-1]
    wire: dict[str, Any] = {"statement": link.to_json()}
    wire["boxes"] = {to: to_base64url(box) for to, box in (boxes or {}).items()}
    return http.post(f"/v1/users/{user.user}/links", json={"links": [wire]})


def signed_in(http: httpx.Client) -> bool:
    status = http.get("/v1/cases").status_code
    assert status in {200, 401}
    return status == 200


def test_a_revoked_device_loses_its_sessions_at_once_and_the_others_keep_theirs(hub: LiveHub) -> None:
    user = make_user(1)
    first = hub.login(user)
    grown = user.add_device(SECOND, START_MS)
    post_link(first, grown).raise_for_status()
    second = hub.login(replace(grown, device=SECOND))
    again = hub.login(replace(grown, device=SECOND))
    assert signed_in(second)
    assert signed_in(again)
    post_link(first, grown.revoke_device(SECOND.id, START_MS)).raise_for_status()
    assert not signed_in(second)
    assert not signed_in(again)
    assert signed_in(first)


def test_a_refused_revocation_ends_no_session(hub: LiveHub) -> None:
    user = make_user(2)
    first = hub.login(user)
    grown = user.add_device(make_device("second", 2), START_MS)
    post_link(first, grown).raise_for_status()
    second = hub.login(replace(grown, device=make_device("second", 2)))
    revoked = grown.revoke_device(make_device("second", 2).id, START_MS)
    altered = replace(revoked.chain.links[-1], signature=bytes(64))
    refused = post_link(first, replace(revoked, chain=replace(revoked.chain, links=(altered,))))
    assert refused.json()["type"].endswith("bad-signature")
    assert signed_in(second)


def test_a_link_deposited_long_after_the_time_it_states_is_refused(hub: LiveHub) -> None:
    user = make_user(3)
    http = hub.login(user)
    refused = post_link(http, user.add_device(make_device("second", 3), START_MS - 121_000))
    assert refused.json()["reason"] == "stale"


def test_boxes_that_a_link_does_not_name_are_refused(hub: LiveHub) -> None:
    user = make_user(4)
    http = hub.login(user)
    device = make_device("second", 4)
    grown = user.add_device(device, START_MS)
    refused = post_link(http, grown, stand_in_boxes([device.id], "another"))
    assert refused.json()["reason"] == "wrong-hash"
    post_link(http, grown, stand_in_boxes([device.id], "4 1")).raise_for_status()


def test_no_account_is_made_with_boxes_that_its_links_do_not_name(hub: LiveHub) -> None:
    user = make_user(5)
    swapped = replace(user, boxes=dict(zip(user.boxes, reversed(user.boxes.values()), strict=True)))
    with pytest.raises(AssertionError, match="wrong-hash"):
        hub.login(swapped)
    assert hub.login(user).get(f"/v1/users/{user.user}").is_success
