"""`volet recovery`: the 24 words that bring an account back; made and tried, checked, used on a new device."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import cast

from volet_client.cli.context import Context, now_ms
from volet_client.cli.members import Verbs
from volet_client.cli.profile import read_trust
from volet_client.errors import UsageError
from volet_client.facts_words import date
from volet_client.keystore import read_passphrase_file
from volet_client.profile import Profile
from volet_client.recovering import begin_recovery
from volet_client.recovery import Sheet, Standing, read_typed
from volet_client.recovery_lists import WORD_LISTS
from volet_client.transport import HttpTransport
from volet_client.words import Said
from volet_protocol.account_hold import read_hold_number, spaced
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet recovery`."""
    parser.description = Said(
        "Vingt-quatre mots sur papier, datés et numérotés, qui rétablissent votre compte si tous vos appareils sont "
        "perdus. Ils ne suffisent pas : il faut aussi votre connexion.",
        "Twenty-four words on paper that bring your account back when every device is lost, together with your login.",
    ).to(lang)
    parser.epilog = Said(
        "exemples :\n  volet recovery make\n  volet recovery check\n"
        "  volet recovery use --trust trust.json\n  volet login",
        "examples:\n  volet recovery make\n  volet recovery check\n"
        "  volet recovery use --trust trust.json\n  volet login",
    ).to(lang)
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("make", help=Said("l'écrire et l'essayer", "write it down and try it").to(lang))
    make.add_argument("step", nargs="?", choices=("start", "finish"))
    make.add_argument("--language", choices=sorted(WORD_LISTS), default=None)
    make.add_argument("--words", metavar="MOTS", help=Said("les trois mots demandés", "the three words asked").to(lang))
    make.add_argument("--old", type=Path, metavar="FICHIER", help=Said("phrase en vigueur", "phrase in force").to(lang))
    make.add_argument(
        "--without-old",
        action="store_true",
        help=Said("l'ancienne est perdue : attendre 72 heures", "the former is lost: wait 72 hours").to(lang),
    )
    make.set_defaults(run=recovery_make)
    check = verbs.add_parser("check", help=Said("essayer celle du papier", "try the one on paper").to(lang))
    check.set_defaults(run=recovery_check)
    use = verbs.add_parser("use", help=Said("sur un nouvel appareil", "on a new device").to(lang))
    use.add_argument("--trust", type=Path, required=True, metavar="trust.json")
    use.set_defaults(run=recovery_use)
    for one in (check, use):
        one.add_argument("--phrase-file", type=Path, metavar="FICHIER", help=Said("au lieu de taper", "typed").to(lang))
    freeze = verbs.add_parser(
        "freeze",
        help=Said("bloquer un compte par le numéro de sa feuille", "hold an account").to(lang),
    )
    freeze.add_argument("--hub", required=True, metavar="URL", help=Said("plateforme", "hub").to(lang))
    freeze.add_argument("--number", metavar="NUMERO", help=Said("les seize chiffres", "the sixteen digits").to(lang))
    freeze.set_defaults(run=recovery_freeze)
    later = verbs.add_parser("later", help=Said("la remettre d'une semaine", "put it off for a week").to(lang))
    later.set_defaults(run=recovery_later)
    veto = verbs.add_parser("veto", help=Said("arrêter un remplacement", "stop a replacement").to(lang))
    veto.set_defaults(run=recovery_veto)


def recovery_make(context: Context, args: argparse.Namespace) -> None:
    """Show the phrase, ask three words back, put it in force: in one go or in two steps."""
    recovery = context.client().recovery
    words = args.words
    if args.step != "finish":
        sheet = recovery.begin(str(args.language or context.config.lang))
        if args.step == "start":
            context.terminal.result(_sheet_json(sheet), _sheet_lines(sheet))
            return
        for line in _sheet_lines(sheet):
            context.terminal.note(line)
        asked = ", ".join(map(str, sheet.places))
        words = context.terminal.ask(Said(f"Mots n° {asked} : ", f"Words number {asked}: "))
    old = None if args.old is None else read_passphrase_file(cast("Path", args.old))
    standing = recovery.finish(str(words or "").split(), old, without_old=bool(args.without_old))
    context.terminal.result(_standing_json(standing), [_standing_line(standing)])


def recovery_check(context: Context, args: argparse.Namespace) -> None:
    """Tell whether the phrase on paper is the one in force."""
    client = context.client()
    slot = client.recovery.check(_typed(context, args))
    context.terminal.result(
        {"number": slot.number, "time_ms": slot.time_ms},
        [
            Said(
                f"C'est la phrase n° {slot.number} du {date(slot.time_ms)}, en vigueur.",
                f"This is phrase number {slot.number} of {date(slot.time_ms)}, in force.",
            )
        ],
    )


def recovery_use(context: Context, args: argparse.Namespace) -> None:
    """Make the profile of a new device from the phrase; the next login brings the account back."""
    trust, bundle = read_trust(cast("Path", args.trust))
    phrase = read_typed(_typed(context, args)).entropy
    transport = HttpTransport(bundle.hub)
    try:
        identity = begin_recovery(transport, bundle.hub, phrase, now_ms())
    finally:
        transport.close()
    context.use(Profile.create(context.config, context.passphrase(twice=True), trust, identity))
    context.terminal.result(
        {"profile": str(context.config.profile), "user": identity.user, "trust": bundle.hash},
        [
            Said(f"Compte {identity.user[:8]} retrouvé.", f"Account {identity.user[:8]} found."),
            Said(
                "Connectez-vous (volet login) : vos autres appareils seront retirés, vos dossiers reviennent.",
                "Log in (volet login): every other device is revoked, then your cases come back.",
            ),
        ],
    )


def recovery_freeze(context: Context, args: argparse.Namespace) -> None:
    """Hold an account by the number on its sheet: from any machine, without a profile, for who is on the telephone."""
    typed = args.number or context.terminal.ask(Said("Numéro de blocage : ", "Hold number: "))
    try:
        number = read_hold_number(str(typed))
    except ProtocolError:
        raise UsageError(
            Said("Ce n'est pas un numéro de blocage : seize chiffres.", "This is no hold number: sixteen digits."),
            Said("Faites-le relire quatre par quatre.", "Have it read again, four by four."),
        ) from None
    with closing(HttpTransport(str(args.hub))) as transport:
        answer = Fields(transport.post("/v1/holds/by-number", {"number": number}), "hold")
    devices = answer.integer("devices")
    context.terminal.result(
        {"devices": devices},
        [
            Said(
                f"{devices} appareil(s) bloqué(s). La prochaine connexion de la personne y met fin.",
                f"{devices} device(s) held. The person's next sign-in ends it.",
            )
        ],
    )


def recovery_later(context: Context, _args: argparse.Namespace) -> None:
    """Put the reminder off."""
    until_ms = context.client().recovery.put_off()
    context.terminal.result(
        {"until_ms": until_ms}, [Said(f"Rappel le {date(until_ms)}.", f"Reminder on {date(until_ms)}.")]
    )


def recovery_veto(context: Context, _args: argparse.Namespace) -> None:
    """Stop a replacement of the phrase that somebody asked for."""
    context.client().recovery.veto()
    context.terminal.result({}, [Said("Remplacement arrêté.", "Replacement stopped.")])


def _typed(context: Context, args: argparse.Namespace) -> str:
    # Not an argument: what is running on a machine is shown to everybody on it.
    if args.phrase_file is not None:
        return read_passphrase_file(cast("Path", args.phrase_file))
    try:
        return context.terminal.ask(Said("Phrase de secours : ", "Recovery phrase: "))
    except UsageError as error:
        raise UsageError(error.said, Said("Donnez --phrase-file.", "Give --phrase-file.")) from None


def _sheet_json(sheet: Sheet) -> dict[str, JsonValue]:
    return {
        "words": [*sheet.words], "number": sheet.number, "time_ms": sheet.time_ms, "places": [*sheet.places],
        "hold_number": sheet.hold_number,
    }  # fmt: skip


def _sheet_lines(sheet: Sheet) -> list[Said]:
    rows = [" ".join(f"{at + 1:2}. {sheet.words[at]:<10}" for at in range(row, row + 6)) for row in range(0, 24, 6)]
    return [
        Said(
            f"Phrase de secours n° {sheet.number} du {date(sheet.time_ms)}. Écrivez-la sur papier, gardez-la hors du "
            "sac de l'ordinateur, ne la photographiez pas.",
            f"Recovery phrase number {sheet.number} of {date(sheet.time_ms)}. Write it on paper.",
        ),
        *(Said(row, row) for row in rows),
        Said(
            f"Numéro de blocage, à dire par téléphone en cas de perte ou de vol : {spaced(sheet.hold_number)}. "
            "Il bloque vos appareils jusqu'à votre prochaine connexion et n'ouvre rien.",
            f"Hold number, to be told by telephone after a loss or theft: {spaced(sheet.hold_number)}. "
            "It holds your devices until your next sign-in, and opens nothing.",
        ),
        Said(
            f"Pour l'essayer, tapez les mots n° {', '.join(map(str, sheet.places))}.",
            f"To try it, type words number {', '.join(map(str, sheet.places))}.",
        ),
    ]


def _standing_json(standing: Standing) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {"number": standing.slot.number, "time_ms": standing.slot.time_ms}
    return found if standing.replaced_ms is None else {**found, "replaced_ms": standing.replaced_ms}


def _standing_line(standing: Standing) -> Said:
    slot = standing.slot
    if standing.replaced_ms is not None:
        return Said(
            f"La phrase n° {slot.number} reste en vigueur jusqu'au {date(standing.replaced_ms)} ; la nouvelle vaut "
            "ensuite, sauf si un de vos appareils s'y oppose.",
            f"Phrase number {slot.number} stays in force until {date(standing.replaced_ms)}; then the new one counts.",
        )
    return Said(
        f"Phrase n° {slot.number} du {date(slot.time_ms)} en vigueur ; il n'en reste rien sur cet appareil.",
        f"Phrase number {slot.number} of {date(slot.time_ms)} is in force; nothing of it is left on this device.",
    )
