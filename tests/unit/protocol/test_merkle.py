"""The log's tree against a naive recursive one."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volet_protocol import merkle
from volet_protocol.errors import ProtocolError

LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(64)]
ROOTS: dict[int, bytes] = {}


def naive(hashes: list[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(hashes[:k]) + naive(hashes[k:])).digest()


def root(size: int) -> bytes:
    return ROOTS.setdefault(size, naive(LEAVES[:size]))


def node(one: merkle.Node) -> bytes:
    start = one.number << one.level
    assert start + (1 << one.level) <= len(LEAVES)
    return naive(LEAVES[start : start + (1 << one.level)])


SIZES = st.integers(1, 64)


def test_every_size_up_to_64_has_the_naive_root_and_one_hash_for_each_bit() -> None:
    tree = merkle.CompactRange()
    for size in range(65):
        assert (tree.size, tree.root(), len(tree.hashes)) == (size, root(size), size.bit_count())
        assert merkle.CompactRange(size, tree.hashes).root() == tree.root()
        if size < 64:
            tree.append(LEAVES[size])


def test_an_append_returns_exactly_the_perfect_subtrees_it_completes() -> None:
    tree = merkle.CompactRange()
    for leaf in LEAVES:
        for one, hashed in tree.append(leaf):
            assert hashed == node(one)


@pytest.mark.parametrize("first", range(len(LEAVES) + 1))
def test_leaves_added_together_make_the_tree_and_the_subtrees_of_leaves_added_one_by_one(first: int) -> None:
    for size in range(first, len(LEAVES) + 1):
        one_by_one, together = merkle.CompactRange(), merkle.CompactRange()
        together.extend(LEAVES[:first])
        completed = [(*node, root) for leaf in LEAVES[:size] for node, root in one_by_one.append(leaf)]
        added = together.extend(LEAVES[first:size])
        assert (together.size, together.hashes) == (one_by_one.size, one_by_one.hashes)
        assert sorted(added) == sorted(set(completed) - set(merkle.CompactRange().extend(LEAVES[:first])))
        assert [level for level, _, _ in added] == sorted(level for level, _, _ in added)


@pytest.mark.parametrize("wrong", [b"", bytes(31), bytes(33)])
def test_what_is_no_hash_is_added_with_none_of_its_neighbours(wrong: bytes) -> None:
    tree = merkle.CompactRange(3, LEAVES[:2])
    with pytest.raises(ProtocolError):
        tree.extend([LEAVES[0], wrong])
    with pytest.raises(ProtocolError):
        merkle.CompactRange(merkle.MAX_SIZE, LEAVES[:63]).extend([LEAVES[0]])
    assert (tree.size, tree.hashes) == (3, tuple(LEAVES[:2]))


def test_every_inclusion_proof_up_to_64_verifies_for_its_index_alone() -> None:
    for size in (1, 2, 3, 7, 8, 31, 33, 64):
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, node)
            for other in range(size):
                holds = merkle.verify_inclusion(other, size, LEAVES[index], proof, root(size))
                assert holds == (other == index)


def test_every_pair_of_sizes_up_to_64_has_a_consistency_proof() -> None:
    for size in range(1, 65):
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(old, size, node)
            assert merkle.verify_consistency(old, size, root(old), root(size), proof)
            assert not merkle.verify_consistency(old, size, root(old - 1), root(size), proof)


@given(SIZES, st.data())
def test_a_mutated_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, node)
    mutated = data.draw(_mutations(proof))
    assert mutated == proof or not merkle.verify_inclusion(index, size, LEAVES[index], mutated, root(size))


@given(SIZES, st.data())
def test_a_mutated_consistency_proof_is_refused(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(old, size, node)
    mutated = data.draw(_mutations(proof))
    assert mutated == proof or not merkle.verify_consistency(old, size, root(old), root(size), mutated)


@st.composite
def _mutations(draw: st.DrawFn, proof: list[bytes]) -> list[bytes]:
    result = list(proof)
    where = draw(st.integers(0, len(result)))
    if where == len(result):
        return [*result, draw(st.binary(min_size=32, max_size=32))]
    change = draw(st.sampled_from(["flip", "drop", "double", "cut"]))
    if change == "flip":
        bit = draw(st.integers(0, 255))
        result[where] = (int.from_bytes(result[where], "big") ^ (1 << bit)).to_bytes(32, "big")
    elif change == "drop":
        del result[where]
    elif change == "double":
        result.insert(where, result[where])
    else:
        result[where] = result[where][:31]
    return result


@given(
    st.integers(-2, 2**64),
    st.integers(-2, 2**64),
    st.binary(max_size=33),
    st.lists(st.binary(max_size=33), max_size=70),
)
def test_verifiers_give_a_verdict_on_any_input(index: int, size: int, leaf: bytes, proof: list[bytes]) -> None:
    assert merkle.verify_inclusion(index, size, leaf, proof, leaf) in {True, False}
    assert merkle.verify_consistency(index, size, leaf, leaf, proof) in {True, False}


def test_consistency_from_size_0_is_refused_even_to_size_0() -> None:
    assert not merkle.verify_consistency(0, 0, merkle.EMPTY_ROOT, merkle.EMPTY_ROOT, [])
    assert not merkle.verify_consistency(0, 5, merkle.EMPTY_ROOT, root(5), [])


def test_sizes_near_2_63_are_planned_and_beyond_are_refused() -> None:
    assert len(merkle.inclusion_plan(0, 2**63 - 1)) == 63
    with pytest.raises(ProtocolError):
        merkle.inclusion_plan(0, 2**63)


def test_a_compact_range_whose_hashes_do_not_fit_its_size_is_refused() -> None:
    for size, hashes in [(3, [LEAVES[0]]), (1, []), (1, [b"short"]), (-1, []), (2**63, [LEAVES[0]])]:
        with pytest.raises(ProtocolError):
            merkle.CompactRange(size, hashes)


def test_a_copy_of_a_compact_range_does_not_grow_with_its_original() -> None:
    tree = merkle.CompactRange()
    tree.append(LEAVES[0])
    copy = tree.copy()
    tree.append(LEAVES[1])
    assert copy.root() == LEAVES[0]
