"""Each byte flipped, each line dropped or doubled, one byte added: refused, or the same verified content."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.log_builder import LogBuilder
from support.mutations import accepted, flips, misprints
from volet_protocol.checkpoint import Checkpoint, SignedCheckpoint
from volet_protocol.errors import ProtocolError
from volet_protocol.keys import SigningKey
from volet_protocol.leaf import Leaf
from volet_protocol.log_policy import LogPolicy
from volet_protocol.note import Note, sign
from volet_protocol.note_keys import KeyType, NoteSigner, Verifier
from volet_protocol.proof import TlogProof
from volet_protocol.receipt import Opening, Receipt

VIEW = Opening({"class": "main", "case_seq": 0}, b"\x01" * 32)
IDENTITY = Opening({"user": "ab" * 32}, b"\x02" * 32)


@pytest.fixture(scope="module")
def log() -> LogBuilder:
    witness = NoteSigner("w1.example", SigningKey(b"\x07" * 32), KeyType.COSIGNATURE)
    log = LogBuilder(policy=f"witness w1 {witness.vkey}\nquorum w1\n")
    for number in range(6):
        log.append(b"leaf %d" % number)
    return log


def survivors(data: bytes, verify: Callable[[str], object]) -> list[object]:
    """Return what every accepted mutation was taken for; anything but ProtocolError fails the test."""
    changed = (*flips(data, (0x01, 0x20, 0x80)), *misprints(data))
    return accepted(iter(changed), lambda mutated: verify(mutated.decode("utf-8", "surrogateescape")))


def _content(checkpoint: SignedCheckpoint) -> Checkpoint:
    return Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root, checkpoint.extensions)


def test_a_mutated_checkpoint_is_never_another_checkpoint(log: LogBuilder) -> None:
    checkpoint = log.checkpoint()
    accepted = survivors(checkpoint.note.encode(), lambda text: _content(log.verifier.open(text)))
    assert set(accepted) <= {_content(checkpoint)}


def test_a_mutated_proof_is_never_a_proof_of_something_else(log: LogBuilder) -> None:
    text = log.proof(3).format()

    def verify(mutated: str) -> tuple[int, Checkpoint]:
        proof = TlogProof.parse(mutated)
        return proof.index, _content(proof.verify(log.verifier, b"leaf 3"))

    assert set(survivors(text.encode(), verify)) <= {(3, _content(log.checkpoint()))}


def test_a_mutated_vkey_is_never_another_key(log: LogBuilder) -> None:
    assert survivors(log.signer.vkey.encode(), Verifier.parse) == []


def test_a_mutated_private_key_is_never_another_key(log: LogBuilder) -> None:
    assert survivors(log.signer.dangerous_private_text().encode(), NoteSigner.parse_private) == []


def test_a_refused_private_key_is_not_repeated_in_the_message(log: LogBuilder) -> None:
    text = log.signer.dangerous_private_text()
    with pytest.raises(ProtocolError) as caught:
        NoteSigner.parse_private(text.replace("+", "-", 4))
    assert text[-20:] not in str(caught.value)
    assert "seed" not in repr(log.signer)


def test_a_policy_never_crashes_its_reader(log: LogBuilder) -> None:
    for policy in survivors(log.policy.encode(), LogPolicy.parse):
        assert isinstance(policy, LogPolicy)


def test_a_mutated_receipt_is_refused(log: LogBuilder) -> None:
    receipt = log.receipt(VIEW, IDENTITY)
    for position in range(len(receipt.leaf)):
        leaf = bytearray(receipt.leaf)
        leaf[position] ^= 1
        with pytest.raises(ProtocolError):
            dataclasses.replace(receipt, leaf=bytes(leaf)).verify(log.verifier)
    for opening in (VIEW, IDENTITY):
        for position in range(32):
            changed = bytearray(opening.opening)
            changed[position] ^= 1
            other = Opening(opening.payload, bytes(changed))
            forged = (
                dataclasses.replace(receipt, view=other)
                if opening is VIEW
                else dataclasses.replace(receipt, identity=other)
            )
            with pytest.raises(ProtocolError):
                forged.verify(log.verifier)


def test_the_receipt_of_the_person_verifies_without_the_identity(log: LogBuilder) -> None:
    receipt = log.receipt(VIEW, IDENTITY)
    hidden = Receipt.read(receipt.for_person().to_json())
    assert hidden.verify(log.verifier).identity is None
    assert hidden.for_person() == hidden
    assert "ab" * 32 not in str(hidden.to_json())


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_one_error_class(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for parse in (Checkpoint.parse, TlogProof.parse, Verifier.parse, NoteSigner.parse_private, LogPolicy.parse):
        with contextlib.suppress(ProtocolError):
            parse(text)
    for read in (Note.parse, Leaf.parse):
        with contextlib.suppress(ProtocolError):
            read(data)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_what_is_signed_parses_back(body: str) -> None:
    signer = NoteSigner("x", SigningKey(bytes(32)))
    note = sign(f"{body}\n\n{body}\n", [signer])
    assert Note.parse(note.to_bytes()) == note
    assert [one.verifier for one in note.verify([signer.verifier])] == [signer.verifier]
