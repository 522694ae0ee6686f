"""`volet`: finds the command's module, runs it, and is the only place where a command ends.

A command group is one module with `register(parser)`; only the group that was asked for is imported. What the product
adds beside the client (`policy`, `admin`, `serve`, ...) is found by name among the entry points `volet.commands`: a
function of the remaining arguments that returns an exit status. The client never imports the service.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple, cast

from volet_client.cli.context import Context, Run
from volet_client.cli.terminal import Terminal
from volet_client.config import Config
from volet_client.errors import UsageError, VerificationError, VoletError
from volet_client.words import ENGLISH, Said
from volet_protocol.errors import ProtocolError

ENTRY_POINTS = "volet.commands"
INTERRUPTED = 130


class _Group(NamedTuple):
    module: str
    about: Said


GROUPS = {
    "init": _Group("profile", Said("créer un profil et épingler trust.json", "make a profile and pin trust.json")),
    "trust": _Group("trust", Said("le fichier de confiance, et le suivant", "the trust file, and the next one")),
    "login": _Group("session", Said("se connecter chez son fournisseur d'identité", "log in at the identity provider")),
    "logout": _Group("session", Said("fermer la session", "end the session")),
    "session": _Group("devices", Said("où l'on est connecté", "where one is logged in")),
    "device": _Group("devices", Said("ses appareils : en ajouter, en retirer", "one's devices: add, revoke")),
    "recovery": _Group("recovery", Said("phrase de secours : la faire, l'essayer, s'en servir", "recovery phrase")),
    "whoami": _Group("profile", Said("sa carte de contact", "one's contact card")),
    "contact": _Group("profile", Said("noms locaux de ses contacts", "local names of contacts")),
    "sync": _Group("cases", Said("vérifier, accorder, renouveler ce qui est dû", "verify, grant, rotate what is owed")),
    "case": _Group("cases", Said("ouvrir, lister, montrer un dossier", "open, list, show a case")),
    "member": _Group("members", Said("faire entrer ou sortir un professionnel", "add or end a participation")),
    "invite": _Group("invitations", Said("inviter un professionnel sans clés, par un code", "invite by a code")),
    "join": _Group("invitations", Said("rejoindre un dossier où l'on est invité", "join a case one is invited to")),
    "directory": _Group("colleagues", Said("chercher un confrère dans l'annuaire national", "find a colleague")),
    "notice": _Group("notices", Said("ce qu'on dit à la personne, et le noter", "what the person is told")),
    "receipt": _Group("notices_receipt", Said("attestation remise à la personne", "attestation handed over")),
    "consent": _Group("consents", Said("accord de la personne", "the person's consent")),
    "oppose": _Group("facts_oppositions", Said("opposition de la personne", "the person's opposition")),
    "mandate": _Group("facts_mandates", Said("mesure de protection, autorité parentale", "mandates")),
    "minor-secret": _Group("facts_oppositions", Said("secret demandé par un mineur", "a minor's secret")),
    "ability": _Group("facts_mandates", Said("si la personne peut exprimer sa volonté", "whether they can decide")),
    "episode": _Group("facts_course", Said("début et fin d'une prise en charge", "start and end of care")),
    "referent": _Group("facts_course", Said("désigner le référent de parcours", "name the referent")),
    "absence": _Group("absences", Said("dire son absence et son relais", "be away, with a relay")),
    "designate": _Group("facts_course", Said("désignation MDPH, coordonnateur du maire", "designations")),
    "procedure": _Group("facts_course", Said("CCAPEX, SIAO, coordination", "statutory procedures")),
    "death": _Group("facts_course", Said("enregistrer le décès de la personne", "record the person's death")),
    "fact": _Group("facts", Said("tous les actes du dossier, en mots", "every act of the case, in words")),
    "outbox": _Group("outbox", Said("ce qui attend le réseau sur cet appareil", "what waits for a network here")),
    "claim": _Group("entries", Said("prendre en charge la clé d'un volet", "start the key of a section")),
    "post": _Group("entries", Said("écrire un élément", "write an entry")),
    "list": _Group("entries", Said("titres d'un volet ou d'un échange", "titles of a section or an exchange")),
    "read": _Group("entries", Said("lire un élément", "read an entry")),
    "file": _Group(
        "entries", Said("classer dans un volet ce qui est venu dans un échange", "file what an exchange brought")
    ),
    "take-back": _Group("entries", Said("reprendre un élément envoyé par erreur", "take an entry back")),
    "unmask": _Group("masks", Said("lever « avant l'annonce »", "lift `before the announcement`")),
    "attach": _Group("documents", Said("déposer un document", "store a document")),
    "fetch": _Group("documents", Said("rapporter un document", "fetch a document")),
    "exchange": _Group("exchanges", Said("échanger entre destinataires nommés", "exchange between named recipients")),
    "open-item": _Group("exchanges", Said("communiquer un élément à quelqu'un", "open one entry to somebody")),
    "emergency": _Group("emergency", Said("accès en urgence : déclarer, répondre, relire", "emergency access")),
    "report": _Group("reports", Said("signaler un danger : qui appeler, écrire, adresser", "report a danger")),
    "export": _Group("exports", Said("remettre un document à un tiers", "give a document to a third party")),
    "conference": _Group("conferences", Said("réunion autour d'une personne", "case conference")),
    "accesses": _Group("accesses", Said("qui a consulté, et pourquoi", "who looked, and why")),
    "disclosures": _Group("disclosures", Said("relevé à imprimer : qui a reçu quoi", "who received what, to print")),
    "request": _Group("requests", Said("demandes de la personne et réponses", "the person's requests")),
    "keys": _Group("keys", Said("vérifier les clés de chacun", "audit everybody's keys")),
    "log": _Group("audit", Said("vérifier et exporter le journal", "verify and export the log")),
    "web": _Group(
        "web", Said("comparer le client web servi avec le journal", "compare the web client served with the log")
    ),
    "controller": _Group(
        "controller", Said("clés du responsable, fichier de confiance", "controller's keys, trust bundle")
    ),
    "batch": _Group("batch", Said("plusieurs commandes, un seul déverrouillage", "several commands, one unlock")),
}


def build_parser(lang: str, wanted: str | None = None) -> argparse.ArgumentParser:
    """Return the parser; only the group `wanted` gets its arguments, all of them when it is None."""
    parser = argparse.ArgumentParser(
        prog="volet",
        description=Said(
            "Échanger et partager autour d'une personne, chiffré de bout en bout.",
            "Exchange and share around a person, end-to-end encrypted.",
        ).to(lang),
        epilog=Said("Aussi, chacune avec sa propre aide : ", "Also, each with its own help: ").to(lang)
        + ", ".join(sorted(point.name for point in entry_points(group=ENTRY_POINTS)))
        + ".",
    )
    _add_json(parser)
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="commande" if lang != ENGLISH else "command"
    )
    for name, group in GROUPS.items():
        command = commands.add_parser(
            name, help=group.about.to(lang), formatter_class=argparse.RawDescriptionHelpFormatter
        )
        command.set_defaults(parser=command)
        if wanted is None or wanted == name:
            module = importlib.import_module(f"volet_client.cli.{group.module}")
            module.register(name, command, lang)
            _add_json(command)
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run_line(context: Context, arguments: Sequence[str]) -> int:
    """Run one command; return its exit status. The single way out of every command."""
    lang = context.config.lang
    wanted = next((word for word in arguments if word in GROUPS), None)
    parser = build_parser(lang, wanted or "")
    try:
        # Wherever it stands: argparse would know it only before the verb. The voice was chosen by it already.
        parsed = parser.parse_args([word for word in arguments if word != "--json"])
        run = cast("Run | None", getattr(parsed, "run", None))
        if run is None:
            parsed.parser.print_help()
            return UsageError.exit_status
        status = run(context, parsed)
    except VoletError as error:
        return context.terminal.fail(error)
    except ProtocolError as error:
        return context.terminal.fail(VerificationError.of(error))
    except SystemExit as stop:
        # argparse has printed its sentence; in a batch, the other commands go on.
        return stop.code if isinstance(stop.code, int) else UsageError.exit_status
    # A command that answered, and found what must not be, says so by its status too.
    return status or 0


def _foreign(arguments: Sequence[str]) -> int | None:
    """Run a command of another package, by the name of its entry point; None when there is none."""
    if not arguments or arguments[0] in GROUPS:
        return None
    for point in entry_points(group=ENTRY_POINTS, name=arguments[0]):
        command = point.load()
        return int(command(list(arguments[1:])) or 0)
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `volet`; return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    config = Config.from_environment(os.environ, Path.home())
    terminal = Terminal(config.lang, as_json="--json" in given)
    try:
        status = _foreign(given)
        if status is not None:
            return status
        context = Context(config, terminal)
        try:
            return run_line(context, given)
        finally:
            context.close()
    except VoletError as error:
        return terminal.fail(error)
    except KeyboardInterrupt:
        return INTERRUPTED
