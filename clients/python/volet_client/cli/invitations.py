"""`volet invite`, `volet join`: somebody without keys takes part by a code that is said or shown."""

from __future__ import annotations

import argparse

from volet_client.cli.asking import add_case, duration_ms, information_list, the_case, user_name
from volet_client.cli.context import Context
from volet_client.cli.members import Verbs, add_verb
from volet_client.cli.notices import MEANS, add_support, lines_json, said_lines
from volet_client.cli.team import RECOGNISED
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.facts_words import moment
from volet_client.invitations import Invited, Invitee, said_code
from volet_client.joining import read_asked
from volet_client.team import LIMBS, SAME_TEAM, Joining
from volet_client.team_horizon import EPISODE, HORIZONS
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import Capacity
from volet_protocol.invitation_codes import VALIDITY_MS

_STATES = {
    "open": Said("en attente", "open"),
    "already": Said("a répondu", "answered"),
    "closed": Said("retirée", "withdrawn"),
    "expired": Said("expirée", "over"),
    "not-entitled": Said("n'a plus cours : qui invitait ne peut plus le faire", "its author may no longer invite"),
}


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "join":
        _register_join(parser, lang)
        return
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    parser.description = Said(
        "Pour un professionnel qui n'a pas encore de clés. Le code se dit par téléphone ou se montre, jamais par "
        "message ; il vaut 72 heures, une fois, pour la personne nommée et personne d'autre.",
        "For a professional who has no keys yet. The code is said or shown, never sent; it is good for 72 hours, once, "
        "for the person named and nobody else.",
    ).to(lang)
    parser.epilog = Said(
        'exemples :\n  volet invite make 899700000001 --row H2 --structure cabinet --informed oral --case "Mme A"\n'
        "  volet invite list\n  volet invite withdraw 4c0d",
        'examples:\n  volet invite make 899700000001 --row H2 --structure practice --informed oral --case "Mrs A"\n'
        "  volet invite list\n  volet invite withdraw 4c0d",
    ).to(lang)
    _register_make(add_verb(verbs, "make", Said("inviter", "invite"), lang), lang)
    listed = add_verb(verbs, "list", Said("les invitations du dossier", "the invitations of a case"), lang)
    listed.set_defaults(run=invite_list)
    withdraw = verbs.add_parser("withdraw", help=Said("en retirer une", "withdraw one").to(lang))
    withdraw.add_argument("invitation", metavar="INVITATION")
    add_case(withdraw, lang)
    withdraw.set_defaults(run=invite_withdraw)


def _register_make(make: argparse.ArgumentParser, lang: str) -> None:
    make.add_argument("sub", metavar="IDENTIFIANT", help=Said("identifiant national", "national identifier").to(lang))
    make.add_argument("--iss", metavar="URL", help=Said("fournisseur d'identité", "identity provider").to(lang))
    make.add_argument("--row", required=True, metavar="H2", help=Said("sa fonction", "their function").to(lang))
    make.add_argument("--structure", required=True, metavar="ID")
    make.add_argument("--title", choices=tuple(LIMBS), default=SAME_TEAM)
    make.add_argument("--from", dest="horizon", choices=HORIZONS, default=EPISODE)
    make.add_argument("--informed", choices=MEANS, help=Said("« J'ai informé la personne »", "I told them").to(lang))
    add_support(make, lang)
    make.add_argument("--consent", metavar="medical/1,…", action="append", default=[])
    make.add_argument("--recognised", choices=RECOGNISED, default="oral")
    make.add_argument("--until", metavar="15d")
    make.add_argument("--valid", metavar="12h", help=Said("72h au plus", "72h at most").to(lang))
    make.add_argument("--regime", choices=("care", "mdph"), default="care")
    make.add_argument("--qr", action="store_true", help=Said("un lien à montrer", "a link to be shown").to(lang))
    make.set_defaults(run=invite_make)


def _register_join(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.description = Said(
        "Rejoindre un dossier où l'on est invité, après s'être connecté (volet login) et avoir fait attester sa "
        "situation d'exercice (volet login attest).",
        "Join a case one is invited to, after `volet login` and `volet login attest`.",
    ).to(lang)
    parser.epilog = Said(
        "exemples :\n  volet join --code 6X4W-PJ7E-DT6X-CWW0-V\n  volet join https://hub.example/#join/…",
        "examples:\n  volet join --code 6X4W-PJ7E-DT6X-CWW0-V\n  volet join https://hub.example/#join/…",
    ).to(lang)
    parser.add_argument("link", nargs="?", metavar="LIEN")
    parser.add_argument("--code", metavar="CODE", help=Said("le code dit", "the code that was said").to(lang))
    parser.set_defaults(run=join)


def invite_make(context: Context, args: argparse.Namespace) -> None:
    """Invite somebody."""
    client = context.client()
    case = the_case(client, args)
    joining = Joining(
        title=args.title,
        horizon=args.horizon,
        informed=args.informed,
        support=args.support,
        consent=tuple(item for given in args.consent for item in information_list(given)),
        recognised=args.recognised,
        regime=args.regime,
        until_ms=client.clock() + duration_ms(args.until) if args.until else None,
        lang=context.config.lang,
    )
    valid_ms = duration_ms(args.valid) if args.valid else VALIDITY_MS
    made = client.invitations.invite(case, _invitee(client, args), joining, shown=args.qr, valid_ms=valid_ms)
    context.terminal.result(_result(client, case, made), _lines(client, made))


def invite_list(context: Context, args: argparse.Namespace) -> None:
    """Show the invitations of a case."""
    client = context.client()
    case = the_case(client, args)
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for one in client.invitations.all(case):
        row: dict[str, JsonValue] = {
            "invitation": one.record.hash, "state": one.state, "expires_ms": one.record.fact.expires_ms,
            "row": one.record.fact.capacity.row, "structure": one.record.fact.capacity.structure,
        }  # fmt: skip
        who, code = one.answered_by, None if one.code is None else said_code(one.code)
        rows.append(row | ({"user": who} if who else {}) | ({"code": code} if code else {}))
        state, end = _STATES[one.state], moment(one.record.fact.expires_ms)
        told = f" ({user_name(client, who)})" if who else f", {code}" if code else ""
        short = one.record.hash[:8]
        lines.append(Said(f"{short} : {state.fr}, jusqu'au {end}{told}", f"{short}: {state.en}, until {end}{told}"))
    context.terminal.result({"invitations": rows}, lines or [Said("Aucune invitation.", "No invitation.")])


def invite_withdraw(context: Context, args: argparse.Namespace) -> None:
    """Withdraw an invitation; the sections it boxed owe a rotation, which the next sync pays."""
    client = context.client()
    case = the_case(client, args)
    appended = client.invitations.withdraw(case, args.invitation)
    client.cases.sync(case)
    said = Said("Invitation retirée : le code n'ouvre plus rien.", "Invitation withdrawn: the code opens nothing.")
    context.terminal.result({"case": case, "link": appended.links[-1]}, [said])


def join(context: Context, args: argparse.Namespace) -> None:
    """Take part by an invitation."""
    client = context.client()
    asked = read_asked(args.link, args.code, client.hub.origin)
    done = client.invites.join(asked)
    lines = [Said("Vous participez au dossier.", "You take part in the case.")]
    if done.left:
        waiting = ", ".join(done.left)
        lines.append(
            Said(f"À venir, dès qu'un collègue se connecte : {waiting}.", f"To come, from a colleague: {waiting}.")
        )
    told: dict[str, JsonValue] = {
        "case": done.case, "participation": done.participation, "sections": list(done.sections),
        "left": list(done.left),
    }  # fmt: skip
    context.terminal.result(told, lines)


def _invitee(client: Client, args: argparse.Namespace) -> Invitee:
    row = client.rules.table.row(args.row)
    issuers = [one.iss for one in client.profile.bundle.issuers]
    if row is None or not row.account:
        raise UsageError(
            Said(f"Fonction sans compte : {args.row}.", f"A function without account: {args.row}."),
            Said("--row H2", "--row H2"),
        )
    iss = args.iss or (issuers[0] if len(issuers) == 1 else None)
    if iss not in issuers:
        raise UsageError(
            Said("Précisez le fournisseur d'identité.", "Say which identity provider."),
            Said(f"--iss {' | '.join(issuers)}", f"--iss {' | '.join(issuers)}"),
        )
    return Invitee(iss, args.sub, Capacity(args.row, row.category, None, None, args.structure, ("L1110-4",)))


def _result(client: Client, case: str, made: Invited) -> dict[str, JsonValue]:
    return {
        "case": case, "invitation": made.invitation, "code": said_code(made.code), "link": made.link,
        "expires_ms": made.expires_ms, "sections": list(made.sections), "left": list(made.left),
        "told": lines_json(client, made.told), "untold": lines_json(client, made.untold),
    }  # fmt: skip


def _lines(client: Client, made: Invited) -> list[Said]:
    end = moment(made.expires_ms)
    lines = [
        Said(f"Code à dire ou à montrer, jusqu'au {end} :", f"Code to say or to show, until {end}:"),
        Said(f"  {said_code(made.code)}", f"  {said_code(made.code)}"),
        Said(f"  {made.link}", f"  {made.link}"),
    ]
    if made.sections:
        which = ", ".join(made.sections)
        lines.append(Said(f"Lisible dès la réponse : {which}.", f"Readable at once: {which}."))
    if made.left:
        which = ", ".join(made.left)
        lines.append(Said(f"Remis ensuite par un membre : {which}.", f"Granted later by a member: {which}."))
    if made.untold:
        lines += [
            *said_lines(client, made.untold),
            Said(
                "Tant que ce n'est pas dit, ces parties ne se lisent pas : volet notice team --means oral.",
                "Until it is said, these parts are not read: volet notice team --means oral.",
            ),
        ]
    return lines
