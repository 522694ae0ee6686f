"""A log operator who lies with their own key: one receipt, one proof, one number at a time; and who finds it.

Who is named in each test: a *client* with what it remembers, the *person* with the key of their numbers, the *auditor*
with openings. Watching, witnesses and whole rewritten histories: test_tampering.py; two clients who compare: there too.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.log_builder import ORIGIN, LogBuilder
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.completeness import ShownLeaves, check_leaf_tag, check_tags
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.heads_map import HeadsTree
from volet_protocol.keys import SigningKey
from volet_protocol.leaf import Leaf, LeafType, tag
from volet_protocol.log_view import LogView
from volet_protocol.note_keys import NoteSigner
from volet_protocol.receipt import Opening, Receipt

KEY = b"\x05" * 32
VIEW = Opening({"act": "release", "time_ms": 1}, b"\x01" * 32)
WHO = Opening({"user": "a" * 64}, b"\x02" * 32)


def log_of(*leaves: str, origin: str = ORIGIN, seed: bytes = bytes(range(32))) -> LogBuilder:
    log = LogBuilder(origin, seed)
    for leaf in leaves:
        log.append(leaf.encode())
    return log


def refused(receipt: Receipt, view: LogView, consistency: tuple[bytes, ...] | None = None) -> Reason:
    with pytest.raises(ProtocolError) as caught:
        receipt.accept(view, ORIGIN, consistency)
    return caught.value.reason


def remembering(log: LogBuilder) -> LogView:
    view = LogView(log.verifier)
    view.accept(log.checkpoint())
    return view


def test_an_index_given_twice_is_found_by_the_client_that_had_the_first_receipt() -> None:
    true, false = log_of("a", "b"), log_of("a", "b")
    mine, other = true.receipt(VIEW, WHO), false.receipt(VIEW, replace(WHO, opening=b"\x09" * 32))
    assert mine.proof.index == other.proof.index
    view = remembering(log_of("a", "b"))
    mine.accept(view, ORIGIN, true.consistency(2))
    assert refused(other, view) is Reason.FORKED
    # Both signed trees are kept: they accuse the log before anybody.
    (evidence,) = view.evidence
    assert (evidence.kept, evidence.offered) == (mine.proof.checkpoint, other.proof.checkpoint)


def test_an_index_given_twice_with_more_leaves_behind_it_is_found_too() -> None:
    true, false = log_of("a", "b"), log_of("a", "b")
    mine = true.receipt(VIEW, WHO)
    false.append(b"instead")
    other = false.receipt(VIEW, WHO)
    view = remembering(log_of("a", "b"))
    mine.accept(view, ORIGIN, true.consistency(2))
    assert refused(other, view, false.consistency(3)) is Reason.BAD_PROOF


def test_a_proof_of_another_leaf_is_found_by_the_client_before_it_decrypts() -> None:
    log = log_of("a")
    first, second = log.receipt(VIEW, WHO), log.receipt(VIEW, replace(WHO, opening=b"\x09" * 32))
    swapped = replace(second, proof=replace(first.proof, extra=None))
    assert refused(swapped, LogView(log.verifier)) is Reason.BAD_PROOF
    # The leaf that the proof is about, under openings of the act that was asked for.
    assert refused(replace(first, identity=second.identity), LogView(log.verifier)) is Reason.BAD_COMMITMENT


def test_a_log_that_goes_back_is_found_by_the_client_that_saw_more() -> None:
    log = log_of("a", "b", "c")
    view = remembering(log)
    older = log_of("a")
    assert refused(older.receipt(VIEW, WHO), view) is Reason.ROLLED_BACK


def test_a_retired_key_is_refused_by_every_client_whose_bundle_dropped_it() -> None:
    old, new = log_of("a", "b"), NoteSigner(ORIGIN, SigningKey(b"\x0a" * 32))
    receipt = old.receipt(VIEW, WHO)
    both = LogVerifier.configured(ORIGIN, new.vkey, f"log {new.vkey}\nlog {old.signer.vkey}\nquorum none\n")
    receipt.accept(LogView(both), ORIGIN, ())
    alone = LogVerifier.configured(ORIGIN, new.vkey, f"log {new.vkey}\nquorum none\n")
    assert refused(receipt, LogView(alone)) is Reason.NOT_TRUSTED


def test_another_origin_is_an_error_even_under_the_same_key() -> None:
    log, elsewhere = log_of("a"), log_of("a", origin="hub.example/volet/2")
    receipt = elsewhere.receipt(VIEW, WHO)
    assert elsewhere.signer.key.public == log.signer.key.public
    view = LogView(log.verifier)
    assert refused(receipt, view) is Reason.WRONG_ORIGIN
    # Never a reset: what comes next under the right name is judged as before.
    assert view.newest(ORIGIN) is None
    assert view.evidence == ()


def test_a_head_shown_under_another_log_is_refused() -> None:
    log, elsewhere = log_of("a"), log_of("a", origin="hub.example/volet/2")
    proof = elsewhere.head_proof(HeadsTree(), "user", "c" * 64)
    with pytest.raises(ProtocolError) as caught:
        proof.verify(log.verifier, "user", "c" * 64)
    assert caught.value.reason is Reason.WRONG_ORIGIN


def act(number: int, at: int = 2_000) -> Leaf:
    return Leaf(LeafType.ACT, at, tag(KEY, number), KEY)


def test_an_act_withheld_from_the_person_is_found_by_the_tags_of_the_public_log() -> None:
    tags = [act(number).tag for number in range(5)]
    # Shown: the first four. The fifth stands in the log, and its number is the one after.
    assert check_tags(KEY, 4, tags).untold == (4,)
    # Shown: all but number 2.
    shown = ShownLeaves(KEY)
    for number in (0, 1, 3, 4):
        shown.add(number, number, act(number))
    assert shown.gaps == (2,)


def test_an_act_that_was_never_appended_is_found_by_its_number() -> None:
    assert check_tags(KEY, 5, [act(number).tag for number in (0, 1, 3, 4)]).missing == (2,)


def test_an_act_doubled_is_found_by_the_person_and_by_the_auditor() -> None:
    assert check_tags(KEY, 2, [act(0).tag, act(1).tag, act(1).tag]).repeated == (1,)
    shown = ShownLeaves(KEY)
    shown.add(1, 7, act(1))
    with pytest.raises(ProtocolError) as caught:
        shown.add(1, 8, act(1))
    assert caught.value.reason is Reason.FORKED


def test_an_act_put_under_another_number_is_found_by_whoever_holds_the_key() -> None:
    with pytest.raises(ProtocolError) as caught:
        check_leaf_tag(KEY, 3, act(4))
    assert caught.value.reason is Reason.WRONG_TAG
