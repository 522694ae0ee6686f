"""`volet fact`: every act of a case in words, in the order in which they were recorded."""

from __future__ import annotations

import argparse

from volet_client.cli.asking import add_case, the_case
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import chosen, namer
from volet_client.cli.members import Verbs
from volet_client.client import Client
from volet_client.facts_words import moment, recorded, sentence
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.fact_collection import collected_ms, is_late, late_reason
from volet_protocol.facts import Fact
from volet_protocol.places import MAIN


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet fact`."""
    parser.epilog = Said(
        "exemples :\n  volet fact list --late\n  volet fact show tutelle",
        "examples:\n  volet fact list --late\n  volet fact show 1a2b3c4d",
    ).to(lang)
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    listed = verbs.add_parser("list", help=Said("tous les actes du dossier", "every act of the case").to(lang))
    listed.add_argument(
        "--late", action="store_true", help=Said("seulement les tardifs", "only those recorded late").to(lang)
    )
    add_case(listed, lang)
    listed.set_defaults(run=fact_list)
    shown = verbs.add_parser("show", help=Said("un acte et ses mots chiffrés", "one act and its words").to(lang))
    shown.add_argument("which", nargs="+", metavar="MOT")
    add_case(shown, lang)
    shown.set_defaults(run=fact_show)


def every(facts: CaseFacts) -> list[Record[Fact]]:
    """Return the records of a case in the order in which they were recorded."""
    return sorted((one for known in facts.records.values() for one in known), key=lambda one: one.position)


def fact_list(context: Context, args: argparse.Namespace) -> None:
    """List the facts of a case."""
    client, lang = context.client(), context.config.lang
    facts = client.facts.facts(the_case(client, args))
    records = [one for one in every(facts) if not args.late or is_late(one.fact, one.recorded_ms)]
    rows: list[JsonValue] = [_row(client, facts, record, lang) for record in records]
    lines = [_line(client, facts, record, lang) for record in records]
    context.terminal.result({"facts": rows}, lines or [Said("Aucun acte.", "No act.")])


def fact_show(context: Context, args: argparse.Namespace) -> None:
    """Show one fact with the words kept beside it."""
    client, lang = context.client(), context.config.lang
    case = the_case(client, args)
    view = client.cases.view(case)
    facts = view.main.facts
    which = chosen(client, facts, every(facts), args.which)
    record = next(one for one in every(facts) if one.hash == which)
    annex = view.classes[MAIN].annexes.get(which)
    words: JsonObject = {} if annex is None else client.annexes.read(case, annex)
    told: dict[str, JsonValue] = {name: value for name, value in words.items() if name != "salt"}
    lines = [_line(client, facts, record, lang), *(Said(one, one) for one in _words(told))]
    context.terminal.result({**_row(client, facts, record, lang), "words": told}, lines)


def _words(told: dict[str, JsonValue]) -> list[str]:
    lines = [f"  {told[name]}" for name in ("text", "reason", "court") if name in told]
    judgment, helper, paper = told.get("judgment_ms"), told.get("helper"), told.get("paper")
    if isinstance(judgment, int):
        lines.append(f"  Jugement du {moment(judgment)}")
    if isinstance(helper, dict):
        lines.append(f"  Avec l'aide de {helper['name']} ({'présent' if helper['present'] else 'absent'})")
    if isinstance(paper, dict):
        lines.append(f"  Feuille signée {str(paper['sha256'])[:16]}, {paper['size']} octets : volet list rights/2")
    return lines


def _row(client: Client, facts: CaseFacts, record: Record[Fact], lang: str) -> dict[str, JsonValue]:
    row: dict[str, JsonValue] = {
        "fact": record.hash, "type": record.fact.type, "sentence": sentence(record.fact, facts, namer(client, lang)),
        "by": record.author.user, "recorded_ms": record.recorded_ms, "reported": record.reported,
        "late": is_late(record.fact, record.recorded_ms), "ended": facts.ended_at(record.hash) <= client.clock(),
    }  # fmt: skip
    collected, reason = collected_ms(record.fact), late_reason(record.fact)
    if collected is not None:
        row["collected_ms"] = collected
    if reason is not None:
        row["late_reason"] = reason
    return row


def _line(client: Client, facts: CaseFacts, record: Record[Fact], lang: str) -> Said:
    names = namer(client, lang)
    ended = facts.ended_at(record.hash) <= client.clock()
    state = Said(" [terminé]", " [ended]").to(lang) if ended else ""
    line = f"{record.hash[:8]}  {sentence(record.fact, facts, names)}{state} — {recorded(record, names)}"
    return Said(line, line)
