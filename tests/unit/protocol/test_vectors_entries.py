"""Runs the vectors of entries and releases.

padding, sealing, entry, document, entry_list, kinds, filed, take_back, release, log_payload.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol import entry_list, padding, sealing, statements
from volet_protocol.canonical import JsonObject
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.document import DocumentOpener, DocumentSealer
from volet_protocol.encodings import to_base64url
from volet_protocol.entry import (
    VerifiedEntry,
    check_chunks,
    open_part,
    read_entry,
    read_verified_entry,
    seal_entry,
    seal_part,
    sign_entry,
)
from volet_protocol.entry_header import TYPE, EntryHeader
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.filed_entry import open_filed
from volet_protocol.filing import KIND as FILED
from volet_protocol.filing import Filing
from volet_protocol.hashing import sha256
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.kinds import Content, Title, Unknown, read_body, read_title
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.log_view import LogView
from volet_protocol.named_box import open_shares
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.release import ReleaseRequest, verify_release
from volet_protocol.sealing import CHUNK_SIZE, PARTS, TAG_SIZE, chunk_leaf
from volet_protocol.statements import Preamble
from volet_protocol.take_back import TakeBack


def _keys(*names: str) -> frozenset[str]:
    return frozenset(names)


def _datas(fields: Fields, name: str) -> list[bytes]:
    return [Fields({"item": item}, name).data("item") for item in fields.items(name)]


# padding


def _size(fields: Fields) -> JsonObject:
    return {"padded": padding.padded_size(fields.integer("size"))}


def _pad(fields: Fields) -> JsonObject:
    return {"padded": to_base64url(padding.pad(fields.data("plaintext")))}


def _unpad(fields: Fields) -> JsonObject:
    return {"plaintext": to_base64url(padding.unpad(fields.data("padded")))}


def _chunks(fields: Fields) -> JsonObject:
    return {"chunks": sealing.chunk_count(fields.integer("padded"))}


PADDING = {
    "size": Operation(_size, _keys("size")),
    "pad": Operation(_pad, _keys("plaintext")),
    "unpad": Operation(_unpad, _keys("padded")),
    "chunks": Operation(_chunks, _keys("padded")),
}


# sealing


def _share_hash(fields: Fields) -> JsonObject:
    return {"share_hash": sealing.share_hash(fields.data("server_share"))}


def _client_share(fields: Fields) -> JsonObject:
    key, entry = fields.data("key"), fields.hash("entry")
    return {"client_share": to_base64url(sealing.client_share_from_section(key, entry, fields.text("part")))}


def _part_secret(fields: Fields) -> sealing.PartSecret:
    entry, part = fields.hash("entry"), fields.text("part")
    return sealing.derive_part_secret(entry, part, fields.data("client_share"), fields.data("server_share"))


def _derive(fields: Fields) -> JsonObject:
    secret = _part_secret(fields)
    return {"key": to_base64url(secret.key), "kc": to_base64url(secret.commitment)}


def _seal_chunks(fields: Fields) -> JsonObject:
    secret, padded = _part_secret(fields), fields.data("padded")
    sealer, out = sealing.ChunkSealer(secret, len(padded)), memoryview(bytearray(CHUNK_SIZE + TAG_SIZE))
    chunk = bytes(out[: sealer.seal_into(padded, out)])
    return {"chunk": to_base64url(chunk), "leaf": chunk_leaf(chunk).hex()}


def _open_chunks(fields: Fields) -> JsonObject:
    secret = _part_secret(fields)
    sealing.check_commitment(secret, fields.data("kc"))
    opener, out = sealing.ChunkOpener(secret, fields.integer("size")), memoryview(bytearray(CHUNK_SIZE))
    plain = b"".join(bytes(out[: opener.open_into(chunk, out)]) for chunk in _datas(fields, "chunks"))
    return {"padded": to_base64url(plain)}


_SECRET = ("entry", "part", "client_share", "server_share")
SEALING = {
    "share_hash": Operation(_share_hash, _keys("server_share")),
    "client_share": Operation(_client_share, _keys("key", "entry", "part")),
    "derive": Operation(_derive, _keys(*_SECRET)),
    "seal": Operation(_seal_chunks, _keys(*_SECRET, "padded")),
    "open": Operation(_open_chunks, _keys(*_SECRET, "kc", "size", "chunks")),
}


# entry


def _verified(fields: Fields) -> VerifiedEntry:
    statement = statements.from_json(fields.raw("statement"))
    return read_verified_entry(statement.verify(fields.data("public")))


def _read(fields: Fields) -> JsonObject:
    entry = _verified(fields)
    return {"id": entry.id, "hash": entry.hash, "list": entry.header.list}


def _shares(fields: Fields, name: str) -> dict[str, bytes]:
    nested = fields.nested(name)
    shares = {part: nested.data(part) for part in PARTS}
    nested.done()
    return shares


def _header(fields: Fields) -> EntryHeader:
    nested = Fields(fields.raw("header"), "entry")
    header = EntryHeader.read(Preamble.read(nested, TYPE), nested)
    nested.done()
    return header


def _compose(fields: Fields) -> JsonObject:
    sealed = seal_entry(
        _header(fields),
        fields.data("title"),
        fields.data("body"),
        client_shares=_shares(fields, "client_shares"),
        server_shares=_shares(fields, "server_shares"),
        key=SigningKey(fields.data("seed")),
    )
    parts = {part: [to_base64url(chunk) for chunk in sealed.parts[part]] for part in PARTS}
    return {"statement": sealed.statement.to_json(), "parts": parts}


def _open(fields: Fields) -> JsonObject:
    entry, part = _verified(fields), fields.text("part")
    chunks, client_share = _datas(fields, "chunks"), fields.data("client_share")
    return {"plaintext": to_base64url(open_part(entry, part, chunks, client_share, fields.data("server_share")))}


def _deposit(fields: Fields) -> None:
    entry, part = _verified(fields), fields.text("part")
    check_chunks(entry, part, _datas(fields, "chunks"))
    entry.check_share(part, fields.data("server_share"))


def _named(fields: Fields) -> JsonObject:
    entry, user = _verified(fields), fields.hash("user")
    shares = open_shares(entry.header, user, fields.data("box"), BoxKey(fields.data("box_seed")))
    return {part: to_base64url(share) for part, share in shares.items()}


_ENTRY = ("statement", "public")
ENTRY = {
    "read": Operation(_read, _keys(*_ENTRY)),
    "compose": Operation(_compose, _keys("header", "title", "body", "client_shares", "server_shares", "seed")),
    "open": Operation(_open, _keys(*_ENTRY, "part", "chunks", "client_share", "server_share")),
    "deposit": Operation(_deposit, _keys(*_ENTRY, "part", "chunks", "server_share")),
    "named": Operation(_named, _keys(*_ENTRY, "user", "box", "box_seed")),
}


# document: byte i of the content is i mod 251; `order` lists the chunks as they are served


def _content(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def _sealed_document(fields: Fields) -> tuple[VerifiedEntry, list[bytes], tuple[bytes, bytes]]:
    header, size = _header(fields), fields.integer("size")
    shares = (fields.data("client_share"), fields.data("server_share"))
    chunks: list[bytes] = []
    sealer = DocumentSealer(
        header,
        "body",
        size,
        client_share=shares[0],
        server_share=shares[1],
        write=lambda chunk: chunks.append(bytes(chunk)),
    )
    sealer.update(_content(fields.integer("given") if fields.has("given") else size))
    title = seal_part(header, "title", b"", bytes(32), bytes(32)).seal
    seals = {"title": title, "body": sealer.finish()}
    return sign_entry(header, seals, SigningKey(bytes(32))), chunks, shares


def _seal_document(fields: Fields) -> JsonObject:
    entry, chunks, _ = _sealed_document(fields)
    ciphertext = sha256(*chunks).hex()
    return {"root": entry.seals["body"].root, "chunks": len(chunks), "ciphertext_sha256": ciphertext}


def _order(fields: Fields, name: str, chunks: list[bytes]) -> list[bytes]:
    if not fields.has(name):
        return chunks
    positions = [item for item in fields.items(name) if isinstance(item, int)]
    return [chunks[position] for position in positions]


def _open_document(fields: Fields) -> JsonObject:
    entry, chunks, shares = _sealed_document(fields)
    leaves = b"".join(chunk_leaf(chunk) for chunk in _order(fields, "leaves", chunks))
    served = _order(fields, "order", chunks)
    if fields.has("flip"):
        position = fields.integer("flip")
        served[position] = served[position][:-1] + bytes([served[position][-1] ^ 1])
    out = bytearray()
    client_share = fields.data("opened_with") if fields.has("opened_with") else shares[0]
    opener = DocumentOpener(entry, "body", leaves, client_share=client_share, server_share=shares[1], write=out.extend)
    for chunk in served:
        opener.feed(chunk)
    return {"size": opener.finish(), "sha256": sha256(bytes(out)).hex()}


_DOCUMENT = ("header", "size", "client_share", "server_share")
DOCUMENT = {
    "seal": Operation(_seal_document, _keys(*_DOCUMENT), _keys("given")),
    "open": Operation(_open_document, _keys(*_DOCUMENT), _keys("order", "leaves", "flip", "opened_with")),
}


# entry_list


def _list_id(fields: Fields) -> JsonObject:
    return {"list": entry_list.list_id(fields.hash("case"), fields.text("place"))}


def _head(fields: Fields, name: str) -> entry_list.EntryListHead:
    return entry_list.EntryListHead.read(fields.nested(name))


def _page(fields: Fields) -> JsonObject:
    items: list[entry_list.Listed] = []
    for item in fields.objects("items"):
        items.append(entry_list.Listed(item.integer("n"), item.hash("hash"), gap=item.boolean("gap")))
        item.done()
    heads = entry_list.check_page(_head(fields, "start"), items, _head(fields, "end"))
    return {"heads": [head.to_json() for head in heads]}


def _numbers(fields: Fields, name: str) -> dict[int, int]:
    return {item.integer("epoch"): item.integer("n") for item in fields.objects(name)}


def _epoch(fields: Fields) -> None:
    entry_list.check_epoch(fields.integer("epoch"), fields.integer("n"), _numbers(fields, "starts"))


def _seen(fields: Fields) -> None:
    known = {head.n: head.h for head in map(entry_list.EntryListHead.read, fields.objects("known"))}
    entry_list.check_seen(_head(fields, "seen"), fields.integer("n"), known)


def _author(fields: Fields) -> None:
    ends = {item.hash("user"): item.integer("n") for item in fields.objects("ends")}
    entry_list.check_author(fields.hash("author"), fields.integer("n"), ends)


ENTRY_LIST = {
    "list_id": Operation(_list_id, _keys("case", "place")),
    "page": Operation(_page, _keys("start", "items", "end")),
    "epoch": Operation(_epoch, _keys("epoch", "n", "starts")),
    "seen": Operation(_seen, _keys("seen", "n", "known")),
    "author": Operation(_author, _keys("author", "n", "ends")),
}


# kinds: title and body are texts, so that they can be read in the file


def _kind(fields: Fields) -> JsonObject:
    title = read_title(fields.text("title").encode())
    content = read_body(title, fields.text("body").encode())
    if isinstance(content, Content):
        relations = [relation.to_json() for relation in content.relations]
        return {"known": True, "fields": content.fields, "relations": relations}
    if isinstance(content, Unknown):
        return {"known": False, "text": content.text(), "sha256": sha256(content.raw).hex()}
    return {"known": True, "sha256": sha256(content).hex()}


KINDS = {"read": Operation(_kind, _keys("title", "body"))}


# filed: an entry of an exchange in the section that it is about, under `header`, with `title` in clear to its readers


def _filed(fields: Fields) -> JsonObject | None:
    nested = Fields(fields.raw("filed"), "filed")
    filing = Filing.read(nested)
    nested.done()
    first = read_verified_entry(filing.statement.verify(fields.data("public")))
    outer = Title(FILED, 1, fields.text("title"))
    title, body = open_filed(_header(fields), outer, filing, first)
    return {"kind": title.kind, "title": title.title, "text": body.fields["text"], "entry": first.id}


FILED_OPERATIONS = {"open": Operation(_filed, _keys("header", "title", "filed", "public"))}


# take_back, release, log_payload


def _take_back(fields: Fields) -> None:
    statement = statements.from_json(fields.raw("statement")).verify(fields.data("public"))
    TakeBack.read(statement).check(read_entry(statements.from_json(fields.raw("entry"))))


TAKE_BACK = {"check": Operation(_take_back, _keys("statement", "public", "entry"))}


def _request(fields: Fields) -> JsonObject:
    statement = statements.from_json(fields.raw("statement")).verify(fields.data("public"))
    request = ReleaseRequest.read(statement)
    request.check_time(fields.integer("now_ms"))
    return {"hash": statement.hash}


def _release(fields: Fields) -> JsonObject:
    public = fields.data("public")
    request = statements.from_json(fields.raw("request")).verify(public)
    log = LogVerifier.configured(fields.text("origin"), fields.text("vkey"), fields.text("policy"))

    def check(value: JsonObject) -> VerifiedReceipt:
        return Receipt.read(value).accept(LogView(log), log.origin)

    items = [Fields({"item": item}, "entries").raw("item") for item in fields.items("entries")]
    entries = [read_verified_entry(statements.from_json(item).verify(public)) for item in items]
    in_range = fields.hashes("in_range") if fields.has("in_range") else []
    known = {entry.id: entry for entry in entries}
    released = verify_release(request, fields.raw("response"), known, check, in_range=in_range)
    return {"ids": list(released), "shares": [to_base64url(item.share) for item in released.values()]}


RELEASE = {
    "request": Operation(_request, _keys("statement", "public", "now_ms")),
    "verify": Operation(
        _release, _keys("request", "public", "response", "entries", "origin", "vkey", "policy"), _keys("in_range")
    ),
}


def _payload(read: Callable[[JsonObject], ViewPayload | IdentityPayload]) -> Callable[[Fields], JsonObject]:
    def run(fields: Fields) -> JsonObject:
        payload = fields.raw("payload")
        again = read(payload).to_json()
        if again.keys() != payload.keys():
            raise ProtocolError(Reason.NOT_CANONICAL, "payload")
        return again

    return run


LOG_PAYLOAD = {
    "view": Operation(_payload(ViewPayload.read), _keys("payload")),
    "identity": Operation(_payload(IdentityPayload.read), _keys("payload")),
}

FORMATS = {
    "padding": PADDING,
    "sealing": SEALING,
    "entry": ENTRY,
    "document": DOCUMENT,
    "entry_list": ENTRY_LIST,
    "kinds": KINDS,
    "filed": FILED_OPERATIONS,
    "take_back": TAKE_BACK,
    "release": RELEASE,
    "log_payload": LOG_PAYLOAD,
}
VECTORS = [(format_, vector) for format_, operations in FORMATS.items() for vector in load(format_, operations)]


@pytest.mark.parametrize("vector", [pytest.param(vector, id=f"{name}: {vector}") for name, vector in VECTORS])
def test_vector(vector: Vector) -> None:
    vector.check()
