"""`volet trust`: the trust bundle this profile is pinned to, its successor, and what a restored hub has lost."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from volet_client.cli.context import Context
from volet_client.errors import UsageError, VerificationError
from volet_client.profile import STATE, read_bundle
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError
from volet_protocol.hashing import sha256
from volet_protocol.trust_bundle import TrustBundle


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet trust`."""
    parser.description = Said(
        "Montre le fichier de confiance de ce profil, ou prend le suivant, remis par votre responsable : jamais par la "
        "plateforme. Dit ce qu'elle a perdu quand un journal en suit un autre.",
        "Shows the trust file of this profile, or takes the next one, handed out by your controller and never by the "
        "hub. Says what the hub lost when one log follows another.",
    ).to(lang)
    parser.epilog = Said("exemple :\n  volet trust trust-2.json", "example:\n  volet trust trust-2.json").to(lang)
    parser.add_argument("file", type=Path, nargs="?", metavar="trust.json")
    parser.set_defaults(run=trust)


def trust(context: Context, args: argparse.Namespace) -> None:
    """Take the next bundle where one is given; show the bundle in use, and losses."""
    if args.file is not None:
        _take(context, args.file)
    client = context.client()
    bundle, lost = client.profile.bundle, client.hub.trust.restart.lost
    previous: list[JsonValue] = [one.origin for one in bundle.previous_logs]
    context.terminal.result(
        {
            "hub": bundle.hub, "version": bundle.version, "trust": bundle.hash, "log": bundle.log_origin,
            "previous_logs": previous, "lost": list(lost),
        },
        [
            Said(
                f"Fichier de confiance version {bundle.version} de {bundle.hub}, empreinte :\n  {bundle.hash}",
                f"Trust file version {bundle.version} of {bundle.hub}, hash:\n  {bundle.hash}",
            ),
            Said(f"Journal : {bundle.log_origin}", f"Log: {bundle.log_origin}"),
            *map(_said, lost),
        ],
    )  # fmt: skip


def _take(context: Context, path: Path) -> None:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(Said(f"{path} illisible.", f"{path}: {error.strerror}.")) from None
    profile = context.profile()
    read_bundle(data)
    try:
        TrustBundle.read(data).verify(profile.bundle)
    except ProtocolError as error:
        raise VerificationError.of(error, path.name) from None
    context.save()
    context.use(profile.trusting(data))
    client = context.client()
    client.profile.save(STATE, client.hub.trust.to_json())
    for one in client.hub.trust.restart.lost:
        kept = json.dumps(one, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")
        client.profile.keep_evidence(f"{sha256(kept).hex()[:16]}.json", kept)


def _said(lost: JsonObject) -> Said:
    if "log" in lost:
        log, held, seen = lost["log"], lost["held"], lost["seen"]
        return Said(
            f"Le journal {log} s'arrête à {held} inscriptions ; cet appareil en avait vu {seen}. Ce que la plateforme "
            "avait confirmé ensuite est perdu. La preuve est gardée.",
            f"The log {log} ends at {held} leaves; this device had seen {seen}. What the hub acknowledged after that "
            "is lost. The evidence is kept.",
        )
    label, chain = lost["label"], str(lost["chain"])[:16]
    return Said(
        f"Des actes vérifiés ici n'existent plus sur la plateforme ({label} {chain}) : à refaire.",
        f"Acts that were verified here are gone from the hub ({label} {chain}): make them again.",
    )
