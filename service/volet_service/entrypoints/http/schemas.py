"""Shapes of requests. Statements stay plain objects here: the protocol parses them, strictly, in one place."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from volet_protocol import canonical
from volet_protocol.encodings import from_base64url
from volet_protocol.log_positions import MAX_LOGS
from volet_protocol.statements import UnverifiedStatement, from_json

# What the protocol's own `to_json` made: its shape is in docs/spec, once, not here a second time.
Answer: TypeAlias = dict[str, Any]
HASH = r"^[0-9a-f]{64}$"
# A place in a chain, a list or the log; what is larger has no canonical form, and the database could not hold it.
MAX_POSITION = canonical.MAX_INTEGER
After = Annotated[int, Query(ge=0, le=MAX_POSITION)]
AfterLink = Annotated[int, Query(ge=-1, le=MAX_POSITION)]
Since = Annotated[int, Query(ge=0, le=MAX_POSITION)]
To = Annotated[int, Query(ge=0, le=MAX_POSITION)]
LogNumber = Annotated[int | None, Query(ge=1, le=MAX_LOGS)]
From = Annotated[int, Query(alias="from", ge=0, le=MAX_POSITION)]


class Strict(BaseModel):
    """A request object without unknown members."""

    model_config = ConfigDict(extra="forbid", strict=True)


class StatementRequest(Strict):
    """A request that is one signed statement."""

    statement: dict[str, Any]

    def parsed(self) -> UnverifiedStatement:
        """Return the statement; raise `ProtocolError`."""
        return from_json(self.statement)


class UserLinkBody(Strict):
    """A link of a user chain and the boxes beside it: device id or `recovery` to base64url."""

    statement: dict[str, Any]
    boxes: dict[str, str] = Field(default_factory=dict, max_length=256)

    def box_bytes(self) -> dict[str, bytes]:
        """Return the boxes; raise `ProtocolError`."""
        return {to: from_base64url(box) for to, box in self.boxes.items()}


class LinkBody(Strict):
    """A link of a case or an exchange: statement, fact body, boxes by user."""

    statement: dict[str, Any]
    fact: dict[str, Any] | None = None
    boxes: dict[str, str] = Field(default_factory=dict, max_length=1024)

    def parsed(self) -> UnverifiedStatement:
        """Return the statement; raise `ProtocolError`."""
        return from_json(self.statement)

    def box_bytes(self) -> dict[str, bytes]:
        """Return the boxes; raise `ProtocolError`."""
        return {user: from_base64url(box) for user, box in self.boxes.items()}


class LinksRequest(Strict):
    """Links of one chain, in order."""

    links: list[LinkBody] = Field(min_length=1, max_length=64)


class BoxRequest(Strict):
    """What shows that whoever asks for the box of an invitation has its code."""

    proof: str = Field(max_length=86)


class UserLinksRequest(Strict):
    """Links of one user chain, in order."""

    links: list[UserLinkBody] = Field(min_length=1, max_length=64)


class BindingRequest(Strict):
    """An ID token that binds the caller's user id, and the opening of its nonce."""

    id_token: str = Field(max_length=16 * 1024)
    iss: str = Field(max_length=255)
    aud: str = Field(max_length=255)
    random: str = Field(max_length=43)


class PolicyRequest(Strict):
    """A policy table, base64url, and the controllers' signed activation of it."""

    table: str
    activation: dict[str, Any]


class CaseRequest(Strict):
    """A new case: the links of `main`, the first link of each hidden class, the keys of the completeness tags."""

    main: list[LinkBody] = Field(min_length=1, max_length=64)
    classes: list[dict[str, Any]] = Field(min_length=3, max_length=3)
    log_keys: dict[str, str] = Field(max_length=4)


class EntryRequest(Strict):
    """An entry: statement, both ciphertexts (or the upload that holds the body), both server shares, named boxes."""

    statement: dict[str, Any]
    title: str
    body: str | None = None
    upload: str | None = Field(default=None, pattern=HASH)
    shares: dict[str, str] = Field(min_length=2, max_length=2)
    boxes: dict[str, str] = Field(default_factory=dict, max_length=64)

    def parsed(self) -> UnverifiedStatement:
        """Return the statement; raise `ProtocolError`."""
        return from_json(self.statement)
