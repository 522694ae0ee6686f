"""What differs between identity providers, as data and small pure functions; the login path itself is one.

Claims as Pro Santé Connect, ProConnect and FranceConnect document them. What userinfo says is a hint that is shown to
who logs in, and never a proof: a capacity comes from an attestation or from the directory (protocol.md 5.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import cast
from urllib.parse import urlsplit

_ASSURANCE = ("eidas1", "eidas2", "eidas3")
# What an ID token may hold when more than `openid` was asked for. It becomes the binding that colleagues see, so a
# name in it would be shown to them (protocol.md 5.5).
_NAMELESS = frozenset(
    {
        "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "acr", "amr", "auth_time", "at_hash",
        "c_hash", "s_hash", "sid", "session_state", "typ",
    }
)  # fmt: skip
_MOST_SITUATIONS = 32
_MOST_TEXT = 200


@unique
class Kind(StrEnum):
    """Which claims a provider speaks."""

    OIDC = "oidc"
    PSC = "psc"
    PROCONNECT = "proconnect"
    FRANCECONNECT = "franceconnect"


@unique
class UserinfoForm(StrEnum):
    """How a provider hands userinfo out; the form is set, never guessed: a signed one cannot be stripped."""

    JSON = "json"
    SIGNED = "signed"
    ENCRYPTED = "encrypted"


# The assurance demanded where the operator demands no other; none is demanded of a provider of a structure.
DEFAULT_ACR: Mapping[Kind, str | None] = {
    Kind.OIDC: None, Kind.PSC: "eidas1", Kind.PROCONNECT: None, Kind.FRANCECONNECT: "eidas2",
}  # fmt: skip
# What is asked for where hints are wanted. A person's userinfo would say birth and name, which the hub has no use for.
HINT_SCOPE: Mapping[Kind, str] = {Kind.PSC: "openid scope_all", Kind.PROCONNECT: "openid given_name usual_name siret"}


@dataclass(frozen=True)
class Situation:
    """A situation d'exercice as the provider tells it: codes of the national directory, nothing confirmed."""

    profession: str | None = None
    category: str | None = None
    role: str | None = None
    sector: str | None = None
    siret: str | None = None
    finess: str | None = None
    structure: str | None = None


@dataclass(frozen=True)
class Hint:
    """What userinfo tells about who logged in. Empty `situations`: authenticated, without any capacity."""

    name: str | None = None
    siret: str | None = None
    situations: tuple[Situation, ...] = ()


def same_place(url: str, issuer: str, hosts: tuple[str, ...]) -> bool:
    """Tell whether an endpoint is at the issuer's own host (and port), or at one that the operator allowed."""
    place = urlsplit(url).netloc.lower()
    return place == urlsplit(issuer).netloc.lower() or place in hosts


def assurance_reached(demanded: str | None, stated: str | None) -> bool:
    """Tell whether a stated `acr` is enough: the one demanded, or a higher one of the eIDAS scale."""
    if demanded is None:
        return True
    if stated in _ASSURANCE and demanded in _ASSURANCE:
        return _ASSURANCE.index(stated) >= _ASSURANCE.index(demanded)
    return stated == demanded


def opens_files(kind: Kind, demanded: str | None) -> bool:
    """Tell whether the demanded assurance is enough for the files of a person.

    FranceConnect's low level is a mailbox. It would pass with an invitation code given in the room; this version
    reads none (docs/spec/bindings.md), so nothing stands behind it.
    """
    return kind is not Kind.FRANCECONNECT or (demanded in _ASSURANCE and assurance_reached("eidas2", demanded))


def extra_claims(claims: Mapping[str, object]) -> list[str]:
    """Return the claims of an ID token that say more than who logged in, when, and how surely."""
    return sorted(set(claims) - _NAMELESS)


def read_hint(kind: Kind, claims: Mapping[str, object]) -> Hint:
    """Return what userinfo of this kind tells; what is malformed is left out: nobody is kept out by a hint."""
    names = ("given_name", "usual_name" if kind is Kind.PROCONNECT else "family_name")
    name = " ".join(part for part in (_text(claims.get(one)) for one in names) if part) or None
    if kind is Kind.PROCONNECT:
        return Hint(name=name, siret=_text(claims.get("siret")))
    if kind is Kind.PSC:
        return Hint(name=name, situations=_situations(claims.get("SubjectRefPro")))
    return Hint()


def _situations(reference: object) -> tuple[Situation, ...]:
    found: list[Situation] = []
    for practice in _objects(_object(reference).get("exercices")):
        profession = _text(practice.get("codeProfession"))
        category = _text(practice.get("codeCategorieProfessionnelle"))
        activities = _objects(practice.get("activities")) or [{}]
        found.extend(
            Situation(
                profession=profession,
                category=category,
                role=_text(activity.get("codeRole")),
                sector=_text(activity.get("codeSecteurDactivite")),
                siret=_text(activity.get("numeroSiretSite")),
                finess=_text(activity.get("numeroFinessSite")),
                structure=_text(activity.get("raisonSocialeSite")),
            )
            for activity in activities
        )
    return tuple(one for one in found if one != Situation())[:_MOST_SITUATIONS]


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, object]]:
    items = cast("list[object]", value)[:_MOST_SITUATIONS] if isinstance(value, list) else []
    return [_object(item) for item in items]


def _text(value: object) -> str | None:
    """Return a short printable text; anything else would reach a terminal as control characters."""
    return value if isinstance(value, str) and 0 < len(value) <= _MOST_TEXT and value.isprintable() else None
