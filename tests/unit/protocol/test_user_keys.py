"""Seeds sealed here open here, and nothing else opens them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.identities import START_MS, make_device, make_user, seed32
from volet_protocol import user_keys
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.keys import BoxKey

SEEDS = st.binary(min_size=32, max_size=32)


@settings(max_examples=20, deadline=None)
@given(SEEDS, SEEDS)
def test_a_boxed_seed_opens_for_each_recipient_and_for_nobody_else(seed: bytes, context: bytes) -> None:
    phone, slot, thief = (make_device(name) for name in ("phone", "slot", "thief"))
    boxes = user_keys.seal_user_seeds(seed, {phone.id: phone.box.public, "recovery": slot.box.public}, context)
    public = BoxKey(seed).public
    assert user_keys.open_user_seed(boxes[phone.id], phone.box, context, public) == seed
    assert user_keys.open_user_seed(boxes["recovery"], slot.box, context, public) == seed
    with pytest.raises(ProtocolError) as caught:
        user_keys.open_user_seed(boxes[phone.id], thief.box, context, public)
    assert caught.value.reason is Reason.BAD_BOX


@settings(max_examples=20, deadline=None)
@given(SEEDS, SEEDS, st.integers(2, 1000))
def test_a_sealed_seed_opens_under_the_next_one(previous: bytes, seed: bytes, generation: int) -> None:
    sealed = user_keys.seal_previous_seed(previous, seed, "ab" * 32, generation)
    public = BoxKey(previous).public
    assert user_keys.open_previous_seed(sealed, seed, "ab" * 32, generation, public) == previous


def test_the_newest_seed_opens_every_older_one() -> None:
    user = make_user(1).rotate_user_key(START_MS).rotate_user_key(START_MS + 1)
    seeds = user_keys.open_older_seeds(user.user_seed, user.user, user.chain.generations)
    assert seeds == dict(enumerate(user.seeds, start=1))


def test_a_superseded_seed_opens_nothing_newer() -> None:
    user = make_user(1).rotate_user_key(START_MS)
    with pytest.raises(ProtocolError) as caught:
        user_keys.open_older_seeds(user.seeds[0], user.user, user.chain.generations)
    assert caught.value.reason is Reason.BAD_KEY


def test_a_seed_of_another_size_is_never_boxed() -> None:
    with pytest.raises(ProtocolError) as caught:
        user_keys.seal_user_seed(seed32("x")[:16], make_device("phone").box.public, seed32("context"))
    assert caught.value.reason is Reason.BAD_KEY
