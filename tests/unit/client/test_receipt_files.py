"""A receipt kept as files: verified with public keys alone, refused when a byte of what counts differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.identities import seed32
from support.log_builder import LogBuilder
from volet_client import receipt_files
from volet_client.errors import UnreadableFileError, UsageError, VerificationError
from volet_client.receipt_files import Checked, check, check_texts, opening_path, opening_text, proof_text
from volet_protocol.errors import ProtocolError
from volet_protocol.leaf import LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.receipt import Opening, Receipt

VIEW = ViewPayload("log-look", 2_000, class_="main", case_seq=3, purpose="own_access")
LOG = LogBuilder()
LOG.append(b"before")
WHOLE = LOG.receipt(
    Opening(VIEW.to_json(), seed32("view")),
    Opening(IdentityPayload(user="a" * 64, device="b" * 64).to_json(), seed32("identity")),
)
HERS = WHOLE.for_person()


def outcome(proof: bytes, opening: bytes | None) -> Checked | None:
    try:
        return check_texts(proof, opening, LOG.verifier)
    except ProtocolError:
        return None


def texts(receipt: Receipt) -> tuple[bytes, bytes]:
    return proof_text(receipt).encode(), opening_text(receipt).encode()


def test_a_saved_receipt_says_which_act_and_hides_from_the_person_who_did_it(tmp_path: Path) -> None:
    path = tmp_path / "act.tlog-proof"
    receipt_files.write(path, HERS)
    found = check(path, LOG.verifier)
    assert (found.index, found.leaf.type, found.view, found.identity) == (1, LeafType.ACT, VIEW, None)
    assert "a" * 64 not in opening_path(path).read_text()


def test_an_auditors_receipt_says_who(tmp_path: Path) -> None:
    path = tmp_path / "act.tlog-proof"
    receipt_files.write(path, WHOLE)
    identity = check(path, LOG.verifier).identity
    assert identity is not None
    assert identity.user == "a" * 64


def test_the_proof_alone_shows_place_and_time_and_nothing_of_the_act(tmp_path: Path) -> None:
    path = tmp_path / "act.tlog-proof"
    receipt_files.write(path, HERS)
    opening_path(path).unlink()
    found = check(path, LOG.verifier)
    assert (found.index, found.leaf.ts_ms, found.view) == (1, 2_000, None)


def test_no_byte_of_the_proof_can_be_changed_into_another_accepted_content() -> None:
    proof, opening = texts(HERS)
    true = outcome(proof, opening)
    assert true is not None
    for place in range(len(proof)):
        for bit in (1, 0x80):
            changed = proof[:place] + bytes([proof[place] ^ bit]) + proof[place + 1 :]
            found = outcome(changed, opening)
            assert found is None or (found.leaf, found.index, found.view) == (true.leaf, true.index, true.view)


def test_no_byte_of_the_opening_can_be_changed_into_another_accepted_content() -> None:
    proof, opening = texts(HERS)
    for place in range(len(opening)):
        found = outcome(proof, opening[:place] + bytes([opening[place] ^ 1]) + opening[place + 1 :])
        assert found is None or found.view == VIEW


@pytest.mark.parametrize("tail", [b"\n", b" ", b"x", b"\xff", "\u2028".encode()])
def test_a_second_spelling_of_the_proof_is_refused(tail: bytes) -> None:
    proof, opening = texts(HERS)
    assert outcome(proof + tail, opening) is None


def test_the_opening_of_another_act_is_refused() -> None:
    other = LOG.receipt(Opening(VIEW.to_json(), seed32("other")), Opening(IdentityPayload().to_json(), seed32("x")))
    assert outcome(proof_text(HERS).encode(), opening_text(other).encode()) is None


def test_a_proof_without_its_leaf_and_another_logs_proof_are_refused(tmp_path: Path) -> None:
    assert outcome(HERS.proof.format().encode(), None) is None
    path = tmp_path / "act.tlog-proof"
    receipt_files.write(path, HERS)
    with pytest.raises(VerificationError):
        check(path, LogBuilder(seed=seed32("another log")).verifier)


@pytest.mark.parametrize("opening", [b"", b"[]", b"{}", b'{"format": "volet-receipt/v2"}', b"[" * 100_000])
def test_what_is_no_opening_is_refused(opening: bytes) -> None:
    assert outcome(proof_text(HERS).encode(), opening) is None


def test_a_file_is_never_replaced_and_has_its_own_suffix(tmp_path: Path) -> None:
    path = tmp_path / "act.tlog-proof"
    receipt_files.write(path, HERS)
    for target in (path, tmp_path / "act.json"):
        with pytest.raises(UsageError):
            receipt_files.write(target, HERS)


def test_a_missing_or_huge_file_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "act.tlog-proof"
    with pytest.raises(UnreadableFileError):
        check(path, LOG.verifier)
    path.write_bytes(b"x" * 1_000_000)
    with pytest.raises(UnreadableFileError):
        check(path, LOG.verifier)
