"""`volet admin retention`: end what is kept longer than the published policy says, or show what would end."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from volet_protocol.errors import ProtocolError
from volet_protocol.log_positions import text_of
from volet_service.application.end_retention import Ended, end_retention, over
from volet_service.application.ports import Clock
from volet_service.bootstrap.hub import CannotStart
from volet_service.bootstrap.offline import act
from volet_service.bootstrap.terms import read_terms
from volet_service.settings import read_settings

_EXAMPLE = """exemple :
  volet admin retention var/hub --dry-run"""


def describe(made: argparse.ArgumentParser) -> None:
    """Give the act its arguments and an example."""
    made.epilog, made.formatter_class = _EXAMPLE, argparse.RawDescriptionHelpFormatter
    made.add_argument("folder", type=Path, nargs="?")
    how = made.add_mutually_exclusive_group(required=True)
    how.add_argument("--dry-run", action="store_true", help="montrer ce qui arrive à échéance, sans rien effacer")
    how.add_argument("--run", action="store_true", help="effacer ce qui arrive à échéance")


def run(asked: argparse.Namespace, clock: Clock | None = None) -> str:
    """Show or end; return the lines for the operator. Raises `CannotStart`."""
    settings = read_settings(asked.folder)
    try:
        policy = read_terms(settings)
    except ProtocolError as error:
        raise CannotStart(f"{error.what} does not load: {error.reason.value}") from error
    found = act(settings, partial(end_retention if asked.run else over, policy), clock)
    return "\n".join(_line(ended, policy.terms[ended.type].months) for ended in found)


def _line(ended: Ended, months: int) -> str:
    what = f"{ended.type.name.lower()} : {months} mois"
    if ended.records == 0:
        return f"{what}, rien à échéance"
    said = "à effacer" if ended.leaf is None else f"effacés, mention au journal n° {text_of(ended.leaf)}"
    return f"{what}, {ended.records} actes avant le n° {text_of(ended.index)} {said}"
