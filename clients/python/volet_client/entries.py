"""Writing, listing, reading and taking back entries of a section or an exchange."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from volet_client.author import draw
from volet_client.casebook import CaseView
from volet_client.client_shares import ClientShares
from volet_client.entry_checks import EntryChecks
from volet_client.errors import NotReadableError, UsageError, VerificationError, VoletError
from volet_client.hub import Hub
from volet_client.lists import ListedEntry, Lists, ListView, find_entry
from volet_client.masking import OPEN as UNMASKED
from volet_client.masking import Masking
from volet_client.opened_before import TakenBack, read_taken_back
from volet_client.refusals import EpochStaleError, RefusedError, RotationOwedError, VersionConflictError
from volet_client.releases import OPEN, SYNC, Releases
from volet_client.sealing_keys import Sealed, SealingKeys
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.entry import open_part, seal_entry
from volet_protocol.entry_judgement import check_deposited_at
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.kinds import Content, Relation, Title, Unknown, compose, read_body, read_title
from volet_protocol.log_positions import text_of
from volet_protocol.places import MASKED, SECTION, Place
from volet_protocol.release import PAGE
from volet_protocol.sealing import BODY, PARTS, SHARE_SIZE, TITLE
from volet_protocol.take_back import TakeBack

TRIES = 4


@dataclass(frozen=True)
class Posted:
    """An entry that the hub acknowledged and that stands in its list."""

    id: str
    place: Place
    form: str
    epoch: int | None


@dataclass(frozen=True)
class Read:
    """One entry of a list with its title, or why this client has none; `body` only where it was opened."""

    listed: ListedEntry
    title: Title | None = None
    body: Content | Unknown | bytes | None = None
    error: VoletError | None = None
    leaf: int | None = None


class Entries:
    """Entries, as the user of this profile sees and writes them."""

    def __init__(
        self,
        hub: Hub,
        lists: Lists,
        releases: Releases,
        *,
        shares: ClientShares,
        keys: SealingKeys,
        checks: EntryChecks,
    ) -> None:
        self._hub = hub
        self._lists = lists
        self._releases = releases
        self._shares = shares
        self._keys = keys
        self._checks = checks

    def post(
        self,
        case: str,
        place: Place,
        title: str,
        *,
        kind: str = "note",
        fields: JsonObject | None = None,
        relations: Sequence[Relation] = (),
        masking: Masking = UNMASKED,
        section: str | None = None,
    ) -> Posted:
        """Seal and deposit an entry. Claims, rotates and seals anew as the hub's answers require.

        `section` is what a report is about, where the place is one.
        """
        content = Content(kind, 1, fields or {}, tuple(relations))
        try:
            plain_title, plain_body = compose(Title(kind, 1, title), content)
        except ProtocolError as error:
            raise UsageError(Said(f"Contenu refusé : {error}.", f"Content refused: {error}.")) from None
        plain = {TITLE: plain_title, BODY: plain_body}
        return self.retried(lambda: self._post(case, place, plain, masking, section))

    def retried(self, write: Callable[[], Posted]) -> Posted:
        """Write again on the newest keys when they moved meanwhile: under another salt, so no key seals twice."""
        for _ in range(TRIES - 1):
            try:
                return write()
            except (EpochStaleError, RotationOwedError, VersionConflictError):
                continue
        return write()

    def _post(self, case: str, place: Place, plain: dict[str, bytes], masking: Masking, section: str | None) -> Posted:
        sizes = {part: len(plain[part]) for part in PARTS}
        if section is None:
            sealed = self._keys.header(case, place, sizes, masking)
        else:
            sealed = self._keys.report(case, place, section, sizes, masking)
        server_shares = {part: draw(SHARE_SIZE) for part in PARTS}
        entry = seal_entry(
            sealed.header, plain[TITLE], plain[BODY],
            client_shares=sealed.client_shares, server_shares=server_shares, key=self._keys.signing_key,
        )  # fmt: skip
        body: dict[str, JsonValue] = {
            "statement": entry.statement.to_json(),
            "title": to_base64url(b"".join(entry.parts[TITLE])),
            "body": to_base64url(b"".join(entry.parts[BODY])),
            "shares": {part: to_base64url(share) for part, share in server_shares.items()},
        }
        return self.deposit(sealed, entry.entry.id, body)

    def deposit(self, sealed: Sealed, id_: str, body: dict[str, JsonValue]) -> Posted:
        """Send a sealed entry and verify its receipt."""
        if sealed.boxes:
            body["boxes"] = {user: to_base64url(box) for user, box in sealed.boxes.items()}
        answer = self._hub.transport.post("/v1/entries", body)
        receipt = answer.get("receipt")
        if not isinstance(receipt, dict):
            raise VerificationError(f"receipt of entry {id_[:16]}", Reason.MISSING_FIELD)
        deposited = self._hub.receipt(receipt)
        try:
            check_deposited_at(sealed.header.preamble.time_ms, deposited.leaf.ts_ms)
        except ProtocolError as error:
            raise VerificationError.of(error, f"entry {id_[:16]}") from None
        return Posted(id_, sealed.header.place, sealed.header.form, sealed.header.epoch)

    def titles(self, case: str, place: Place, *, intent: str = SYNC) -> list[Read]:
        """Return every entry of a place with its title where this client may have it. Titles are released in pages."""
        view, listed = self._keys.view_at(case, place), self._lists.view(case, place)
        found: dict[int, Read] = {}
        askable: list[ListedEntry] = []
        for item in listed.entries:
            problem = self._problem(view, item)
            if problem is None:
                askable.append(item)
            else:
                found[item.n] = Read(item, error=problem)
        # What the log tells apart is asked apart: one release is one leaf of one class.
        for mask in sorted({_mask_of(item) for item in askable}):
            alike = [item for item in askable if _mask_of(item) == mask]
            for start in range(0, len(alike), PAGE):
                for read in self._page(view, listed, alike[start : start + PAGE], intent):
                    found[read.listed.n] = read
        return [found[item.n] for item in listed.entries]

    def _problem(self, view: CaseView, item: ListedEntry) -> VoletError | None:
        """Return why an entry's title is not even asked for."""
        if item.taken_back:
            return NotReadableError(
                str(item.n),
                Said("Repris par son auteur.", "Taken back by its author."),
                Said("Rien à faire : le contenu est effacé.", "Nothing to do: the content is erased."),
            )
        if item.erased is not None:
            return erased(str(item.n), item.erased)
        try:
            self._checks.check(view, item)
            self._shares.find(view, item, TITLE)
        except VoletError as error:
            return error
        except ProtocolError as error:
            return VerificationError.of(error)
        return None

    def _page(self, view: CaseView, listed: ListView, page: list[ListedEntry], intent: str) -> list[Read]:
        try:
            released = self._releases.ask(listed, view.case, page, TITLE, intent=intent)
        except RefusedError as error:
            if len(page) == 1:
                return [Read(page[0], error=error)]
            # Named ids are all or nothing: one that the rules refuse must not hide the others.
            return [read for item in page for read in self._page(view, listed, [item], intent)]
        reads: list[Read] = []
        for item in page:
            handed = None if item.entry is None else released.get(item.entry.id)
            if handed is None:
                missing = NotReadableError(
                    str(item.n),
                    Said("La plateforme ne l'a pas remis.", "The hub did not hand it out."),
                    Said("Synchronisez, puis demandez à l'auteur.", "Sync, then ask its author."),
                )
                reads.append(Read(item, error=missing))
                continue
            try:
                share = self._shares.find(view, item, TITLE)
                plain = open_part(handed.entry, TITLE, self._releases.chunks(handed), share, handed.share)
                reads.append(Read(item, read_title(plain), leaf=handed.leaf))
            except ProtocolError as problem:
                reads.append(Read(item, error=VerificationError.of(problem)))
        return reads

    def find(self, case: str, place: Place, given: str) -> tuple[ListView, ListedEntry]:
        """Return an entry of a place by its id or the first characters of it; masked ones of a section included."""
        listed = self._lists.view(case, place)
        found = find_entry(listed.entries, given)
        if found is None and place.kind == SECTION:
            listed = self._lists.view(case, Place(MASKED, place.name))
            found = find_entry(listed.entries, given)
        if found is None:
            raise UsageError(
                Said(f"Aucun élément {given} dans {place}.", f"No entry {given} in {place}."),
                Said("volet list", "volet list"),
            )
        return listed, found

    def client_share(self, view: CaseView, listed: ListView, item: ListedEntry, part: str) -> bytes:
        """Return our share of a part. Without a key, ask the hub all the same when the rules refuse: it says why.

        A refusal then has its leaf in the log, as every refusal has; nothing is asked for that could be handed out
        and not be read.
        """
        try:
            return self._shares.find(view, item, part)
        except NotReadableError:
            if not self._keys.may_read(view, item):
                self._releases.ask(listed, view.case, [item], part)
            raise

    def read(self, case: str, place: Place, given: str, *, intent: str = OPEN, purpose: str | None = None) -> Read:
        """Open one entry: title and body, two releases, each logged."""
        view = self._keys.view_at(case, place)
        listed, item = self.find(case, place, given)
        if item.taken_back:
            raise NotReadableError(
                given,
                Said("Cet élément a été repris par son auteur.", "This entry was taken back by its author."),
                Said("Son contenu est effacé.", "Its content is erased."),
            )
        if item.erased is not None:
            raise erased(given, item.erased)
        try:
            self._checks.check(view, item)
            plain: dict[str, bytes] = {}
            leaf = None
            for part in PARTS:
                share = self.client_share(view, listed, item, part)
                released = self._releases.ask(listed, case, [item], part, intent=intent, purpose=purpose)
                handed = next(iter(released.values()))
                leaf = handed.leaf
                plain[part] = open_part(handed.entry, part, self._releases.chunks(handed), share, handed.share)
            title = read_title(plain[TITLE])
            return Read(item, title, read_body(title, plain[BODY]), leaf=leaf)
        except ProtocolError as error:
            raise VerificationError.of(error, f"entry {given[:16]}") from None

    def take_back(self, case: str, place: Place, given: str, reason: str | None = None) -> TakenBack:
        """Ask that the server shares of one of our entries be destroyed; return its id and who had opened it.

        Of one that this device took back before, ask again who had opened it: the hub answers the same.
        """
        _, item = self.find(case, place, given)
        assert item.entry is not None  # noqa: S101 - `find` never returns a gap
        statement = item.take_back
        if statement is None:
            take_back = TakeBack(self._keys.preamble(), case, item.entry.id, reason)
            statement = self._keys.sign(take_back.to_json())
        path = f"/v1/entries/{item.entry.id}/take-back"
        answer = self._hub.transport.post(path, {"statement": statement.to_json()})
        try:
            receipt, opened = read_taken_back(answer)
        except ProtocolError as error:
            raise self._hub.failed(error, answer) from None
        self._hub.receipt(receipt)
        return TakenBack(item.entry.id, opened)


def _mask_of(item: ListedEntry) -> str:
    return "" if item.entry is None else item.entry.header.mask or ""


def erased(given: str, leaf: int) -> NotReadableError:
    """Return why an entry that a decision erased is not opened, and which leaf of the log says so."""
    return NotReadableError(
        given,
        Said(f"Effacé sur décision (journal n° {text_of(leaf)}).", f"Erased by a decision (log no. {text_of(leaf)})."),
        Said("Rien à faire : volet accesses montre la mention.", "Nothing to do: volet accesses shows the mention."),
    )
