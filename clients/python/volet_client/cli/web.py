"""`volet web verify`: what a server hands to browsers, compared with the log."""

from __future__ import annotations

import argparse
from pathlib import Path

from volet_client.cli.context import Context
from volet_client.errors import EvidenceError, UsageError
from volet_client.notices_words import date_words
from volet_client.transport import open_http
from volet_client.web_check import ALTERED, OTHER_BUNDLE, WebFlaw, compare, fetch_from, logged_version
from volet_client.words import ENGLISH, Said
from volet_protocol.canonical import JsonValue
from volet_protocol.hashing import sha256
from volet_protocol.web_manifest import DEPLOYMENT, TRUST, WebManifest


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet web`."""
    verbs = parser.add_subparsers(dest="verb", metavar="verbe" if lang == "fr" else "verb", required=True)
    about = Said("comparer ce qui est servi avec le journal", "compare what is served with the log")
    verify = verbs.add_parser(
        "verify", help=about.to(lang), formatter_class=argparse.RawDescriptionHelpFormatter
    )  # fmt: skip
    verify.description = Said(
        "Compare chaque fichier du client web, tel qu'un navigateur le reçoit, avec ce que le journal en dit.",
        "Compares each file of the web client, as a browser gets it, with what the log says of it.",
    ).to(lang)
    verify.epilog = Said(
        "exemple :\n  volet web verify https://volet.example --build clients/web/dist",
        "example:\n  volet web verify https://volet.example --build clients/web/dist",
    ).to(lang)
    verify.add_argument("url", nargs="?", help=Said("adresse du client web", "address of the web client").to(lang))
    verify.add_argument(
        "--build", type=Path, metavar="DOSSIER" if lang == "fr" else "FOLDER",
        help=Said("le comparer aussi à sa propre construction", "compare it with one's own build too").to(lang),
    )  # fmt: skip
    verify.set_defaults(run=web_verify)


def web_verify(context: Context, args: argparse.Namespace) -> int:
    """Verify the version in the log, then every file served; the status says whether anything differs."""
    hub = context.client().hub
    address = args.url or hub.origin
    if not address.startswith(("https://", "http://")):
        raise UsageError(
            Said(f"« {address} » n'est pas une adresse web.", f"`{address}` is no web address."),
            Said("volet web verify https://volet.example", "volet web verify https://volet.example"),
        )
    version = logged_version(hub)
    context.save()
    with open_http(address) as http:
        found = compare(version.manifest, fetch_from(http, address))
    bundle = version.manifest.find(TRUST)
    if bundle is not None and bundle.hash != sha256(context.config.trust_file.read_bytes()).hex():
        found.append(WebFlaw(f"/{TRUST}", OTHER_BUNDLE))
    if args.build is not None:
        found += _own_build(args.build, version.manifest)
    fr, en = (date_words(version.since_ms, lang) for lang in ("fr", ENGLISH))
    whole = Said(
        f"{len(version.manifest.files)} fichiers, ceux du journal (inscription n° {version.leaf}, {fr}).",
        f"{len(version.manifest.files)} files, those of the log (leaf {version.leaf}, {en}).",
    )
    findings: list[JsonValue] = [flaw.to_json() for flaw in found]
    context.terminal.result(
        {"url": address, "manifest": version.manifest.hash, "leaf": version.leaf, "since_ms": version.since_ms,
         "files": len(version.manifest.files), "findings": findings},
        [flaw.said() for flaw in found] or [whole],
    )  # fmt: skip
    return EvidenceError.exit_status if found else 0


def _own_build(folder: Path, manifest: WebManifest) -> list[WebFlaw]:
    """Compare with files that one built oneself from the sources."""
    if not folder.is_dir():
        raise UsageError(
            Said(f"{folder} n'est pas un dossier.", f"{folder} is not a folder."),
            Said("Construisez-le d'abord : make web", "Build it first: make web"),
        )
    own = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    # Those of the deployment come from no build: the bundle is compared with the one pinned here.
    logged = {file.path: file.hash for file in manifest.files if file.path not in DEPLOYMENT}
    differ = [path for path in logged if path not in own or sha256(own[path].read_bytes()).hex() != logged[path]]
    return [WebFlaw(path, ALTERED) for path in sorted({*differ, *(own.keys() - logged.keys())})]
