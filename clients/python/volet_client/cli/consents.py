"""`volet consent`: give, record, refuse, withdraw and list agreements of the person."""

from __future__ import annotations

import argparse

from volet_client.cli.asking import information_list, the_case, the_user
from volet_client.cli.case_words import consent_line
from volet_client.cli.context import Context
from volet_client.cli.members import Verbs, add_verb, told
from volet_client.notices_pages import as_text
from volet_client.texts import LANGS
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_notices import SUPPORTS, Recipients

_MEANS = ("oral", "written", "electronic")


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet consent`."""
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    parser.epilog = Said(
        "exemples :\n  volet consent give --information medical/2,medication/2 --row H2\n  volet consent withdraw last",
        "examples:\n  volet consent give --information medical/2 --row H2\n  volet consent withdraw last",
    ).to(lang)
    give = add_verb(verbs, "give", Said("donner ou noter un accord", "give or record a consent"), lang)
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
    give.set_defaults(run=consent_give)
    withdraw = add_verb(verbs, "withdraw", Said("retirer un accord", "withdraw a consent"), lang)
    withdraw.add_argument("consent", metavar="ID|last")
    withdraw.add_argument("--means", choices=_MEANS, default="electronic")
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
    if not args.refuse:
        filled = client.notices.before_consent(
            args.kind, args.text, information, recipients, case=the_case(client, args)
        )
        context.terminal.document(as_text(filled, filled.text.name))
    appended = client.members.give_consent(
        the_case(client, args),
        information,
        recipients,
        kind=args.kind,
        decision="refused" if args.refuse else "given",
        means=args.means,
        lang=args.text,
        support=args.support,
        until_ms=end_ms(client, args.until),
        giver=the_user(client, args.by) if args.by else None,
        entries=tuple(args.entries) or None,
    )
    said = (
        Said("Refus enregistré.", "Refusal recorded.")
        if args.refuse
        else Said("Accord enregistré.", "Consent recorded.")
    )
    told(context, appended, {"consent": appended.facts[0]}, said)


def consent_withdraw(context: Context, args: argparse.Namespace) -> None:
    """Withdraw a consent."""
    client = context.client()
    appended = client.members.withdraw_consent(the_case(client, args), args.consent, args.means)
    told(
        context,
        appended,
        {"withdrawal": appended.facts[0]},
        Said("Accord retiré : la prochaine demande sera refusée.", "Withdrawn: the next request is refused."),
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
