"""`volet mandate`, `volet ability`: who has a say for the person, and whether the person can say it."""

from __future__ import annotations

import argparse

from volet_client import facts
from volet_client.cli.asking import add_case, the_case, the_user
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import add_recording, collecting, end_ms, instant_ms
from volet_client.cli.facts_oppositions import choose, list_in_force
from volet_client.cli.facts_telling import tell
from volet_client.cli.members import Verbs
from volet_client.errors import UsageError
from volet_client.facts_words import MANDATES
from volet_client.words import Said
from volet_protocol.fact_powers import MINOR_MANDATES, Ability, Mandate
from volet_protocol.vocabulary import COMPARTMENT_SET, DOMAINS

_STATES = ("able", "assisted", "unable")


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "ability":
        _register_ability(parser, lang)
        return
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    parser.epilog = Said(
        'exemples :\n  volet mandate record tutelle --holder "M. T" --domains person,property --from 2026-01-10 '
        '--court "Tribunal du Val"\n  volet mandate record parental_authority --holder "Mère" --no-exercise\n'
        "  volet mandate end tutelle",
        'examples:\n  volet mandate record tutelle --holder "Mr T" --domains person --from 2026-01-10',
    ).to(lang)
    record = verbs.add_parser("record", help=Said("enregistrer une mesure", "record a mandate").to(lang))
    record.add_argument("kind", choices=sorted(MANDATES), metavar="MESURE", help=", ".join(sorted(MANDATES)))
    record.add_argument("--holder", metavar="NOM", required=True)
    record.add_argument("--domains", metavar="person,property", help=Said("sur quoi", "over what").to(lang))
    record.add_argument("--mode", choices=("representation", "assistance"), default="representation")
    record.add_argument("--from", dest="start", metavar="2026-01-10")
    record.add_argument("--until", metavar="2031-01-10")
    record.add_argument(
        "--no-exercise",
        action="store_true",
        help=Said("parent sans l'exercice de l'autorité", "parent without exercise").to(lang),
    )
    record.add_argument("--acts", metavar="medical,housing", help=Said("actes du jugement", "acts listed").to(lang))
    record.add_argument("--court", help=Said("juridiction, chiffrée", "court, encrypted").to(lang))
    record.add_argument("--judgment", metavar="2026-01-05", help=Said("date du jugement", "its date").to(lang))
    add_recording(record, lang)
    record.set_defaults(run=mandate_record)
    end = verbs.add_parser("end", help=Said("noter la fin d'une mesure", "record its end").to(lang))
    end.add_argument("which", nargs="*", metavar="MOT")
    add_recording(end, lang)
    end.set_defaults(run=mandate_end)
    listed = verbs.add_parser("list", help=Said("mesures en vigueur", "mandates in force").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=list_in_force, types=(Mandate,))


def _register_ability(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.description = Said(
        "La personne peut-elle exprimer sa volonté ? Noté par un professionnel de santé ou le référent.",
        "Can the person express their will? Recorded by a health professional or the referent.",
    ).to(lang)
    parser.epilog = Said(
        "exemple :\n  volet ability unable --until 30d", "example:\n  volet ability unable --until 30d"
    ).to(lang)
    parser.add_argument("state", choices=_STATES)
    parser.add_argument("--until", metavar="30d")
    add_recording(parser, lang)
    parser.set_defaults(run=ability)


def mandate_record(context: Context, args: argparse.Namespace) -> None:
    """Record a mandate."""
    client = context.client()
    minor = args.kind in MINOR_MANDATES
    domains = _listed(args.domains, DOMAINS) or (tuple(sorted(DOMAINS)) if minor else None)
    if domains is None:
        raise UsageError(
            Said("Sur quoi porte la mesure : la personne, les biens ?", "Over the person, the property?"),
            Said("--domains person,property, comme le jugement le dit", "--domains person,property"),
        )
    mandate = Mandate(
        kind=args.kind,
        holder=the_user(client, args.holder),
        domains=domains,
        mode=args.mode,
        start_ms=instant_ms(args.start) if args.start else client.clock(),
        until_ms=end_ms(client, args.until),
        exercise=not args.no_exercise,
        acts=_listed(args.acts, COMPARTMENT_SET),
    )
    done = client.facts.record(the_case(client, args), facts.plain(mandate), collecting(args))
    what = MANDATES[args.kind]
    said = Said(f"Enregistré : {what.fr}, {args.holder}.", f"Recorded: {what.en}, {args.holder}.")
    tell(context, done, {}, said)


def _listed(given: str | None, known: frozenset[str]) -> tuple[str, ...] | None:
    if given is None:
        return None
    items = tuple(given.split(","))
    unknown = [item for item in items if item not in known]
    if unknown:
        names = ", ".join(sorted(known))
        raise UsageError(Said(f"Inconnu : {unknown[0]}.", f"Unknown: {unknown[0]}."), Said(names, names))
    return items


def mandate_end(context: Context, args: argparse.Namespace) -> None:
    """Record the end of a mandate."""
    which = choose(context, args, Mandate)
    client = context.client()
    done = client.facts.record(the_case(client, args), facts.mandate_end(which), collecting(args))
    tell(context, done, {}, Said("Fin de la mesure enregistrée.", "The end of the mandate is recorded."))


def ability(context: Context, args: argparse.Namespace) -> None:
    """Record whether the person can express their will."""
    client = context.client()
    fact = Ability(args.state, client.clock(), end_ms(client, args.until))
    done = client.facts.record(the_case(client, args), facts.plain(fact), collecting(args))
    more = (
        Said(
            "  Désormais un représentant pour la personne peut décider, et l'information se fait dès que possible.",
            "  From now on a representative for the person may decide, and information is given once possible.",
        ),
    )
    tell(context, done, {}, Said("Noté.", "Recorded."), more if args.state == "unable" else ())
