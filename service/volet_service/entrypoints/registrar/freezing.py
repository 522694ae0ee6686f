"""`volet registrar freeze`: hold every account of somebody on the staff list, at each hub, by one signed statement.

Their name in the statement is the chain id of the subject, which the hub knows from their sign-ins: the registrar keeps
no list of user ids. It answers for its own people: who was never on its list is not found by the hub.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from volet_protocol.account_hold import hold_body
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import subject_chain
from volet_protocol.statements import sign
from volet_service.entrypoints.registrar.config import RegistrarConfig

OK = 200
NOT_FOUND = 404


@dataclass(frozen=True)
class Answered:
    """What a hub answered: its status, 0 where it did not, and the object."""

    status: int
    body: JsonObject


Send = Callable[[str, JsonObject], Answered]


@dataclass(frozen=True)
class Frozen:
    """What became of it at one hub: how many devices are held there, or the problem that it answered with.

    None of both: the hub did not answer. `is_unknown`: it knows nobody whom this registrar attested by that name.
    """

    hub: str
    devices: int | None = None
    problem: str | None = None
    is_unknown: bool = False


def freeze(sub: str, config: RegistrarConfig, send: Send, now_ms: int) -> list[Frozen]:
    """Ask each hub of the configuration; a hub that does not answer stops none of the others."""
    return [_at(hub, sub, config, send, now_ms) for hub in config.hubs]


def _at(hub: str, sub: str, config: RegistrarConfig, send: Send, now_ms: int) -> Frozen:
    subject = subject_chain(config.issuer, sub)
    body = hold_body(hub=hub, registrar=config.key.public, subject=subject, time_ms=now_ms)
    answered = send(f"{hub}/v1/holds", {"statement": sign(body, config.key).to_json()})
    devices, title = answered.body.get("devices"), answered.body.get("title")
    if answered.status == OK and isinstance(devices, int):
        return Frozen(hub, devices)
    return Frozen(hub, None, title if isinstance(title, str) else None, answered.status == NOT_FOUND)
