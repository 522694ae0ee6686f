"""Somebody else's implementation of the C2SP formats and ours read each other: trees, notes, checkpoints, cosignatures.

It knows no ML-DSA-44: for that part there is nobody to compare with, and the notes it reads ignore those lines.
"""

from __future__ import annotations

import random

import aics_tlog
import pytest
from aics_tlog import MerkleTree
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from support.log_builder import LogBuilder
from volet_protocol import merkle
from volet_protocol.checkpoint import Checkpoint, LogVerifier
from volet_protocol.errors import ProtocolError
from volet_protocol.keys import SigningKey
from volet_protocol.mldsa import MldsaKey
from volet_protocol.note import Note
from volet_protocol.note_keys import KeyType, NoteSigner, Verifier

SIZES = (*range(1, 34), 63, 64, 65, 100, 255, 256, 257, 300)
TIME_S = 1_760_000_000
LOG_SEED, WITNESS_SEED = b"\x21" * 32, b"\x22" * 32
ORIGIN = "hub.example/volet/1"
LOG = NoteSigner(ORIGIN, SigningKey(LOG_SEED))
WITNESS = NoteSigner("w.example", SigningKey(WITNESS_SEED), KeyType.COSIGNATURE)
SECOND = NoteSigner("m.example", MldsaKey(b"\x23" * 32), KeyType.MLDSA)
THEIR_LOG = Ed25519PrivateKey.from_private_bytes(LOG_SEED)
THEIR_WITNESS = Ed25519PrivateKey.from_private_bytes(WITNESS_SEED)
POLICY = f"log {LOG.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n"


def leaves(count: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(count)]


def built(count: int) -> tuple[LogBuilder, MerkleTree]:
    ours = LogBuilder(ORIGIN, LOG_SEED)
    for leaf in leaves(count):
        ours.append(leaf)
    return ours, MerkleTree(leaves(count))


OURS, THEIRS = built(300)


@pytest.mark.parametrize("size", SIZES)
def test_both_build_the_same_tree(size: int) -> None:
    assert OURS.checkpoint(size).root == THEIRS.root(size)


@pytest.mark.parametrize("size", SIZES)
def test_each_verifies_the_others_proofs_of_inclusion(size: int) -> None:
    root = THEIRS.root(size)
    for index in {0, size // 3, size // 2, size - 1}:
        leaf = merkle.leaf_hash(leaves(size)[index])
        mine = list(OURS.proof(index, size).hashes)
        assert mine == list(THEIRS.inclusion_proof(index, size))
        assert aics_tlog.verify_inclusion(leaf, index, size, mine, root)
        assert merkle.verify_inclusion(index, size, leaf, list(THEIRS.inclusion_proof(index, size)), root)


@pytest.mark.parametrize("size", SIZES)
def test_each_verifies_the_others_proofs_of_consistency(size: int) -> None:
    for old in {1, size // 2 or 1, size - 1 or 1, size}:
        mine = list(OURS.consistency(old, size))
        assert mine == list(THEIRS.consistency_proof(old, size))
        assert aics_tlog.verify_consistency(old, size, THEIRS.root(old), THEIRS.root(size), mine)
        assert merkle.verify_consistency(old, size, THEIRS.root(old), THEIRS.root(size), mine)


def test_both_refuse_the_same_broken_proofs() -> None:
    rng = random.Random(7)  # noqa: S311 -- which proof is broken, not a key
    for _ in range(300):
        size = rng.choice(SIZES[3:])
        index, root = rng.randrange(size), THEIRS.root(size)
        proof = list(THEIRS.inclusion_proof(index, size))
        leaf = merkle.leaf_hash(leaves(size)[index])
        match rng.randrange(4):
            case 0:
                proof.append(bytes(32))
            case 1:
                proof.pop()
            case 2:
                proof[rng.randrange(len(proof))] = bytes(32)
            case _:
                index = (index + 1) % size
        mine = merkle.verify_inclusion(index, size, leaf, proof, root)
        assert mine is aics_tlog.verify_inclusion(leaf, index, size, proof, root) is False


def test_both_write_the_same_keys() -> None:
    assert aics_tlog.format_vkey(aics_tlog.vkey_from_ed25519(ORIGIN, THEIR_LOG.public_key())) == LOG.vkey
    assert aics_tlog.format_vkey(aics_tlog.cosignature_vkey("w.example", THEIR_WITNESS.public_key())) == WITNESS.vkey
    assert Verifier.parse(aics_tlog.format_vkey(aics_tlog.parse_vkey(LOG.vkey))) == LOG.verifier


def test_they_verify_our_checkpoint_with_its_cosignature_and_pass_over_the_other_algorithm() -> None:
    checkpoint = OURS.checkpoint()
    lines = [signer.line(checkpoint.to_text(), TIME_S) for signer in (WITNESS, SECOND)]
    note = aics_tlog.parse_note(checkpoint.note + "".join(map(str, lines)))
    judged = aics_tlog.verify_checkpoint(
        note, aics_tlog.parse_vkey(LOG.vkey), [aics_tlog.parse_vkey(WITNESS.vkey)], 1, expected_origin=ORIGIN
    )
    assert judged.ok, judged


def test_we_verify_their_checkpoint_with_their_cosignature() -> None:
    theirs = aics_tlog.Checkpoint(ORIGIN, 300, THEIRS.root(300))
    note = aics_tlog.sign_checkpoint(theirs, THEIR_LOG, ORIGIN)
    _, line = aics_tlog.sign_cosignature(THEIR_WITNESS, "w.example", TIME_S, ORIGIN, 300, THEIRS.root(300))
    ours = Note.parse(aics_tlog.Note(note.text, (*note.signatures, line)).to_bytes())
    log = LogVerifier.configured(ORIGIN, LOG.vkey, POLICY)
    opened = log.open(str(ours))
    assert opened.same_tree(Checkpoint(ORIGIN, 300, OURS.checkpoint().root))
    assert log.cosigned(opened, TIME_S * 1000)


def test_each_refuses_the_others_checkpoint_with_one_byte_changed() -> None:
    checkpoint = OURS.checkpoint()
    text = checkpoint.note + str(WITNESS.line(checkpoint.to_text(), TIME_S))
    log, theirs = LogVerifier.configured(ORIGIN, LOG.vkey, POLICY), aics_tlog.parse_vkey(LOG.vkey)
    witness = aics_tlog.parse_vkey(WITNESS.vkey)
    for place in range(len(text)):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        try:
            opened = log.open(changed)
            ours = log.cosigned(opened, TIME_S * 1000) and opened.same_tree(checkpoint)
        except ProtocolError:
            ours = False
        try:
            judged = aics_tlog.verify_checkpoint(aics_tlog.parse_note(changed), theirs, [witness], 1)
            same = bool(judged.ok)
        except ValueError:
            same = False
        assert (ours, same) == (False, False), place
