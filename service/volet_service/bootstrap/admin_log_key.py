"""`volet admin rotate-log-key`: a second key for the log, and later the end of the first one."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path

from volet_protocol.errors import ProtocolError
from volet_protocol.keys import SigningKey
from volet_protocol.log_positions import text_of
from volet_protocol.note_keys import NoteSigner
from volet_service.adapters.sealed import LooseKey, write_private
from volet_service.adapters.signer import read_log_key
from volet_service.application.ports import Clock
from volet_service.application.record_log_key import record_log_key
from volet_service.bootstrap.hub import CannotStart
from volet_service.bootstrap.offline import act
from volet_service.bootstrap.own_keys import own_log
from volet_service.settings import Settings, read_settings

_EXAMPLE = """exemple :
  volet admin rotate-log-key var/hub
  volet admin rotate-log-key var/hub --finish"""


def describe(made: argparse.ArgumentParser) -> None:
    """Give the act its arguments and an example."""
    made.epilog, made.formatter_class = _EXAMPLE, argparse.RawDescriptionHelpFormatter
    made.add_argument("folder", type=Path, nargs="?")
    made.add_argument("--finish", action="store_true", help="détruire l'ancienne clé ; la suivante signe seule")


def run(asked: argparse.Namespace, clock: Clock | None = None) -> str:
    """Draw the next key, or end the first one; return the sentence for the operator. Raises `CannotStart`."""
    settings = read_settings(asked.folder)
    try:
        return _finish(settings, clock) if asked.finish else _draw(settings)
    except LooseKey as error:
        raise CannotStart(str(error)) from error
    except ProtocolError as error:
        raise CannotStart(f"{error.what} does not load: {error.reason.value}") from error


def _draw(settings: Settings) -> str:
    path = settings.path(settings.log_key_next)
    if path.exists():
        raise CannotStart(f"{path} is there already: list it in the trust bundle, then finish with --finish")
    first = read_log_key(settings.path(settings.log_key))
    following = NoteSigner(first.name, SigningKey(os.urandom(32)))
    write_private(path, following.dangerous_private_text().encode() + b"\n")
    return (
        f"Clé suivante tirée. À ajouter à la politique du journal, dans le bundle suivant : log {following.vkey}\n"
        f"Les deux clés signent dès que trust.json les nomme toutes deux."
    )


def _finish(settings: Settings, clock: Clock | None) -> str:
    own = own_log(settings)
    if len(own.signers) == 1:
        raise CannotStart("there is no next key that the trust bundle lists: nothing to finish")
    first, following = own.signers
    if own.trust.log_vkey != following.vkey:
        # Whoever starts with that bundle would look for a line that nobody writes any more.
        raise CannotStart("the trust bundle still names the old key first: its successor names the next one")
    leaf = act(settings, partial(record_log_key, first.vkey, following.vkey), clock)
    # One rename: either both keys are there, or the next one alone.
    settings.path(settings.log_key_next).replace(settings.path(settings.log_key))
    return f"L'ancienne clé est détruite ; la suivante signe seule (journal n° {text_of(leaf)})."
