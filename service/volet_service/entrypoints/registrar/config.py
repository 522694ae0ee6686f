"""The registrar's configuration and staff list: two JSON files that its institution keeps.

```json
{"name": "Conseil départemental", "origin": "http://127.0.0.1:8082", "hubs": ["http://127.0.0.1:8080"],
 "issuer": "http://127.0.0.1:8081", "client_id": "volet-registrar", "key": "registrar.key", "staff": "staff.json"}
```

The staff list says who may act as what; whoever writes it can make anybody a colleague until the next review, which
is why rows and structures are bounded by the trust bundle as well. It holds subjects and codes, and no name.

```json
[{"sub": "nadia", "until": "2027-06-30",
  "capacity": {"row": "S1", "category": 2, "structure": "ccas-lyon", "secret_basis": ["L411-3"]}},
 {"sub": "odile", "until": "2027-06-30", "scope": {"controllers": ["Département du Val"]},
  "capacity": {"row": "O14", "role": "auditor", "structure": "audit", "secret_basis": []}}]
```

An auditor and a data protection officer have a `scope` (docs/spec/trust.md). Who runs the hub is neither.

With `pages`, managers keep the list of their own structures in a browser, within what the trust bundle lets this
registrar attest:

```json
{"pages": {"trust": "trust.json", "managers": [{"sub": "mireille", "structures": ["ccas-lyon"]}]}}
```
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import Capacity
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.keys import SigningKey
from volet_protocol.operator_roles import OPERATING, ROW, WATCHING, LogScope, check_role

T = TypeVar("T")


class RegistrarConfigError(ValueError):
    """A file of the registrar does not say what it must; the message is for its operator."""


@dataclass(frozen=True)
class StaffEntry:
    """One capacity of one subject, until an instant (ms, excluded); `scope` over the log, of who watches over it."""

    sub: str
    capacity: Capacity
    until_ms: int
    scope: LogScope | None = None


@dataclass(frozen=True)
class Pages:
    """Who keeps which part of the list in a browser: structures by the manager's subject; bounded by a trust bundle."""

    trust: Path
    managers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class RegistrarConfig:
    """What the registrar is told. `origin` is its own address, `hubs` those it attests for."""

    name: str
    origin: str
    host: str
    port: int
    hubs: tuple[str, ...]
    issuer: str
    client_id: str
    secret: str | None
    key: SigningKey
    staff: tuple[StaffEntry, ...]
    staff_path: Path
    pages: Pages | None = None

    @property
    def redirect_uri(self) -> str:
        """Where the identity provider sends browsers back."""
        return f"{self.origin}/v1/callback"

    def capacities_of(self, sub: str) -> list[StaffEntry]:
        """Return what the staff list says of a subject."""
        return [entry for entry in self.staff if entry.sub == sub]


def read_config(path: Path) -> RegistrarConfig:
    """Read configuration, key and staff list; raise `RegistrarConfigError`. Paths are taken from the file's folder."""
    return _explained(path, lambda: _read_config(path))


def _read_config(path: Path) -> RegistrarConfig:
    fields = _fields(_load(path), str(path))
    key_path = path.parent / fields.text("key")
    staff_path = path.parent / fields.text("staff")
    config = RegistrarConfig(
        name=fields.label("name"),
        origin=fields.label("origin"),
        host=fields.optional("host", fields.label) or "127.0.0.1",
        port=fields.optional("port", lambda name: fields.integer(name, 0, 65535)) or 0,
        hubs=tuple(_text(hub, "hubs") for hub in fields.items("hubs")),
        issuer=fields.label("issuer"),
        client_id=fields.label("client_id"),
        secret=fields.optional("secret", fields.label),
        key=read_key(key_path),
        staff=read_staff(staff_path),
        staff_path=staff_path,
        pages=fields.optional("pages", lambda name: _pages(fields.nested(name), path.parent)),
    )
    fields.done()
    if config.secret is not None:
        check_owner_only(path)
    return config


def _pages(fields: Fields, folder: Path) -> Pages:
    trust = folder / fields.text("trust")
    managers: dict[str, tuple[str, ...]] = {}
    for one in fields.objects("managers", 1024):
        sub, structures = one.label("sub"), tuple(one.codes("structures"))
        one.done()
        if not structures or sub in managers:
            raise one.refuse("structures" if sub not in managers else "sub", "is empty, or repeats a manager")
        managers[sub] = structures
    fields.done()
    return Pages(trust, managers)


def read_key(path: Path) -> SigningKey:
    """Read a 32-byte seed in base64url; refuse a file that others can read."""
    if not path.exists():
        raise RegistrarConfigError(f"{path} is not there: make it with `volet registrar key --out {path.name}`")
    check_owner_only(path)
    return SigningKey(from_base64url(path.read_text(encoding="ascii").strip()))


def check_owner_only(path: Path) -> None:
    """Refuse a secret that the group or others can read: they could attest anybody."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise RegistrarConfigError(f"{path} must be readable by its owner only: chmod 600 {path}")


def read_staff(path: Path) -> tuple[StaffEntry, ...]:
    """Read a staff list; raise `RegistrarConfigError`."""
    return _explained(path, lambda: _read_staff(path))


def _read_staff(path: Path) -> tuple[StaffEntry, ...]:
    value = _load(path)
    if not isinstance(value, list):
        raise RegistrarConfigError(f"{path} is not a list")
    staff = tuple(
        _staff_entry(_fields(item, f"{path.name}[{n}]")) for n, item in enumerate(cast("list[object]", value))
    )
    for role in staff:
        _check_apart(role, [other for other in staff if other.sub == role.sub])
    return staff


def _staff_entry(fields: Fields) -> StaffEntry:
    sub, until = fields.label("sub"), fields.text("until", 10)
    capacity = Capacity.read(fields.nested("capacity"))
    scope = fields.optional("scope", lambda name: LogScope.read(fields.nested(name)))
    fields.done()
    check_role(capacity.row, capacity.role, scope, 0)
    # The day named is the last one that counts, everywhere in France: midnight UTC is one or two hours later there.
    end = datetime.combine(date.fromisoformat(until) + timedelta(days=1), datetime.min.time(), UTC)
    return StaffEntry(sub, capacity, int(end.timestamp() * 1000), scope)


def _check_apart(entry: StaffEntry, others: list[StaffEntry]) -> None:
    """Refuse a list that makes who operates a hub its auditor: lines have no beginning, so any two are at once."""
    roles = {one.capacity.role for one in (entry, *others) if one.capacity.row == ROW}
    if roles & OPERATING and roles & WATCHING:
        raise RegistrarConfigError(f"{entry.sub}: who administers or hosts a hub is not its auditor nor its officer")


def _load(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))


def _fields(value: object, what: str) -> Fields:
    if not isinstance(value, dict):
        raise RegistrarConfigError(f"{what} is not an object")
    return Fields(cast("dict[str, JsonValue]", value), what)


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise RegistrarConfigError(f"{what} holds something else than texts")
    return value


def _explained(path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except RegistrarConfigError:
        raise
    except ProtocolError as error:
        raise RegistrarConfigError(f"{path}: {error.what}") from error
    except (OSError, ValueError) as error:
        raise RegistrarConfigError(f"{path}: {error}") from error
