"""One class for each problem that the hub can answer with (docs/problems.md); `refusal_for` picks it.

The hub's own sentence about the decision is shown as it came, after the class's: it is a hint, never a proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from volet_client.errors import VoletError
from volet_client.words import ENGLISH, FRENCH, Said
from volet_protocol.canonical import JsonValue
from volet_protocol.problems import Problem

MAX_DETAIL = 2000

_SYNC = Said("Synchronisez (volet sync), puis recommencez.", "Sync (volet sync), then retry.")
_LATER = Said("Réessayez dans un moment : rien n'a été perdu.", "Retry in a moment: nothing was lost.")
_BUG = Said(
    "Signalez-le avec la sortie de --json : ce client et la plateforme ne se comprennent pas.",
    "Report it with the output of --json: this client and the hub disagree on the protocol.",
)


class RefusedError(VoletError):
    """The hub refused and changed nothing."""

    exit_status = 5
    problem: ClassVar[Problem]

    def __init__(self, detail: Mapping[str, JsonValue]) -> None:
        self.detail = dict(detail)
        problem = type(self).problem
        said = self._explanation()
        super().__init__(
            Said(
                f"{problem.title(FRENCH)} {said.fr}".strip(),
                f"{problem.title(ENGLISH)} {said.en}".strip(),
            )
        )

    def _explanation(self) -> Said:
        decision = self.detail.get("decision")
        source = decision if isinstance(decision, Mapping) else self.detail
        fr = str(source.get("explanation", ""))[:MAX_DETAIL]
        return Said(fr, str(source.get("explanation_en", fr))[:MAX_DETAIL])

    @property
    def code(self) -> str:
        """The problem's code."""
        return type(self).problem.value

    def details(self) -> Mapping[str, JsonValue]:
        """Return what the hub told beside the problem: decision with rules and what is missing, reason, detail."""
        told = {name: value for name, value in self.detail.items() if name not in {"type", "title", "status"}}
        return {"status": type(self).problem.status, **told}


class UnauthenticatedError(RefusedError):
    """No session, or it ended."""

    problem = Problem.UNAUTHENTICATED
    default_hint = Said("volet login", "volet login")


class StepUpRequiredError(RefusedError):
    """Whoever does it identified themselves too long ago."""

    problem = Problem.STEP_UP_REQUIRED
    default_hint = Said(
        "volet login --again, puis la même commande : rien n'a été perdu.",
        "volet login --again, then the same command: nothing was lost.",
    )


class NotFoundError(RefusedError):
    """Nothing of that id, or nothing this session may know of."""

    problem = Problem.NOT_FOUND
    default_hint = Said("Vérifiez l'identifiant avec volet list.", "Check the id with volet list.")


class DeniedError(RefusedError):
    """The rules deny it."""

    problem = Problem.DENIED
    default_hint = Said(
        "Demandez à qui détient l'élément de vous le communiquer (volet open-item).",
        "Ask someone who holds the item to open it to you (volet open-item).",
    )


class NoticeMissingError(RefusedError):
    """The person has to be told first."""

    problem = Problem.NOTICE_MISSING
    default_hint = Said(
        "Informez la personne, puis notez-le : volet notice team.", "Tell the person, then: volet notice team."
    )


class ConsentMissingError(RefusedError):
    """The person has to agree first."""

    problem = Problem.CONSENT_MISSING
    default_hint = Said(
        "La personne donne son accord : volet consent give.", "The person gives consent: volet consent give."
    )


class FactsChangedError(RefusedError):
    """The case moved between reading and writing."""

    problem = Problem.FACTS_CHANGED
    default_hint = _SYNC


class EpochStaleError(RefusedError):
    """The section's key was replaced."""

    problem = Problem.EPOCH_STALE
    default_hint = _SYNC


class RotationOwedError(RefusedError):
    """The section owes a rotation before the next write."""

    problem = Problem.ROTATION_OWED
    default_hint = _SYNC


class VersionConflictError(RefusedError):
    """Somebody else wrote first."""

    problem = Problem.VERSION_CONFLICT
    default_hint = _SYNC


class IdempotencyMismatchError(RefusedError):
    """The id was used for other bytes."""

    problem = Problem.IDEMPOTENCY_MISMATCH
    default_hint = _BUG


class ReplayedError(RefusedError):
    """The request was seen before, or its clock is more than two minutes off."""

    problem = Problem.REPLAYED
    default_hint = Said("Vérifiez l'heure de cette machine.", "Check the clock of this machine.")


class TooLargeError(RefusedError):
    """More than the hub takes."""

    problem = Problem.TOO_LARGE
    default_hint = Said("Envoyez un document plus petit.", "Send a smaller document.")


class InvalidError(RefusedError):
    """The hub could not read the request."""

    problem = Problem.INVALID
    default_hint = _BUG


class BadSignatureError(RefusedError):
    """The hub could not verify our signature: perhaps this device was revoked."""

    problem = Problem.BAD_SIGNATURE
    default_hint = Said("Vérifiez vos appareils : volet whoami.", "Check your devices: volet whoami.")


class WrongCaseError(RefusedError):
    """The object belongs to another case."""

    problem = Problem.WRONG_CASE
    default_hint = Said("Vérifiez le dossier (--case).", "Check the case (--case).")


class TooManyRequestsError(RefusedError):
    """A quota."""

    problem = Problem.TOO_MANY_REQUESTS
    default_hint = _LATER


class LogUnavailableError(RefusedError):
    """The log could not be appended, so nothing was handed out."""

    problem = Problem.LOG_UNAVAILABLE
    default_hint = _LATER


class OverloadedError(RefusedError):
    """The hub sheds load."""

    problem = Problem.OVERLOADED
    default_hint = _LATER


class ProviderUnavailableError(RefusedError):
    """The identity provider did not answer the hub."""

    problem = Problem.PROVIDER_UNAVAILABLE
    default_hint = _LATER


class StorageFullError(RefusedError):
    """The hub has no room left."""

    problem = Problem.STORAGE_FULL
    default_hint = Said("Prévenez l'exploitant.", "Tell the operator.")


class InternalError(RefusedError):
    """The hub met an error of its own: `request` in the details is what its operator looks for."""

    problem = Problem.INTERNAL

    def __init__(self, detail: Mapping[str, JsonValue]) -> None:
        super().__init__(detail)
        request = str(detail.get("request", "?"))[:64]
        self.hint = Said(
            f"Réessayez ; si cela revient, signalez à l'exploitant la demande {request}.",
            f"Retry; if it comes back, report request {request} to the operator.",
        )


REFUSALS: dict[Problem, type[RefusedError]] = {cls.problem: cls for cls in RefusedError.__subclasses__()}


def refusal_for(problem: Problem, detail: Mapping[str, JsonValue]) -> RefusedError:
    """Return the error of a problem with what the hub said about it."""
    return REFUSALS[problem](detail)
