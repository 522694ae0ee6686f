"""Links of a user chain at the hub: which devices keep their sessions, which boxes and times are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from support.hub import LiveHub, running_hub
from support.identities import START_MS, TestDevice, TestUser, make_device, make_user, next_seed, stand_in_boxes
from volet_protocol import user_bodies
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.keys import BoxKey
from volet_protocol.statements import Statement
from volet_protocol.user_keys import open_user_seed, seal_previous_seed, seal_user_seeds
from volet_protocol.user_links import RECOVERY, key_context, with_boxes

Boxes = dict[str, bytes]

SECOND = make_device("second", 1)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    with running_hub(folder) as running:
        yield running


def add_device(user: TestUser, device: TestDevice) -> tuple[TestUser, Boxes]:
    """Return the user with that device, and the box of the user seed that lets it read."""
    unboxed = user_bodies.device_add_body(user.preamble(START_MS), device.public)
    boxes = seal_user_seeds(user.user_seed, {device.id: device.box.public}, key_context(unboxed))
    return user.after(user.sign(with_boxes(unboxed, boxes)), START_MS), boxes


def next_generation(user: TestUser, revoked: str | None = None) -> tuple[TestUser, Boxes]:
    """Return the user at the next generation, without the device revoked, and a box for each that stays."""
    seed, number, preamble = next_seed(user), user.generation + 1, user.preamble(START_MS)
    fields = user_bodies.generation_fields(
        number, BoxKey(seed).public, seal_previous_seed(user.user_seed, seed, user.user, number)
    )
    unboxed = (
        user_bodies.user_key_body(preamble, fields)
        if revoked is None
        else user_bodies.device_revoke_body(preamble, revoked, fields)
    )
    stay = {to: public for to, public in user.chain.recipients().items() if to != revoked}
    boxes = seal_user_seeds(seed, {**stay, RECOVERY: user.recovery.box.public}, key_context(unboxed))
    return user.after(user.sign(with_boxes(unboxed, boxes)), START_MS, seed=seed), boxes


def post_link(http: httpx.Client, user: TestUser, boxes: Boxes) -> httpx.Response:
    """Send the newest link of a chain with the boxes beside it."""
    link: Statement = user.chain.links[-1]
    wire = {"statement": link.to_json(), "boxes": {to: to_base64url(box) for to, box in boxes.items()}}
    return http.post(f"/v1/users/{user.user}/links", json={"links": [wire]})


def signed_in(http: httpx.Client) -> bool:
    status = http.get("/v1/cases").status_code
    assert status in {200, 401}
    return status == 200


def test_a_revoked_device_loses_its_sessions_at_once_and_the_others_keep_theirs(hub: LiveHub) -> None:
    user = make_user(1)
    first = hub.login(user)
    grown, boxes = add_device(user, SECOND)
    post_link(first, grown, boxes).raise_for_status()
    second = hub.login(replace(grown, device=SECOND))
    again = hub.login(replace(grown, device=SECOND))
    assert signed_in(second)
    assert signed_in(again)
    post_link(first, *next_generation(grown, revoked=SECOND.id)).raise_for_status()
    assert not signed_in(second)
    assert not signed_in(again)
    assert signed_in(first)


def test_a_refused_revocation_ends_no_session(hub: LiveHub) -> None:
    user = make_user(2)
    first = hub.login(user)
    grown, boxes = add_device(user, make_device("second", 2))
    post_link(first, grown, boxes).raise_for_status()
    second = hub.login(replace(grown, device=make_device("second", 2)))
    revoked, boxes = next_generation(grown, revoked=make_device("second", 2).id)
    altered = replace(revoked.chain.links[-1], signature=bytes(64))
    refused = post_link(first, replace(revoked, chain=replace(revoked.chain, links=(altered,))), boxes)
    assert refused.json()["type"].endswith("bad-signature")
    assert signed_in(second)


def test_a_link_deposited_long_after_the_time_it_states_is_refused(hub: LiveHub) -> None:
    user = make_user(3)
    http = hub.login(user)
    device = make_device("second", 3)
    refused = post_link(http, user.add_device(device, START_MS - 121_000), stand_in_boxes([device.id], "3 1"))
    assert refused.json()["reason"] == "stale"


def test_boxes_that_a_link_does_not_name_are_refused(hub: LiveHub) -> None:
    user = make_user(4)
    http = hub.login(user)
    device = make_device("second", 4)
    grown, boxes = add_device(user, device)
    refused = post_link(http, grown, stand_in_boxes([device.id], "another"))
    assert refused.json()["reason"] == "wrong-hash"
    post_link(http, grown, boxes).raise_for_status()


def test_a_generation_is_refused_until_every_box_it_names_is_there_and_then_each_device_opens_it(hub: LiveHub) -> None:
    user = make_user(6)
    http = hub.login(user)
    grown, boxes = next_generation(user)
    for missing in ({}, {RECOVERY: boxes[RECOVERY]}, {user.device.id: boxes[user.device.id]}):
        assert post_link(http, grown, missing).json()["reason"] == "wrong-hash"
    assert len(http.get(f"/v1/users/{user.user}").json()["links"]) == 1
    post_link(http, grown, boxes).raise_for_status()
    served = http.get(f"/v1/users/{user.user}").json()["links"][-1]["boxes"]
    context, public = key_context(grown.chain.links[-1].body), grown.chain.user_box(2)
    for to, key in ((user.device.id, user.device.box), (RECOVERY, user.recovery.box)):
        assert open_user_seed(from_base64url(served[to]), key, context, public) == grown.user_seed


@pytest.mark.parametrize("left", [0, 1])
def test_no_account_is_made_without_every_box_its_links_name(hub: LiveHub, left: int) -> None:
    user = make_user(7 + left)
    with pytest.raises(AssertionError, match="wrong-hash"):
        hub.login(replace(user, boxes=dict(list(user.boxes.items())[:left])))
    hub.login(user)


def test_no_account_is_made_with_boxes_that_its_links_do_not_name(hub: LiveHub) -> None:
    user = make_user(5)
    swapped = replace(user, boxes=dict(zip(user.boxes, reversed(user.boxes.values()), strict=True)))
    with pytest.raises(AssertionError, match="wrong-hash"):
        hub.login(swapped)
    assert hub.login(user).get(f"/v1/users/{user.user}").is_success


def test_another_signature_over_a_link_that_stands_is_refused(hub: LiveHub) -> None:
    user = make_user(9)
    http = hub.login(user)
    grown, boxes = next_generation(user)
    post_link(http, grown, boxes).raise_for_status()
    assert post_link(http, grown, boxes).raise_for_status().json() == {"head": grown.head.to_json()}
    altered = replace(grown.chain.links[-1], signature=bytes(64))
    again = post_link(http, replace(grown, chain=replace(grown.chain, links=(altered,))), boxes)
    assert again.json()["type"].endswith("idempotency-mismatch")
