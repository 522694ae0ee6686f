"""What every command that records a fact asks for in one way: when, with which words, and which of several."""

from __future__ import annotations

import argparse
import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from volet_client.cli.asking import add_case, duration_ms, user_name
from volet_client.cli.case_words import structure_name
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.facts import LAST
from volet_client.facts_annexes import Words
from volet_client.facts_recording import Collecting
from volet_client.facts_words import Namer, sentence
from volet_client.words import Said
from volet_protocol.annexes import TIES, Helper
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.fact_codec import LATE_REASONS
from volet_protocol.facts import Fact

F = TypeVar("F", bound=Fact)
_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d", "%d/%m/%Y %H:%M", "%d/%m/%Y")


def add_recording(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add --case, and what says when and with whom something was collected."""
    add_case(parser, lang)
    group = parser.add_argument_group(Said("recueil", "collecting").to(lang))
    group.add_argument(
        "--offline",
        action="store_true",
        help=Said("noter sur cet appareil, envoyer à volet sync", "note here, send at volet sync").to(lang),
    )
    group.add_argument(
        "--collected", metavar="2026-11-20 14:30", help=Said("si c'était avant", "if it was earlier").to(lang)
    )
    group.add_argument(
        "--late",
        choices=sorted(LATE_REASONS),
        help=Said("pourquoi c'est enregistré plus de 72 h après", "why it is recorded after 72 hours").to(lang),
    )
    group.add_argument("--reason", help=Said("cette raison, en mots", "that reason, in words").to(lang))
    group.add_argument("--note", help=Said("mots à garder avec l'acte, chiffrés", "words to keep with it").to(lang))
    group.add_argument(
        "--paper", type=Path, metavar="PHOTO", help=Said("photo de la feuille", "photo of the sheet").to(lang)
    )
    group.add_argument(
        "--helped-by", metavar="NOM", help=Said("qui a aidé la personne à répondre", "who helped to answer").to(lang)
    )
    group.add_argument("--tie", choices=sorted(TIES), default="other", help=Said("son lien", "their tie").to(lang))
    group.add_argument(
        "--helper-absent", action="store_true", help=Said("n'était pas présent", "was not there").to(lang)
    )


def collecting(args: argparse.Namespace) -> Collecting:
    """Return how the fact comes about."""
    helper = Helper(args.helped_by, args.tie, present=not args.helper_absent) if args.helped_by else None
    words = Words(
        text=args.note, reason=args.reason, helper=helper, paper=args.paper, court=getattr(args, "court", None),
        judgment_ms=instant_ms(args.judgment) if getattr(args, "judgment", None) else None,
    )  # fmt: skip
    return Collecting(words, instant_ms(args.collected) if args.collected else None, args.late, args.offline)


def instant_ms(given: str) -> int:
    """Return `2026-11-20`, `20/11/2026` or either with a time of day, in the time zone of this machine."""
    for format_ in _FORMATS:
        try:
            # A date of a person is a date where they are.
            return int(dt.datetime.strptime(given, format_).astimezone().timestamp() * 1000)
        except ValueError:
            continue
    raise UsageError(
        Said(f"Date inconnue : {given}.", f"Unknown date: {given}."), Said("2026-11-20 14:30", "2026-11-20 14:30")
    )


def end_ms(client: Client, given: str | None) -> int | None:
    """Return when something ends: a date, a duration such as `90d` from now, or None."""
    if given is None:
        return None
    return instant_ms(given) if "-" in given or "/" in given else client.clock() + duration_ms(given)


def namer(client: Client, lang: str) -> Namer:
    """Return how this profile calls people and structures."""
    return Namer(lang, lambda user: user_name(client, user), lambda code: structure_name(client, code))


def chosen(client: Client, facts: CaseFacts, records: Iterable[Record[F]], words: Sequence[str]) -> str:
    """Return the hash of the record meant: `last`, its first characters, words of its sentence; else say which fit."""
    known = list(records)
    lang = client.profile.config.lang
    said = {record.hash: sentence(record.fact, facts, namer(client, lang)) for record in known}
    if not words or list(words) == [LAST]:
        found = known[-1:] if words or len(known) == 1 else known
    else:
        found = [one for one in known if all(_fits(word, one.hash, said[one.hash]) for word in words)]
    if len(found) == 1:
        return found[0].hash
    lines = "\n".join(f"  {hash_[:8]}  {text}" for hash_, text in said.items() if not found or _among(hash_, found))
    raise UsageError(
        Said(f"{len(found)} conviennent. En vigueur :\n{lines}", f"{len(found)} fit. In force:\n{lines}")
        if lines
        else Said("Rien de tel n'est en vigueur.", "Nothing of that kind is in force."),
        Said("Donnez un mot qui n'en désigne qu'un, ses premiers caractères, ou last.", "Give a word that fits one."),
    )


def _among(hash_: str, records: Iterable[Record[F]]) -> bool:
    return any(record.hash == hash_ for record in records)


def _fits(word: str, hash_: str, said: str) -> bool:
    return hash_.startswith(word) or _plain(word) in _plain(said)


def _plain(text: str) -> str:
    """Return a text without accents and capitals: people type names as they hear them."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
