from __future__ import annotations

from typing import Any

import pytest

from support.identities import CONTROLLER, bundle_body
from support.log_builder import LogBuilder
from support.small_table import CELLS, table_bytes
from volet_client.trust import CASE, USER, Proven, TrustState
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.head_proof import HeadProof
from volet_protocol.heads_map import HeadsTree
from volet_protocol.policy_table import PolicyTable
from volet_protocol.statements import HeadRef
from volet_protocol.trust_bundle import TrustBundle, sign_bundle

CHAIN = "c" * 64
OTHER = "d" * 64
HASHES = [f"{number:064x}" for number in range(1, 9)]
NOW = 10_000_000


class LyingHub:
    """A log and a heads map that a test changes as an operator could."""

    def __init__(self) -> None:
        self.log = LogBuilder("log.example")
        self.heads = HeadsTree()
        self.label = CASE
        self.told: dict[str, tuple[int, str]] = {}
        body: dict[str, Any] = dict(bundle_body(log_vkey=self.log.signer.vkey))
        body["log_policy"] = self.log.policy
        self.bundle = TrustBundle.read(sign_bundle(body, [CONTROLLER])).verify(None)

    def move(self, seq: int, hash_: str | None = None, chain: str = CHAIN) -> HeadsTree:
        """Set a head on a map made anew, because an honest map refuses to go back."""
        self.told[chain] = (seq, hash_ or HASHES[seq])
        self.heads = HeadsTree()
        for name, (number, head) in self.told.items():
            self.heads = self.heads.set(self.label, name, number, head)
        return self.heads

    def proof(self, ts_ms: int = NOW, chain: str = CHAIN) -> HeadProof:
        return self.log.head_proof(self.heads, self.label, chain, ts_ms)

    def show(self, state: TrustState, proof: HeadProof, chain: str = CHAIN) -> Proven:
        newest = state.newest()
        size = proof.proof.index + 1
        consistency = self.log.consistency(newest.size, size) if newest is not None and newest.size < size else ()
        return state.prove(self.label, chain, proof, consistency)


@pytest.fixture
def hub() -> LyingHub:
    return LyingHub()


@pytest.fixture
def state(hub: LyingHub) -> TrustState:
    """A client that has verified the chain up to link 2."""
    state = TrustState(hub.bundle)
    hub.move(2)
    proven = hub.show(state, hub.proof())
    state.advance(CASE, CHAIN, HeadRef(2, HASHES[2]), dict(enumerate(HASHES[:3])))
    assert proven.head == HeadRef(2, HASHES[2])
    return state


def refused(reason: Reason) -> pytest.RaisesExc[ProtocolError]:
    return pytest.raises(ProtocolError, check=lambda error: error.reason is reason)


def test_a_head_further_on_is_held_once_its_links_pass_through_the_one_held(hub: LyingHub, state: TrustState) -> None:
    hub.move(4)
    proven = hub.show(state, hub.proof())
    assert state.head(CASE, CHAIN) == HeadRef(2, HASHES[2])
    assert proven.head is not None
    state.advance(CASE, CHAIN, proven.head, dict(enumerate(HASHES[:5])))
    assert state.head(CASE, CHAIN) == HeadRef(4, HASHES[4])
    assert not state.stopped


def test_a_chain_that_went_back_is_kept_as_evidence_and_stops_everything(hub: LyingHub, state: TrustState) -> None:
    hub.move(1)
    with refused(Reason.ROLLED_BACK):
        hub.show(state, hub.proof())
    assert state.stopped
    assert state.evidence[0]["reason"] == "rolled-back"
    hub.move(5)
    with refused(Reason.FORKED):
        hub.show(state, hub.proof())


def test_a_chain_that_disappeared_from_the_map_is_evidence(hub: LyingHub, state: TrustState) -> None:
    hub.told.clear()
    hub.move(0, chain=OTHER)
    with refused(Reason.ROLLED_BACK):
        hub.show(state, hub.proof())
    assert state.stopped


def test_another_link_at_the_same_place_is_a_fork(hub: LyingHub, state: TrustState) -> None:
    hub.move(2, OTHER)
    with refused(Reason.FORKED):
        hub.show(state, hub.proof())
    assert state.stopped


def test_links_that_pass_beside_the_head_held_are_a_fork(hub: LyingHub, state: TrustState) -> None:
    hub.move(4)
    proven = hub.show(state, hub.proof())
    assert proven.head is not None
    history = {**dict(enumerate(HASHES[:5])), 2: OTHER}
    with refused(Reason.FORKED):
        state.advance(CASE, CHAIN, proven.head, history)
    assert state.head(CASE, CHAIN) == HeadRef(2, HASHES[2])
    assert state.stopped


def test_links_that_do_not_lead_to_the_proven_head_are_refused(hub: LyingHub, state: TrustState) -> None:
    hub.move(4)
    proven = hub.show(state, hub.proof())
    assert proven.head is not None
    with refused(Reason.WRONG_HASH):
        state.advance(CASE, CHAIN, proven.head, dict(enumerate(HASHES[:4])))


def test_yesterdays_map_under_todays_checkpoint_is_refused_and_changes_nothing(
    hub: LyingHub, state: TrustState
) -> None:
    old = hub.proof()
    hub.move(4)
    hub.show(state, hub.proof())
    stale = HeadProof(old.head, old.path, old.leaf, hub.log.proof(old.proof.index))
    with refused(Reason.STALE):
        state.prove(CASE, CHAIN, stale, ())
    assert not state.stopped


def test_a_path_of_another_chain_is_refused(hub: LyingHub, state: TrustState) -> None:
    hub.move(3, chain=OTHER)
    with refused(Reason.BAD_PROOF):
        hub.show(state, hub.proof(chain=OTHER))


def test_a_log_that_was_cut_and_grown_again_is_refused_and_kept(hub: LyingHub, state: TrustState) -> None:
    other = LogBuilder("log.example")
    heads = HeadsTree().set(CASE, CHAIN, 3, HASHES[3])
    proofs = [other.head_proof(heads, CASE, CHAIN, NOW + number) for number in range(3)]
    with refused(Reason.BAD_PROOF):
        state.prove(CASE, CHAIN, proofs[-1], other.consistency(1, 3))
    assert state.stopped
    assert hub.log.checkpoint().note == state.evidence[0]["kept"]


def test_a_log_under_another_key_is_refused(state: TrustState) -> None:
    other = LogBuilder("log.example", seed=bytes(32))
    heads = HeadsTree().set(CASE, CHAIN, 3, HASHES[3])
    with refused(Reason.NOT_TRUSTED):
        state.prove(CASE, CHAIN, other.head_proof(heads, CASE, CHAIN), ())


def test_nothing_is_widened_on_a_map_older_than_ten_minutes(hub: LyingHub, state: TrustState) -> None:
    hub.move(3)
    proven = hub.show(state, hub.proof(ts_ms=NOW))
    state.check_fresh(proven, NOW + 600_000)
    with refused(Reason.STALE):
        state.check_fresh(proven, NOW + 600_001)


def test_a_link_in_our_own_chain_that_we_did_not_make_is_an_alarm(hub: LyingHub) -> None:
    hub.label = USER
    state = TrustState(hub.bundle)
    hub.move(0)
    state.check_own(CHAIN, HeadRef(0, HASHES[0]), hub.show(state, hub.proof()))
    hub.move(1)
    proven = hub.show(state, hub.proof())
    with refused(Reason.WRONG_AUTHOR):
        state.check_own(CHAIN, HeadRef(0, HASHES[0]), proven)
    assert state.stopped


def test_what_was_verified_and_the_evidence_survive_a_restart(hub: LyingHub, state: TrustState) -> None:
    again = TrustState.restore(hub.bundle, state.to_json())
    assert again.head(CASE, CHAIN) == HeadRef(2, HASHES[2])
    hub.move(1)
    with refused(Reason.ROLLED_BACK):
        hub.show(again, hub.proof())
    assert TrustState.restore(hub.bundle, again.to_json()).stopped


@pytest.mark.parametrize("change", [{"heads": 1}, {"more": 1}, {"newest_map": "x"}])
def test_a_changed_state_file_is_refused_and_never_a_fresh_start(
    hub: LyingHub, state: TrustState, change: dict[str, Any]
) -> None:
    with pytest.raises(ProtocolError):
        TrustState.restore(hub.bundle, {**state.to_json(), **change})


def test_a_table_wider_than_the_ceiling_is_refused() -> None:
    ceiling = PolicyTable.load(table_bytes())
    wider = PolicyTable.load(table_bytes({**CELLS, "S1": {**CELLS["S1"], "medical": "2"}}))
    log = LogBuilder("log.example")
    body: dict[str, Any] = dict(bundle_body(ceiling=ceiling.hash, log_vkey=log.signer.vkey))
    body["log_policy"] = log.policy
    state = TrustState(TrustBundle.read(sign_bundle(body, [CONTROLLER])).verify(None))
    state.check_table(ceiling, ceiling)
    with refused(Reason.POLICY_TOO_WIDE):
        state.check_table(wider, ceiling)
    with refused(Reason.WRONG_POLICY):
        state.check_table(wider, wider)
