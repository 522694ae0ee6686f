"""`volet oppose`, `volet minor-secret`: what the person does not want known, and by whom."""

from __future__ import annotations

import argparse
from typing import cast

from volet_client import facts
from volet_client.cli.asking import add_case, the_case, the_place, the_user
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import add_recording, chosen, collecting, end_ms, namer
from volet_client.cli.facts_telling import NOT_UNREAD, tell
from volet_client.cli.members import Verbs
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.facts_words import recorded, sentence
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import is_hash
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Except, Opposition
from volet_protocol.fact_powers import MinorSecret
from volet_protocol.facts import Fact
from volet_protocol.vocabulary import COMPARTMENT_SET, ROW_SET


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    {"oppose": _register_oppose, "minor-secret": _register_secret}[name](verbs, parser, lang)


def _register_oppose(verbs: Verbs, parser: argparse.ArgumentParser, lang: str) -> None:
    parser.epilog = Said(
        'exemples :\n  volet oppose record --user "Dr Mo" --note "Dit au téléphone."\n'
        '  volet oppose record --all --except "Coord"\n  volet oppose end mo',
        'examples:\n  volet oppose record --user "Dr Mo"\n  volet oppose record --all --except "Coord"',
    ).to(lang)
    record = verbs.add_parser("record", help=Said("noter une opposition", "record an opposition").to(lang))
    scope = record.add_mutually_exclusive_group(required=True)
    scope.add_argument("--all", action="store_true", help=Said("à tout et à tous", "to all and everybody").to(lang))
    scope.add_argument("--user", metavar="NOM", action="append", help=Said("à ces personnes", "to these").to(lang))
    scope.add_argument("--row", action="append", help=Said("à une fonction (H2)", "to a function (H2)").to(lang))
    scope.add_argument("--category", type=int, choices=(1, 2), action="append")
    scope.add_argument(
        "--part", metavar="psychological", action="append", help=Said("à un volet", "to a compartment").to(lang)
    )
    scope.add_argument(
        "--entry", metavar="medical/2:ID", action="append", help=Said("à un élément", "to an entry").to(lang)
    )
    scope.add_argument("--emergency", action="store_true", help=Said("à l'accès en urgence", "to emergencies").to(lang))
    record.add_argument("--except", dest="spared", metavar="NOM", action="append", default=[])
    record.add_argument("--except-row", dest="spared_rows", metavar="H1", action="append", default=[])
    add_giver(record, lang)
    record.add_argument("--until", metavar="90d")
    add_recording(record, lang)
    record.set_defaults(run=oppose_record)
    end = verbs.add_parser("end", help=Said("lever une opposition", "lift an opposition").to(lang))
    end.add_argument("which", nargs="*", metavar="MOT", help=Said("mots, début d'ID, ou last", "words").to(lang))
    add_recording(end, lang)
    end.set_defaults(run=oppose_end)
    listed = verbs.add_parser("list", help=Said("oppositions en vigueur", "oppositions in force").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=list_in_force, types=(Opposition,))


def _register_secret(verbs: Verbs, parser: argparse.ArgumentParser, lang: str) -> None:
    parser.epilog = Said(
        "exemple :\n  volet minor-secret note medical/2:ab12cd34 --basis L1111-5\n  volet minor-secret lift last",
        "example:\n  volet minor-secret note medical/2:ab12cd34 --basis L1111-5",
    ).to(lang)
    note = verbs.add_parser("note", help=Said("noter le secret demandé", "note the secret asked").to(lang))
    note.add_argument("entry", nargs="+", metavar="medical/2:ID")
    note.add_argument("--basis", choices=("L1111-5", "L1111-5-1"), default="L1111-5")
    add_recording(note, lang)
    note.set_defaults(run=secret_note)
    lift = verbs.add_parser("lift", help=Said("le mineur lève son secret", "the minor lifts it").to(lang))
    lift.add_argument("which", nargs="*", metavar="MOT")
    add_recording(lift, lang)
    lift.set_defaults(run=secret_lift)
    listed = verbs.add_parser("list", help=Said("secrets en vigueur", "secrets in force").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=list_in_force, types=(MinorSecret,))


def add_giver(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add whose words they are: the person's unless a representative is named."""
    parser.add_argument(
        "--by",
        metavar="NOM",
        help=Said("dit par qui la représente, et non par elle", "said by a representative").to(lang),
    )


def oppose_record(context: Context, args: argparse.Namespace) -> None:
    """Record an opposition."""
    client = context.client()
    case = the_case(client, args)
    against = _against(client, case, args)
    spared = Except(tuple(the_user(client, who) for who in args.spared), tuple(args.spared_rows))
    make = facts.opposition(
        against,
        giver=the_user(client, args.by) if args.by else None,
        spared=spared if spared != Except() else None,
        until_ms=end_ms(client, args.until),
    )
    done = client.facts.record(case, make, collecting(args))
    said = Said("Opposition enregistrée, avec effet immédiat.", "Opposition recorded, effective at once.")
    tell(context, done, {}, said, (NOT_UNREAD,))


def _against(client: Client, case: str, args: argparse.Namespace) -> Opposition:
    nobody = Opposition("all", 0, GivenBy())
    if args.all:
        return nobody
    if args.emergency:
        return Opposition("emergency_access", 0, GivenBy())
    if args.user:
        return Opposition("professional", 0, GivenBy(), users=tuple(the_user(client, who) for who in args.user))
    if args.row:
        return Opposition("row", 0, GivenBy(), rows=_known(args.row, ROW_SET))
    if args.category:
        return Opposition("category", 0, GivenBy(), categories=tuple(args.category))
    if args.part:
        return Opposition("compartment", 0, GivenBy(), compartments=_known(args.part, COMPARTMENT_SET))
    return Opposition("entry", 0, GivenBy(), entries=tuple(the_entry(client, case, one) for one in args.entry))


def _known(given: list[str], known: frozenset[str]) -> tuple[str, ...]:
    for one in given:
        if one not in known:
            raise UsageError(
                Said(f"Inconnu : {one}.", f"Unknown: {one}."), Said(", ".join(sorted(known)), ", ".join(sorted(known)))
            )
    return tuple(given)


def the_entry(client: Client, case: str, given: str) -> str:
    """Return the id of an entry, whole or as `medical/2:ab12cd34`."""
    if is_hash(given):
        return given
    place, _, entry = given.rpartition(":")
    if not place:
        raise UsageError(Said(f"Élément inconnu : {given}.", f"Unknown entry: {given}."), Said("medical/2:ab12", ""))
    _, found = client.entries.find(case, the_place(client, place), entry)
    assert found.entry is not None  # noqa: S101 - `find` never returns a gap
    return found.entry.id


def oppose_end(context: Context, args: argparse.Namespace) -> None:
    """Lift an opposition."""
    which = choose(context, args, Opposition)
    client = context.client()
    done = client.facts.record(the_case(client, args), facts.opposition_end(which), collecting(args))
    tell(context, done, {}, Said("Opposition levée.", "Opposition lifted."))


def secret_note(context: Context, args: argparse.Namespace) -> None:
    """Note a minor's secret."""
    client = context.client()
    case = the_case(client, args)
    entries = [the_entry(client, case, given) for given in args.entry]
    done = client.facts.record(case, facts.minor_secret(entries, args.basis), collecting(args))
    said = Said(
        "Secret noté : ces éléments et leurs lignes de journal n'existent plus pour les titulaires de l'autorité.",
        "Secret noted: these entries and their log lines do not exist for the holders of authority.",
    )
    tell(context, done, {}, said)


def secret_lift(context: Context, args: argparse.Namespace) -> None:
    """Lift a minor's secret."""
    which = choose(context, args, MinorSecret)
    client = context.client()
    done = client.facts.record(the_case(client, args), facts.minor_secret_end(which), collecting(args))
    tell(context, done, {}, Said("Secret levé par le mineur.", "Secret lifted by the minor."))


def choose(context: Context, args: argparse.Namespace, *types: type[facts.F]) -> str:
    """Return the hash of the record in force that the words of the command mean."""
    client = context.client()
    known = client.facts.facts(the_case(client, args), offline=bool(args.offline))
    now_ms = client.clock()
    records = [record for type_ in types for record in facts.in_force(known, type_, now_ms)]
    return chosen(client, known, records, args.which)


def list_in_force(context: Context, args: argparse.Namespace) -> None:
    """List the records of the command's types that are in force."""
    types = cast("tuple[type[Fact], ...]", args.types)
    client, lang = context.client(), context.config.lang
    known = client.facts.facts(the_case(client, args))
    records = [record for type_ in types for record in facts.in_force(known, type_, client.clock())]
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for record in records:
        text = sentence(record.fact, known, namer(client, lang))
        rows.append({"fact": record.hash, "type": record.fact.type, "sentence": text, "reported": record.reported})
        line = f"{record.hash[:8]}  {text} — {recorded(record, namer(client, lang))}"
        lines.append(Said(line, line))
    context.terminal.result({"facts": rows}, lines or [Said("Rien en vigueur.", "Nothing in force.")])
