"""A log that lists a key of each algorithm: neither alone decides what counts as cosigned (docs/spec/log.md)."""

from __future__ import annotations

import pytest

from volet_protocol.checkpoint import Checkpoint, LogVerifier
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.keys import SigningKey
from volet_protocol.merkle import leaf_hash
from volet_protocol.mldsa import MldsaKey
from volet_protocol.note import Note
from volet_protocol.note_keys import KeyType, NoteSigner, SignatureLine

ORIGIN, TIME_S = "hub.example/volet/1", 1_760_000_000
LOG = NoteSigner(ORIGIN, SigningKey(b"\x01" * 32))
SECOND = NoteSigner(ORIGIN, MldsaKey(b"\x02" * 32), KeyType.MLDSA)
WITNESS = NoteSigner("w.example", MldsaKey(b"\x03" * 32), KeyType.MLDSA)
TREE = Checkpoint(ORIGIN, 1, leaf_hash(b"leaf"))
POLICY = f"log {LOG.vkey}\nlog {SECOND.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n"


def verifier(policy: str = POLICY) -> LogVerifier:
    return LogVerifier.configured(ORIGIN, LOG.vkey, policy)


def signed_by(*lines: SignatureLine) -> str:
    return str(Note(TREE.to_text(), lines))


def line(signer: NoteSigner) -> SignatureLine:
    return signer.line(TREE.to_text(), TIME_S)


def cosigned(note: str, policy: str = POLICY) -> bool:
    log = verifier(policy)
    return log.cosigned(log.open(note), TIME_S * 1000)


def test_a_checkpoint_with_both_keys_and_the_witness_counts_as_cosigned() -> None:
    assert cosigned(signed_by(line(LOG), line(SECOND), line(WITNESS)))


def test_a_checkpoint_without_the_logs_second_algorithm_is_not_cosigned() -> None:
    assert not cosigned(signed_by(line(LOG), line(WITNESS)))


def test_the_logs_second_key_is_no_witness() -> None:
    assert not cosigned(signed_by(line(LOG), line(SECOND)))


def test_the_second_algorithm_alone_opens_no_checkpoint() -> None:
    with pytest.raises(ProtocolError) as caught:
        verifier().open(signed_by(line(SECOND), line(WITNESS)))
    assert caught.value.reason is Reason.NOT_TRUSTED


def test_a_line_of_the_second_algorithm_that_fails_refuses_the_checkpoint() -> None:
    good = line(SECOND)
    broken = SignatureLine(good.name, good.key_id, good.blob[:-1] + bytes([good.blob[-1] ^ 1]))
    with pytest.raises(ProtocolError) as caught:
        verifier().open(signed_by(line(LOG), broken))
    assert caught.value.reason is Reason.BAD_SIGNATURE


def test_an_ml_dsa_key_is_not_the_logs_first_key() -> None:
    with pytest.raises(ProtocolError) as caught:
        LogVerifier.configured(ORIGIN, SECOND.vkey, POLICY)
    assert caught.value.reason is Reason.WRONG_ORIGIN


def test_an_ed25519_key_under_the_type_of_ml_dsa_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        NoteSigner(ORIGIN, SigningKey(bytes(32)), KeyType.MLDSA)
    assert caught.value.reason is Reason.WRONG_ALGORITHM


def test_while_two_log_keys_overlap_either_opens_a_checkpoint() -> None:
    newer = NoteSigner(ORIGIN, SigningKey(b"\x09" * 32))
    policy = f"log {LOG.vkey}\nlog {newer.vkey}\nquorum none\n"
    for signer in (LOG, newer):
        assert verifier(policy).open(signed_by(line(signer))).size == 1


def test_a_log_key_of_another_origin_in_the_policy_opens_nothing() -> None:
    stranger = NoteSigner("other.example/volet/1", SigningKey(b"\x09" * 32))
    policy = f"log {LOG.vkey}\nlog {stranger.vkey}\nquorum none\n"
    with pytest.raises(ProtocolError) as caught:
        verifier(policy).open(signed_by(line(stranger)))
    assert caught.value.reason is Reason.NOT_TRUSTED
