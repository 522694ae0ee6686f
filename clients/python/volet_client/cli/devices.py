"""`volet device`, `volet session`: one's devices and sessions; a further device let in by a code."""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from pathlib import Path
from typing import cast

from volet_client.cli.context import Context, now_ms
from volet_client.cli.members import Verbs
from volet_client.cli.profile import read_trust
from volet_client.devices import POLL_S, Devices, Joining, Newcomer
from volet_client.errors import TransportError, UsageError
from volet_client.facts_words import moment
from volet_client.profile import Profile
from volet_client.transport import HttpTransport
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError
from volet_protocol.fingerprint import check_phrase

WAIT_S = 600.0
_YES = frozenset({"oui", "o", "yes", "y"})


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    if name == "session":
        _register_session(parser, verbs, lang)
        return
    parser.description = Said(
        "Un second appareil évite de perdre l'accès avec le premier. Le code se recopie d'un écran à l'autre ; les "
        "deux écrans affichent ensuite la même phrase.",
        "A second device keeps you in when the first is lost. The code goes from one screen to the other.",
    ).to(lang)
    parser.epilog = Said(
        "exemples :\n  volet device add                       # sur l'appareil connu\n"
        "  volet device join --trust trust.json --code 6X4W-PJ7E-DT6X-CWW0-V   # sur le nouveau\n"
        "  volet device revoke 4ccf6525",
        "examples:\n  volet device add\n  volet device join --trust trust.json --code 6X4W-PJ7E-DT6X-CWW0-V",
    ).to(lang)
    shown = verbs.add_parser("list", help=Said("ses appareils", "one's devices").to(lang))
    shown.set_defaults(run=device_list)
    add = verbs.add_parser("add", help=Said("en faire entrer un autre", "let another one in").to(lang))
    add.add_argument("step", nargs="?", choices=("start", "finish"))
    add.add_argument("--phrase", metavar="MOTS", help=Said("affichée par le nouvel appareil", "phrase shown").to(lang))
    add.set_defaults(run=device_add)
    join = verbs.add_parser("join", help=Said("sur le nouvel appareil", "on the new device").to(lang))
    join.add_argument("--trust", type=Path, required=True, metavar="trust.json")
    join.add_argument("--code", required=True, metavar="CODE")
    join.set_defaults(run=device_join)
    named = verbs.add_parser("name", help=Said("le nommer, sur cet appareil", "name it, on this device").to(lang))
    named.add_argument("device", metavar="APPAREIL")
    named.add_argument("name", metavar="NOM")
    named.set_defaults(run=device_name)
    revoke = verbs.add_parser("revoke", help=Said("le retirer : perdu, volé", "revoke it: lost, stolen").to(lang))
    revoke.add_argument("device", metavar="APPAREIL")
    revoke.set_defaults(run=device_revoke)


def _register_session(parser: argparse.ArgumentParser, verbs: Verbs, lang: str) -> None:
    parser.epilog = Said(
        "exemples :\n  volet session list\n  volet session end 1f0c", "examples:\n  volet session list"
    ).to(lang)
    shown = verbs.add_parser("list", help=Said("où vous êtes connecté", "where you are logged in").to(lang))
    shown.set_defaults(run=session_list)
    end = verbs.add_parser("end", help=Said("en fermer une", "end one").to(lang))
    end.add_argument("session", metavar="SESSION")
    end.set_defaults(run=session_end)


def device_list(context: Context, _args: argparse.Namespace) -> None:
    """Show every device that the account ever had."""
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for one in context.client().devices.all():
        row: dict[str, JsonValue] = {"device": one.id, "added_ms": one.added_ms, "here": one.here}
        rows.append(
            row | ({"name": one.name} if one.name else {}) | ({"revoked_ms": one.revoked_ms} if one.revoked_ms else {})
        )
        name = one.name or one.id[:8]
        fr = "cet appareil" if one.here else f"retiré le {moment(one.revoked_ms)}" if one.revoked_ms else "en service"
        en = "this device" if one.here else f"revoked {moment(one.revoked_ms)}" if one.revoked_ms else "in use"
        lines.append(
            Said(f"{name}, {one.id[:8]}, depuis le {moment(one.added_ms)} : {fr}", f"{name}, {one.id[:8]}: {en}")
        )
    context.terminal.result({"devices": rows}, lines)


def device_add(context: Context, args: argparse.Namespace) -> None:
    """Draw a code, wait for the device that has it, compare, let it in: in one go or in two steps."""
    devices = context.client().devices
    if args.step != "finish":
        code, until_ms = devices.invite()
        line = Said(
            f"Sur le nouvel appareil : volet device join --trust trust.json --code {code}   (10 minutes)",
            f"On the new device: volet device join --trust trust.json --code {code}   (10 minutes)",
        )
        if args.step == "start":
            context.terminal.result({"code": code, "expires_ms": until_ms}, [line])
            return
        context.terminal.note(line)
    newcomer = _awaited(devices, 0 if args.step == "finish" else WAIT_S)
    _compare(context, newcomer, args.phrase)
    added = devices.admit(newcomer)
    context.terminal.result(
        {"device": added, "phrase": newcomer.phrase},
        [Said(f"Appareil {added[:8]} ajouté. Qu'il se connecte : volet login.", f"Device {added[:8]} added.")],
    )


def _awaited(devices: Devices, wait_s: float) -> Newcomer:
    for _ in range(int(wait_s / POLL_S) + 1):
        found = devices.newcomer()
        if found is not None:
            return found
        time.sleep(POLL_S if wait_s else 0)
    raise TransportError(
        Said("Aucun appareil ne s'est présenté.", "No device came."),
        Said("Le code a-t-il été tapé sur le nouvel appareil ?", "Was the code typed on the new device?"),
    )


def _compare(context: Context, newcomer: Newcomer, typed: str | None) -> None:
    other = UsageError(
        Said("Ce n'est pas la phrase de cet appareil : rien ne lui a été donné.", "Another phrase: nothing was given."),
        Said("volet device add", "volet device add"),
    )
    if typed is not None:
        try:
            check_phrase(typed, newcomer.keys.id)
        except ProtocolError:
            raise other from None
        return
    shown = Said(
        f"Le nouvel appareil affiche-t-il : {newcomer.phrase} ? (oui/non) ",
        f"Does the new device show: {newcomer.phrase}? (yes/no) ",
    )
    if context.terminal.ask(shown).strip().lower() not in _YES:
        raise other


def device_join(context: Context, args: argparse.Namespace) -> None:
    """Make this device one of an account: keys drawn here, let in by the other device."""
    trust, bundle = read_trust(cast("Path", args.trust))
    with closing(HttpTransport(bundle.hub)) as transport:
        joining = Joining(transport, bundle.hub, str(args.code), now_ms)
        joining.ask()
        context.terminal.note(
            Said(f"L'autre appareil doit afficher : {joining.phrase}", f"The other device must show: {joining.phrase}")
        )
        identity = joining.wait(WAIT_S)
    context.use(Profile.create(context.config, context.passphrase(twice=True), trust, identity))
    context.terminal.result(
        {"user": identity.user, "device": identity.device.public.id, "phrase": joining.phrase, "trust": bundle.hash},
        [Said("Cet appareil est de votre compte. Connectez-vous : volet login.", "This device is yours: volet login.")],
    )


def device_name(context: Context, args: argparse.Namespace) -> None:
    """Name a device; the name stays encrypted on this one."""
    found = context.client().devices.name(str(args.device), str(args.name))
    context.terminal.result({"device": found, "name": str(args.name)}, [Said(f"« {args.name} »", f"`{args.name}`")])


def device_revoke(context: Context, args: argparse.Namespace) -> None:
    """Revoke a device; the keys of every case are renewed by whoever holds them."""
    gone = context.client().devices.revoke(str(args.device))
    context.terminal.result(
        {"device": gone},
        [
            Said(
                f"Appareil {gone[:8]} retiré : ses connexions sont fermées, il ne lira rien de nouveau.",
                f"Device {gone[:8]} revoked: its sessions ended, it reads nothing new.",
            ),
            Said("Renouvelez les clés de vos dossiers : volet sync.", "Rotate the keys of your cases: volet sync."),
        ],
    )


def session_list(context: Context, _args: argparse.Namespace) -> None:
    """Show where one is logged in."""
    found = context.client().session.all()
    rows: list[JsonValue] = [dict(one) for one in found]
    context.terminal.result(
        {"sessions": rows},
        [
            Said(
                f"{str(one['session'])[:8]} : appareil {str(one['device'])[:8]}, dernière activité le "
                f"{moment(cast('int', one['seen_ms']))}{', cette session' if one['current'] else ''}",
                f"{str(one['session'])[:8]}: device {str(one['device'])[:8]}{', this one' if one['current'] else ''}",
            )
            for one in found
        ],
    )


def session_end(context: Context, args: argparse.Namespace) -> None:
    """End one of one's sessions."""
    ended = context.client().session.end(str(args.session))
    context.terminal.result({"session": ended}, [Said("Session fermée.", "Session ended.")])
