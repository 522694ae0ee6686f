"""What the identity provider tells about who logs in, as the hub passes it on: words for one screen, never a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_client.login import PendingLogin
from volet_client.transport import Transport
from volet_client.words import Said
from volet_protocol.fields import Fields

_NAMES = ("profession", "role", "structure", "finess", "siret")
_MOST_SITUATIONS = 32
_MOST_TEXT = 200


@dataclass(frozen=True)
class LoginHint:
    """Each situation d'exercice as one line; `siret` is the organisation's where the provider knows no situation."""

    siret: str | None
    situations: tuple[str, ...]


def read_hint(transport: Transport, pending: PendingLogin) -> LoginHint | None:
    """Return what the hub says that the provider said; None where nothing was asked. To be read before the session."""
    answer = Fields(transport.get(f"/v1/logins/{pending.login}"), "login")
    if not answer.has("hint"):
        return None
    hint = answer.nested("hint")
    siret = hint.optional("siret", lambda name: hint.label(name, _MOST_TEXT))
    situations = tuple(_line(one) for one in hint.objects("situations", _MOST_SITUATIONS))
    return LoginHint(siret, situations)


def _line(fields: Fields) -> str:
    told = ((name, fields.optional(name, lambda one: fields.label(one, _MOST_TEXT))) for name in _NAMES)
    return ", ".join(f"{name} {text}" for name, text in told if text is not None and text.isprintable())


def words(hint: LoginHint | None, capacity: str | None) -> Sequence[Said]:
    """Return what to say after a login: what was told and is not confirmed, and that there is no capacity."""
    said: list[Said] = []
    if hint is not None:
        told = [*hint.situations, *([f"siret {hint.siret}"] if hint.siret is not None else [])]
        said += [
            Said(
                f"Le fournisseur d'identité indique, sans que ce soit vérifié : {one}",
                f"The identity provider tells, not confirmed: {one}",
            )
            for one in told
        ]
        if not told:
            said.append(
                Said(
                    "Le fournisseur d'identité n'indique aucune situation d'exercice.",
                    "The identity provider tells of no capacity.",
                )
            )
    if capacity is None:
        said.append(
            Said(
                "Vous êtes identifié, sans situation d'exercice attestée. Pour en faire attester une : "
                "volet login --registrar ADRESSE",
                "You are identified, without an attested capacity. To have one attested: volet login --registrar URL",
            )
        )
    return said
