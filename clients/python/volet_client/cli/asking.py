"""What several command groups ask for in one way: a case, a place, people, information, times."""

from __future__ import annotations

import argparse
import re

from volet_client.case_references import known_case
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.names import CASE, CONTACT, EXCHANGE
from volet_client.words import Said
from volet_protocol.errors import ProtocolError
from volet_protocol.fact_notices import Information
from volet_protocol.places import EXCHANGE as IN_EXCHANGE
from volet_protocol.places import MASKED, SECTION, Place, section_code

DAY_MS = 24 * 3_600_000


def add_case(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add --case; without it, the only case of this user is meant."""
    parser.add_argument(
        "--case", metavar="DOSSIER", help=Said("nom, référence ou identifiant", "name, reference or id").to(lang)
    )


def the_case(client: Client, args: argparse.Namespace) -> str:
    """Return the id of the case that is meant."""
    if args.case:
        given = str(args.case)
        if given in client.names.all(CASE):
            return client.names.find(CASE, given)
        return known_case(given, client.cases.ids()) or client.names.find(CASE, given)
    known = client.cases.ids()
    if len(known) == 1:
        return known[0]
    raise UsageError(
        Said(f"{len(known)} dossiers : précisez lequel.", f"{len(known)} cases: say which."),
        Said("--case NOM", "--case NAME"),
    )


def the_user(client: Client, given: str) -> str:
    """Return the id of the user that a local name stands for."""
    return client.names.find(CONTACT, given)


def user_name(client: Client, user: str) -> str:
    """Return the local name of a user: « vous » for oneself."""
    if user == client.author.user:
        return "vous" if client.profile.config.lang == "fr" else "you"
    return client.names.of(CONTACT, user)


def the_place(client: Client, given: str, *, masked: bool = False) -> Place:
    """Return the place that `medical/2`, `exchange:NAME` or an exchange's name stands for."""
    kind, colon, name = given.partition(":")
    if colon and kind == IN_EXCHANGE:
        return Place(IN_EXCHANGE, client.names.find(EXCHANGE, name))
    if "/" in given:
        compartment, level = information_of(given).compartment, information_of(given).level
        return Place(MASKED if masked else SECTION, section_code(compartment, level))
    return Place(IN_EXCHANGE, client.names.find(EXCHANGE, given))


def information_of(given: str) -> Information:
    """Return the compartment and level that `medical/2` stands for."""
    compartment, _, level = given.partition("/")
    try:
        section_code(compartment, int(level) if level in {"1", "2"} else 0)
    except ProtocolError:
        raise UsageError(
            Said(f"Volet inconnu : {given}.", f"Unknown section: {given}."),
            Said("Par exemple medical/2 ; volet case show les liste.", "For example medical/2; see volet case show."),
        ) from None
    return Information(compartment, int(level))


def information_list(given: str) -> tuple[Information, ...]:
    """Return what `medical/2,medication/1` stands for."""
    return tuple(information_of(item) for item in given.split(","))


def duration_ms(given: str) -> int:
    """Return `15d` or `6h` in milliseconds."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})([dhj])", given)
    if found is None:
        raise UsageError(Said(f"Durée inconnue : {given}.", f"Unknown duration: {given}."), Said("15d, 6h", "15d, 6h"))
    return int(found[1]) * (3_600_000 if found[2] == "h" else DAY_MS)
