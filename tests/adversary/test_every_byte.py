"""Every byte of every artefact of the log is flipped: refused, or taken for the very content that was signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from support.entries import identity_of, items_of, request_for, sealed_list, view_of
from support.identities import START_MS, make_user
from support.log_builder import LogBuilder
from support.mutations import accepted, flips, misprints, one_flip_a_byte
from volet_client.errors import UnreadableFileError
from volet_client.log_export import FORMAT, LogChecked, check_export, read_export
from volet_protocol.canonical import JsonObject
from volet_protocol.checkpoint import Checkpoint, LogVerifier, SignedCheckpoint
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.head_proof import HeadProof
from volet_protocol.heads_map import HeadsTree
from volet_protocol.keys import SigningKey
from volet_protocol.leaf import LABEL, Leaf
from volet_protocol.log_view import LogView
from volet_protocol.merkle import leaf_hash, root_of
from volet_protocol.mldsa import MldsaKey
from volet_protocol.note import Note, sign
from volet_protocol.note_keys import KeyType, NoteSigner, Signed, Verifier
from volet_protocol.proof import TlogProof
from volet_protocol.receipt import Opening, Receipt
from volet_protocol.statements import HeadRef
from volet_protocol.tiles import TilePath, bundle, unbundle
from volet_protocol.witness_request import WitnessRequest

LOG_MLDSA = NoteSigner("hub.example/volet/1", MldsaKey(b"\x06" * 32), KeyType.MLDSA)
WITNESSES = (
    NoteSigner("w.example", SigningKey(b"\x07" * 32), KeyType.COSIGNATURE),
    NoteSigner("v.example", MldsaKey(b"\x08" * 32), KeyType.MLDSA),
)
TIME_S = START_MS // 1000
NAMED = "".join(f"witness w{n} {signer.vkey}\n" for n, signer in enumerate(WITNESSES))
POLICY = f"log {LOG_MLDSA.vkey}\n{NAMED}group w any w0 w1\nquorum w\n"
USER = make_user(1)
ENTRIES = sealed_list(1)
CHAIN = "ab" * 32


@pytest.fixture(scope="module")
def log() -> LogBuilder:
    """Six leaves, a fourth of which is a receipt's; a policy that knows four keys."""
    log = LogBuilder(policy=POLICY)
    for number in range(6):
        log.append(b"leaf %d" % number)
    return log


@pytest.fixture(scope="module")
def release(log: LogBuilder) -> Receipt:
    """The receipt of a reader's release: their own signed request is in it."""
    items = items_of(ENTRIES)
    asked = replace(request_for([ENTRIES[0].entry.id]), preamble=USER.preamble(START_MS))
    request = USER.sign(asked.to_json())
    identity = replace(identity_of(request, items), user=USER.user, device=USER.device.id)
    view = Opening(view_of(items).to_json(), b"\x01" * 32)
    return log.receipt(view, Opening(identity.to_json(), b"\x02" * 32), old=3)


def tree(checkpoint: SignedCheckpoint) -> tuple[str, int, bytes]:
    return checkpoint.origin, checkpoint.size, checkpoint.root


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def object_of(data: bytes) -> JsonObject:
    """An answer's body as clients read it: whatever is no object of JSON is refused before anything looks at it."""
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        raise ProtocolError(Reason.MALFORMED, "answer") from None
    if not isinstance(value, dict):
        raise ProtocolError(Reason.MALFORMED, "answer")
    return cast("JsonObject", value)


def compact(value: JsonObject) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.slow
def test_a_cosigned_checkpoint_is_never_taken_for_another_tree_nor_for_other_times(log: LogBuilder) -> None:
    plain = log.checkpoint()
    lines = sign(plain.to_text(), [log.signer, LOG_MLDSA, WITNESSES[0]], TIME_S)
    whole = log.verifier.open(str(lines))
    assert log.verifier.cosigned(whole, START_MS)

    def verify(data: bytes) -> SignedCheckpoint:
        return log.verifier.open(text_of(data))

    for found in [*accepted(one_flip_a_byte(lines.to_bytes()), verify), *accepted(misprints(lines.to_bytes()), verify)]:
        assert tree(found) == tree(whole)
        # A line whose key is unknown counts for nobody; no line ever counts for another key or another time.
        assert set(found.signed) <= set(whole.signed)


@pytest.mark.parametrize("signer", WITNESSES, ids=["Ed25519", "ML-DSA-44"])
def test_a_cosignature_line_counts_for_its_key_at_its_time_or_not_at_all(log: LogBuilder, signer: NoteSigner) -> None:
    text = log.checkpoint().to_text()
    line = str(signer.line(text, TIME_S)).encode()

    def verify(data: bytes) -> frozenset[Signed]:
        return frozenset(Note.parse(text.encode() + b"\n" + data).verify([signer.verifier]))

    true = verify(line)
    assert len(true) == 1
    assert set(accepted(one_flip_a_byte(line), verify)) | set(accepted(misprints(line), verify)) <= {true}


@pytest.mark.parametrize("signer", [LOG_MLDSA, *WITNESSES], ids=["log ML-DSA-44", "Ed25519", "ML-DSA-44"])
def test_a_key_of_any_kind_is_never_another_key(signer: NoteSigner) -> None:
    public, private = signer.vkey.encode(), signer.dangerous_private_text().encode()
    assert accepted(flips(public, (0x01, 0x20)), lambda data: Verifier.parse(text_of(data))) == []
    assert accepted(misprints(public), lambda data: Verifier.parse(text_of(data))) == []
    assert accepted(flips(private, (0x01,)), lambda data: NoteSigner.parse_private(text_of(data))) == []


def test_a_proof_with_its_leaf_in_it_proves_that_leaf_at_that_place_or_nothing(log: LogBuilder) -> None:
    proof = replace(log.proof(3), extra=b"leaf 3")

    def verify(data: bytes) -> tuple[int, bytes, tuple[str, int, bytes]]:
        read = TlogProof.parse(text_of(data))
        return read.index, read.extra or b"", tree(read.verify(log.verifier, read.extra or b""))

    true = verify(proof.format().encode())
    data = proof.format().encode()
    assert set(accepted(flips(data), verify)) | set(accepted(misprints(data), verify)) <= {true}


def test_a_leaf_is_proved_byte_for_byte(log: LogBuilder, release: Receipt) -> None:
    def verify(data: bytes) -> tuple[Leaf, tuple[str, int, bytes]]:
        return Leaf.parse(data), tree(release.proof.verify(log.verifier, data))

    assert verify(release.leaf)[0].to_bytes() == release.leaf
    assert accepted(flips(release.leaf), verify) == []
    assert accepted(misprints(release.leaf), verify) == []
    assert accepted(flips(LABEL), Leaf.parse) == []


def test_a_receipt_as_it_travels_shows_what_was_committed_or_nothing(log: LogBuilder, release: Receipt) -> None:
    before = log.checkpoint(3)

    def verify(data: bytes) -> object:
        held = LogView(log.verifier)
        held.accept(before)
        found = Receipt.read(object_of(data)).accept(held, log.signer.name)
        return found.leaf, found.index, tree(found.checkpoint), found.view, found.identity

    for receipt in (release, release.for_person()):
        data = compact(receipt.to_json())
        true = verify(data)
        for found in [*accepted(one_flip_a_byte(data), verify), *accepted(misprints(data), verify)]:
            assert found == true


@pytest.mark.parametrize("head", [HeadRef(4, "cd" * 32), None], ids=["present", "absent"])
def test_a_head_proof_as_it_travels_shows_that_head_or_nothing(head: HeadRef | None) -> None:
    log = LogBuilder()
    heads = HeadsTree.of([("case", f"{number:064x}", number, "ef" * 32) for number in range(9)])
    if head is not None:
        heads = heads.set("case", CHAIN, head.seq, head.hash)
    proof = log.head_proof(heads, "case", CHAIN)

    def verify(data: bytes) -> tuple[HeadRef | None, int, tuple[str, int, bytes]]:
        read = HeadProof.read(Fields(object_of(data), "head proof"))
        found, checkpoint = read.verify(log.verifier, "case", CHAIN)
        return found, read.time_ms, tree(checkpoint)

    data = compact(proof.to_json())
    true = verify(data)
    assert true[0] == head
    assert set(accepted(one_flip_a_byte(data), verify)) | set(accepted(misprints(data), verify)) <= {true}


def test_a_request_to_a_witness_asks_for_that_tree_or_is_refused(log: LogBuilder) -> None:
    note = Note.parse(log.checkpoint().note.encode())
    data = WitnessRequest(3, log.consistency(3), note).to_bytes()

    def verify(changed: bytes) -> Checkpoint:
        request = WitnessRequest.parse(changed)
        request.note.verify([log.signer.verifier])
        return Checkpoint.read(request.note.text)

    true = verify(data)
    assert set(accepted(flips(data), verify)) | set(accepted(misprints(data), verify)) <= {true}


def test_a_tile_or_a_bundle_that_was_changed_is_not_of_the_signed_tree(log: LogBuilder) -> None:
    root = log.checkpoint().root
    hashes = b"".join(map(leaf_hash, log.leaves))

    def of_bundle(data: bytes) -> bytes:
        return root_of(map(leaf_hash, unbundle(data)))

    def of_tile(data: bytes) -> bytes:
        return root_of(data[at : at + 32] for at in range(0, len(data), 32))

    whole: list[tuple[bytes, Callable[[bytes], bytes]]] = [(bundle(log.leaves), of_bundle), (hashes, of_tile)]
    for data, built in whole:
        assert built(data) == root
        assert root not in accepted(flips(data), built)
        assert root not in accepted(misprints(data), built)


@pytest.mark.parametrize("path", ["0/005", "1/x012/x034/567.p/44", "entries/x001/000", "63/000.p/255"])
def test_a_path_of_a_tile_has_one_spelling(path: str) -> None:
    for found in [
        *accepted(flips(path.encode()), lambda data: (text_of(data), TilePath.parse(text_of(data)))),
        *accepted(misprints(path.encode()), lambda data: (text_of(data), TilePath.parse(text_of(data)))),
    ]:
        assert str(found[1]) == found[0] != path


@pytest.fixture(scope="module")
def export(log: LogBuilder, release: Receipt) -> JsonObject:
    """Everything an outsider is handed: here a log of one act, with the request that its reader signed."""
    assert release.proof.index == len(log.leaves) - 1
    alone = LogBuilder()
    leaf = replace(Leaf.parse(release.leaf), ts_ms=START_MS).to_bytes()
    index = alone.append(leaf)
    receipt = replace(release, leaf=leaf, proof=alone.proof(index), consistency=())
    return {
        "format": FORMAT, "checkpoint": alone.checkpoint().note, "log": {},
        "leaves": [to_base64url(leaf) for leaf in alone.leaves],
        "records": [{"index": index, "receipt": receipt.to_json()}],
        "users": {USER.user: [link.to_json() for link in USER.chain.links]},
    }  # fmt: skip


def judged(content: JsonObject, log: LogVerifier) -> LogChecked:
    checked = check_export(content, log)
    return replace(checked, checkpoint=replace(checked.checkpoint, note="", signed=()))


@pytest.mark.slow
def test_an_exported_log_shows_all_that_was_exported_or_nothing(tmp_path: Path, export: JsonObject) -> None:
    log, path = LogBuilder().verifier, tmp_path / "log.json"

    def verify(data: bytes) -> LogChecked:
        path.write_bytes(data)
        return judged(read_export(path), log)

    data = compact(export)
    true = verify(data)
    assert (true.receipts, true.requests) == (1, 1)
    refusals = (ProtocolError, UnreadableFileError)
    for found in [*accepted(one_flip_a_byte(data), verify, refusals), *accepted(misprints(data), verify, refusals)]:
        assert found == true


@pytest.mark.parametrize("part", ["checkpoint", "leaves", "records", "users"])
def test_an_exported_log_without_one_of_its_parts_is_refused(export: JsonObject, part: str) -> None:
    with pytest.raises(ProtocolError):
        check_export({name: value for name, value in export.items() if name != part}, LogBuilder().verifier)
