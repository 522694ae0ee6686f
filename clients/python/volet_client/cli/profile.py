"""`volet init`, `volet whoami`, `volet contact`: who this profile is, and whom it knows by which local name."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import cast

from volet_client.account import draw_identity
from volet_client.cli.context import Context, now_ms
from volet_client.errors import UsageError
from volet_client.names import CONTACT
from volet_client.profile import Profile, read_bundle
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import is_hash
from volet_protocol.fingerprint import phrase
from volet_protocol.trust_bundle import TrustBundle

CARD = "volet-contact"
_CARD_LIMIT = 64 * 1024


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "init":
        parser.description = Said(
            "Crée un profil chiffré et épingle le fichier de confiance remis par votre responsable.",
            "Makes an encrypted profile and pins the trust file that your controller handed out.",
        ).to(lang)
        parser.epilog = Said(
            "exemple :\n  volet init --trust trust.json", "example:\n  volet init --trust trust.json"
        ).to(lang)
        parser.add_argument("--trust", type=Path, required=True, metavar="trust.json")
        parser.set_defaults(run=init)
    elif name == "whoami":
        parser.description = Said(
            "Affiche votre carte de contact, à remettre à vos collègues, et ce qui vous attend.",
            "Shows your contact card, for colleagues, and what waits for you.",
        ).to(lang)
        parser.set_defaults(run=whoami)
    else:
        _register_contact(parser, lang)


def _register_contact(parser: argparse.ArgumentParser, lang: str) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help=Said("nommer quelqu'un", "name somebody").to(lang))
    add.add_argument("name", help=Said("nom, gardé sur cet appareil", "name, kept on this device").to(lang))
    source = add.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--card", metavar="carte.json", help=Said("carte, - pour l'entrée", "card, - for input").to(lang)
    )
    source.add_argument("--user", metavar="ID")
    add.set_defaults(run=contact_add)
    confirm = verbs.add_parser(
        "confirm", help=Said("comparer la phrase de vive voix", "compare the phrase aloud").to(lang)
    )
    confirm.description = Said(
        "À faire quand un collègue change d'appareil ou de compte : faites-lui lire sa phrase de vive voix "
        "(volet whoami), tapez-la ; ce qui lui est permis lui revient à la synchronisation suivante.",
        "When a colleague has a new device or account: let them read their phrase aloud (volet whoami), type it; what "
        "they are permitted comes back at the next sync.",
    ).to(lang)
    confirm.add_argument("name", metavar="NOM")
    confirm.add_argument(
        "--phrase", metavar="MOTS", help=Said("les huit mots entendus", "the eight words heard").to(lang)
    )
    confirm.set_defaults(run=contact_confirm)
    shown = verbs.add_parser("list", help=Said("noms connus", "known names").to(lang))
    shown.set_defaults(run=contact_list)


def init(context: Context, args: argparse.Namespace) -> None:
    """Make a profile."""
    trust, bundle = read_trust(cast("Path", args.trust))
    identity = draw_identity(bundle.hub, now_ms())
    context.use(Profile.create(context.config, context.passphrase(twice=True), trust, identity))
    context.terminal.result(
        {"profile": str(context.config.profile), "hub": bundle.hub, "trust": bundle.hash, "user": identity.user},
        [
            Said(f"Profil créé dans {context.config.profile}.", f"Profile made in {context.config.profile}."),
            Said(
                f"Empreinte du fichier de confiance, à comparer avec celle qui vous a été donnée :\n  {bundle.hash}",
                f"Hash of the trust file, to compare with the one you were given:\n  {bundle.hash}",
            ),
        ],
    )


def read_trust(path: Path) -> tuple[bytes, TrustBundle]:
    """Return the file that a new profile is pinned to, and what it says."""
    try:
        trust = path.read_bytes()
    except OSError as error:
        raise UsageError(Said(f"{path} illisible.", f"{path}: {error.strerror}.")) from None
    return trust, read_bundle(trust)


def whoami(context: Context, _args: argparse.Namespace) -> None:
    """Show the contact card."""
    client = context.client()
    user = client.author.user
    words = phrase(user)
    card: dict[str, JsonValue] = {
        "type": CARD, "hub": client.hub.origin, "user": user, "device": client.author.identity.device.public.id,
        "fingerprint": words,
        **({"capacity": client.author.capacity} if client.author.capacity else {}),
    }  # fmt: skip
    waiting = [line for line in (client.recovery.reminder(), client.waiting.line()) if line is not None]
    context.terminal.result(
        card,
        [
            Said(f"Utilisateur : {user}", f"User: {user}"),
            Said(f"Phrase à comparer de vive voix : {words}", f"Phrase to compare aloud: {words}"),
            *waiting,
        ],
    )


def contact_add(context: Context, args: argparse.Namespace) -> None:
    """Give a local name to a user id."""
    user = str(args.user) if args.user else _read_card(str(args.card), context.client().hub.origin)
    if not is_hash(user):
        raise UsageError(Said("Identifiant mal formé.", "Malformed id."))
    context.client().names.put(CONTACT, str(args.name), user)
    words = phrase(user)
    context.terminal.result(
        {"name": str(args.name), "user": user, "fingerprint": words},
        [Said(f"« {args.name} » : {words}", f"`{args.name}`: {words}")],
    )


def contact_confirm(context: Context, args: argparse.Namespace) -> None:
    """Remember that somebody's phrase was compared by voice or face."""
    client = context.client()
    user = client.names.find(CONTACT, str(args.name))
    words = phrase(user)
    typed = args.phrase
    if typed is None:
        context.terminal.note(Said(f"Phrase de « {args.name} » : {words}", f"Phrase of `{args.name}`: {words}"))
        typed = context.terminal.ask(Said("Phrase entendue : ", "Phrase heard: "))
    client.confirmations.confirm(user, str(typed), client.clock())
    context.terminal.result(
        {"name": str(args.name), "user": user, "fingerprint": words},
        [
            Said(
                f"« {args.name} » est confirmé : ce qui est permis lui sera remis à la prochaine synchronisation.",
                f"`{args.name}` is confirmed: what is permitted is handed over at the next sync.",
            )
        ],
    )


def contact_list(context: Context, _args: argparse.Namespace) -> None:
    """List the names known."""
    known = context.client().names.all(CONTACT)
    rows: list[JsonValue] = [{"name": name, "user": user} for name, user in sorted(known.items())]
    context.terminal.result(
        {"contacts": rows}, [Said(f"{name} : {user}", f"{name}: {user}") for name, user in sorted(known.items())]
    )


def _read_card(source: str, hub: str) -> str:
    try:
        text = sys.stdin.read(_CARD_LIMIT) if source == "-" else Path(source).read_text("utf-8")
        card: object = json.loads(text)
    except (OSError, ValueError):
        card = None
    known = cast("dict[str, object]", card) if isinstance(card, dict) else {}
    if known.get("type") != CARD or known.get("hub") != hub:
        raise UsageError(
            Said("Ce n'est pas une carte de contact de cette plateforme.", "Not a contact card of this hub."),
            Said("Demandez la sortie de « volet whoami --json ».", "Ask for the output of `volet whoami --json`."),
        )
    return str(known.get("user", ""))
