"""The closed list of problems that the hub answers with, in RFC 9457 form (docs/problems.md).

Both sides use it: the hub has one translator, the client raises one class a problem. Code branches on the member,
never on a text. A member is never renamed.
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import NamedTuple

TYPE_PREFIX = "urn:volet:problem:"
CONTENT_TYPE = "application/problem+json"


class _About(NamedTuple):
    status: int
    fr: str
    en: str


@unique
class Problem(StrEnum):
    """Why the hub did not do what was asked. Nothing was changed."""

    UNAUTHENTICATED = "unauthenticated"
    STEP_UP_REQUIRED = "step-up-required"
    NOT_FOUND = "not-found"
    DENIED = "denied"
    NOTICE_MISSING = "notice-missing"
    CONSENT_MISSING = "consent-missing"
    FACTS_CHANGED = "facts-changed"
    EPOCH_STALE = "epoch-stale"
    ROTATION_OWED = "rotation-owed"
    VERSION_CONFLICT = "version-conflict"
    IDEMPOTENCY_MISMATCH = "idempotency-mismatch"
    REPLAYED = "replayed"
    TOO_LARGE = "too-large"
    INVALID = "invalid"
    BAD_SIGNATURE = "bad-signature"
    WRONG_CASE = "wrong-case"
    TOO_MANY_REQUESTS = "too-many-requests"
    LOG_UNAVAILABLE = "log-unavailable"
    OVERLOADED = "overloaded"
    STORAGE_FULL = "storage-full"
    PROVIDER_UNAVAILABLE = "provider-unavailable"
    INTERNAL = "internal"

    @property
    def uri(self) -> str:
        """The `type` member."""
        return TYPE_PREFIX + self.value

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _ABOUT[self].status

    @property
    def anchor(self) -> str:
        """Where docs/problems.md explains it."""
        return f"docs/problems.md#{self.value}"

    def title(self, lang: str = "fr") -> str:
        """Return the sentence for a person, in French or English."""
        about = _ABOUT[self]
        return about.en if lang == "en" else about.fr

    @staticmethod
    def from_uri(uri: str) -> Problem | None:
        """Return the member that a `type` names, or None for a type outside the list."""
        code = uri.removeprefix(TYPE_PREFIX)
        return Problem(code) if uri != code and code in {member.value for member in Problem} else None


_ABOUT: dict[Problem, _About] = {
    Problem.UNAUTHENTICATED: _About(401, "Connectez-vous d'abord.", "Log in first."),
    Problem.STEP_UP_REQUIRED: _About(403, "Confirmez d'abord que c'est vous.", "First confirm that it is you."),
    Problem.NOT_FOUND: _About(404, "Rien de tel ici.", "Nothing like this here."),
    Problem.DENIED: _About(403, "Les règles ne le permettent pas.", "The rules do not allow this."),
    Problem.NOTICE_MISSING: _About(
        403, "Informez d'abord la personne, puis notez-le.", "Tell the person first, then record it."
    ),
    Problem.CONSENT_MISSING: _About(403, "Il faut l'accord de la personne.", "The person's consent is needed."),
    Problem.FACTS_CHANGED: _About(
        409, "Le dossier a changé entre-temps : relisez, puis recommencez.", "The case changed: read again, then retry."
    ),
    Problem.EPOCH_STALE: _About(
        409,
        "La clé du volet a changé : synchronisez, puis recommencez.",
        "The section's key changed: sync, then retry.",
    ),
    Problem.ROTATION_OWED: _About(
        409, "La clé du volet doit d'abord être changée.", "The section's key has to be rotated first."
    ),
    Problem.VERSION_CONFLICT: _About(
        409,
        "Quelqu'un a écrit entre-temps : synchronisez, puis recommencez.",
        "Somebody wrote first: sync, then retry.",
    ),
    Problem.IDEMPOTENCY_MISMATCH: _About(
        409, "Cet identifiant a déjà servi pour autre chose.", "This id was already used for something else."
    ),
    Problem.REPLAYED: _About(
        409, "Demande déjà vue, ou trop ancienne : signez-en une nouvelle.", "Seen before or too old: sign a new one."
    ),
    Problem.TOO_LARGE: _About(413, "Envoi trop volumineux.", "Too large."),
    Problem.INVALID: _About(422, "Demande mal formée.", "Malformed request."),
    Problem.BAD_SIGNATURE: _About(422, "La signature ne convient pas.", "The signature does not verify."),
    Problem.WRONG_CASE: _About(422, "Cela appartient à un autre dossier.", "This belongs to another case."),
    Problem.TOO_MANY_REQUESTS: _About(429, "Trop de demandes : patientez.", "Too many requests: wait."),
    Problem.LOG_UNAVAILABLE: _About(
        503,
        "Le journal n'a pas pu être écrit, rien n'a été remis.",
        "The log could not be written, nothing was released.",
    ),
    Problem.OVERLOADED: _About(503, "La plateforme est saturée : réessayez.", "The hub is overloaded: retry."),
    Problem.STORAGE_FULL: _About(
        503, "La plateforme n'a plus de place, rien n'a été enregistré.", "The hub is out of space, nothing was stored."
    ),
    Problem.PROVIDER_UNAVAILABLE: _About(
        503, "Le fournisseur d'identité ne répond pas : réessayez.", "The identity provider does not answer: retry."
    ),
    Problem.INTERNAL: _About(
        500,
        "La plateforme a rencontré une erreur : réessayez, puis signalez-la.",
        "The hub met an error of its own: retry, then report it.",
    ),
}
