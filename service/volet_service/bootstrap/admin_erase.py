"""`volet admin erase`: a decision of the data protection officer takes effect, and the log says so."""

from __future__ import annotations

import argparse
import datetime as dt
from functools import partial
from pathlib import Path

from volet_protocol.erasures import ErasureAuthority, ErasureReason, code_of
from volet_protocol.log_positions import parse_position, text_of
from volet_service.application.erase_record import EraseRecord, erase_record
from volet_service.application.ports import Clock
from volet_service.bootstrap.offline import act
from volet_service.settings import read_settings

_REASONS = {code_of(one): one for one in ErasureReason if one is not ErasureReason.TAKEN_BACK}
_AUTHORITIES = {
    code_of(one): one
    for one in ErasureAuthority
    if one not in {ErasureAuthority.AUTHOR, ErasureAuthority.RETENTION_POLICY}
}
_EXAMPLE = """exemple :
  volet admin erase var/hub --log-record 1042 --reason person-asked --authority data-protection-officer"""


def describe(made: argparse.ArgumentParser) -> None:
    """Give the act its arguments and an example."""
    made.epilog, made.formatter_class = _EXAMPLE, argparse.RawDescriptionHelpFormatter
    made.add_argument("folder", type=Path, nargs="?")
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("--log-record", type=parse_position, metavar="N", help="numéro de l'acte dans le journal")
    what.add_argument("--entry", metavar="ID", help="élément, par son identifiant entier")
    made.add_argument("--reason", required=True, choices=sorted(_REASONS), help="motif, inscrit au journal")
    made.add_argument(
        "--authority", required=True, choices=sorted(_AUTHORITIES), help="qui a décidé, inscrit au journal"
    )


def run(asked: argparse.Namespace, clock: Clock | None = None) -> str:
    """Erase; return the sentence for the operator. Raises `CannotStart`."""
    target = asked.entry if asked.log_record is None else asked.log_record
    command = EraseRecord(target, _REASONS[asked.reason], _AUTHORITIES[asked.authority])
    done = act(read_settings(asked.folder), partial(erase_record, command), clock)
    day = dt.datetime.fromtimestamp(done.everywhere_ms / 1000, dt.UTC).date().isoformat()
    return (
        f"Effacé : journal n° {text_of(done.index)}. La mention est au n° {text_of(done.leaf)}. "
        f"Effacé aussi de toutes les sauvegardes des parts le {day} (UTC)."
    )
