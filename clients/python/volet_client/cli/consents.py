"""`volet consent`: give, record, refuse, withdraw and list agreements of the person."""

from __future__ import annotations

import argparse

from volet_client import facts, texts
from volet_client.cli.asking import information_list, the_case, the_user
from volet_client.cli.case_words import consent_line
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import add_recording, chosen, collecting, end_ms
from volet_client.cli.facts_oppositions import add_giver
from volet_client.cli.facts_telling import NOT_UNREAD, tell
from volet_client.cli.members import Verbs, add_verb
from volet_client.errors import UnreachableError
from volet_client.facts_recording import Kept, Recorded
from volet_client.notices_pages import as_text
from volet_client.texts import LANGS, OF_CONSENT
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_notices import SUPPORTS, Information, Recipients

_MEANS = ("oral", "written", "electronic")
_ANY_MEANS = {"phone": "phone", "oral": "oral", "letter": "written", "written": "written", "electronic": "electronic"}


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet consent`."""
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    parser.epilog = Said(
        "exemples :\n  volet consent give --information medical/2,medication/2 --row H2\n  volet consent withdraw last"
        "\n  volet consent withdraw infirmier --means phone",
        "examples:\n  volet consent give --information medical/2 --row H2\n  volet consent withdraw last",
    ).to(lang)
    give = verbs.add_parser("give", help=Said("donner ou noter un accord", "give or record a consent").to(lang))
    give.add_argument("--information", metavar="medical/2,…", required=True)
    give.add_argument("--row", action="append", default=[])
    give.add_argument("--profession", action="append", default=[])
    give.add_argument("--user", metavar="NOM", action="append", default=[])
    give.add_argument("--structure", action="append", default=[])
    give.add_argument(
        "--outsider", metavar="CODE", action="append", default=[],
        help=Said("tiers sans compte, avec sa --row", "a party without account, with its --row").to(lang),
    )  # fmt: skip
    give.add_argument(
        "--entry", dest="entries", metavar="ID", action="append", default=[],
        help=Said("cet élément seulement (identifiant entier)", "that entry only (its whole id)").to(lang),
    )  # fmt: skip
    give.add_argument(
        "--kind",
        default="share_outside_team",
        choices=("share_outside_team", "mdph_exchange", "person_request_to_third_party"),
    )
    give.add_argument("--refuse", action="store_true", help=Said("c'est un refus", "it is a refusal").to(lang))
    give.add_argument("--means", choices=_MEANS, default="electronic")
    give.add_argument("--until", metavar="90d")
    give.add_argument(
        "--text", choices=LANGS, default="fr", help=Said("texte remis avant", "text handed over").to(lang)
    )
    give.add_argument(
        "--support",
        choices=sorted(SUPPORTS),
        help=Said("ce qui lui a été laissé, ou pourquoi rien", "what was left with them, or why nothing").to(lang),
    )
    add_giver(give, lang)
    add_recording(give, lang)
    give.set_defaults(run=consent_give)
    withdraw = verbs.add_parser("withdraw", help=Said("retirer un accord", "withdraw a consent").to(lang))
    withdraw.add_argument(
        "consent",
        metavar="MOT",
        nargs="*",
        help=Said("mots de l'accord, début de son ID, ou last", "words of it, its id, or last").to(lang),
    )
    withdraw.add_argument("--means", choices=tuple(_ANY_MEANS), default="electronic")
    add_recording(withdraw, lang)
    withdraw.set_defaults(run=consent_withdraw)
    listed = add_verb(verbs, "list", Said("accords du dossier", "consents of the case"), lang)
    listed.set_defaults(run=consent_list)


def consent_give(context: Context, args: argparse.Namespace) -> None:
    """Give, refuse, or record as told."""
    client = context.client()
    recipients = Recipients(
        rows=tuple(args.row) or None,
        professions=tuple(args.profession) or None,
        users=tuple(the_user(client, who) for who in args.user) or None,
        structures=tuple(args.structure) or None,
        outsiders=tuple(args.outsider) or None,
    )
    information = information_list(args.information)
    case = the_case(client, args)
    if not args.refuse:
        _show_text(context, args, information, recipients)
    terms = facts.Terms(
        information,
        recipients,
        texts.newest(OF_CONSENT[args.kind], args.text).hash,
        support=args.support,
        kind=args.kind,
        decision="refused" if args.refuse else "given",
        means=args.means,
        until_ms=end_ms(client, args.until),
        giver=the_user(client, args.by) if args.by else None,
        entries=tuple(args.entries) or None,
    )
    done = client.facts.record(case, facts.consent(terms), collecting(args))
    said = (
        Said("Refus enregistré.", "Refusal recorded.")
        if args.refuse
        else Said("Accord enregistré.", "Consent recorded.")
    )
    tell(context, done, {"consent": fact_hash_of(done)}, said, (_to_hand_over(done),))


def _show_text(
    context: Context, args: argparse.Namespace, information: tuple[Information, ...], recipients: Recipients
) -> None:
    """Show the text that precedes a consent; off line it is the printed one, whose version the consent names."""
    client = context.client()
    if args.offline:
        return
    try:
        filled = client.notices.before_consent(
            args.kind, args.text, information, recipients, case=the_case(client, args)
        )
    except UnreachableError:
        return
    context.terminal.document(as_text(filled, filled.text.name))


def _to_hand_over(done: Recorded | Kept) -> Said:
    """Return how to print what the person keeps of what she decided."""
    command = f"volet receipt print {fact_hash_of(done)[:8]}"
    return Said(f"À lui remettre : {command}", f"To hand over: {command}")


def fact_hash_of(done: Recorded | Kept) -> str:
    """Return the hash of a fact, recorded or waiting: it stays the same."""
    return done.hash if isinstance(done, Recorded) else done.item.hash


def consent_withdraw(context: Context, args: argparse.Namespace) -> None:
    """Withdraw a consent: one step, by any means, chosen by words."""
    client = context.client()
    case = the_case(client, args)
    known = client.facts.facts(case, offline=args.offline)
    which = chosen(client, known, facts.consents_in_force(known, client.clock()), args.consent)
    done = client.facts.record(case, facts.withdrawal(which, _ANY_MEANS[args.means]), collecting(args))
    tell(
        context,
        done,
        {"withdrawal": fact_hash_of(done)},
        Said("Accord retiré : la prochaine demande sera refusée.", "Withdrawn: the next request is refused."),
        (NOT_UNREAD, _to_hand_over(done)),
    )


def consent_list(context: Context, args: argparse.Namespace) -> None:
    """List consents."""
    client = context.client()
    known = client.members.consents(the_case(client, args))
    rows: list[JsonValue] = [
        {
            "consent": record.hash,
            "kind": record.fact.kind,
            "decision": record.fact.decision,
            "in_force": in_force,
            "reported": record.reported,
            "given_ms": record.fact.given_ms,
            "information": [f"{item.compartment}/{item.level}" for item in record.fact.information],
        }
        for record, in_force in known
    ]
    lines = [consent_line(client, record.hash, record.fact, in_force=in_force) for record, in_force in known]
    context.terminal.result({"consents": rows}, lines or [Said("Aucun accord.", "No consent.")])
