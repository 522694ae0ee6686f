"""The heads map against a dictionary, and a hub that lies about heads."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.log_builder import LogBuilder
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.head_proof import HeadProof
from volet_protocol.heads_map import (
    EMPTY,
    HeadsTree,
    MapPath,
    StoredNode,
    map_key,
    map_value,
    prove_stored,
    subject_chain,
)
from volet_protocol.statements import HeadRef

CHAINS = [hashlib.sha256(bytes([n])).hexdigest() for n in range(40)]
ROWS = st.lists(st.tuples(st.sampled_from(["user", "case", "list"]), st.sampled_from(CHAINS)), max_size=60)


def head(seq: int) -> HeadRef:
    return HeadRef(seq, hashlib.sha256(b"%d" % seq).hexdigest())


def build(rows: list[tuple[str, str]]) -> tuple[HeadsTree, dict[tuple[str, str], HeadRef]]:
    tree, expected = HeadsTree(), dict[tuple[str, str], HeadRef]()
    for seq, (label, chain) in enumerate(rows):
        expected[label, chain] = head(seq)
        tree = tree.set(label, chain, seq, head(seq).hash)
    return tree, expected


def naive_root(leaves: dict[int, bytes], depth: int = 0) -> bytes:
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return next(iter(leaves.values()))
    right = {bits: leaf for bits, leaf in leaves.items() if bits >> (255 - depth) & 1}
    left = {bits: leaf for bits, leaf in leaves.items() if bits not in right}
    return hashlib.sha256(b"\x03" + naive_root(left, depth + 1) + naive_root(right, depth + 1)).digest()


@given(ROWS)
def test_the_map_is_a_dictionary_with_the_naive_root(rows: list[tuple[str, str]]) -> None:
    tree, expected = build(rows)
    leaves: dict[int, bytes] = {}
    for (label, chain), value in expected.items():
        key = map_key(label, chain)
        leaves[int.from_bytes(key, "big")] = hashlib.sha256(b"\x02" + key + map_value(value)).digest()
    assert tree.root == naive_root(leaves)
    for label in ("user", "case", "list", "exchange"):
        for chain in CHAINS:
            found, path = tree.prove(label, chain)
            assert found == expected.get((label, chain)) == tree.get(label, chain)
            assert path.root(label, chain, found) == tree.root


@given(ROWS, st.sampled_from(CHAINS), st.data())
def test_a_root_gives_one_answer_for_a_chain(rows: list[tuple[str, str]], chain: str, data: st.DataObject) -> None:
    tree, _ = build(rows)
    found, path = tree.prove("case", chain)
    lie = data.draw(st.sampled_from([None, head(1000), *([head(found.seq + 1)] if found else [])]))
    others = [None, path.other, *[tree.prove(label, one)[1].other for label in ("user", "list") for one in CHAINS[:5]]]
    cut = data.draw(st.integers(0, len(path.siblings)))
    forged = MapPath(path.siblings[:cut], data.draw(st.sampled_from(others)))
    if lie == found:
        return
    with contextlib.suppress(ProtocolError):
        assert forged.root("case", chain, lie) != tree.root


@given(ROWS)
def test_every_past_map_proves_each_person_from_nodes_kept_by_their_hash(rows: list[tuple[str, str]]) -> None:
    nodes, past, tree = dict[bytes, StoredNode](), list[tuple[HeadsTree, bytes]](), HeadsTree()
    for seq, (label, chain) in enumerate(rows):
        tree = tree.set(label, chain, seq, head(seq).hash)
        nodes |= {node.hash: node for node in list(tree.people(nodes.__contains__))}
        past.append((tree, tree.root))
    for then, root in past[-5:]:
        for chain in CHAINS[:10]:
            found, path = prove_stored(root, "user", chain, nodes.__getitem__)
            assert (found, path) == then.prove("user", chain)
            assert path.root("user", chain, found) == root


def test_the_work_of_others_adds_one_node_to_the_past_of_people() -> None:
    tree = HeadsTree.of([("user", chain, 0, head(0).hash) for chain in CHAINS])
    known = {node.hash for node in tree.people(lambda _: False)}
    for seq, chain in enumerate(CHAINS):
        tree = tree.set("list", chain, seq, head(seq).hash)
        assert [node.hash for node in tree.people(known.__contains__)] == [tree.root]
    moved = tree.set("user", CHAINS[0], 1, head(1).hash)
    assert 1 < len(list(moved.people(known.__contains__))) < 16


def test_an_older_map_stays_as_it_was() -> None:
    old = HeadsTree().set("case", CHAINS[0], 0, head(0).hash)
    root = old.root
    newer = old.set("case", CHAINS[1], 0, head(1).hash).set("case", CHAINS[0], 1, head(1).hash)
    assert old.root == root != newer.root
    assert old.get("case", CHAINS[0]) == head(0)


def test_a_map_of_rows_equals_the_map_built_one_by_one() -> None:
    rows = [("case", chain, seq, head(seq).hash) for seq, chain in enumerate(CHAINS)]
    assert HeadsTree.of(rows).root == HeadsTree.of(reversed(rows)).root


@pytest.mark.parametrize(("seq", "hash_", "reason"), [(4, 4, Reason.ROLLED_BACK), (5, 6, Reason.FORKED)])
def test_a_head_never_goes_back_and_never_has_two_values(seq: int, hash_: int, reason: Reason) -> None:
    tree = HeadsTree().set("case", CHAINS[0], 5, head(5).hash)
    with pytest.raises(ProtocolError) as caught:
        tree.set("case", CHAINS[0], seq, head(hash_).hash)
    assert caught.value.reason is reason


def test_the_label_of_a_subject_hides_who_it_is_and_differs_by_issuer() -> None:
    assert subject_chain("https://a.example", "s") != subject_chain("https://b.example", "s")


@pytest.fixture
def log() -> LogBuilder:
    log = LogBuilder()
    for number in range(5):
        log.append(b"leaf %d" % number)
    return log


def served(log: LogBuilder) -> HeadProof:
    tree, _ = build([("case", chain) for chain in CHAINS])
    return log.head_proof(tree, "case", CHAINS[3], ts_ms=1_000_000)


def test_a_head_proof_shows_the_head_and_its_checkpoint(log: LogBuilder) -> None:
    proof = HeadProof.read(Fields(served(log).to_json(), "head proof"))
    found, checkpoint = proof.verify(log.verifier, "case", CHAINS[3])
    assert found == head(3)
    assert checkpoint.size == 6


def test_a_path_alone_is_not_a_head(log: LogBuilder) -> None:
    proof = served(log)
    elsewhere = dataclasses.replace(proof, proof=log.proof(0))
    with pytest.raises(ProtocolError) as caught:
        elsewhere.verify(log.verifier, "case", CHAINS[3])
    assert caught.value.reason is Reason.BAD_PROOF


def test_an_old_map_under_the_newest_checkpoint_is_as_old_as_its_leaf(log: LogBuilder) -> None:
    old = served(log)
    for number in range(3):
        log.append(b"later %d" % number)
    dressed = dataclasses.replace(old, proof=log.proof(5))
    dressed.verify(log.verifier, "case", CHAINS[3])
    dressed.check_fresh(1_000_000 + 600_000)
    with pytest.raises(ProtocolError) as caught:
        dressed.check_fresh(1_000_000 + 600_001)
    assert caught.value.reason is Reason.STALE


def test_every_flipped_byte_of_a_head_proof_is_refused(log: LogBuilder) -> None:
    proof = served(log)
    for position in range(len(proof.leaf)):
        leaf = bytearray(proof.leaf)
        leaf[position] ^= 1
        with pytest.raises(ProtocolError):
            dataclasses.replace(proof, leaf=bytes(leaf)).verify(log.verifier, "case", CHAINS[3])
    for number, sibling in enumerate(proof.path.siblings):
        siblings = list(proof.path.siblings)
        siblings[number] = bytes([sibling[0] ^ 1]) + sibling[1:]
        with pytest.raises(ProtocolError):
            dataclasses.replace(proof, path=MapPath(tuple(siblings))).verify(log.verifier, "case", CHAINS[3])
