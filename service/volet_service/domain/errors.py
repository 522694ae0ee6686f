"""Refusals: one class a problem, raised by domain and use cases; entrypoints/http/problems.py translates them.

Refusal
├── Unauthenticated, StepUpRequired
├── NotFound              also whatever the caller may not know of: its answer carries nothing that varies
├── Denied                carries the decision
│   ├── NoticeMissing
│   └── ConsentMissing
├── FactsChanged, EpochStale, RotationOwed, VersionConflict
├── IdempotencyMismatch, Replayed
├── TooLarge, Invalid, BadSignature, WrongCase
├── TooManyRequests
├── Unavailable           nothing was stored; asking again later is sound
│   └── LogUnavailable, Overloaded, StorageFull, ProviderUnavailable
└── Internal              a bug of ours: raised by nobody, answered in place of what nobody expected
"""

from __future__ import annotations

from typing import ClassVar

from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.problems import Problem


class Refusal(Exception):  # noqa: N818 -- a refusal is an ordinary answer, not an error of the program
    """The hub does not do it. `what` is a short English phrase without personal data; `members` go into the answer."""

    problem: ClassVar[Problem]

    def __init__(self, what: str = "", members: dict[str, JsonValue] | None = None) -> None:
        super().__init__(what or self.problem.value)
        self.what = what
        self.members: dict[str, JsonValue] = members or {}


class Unauthenticated(Refusal):
    """No session, or one that ended."""

    problem = Problem.UNAUTHENTICATED


class StepUpRequired(Refusal):
    """The act asks that its author shows themselves to their identity provider again."""

    problem = Problem.STEP_UP_REQUIRED


class NotFound(Refusal):
    """It does not exist, or the caller may not know that it does. Takes no words: every such answer is byte-equal."""

    problem = Problem.NOT_FOUND

    def __init__(self) -> None:
        super().__init__()


class Denied(Refusal):
    """The policy says no."""

    problem = Problem.DENIED


class NoticeMissing(Denied):
    """The person has to be told first."""

    problem = Problem.NOTICE_MISSING


class ConsentMissing(Denied):
    """The person has to consent first."""

    problem = Problem.CONSENT_MISSING


class FactsChanged(Refusal):
    """What the answer would rest on changed since."""

    problem = Problem.FACTS_CHANGED


class EpochStale(Refusal):
    """The statement was made under a key that is no longer the section's."""

    problem = Problem.EPOCH_STALE


class RotationOwed(Refusal):
    """Somebody who may no longer read still holds the section's key."""

    problem = Problem.ROTATION_OWED


class VersionConflict(Refusal):
    """The chain or list moved: the statement does not extend its newest head."""

    problem = Problem.VERSION_CONFLICT


class IdempotencyMismatch(Refusal):
    """The id was used by this device for other bytes."""

    problem = Problem.IDEMPOTENCY_MISMATCH


class Replayed(Refusal):
    """The statement is too old or too new, or what it spends was spent."""

    problem = Problem.REPLAYED


class TooLarge(Refusal):
    """A bound was passed."""

    problem = Problem.TOO_LARGE


class Invalid(Refusal):
    """The request is not what the format says."""

    problem = Problem.INVALID


class BadSignature(Refusal):
    """A signature, key or author does not fit."""

    problem = Problem.BAD_SIGNATURE


class WrongCase(Refusal):
    """The statement names another case, class or hub."""

    problem = Problem.WRONG_CASE


class TooManyRequests(Refusal):
    """A quota was used up."""

    problem = Problem.TOO_MANY_REQUESTS


class Unavailable(Refusal):
    """The hub cannot do it now. Nothing was stored."""

    retry_after_s: ClassVar[int] = 1


class LogUnavailable(Unavailable):
    """The log could not be appended to, so nothing was released."""

    problem = Problem.LOG_UNAVAILABLE


class Overloaded(Unavailable):
    """The queue is full."""

    problem = Problem.OVERLOADED


class StorageFull(Unavailable):
    """The disk or the database is full."""

    problem = Problem.STORAGE_FULL
    retry_after_s = 60


class ProviderUnavailable(Unavailable):
    """The identity provider does not answer, or answers what no provider answers."""

    problem = Problem.PROVIDER_UNAVAILABLE
    retry_after_s = 5


class Internal(Refusal):
    """A bug of ours. It carries the id of the request, which is in the log of the operator, and nothing else."""

    problem = Problem.INTERNAL

    def __init__(self, request_id: str = "") -> None:
        super().__init__("", {"request": request_id})


_BY_REASON: dict[Reason, type[Refusal]] = {
    Reason.TOO_LARGE: TooLarge,
    Reason.BAD_SIGNATURE: BadSignature,
    Reason.BAD_KEY: BadSignature,
    Reason.WRONG_AUTHOR: BadSignature,
    Reason.REVOKED: BadSignature,
    Reason.WRONG_SEQUENCE: VersionConflict,
    Reason.FORKED: VersionConflict,
    Reason.WRONG_EPOCH: EpochStale,
    Reason.WRONG_STEP: EpochStale,
    Reason.WRONG_LIST: VersionConflict,
    Reason.WRONG_CASE: WrongCase,
    Reason.WRONG_CHAIN: WrongCase,
    Reason.WRONG_HUB: WrongCase,
    Reason.STALE: Replayed,
    Reason.NOT_YET: Replayed,
    Reason.WRONG_REQUEST: Replayed,
    Reason.NOT_ENTITLED: Denied,
    Reason.NOT_PERMITTED: Denied,
    Reason.WRONG_POLICY: FactsChanged,
}


def from_protocol(error: ProtocolError) -> Refusal:
    """Return the refusal for what the protocol would not accept, with its reason for the client."""
    kind = _BY_REASON.get(error.reason, Invalid)
    if kind is NotFound:
        return NotFound()
    return kind(error.what, {"reason": error.reason.value})
