"""`volet registrar leave`: somebody leaves; off the staff list, and what they were attested ends at each hub.

The list first: nobody is attested again while hubs are asked. A hub that did not take an end is said, and the same line
tried again asks it anew (docs/spec/departures.md).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from volet_protocol.departures import NOTICE_MS, end_body
from volet_protocol.statements import sign
from volet_service.entrypoints.registrar.attested_list import AttestedUser, path_of, read
from volet_service.entrypoints.registrar.config import RegistrarConfig
from volet_service.entrypoints.registrar.freezing import Send
from volet_service.entrypoints.registrar.staff_csv import StaffLine, key_of
from volet_service.entrypoints.registrar.staff_list import load, store

CREATED = 201


@dataclass(frozen=True)
class Leaving:
    """What leaves: lines of the staff list, what stays of it, and the accounts whose attestations end."""

    lines: Sequence[StaffLine]
    after: Sequence[StaffLine]
    accounts: Sequence[AttestedUser]
    unknown: Sequence[str]


@dataclass(frozen=True)
class Ended:
    """One account whose attestations a hub was asked to end: None as `refused` where it did, its words otherwise."""

    account: AttestedUser
    refused: str | None


def describe(made: argparse.ArgumentParser) -> None:
    """Give the line its arguments and an example."""
    made.epilog = "exemple :\n  volet registrar leave nadia --structure ccas-lyon --config registrar.json --apply"
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.add_argument("subs", nargs="+", metavar="identifiant", help="comme dans la liste (as in the staff list)")
    made.add_argument("--structure", help="cette structure seulement (this structure only)")
    made.add_argument("--config", type=Path, required=True, help="fichier de configuration (configuration file)")
    made.add_argument("--apply", action="store_true", help="le faire ; sinon, montrer seulement (do it)")


def plan(config: RegistrarConfig, subs: Sequence[str], structure: str | None) -> Leaving:
    """Return what the departure of these people comes to; raise `RegistrarConfigError` or `OSError`."""
    before, attested = load(config.staff_path), read(path_of(config))

    def leaves(sub: str, of: str) -> bool:
        return sub in subs and structure in {None, of}

    gone = [line for line in before if leaves(key_of(line)[0], key_of(line)[2])]
    accounts = [one for one in attested if leaves(one.sub, one.structure)]
    known = {*(key_of(line)[0] for line in gone), *(one.sub for one in accounts)}
    return Leaving(
        gone, [one for one in before if one not in gone], accounts, [sub for sub in subs if sub not in known]
    )


def leave(options: argparse.Namespace, config: RegistrarConfig, send: Send, now_ms: int) -> int:
    """Show who leaves, and do it where that was asked; return 1 for an unknown name or a hub that refused."""
    leaving = plan(config, list(options.subs), options.structure)
    if leaving.unknown:
        named = ", ".join(leaving.unknown)
        sys.stderr.write(f"Ni sur la liste, ni jamais attesté ici : {named}. Rien n’a été fait.\n")
        return 1
    for line in leaving.lines:
        sub, row, structure = key_of(line)
        sys.stdout.write(f"- {sub}, {row}, {structure}\n")
    told = f"{len(leaving.lines)} ligne(s) à retirer, {len(leaving.accounts)} compte(s) à arrêter"
    sys.stdout.write(f"{told} ; leurs autres structures continuent\n")
    if not options.apply:
        sys.stdout.write("Rien n’a été fait : recommencez avec --apply.\n")
        return 0
    done = carry_out(leaving, config, send, now_ms)
    for one in done:
        what = f"{one.account.hub} : {one.account.sub}, {one.account.structure} :"
        if one.refused is None:
            sys.stdout.write(f"{what} arrêté ; dans ses dossiers, les clés sont à changer.\n")
        else:
            why = one.refused or "pas de réponse"
            sys.stderr.write(f"{what} refusé, {why} Recommencez, ou appelez l’exploitant.\n")
    return 0 if all(one.refused is None for one in done) else 1


def carry_out(leaving: Leaving, config: RegistrarConfig, send: Send, now_ms: int) -> list[Ended]:
    """Take the lines off the list, then ask each hub; raise `RegistrarConfigError` or `OSError` before any is asked.

    A hub that did not answer refuses with an empty text.
    """
    store(config.staff_path, leaving.after)
    return [Ended(one, _end(one, config, send, now_ms + NOTICE_MS)) for one in leaving.accounts]


def _end(one: AttestedUser, config: RegistrarConfig, send: Send, at_ms: int) -> str | None:
    body = end_body(hub=one.hub, registrar=config.key.public, user=one.user, structure=one.structure, at_ms=at_ms)
    answered = send(f"{one.hub}/v1/attestation-ends", {"statement": sign(body, config.key).to_json()})
    return None if answered.status == CREATED else str(answered.body.get("title", ""))
