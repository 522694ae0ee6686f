"""A client that remembers, and a log operator who lies."""

from __future__ import annotations

import pytest

from support.log_builder import LogBuilder
from volet_protocol.canonical import JsonObject
from volet_protocol.completeness import BUCKETS, ShownLeaves, day_buckets, tag_bucket, verify_bucket
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.leaf import Leaf, LeafType, tag
from volet_protocol.log_view import MAX_EVIDENCE, LogView
from volet_protocol.merkle import CompactRange, Node, inclusion_proof


def grown(*leaves: str, origin: str = "hub.example/volet/1") -> LogBuilder:
    log = LogBuilder(origin)
    for leaf in leaves:
        log.append(leaf.encode())
    return log


def refused(view: LogView, log: LogBuilder, size: int | None = None) -> Reason:
    with pytest.raises(ProtocolError) as caught:
        view.accept(log.checkpoint(size))
    return caught.value.reason


def test_after_a_fork_the_log_is_refused_for_good_and_both_notes_are_kept() -> None:
    honest, forked = grown("a", "b", "c"), grown("a", "b", "x")
    view = LogView(honest.verifier)
    view.accept(honest.checkpoint())
    assert refused(view, forked) is Reason.FORKED
    assert refused(view, honest) is Reason.FORKED
    (evidence,) = view.evidence
    assert (evidence.kept, evidence.offered) == (honest.checkpoint().note, forked.checkpoint().note)


def test_a_stored_fork_is_still_a_fork_after_a_restart() -> None:
    honest, forked = grown("a", "b"), grown("a", "x")
    view = LogView(honest.verifier)
    view.accept(honest.checkpoint())
    refused(view, forked)
    again = LogView.restore(view.to_json(), honest.verifier)
    assert again.to_json() == view.to_json()
    assert refused(again, honest) is Reason.FORKED


def test_a_restart_does_not_reset_what_was_seen() -> None:
    log = grown("a", "b", "c")
    view = LogView(log.verifier)
    view.accept(log.checkpoint())
    again = LogView.restore(view.to_json(), log.verifier)
    assert refused(again, log, 2) is Reason.ROLLED_BACK


def test_a_stored_state_of_an_unknown_origin_is_an_error() -> None:
    log, other = grown("a"), grown("a", origin="autre.example/volet/1")
    view = LogView(log.verifier)
    view.accept(log.checkpoint())
    with pytest.raises(ProtocolError) as caught:
        LogView.restore(view.to_json(), other.verifier)
    assert caught.value.reason is Reason.WRONG_ORIGIN


def test_a_changed_stored_state_is_refused() -> None:
    log = grown("a", "b")
    note = log.checkpoint().note.replace("\n2\n", "\n1\n")
    states: list[JsonObject] = [{"newest": [note], "evidence": []}, {"newest": [1], "evidence": []}, {"newest": []}]
    for state in states:
        with pytest.raises(ProtocolError):
            LogView.restore(state, log.verifier)
    with pytest.raises(ProtocolError) as caught:
        LogView.restore({"newest": [log.checkpoint().note] * 2, "evidence": []}, log.verifier)
    assert caught.value.reason is Reason.ALREADY


def test_rollbacks_do_not_push_a_fork_out_of_the_evidence() -> None:
    log, forked = grown(*map(str, range(80))), grown(*map(str, range(79)), "x")
    view = LogView(log.verifier)
    view.accept(log.checkpoint())
    for size in range(1, 75):
        assert refused(view, log, size) is Reason.ROLLED_BACK
    assert len(view.evidence) == MAX_EVIDENCE
    assert refused(view, forked) is Reason.FORKED
    assert view.evidence[-1].reason is Reason.FORKED


def test_an_origin_that_was_not_configured_is_an_error_never_a_reset() -> None:
    log, other = grown("a"), grown("a", origin="autre.example/volet/1")
    view = LogView(log.verifier)
    assert view.newest(log.signer.name) is None
    assert refused(view, other) is Reason.WRONG_ORIGIN


KEY = b"\x05" * 32


def leaf(seq: int, commit: bytes = b"\x01" * 32) -> Leaf:
    return Leaf(LeafType.ACT, 1, tag(KEY, seq), commit)


def test_two_leaves_for_one_number_are_evidence() -> None:
    shown = ShownLeaves(KEY)
    shown.add(0, 10, leaf(0))
    shown.add(2, 12, leaf(2))
    shown.add(2, 12, leaf(2))
    assert (shown.count, shown.gaps) == (3, (1,))
    with pytest.raises(ProtocolError) as caught:
        shown.add(2, 13, leaf(2))
    assert caught.value.reason is Reason.FORKED


def test_a_leaf_shown_under_another_number_is_evidence() -> None:
    with pytest.raises(ProtocolError) as caught:
        ShownLeaves(KEY).add(1, 10, leaf(0))
    assert caught.value.reason is Reason.WRONG_TAG


def test_a_monitor_cannot_leave_a_tag_out_of_its_bucket() -> None:
    tags = sorted(tag(KEY, number) for number in range(200))
    tree, nodes = CompactRange(), dict[Node, bytes]()
    for number, hashed in enumerate(day_buckets(tags)):
        nodes.update(dict([(Node(0, number), hashed), *tree.append(hashed)]))
    bucket = tag_bucket(tags[0])
    held = [one for one in tags if tag_bucket(one) == bucket]
    proof = inclusion_proof(bucket, BUCKETS, nodes.__getitem__)
    verify_bucket(bucket, held, proof, tree.root())
    with pytest.raises(ProtocolError):
        verify_bucket(bucket, held[1:], proof, tree.root())
