"""Files of any size: sealed to a temporary file of ciphertext, uploaded in pieces, fetched chunk by chunk.

Sealing comes before sending, because a key never encrypts a position twice: what was interrupted is sent again from
the stored ciphertext, never sealed again. The plaintext of a fetched file appears under its name only after its last
chunk verified.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from volet_client.author import draw
from volet_client.casebook import CaseView
from volet_client.entries import Entries, Posted
from volet_client.errors import UnreachableError, UsageError, VerificationError
from volet_client.files import PRIVATE_FILE, flush_folder, make_private_folder
from volet_client.hub import Hub
from volet_client.lists import ListedEntry, ListView
from volet_client.profile import Profile
from volet_client.releases import Released, Releases
from volet_client.sealing_keys import Sealed, SealingKeys
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.document import DocumentOpener, DocumentSealer
from volet_protocol.encodings import to_base64url
from volet_protocol.entry import open_part, seal_part, sign_entry
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.kinds import DOCUMENT, FileInfo, Relation, Title, read_title
from volet_protocol.places import Place
from volet_protocol.sealing import BODY, CHUNK_SIZE, SHARE_SIZE, TAG_SIZE, TITLE, chunk_count, chunk_leaf, chunk_length

PENDING = "upload"
UPLOADS = "uploads"
PIECE = 16
TRIES = 5
_READ = 1024 * 1024

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Fetched:
    """A file as it was written."""

    path: Path
    title: Title
    size: int
    leaf: int


class Documents:
    """Documents of a case."""

    def __init__(
        self,
        profile: Profile,
        hub: Hub,
        entries: Entries,
        *,
        releases: Releases,
        keys: SealingKeys,
    ) -> None:
        self._profile = profile
        self._hub = hub
        self._entries = entries
        self._releases = releases
        self._keys = keys

    def attach(
        self,
        case: str,
        place: Place,
        path: Path,
        *,
        title: str,
        media_type: str,
        advance: Advance,
        relations: tuple[Relation, ...] = (),
    ) -> Posted:
        """Seal a file and store it; `advance` is told of each piece uploaded, in bytes of plaintext."""
        size = path.stat().st_size
        info = Title(DOCUMENT, 1, title, FileInfo(path.name, media_type, size), relations)
        plain_title = canonical.encode(info.to_json())
        read_title(plain_title)
        return self._entries.retried(
            lambda: self._attach(case, place, lambda: path.open("rb"), size, plain_title, advance)
        )

    def store(self, case: str, place: Place, name: str, data: bytes, *, title: str, media_type: str) -> Posted:
        """Seal what is in memory and store it, without its plaintext ever being written to the disk."""
        plain_title = canonical.encode(Title(DOCUMENT, 1, title, FileInfo(name, media_type, len(data))).to_json())
        read_title(plain_title)
        return self._entries.retried(
            lambda: self._attach(case, place, lambda: BytesIO(data), len(data), plain_title, lambda _size: None)
        )

    def _attach(  # noqa: PLR0917 - of its two callers
        self, case: str, place: Place, opened: Callable[[], BinaryIO], size: int, plain_title: bytes, advance: Advance
    ) -> Posted:
        sealed = self._keys.header(case, place, {TITLE: len(plain_title), BODY: size})
        header = sealed.header
        server_shares = {part: draw(SHARE_SIZE) for part in (TITLE, BODY)}
        title = seal_part(header, TITLE, plain_title, sealed.client_shares[TITLE], server_shares[TITLE])
        upload = draw(32).hex()
        folder = self._profile.config.profile / UPLOADS
        make_private_folder(folder)
        ciphertext = folder / upload
        with _private(ciphertext) as out, opened() as source:
            sealer = DocumentSealer(
                header, BODY, size, client_share=sealed.client_shares[BODY], server_share=server_shares[BODY],
                write=out.write,
            )  # fmt: skip
            while data := source.read(_READ):
                sealer.update(data)
            body_seal = sealer.finish()
        entry = sign_entry(header, {TITLE: title.seal, BODY: body_seal}, self._keys.signing_key)
        request: dict[str, JsonValue] = {
            "statement": entry.statement.to_json(),
            "title": to_base64url(b"".join(title.chunks)),
            "shares": {part: to_base64url(share) for part, share in server_shares.items()},
            **({"boxes": {user: to_base64url(box) for user, box in sealed.boxes.items()}} if sealed.boxes else {}),
        }
        if chunk_count(header.body_size) == 1:
            request["body"] = to_base64url(ciphertext.read_bytes())
        else:
            request["upload"] = upload
        self._profile.save(PENDING, {"upload": upload, "request": request, "id": entry.id, "place": str(place)})
        return self._send(sealed, entry.id, request, ciphertext, advance)

    def resume(self, advance: Advance) -> Posted | None:
        """Send again what an interruption left: the stored ciphertext, under its signed statement."""
        held = self._profile.load(PENDING)
        if not held:
            return None
        ciphertext = self._profile.config.profile / UPLOADS / str(held["upload"])
        request = dict(cast("JsonObject", held["request"]))
        self._upload(request, ciphertext, advance)
        self._hub.receipt(_receipt(self._hub.transport.post("/v1/entries", request)))
        self._clean(ciphertext)
        return Posted(str(held["id"]), Place.parse(str(held["place"])), "", None)

    def _send(
        self, sealed: Sealed, id_: str, request: dict[str, JsonValue], ciphertext: Path, advance: Advance
    ) -> Posted:
        try:
            self._upload(request, ciphertext, advance)
            posted = self._entries.deposit(sealed, id_, request)
        except UnreachableError as error:
            # Kept: `volet attach --resume` sends the same bytes again.
            error.hint = Said("volet attach --resume", "volet attach --resume")
            raise
        except Exception:
            self._clean(ciphertext)
            raise
        self._clean(ciphertext)
        return posted

    def _upload(self, request: JsonObject, ciphertext: Path, advance: Advance) -> None:
        upload = request.get("upload")
        if upload is None:
            return
        with ciphertext.open("rb") as source:
            position = 0
            while data := source.read(PIECE * (CHUNK_SIZE + TAG_SIZE)):
                self._hub.transport.put(f"/v1/uploads/{upload}/{position}", data)
                position += PIECE
                advance(len(data))

    def _clean(self, ciphertext: Path) -> None:
        ciphertext.unlink(missing_ok=True)
        self._profile.save(PENDING, {})

    def fetch(self, case: str, place: Place, given: str, folder: Path, *, advance: Advance) -> Fetched:
        """Fetch a document into a folder, under the name its author gave it; an existing file is never replaced."""
        view = self._keys.view_at(case, place)
        listed, item = self._entries.find(case, place, given)
        try:
            title = self._title(view, listed, item)
            share = self._entries.client_share(view, listed, item, BODY)
            released = next(iter(self._releases.ask(listed, case, [item], BODY, intent="offline").values()))
            name = title.file.name if title.file is not None else f"{given}.bin"
            target = folder / name
            if target.exists():
                raise UsageError(
                    Said(f"{target} existe déjà.", f"{target} already exists."),
                    Said("Choisissez un autre dossier avec --into.", "Choose another folder with --into."),
                )
            size = self._write(released, share, target, advance)
        except ProtocolError as error:
            raise VerificationError.of(error, f"document {given[:16]}") from None
        if title.file is not None and size != title.file.size:
            target.unlink()
            raise VerificationError(f"document {given[:16]}: size", Reason.BAD_PADDING)
        return Fetched(target, title, size, released.leaf)

    def _title(self, view: CaseView, listed: ListView, item: ListedEntry) -> Title:
        share = self._entries.client_share(view, listed, item, TITLE)
        released = next(iter(self._releases.ask(listed, view.case, [item], TITLE, intent="open").values()))
        return read_title(open_part(released.entry, TITLE, self._releases.chunks(released), share, released.share))

    def _write(self, released: Released, client_share: bytes, target: Path, advance: Advance) -> int:
        temporary = target.parent / f".{released.entry.id[:16]}.part"
        temporary.unlink(missing_ok=True)
        try:
            with _private(temporary) as out:
                opener = DocumentOpener(
                    released.entry, BODY, self._leaves(released), client_share=client_share,
                    server_share=released.share, write=out.write,
                )  # fmt: skip
                for chunk in self._chunks(released):
                    opener.feed(chunk)
                    advance(len(chunk) - TAG_SIZE)
                size = opener.finish()
                out.flush()
                os.fsync(out.fileno())
            # A link fails when the name exists: a file of the user's is never replaced.
            target.hardlink_to(temporary)
        finally:
            temporary.unlink(missing_ok=True)
        flush_folder(target.parent)
        return size

    def _leaves(self, released: Released) -> bytes:
        if released.ciphertext is None:
            return self._releases.leaves(released)
        return b"".join(chunk_leaf(chunk) for chunk in self._releases.chunks(released))

    def _chunks(self, released: Released) -> Iterator[bytes]:
        """Yield every chunk in order; a stream that breaks is taken up again at the next chunk."""
        if released.ciphertext is not None:
            yield from self._releases.chunks(released)
            return
        padded = released.entry.header.size(released.part)
        count, position, tries = chunk_count(padded), 0, 0
        while position < count:
            buffer = bytearray()
            with suppress(UnreachableError):
                for piece in self._releases.stream(released, position):
                    buffer += piece
                    while position < count and len(buffer) >= (wanted := chunk_length(padded, position) + TAG_SIZE):
                        yield bytes(buffer[:wanted])
                        del buffer[:wanted]
                        position, tries = position + 1, 0
            tries += 1
            if position < count and tries >= TRIES:
                raise UnreachableError(self._hub.origin)


def _receipt(answer: JsonObject) -> JsonObject:
    receipt = answer.get("receipt")
    if not isinstance(receipt, dict):
        raise VerificationError("receipt of a document", Reason.MISSING_FIELD)
    return receipt


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE), "wb")
