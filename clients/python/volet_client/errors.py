"""What can go wrong in the client.

    VoletError                     exit status 1
    ├── UsageError                 2   the request makes no sense here: unknown name, no profile
    ├── KeystoreError              3   the profile cannot be opened, and is left untouched
    │   ├── LooseFileError             others may read a file of the profile
    │   ├── UnreadableFileError        damaged, truncated, weaker parameters, another version
    │   └── WrongPassphraseError
    ├── TransportError             4
    │   ├── UnreachableError           no answer
    │   └── BadAnswerError             an answer that is not the interface's
    ├── RefusedError               5   the hub said no: one class a problem, in refusals.py
    ├── NotPermittedError          5   our own copy of the rules says no, before anything is sent
    ├── VerificationError          6   something served does not verify: the object and the reason
    │   └── EvidenceError          7   the hub contradicts itself: both sides are kept, all use stops
    └── NotReadableError           8   no key, or no share: which object, why, what to do

A check that found something against the hub ends with 7 too, after it showed what.

Each carries a sentence and a `hint` in two languages; `diagnostics()` returns both with what a machine needs.
Nothing else leaves the library: a bare `ValueError` out of it is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from volet_client.words import ENGLISH, NOTHING, Said
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason


class VoletError(Exception):
    """Base of everything the library raises: `said` is the sentence, `hint` the next step."""

    exit_status: ClassVar[int] = 1
    default_hint: ClassVar[Said] = NOTHING

    def __init__(self, said: Said, hint: Said | None = None) -> None:
        super().__init__(said.en)
        self.said = said
        self.hint = hint or self.default_hint

    @property
    def code(self) -> str:
        """A stable code for scripts."""
        return type(self).__name__.removesuffix("Error")

    def details(self) -> Mapping[str, JsonValue]:
        """Return what a machine may need beside the sentence."""
        return {}

    def diagnostics(self, lang: str = ENGLISH) -> dict[str, JsonValue]:
        """Return code, sentence, hint and details."""
        found: dict[str, JsonValue] = {"error": self.code, "message": self.said.to(lang)}
        hint = self.hint.to(lang)
        return {**found, **({"hint": hint} if hint else {}), **self.details()}


class UsageError(VoletError):
    """The command or call cannot be meant like this."""

    exit_status = 2


class KeystoreError(VoletError):
    """The profile cannot be opened. Nothing was written."""

    exit_status = 3


class LooseFileError(KeystoreError):
    """A file of the profile may be read or written by others."""

    def __init__(self, path: Path, wanted: int) -> None:
        super().__init__(
            Said(
                f"{path} est accessible à d'autres comptes de cette machine.",
                f"{path} is open to other accounts of this machine.",
            ),
            Said(f"chmod {wanted:o} {path}", f"chmod {wanted:o} {path}"),
        )


class UnreadableFileError(KeystoreError):
    """A file of the profile is not what this version wrote; it is never overwritten."""

    default_hint = Said(
        "Le fichier n'a pas été modifié : restaurez une sauvegarde, ou choisissez un autre VOLET_PROFILE.",
        "The file was left as it is: restore a backup, or choose another VOLET_PROFILE.",
    )

    def __init__(self, path: Path, why: Said) -> None:
        super().__init__(
            Said(f"{path} ne peut pas être lu : {why.fr}.", f"{path} cannot be read: {why.en}."),
        )


class WrongPassphraseError(KeystoreError):
    """The passphrase does not open the key store."""

    default_hint = Said(
        "Vérifiez la phrase de passe, ou le fichier nommé par VOLET_PASSPHRASE_FILE.",
        "Check the passphrase, or the file named by VOLET_PASSPHRASE_FILE.",
    )

    def __init__(self) -> None:
        super().__init__(
            Said(
                "La phrase de passe n'ouvre pas le trousseau, ou le fichier a été modifié.",
                "The passphrase does not open the key store, or the file was changed.",
            )
        )


class TransportError(VoletError):
    """No usable answer came back."""

    exit_status = 4


class UnreachableError(TransportError):
    """The hub did not answer."""

    default_hint = Said(
        "Vérifiez le réseau, puis recommencez : rien n'a été perdu.",
        "Check the network, then retry: nothing was lost.",
    )

    def __init__(self, origin: str) -> None:
        super().__init__(
            Said(f"La plateforme {origin} ne répond pas.", f"The hub {origin} does not answer."),
        )


class BadAnswerError(TransportError):
    """The answer is not one of the interface; nothing of it was used."""

    default_hint = Said(
        "Prévenez l'exploitant : la plateforme, ou ce qui est entre elle et vous, répond mal.",
        "Tell the operator: the hub, or something between it and you, answers wrongly.",
    )

    def __init__(self, what: str) -> None:
        super().__init__(
            Said(f"Réponse inattendue de la plateforme ({what}).", f"Unexpected answer of the hub ({what})."),
        )


class NotPermittedError(VoletError):
    """Our own copy of the rules refuses; nothing was sent."""

    exit_status = 5

    def __init__(self, said: Said, rules: tuple[str, ...] = (), hint: Said | None = None) -> None:
        super().__init__(said, hint)
        self.rules = rules

    def details(self) -> Mapping[str, JsonValue]:
        """Return the rules that decided."""
        return {"rules": list(self.rules)}


class VerificationError(VoletError):
    """Something that was served does not verify. It is not used, and nothing is written over."""

    exit_status = 6
    default_hint = Said(
        "Synchronisez à nouveau (volet sync) ; si cela persiste, signalez-le à l'exploitant et à votre auditeur.",
        "Sync again (volet sync); if it persists, report it to the operator and to your auditor.",
    )

    def __init__(self, what: str, reason: Reason, hint: Said | None = None) -> None:
        super().__init__(
            Said(
                f"Vérification impossible : {what} ({reason.value}). Cet objet est ignoré.",
                f"This does not verify: {what} ({reason.value}). It is not used.",
            ),
            hint,
        )
        self.what = what
        self.reason = reason

    @classmethod
    def of(cls, error: ProtocolError, what: str = "") -> VerificationError:
        """Return the client's error for a protocol refusal, naming the object."""
        return cls(f"{what}: {error.what}" if what else error.what, error.reason)

    def details(self) -> Mapping[str, JsonValue]:
        """Return the object and the reason's code."""
        return {"object": self.what, "reason": self.reason.value}


class EvidenceError(VerificationError):
    """The hub contradicts itself. Both sides are kept in the profile's `evidence` folder; use of it stops."""

    exit_status = 7
    default_hint = Said(
        "N'écrivez plus rien. Remettez le dossier « evidence » de votre profil à votre auditeur.",
        "Write nothing more. Hand the folder `evidence` of your profile to your auditor.",
    )

    def __init__(self, what: str, reason: Reason, evidence: Path | None = None) -> None:
        super().__init__(what, reason)
        self.evidence = evidence

    def details(self) -> Mapping[str, JsonValue]:
        """Add where the evidence is kept."""
        return {**super().details(), **({"evidence": str(self.evidence)} if self.evidence else {})}


class NotReadableError(VoletError):
    """This client holds no key or got no share for an object, for a reason it can name."""

    exit_status = 8

    def __init__(self, what: str, said: Said, hint: Said) -> None:
        super().__init__(said, hint)
        self.what = what

    def details(self) -> Mapping[str, JsonValue]:
        """Return the object's id."""
        return {"object": self.what}
