"""Is what was filed what its first author signed, and does it stand where it may? (docs/spec/entries.md, E29, E30)."""

from __future__ import annotations

from volet_protocol import canonical
from volet_protocol.entry import VerifiedEntry, seal_part
from volet_protocol.entry_header import EntryHeader
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.filing import NEVER, Filing
from volet_protocol.kinds import Content, Title, read_body, read_title
from volet_protocol.places import EXCHANGE, MASKED, SECTION
from volet_protocol.sealing import BODY, PARTS, TITLE


def check_filed(header: EntryHeader, first: EntryHeader) -> None:
    """Refuse to file the entry of `first` under `header`: another case, part, level or class, or before it was written.

    Raises `ProtocolError`: wrong-case; wrong-list, for what did not come in an exchange or does not go into the section
    that the exchange is about; time-backwards.
    """
    if first.case != header.case:
        raise ProtocolError(Reason.WRONG_CASE, "filed entry")
    about = (first.compartment, first.level, first.class_)
    # Masked entries are a section's too: who files what came may hold it back as anything they write there.
    if first.place.kind != EXCHANGE or header.place.kind not in {SECTION, MASKED} or about != (
        header.compartment, header.level, header.class_
    ):  # fmt: skip
        raise ProtocolError(Reason.WRONG_LIST, "filed entry: from an exchange into the section that it is about")
    if header.preamble.time_ms < first.preamble.time_ms:
        raise ProtocolError(Reason.TIME_BACKWARDS, "filed entry")


def open_filed(header: EntryHeader, outer: Title, filing: Filing, first: VerifiedEntry) -> tuple[Title, Content]:
    """Return title and body as the first author signed them.

    `first` is the entry of `filing.statement`, verified against its author's device; `header` and `outer` are those of
    the entry that files it. Raises what `check_filed` raises, bad-share, bad-commitment or wrong-hash where a part is
    not what was signed, malformed where the outer title is another or the kind is one that is not filed.
    """
    check_filed(header, first.header)
    for part in PARTS:
        shares = filing.shares[part]
        first.check_share(part, shares.server)
        plain = canonical.encode(filing.plain[part])
        sealed = seal_part(first.header, part, plain, shares.client, shares.server).seal
        if sealed.commitment != first.seals[part].commitment:
            raise ProtocolError(Reason.BAD_COMMITMENT, f"{part} of a filed entry")
        if sealed != first.seals[part]:
            raise ProtocolError(Reason.WRONG_HASH, f"{part} of a filed entry")
    title = read_title(canonical.encode(filing.plain[TITLE]))
    if title.title != outer.title or title.kind in NEVER or not title.known:
        raise ProtocolError(Reason.MALFORMED, "filed entry: title or kind")
    body = read_body(title, canonical.encode(filing.plain[BODY]))
    if not isinstance(body, Content):
        raise ProtocolError(Reason.MALFORMED, "filed entry: body")
    return title, body
