"""`volet case`, `volet sync`: open, list, show; verify and do what is owed."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from volet_client import facts
from volet_client.casebook import CaseView
from volet_client.cases import SectionShown
from volet_client.cli import linked_cases
from volet_client.cli.asking import add_case, the_case, the_user, user_name
from volet_client.cli.case_words import count_line, member_line, section_line
from volet_client.cli.context import Context
from volet_client.cli.emergency_words import answered_lines, audited_line, to_audit
from volet_client.cli.emergency_words import line as emergency_line
from volet_client.cli.emergency_words import row as emergency_row
from volet_client.cli.facts_asking import add_recording, collecting
from volet_client.cli.facts_telling import tell
from volet_client.cli.members import Verbs
from volet_client.cli.outbox import flushed_lines, stored_lines
from volet_client.client import Client
from volet_client.granting import Duties
from volet_client.names import CASE
from volet_client.waiting import AUDIT, counted
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.case_facts import Record
from volet_protocol.fact_people import Participation


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "sync":
        parser.description = Said(
            "Vérifie tout ce que la plateforme sert, puis renouvelle et accorde les clés dues : personne n'attend.",
            "Verifies all that the hub serves, then rotates and grants the keys that are owed: nobody waits.",
        ).to(lang)
        add_case(parser, lang)
        parser.set_defaults(run=sync)
        return
    parser.epilog = Said(
        'exemple :\n  volet case open --name "Mme A" --person mme-a',
        'example:\n  volet case open --name "Mrs A" --person mrs-a',
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    opened = verbs.add_parser("open", help=Said("ouvrir un dossier", "open a case").to(lang))
    opened.add_argument("--name", help=Said("nom local, jamais envoyé", "local name, never sent").to(lang))
    opened.add_argument("--kind", choices=("care", "mdph"), default="care")
    opened.add_argument("--person", metavar="NOM", help=Said("compte de la personne", "the person's account").to(lang))
    opened.add_argument("--identity-status", choices=("PROV", "RECUP", "VALI", "QUAL"), default="VALI")
    linked_cases.add_born(opened.add_argument, lang)
    opened.set_defaults(run=case_open)
    listed = verbs.add_parser("list", help=Said("ses dossiers", "one's cases").to(lang))
    listed.set_defaults(run=case_list)
    shown = verbs.add_parser("show", help=Said("ce que je peux y faire", "what I may do in one").to(lang))
    add_case(shown, lang)
    shown.set_defaults(run=case_show)
    _register_closing(verbs, lang)
    linked_cases.register_verbs(verbs, lang)
    named = verbs.add_parser("name", help=Said("donner un nom local", "give a local name").to(lang))
    named.add_argument("name")
    add_case(named, lang)
    named.set_defaults(run=case_name)


def _register_closing(verbs: Verbs, lang: str) -> None:
    close = verbs.add_parser("close", help=Said("fermer et archiver un dossier", "close and archive").to(lang))
    close.add_argument("--delete", action="store_true", help=Said("supprimer", "decide its deletion").to(lang))
    add_recording(close, lang)
    close.set_defaults(run=case_retention, decision="archived")
    contact = verbs.add_parser("contact", help=Said("noter un contact : reste actif", "note a contact").to(lang))
    add_recording(contact, lang)
    contact.set_defaults(run=case_retention, decision="none", delete=False)


def case_retention(context: Context, args: argparse.Namespace) -> None:
    """Note the last contact, or what is decided of the case (R74)."""
    client = context.client()
    decision = "deleted" if args.delete else str(args.decision)
    done = client.facts.record(the_case(client, args), facts.retention(decision), collecting(args))
    said = {
        "archived": Said("Dossier fermé et archivé.", "Case closed and archived."),
        "deleted": Said("Dossier fermé : suppression décidée.", "Case closed: its deletion is decided."),
        "none": Said("Contact noté : le dossier reste actif deux ans.", "Noted: the case stays active for two years."),
    }[decision]
    tell(context, done, {"decision": decision}, said)


def case_open(context: Context, args: argparse.Namespace) -> None:
    """Open a case."""
    client = context.client()
    person = the_user(client, str(args.person)) if args.person else None
    view = client.cases.open(args.kind, person, args.identity_status, majority_ms=linked_cases.majority_of(args.born))
    if args.name:
        client.names.put(CASE, str(args.name), view.case)
    context.terminal.result(
        {"case": view.case, "links": view.main.head.seq + 1},
        [Said(f"Dossier ouvert : {args.name or view.case}.", f"Case opened: {args.name or view.case}.")],
    )


def case_name(context: Context, args: argparse.Namespace) -> None:
    """Give a case a local name."""
    client = context.client()
    case = the_case(client, args)
    client.names.put(CASE, str(args.name), case)
    context.terminal.result({"case": case, "name": str(args.name)}, [Said(f"« {args.name} ».", f"`{args.name}`.")])


def case_list(context: Context, _args: argparse.Namespace) -> None:
    """List one's cases."""
    client = context.client()
    ids = client.cases.ids()
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for case in ids:
        name, counts = client.names.of(CASE, case), client.waiting.counts(case)
        listed, new = sum(one.listed for one in counts), sum(one.new for one in counts)
        rows.append({"case": case, "name": name, "listed": listed, "new": new})
        said = counted(listed, new)
        lines.append(Said(f"{name}  {case}  {said.fr}", f"{name}  {case}  {said.en}"))
    context.terminal.result({"cases": rows}, lines or [Said("Aucun dossier.", "No case.")])


def case_show(context: Context, args: argparse.Namespace) -> None:
    """Show a case: who takes part, and what I may do in which section, why not, and the next step."""
    client = context.client()
    view = client.cases.view(the_case(client, args))
    sections = client.cases.sections(view)
    members = _members(client, view)
    counts, now_ms = client.waiting.counts(view.case), client.clock()
    client.waiting.saw(view.case, now_ms)
    context.terminal.result(
        {
            "case": view.case,
            "members": members,
            "sections": [_section_json(item) for item in sections],
            "void": {hash_: reason.value for hash_, reason in view.main.voids.items()},
            "classes": sorted(view.classes),
            "counts": [asdict(one) for one in counts],
        },
        [
            *(member_line(client, record.fact.user, record.fact.capacity) for record in _present(client, view)),
            *(section_line(item) for item in sections),
            *(count_line(client, one) for one in counts),
            *preparation(client, view),
            *(linked_cases.link_line(client, link) for link in client.linked_cases.links(view.case)),
        ],
    )


def preparation(client: Client, view: CaseView) -> list[Said]:
    """Remind whoever works in a case of which the person has not been told yet (R23)."""
    if client.author.attestation is None or not client.team.in_preparation(view.case):
        return []
    return [
        Said(
            "En préparation : la personne n'est pas encore informée. Ce qui est à lui dire : volet notice team.",
            "In preparation: the person has not been told yet. What to tell them: volet notice team.",
        )
    ]


def _present(client: Client, view: CaseView) -> list[Record[Participation]]:
    now_ms = client.clock()
    return [record for record in view.main.facts.of(Participation) if view.main.facts.in_force(record, now_ms)]


def _members(client: Client, view: CaseView) -> list[dict[str, JsonValue]]:
    return [
        {
            "user": record.fact.user, "name": user_name(client, record.fact.user), "participation": record.hash,
            "row": record.fact.capacity.row, "structure": record.fact.capacity.structure, "limb": record.fact.limb,
        }
        for record in _present(client, view)
    ]  # fmt: skip


def _new_device(client: Client, user: str) -> Said:
    name = user_name(client, user)
    return Said(f"{name} a un nouvel appareil.", f"{name} has a new device.")


def _section_json(item: SectionShown) -> JsonValue:
    return {
        "section": item.section, "read": item.read.effect, "write": item.write.effect, "epoch": item.epoch,
        "holds_key": item.holds_key, "rules": list(item.read.rules),
        "explanation": {"fr": item.reason.fr, "en": item.reason.en},
    }  # fmt: skip


def sync(context: Context, args: argparse.Namespace) -> None:
    """Sync one case, or all of them."""
    client = context.client()
    # First of all: after a finding nothing more is written.
    client.own_chain.refresh()
    alarms = client.author.alarms()
    cases = [the_case(client, args)] if args.case else client.cases.ids()
    rows: list[JsonValue] = []
    reviews: dict[str, int] = {}
    recorded, refused_acts = client.facts.flush(cases[0] if args.case else None)
    stored, refused_notes = client.notes.flush(cases[0] if args.case else None)
    lines = [*flushed_lines(client, recorded, refused_acts), *stored_lines(client, stored, refused_notes)]
    for case in cases:
        view, duties = client.cases.sync(case)
        view, answered = client.emergency_answers.work(view)
        emergencies = client.emergencies.shown(view)
        reviews[case] = sum(one.may_review and one.awaits_review for one in emergencies)
        client.notebook.remember(view, client.rules.table.hash, client.clock())
        refused: dict[str, JsonValue] = {
            link: reason for chain in view.classes.values() for link, reason in chain.refused.items()
        }
        rows.append(
            {
                "case": case, "head": view.main.head.to_json(), "rotated": list(duties.rotated),
                "granted": {user: list(sections) for user, sections in duties.granted.items()},
                "waiting": dict(duties.waiting), "refused_boxes": refused,
                "failed": [error.diagnostics(context.config.lang) for error in duties.failed],
                "answered": dict(answered.opened), "emergencies": [emergency_row(client, one) for one in emergencies],
            }
        )  # fmt: skip
        lines += [*_duty_lines(client, case, duties), *answered_lines(answered)]
        lines += [said for shown in emergencies for said in emergency_line(client, view, shown)]
    audited = to_audit(client)
    client.waiting.remember_reviews({**reviews, AUDIT: len(audited)})
    waiting = client.waiting.line()
    lines += [said for one in audited for said in audited_line(client, one, client.clock())]
    known = dict.fromkeys(client.directory.new_devices)
    lines += [_new_device(client, user) for user in known if user != client.author.user]
    client.directory.new_devices.clear()
    lines += [line for line in (waiting, client.recovery.reminder(), *client.author.news) if line is not None]
    client.author.news.clear()
    context.terminal.result(
        {
            "cases": rows,
            "alarms": [alarm.to(context.config.lang) for alarm in alarms],
            "recorded": [done.hash for done in recorded],
            "refused": [*(item.id for item in refused_acts), *(note.id for note in refused_notes)],
            "stored": [note.id for note, _ in stored],
        },
        [*alarms, *lines],
    )


def _duty_lines(client: Client, case: str, duties: Duties) -> list[Said]:
    name = client.names.of(CASE, case)
    lines = [Said(f"{name} : vérifié.", f"{name}: verified.")]
    if duties.rotated:
        which = ", ".join(duties.rotated)
        lines.append(Said(f"  Clés renouvelées : {which}.", f"  Keys rotated: {which}."))
    for user, sections in duties.granted.items():
        who, which = user_name(client, user), ", ".join(sections)
        lines.append(Said(f"  Clés remises à {who} : {which}.", f"  Keys granted to {who}: {which}."))
    for user, reason in duties.waiting.items():
        who = user_name(client, user)
        lines.append(
            Said(
                f"  {who} : nouvel appareil, identité non confirmée ({reason}).",
                f"  {who}: new chain, identity not confirmed ({reason}).",
            )
        )
    failed = [
        Said(f"  {error.said.fr} {error.hint.fr}", f"  {error.said.en} {error.hint.en}") for error in duties.failed
    ]
    return [*lines, *failed]
