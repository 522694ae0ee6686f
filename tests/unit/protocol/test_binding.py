"""Bindings, tokens, fingerprint phrases, and the word of a colleague; refusals one by one are in the vectors."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.identities import (
    AUDIENCE,
    HUB,
    ISS,
    ISSUER_KEY,
    SELF_AUDIENCE,
    START_MS,
    bound,
    make_bundle,
    make_user,
    seed32,
)
from volet_protocol import fingerprint, jws
from volet_protocol.acceptance import Evidence, Ground, may_grant_by_software
from volet_protocol.binding import Binding, nonce, verify_binding
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.seen_in_person import seen_body, verify_seen
from volet_protocol.statements import sign


def test_each_of_the_five_things_that_a_nonce_binds_changes_it() -> None:
    user, random = "ab" * 32, seed32("random")
    base = nonce(HUB, ISS, AUDIENCE, user, random)
    others = {
        nonce("http://other.example", ISS, AUDIENCE, user, random),
        nonce(HUB, "https://other.example", AUDIENCE, user, random),
        nonce(HUB, ISS, "other", user, random),
        nonce(HUB, ISS, AUDIENCE, "cd" * 32, random),
        nonce(HUB, ISS, AUDIENCE, user, seed32("other")),
    }
    assert len(others | {base}) == 6


@given(st.text(max_size=200))
@example("e30.e30.")
@example("..")
@example("é.é.é")
def test_text_that_is_no_token_raises_only_the_protocol_s_error(text: str) -> None:
    try:
        token = jws.parse(text)
        jws.verify(token, {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43})
    except ProtocolError:
        return
    pytest.fail("a token without a signature was accepted")


def test_a_token_above_64_kib_is_not_parsed() -> None:
    with pytest.raises(ProtocolError) as caught:
        jws.parse("a" * (jws.LIMIT + 1))
    assert caught.value.reason is Reason.TOO_LARGE


def test_a_binding_reads_back_as_it_was_written() -> None:
    binding = Binding("a.b.c", ISS, AUDIENCE, seed32("random"))
    assert Binding.read(Fields(binding.to_json(), "binding")) == binding


def test_the_2048_words_are_distinct_short_and_plain() -> None:
    words = [fingerprint.word(number) for number in range(2048)]
    assert len(set(words)) == 2048
    assert all(word.isascii() and word.isalpha() and word.islower() and 4 <= len(word) <= 6 for word in words)


@given(st.binary(min_size=32, max_size=32))
def test_a_phrase_is_eight_words_and_its_user_s_alone(user: bytes) -> None:
    phrase = fingerprint.phrase(user.hex())
    assert len(phrase.split()) == 8
    fingerprint.check_phrase(phrase.replace(" ", "-").upper(), user.hex())
    with pytest.raises(ProtocolError) as caught:
        fingerprint.check_phrase(phrase, seed32("another user").hex())
    assert caught.value.reason is Reason.WRONG_SUBJECT


@pytest.mark.parametrize(
    ("aud", "ground"), [(SELF_AUDIENCE, Ground.INTRODUCTION), (AUDIENCE, Ground.REGISTRAR)], ids=["hub", "registrar"]
)
def test_a_token_that_the_hub_obtained_for_itself_is_never_proof(aud: str, ground: Ground) -> None:
    user = make_user(1)
    subject = verify_binding(bound(aud, user.user), user.user, make_bundle(issuer_keys=[ISSUER_KEY]), START_MS)
    assert may_grant_by_software(user.chain, Evidence(subject.mode, START_MS, 0), START_MS).ground is ground


def test_a_wait_says_when_it_ends() -> None:
    answer = may_grant_by_software(make_user(1).chain, Evidence("self", START_MS, 1), START_MS)
    assert not answer.granted
    assert answer.until_ms == START_MS + 72 * 3_600_000


class TestSeenInPerson:
    def test_a_colleague_confirms_a_chain(self) -> None:
        colleague, newcomer = make_user(1), make_user(2)
        statement = colleague.sign(seen_body(colleague.preamble(START_MS), newcomer.user, "voice"))
        seen = verify_seen(statement, colleague.chain)
        assert (seen.author, seen.seen, seen.means) == (colleague.user, newcomer.user, "voice")

    @pytest.mark.parametrize(
        ("means", "reason"), [("post", Reason.MALFORMED), ("", Reason.MALFORMED), ("Voice", Reason.MALFORMED)]
    )
    def test_means_outside_the_closed_list_are_refused(self, means: str, reason: Reason) -> None:
        colleague = make_user(1)
        statement = colleague.sign(seen_body(colleague.preamble(START_MS), "ab" * 32, means))
        with pytest.raises(ProtocolError) as caught:
            verify_seen(statement, colleague.chain)
        assert caught.value.reason is reason

    def test_nobody_vouches_for_their_own_chain(self) -> None:
        user = make_user(1)
        with pytest.raises(ProtocolError) as caught:
            verify_seen(user.sign(seen_body(user.preamble(START_MS), user.user, "face")), user.chain)
        assert caught.value.reason is Reason.WRONG_SUBJECT

    def test_a_confirmation_signed_by_another_s_device_is_refused(self) -> None:
        colleague, thief = make_user(1), make_user(3)
        forged = sign(seen_body(colleague.preamble(START_MS), "ab" * 32, "face"), thief.signing_key)
        with pytest.raises(ProtocolError) as caught:
            verify_seen(forged, colleague.chain)
        assert caught.value.reason is Reason.BAD_SIGNATURE

    def test_a_name_beside_a_confirmation_is_refused(self) -> None:
        colleague = make_user(1)
        body = {**seen_body(colleague.preamble(START_MS), "ab" * 32, "token", "cd" * 32), "name": "Mo"}
        with pytest.raises(ProtocolError) as caught:
            verify_seen(colleague.sign(body), colleague.chain)
        assert caught.value.reason is Reason.UNKNOWN_FIELD
