"""`volet admin provider`: tell what is wrong with each identity provider, in words; make the key of encrypted hints."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import httpx
from joserfc.jwk import ECKey

from volet_protocol.errors import ProtocolError
from volet_protocol.trust_bundle import TrustBundle
from volet_service.adapters.identity_provider import RelyingParty
from volet_service.adapters.provider_metadata import ALGORITHMS, Published
from volet_service.adapters.relying_parties import PartiesError, read_parties
from volet_service.adapters.sealed import write_private
from volet_service.bootstrap.hub import CannotStart
from volet_service.domain.errors import Refusal
from volet_service.domain.logins import LoginRefusal
from volet_service.settings import Settings, read_settings

_EXAMPLE = """exemples :
  volet admin provider check var/hub
  volet admin provider key var/hub/psc.jwk"""


def describe(made: argparse.ArgumentParser) -> None:
    """Give the act its arguments and an example."""
    made.epilog, made.formatter_class = _EXAMPLE, argparse.RawDescriptionHelpFormatter
    what = made.add_subparsers(dest="what", required=True)
    check = what.add_parser(
        "check", help="demander à chaque fournisseur d’identité ce qu’il publie, et dire ce qui manque"
    )
    check.add_argument("folder", type=Path, nargs="?")
    key = what.add_parser("key", help="créer la clé qui ouvre les réponses chiffrées (hint_key)")
    key.add_argument("file", type=Path)


def run(asked: argparse.Namespace) -> str:
    """Check or make; return the lines for the operator. Raises `CannotStart` with all that is wrong."""
    if asked.what == "key":
        return _make_key(asked.file)
    settings = read_settings(asked.folder)
    try:
        parties = read_parties(settings.path(settings.issuers), f"{settings.origin}/v1/logins/callback")
    except PartiesError as error:
        raise CannotStart(str(error)) from error
    with httpx.Client(timeout=10.0) as http:
        found = [(party.issuer, wrong_with(party, _trust(settings), http)) for party in parties]
    lines = [f"{issuer} : {said}" for issuer, wrong in found for said in (wrong or ["rien à signaler"])]
    if any(wrong for _, wrong in found):
        raise CannotStart("\n".join(lines))
    return "\n".join(lines)


def wrong_with(party: RelyingParty, trust: TrustBundle | None, http: httpx.Client) -> list[str]:
    """Return what is wrong with a provider as its metadata and keys say it, in French; empty when nothing is."""
    published = Published(party.issuer, party.hosts, http)
    try:
        metadata = published.metadata()
        keys = published.keys().keys
    except Refusal as refusal:
        return [_refused(refusal)]
    wrong: list[str] = []
    wanted = ["authorization_endpoint", "token_endpoint", *(["userinfo_endpoint"] if party.hints else [])]
    for name in wanted:
        try:
            published.endpoint(name)
        except Refusal as refusal:
            wrong.append(f"{name} : {_refused(refusal)}")
    if not set(ALGORITHMS) & set(metadata.get("id_token_signing_alg_values_supported") or ["RS256"]):
        wrong.append(f"il ne signe avec aucun de {', '.join(ALGORITHMS)}")
    if "S256" not in (metadata.get("code_challenge_methods_supported") or ["S256"]):
        wrong.append("il n’accepte pas PKCE avec S256")
    levels = metadata.get("acr_values_supported")
    if party.acr is not None and isinstance(levels, list) and party.acr not in levels:
        wrong.append(f"il n’annonce pas le niveau « {party.acr} » demandé (acr)")
    return wrong + _unknown_to_clients(party, trust, {key.kid for key in keys if key.kid})


def _unknown_to_clients(party: RelyingParty, trust: TrustBundle | None, published: set[str]) -> list[str]:
    if trust is None:
        return ["trust.json n’est pas là ou ne se lit pas : les clients refuseront ce fournisseur"]
    known = next((one for one in trust.issuers if one.iss == party.issuer), None)
    if known is None or party.client_id not in {audience.aud for audience in known.audiences}:
        return [f"trust.json ne connaît pas ce fournisseur pour « {party.client_id} » : les clients le refuseront"]
    if not published & {key.kid for key in known.keys}:
        return ["trust.json n’a aucune des clés qu’il publie : les clients refuseront ses jetons"]
    return []


def _refused(refusal: Refusal) -> str:
    reason, what = refusal.members.get("reason"), str(refusal)
    if reason == LoginRefusal.HOST_NOT_ALLOWED.value:
        return f"autre hôte que le fournisseur ({what}) : l’ajouter à « hosts » s’il est le sien"
    if reason == LoginRefusal.WRONG_ISSUER.value:
        return "il se nomme autrement dans ses métadonnées : corriger « issuer », à la lettre près"
    return "ne répond pas, ou pas en JSON sur HTTPS : vérifier l’adresse et le réseau, puis réessayer"


def _trust(settings: Settings) -> TrustBundle | None:
    try:
        return TrustBundle.read(settings.path(settings.trust).read_bytes()).verify(None)
    except (OSError, ProtocolError):
        return None


def _make_key(path: Path) -> str:
    key = ECKey.generate_key("P-256", {"use": "enc", "alg": "ECDH-ES"}, private=True, auto_kid=True)
    write_private(path, json.dumps(key.as_dict(private=True)).encode())
    public = json.dumps(key.as_dict(private=False))
    return f"{path}\nClé publique à remettre au fournisseur (public key for the provider):\n{public}"
