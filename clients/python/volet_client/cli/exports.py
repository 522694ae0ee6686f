"""`volet export`: a document for a party without account, sealed; and opening one."""

from __future__ import annotations

import argparse
import os
import unicodedata
from pathlib import Path

from volet_client.cli.asking import add_case, the_case, the_place, user_name
from volet_client.cli.context import Context
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.exports import Export, Taken
from volet_client.papers import Slip, Written, document, transmission_slip
from volet_client.sealed_export import MAX_SIZE, SUFFIX, draw_passphrase, seal, unseal
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.consents import REQUEST
from volet_protocol.fact_notices import Consent
from volet_protocol.hashing import sha256
from volet_protocol.outside import Outside
from volet_protocol.words import LEVELS, part_name

# To whom the person may have something sent (R43), and to whom the law has it sent (R31, R33, R37, R42).
REQUESTED = {"trusted-person": "O6", "third-party": "O7", "school": "O8", "landlord": "O10"}
STATUTES = {
    "mayor-alert": ("O11", "CASF L121-6-2, alinéa 1 : besoin de coordination"),
    "mayor": ("O11", "CASF L121-6-2 : professionnel intervenant seul, ou coordonnateur"),
    "siao": ("C2", "CASF L345-2-10 : orientation en hébergement ou logement"),
    "ccapex": ("C3", "Loi du 27 juillet 2023 : prévention de l'expulsion"),
    "prosecutor": ("O13", "CASF L226-4 II ; C. pén. 226-14"),
}
SEALED_MEANS = "fichier scellé, phrase de passe dite par téléphone"
BY_HAND = "remis en main propre, imprimé"


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet export`."""
    parser.epilog = Said(
        'exemples :\n  volet export document housing/1 1a2b3c4d --to "Notaire X" --request last --into remis\n'
        '  volet export document budget/1 1a2b3c4d --to "CCAPEX" --statute ccapex --party ccapex-69\n'
        "  volet export open document.volet --passphrase XXXX-XXXX-XXXX-XXXX",
        'examples:\n  volet export document housing/1 1a2b3c4d --to "Notary X" --request last --into out\n'
        "  volet export open document.volet --passphrase XXXX-XXXX-XXXX-XXXX",
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    sent = verbs.add_parser("document", help=Said("remettre à un tiers", "give to a third party").to(lang))
    sent.add_argument("place", metavar="housing/1")
    sent.add_argument("entry", metavar="ID", nargs="+")
    sent.add_argument(
        "--to",
        metavar="NOM",
        required=True,
        help=Said(
            "nom imprimé sur les papiers ; jamais envoyé à la plateforme", "name on the papers; never sent to the hub"
        ).to(lang),
    )
    basis = sent.add_mutually_exclusive_group(required=True)
    basis.add_argument(
        "--request",
        metavar="ACCORD|last",
        help=Said("demande écrite de la personne (volet consent)", "the person's written request (volet consent)").to(
            lang
        ),
    )
    basis.add_argument(
        "--own-request",
        dest="own",
        choices=sorted(REQUESTED),
        help=Said(
            "vous êtes la personne ou la représentez : à qui", "you are the person or represent them: to whom"
        ).to(lang),
    )
    basis.add_argument("--statute", choices=sorted(STATUTES), help=Said("texte qui l'ordonne", "the law").to(lang))
    sent.add_argument(
        "--party",
        metavar="CODE",
        help=Said(
            "code du destinataire, dans la demande ou la procédure", "the party's code in the request or procedure"
        ).to(lang),
    )
    add_output(sent, lang)
    sent.add_argument(
        "--with-ins",
        action="store_true",
        help=Said("laisser le matricule INS, sinon retiré", "keep the INS, which is else taken out").to(lang),
    )
    add_case(sent, lang)
    sent.set_defaults(run=export_document)
    opened = verbs.add_parser("open", help=Said("ouvrir un document scellé", "open a sealed document").to(lang))
    opened.add_argument("file", type=Path)
    opened.add_argument("--passphrase", metavar="XXXX-XXXX-XXXX-XXXX", required=True)
    opened.add_argument("--into", type=Path, default=Path(), metavar="DOSSIER")
    opened.set_defaults(run=export_open)


def add_output(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add where papers are written, and whether they are handed over in clear."""
    parser.add_argument("--into", type=Path, default=Path(), metavar="DOSSIER",
                        help=Said("dossier d'arrivée", "folder to write to").to(lang))  # fmt: skip
    parser.add_argument("--clear", action="store_true", help=Said(
        "en clair, pour imprimer et remettre en main propre", "in clear, to print and hand over").to(lang))  # fmt: skip


def export_document(context: Context, args: argparse.Namespace) -> None:
    """Have entries released for a party, and write the papers."""
    client = context.client()
    case, place = the_case(client, args), the_place(client, args.place)
    to, basis, words = _recipient(client, case, args)
    taken = client.exports.take(case, place, args.entry, to, basis=basis)
    result, lines = write_papers(client, case, taken, args, name=args.to, basis=words)
    context.terminal.result(result, lines)


def _recipient(client: Client, case: str, args: argparse.Namespace) -> tuple[Outside, tuple[str, ...], str]:
    """Return the party, the facts it rests on, and the basis in words."""
    if args.statute:
        row, words = STATUTES[args.statute]
        alert = args.statute == "mayor-alert"
        return Outside(row, args.party or _code(args.to), alert=alert, ins=args.with_ins), (), words
    if args.own:
        return (
            Outside(REQUESTED[args.own], args.party or _code(args.to), ins=args.with_ins),
            (),
            "Demande de la personne",
        )
    record = client.members.find_consent(case, args.request)
    consent: Consent = record.fact
    rows, parties = consent.recipients.rows or (), consent.recipients.outsiders or ()
    if consent.kind != REQUEST or len(rows) != 1:
        raise UsageError(
            Said("Cet accord n'est pas une demande pour un tiers.", "This consent is no request for a third party."),
            Said("volet consent give --kind person_request_to_third_party …", "volet consent give --kind …"),
        )
    party = args.party or (parties[0] if len(parties) == 1 else _code(args.to))
    return Outside(rows[0], party, ins=args.with_ins), (record.hash,), "Demande écrite de la personne"


def _code(name: str) -> str:
    """Return a name as a code: the same letters without accents nor blanks."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(char if char.isalnum() else " " for char in plain).split()) or "tiers"


def write_papers(
    client: Client, case: str, taken: Export, args: argparse.Namespace, *, name: str, basis: str
) -> tuple[JsonObject, list[Said]]:
    """Write the sealed file, or the page to print, and the slip; return what was done. No file is replaced."""
    now_ms = client.clock()
    written = [_written(client, one) for one in taken.entries]
    files = {"document.html": document(written, case, now_ms, name)}
    for number, one in enumerate(taken.entries, 1):
        if one.file is not None and one.title.file is not None:
            files[f"{number}-{one.title.file.name}"] = one.file
    stem = f"remise-{taken.entries[0].header.id[:8]}-{taken.leaf}"
    passphrase = draw_passphrase()
    out = (
        {f"{stem}-{file}": data for file, data in files.items()}
        if args.clear
        else {stem + SUFFIX: seal(files, passphrase)}
    )
    first, means = next(iter(out)), BY_HAND if args.clear else SEALED_MEANS
    slip = Slip(name, now_ms, means, len(taken.entries), first, sha256(out[first]).hex(), taken.leaf, basis)
    out[f"{stem}-bordereau.html"] = transmission_slip(slip)
    args.into.mkdir(parents=True, exist_ok=True)
    for file, data in out.items():
        _write_new(args.into / file, data)
    paths: list[JsonValue] = [str(args.into / file) for file in out]
    result: dict[str, JsonValue] = {"files": paths, "leaf": taken.leaf, "means": means}
    lines = [Said(f"Écrit : {path}", f"Written: {path}") for path in paths]
    if not args.clear:
        result["passphrase"] = passphrase
        lines.append(
            Said(
                f"Phrase de passe, à dire par téléphone à un numéro que vous connaissez : {passphrase}",
                f"Passphrase, to be said by phone to a number that you know: {passphrase}",
            )
        )
    lines.append(Said(f"Remise inscrite au journal, n° {taken.leaf}.", f"Recorded in the log, number {taken.leaf}."))
    return result, lines


def _written(client: Client, one: Taken) -> Written:
    header = one.header
    part = f"{part_name(header.compartment, 'fr')}, {LEVELS['fr'][header.level]}"
    author = user_name(client, header.preamble.user)
    return Written(one.title.title, author, header.preamble.time_ms, part, one.text or "(fichier joint)")


def _write_new(path: Path, data: bytes) -> None:
    """Write a new file for its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            Said(f"{path} existe déjà.", f"{path} already exists."),
            Said("Choisissez un autre dossier avec --into.", "Choose another folder with --into."),
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def export_open(context: Context, args: argparse.Namespace) -> None:
    """Open a sealed document; no profile is needed."""
    if not args.file.is_file() or args.file.stat().st_size > MAX_SIZE:
        raise UsageError(Said(f"{args.file} ne se lit pas.", f"{args.file} cannot be read."))
    files = unseal(args.file.read_bytes(), args.passphrase)
    args.into.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        _write_new(args.into / name, data)
    paths: list[JsonValue] = [str(args.into / name) for name in files]
    context.terminal.result({"files": paths}, [Said(f"Ouvert : {path}", f"Opened: {path}") for path in paths])
