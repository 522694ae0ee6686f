"""What the e2e tests look into after the story: each party's secrets; the hub's files, as a thief has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from volet_client.account import slot_of
from volet_client.client import Client
from volet_client.config import Config
from volet_client.errors import NotReadableError
from volet_client.keystore import read_passphrase_file
from volet_client.profile import Profile
from volet_client.refusals import RefusedError
from volet_demo.party import Party
from volet_protocol.canonical import JsonObject, decode
from volet_protocol.encodings import from_base64url
from volet_protocol.entry import VerifiedEntry, read_verified_entry, split_chunks
from volet_protocol.errors import ProtocolError
from volet_protocol.places import SECTIONS, Place
from volet_protocol.sealing import PARTS, ChunkOpener, check_commitment, derive_part_secret
from volet_protocol.sections import derive_step
from volet_protocol.statements import Statement
from volet_service.adapters.sealed import Sealer

STEPS = 8


@contextmanager
def client_of(party: Party) -> Iterator[Client]:
    """Open a party's profile in this process, beside their own client; nothing of it is written back."""
    config = Config.from_environment(party.environment, Path("/nowhere"))
    client = Client(Profile.open(config, read_passphrase_file(party.passphrase)))
    try:
        yield client
    finally:
        client.hub.transport.close()


def section_keys(client: Client, case: str) -> dict[tuple[str, int, int], bytes]:
    """Return every section key that a client holds or can step to, by (section, epoch, step)."""
    found: dict[tuple[str, int, int], bytes] = {}
    for chain in client.casebook.view(case).classes.values():
        for (section, epoch), (step, key) in chain.ring.slices.items():
            found |= {(section, epoch, step + more): derive_step(key, more) for more in range(STEPS)}
    return found


def client_shares(client: Client, case: str) -> dict[tuple[str, str], bytes]:
    """Return the client share of every part that a client can derive or was handed, by (entry, part)."""
    view, found = client.casebook.view(case), dict[tuple[str, str], bytes]()
    exchanges = [Place("exchange", exchange) for exchange, _ in client.exchanges.ids(case)]
    for place in (*(Place("section", section) for section in SECTIONS), *exchanges):
        try:
            entries = client.lists.view(case, place).entries
        except RefusedError:
            continue
        for item in entries:
            for part in PARTS if item.entry is not None else ():
                try:
                    found[item.entry.id, part] = client._shares.find(view, item, part)  # type: ignore[union-attr]  # not a gap
                except NotReadableError:
                    continue
    return found


def secrets_of(party: Party, client: Client, case: str | None) -> dict[str, bytes | str]:
    """Return everything that must never leave a party's devices, by a name for the failure message."""
    identity = client.profile.identity()
    assert identity.phrase is not None, "nobody of the story was shown a phrase: it stands in each profile"
    slot = slot_of(identity.phrase)
    found: dict[str, bytes | str] = {
        "passphrase": party.passphrase.read_text().strip(),
        "device signing seed": identity.device.sign.seed,
        "device box seed": identity.device.box.seed,
        "recovery phrase": identity.phrase,
        "recovery signing seed": slot.sign.seed,
        "recovery box seed": slot.box.seed,
        **{f"user seed {generation}": seed for generation, seed in identity.seeds.items()},
    }
    if case is not None:
        found |= {f"section key {which}": key for which, key in section_keys(client, case).items()}
        found |= {f"client share {which}": share for which, share in client_shares(client, case).items()}
        for view in client.exchanges._views.values():
            found |= {f"exchange key {epoch}": key for epoch, key in view.keys.items()}
    return {f"{party.name}: {name}": secret for name, secret in found.items()}


class StolenHub:
    """The hub's database and blobs, as copied from under the running hub; and, apart, the operator's share store."""

    def __init__(self, folder: Path, copy: Path) -> None:
        self._folder = folder
        with sqlite3.connect(f"file:{folder / 'hub.sqlite'}?mode=ro", uri=True) as living:
            self._database = sqlite3.connect(copy)
            living.backup(self._database)
        living.close()

    def close(self) -> None:
        """Close the copy."""
        self._database.close()

    def entry(self, entry: str) -> VerifiedEntry:
        """Return an entry's statement; a thief has no need to verify it."""
        (stored,) = self._rows("SELECT statement FROM entry WHERE id = ?", entry)[0]
        return read_verified_entry(_statement(stored))

    def chunks(self, entry: str, part: str) -> tuple[bytes, ...]:
        """Return the ciphertext of a part, from the database or the blob folder."""
        query = "SELECT inline, blob FROM entry_part WHERE entry = ? AND part = ?"
        inline, blob = self._rows(query, entry, part)[0]
        if inline is not None:
            return split_chunks(inline)
        (path,) = [found for found in (self._folder / "blobs").rglob(f"*{blob}*") if not found.suffix]
        return split_chunks(path.read_bytes())

    def boxes(self, link: str) -> dict[str, bytes]:
        """Return the boxes beside a link, by user."""
        return {str(user): box for user, box in self._rows("SELECT user, box FROM box WHERE owner = ?", link)}

    def newest(self, type_: str) -> Statement:
        """Return the newest link of a type."""
        (stored,) = self._rows("SELECT statement FROM link WHERE type = ? ORDER BY leaf DESC LIMIT 1", type_)[0]
        return _statement(stored)

    def share_with_the_operators_key(self, entry: str, part: str) -> bytes:
        """Return a server share: needs the share store and its key, which no database backup holds."""
        sealer = Sealer.of_file(self._folder / "keys" / "shares.key")
        store = sqlite3.connect(f"file:{self._folder / 'shares.sqlite'}?mode=ro", uri=True)
        try:
            rows = store.execute("SELECT sealed FROM share WHERE entry = ? AND part = ?", (entry, part)).fetchall()
        finally:
            store.close()
        return sealer.open(rows[0][0], f"{entry}/{part}".encode())

    def has_share(self, entry: str) -> bool:
        store = sqlite3.connect(f"file:{self._folder / 'shares.sqlite'}?mode=ro", uri=True)
        try:
            return bool(store.execute("SELECT 1 FROM share WHERE entry = ?", (entry,)).fetchall())
        finally:
            store.close()

    def _rows(self, query: str, *values: str) -> list[tuple[bytes, ...]]:
        return self._database.execute(query, values).fetchall()


def opens(entry: VerifiedEntry, part: str, chunks: tuple[bytes, ...], client_share: bytes, server_share: bytes) -> bool:
    """Try to decrypt a part with two shares, skipping every check that only an honest reader makes."""
    secret = derive_part_secret(entry.id, part, client_share, server_share)
    out = memoryview(bytearray(entry.header.size(part) + 1024))
    try:
        ChunkOpener(secret, entry.header.size(part)).open_into(chunks[0], out)
    except ProtocolError:
        return False
    check_commitment(secret, entry.seals[part].commitment)
    return True


def _statement(stored: bytes) -> Statement:
    value: JsonObject = decode(stored)
    body, signature = value["body"], value["sig"]
    assert isinstance(body, dict)
    assert isinstance(signature, str)
    return Statement(body, from_base64url(signature))
