"""The keys that a code gives, the box sealed to them, and what is signed by them (docs/spec/invitations.md).

The operator holds the box and the public signing key, so it could try codes off line: 80 random bits, one Argon2id of
64 MiB for each try. The public half of the box key is published nowhere: a box that opens was made by who had the code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from volet_protocol import canonical, keys
from volet_protocol.boxes import open_box, seal_box
from volet_protocol.canonical import JsonObject
from volet_protocol.case_state import CaseChain
from volet_protocol.compose import keys_plaintext
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_invitations import CodeKdf, Invitation
from volet_protocol.hashing import LABEL, hkdf_expand, same, sha256
from volet_protocol.invitation_codes import InvitationCode
from volet_protocol.key_boxes import OpenedKeys, add_opened, read_keys
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.sections import KeyId, SectionKeys

LABEL_OF_BOX = "invitation"
ANSWER, RELEASE = "invitation-answer", "invitation-release"
_ROOT_SIZE = 32


@dataclass(frozen=True)
class CodeKeys:
    """What a code gives: the key its box is sealed to, and the key that signs the answer."""

    box: BoxKey
    sign: SigningKey


def code_keys(code: InvitationCode, kdf: CodeKdf) -> CodeKeys:
    """Return the keys of a code; about a tenth of a second and 64 MiB of memory, on purpose."""
    derive = Argon2id(
        salt=kdf.salt, length=_ROOT_SIZE, iterations=kdf.passes, lanes=kdf.lanes, memory_cost=kdf.memory_kib
    )
    root = derive.derive(code.secret)
    return CodeKeys(BoxKey(hkdf_expand(root, "invitation-box")), SigningKey(hkdf_expand(root, "invitation-sign")))


def check_key(found: CodeKeys, fact: Invitation) -> None:
    """Refuse an invitation that was made with another code than the keys come from: bad-key."""
    if not same(found.sign.public, fact.key):
        raise ProtocolError(Reason.BAD_KEY, "an invitation made with another code")


def seal_keys(case: str, body: JsonObject, given: Sequence[tuple[KeyId, bytes]], to: CodeKeys) -> bytes:
    """Return the box beside an invitation; `body` is its fact, whatever `box` it holds."""
    return seal_box(keys_plaintext(given), to.box.public, LABEL_OF_BOX, _context(case, body))


def open_keys(
    state: CaseChain, fact: Invitation, body: JsonObject, box: bytes, *, found: CodeKeys, ring: SectionKeys
) -> OpenedKeys:
    """Open the box of an invitation that stands in the verified chain; what is checked is said in `key_boxes`.

    Raises `ProtocolError`: bad-key (another code), bad-box (not the box named, or not made with the code for this case
    and this fact), wrong-epoch (a key that the invitation does not give).
    """
    check_key(found, fact)
    if fact.box is None or sha256(box).hex() != fact.box:
        raise ProtocolError(Reason.BAD_BOX, "a box that its invitation does not name")
    plaintext = open_box(box, found.box, LABEL_OF_BOX, _context(state.case, body))
    expected = [KeyId(item.section, *which) for item in fact.sections for which in item.slices()]
    return add_opened(state, ring, dict(read_keys(plaintext)), expected, {})


def answer_signature(sign: SigningKey, terms: Mapping[str, str]) -> bytes:
    """Return what shows in the chain that whoever answers has the code; `terms` is `answer_terms`."""
    return sign.sign(_signed(ANSWER, terms))


def check_answer_signature(key: bytes, terms: Mapping[str, str], signature: bytes) -> None:
    """Refuse an answer that was not made with the code: bad-proof."""
    _check(key, _signed(ANSWER, terms), signature)


def release_proof(sign: SigningKey, terms: Mapping[str, str]) -> bytes:
    """Return what shows the hub that whoever asks for the box has the code; `terms` is `release_terms`."""
    return sign.sign(_signed(RELEASE, terms))


def check_release_proof(key: bytes, terms: Mapping[str, str], proof: bytes) -> None:
    """Refuse a request for a box that was not made with the code: bad-proof."""
    _check(key, _signed(RELEASE, terms), proof)


def answer_terms(hub: str, case: str, invitation: str, user: str, attestation: str) -> dict[str, str]:
    """Return what the signature of an answer covers."""
    return {"hub": hub, "case": case, "invitation": invitation, "user": user, "attestation": attestation}


def release_terms(hub: str, case: str, invitation: str, user: str) -> dict[str, str]:
    """Return what the proof to the hub covers: nothing of it serves as an answer."""
    return {"hub": hub, "case": case, "invitation": invitation, "user": user}


def _check(key: bytes, message: bytes, signature: bytes) -> None:
    try:
        keys.verify(key, signature, message)
    except ProtocolError:
        raise ProtocolError(Reason.BAD_PROOF, "a proof made without the code") from None


def _signed(name: str, terms: Mapping[str, str]) -> bytes:
    return LABEL + name.encode("ascii") + b"\n" + canonical.encode(dict(terms))


def _context(case: str, body: JsonObject) -> bytes:
    bare = {key: value for key, value in body.items() if key != "box"}
    return sha256(canonical.encode({"case": case, "fact": bare}))
