"""What hidden looks like from outside: a masked entry at a live hub, and all that an answer shows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import httpx

from support.hub import HubCase
from support.hub_entries import BODY, TITLE, deposit_body, header
from support.identities import seed32
from volet_protocol.encodings import to_base64url
from volet_protocol.entry import SealedEntry, seal_entry
from volet_protocol.entry_list import list_id
from volet_protocol.named_box import Recipient, box_shares, unboxed_readers
from volet_protocol.places import Place
from volet_protocol.sealing import PARTS

NOWHERE = seed32("no such thing").hex()
# What differs between any two answers.
_VARIES = {"date", "x-request-id"}


def seen(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """All that an answer shows."""
    headers = sorted((k, v) for k, v in answer.headers.items() if k not in _VARIES)
    return answer.status_code, headers, answer.content


def sealed_for(case: HubCase, author: str, readers: Sequence[str], mask: str | None = None) -> SealedEntry:
    """A note boxed to its author and some readers; with a mask, in the list of masked entries."""
    people = [case.person(name) for name in dict.fromkeys((author, *readers))]
    boxed = [Recipient(one.user, one.generation, one.user_key.public) for one in people]
    place = Place("masked" if mask else "section", "medical/2")
    head = replace(
        header(case, author), place=place, form="named", epoch=None, step=None, mask=mask, named=unboxed_readers(boxed),
        seen=replace(header(case, author).seen, h=list_id(case.main.case, str(place))),
    )  # fmt: skip
    client = {part: os.urandom(32) for part in PARTS}
    made, boxes = box_shares(head, boxed, client)
    sealed = seal_entry(
        made, TITLE, BODY, client_shares=client, server_shares={part: os.urandom(32) for part in PARTS},
        key=case.person(author).signing_key,
    )  # fmt: skip
    body = {**deposit_body(sealed), "boxes": {user: to_base64url(box) for user, box in boxes.items()}}
    answer = case.clients[author].post("/v1/entries", json=body)
    assert answer.status_code == 201, answer.text
    return sealed
