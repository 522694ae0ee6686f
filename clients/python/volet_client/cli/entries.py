"""`volet claim`, `volet post`, `volet list`, `volet read`, `volet file`, `volet take-back`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from dataclasses import replace
from typing import cast

from volet_client.cli.asking import add_case, the_case, the_place, user_name
from volet_client.cli.context import Context
from volet_client.cli.masks import WORDS as MASKS
from volet_client.cli.masks import add_masks, masking_of
from volet_client.client import Client
from volet_client.entries import Read
from volet_client.errors import UnreachableError, UsageError, VoletError
from volet_client.masking import OPEN as UNMASKED
from volet_client.masking import Masking
from volet_client.passages import cut, title_of
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.kinds import NOTED, REGISTERED, RELATIONS, SOURCES, Content, Relation, Unknown
from volet_protocol.masks import THIRD_PARTY
from volet_protocol.places import MASKED, SECTION, Place
from volet_protocol.policy_table import PERMIT

_PLACE = Said("volet (medical/2) ou échange (exchange:NOM)", "section (medical/2) or exchange (exchange:NAME)")


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "claim":
        parser.add_argument("section", nargs="+", metavar="medical/2")
    else:
        parser.add_argument("place", help=_PLACE.to(lang))
    if name in {"read", "file", "take-back"}:
        parser.add_argument(
            "entry", metavar="ID", help=Said("les 8 premiers caractères suffisent", "8 characters do").to(lang)
        )
    add_case(parser, lang)
    if name == "post":
        _register_post(parser, lang)
    elif name == "read":
        parser.add_argument("--purpose")
        parser.add_argument("--intent", choices=("open", "print", "export", "offline"), default="open")
    elif name == "file":
        parser.epilog = Said(
            "exemple :\n  volet file exchange:3f2a9c1d 1a2b3c4d", "example:\n  volet file exchange:3f2a9c1d 1a2b3c4d"
        ).to(lang)
    elif name == "take-back":
        parser.add_argument("--reason", help=Said("code", "code").to(lang))
    run = {"claim": claim, "post": post, "list": list_titles, "read": read, "file": file, "take-back": take_back}[name]
    parser.set_defaults(run=run)


def _register_post(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.epilog = Said(
        'exemple :\n  volet post medical/1 --title "Synthèse" --text "Deux lignes." --kind synthesis',
        'example:\n  volet post medical/1 --title "Summary" --text "Two lines."',
    ).to(lang)
    parser.add_argument("--title", required=True)
    parser.add_argument("--text", help=Said("texte ; - pour l'entrée standard", "text; - for standard input").to(lang))
    parser.add_argument(
        "--kind", default="note", choices=sorted({kind for kind, _ in REGISTERED} - {"annex", "document", "filed"})
    )
    parser.add_argument(
        "--fields", metavar="JSON", help=Said("autres champs du genre", "other fields of the kind").to(lang)
    )
    add_masks(parser, lang)
    parser.add_argument(
        "--source",
        choices=sorted(SOURCES),
        help=Said("dont ce sont les propos : personne, aidant", "whose words these are").to(lang),
    )
    parser.add_argument(
        "--offline",
        action="store_true",
        help=Said("garder ici jusqu'à volet sync", "keep here until volet sync").to(lang),
    )
    parser.add_argument("--relation", action="append", default=[], metavar="replies_to:ID")


def claim(context: Context, args: argparse.Namespace) -> None:
    """Start the keys of sections."""
    client = context.client()
    sections = [the_place(client, given).name for given in args.section]
    view = client.granting.claim(client.cases.view(the_case(client, args)), sections)
    context.terminal.result(
        {"sections": [{"section": section, "epoch": view.main.section(section).epoch} for section in sections]},
        [Said("Pris en charge.", "Claimed.")],
    )


def post(context: Context, args: argparse.Namespace) -> None:
    """Write an entry."""
    client = context.client()
    case, place, fields = the_case(client, args), the_place(client, args.place), _fields(args)
    masking = masking_of(client, args)
    if args.offline or (args.kind in NOTED and masking == UNMASKED and _out_of_reach(client, case)):
        _keep(context, args, place, fields, masked=masking != UNMASKED)
        return
    if args.third_party:
        fields, apart = _passages_apart(client, case, place, fields, args.third_party)
        masking = replace(masking, passages=apart)
    posted = client.entries.post(
        case,
        place,
        args.title,
        kind=args.kind,
        fields=fields,
        relations=[_relation(given) for given in args.relation],
        masking=masking,
    )
    context.terminal.result(
        {
            "id": posted.id,
            "place": str(posted.place),
            "form": posted.form,
            **({"epoch": posted.epoch} if posted.epoch else {}),
            **({"passages": list(masking.passages)} if masking.passages else {}),
        },
        [Said(f"Enregistré : {posted.id[:8]} dans {args.place}.", f"Stored: {posted.id[:8]} in {args.place}.")],
    )


def _out_of_reach(client: Client, case: str) -> bool:
    """Tell whether the hub is away before anything was sent: what was sent and not answered is never kept twice."""
    try:
        client.cases.view(case)
    except UnreachableError:
        return True
    return False


def _keep(context: Context, args: argparse.Namespace, place: Place, fields: JsonObject, *, masked: bool) -> None:
    """Keep a note on this device; what only the hub can judge waits for it."""
    client = context.client()
    if args.relation or masked or args.third_party:
        raise UsageError(
            Said("Hors ligne, une note n'a ni masque ni relation.", "Off line a note has no mask and no relation."),
            Said("Notez le texte ; le reste au retour du réseau.", "Note the text; the rest once there is a network."),
        )
    note = client.notes.keep(the_case(client, args), place, args.title, args.kind, fields)
    said = Said(
        "Gardé sur cet appareil, chiffré, avec l'heure. Personne ne le lit encore : volet sync.",
        "Kept on this device, encrypted, with its time. Nobody reads it yet: volet sync.",
    )
    context.terminal.result({"kept": note.id, "noted_ms": note.noted_ms}, [said])


def _fields(args: argparse.Namespace) -> JsonObject:
    text = sys.stdin.read() if args.text == "-" else args.text
    fields: dict[str, JsonValue] = {} if text is None else {"text": str(text)}
    if args.source:
        fields["source"] = args.source
    if args.fields:
        try:
            more: object = json.loads(args.fields)
        except ValueError:
            more = None
        if not isinstance(more, dict):
            raise UsageError(Said("--fields attend un objet JSON.", "--fields takes a JSON object."))
        fields.update(cast("JsonObject", more))
    return fields


def _passages_apart(
    client: Client, case: str, place: Place, fields: JsonObject, passages: list[str]
) -> tuple[JsonObject, tuple[str, ...]]:
    """Store what concerns a third party apart, first; return the fields without it, and the ids of the passages."""
    if place.kind != SECTION:
        raise UsageError(
            Said("Un passage se retire d'un élément d'un volet.", "A passage is cut out of an entry of a section.")
        )
    kept = {**fields, "text": cut(str(fields.get("text", "")), passages)}
    stored = [
        client.entries.post(
            case, place, title_of(number), fields={"text": passage}, masking=Masking(THIRD_PARTY)
        ).id
        for number, passage in enumerate(passages, 1)
    ]  # fmt: skip
    return kept, tuple(sorted(stored))


def _relation(given: str) -> Relation:
    relation, _, entry = given.partition(":")
    if relation not in RELATIONS or not entry:
        known = ", ".join(sorted(RELATIONS))
        raise UsageError(Said(f"Relation inconnue : {given}.", f"Unknown relation: {given}."), Said(known, known))
    return Relation(relation, entry)


def list_titles(context: Context, args: argparse.Namespace) -> None:
    """List the titles of a place."""
    client = context.client()
    case, place = the_case(client, args), the_place(client, args.place)
    reads = client.entries.titles(case, place)
    if place.kind == SECTION:
        reads += client.entries.titles(case, Place(MASKED, place.name))
    rows: list[JsonValue] = [_row(client, read, context.config.lang) for read in reads]
    context.terminal.result(
        {"place": args.place, "entries": rows},
        [_line(client, read, _reserved(client, case, place)) for read in reads]
        or [Said("Rien pour l'instant.", "Nothing yet.")],
    )


def _row(client: Client, read: Read, lang: str) -> JsonValue:
    entry = read.listed.entry
    row: dict[str, JsonValue] = {"n": read.listed.n, "taken_back": read.listed.taken_back}
    if entry is not None:
        row |= {
            "id": entry.id, "author": entry.header.preamble.user, "form": entry.header.form,
            "author_name": user_name(client, entry.header.preamble.user), "time_ms": entry.header.preamble.time_ms,
        }  # fmt: skip
        if entry.header.epoch is not None:
            row["epoch"] = entry.header.epoch
        if entry.header.mask is not None:
            row["mask"] = entry.header.mask
        if entry.header.passages:
            row["passages"] = list(entry.header.passages)
    if read.title is not None:
        row |= {"title": read.title.title, "kind": read.title.kind}
        if read.title.file is not None:
            row["file"] = read.title.file.to_json()
    if read.error is not None:
        row["error"] = read.error.diagnostics(lang)
    return row


def _reserved(client: Client, case: str, place: Place) -> Said | None:
    """Return why the rules keep this section from me, if they do: no colleague will then grant its keys."""
    sections = client.cases.sections(client.cases.view(case))
    return next((item.reason for item in sections if item.section == place.name and item.read.effect != PERMIT), None)


def _line(client: Client, read: Read, reserved: Said | None) -> Said:
    entry = read.listed.entry
    if entry is not None and read.title is None and reserved is not None:
        who, when = user_name(client, entry.header.preamble.user), _when(entry.header.preamble.time_ms)
        start = f"{read.listed.n:>4}  {entry.id[:8]}  {when}  {who}  — "
        return Said(f"{start}ne vous est pas communiqué. {reserved.fr}", f"{start}not open to you. {reserved.en}")
    if entry is None or read.title is None:
        error = read.error or VoletError(Said("?", "?"))
        return Said(
            f"{read.listed.n:>4}  — {error.said.fr} {error.hint.fr}",
            f"{read.listed.n:>4}  — {error.said.en} {error.hint.en}",
        )
    who, when = user_name(client, entry.header.preamble.user), _when(entry.header.preamble.time_ms)
    line = f"{read.listed.n:>4}  {entry.id[:8]}  {when}  {who}  {read.title.title}"
    mask = MASKS.get(entry.header.mask or "")
    return Said(line, line) if mask is None else Said(f"{line}  ({mask.fr})", f"{line}  ({mask.en})")


def _when(time_ms: int) -> str:
    return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y %H:%M")


def read(context: Context, args: argparse.Namespace) -> None:
    """Read one entry."""
    client = context.client()
    case, place = the_case(client, args), the_place(client, args.place)
    opened = client.entries.read(case, place, args.entry, intent=args.intent, purpose=args.purpose)
    row = cast("dict[str, JsonValue]", _row(client, opened, context.config.lang))
    lines = [_line(client, opened, None)]
    body = opened.body
    filed = client.filings.opened(opened)
    if filed is not None:
        header, body = filed.first.header, filed.body
        who, when = user_name(client, header.preamble.user), _when(header.preamble.time_ms)
        row |= {"filed": filed.first.id, "written_by": header.preamble.user, "written_by_name": who}
        lines.append(
            Said(f"écrit par {who}, {when} ; signature vérifiée", f"written by {who}, {when}; signature verified")
        )
    if isinstance(body, Content):
        row["body"] = body.fields
        row["relations"] = [item.to_json() for item in body.relations]
        text = str(body.fields.get("text", json.dumps(body.fields, ensure_ascii=False)))
        lines += [*_told_by(body), Said(text, text)]
    elif isinstance(body, Unknown):
        row["unknown"] = body.text()
        lines.append(Said(body.text(), body.text()))
    elif body is not None:
        lines.append(Said("Document : volet fetch.", "Document: volet fetch."))
    lines += _passage_lines(client, case, opened, row)
    row["leaf"] = opened.leaf or 0
    lines.append(
        Said(f"Consultation inscrite au journal, n° {opened.leaf}.", f"Recorded in the log, number {opened.leaf}.")
    )
    context.terminal.result(row, lines)


def _told_by(body: Content) -> list[Said]:
    """Return whose words an entry reports, and when it was written where that was off line."""
    lines = {
        "helper": [Said("« propos de l'aidant »", "words of the carer")],
        "person": [Said("« propos de la personne »", "words of the person")],
    }.get(str(body.fields.get("source")), [])
    noted = body.fields.get("noted_ms")
    if isinstance(noted, int):
        lines = [*lines, Said(f"écrit hors ligne le {_when(noted)}", f"written off line {_when(noted)}")]
    return lines


def _passage_lines(client: Client, case: str, opened: Read, row: dict[str, JsonValue]) -> list[Said]:
    """Read the passages kept apart, where the rules let this reader have them; the mark in the text stays."""
    entry = opened.listed.entry
    if entry is None or not entry.header.passages:
        return []
    place = Place(MASKED, f"{entry.header.compartment}/{entry.header.level}")
    lines: list[Said] = []
    told: list[JsonValue] = []
    for passage in entry.header.passages:
        try:
            read = client.entries.read(case, place, passage)
        except VoletError:
            # Redacted (R66): the person is given the rest, and nothing of the passage.
            continue
        text = str(read.body.fields.get("text", "")) if isinstance(read.body, Content) else ""
        told.append({"id": passage, "text": text})
        lines.append(Said(f"{title_of(len(told))} : {text}", f"{title_of(len(told))}: {text}"))
    row["passages_read"] = told
    return lines


def file(context: Context, args: argparse.Namespace) -> None:
    """File an entry of an exchange in the section that the exchange is about."""
    client = context.client()
    posted = client.filings.file(the_case(client, args), the_place(client, args.place), args.entry)
    place = posted.place.name
    context.terminal.result(
        {"id": posted.id, "place": str(posted.place)},
        [
            Said(
                f"Classé dans {place}, avec la signature de qui l'a écrit.",
                f"Filed in {place}, as its author signed it.",
            )
        ],
    )


def take_back(context: Context, args: argparse.Namespace) -> None:
    """Take an entry back."""
    client = context.client()
    taken = client.entries.take_back(the_case(client, args), the_place(client, args.place), args.entry, args.reason)
    lines = [Said("Repris : effacé partout dans 7 jours au plus.", "Taken back: erased everywhere within 7 days.")]
    if taken.opened:
        lines.append(Said("Avant cela :", "Before that:"))
        lines += [one.said(user_name(client, one.user)) for one in taken.opened]
        lines.append(
            Said(
                "Prévenez-les, et votre délégué à la protection des données : c'est inscrit au journal.",
                "Tell them, and your data protection officer: it is in the log.",
            )
        )
    else:
        lines.append(
            Said(
                "Personne, parmi ceux que vous connaissez ici, ne l'avait ouvert.",
                "Nobody, of those you know here, had opened it.",
            )
        )
    opened: list[JsonValue] = [
        {"user": one.user, "part": one.part, "intent": one.intent, "time_ms": one.time_ms} for one in taken.opened
    ]
    context.terminal.result({"id": taken.id, "opened": opened}, lines)
