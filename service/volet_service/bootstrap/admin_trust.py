"""`volet admin trust`: a trust bundle of the controller into force, said in the log with its signatures.

So the first registrar of a structure begins by words that the controller's keys signed and that nobody can take back
unseen: who may attest whom is as public to an auditor as who may read.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from volet_protocol.errors import ProtocolError
from volet_protocol.log_positions import text_of
from volet_protocol.trust_bundle import TrustBundle, UnverifiedBundle
from volet_protocol.trust_parties import Registrar
from volet_service.adapters.sealed import LooseKey
from volet_service.application.ports import Clock
from volet_service.application.record_trust import record_trust
from volet_service.bootstrap.hub import CannotStart
from volet_service.bootstrap.offline import act
from volet_service.bootstrap.own_keys import own_log
from volet_service.settings import Settings, read_settings

_EXAMPLE = """exemple :
  volet admin trust var/hub --bundle trust-2.json"""


def describe(made: argparse.ArgumentParser) -> None:
    """Give the act its arguments and an example."""
    made.epilog, made.formatter_class = _EXAMPLE, argparse.RawDescriptionHelpFormatter
    made.add_argument("folder", type=Path, nargs="?")
    made.add_argument("--bundle", type=Path, required=True, metavar="trust.json", help="signé par le responsable")


def run(asked: argparse.Namespace, clock: Clock | None = None) -> str:
    """Put a bundle into force, or say again the one in force; return the sentence. Raises `CannotStart`.

    It has to follow the one in force (docs/spec/trust.md, 4 and 5) and to be of this hub and its log; else the folder
    stays as it was.
    """
    settings = read_settings(asked.folder)
    path = settings.path(settings.trust)
    before = path.read_bytes() if path.is_file() else None
    try:
        offered = TrustBundle.read(asked.bundle.read_bytes())
        former = None if before is None else TrustBundle.read(before).verify(None)
        bundle = offered.verify(former)
    except ProtocolError as error:
        raise CannotStart(f"{asked.bundle} is not put into force: {error.what} ({error.reason.value})") from error
    leaf = _into_force(settings, path, before, offered, clock)
    known = () if former is None else former.registrars
    return "\n".join([
        f"Fichier de confiance n° {bundle.version} en vigueur (journal n° {text_of(leaf)}).",
        f"Empreinte : {bundle.hash}",
        *(f"Gestionnaire des habilitations {_words(one, known)}" for one in bundle.registrars),
    ])  # fmt: skip


def _into_force(
    settings: Settings, path: Path, before: bytes | None, offered: UnverifiedBundle, clock: Clock | None
) -> int:  # fmt: skip
    # The hub that appends has to be the one of the new bundle: a key that it does not list could not sign the leaf.
    _put(path, offered.signed.to_bytes())
    try:
        own_log(settings)
        return act(settings, partial(record_trust, offered.signed), clock)
    except BaseException as error:
        if before is None:
            path.unlink()
        else:
            _put(path, before)
        if isinstance(error, LooseKey | ProtocolError):
            raise CannotStart(str(error)) from error
        raise


def _put(path: Path, data: bytes) -> None:
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    new.replace(path)


def _words(one: Registrar, known: tuple[Registrar, ...]) -> str:
    former = next((other for other in known if other.key == one.key), None)
    if one.until_ms is not None:
        state = "terminé"
    elif former is None:
        state = "nouveau"
    else:
        state = "inchangé" if former == one else "changé"
    return f"« {one.name} » ({state}) : {', '.join(structure.label for structure in one.structures)}"
