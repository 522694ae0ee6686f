"""Thousands of entries of one section, written by the Python library as fast as a hub takes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx

from support.web_team import Team
from volet_client.sealing_keys import SealingKeys
from volet_protocol.encodings import to_base64url
from volet_protocol.entry import seal_entry
from volet_protocol.entry_header import SALT_SIZE
from volet_protocol.kinds import Content, Title, compose
from volet_protocol.places import Place
from volet_protocol.sealing import PARTS, SHARE_SIZE, client_share_from_section
from volet_protocol.sections import KeyId

WRITERS = 16
PART = 100
TEXT = "Tension 13/8 ce matin, pas de vertige. Revoir le traitement vendredi avec le médecin."


def post_many(team: Team, place: Place, count: int) -> None:
    """Post `count` notes into a section that the doctor holds the key of, several at once.

    One look at the case serves them all: what a client does for each, a reader of the section does not wait for.
    """
    doctor = team.doctor
    origin, token = doctor.profile.bundle.hub, doctor.hub.transport.token

    def send(http: httpx.Client, body: dict[str, Any]) -> None:
        http.post("/v1/entries", json=body).raise_for_status()

    with (
        httpx.Client(base_url=origin, headers={"Authorization": f"Volet {token}"}, timeout=60, trust_env=False) as http,
        ThreadPoolExecutor(WRITERS) as writers,
    ):
        sealed = _sealed(team, place, count)
        # A few at a time: a deposit has to arrive within two minutes of when it was signed.
        for _ in range(0, count, PART):
            for done in [writers.submit(send, http, body) for _, body in zip(range(PART), sealed, strict=False)]:
                done.result()


def _sealed(team: Team, place: Place, count: int) -> Iterator[dict[str, Any]]:
    doctor = team.doctor
    keys = SealingKeys(
        doctor.casebook, doctor.author, doctor.rules, granting=doctor.granting, lists=doctor.lists,
        exchanges=doctor.exchanges,
    )  # fmt: skip
    contents = [
        dict(zip(PARTS, compose(Title("note", 1, f"Passage {number}"), _content(number)), strict=True))
        for number in range(count)
    ]
    header = keys.header(team.case, place, {part: len(data) for part, data in contents[-1].items()}).header
    chain = doctor.casebook.view(team.case).of(place.name)
    assert chain is not None
    assert header.epoch is not None
    assert header.step is not None
    which = KeyId(place.name, header.epoch, header.step)
    key = chain.ring.key(which, chain.state.section(place.name).commitment(which.epoch, which.step))
    for plain in contents:
        own = replace(header, preamble=doctor.author.preamble(), salt=os.urandom(SALT_SIZE))
        shares = {part: os.urandom(SHARE_SIZE) for part in PARTS}
        entry = seal_entry(
            own, plain["title"], plain["body"], server_shares=shares, key=keys.signing_key,
            client_shares={part: client_share_from_section(key, own.id, part) for part in PARTS},
        )  # fmt: skip
        yield {
            "statement": entry.statement.to_json(),
            **{part: to_base64url(b"".join(entry.parts[part])) for part in PARTS},
            "shares": {part: to_base64url(share) for part, share in shares.items()},
        }


def _content(number: int) -> Content:
    return Content("note", 1, {"text": f"{TEXT} ({number:05})"})
