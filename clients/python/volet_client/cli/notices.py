"""`volet notice`: what the person is told: the text, the lines still missing, the record that she was."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from volet_client import facts
from volet_client.cli.asking import information_list, the_case, the_user
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import add_recording, collecting
from volet_client.cli.facts_telling import tell
from volet_client.cli.members import Verbs
from volet_client.client import Client
from volet_client.errors import UnreachableError, UsageError
from volet_client.facts_recording import Kept
from volet_client.members import GENERAL, cross_category_line
from volet_client.notices_words import sentences
from volet_client.team import in_preparation
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_notices import NOTICE_MEANS, SUPPORTS, NoticeLine, To, ToFunction, ToUser

MEANS = tuple(sorted(NOTICE_MEANS))


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet notice`."""
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    parser.epilog = Said(
        "exemples :\n  volet notice team                    # ce qui reste à lui dire, en phrases\n"
        "  volet notice team --means oral       # « J'ai informé Mme A »\n"
        "  volet notice text --kind consent --lang falc --information medical/1 --row H2\n"
        '  volet notice desk --controller "Département du Val" --dpo dpo@val.example --contact "01 00 00 00 00"\n'
        '  volet notice record --to "Coord" --from-category 1 --information medical/1,medication/1',
        "examples:\n  volet notice team\n  volet notice team --means oral\n"
        "  volet notice text --kind consent --lang falc --information medical/1 --row H2",
    ).to(lang)
    team = verbs.add_parser("team", help=Said("dire d'un coup ce qui manque", "tell all that is missing").to(lang))
    team.add_argument("--means", choices=MEANS, help=Said("« J'ai informé la personne »", "I told them").to(lang))
    add_support(team, lang)
    add_recording(team, lang)
    team.set_defaults(run=notice_team)
    # Imported here: the texts use what this module reads of recipients.
    from volet_client.cli.notices_text import register_texts  # noqa: PLC0415 - see above

    register_texts(verbs, lang)
    record = verbs.add_parser("record", help=Said("noter l'information préalable", "record a notice").to(lang))
    record.add_argument("--general", action="store_true")
    record.add_argument(
        "--line",
        metavar="1:medical/1,…:S13@structure",
        action="append",
        default=[],
        help=Said(
            "catégorie d'origine : information : qui saura ; autant de fois qu'il faut, un seul acte",
            "category it comes from : information : who will know; as often as needed, one act",
        ).to(lang),
    )
    add_line_arguments(record, lang)
    record.add_argument("--means", choices=MEANS, default="oral")
    add_support(record, lang)
    add_recording(record, lang)
    record.set_defaults(run=notice_record)


def add_support(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add what was left with the person, or why nothing could be (CSP D1110-3-2)."""
    parser.add_argument(
        "--support",
        choices=sorted(SUPPORTS),
        help=Said("ce qui lui a été laissé, ou pourquoi rien", "what was left with them, or why nothing").to(lang),
    )


def add_line_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add what a line of a notice across categories needs."""
    parser.add_argument("--information", metavar="medical/2,…", action="append", default=[])
    parser.add_argument("--from-category", type=int, choices=(1, 2))
    parser.add_argument(
        "--to",
        metavar="NOM",
        action="append",
        default=[],
        help=Said("professionnel qui saura", "professional who will know").to(lang),
    )
    parser.add_argument("--to-function", metavar="S1@structure", action="append", default=[])


def notice_team(context: Context, args: argparse.Namespace) -> None:
    """Show what the person still has to be told; with --means, record all of it in one act."""
    client = context.client()
    case = the_case(client, args)
    known = client.facts.facts(case, offline=args.offline)
    lines = client.team.untold_by(known, client.clock())
    if lines and args.means:
        done = client.facts.record(case, facts.notice(lines, args.means, args.support), collecting(args))
        said = Said("Noté, en un seul acte : la personne a été informée.", "Recorded in one act: the person was told.")
        notice = done.item.hash if isinstance(done, Kept) else done.hash
        tell(context, done, {"notice": notice, "in_preparation": False, "lines": lines_json(client, lines)}, said)
        return
    context.terminal.result(
        {"case": case, "in_preparation": in_preparation(known), "lines": lines_json(client, lines)},
        [*said_lines(client, lines), _not_recorded() if lines else _nothing_to_say()],
    )


def _nothing_to_say() -> Said:
    return Said(
        "Rien à dire de plus : la personne est informée de tout ce que l'équipe peut lire.",
        "Nothing more to say: the person was told of everything the team may read.",
    )


def _not_recorded() -> Said:
    return Said(
        "Pas encore noté. Quand c'est dit : volet notice team --means oral (ou paper, falc, electronic).",
        "Not recorded yet. Once it is said: volet notice team --means oral (or paper, falc, electronic).",
    )


def said_lines(client: Client, lines: Sequence[NoticeLine]) -> list[Said]:
    """Return the sentences to say aloud, under what they are for."""
    if not lines:
        return []
    french, english = (sentences(lines, client.notices.labels, lang) for lang in ("fr", "en"))
    return [
        Said("À dire à la personne :", "To say to the person:"),
        *(Said(f"  « {fr} »", f'  "{en}"') for fr, en in zip(french, english, strict=True)),
    ]


def lines_json(client: Client, lines: Sequence[NoticeLine]) -> list[JsonValue]:
    """Return the lines of a notice for a machine, each with its French sentence."""
    spoken = sentences(lines, client.notices.labels, "fr")
    return [
        {
            "kind": line.kind, "sentence": sentence,
            "information": [f"{item.compartment}/{item.level}" for item in line.information],
            **({"from_category": line.from_category} if line.from_category else {}),
            **({"row": line.to.row, "structure": line.to.structure} if isinstance(line.to, ToFunction) else {}),
            **({"user": line.to.user} if isinstance(line.to, ToUser) else {}),
        }
        for line, sentence in zip(lines, spoken, strict=True)
    ]  # fmt: skip


def notice_record(context: Context, args: argparse.Namespace) -> None:
    """Record that the person was told."""
    client = context.client()
    lines = [*notice_lines(client, args), *(_line(client, args, given) for given in args.line)]
    if args.general:
        lines = [GENERAL, *lines]
    if not lines:
        raise UsageError(Said("Rien à noter.", "Nothing to record."), Said("--general, ou --to", "--general, or --to"))
    make = facts.notice(lines, args.means, args.support)
    done = client.facts.record(the_case(client, args), make, collecting(args))
    said = Said("Noté : la personne a été informée.", "Recorded: the person was told.")
    tell(context, done, {"notice": done.item.hash if isinstance(done, Kept) else done.hash}, said)


def notice_lines(client: Client, args: argparse.Namespace, entries: Sequence[str] = ()) -> list[NoticeLine]:
    """Return the lines across categories that the arguments describe."""
    to: list[To] = [_to_user(client, args, who) for who in args.to]
    to += [to_function(str(given)) for given in args.to_function]
    if not to:
        return []
    if not args.information:
        raise UsageError(Said("Précisez --information.", "Give --information."), Said("medical/1", "medical/1"))
    information = [item for given in args.information for item in information_list(given)]
    category = args.from_category or _own_category(client, args)
    return [cross_category_line(information, category, one, entries) for one in to]


def _line(client: Client, args: argparse.Namespace, given: str) -> NoticeLine:
    """Return the line that `1:medical/1,medication/1:S13@structure` stands for; a contact's name may end it."""
    category, _, rest = given.partition(":")
    information, _, who = rest.partition(":")
    if category not in {"1", "2"} or not who:
        raise UsageError(
            Said(f"Ligne inattendue : {given}.", f"Unexpected line: {given}."),
            Said("--line 1:medical/1:S13@structure", "--line 1:medical/1:S13@structure"),
        )
    to: To = to_function(who) if "@" in who else _to_user(client, args, who)
    return cross_category_line(information_list(information), int(category), to)


def to_function(given: str) -> ToFunction:
    """Return the function in a structure that `S1@structure` stands for."""
    row, _, structure = given.partition("@")
    return ToFunction(row, structure)


def _to_user(client: Client, args: argparse.Namespace, who: str) -> ToUser:
    user = the_user(client, who)
    categories = _categories(client, args, user)
    if len(categories) != 1:
        raise UsageError(
            Said(f"Situation d'exercice de {who} inconnue.", f"Capacity of {who} unknown."),
            Said("--to-function S1@structure", "--to-function S1@structure"),
        )
    return ToUser(user, categories.pop() or 0)


def _own_category(client: Client, args: argparse.Namespace) -> int:
    try:
        attestation = client.author.attestation
        own = {None if attestation is None else attestation.capacity.category}
    except UnreachableError:
        own = set(_taking_part(client, args, client.author.user))
    if len(own) != 1 or None in own:
        raise UsageError(Said("Précisez --from-category.", "Give --from-category."), Said("1, 2", "1, 2"))
    return own.pop() or 0


def _categories(client: Client, args: argparse.Namespace, user: str) -> set[int]:
    """Return the categories that a user is attested in; without hub, those in which they take part."""
    try:
        held = [item.capacity.category for item in client.directory.known(user).attestations]
    except UnreachableError:
        held = list(_taking_part(client, args, user))
    return {category for category in held if category is not None}


def _taking_part(client: Client, args: argparse.Namespace, user: str) -> set[int | None]:
    known = client.facts.facts(the_case(client, args), offline=True)
    return {record.fact.capacity.category for record in known.participations_of(user, client.clock())}
