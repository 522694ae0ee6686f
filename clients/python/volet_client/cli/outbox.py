"""`volet outbox`: what was signed on this device and is not recorded yet, or was refused."""

from __future__ import annotations

import argparse

from volet_client.cli.asking import user_name
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import namer
from volet_client.cli.facts_telling import effect_lines
from volet_client.cli.members import Verbs
from volet_client.client import Client
from volet_client.entries import Posted
from volet_client.errors import UsageError
from volet_client.facts_recording import Recorded
from volet_client.facts_words import moment, sentence
from volet_client.names import CASE
from volet_client.offline_notes import Note
from volet_client.outbox import REFUSED, Item
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.case_facts import CaseFacts
from volet_protocol.fact_codec import LATE_REASONS
from volet_protocol.fact_collection import collected_ms


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet outbox`."""
    parser.epilog = Said(
        'exemples :\n  volet outbox list\n  volet outbox reason 1a2b --late no_network --reason "Panne."',
        "examples:\n  volet outbox list\n  volet outbox reason 1a2b --late no_network",
    ).to(lang)
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    listed = verbs.add_parser("list", help=Said("ce qui attend ou a été refusé", "what waits or was refused").to(lang))
    listed.set_defaults(run=outbox_list)
    reason = verbs.add_parser("reason", help=Said("dire pourquoi c'est tardif", "say why it is late").to(lang))
    reason.add_argument("id", metavar="ID")
    reason.add_argument("--late", choices=sorted(LATE_REASONS), required=True)
    reason.add_argument("--reason")
    reason.set_defaults(run=outbox_reason)
    drop = verbs.add_parser("drop", help=Said("jeter un refusé", "throw a refused one away").to(lang))
    drop.add_argument("id", metavar="ID")
    drop.set_defaults(run=outbox_drop)


def outbox_list(context: Context, _args: argparse.Namespace) -> None:
    """List what waits."""
    client, lang = context.client(), context.config.lang
    items = client.outbox.items()
    rows: list[JsonValue] = [
        {
            "id": item.id, "case": item.case, "type": item.fact.type, "state": item.state, "kept_ms": item.kept_ms,
            "sentence": item_sentence(client, item, lang),
            **({"why": item.why.to(lang)} if item.why else {}), **({"hint": item.hint.to(lang)} if item.hint else {}),
        }
        for item in items
    ]  # fmt: skip
    rows += [
        {"id": note.id, "case": note.case, "type": note.kind, "title": note.title} for note in client.notes.items()
    ]
    lines = [line for item in items for line in _lines(client, item)]
    lines += [line for note in client.notes.items() for line in _note_lines(client, note)]
    context.terminal.result({"items": rows}, lines or [Said("Rien n'attend.", "Nothing waits.")])


def outbox_reason(context: Context, args: argparse.Namespace) -> None:
    """Give what waited too long its reason; it waits for the next sync."""
    client = context.client()
    item = client.facts.explain_late(client.outbox.find(args.id), args.late, args.reason)
    context.terminal.result(
        {"id": item.id}, [Said("Raison notée : volet sync l'enregistrera.", "Noted: volet sync records it.")]
    )


def outbox_drop(context: Context, args: argparse.Namespace) -> None:
    """Throw away what was refused; what waits is never thrown away."""
    client = context.client()
    if any(note.id.startswith(args.id) for note in client.notes.items()):
        context.terminal.result({"id": client.notes.drop(args.id).id}, [Said("Jeté.", "Thrown away.")])
        return
    item = client.outbox.find(args.id)
    if item.state != REFUSED:
        raise UsageError(
            Said("Cela attend encore d'être enregistré.", "This still waits to be recorded."),
            Said("volet sync", "volet sync"),
        )
    client.outbox.remove(item.id)
    context.terminal.result({"id": item.id}, [Said("Jeté.", "Thrown away.")])


def item_sentence(client: Client, item: Item, lang: str) -> str:
    """Return what an item says, with what this device knows of its case."""
    remembered = client.notebook.recall(item.case)
    facts = CaseFacts.start(item.case, "care", "", 0, "", None) if remembered is None else remembered.facts
    return sentence(item.fact, facts, namer(client, lang))


def flushed_lines(client: Client, recorded: list[Recorded], refused: list[Item]) -> list[Said]:
    """Return what a sync did of what waited, in words."""
    lines: list[Said] = []
    for done in recorded:
        facts = done.appended.view.main.facts
        said = [sentence(done.fact, facts, namer(client, lang)) for lang in ("fr", "en")]
        when = moment(collected_ms(done.fact) or client.clock())
        lines.append(
            Said(
                f"Enregistré : {said[0]} (recueilli le {when}, enregistré maintenant).",
                f"Recorded: {said[1]} (collected {when}, recorded now).",
            )
        )
        lines += effect_lines(client, done.effects)
    return [*lines, *(line for item in refused for line in _lines(client, item))]


def stored_lines(client: Client, stored: list[tuple[Note, Posted | None]], refused: list[Note]) -> list[Said]:
    """Return what a sync did of the notes that waited."""
    lines = [
        Said(
            f"Note enregistrée dans {note.place} : {note.title} (écrite le {moment(note.noted_ms)}).",
            f"Note stored in {note.place}: {note.title} (written {moment(note.noted_ms)}).",
        )
        for note, _ in stored
    ]
    return [*lines, *(line for note in refused for line in _note_lines(client, note))]


def _note_lines(client: Client, note: Note) -> list[Said]:
    case, when = client.names.of(CASE, note.case), moment(note.noted_ms)
    lines = [
        Said(
            f"{note.id[:8]}  {case} : note dans {note.place}, {note.title} — écrite le {when}",
            f"{note.id[:8]}  {case}: note in {note.place}, {note.title} — written {when}",
        )
    ]
    if note.why is not None and note.hint is not None:
        lines.append(Said(f"  REFUSÉ : {note.why.fr} {note.hint.fr}", f"  REFUSED: {note.why.en} {note.hint.en}"))
    return lines


def _lines(client: Client, item: Item) -> list[Said]:
    case = client.names.of(CASE, item.case)
    collected = moment(collected_ms(item.fact) or item.kept_ms)
    fr, en = item_sentence(client, item, "fr"), item_sentence(client, item, "en")
    me = user_name(client, client.author.user)
    lines = [
        Said(
            f"{item.id[:8]}  {case} : {fr} — recueilli le {collected} par {me}",
            f"{item.id[:8]}  {case}: {en} — collected {collected} by {me}",
        )
    ]
    if item.why is not None and item.hint is not None:
        lines.append(
            Said(f"  REFUSÉ : {item.why.fr} {item.hint.fr}", f"  REFUSED: {item.why.en} {item.hint.en}"),
        )
    return lines
