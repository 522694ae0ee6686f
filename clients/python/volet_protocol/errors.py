"""The one error class of the protocol, and the closed list of reasons it can carry.

Vectors in `tests/vectors/` state their expected refusal as one of these reasons, so both languages refuse for
the same cause. A reason is never renamed or reused; a new one is added at the end of its group.
"""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Reason(StrEnum):
    """Why bytes, a signature or a link was refused."""

    # reading bytes
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    NOT_CANONICAL = "not-canonical"
    UNKNOWN_FIELD = "unknown-field"
    MISSING_FIELD = "missing-field"
    WRONG_TYPE = "wrong-type"
    WRONG_VERSION = "wrong-version"
    WRONG_ALGORITHM = "wrong-algorithm"
    WRONG_HUB = "wrong-hub"
    # keys, signatures, boxes
    BAD_KEY = "bad-key"
    BAD_SIGNATURE = "bad-signature"
    BAD_BOX = "bad-box"
    BAD_COMMITMENT = "bad-commitment"
    BAD_PADDING = "bad-padding"
    BAD_CIPHERTEXT = "bad-ciphertext"
    BAD_SHARE = "bad-share"
    # chains
    WRONG_SEQUENCE = "wrong-sequence"
    WRONG_HASH = "wrong-hash"
    WRONG_CHAIN = "wrong-chain"
    WRONG_AUTHOR = "wrong-author"
    REVOKED = "revoked"
    TOO_YOUNG = "too-young"
    FROZEN = "frozen"
    CLOSED = "closed"
    VETOED = "vetoed"
    TIME_BACKWARDS = "time-backwards"
    STALE = "stale"
    FORKED = "forked"
    NOT_ENTITLED = "not-entitled"
    NOT_PERMITTED = "not-permitted"
    ALREADY = "already"
    UNKNOWN_REFERENCE = "unknown-reference"
    WRONG_POLICY = "wrong-policy"
    POLICY_TOO_WIDE = "policy-too-wide"
    # sections, entries, exchanges
    WRONG_EPOCH = "wrong-epoch"
    WRONG_STEP = "wrong-step"
    WRONG_LIST = "wrong-list"
    WRONG_READERS = "wrong-readers"
    WRONG_CASE = "wrong-case"
    WRONG_PART = "wrong-part"
    WRONG_RECIPIENT = "wrong-recipient"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    SECTION_OWED = "section-owed"
    OVER_QUOTA = "over-quota"
    # bindings and trust
    WRONG_ISSUER = "wrong-issuer"
    WRONG_AUDIENCE = "wrong-audience"
    WRONG_NONCE = "wrong-nonce"
    WRONG_SUBJECT = "wrong-subject"
    NOT_TRUSTED = "not-trusted"
    # log
    BAD_PROOF = "bad-proof"
    WRONG_ORIGIN = "wrong-origin"
    ROLLED_BACK = "rolled-back"
    WRONG_REQUEST = "wrong-request"
    WRONG_TAG = "wrong-tag"


class ProtocolError(ValueError):
    """Something served or supplied does not verify.

    `reason` is the machine's answer; `what` names the object in words, for a sentence such as
    "the grant of section medical/2 does not verify: bad-signature".
    """

    def __init__(self, reason: Reason, what: str) -> None:
        super().__init__(f"{what}: {reason.value}")
        self.reason = reason
        self.what = what
