"""What `volet conference` understands and says: dates, people, entries, decisions, states."""

from __future__ import annotations

import argparse
import datetime as dt

from volet_client.cli.asking import the_place, the_user
from volet_client.cli.case_words import structure_name
from volet_client.client import Client
from volet_client.conferences import Convening
from volet_client.errors import UsageError
from volet_client.names import CONTACT
from volet_client.notices_words import Labels
from volet_client.resources import row_label
from volet_client.words import Said
from volet_protocol.case_facts import FOREVER, Record
from volet_protocol.fact_meetings import Conference
from volet_protocol.meeting_words import Announcement, DecisionTaken, Invited
from volet_protocol.places import Place


def asked(client: Client, case: str, args: argparse.Namespace) -> Convening:
    """Return what the arguments of `convene` describe."""
    start = instant(args.at)
    end = instant(args.until if " " in args.until else f"{args.at.split(' ')[0]} {args.until}")
    users = tuple(the_user(client, who) for who in args.users)
    people = [_member(client, case, user, name) for user, name in zip(users, args.users, strict=True)]
    people += [_guest(given) for given in args.guest]
    if end <= start:
        raise UsageError(Said("La réunion finit avant de commencer.", "The conference ends before it starts."))
    words = Announcement(args.purpose, args.place, start, end, tuple(args.agenda), tuple(people), args.why)
    entries = tuple(_entry(client, given) for given in args.entry)
    return Convening(words, args.kind, users, entries, args.person.replace("-", "_"), args.informed)


def _member(client: Client, case: str, user: str, name: str) -> Invited:
    facts = client.cases.view(case).main.facts
    found = facts.participations_of(user, client.clock())
    if not found:
        raise UsageError(
            Said(f"{name} ne participe pas au dossier.", f"{name} does not take part in the case."),
            Said(f'--guest "{name}, fonction, structure"', f'--guest "{name}, function, structure"'),
        )
    capacity = found[0].fact.capacity
    return Invited(name, row_label(capacity.row), structure_name(client, capacity.structure), found[0].hash)


def _guest(given: str) -> Invited:
    parts = [part.strip() for part in given.split(",")]
    if len(parts) not in {2, 3} or not all(parts):
        raise UsageError(
            Said(f"Invité mal décrit : {given}.", f"Unclear guest: {given}."),
            Said('--guest "M. Bail, bailleur, Office"', '--guest "M. Bail, landlord, Office"'),
        )
    return Invited(parts[0], parts[1], parts[2] if len(parts) > 2 else None)  # noqa: PLR2004 - the third part


def _entry(client: Client, given: str) -> tuple[Place, str]:
    place, colon, entry = given.partition(":")
    if not colon or not entry:
        raise UsageError(
            Said(f"Élément mal désigné : {given}.", f"Unclear entry: {given}."),
            Said("--entry medical/2:1a2b3c4d", "--entry medical/2:1a2b3c4d"),
        )
    return the_place(client, place), entry


def decision(given: str) -> DecisionTaken:
    """Return the decision that `what ; who ; 2026-12-10` describes."""
    parts = [part.strip() for part in given.split(";")]
    if len(parts) not in {2, 3} or not all(parts):
        raise UsageError(
            Said(f"Décision mal décrite : {given}.", f"Unclear decision: {given}."),
            Said('--decision "quoi ; qui ; 2026-12-10"', '--decision "what ; who ; 2026-12-10"'),
        )
    return DecisionTaken(parts[0], parts[1], instant(f"{parts[2]} 00:00") if len(parts) > 2 else None)  # noqa: PLR2004 - the third part


def instant(given: str) -> int:
    """Return a local `2026-12-01 14:00` in milliseconds."""
    try:
        when = dt.datetime.strptime(given, "%Y-%m-%d %H:%M").astimezone()
    except ValueError:
        raise UsageError(
            Said(f"Date inconnue : {given}.", f"Unknown date: {given}."),
            Said('"2026-12-01 14:00"', '"2026-12-01 14:00"'),
        ) from None
    return int(when.timestamp()) * 1000


def when(time_ms: int) -> str:
    """Return an instant as people write it here."""
    return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y %H:%M")


def state(record: Record[Conference], ended_ms: int, now_ms: int) -> Said:
    """Return where a conference stands now."""
    if ended_ms != FOREVER:
        return Said("annulée", "called off") if ended_ms <= record.fact.from_ms else Said("terminée", "over")
    if now_ms < record.fact.from_ms:
        return Said("à venir", "to come")
    return Said("en cours", "under way") if now_ms < record.fact.until_ms else Said("passée", "past")


def labels(client: Client) -> Labels:
    """Return what this profile calls people, and the trust bundle structures."""
    structures = {
        item.id: item.label for registrar in client.profile.bundle.registrars for item in registrar.structures
    }
    return Labels(lambda user: client.names.of(CONTACT, user), structures)
