"""A newcomer opens a whole section; an author posts an entry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from bench.figures import Figure, Size, each_cpu, median_cpu
from support.entries import (
    BODY,
    HEADER,
    STEP_KEY,
    TITLE,
    identity_of,
    items_of,
    request_for,
    respond,
    server_shares,
    view_of,
)
from support.identities import START_MS, TestUser, make_user
from support.log_builder import LogBuilder
from volet_protocol import statements, user_chain
from volet_protocol.canonical import JsonObject
from volet_protocol.entry import SealedEntry, VerifiedEntry, open_part, read_verified_entry, seal_entry, split_chunks
from volet_protocol.entry_header import EntryHeader
from volet_protocol.entry_list import EntryListHead, Listed, check_epoch, check_page, check_seen
from volet_protocol.kinds import Title, read_title
from volet_protocol.log_view import LogView
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.release import PAGE, verify_release
from volet_protocol.sealing import PARTS, SHARE_SIZE, client_share_from_section
from volet_protocol.statements import Statement

_LIST_PAGE = 500
_STARTS = {1: 0}


class Section:
    """A section as a hub serves it: pages of the list as text, then releases with one receipt a page of 50."""

    def __init__(self, size: Size) -> None:
        self.author = make_user(1)
        self.header = replace(HEADER, preamble=self.author.preamble(START_MS))
        self.sealed: list[SealedEntry] = []
        self.head = EntryListHead.start(HEADER.list)
        for number in range(size.entries):
            self.sealed.append(seal_one(self.author, self.header, number, self.head))
            self.head = self.head.append(self.sealed[-1].statement.hash)
        rows = [one.statement.to_json() for one in self.sealed]
        self.pages = [json.dumps(rows[at : at + _LIST_PAGE]) for at in range(0, len(rows), _LIST_PAGE)]
        self.log = LogBuilder()
        self.releases: list[tuple[Statement, str]] = []
        for at in range(0, len(self.sealed), PAGE):
            items = items_of(self.sealed[at : at + PAGE])
            asked = replace(request_for([item.id for item in items], f"page {at}"), preamble=self.header.preamble)
            request = self.author.sign(asked.to_json())
            old = self.log.tree.size
            answer = respond(self.log, items, view_of(items), identity_of(request, items), old=old)
            self.releases.append((request, json.dumps(answer)))


def seal_one(author: TestUser, header: EntryHeader, number: int, seen: EntryListHead) -> SealedEntry:
    """What posting costs a client: header, key derivation, both parts, signature."""
    own = replace(header, salt=hashlib.sha256(b"%d" % number).digest()[:16], seen=seen)
    shares = {part: client_share_from_section(STEP_KEY, own.id, part) for part in PARTS}
    return seal_entry(
        own, TITLE, BODY, client_shares=shares, server_shares=server_shares(str(number)), key=author.signing_key
    )


def open_section(section: Section) -> list[Title]:
    """Every check a client makes before it shows a title: list, signatures, receipts, shares, roots, commitments."""
    known: dict[str, VerifiedEntry] = {}
    entries: list[VerifiedEntry] = []
    listed: list[Listed] = []
    for page in section.pages:
        for value in json.loads(page):
            entry = _verified(section, value)
            known[entry.id] = entry
            entries.append(entry)
            listed.append(Listed(len(entries), entry.hash, gap=False))
    heads = {head.n: head.h for head in check_page(EntryListHead.start(HEADER.list), listed, section.head)}
    for n, entry in enumerate(entries, 1):
        check_seen(entry.header.seen, n, heads)
        check_epoch(entry.header.epoch or 0, n, _STARTS)
    state = LogView(section.log.verifier)
    titles: list[Title] = []
    for request, text in section.releases:

        def receipt(value: JsonObject) -> VerifiedReceipt:
            return Receipt.read(value).accept(state, section.log.signer.name)

        for item in verify_release(request, json.loads(text), known, receipt).values():
            share = client_share_from_section(STEP_KEY, item.id, "title")
            plain = open_part(known[item.id], "title", split_chunks(item.ciphertext or b""), share, item.share)
            titles.append(read_title(plain))
    return titles


def _verified(section: Section, value: JsonObject) -> VerifiedEntry:
    statement = user_chain.verify_statement(section.author.chain, statements.from_json(value))
    return read_verified_entry(statement)


def measure(size: Size) -> list[Figure]:
    """The newcomer, what of it is Ed25519 alone, and the author."""
    section = Section(size)
    assert len(open_section(section)) == size.entries

    def signatures() -> None:
        for one in section.sealed:
            one.statement.verify(section.author.signing_key.public)

    floor = median_cpu(signatures, size.rounds)
    opening = median_cpu(lambda: open_section(section), size.rounds)
    posting = each_cpu(lambda: seal_one(section.author, section.header, 1, section.head), size.rounds, PAGE)
    assert len(server_shares()["title"]) == SHARE_SIZE
    return [
        Figure(f"a newcomer lists a section of {size.entries:,} entries, all titles", opening, "s", 0.3),
        Figure(f"  of which {size.entries:,} Ed25519 verifications", floor, "s"),
        Figure("  everything else, an entry", (opening - floor) / size.entries * 1000, "ms"),
        Figure("posting an entry: client cryptography", posting * 1000, "ms", 1),
    ]
