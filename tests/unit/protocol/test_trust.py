"""Trust bundle, activations, capacities: what single vectors do not show."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.identities import CONTROLLER, START_MS, attest, attested, bundle_body, make_bundle, make_user, seed32
from volet_protocol import cosigned
from volet_protocol.activation import PolicyActivation, activation_body, sign_activation
from volet_protocol.capacities import Capacity, verify_attestation
from volet_protocol.cosigned import Controllers
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.keys import SigningKey
from volet_protocol.trust_bundle import ROLES_ONLY, TEAM_NAMES, Minimum, TrustBundle, sign_bundle

KEYS = tuple(SigningKey(seed32("controller", number)) for number in range(5))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.sets(st.integers(0, 4)))
def test_exactly_a_threshold_of_distinct_controllers_suffices(threshold: int, signers: set[int]) -> None:
    signed = cosigned.cosign({"type": "trust-bundle"}, [KEYS[number] for number in signers])
    controllers = Controllers(threshold, tuple(key.public for key in KEYS))
    if len(signers) >= threshold:
        signed.require(controllers)
    else:
        with pytest.raises(ProtocolError) as caught:
            signed.require(controllers)
        assert caught.value.reason is Reason.NOT_TRUSTED


def test_a_bundle_reads_back_as_it_was_written() -> None:
    bundle = make_bundle(version=7)
    again = TrustBundle.read(sign_bundle(bundle.to_body(), [CONTROLLER])).verify(bundle)
    assert again == bundle
    assert again.to_body() == bundle_body(version=7)


def test_a_controller_may_have_functions_named_alone_and_nothing_else_is_read_there() -> None:
    body = {**bundle_body(), "access_names": ROLES_ONLY}
    bundle = TrustBundle.read(sign_bundle(body, [CONTROLLER])).verify(None)
    assert bundle.access_names == ROLES_ONLY
    assert bundle.to_body() == body
    for other in (TEAM_NAMES, "everybody", True):
        with pytest.raises(ProtocolError):
            TrustBundle.read(sign_bundle({**body, "access_names": other}, [CONTROLLER]))


def test_every_missing_field_of_a_bundle_is_refused() -> None:
    body = bundle_body()
    for name in body.keys() - {"type"}:
        data = sign_bundle({key: value for key, value in body.items() if key != name}, [CONTROLLER])
        with pytest.raises(ProtocolError) as caught:
            TrustBundle.read(data)
        assert caught.value.reason is Reason.MISSING_FIELD


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_bundle_raise_only_the_protocol_s_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        TrustBundle.read(data)
    with pytest.raises(ProtocolError):
        PolicyActivation.read(data)


def test_an_activation_is_refused_as_a_bundle_and_the_other_way_round() -> None:
    body = activation_body(hub="h", table="0" * 64, version=1, from_ms=START_MS, previous=None)
    with pytest.raises(ProtocolError) as caught:
        TrustBundle.read(sign_activation(body, [CONTROLLER]))
    assert caught.value.reason is Reason.WRONG_TYPE
    with pytest.raises(ProtocolError) as caught:
        PolicyActivation.read(sign_bundle(bundle_body(), [CONTROLLER]))
    assert caught.value.reason is Reason.WRONG_TYPE


def test_versions_are_compared_as_integers() -> None:
    minimum = Minimum("1.9.0", ("ed25519",))
    assert minimum.admits("1.10.0")
    assert not minimum.admits("1.8.99")


def test_a_parties_look_up_outside_the_bundle_is_refused() -> None:
    bundle = make_bundle()
    with pytest.raises(ProtocolError) as caught:
        bundle.issuer("https://unknown.example")
    assert caught.value.reason is Reason.WRONG_ISSUER
    with pytest.raises(ProtocolError) as caught:
        bundle.registrar(KEYS[1].public)
    assert caught.value.reason is Reason.NOT_TRUSTED


def test_an_attestation_holds_from_its_start_included_to_its_end_excluded() -> None:
    found = attested(make_user(1), "H1", "clinic", make_bundle())
    found.check_at(found.from_ms)
    found.check_at(found.until_ms - 1)
    for at_ms, reason in ((found.from_ms - 1, Reason.NOT_YET), (found.until_ms, Reason.EXPIRED)):
        with pytest.raises(ProtocolError) as caught:
            found.check_at(at_ms)
        assert caught.value.reason is reason


def test_an_attestation_under_a_bundle_that_dropped_the_registrar_is_refused() -> None:
    body = {**bundle_body(version=2), "registrars": []}
    bundle = TrustBundle.read(sign_bundle(body, [CONTROLLER])).verify(make_bundle())
    with pytest.raises(ProtocolError) as caught:
        verify_attestation(attest(make_user(1), "H1", "clinic"), bundle, START_MS)
    assert caught.value.reason is Reason.NOT_TRUSTED


@given(
    st.sampled_from(["H1", "S13", "O2"]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, "G15:10"]),
    st.sampled_from([None, "R85:330"]),
)
def test_a_capacity_reads_back_as_it_was_written(
    row: str, category: int | None, profession: str | None, role: str | None
) -> None:
    capacity = Capacity(row, category, profession, role, "clinic", ("L1110-4", "L221-6"))
    assert Capacity.read(Fields(capacity.to_json(), "capacity")) == capacity
