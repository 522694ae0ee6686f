"""An exported log: everything an outsider needs in order to check it without the hub, and the check itself.

    {"format", "checkpoint": signed note, "log": {origin, vkey, policy}, "leaves": [b64...],
     "records": [{index, receipt, fact?} | {index, leaf}], "users": {user id: [links of the user's chain]},
     "tables": {hash: b64}, "attestations"?: [statements of registrars],
     "previous"?: [{origin, checkpoint, leaves}]}

No other field, none missing. `attestations` only where a scope left out the leaves of accounts.

1. The root over every leaf is the one that the checkpoint signs; times of leaves never go back; each epoch of the heads
   map begins with the map as it stood (docs/spec/heads-map.md, 13). Logs that ended before are checked likewise,
   against the checkpoint that the trust bundle ends them with; an `index` is a position.
2. Each record's receipt verifies, and is of the leaf at its index.
3. Each statement inside a record was signed by a device of its author's chain: nobody is framed, nobody can deny. The
   chain is bound to the user id by its first link's hash, so the file cannot bring its own reader's keys.
4. With a trust bundle, every decision of every case is asked again (`log_cases`, `log_decisions`).

Out of scope: whether the chain's head was the newest (that needs the heads map, on line), and the witnesses' quorum.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from volet_client.errors import UnreadableFileError
from volet_client.log_cases import decide_export
from volet_client.log_decisions import Decided, WrongAct
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.canonical import MAX_INTEGER, JsonObject, JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.leaf import MAX_LEAF, Leaf
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.log_positions import MAX_LOGS
from volet_protocol.map_epochs import misplaced
from volet_protocol.merkle import CompactRange, leaf_hash
from volet_protocol.note import MAX_NOTE
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.statements import UnverifiedStatement, from_json
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.user_chain import replay, verify_statement
from volet_protocol.user_links import LINK_TYPES
from volet_protocol.user_state import UserChain

FORMAT = "volet-log-export/v1"
# Acts that no user asks for: what an operator does, the end of a term, the web client served.
_OF_THE_HUB = frozenset({"admin", "erase", "web-version"})


@dataclass(frozen=True)
class LogChecked:
    """A whole log, recomputed: leaves by type, receipts verified, statements whose author's signature verified."""

    checkpoint: SignedCheckpoint
    leaves: dict[str, int]
    receipts: int
    requests: int
    cases: Mapping[str, Decided] = field(default_factory=dict[str, Decided])

    @property
    def findings(self) -> tuple[WrongAct, ...]:
        """Everything found against the hub, in the order of the log."""
        return tuple(sorted((one for case in self.cases.values() for one in case.findings), key=lambda one: one.index))


def read_export(path: Path) -> JsonObject:
    """Return an exported log."""
    try:
        value: object = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or cast("JsonObject", value).get("format") != FORMAT:
        raise UnreadableFileError(path, Said("ce n'est pas un journal exporté", "it is not an exported log"))
    return cast("JsonObject", value)


def identity_of(record: JsonObject, log: LogVerifier) -> IdentityPayload | None:
    """Return who acted in a record, its receipt verified; None where only the leaf is shown, or only the view."""
    if "receipt" not in record:
        return None
    verified = Receipt.read(cast("JsonObject", record["receipt"])).verify(log)
    return None if verified.identity is None else IdentityPayload.read(verified.identity)


def check_export(content: JsonObject, log: LogVerifier, bundle: TrustBundle | None = None) -> LogChecked:
    """Check a log off line by the rules above; raise `ProtocolError`. Wrong decisions are told in `findings`.

    `log` and `bundle` come from a trust bundle, never from the export itself.
    """
    fields = Fields(content, "exported log")
    fields.choice("format", frozenset({FORMAT}))
    # What the file says of whom to trust is for people to read; nothing here believes it.
    fields.raw("log")
    checkpoint = log.open(fields.text("checkpoint", MAX_NOTE))
    newest = [_leaf(item) for item in fields.items("leaves", MAX_INTEGER)]
    previous = fields.objects("previous", MAX_LOGS) if fields.has("previous") else []
    records, users = fields.objects("records", MAX_INTEGER), fields.raw("users")
    fields.optional("tables", fields.raw)
    fields.optional("attestations", fields.objects)
    fields.done()
    held: dict[int, bytes] = {}
    counts, before_ms = dict[str, int](), 0
    for one, last, leaves in [*_ended(previous, log, bundle), (log, checkpoint, newest)]:
        tree, read = CompactRange(), [Leaf.parse(leaf) for leaf in leaves]
        for position, (leaf, parsed) in enumerate(zip(leaves, read, strict=True), one.base):
            if parsed.ts_ms < before_ms:
                raise ProtocolError(Reason.TIME_BACKWARDS, "leaves of the log")
            before_ms = parsed.ts_ms
            name = parsed.type.name.lower()
            counts[name] = counts.get(name, 0) + 1
            tree.append(leaf_hash(leaf))
            held[position] = leaf
        if tree.size != last.size or tree.root() != last.root:
            raise ProtocolError(Reason.BAD_PROOF, "root over the leaves of the log")
        wrong = misplaced(read)
        if wrong is not None:
            raise ProtocolError(Reason.WRONG_SEQUENCE, f"leaf {wrong}: a map epoch that does not begin with its map")
    chains = _chains(users, before_ms)
    receipts = requests = 0
    for record in records:
        verified = _record(record, held, log)
        if verified is None:
            continue
        receipts += 1
        if verified.identity is not None:
            act = ViewPayload.read(verified.view).act
            requests += _check_request(act, IdentityPayload.read(verified.identity), chains)
    cases = {} if bundle is None else decide_export(content, chains, log, bundle)
    return LogChecked(checkpoint, counts, receipts, requests, cases)


def _ended(
    previous: list[Fields], log: LogVerifier, bundle: TrustBundle | None
) -> Iterator[tuple[LogVerifier, SignedCheckpoint, list[bytes]]]:
    """Yield the logs that ended, each with the checkpoint that the trust bundle says it ended with."""
    if len(previous) != len(log.earlier):
        raise ProtocolError(Reason.BAD_PROOF, "logs that ended, of an exported log")
    for number, (fields, one) in enumerate(zip(previous, log.earlier, strict=True)):
        origin, last = fields.label("origin"), one.open(fields.text("checkpoint", MAX_NOTE))
        leaves = [_leaf(item) for item in fields.items("leaves", MAX_INTEGER)]
        fields.done()
        told = last if bundle is None else bundle.previous_logs[number].ended()
        if origin != one.origin or not last.same_tree(told):
            raise ProtocolError(Reason.WRONG_ORIGIN, "log that ended, of an exported log")
        yield one, last, leaves


def _leaf(item: JsonValue) -> bytes:
    if not isinstance(item, str):
        raise ProtocolError(Reason.MALFORMED, "leaf of an exported log")
    return from_base64url(item)


def _record(record: Fields, leaves: Mapping[int, bytes], log: LogVerifier) -> VerifiedReceipt | None:
    """Return what a record shows, of the very leaf at its index; None where only that leaf is shown."""
    index = record.integer("index")
    verified = Receipt.read(record.raw("receipt")).verify(log) if record.has("receipt") else None
    shown = record.data("leaf", limit=MAX_LEAF) if verified is None else verified.leaf.to_bytes()
    record.optional("fact", record.raw)
    record.done()
    placed = verified is None or verified.index == index
    if not placed or leaves.get(index) != shown:
        raise ProtocolError(Reason.BAD_PROOF, f"record {index} of another leaf")
    return verified


def _chains(users: JsonObject, at_ms: int) -> dict[str, UserChain]:
    """Replay the chains in the file; each is bound to its id by the hash of its first link."""
    found: dict[str, UserChain] = {}
    everybody = Fields(users, "users of an exported log")
    for user in users:
        links = everybody.objects(user, MAX_INTEGER)
        found[user] = replay([from_json(link.left) for link in links], at_ms)
        if found[user].user != user:
            raise ProtocolError(Reason.WRONG_CHAIN, f"user {user[:16]} of an exported log")
    return found


def _check_request(act: str, identity: IdentityPayload, chains: Mapping[str, UserChain]) -> int:
    """Check that the statement is the one that the leaf committed to, and that a device of its author signed it."""
    if identity.request is None:
        return 0
    if act in _OF_THE_HUB and identity.user is None and "body" not in identity.request:
        # What the hub or its operator did is signed by nobody but the log.
        if sha256(canonical.encode(identity.request)).hex() != identity.request_hash:
            raise ProtocolError(Reason.WRONG_HASH, "act of the hub in a record")
        return 0
    body = identity.request.get("body")
    if not isinstance(body, Mapping) or UnverifiedStatement(body, b"").hash != identity.request_hash:
        raise ProtocolError(Reason.WRONG_HASH, "signed request in a record")
    if identity.user is None:
        # A registrar's attestation, the controllers' activation: signed by keys of the trust bundle, by no user.
        return 0
    statement = from_json(identity.request)
    chain = chains.get(identity.user)
    if chain is None:
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"user {identity.user[:16]} of an exported log")
    if statement.type in LINK_TYPES:
        if statement.hash not in {link.hash for link in chain.links}:
            raise ProtocolError(Reason.WRONG_CHAIN, f"{statement.type} in a record")
    else:
        verify_statement(chain, statement)
    return 1
