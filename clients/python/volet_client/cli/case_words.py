"""A case in words: who takes part, what is open to me, what a consent covers. No row code on a screen (glossary)."""

from __future__ import annotations

from volet_client.cases import SectionShown
from volet_client.cli.asking import user_name
from volet_client.client import Client
from volet_client.names import EXCHANGE as EXCHANGE_NAME
from volet_client.resources import profession_label, row_label
from volet_client.waiting import Count
from volet_client.words import Said
from volet_protocol.capacities import Capacity
from volet_protocol.fact_notices import Consent
from volet_protocol.places import EXCHANGE, MASKED, REPORT, Place
from volet_protocol.policy_table import PERMIT
from volet_protocol.words import LEVELS, part_name

_WIDTH = 19


def structure_name(client: Client, structure: str) -> str:
    """Return what the trust bundle calls a structure; its code when it names none."""
    labels = {item.id: item.label for registrar in client.profile.bundle.registrars for item in registrar.structures}
    return labels.get(structure, structure)


def member_line(client: Client, user: str, capacity: Capacity) -> Said:
    """Return who somebody is in a case: name, function, structure."""
    where = structure_name(client, capacity.structure)
    return Said(
        f"{user_name(client, user)} : {row_label(capacity.row, 'fr')}, {where}",
        f"{user_name(client, user)}: {row_label(capacity.row, 'en')}, {where}",
    )


def section_line(item: SectionShown) -> Said:
    """Return what I may do in a section, or why not and what to do next."""
    code = f"{item.section:<{_WIDTH}}"
    if item.read.effect != PERMIT:
        return Said(f"{code} {item.reason.fr}", f"{code} {item.reason.en}")
    write = item.write.effect == PERMIT
    return Said(
        f"{code} {section_name(item.section, 'fr')} : lecture{' et écriture' if write else ''}",
        f"{code} {section_name(item.section, 'en')}: read{' and write' if write else ''}",
    )


def count_line(client: Client, count: Count) -> Said:
    """Return how many entries of a place there are to know of, how many new, and how many stay closed to me."""
    place, said = Place.parse(count.place), count.said()
    closed = count.listed - count.readable
    shut = Said(f", {closed} que vous ne pouvez pas ouvrir", f", {closed} closed to you") if closed else Said("", "")
    where = Said(_place_name(client, place, "fr"), _place_name(client, place, "en"))
    return Said(f"{where.fr} : {said.fr}{shut.fr}", f"{where.en}: {said.en}{shut.en}")


def _place_name(client: Client, place: Place, lang: str) -> str:
    french = lang == "fr"
    if place.kind == EXCHANGE:
        return f"{'Échange' if french else 'Exchange'} {client.names.of(EXCHANGE_NAME, place.name)}"
    if place.kind == REPORT:
        return f"{'Signalement' if french else 'Report'} {place.name[:8]}"
    name = section_name(place.name, lang)
    if place.kind == MASKED:
        return f"{name} ({'éléments réservés' if french else 'masked entries'})"
    return name


def section_name(section: str, lang: str) -> str:
    """Return « Santé, le détail » for `medical/2`."""
    compartment, _, level = section.partition("/")
    return f"{part_name(compartment, lang)}, {LEVELS[lang][int(level)]}"


def consent_line(client: Client, hash_: str, consent: Consent, *, in_force: bool) -> Said:
    """Return what a consent covers, for whom, and whether it holds."""
    return Said(_consent(client, hash_, consent, in_force, "fr"), _consent(client, hash_, consent, in_force, "en"))


def _consent(client: Client, hash_: str, consent: Consent, in_force: bool, lang: str) -> str:  # noqa: FBT001 - private
    french = lang == "fr"
    what = " ; ".join(section_name(f"{item.compartment}/{item.level}", lang) for item in consent.information)
    to = consent.recipients
    whom = [
        *(row_label(row, lang) for row in to.rows or ()),
        *(profession_label(code) for code in to.professions or ()),
        *(user_name(client, user) for user in to.users or ()),
        *(structure_name(client, structure) for structure in to.structures or ()),
    ]
    given = ("accord" if french else "consent") if consent.decision == "given" else ("refus" if french else "refusal")
    state = ("en vigueur" if french else "in force") if in_force else ("terminé" if french else "ended")
    colon = " : " if french else ": "
    for_ = " — pour " if french else " — for "
    return f"{hash_[:8]}  {given}, {state}{colon}{what}{for_ + ', '.join(whom) if whom else ''}"
