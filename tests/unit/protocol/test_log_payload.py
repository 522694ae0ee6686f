"""Both payloads of a leaf: strict, and complete for the act they tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.entries import hex_id, identity_of, items_of, request_for, sealed_list, signed, view_of
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.leaf import LeafType
from volet_protocol.log_payload import ACTS, PUBLIC_TYPE, IdentityPayload, ViewPayload

ITEMS = items_of(sealed_list(2))
VIEW = view_of(ITEMS)
IDENTITY = identity_of(signed(request_for([item.id for item in ITEMS])), ITEMS)


def test_both_payloads_are_read_back() -> None:
    assert ViewPayload.read(VIEW.to_json()) == VIEW
    assert IdentityPayload.read(IDENTITY.to_json()) == IDENTITY


def test_every_act_shows_one_of_the_public_types() -> None:
    public = {kind.name.lower() for kind in LeafType} - {"chain_heads", "restart"}
    assert set(PUBLIC_TYPE.values()) == public
    assert set(PUBLIC_TYPE) == ACTS


def test_a_login_outside_any_case_is_told_without_class_and_number() -> None:
    view = ViewPayload(act="login", time_ms=5)
    assert ViewPayload.read(view.to_json()) == view
    assert "case_seq" not in view.to_json()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"act": "peek"}, Reason.MALFORMED),
        ({"class": None}, Reason.MISSING_FIELD),
        ({"case_seq": None}, Reason.MISSING_FIELD),
        ({"intent": None}, Reason.MISSING_FIELD),
        ({"purpose": None}, Reason.MISSING_FIELD),
        ({"compartment": "secrets"}, Reason.MALFORMED),
        ({"category": 3}, Reason.MALFORMED),
        ({"emergency": False}, Reason.MALFORMED),
        ({"count": 0}, Reason.MALFORMED),
        ({"user": hex_id("user")}, Reason.UNKNOWN_FIELD),
        ({"v": 2}, Reason.WRONG_VERSION),
    ],
)
def test_a_view_that_is_incomplete_or_names_somebody_is_refused(changes: JsonObject, reason: Reason) -> None:
    payload = {**VIEW.to_json(), **changes}
    with pytest.raises(ProtocolError) as caught:
        ViewPayload.read({name: value for name, value in payload.items() if value is not None})
    assert caught.value.reason is reason


def test_an_emergency_is_flagged_once() -> None:
    view = replace(VIEW, emergency=True)
    assert ViewPayload.read(view.to_json()).emergency


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"device": None}, Reason.MISSING_FIELD),
        ({"request_hash": None}, Reason.MISSING_FIELD),
        ({"name": "Dr Mo"}, Reason.UNKNOWN_FIELD),
        ({"facts": ["x"]}, Reason.MALFORMED),
    ],
)
def test_an_identity_payload_out_of_its_form_is_refused(changes: JsonObject, reason: Reason) -> None:
    payload = {**IDENTITY.to_json(), **changes}
    with pytest.raises(ProtocolError) as caught:
        IdentityPayload.read({name: value for name, value in payload.items() if value is not None})
    assert caught.value.reason is reason


def test_an_act_that_is_not_on_the_list_is_not_composed() -> None:
    with pytest.raises(ProtocolError) as caught:
        ViewPayload(act="peek", time_ms=5)
    assert caught.value.reason is Reason.WRONG_TYPE
