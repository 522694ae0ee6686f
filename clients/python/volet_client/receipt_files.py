"""A receipt as files, verifiable off line and by other people's tools (docs/spec/log.md, rule 11; C2SP tlog-proof).

    act.tlog-proof     the leaf as `extra`, its place, the checkpoint with every signature: any C2SP tool reads it
    act.opening.json   what the leaf committed to, as far as its holder may know; without it only type and time show

    {"format": "volet-receipt/v1", "view": {payload, opening}, "identity": {payload, opening} | "identity_hash": b64}

Pure but for the two files. Origin, keys and policy come from a trust bundle, never from these files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from volet_client.errors import UnreadableFileError, UsageError, VerificationError
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.leaf import Leaf
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.proof import MAX_PROOF_TEXT, TlogProof
from volet_protocol.receipt import Receipt

FORMAT = "volet-receipt/v1"
SUFFIX, OPENING_SUFFIX = ".tlog-proof", ".opening.json"
FORMER = ".immediate"
_MAX_OPENING = 1024 * 1024


@dataclass(frozen=True)
class Checked:
    """What a saved receipt proves: view and identity are None where the files do not open them."""

    leaf: Leaf
    index: int
    checkpoint: SignedCheckpoint
    view: ViewPayload | None
    identity: IdentityPayload | None


def proof_text(receipt: Receipt) -> str:
    """Return the `.tlog-proof` of a receipt: its own proof, with the leaf inside."""
    proof = receipt.proof
    return TlogProof(proof.index, proof.hashes, proof.checkpoint, receipt.leaf).format()


def opening_text(receipt: Receipt) -> str:
    """Return the `.opening.json` of a receipt."""
    whole = receipt.to_json()
    opened = {name: whole[name] for name in ("view", "identity", "identity_hash") if name in whole}
    return json.dumps({"format": FORMAT, **opened}, ensure_ascii=False, sort_keys=True, indent=1)


def opening_path(path: Path) -> Path:
    """Return the file beside a proof that opens it."""
    return path.with_name(path.name.removesuffix(SUFFIX) + OPENING_SUFFIX)


def write(path: Path, receipt: Receipt) -> None:
    """Write both files; refuse another suffix, and to replace a file: an earlier receipt is evidence."""
    if not path.name.endswith(SUFFIX):
        raise UsageError(
            Said(f"{path} ne se termine pas par {SUFFIX}.", f"{path} does not end in {SUFFIX}."),
            Said(f"volet receipt save 123 acte-123{SUFFIX}", f"volet receipt save 123 act-123{SUFFIX}"),
        )
    for target, text in ((path, proof_text(receipt)), (opening_path(path), opening_text(receipt))):
        try:
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            raise UsageError(Said(f"{target} existe déjà.", f"{target} already exists.")) from None


def renew(path: Path, receipt: Receipt) -> None:
    """Replace the proof whole or not at all; the one before it stays beside, under its name and `.immediate`."""
    former = path.with_name(path.name + FORMER)
    if not former.exists():
        former.write_bytes(path.read_bytes())
    fresh = path.with_name(f".new-{path.name}")
    fresh.write_text(proof_text(receipt), encoding="utf-8", newline="\n")
    fresh.replace(path)


def check(path: Path, log: LogVerifier) -> Checked:
    """Verify the files of a receipt without any hub; raise `VerificationError` when one byte of what counts differs."""
    proof_bytes, opening_bytes = _read(path, MAX_PROOF_TEXT), None
    if opening_path(path).exists():
        opening_bytes = _read(opening_path(path), _MAX_OPENING)
    try:
        return check_texts(proof_bytes, opening_bytes, log)
    except ProtocolError as error:
        raise VerificationError.of(error, path.name) from None


def check_texts(proof_bytes: bytes, opening_bytes: bytes | None, log: LogVerifier) -> Checked:
    """Verify a proof and, where there is one, its opening; raise `ProtocolError`."""
    proof = parse_proof(proof_bytes)
    raw = cast("bytes", proof.extra)
    log = log.of(proof.checkpoint)
    checkpoint = proof.verify(log, raw)
    leaf = Leaf.parse(raw)
    if opening_bytes is None:
        return Checked(leaf, log.base + proof.index, checkpoint, None, None)
    verified = read_receipt(proof, opening_bytes).verify(log)
    identity = None if verified.identity is None else IdentityPayload.read(verified.identity)
    return Checked(leaf, verified.index, checkpoint, ViewPayload.read(verified.view), identity)


def parse_proof(data: bytes) -> TlogProof:
    """Read a proof that holds its leaf, in its one spelling; raise `ProtocolError`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ProtocolError(Reason.MALFORMED, "proof: UTF-8") from None
    proof = TlogProof.parse(text)
    if proof.format() != text:
        raise ProtocolError(Reason.NOT_CANONICAL, "proof")
    if proof.extra is None:
        raise ProtocolError(Reason.MISSING_FIELD, "proof: leaf")
    return proof


def read_receipt(proof: TlogProof, opening: bytes) -> Receipt:
    """Return the receipt that the two files make, unverified; raise `ProtocolError`."""
    try:
        value: object = json.loads(opening)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or cast("JsonObject", value).get("format") != FORMAT:
        raise ProtocolError(Reason.MALFORMED, "opening of a receipt")
    opened: dict[str, JsonValue] = {k: v for k, v in cast("JsonObject", value).items() if k != "format"}
    whole: JsonObject = {
        **opened, "leaf": to_base64url(proof.extra or b""), "proof": proof.format(), "consistency": [],
    }  # fmt: skip
    Fields(opened, "opening of a receipt").nested("view")
    return Receipt.read(whole)


def _read(path: Path, limit: int) -> bytes:
    try:
        data = path.read_bytes()
    except OSError:
        raise UnreadableFileError(path, Said("absent ou illisible", "missing or unreadable")) from None
    if len(data) > limit:
        raise UnreadableFileError(path, Said("trop grand", "too large"))
    return data
