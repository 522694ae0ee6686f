"""Who looked, and whether the log can be believed: records of a case, and the whole log checked off line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from volet_client.author import Author, draw
from volet_client.casebook import Casebook
from volet_client.errors import UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.log_cases import logged
from volet_client.log_export import FORMAT, LogChecked, check_export, identity_of
from volet_client.log_replay import Logged
from volet_client.refusals import NotFoundError
from volet_client.tag_checks import Finding, ShownLeaf, check_key, check_periods, check_shown
from volet_client.whole_logs import WholeLogs
from volet_client.words import Said
from volet_protocol.binding import Binding, BoundSubject, verify_binding
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import has_duty
from volet_protocol.checkpoint import SignedCheckpoint
from volet_protocol.completeness import LogKey
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.leaf import Leaf
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.log_request import AUDIT, OWN_ACCESS, OWN_RELEASES, LogRequest
from volet_protocol.operator_roles import Duty, LogScope
from volet_protocol.places import CLASSES
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.release import REQUEST_ID_SIZE

PAGE = 500
# More ends of mandates than a life has.
MAX_PERIODS = 1024


@dataclass(frozen=True)
class Access:
    """One act of the log; `index` is its position, which says which log it stands in.

    `identity` is shown to auditors only; `erased` where its openings were erased.
    """

    index: int
    time_ms: int
    type: str
    view: ViewPayload | None
    identity: IdentityPayload | None
    leaf: Leaf

    @property
    def erased(self) -> bool:
        """Whether what the leaf committed to was erased."""
        return self.view is None


@dataclass(frozen=True)
class Accesses:
    """The verified acts of a case, the numbers of each class that were not shown, and what the tags told.

    `findings` is None where nothing was counted: only the person and their representatives are handed the keys.
    `partial` where acts before the representative's own mandate were not counted.
    """

    acts: tuple[Access, ...]
    gaps: dict[str, tuple[int, ...]]
    checkpoint: SignedCheckpoint
    findings: tuple[Finding, ...] | None = None
    partial: bool = False

    @property
    def complete(self) -> bool:
        """Whether it was proved that nothing is missing."""
        return self.findings == () and not self.partial


class Audit:
    """The log as this user may see it."""

    def __init__(self, hub: Hub, author: Author, casebook: Casebook) -> None:
        self._hub = hub
        self._author = author
        self._casebook = casebook
        self._logs = WholeLogs(hub)

    def accesses(self, case: str | None, reason: str | None = None) -> Accesses:
        """Return the acts of a case; without one, of an auditor's whole scope, or what was released to oneself.

        Every leaf's receipt is verified.

        An auditor says why they look up one case (`log_request.REASONS`).
        To the person and their representatives the hub also hands the keys of the tags: none is missing when they fit.
        """
        counted = case is not None and self._author.capacity is None
        keys = self._log_keys(case) if case is not None and counted else {}
        acts: list[Access] = []
        looks: list[VerifiedReceipt] = []
        for page in self._pages(case, looks, reason):
            acts += [self._access(Fields(item, "record")) for item in page]
        newest = self._hub.trust.newest()
        assert newest is not None  # noqa: S101 - each page came with a receipt, whose checkpoint is now held
        findings = self._findings(case, keys, acts, looks) if case is not None and counted else None
        partial = any(periods[0].first > 0 for periods in keys.values())
        return Accesses(tuple(acts), _gaps(acts) if case else {}, newest, findings, partial)

    def records(self, case: str | None, reason: str | None = None) -> list[Logged]:
        """Return the verified records of a case, or of all, with the facts that an auditor is shown."""
        if case is None:
            self._check_audits()
        found = [logged(record, self._hub.trust.log)[0] for page in self._pages(case, [], reason) for record in page]
        return [act for act in found if act.view is not None]

    def _check_audits(self) -> None:
        """Refuse what shows the records of all cases to anybody but who watches over the log."""
        if not self.audits:
            raise UsageError(
                Said("Précisez le dossier.", "Name the case."), Said("volet accesses --case", "volet accesses --case")
            )

    def _log_keys(self, case: str) -> dict[str, list[LogKey]]:
        """Have the keys of the tags handed over, by class; each hand-over is a leaf, whose receipt is verified."""
        answer = Fields(self._hub.transport.get(f"/v1/cases/{case}/log-keys"), "log-keys")
        served, receipts = answer.nested("keys"), answer.nested("receipts")
        answer.done()
        keys: dict[str, list[LogKey]] = {}
        for class_ in CLASSES:
            if served.has(class_):
                keys[class_] = [LogKey.read(one) for one in served.objects(class_, MAX_PERIODS)]
                self._hub.receipt(receipts.raw(class_), told=False)
        served.done()
        receipts.done()
        return keys

    def _findings(
        self, case: str, keys: dict[str, list[LogKey]], acts: list[Access], looks: list[VerifiedReceipt]
    ) -> tuple[Finding, ...]:
        """Return what the tags tell against the hub, and keep it on disk before anybody hears of it."""
        shown = [_shown(act) for act in (*acts, *(self._verified(look) for look in looks))]
        newest = max(one.index for one in shown)
        log = {position: leaf for position, leaf in self._logs.whole().items() if position <= newest}
        main = self._casebook.view(case).main
        found = check_key(keys, main.log_key_hash or "")
        unordered = check_periods(keys, whole=self._author.user in main.facts.person_users)
        found += unordered
        # Under another key than the announced one every tag is false: that is said once.
        wrong = {one.class_ for one in found}
        found += check_shown(
            {class_: periods for class_, periods in keys.items() if class_ not in wrong},
            [one for one in shown if one.class_ not in wrong],
            log,
        )
        if found:
            self._keep(case, found, log)
        return tuple(found)

    def _keep(self, case: str, found: list[Finding], log: Mapping[int, bytes]) -> None:
        newest = self._hub.trust.newest()
        indexes = sorted({index for one in found for index in one.indexes if index in log})
        record: JsonObject = {
            "case": case, "findings": [one.to_json() for one in found],
            "checkpoint": "" if newest is None else newest.note,
            "leaves": {str(index): to_base64url(log[index]) for index in indexes},
        }  # fmt: skip
        data = json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")
        self._hub.profile.keep_evidence(f"{sha256(data).hex()[:16]}.json", data)

    def _pages(
        self, case: str | None, looks: list[VerifiedReceipt], reason: str | None = None
    ) -> Iterator[list[JsonObject]]:
        """Yield the records page by page; each look is a leaf of the log too: its receipt is verified, and added."""
        start = 0
        while True:
            fields = Fields(self._ask(case, start, reason=reason), "records")
            page = [item for item in fields.items("records", 100_000) if isinstance(item, Mapping)]
            looks.append(self._hub.receipt(fields.raw("receipt")))
            yield page
            if len(page) < PAGE:
                return
            start = Fields(page[-1], "record").integer("index") + 1

    def record(self, case: str | None, index: int) -> Receipt:
        """Return the receipt of one act as this user may have it, verified; the look is a leaf too."""
        fields = Fields(self._ask(None if self.audits else case, index, index + 1), "records")
        shown = fields.objects("records")
        self._hub.receipt(fields.raw("receipt"))
        if len(shown) != 1 or shown[0].integer("index") != index or not shown[0].has("receipt"):
            raise UsageError(
                Said(f"Aucun acte n° {index} ne vous est montré.", f"No act no. {index} is shown to you."),
                Said("volet accesses --detail", "volet accesses --detail"),
            )
        receipt = Receipt.read(shown[0].raw("receipt"))
        verified = receipt.verify(self._hub.trust.log)
        if verified.index != index:
            raise VerificationError(f"record {index}", Reason.WRONG_SEQUENCE)
        log = self._hub.trust.log.of(verified.checkpoint.note)
        size = verified.checkpoint.size
        self._hub.trust.accept_checkpoint(verified.checkpoint, self._hub.consistency_to(size, log))
        return receipt

    def identify(self, case: str, user: str, reason: str) -> tuple[BoundSubject, ...]:
        """Lift a pseudonym: return who stands behind an account that acted in a case, as identity providers signed.

        The look is a leaf of that case, with its reason.
        """
        statement = self._author.sign(self._request(case, 0, reason=reason, user=user).to_json())
        answer = Fields(
            self._hub.transport.post("/v1/log/identities", {"statement": statement.to_json()}), "identities"
        )
        served, receipt = answer.objects("bindings"), answer.raw("receipt")
        answer.done()
        self._hub.receipt(receipt)
        bundle, now_ms = self._hub.profile.bundle, self._author.clock()
        try:
            return tuple(verify_binding(Binding.read(one), user, bundle, now_ms) for one in served)
        except ProtocolError as error:
            raise VerificationError.of(error, f"identity of {user[:16]}") from None

    def _ask(self, case: str | None, start: int, end: int | None = None, *, reason: str | None = None) -> JsonObject:
        statement = self._author.sign(self._request(case, start, end, reason=reason).to_json())
        return self._hub.transport.post("/v1/log/records", {"statement": statement.to_json()})

    def _request(
        self, case: str | None, start: int, end: int | None = None, *, reason: str | None, user: str | None = None
    ) -> LogRequest:
        auditor = self.audits
        if case is not None and auditor and reason is None:
            raise UsageError(
                Said("Dites pourquoi vous consultez ce dossier.", "Say why you look this case up."),
                Said("volet log search --case … --reason inspection", "volet log search --case … --reason inspection"),
            )
        return LogRequest(
            preamble=self._author.preamble(),
            request_id=draw(REQUEST_ID_SIZE),
            purpose=AUDIT if auditor else OWN_RELEASES if case is None else OWN_ACCESS,
            checkpoint=self._hub.checkpoint(),
            capacity=self._author.capacity,
            case=case,
            from_=start,
            reason=reason if auditor else None,
            to=end,
            user=user,
        )

    def _access(self, item: Fields) -> Access:
        index = item.integer("index")
        try:
            if item.has("leaf"):
                leaf = Leaf.parse(item.data("leaf"))
                item.done()
                return Access(index, leaf.ts_ms, leaf.type.name.lower(), None, None, leaf)
            verified = Receipt.read(item.raw("receipt")).verify(self._hub.trust.log)
            item.optional("fact", item.raw)
            item.done()
        except ProtocolError as error:
            raise VerificationError.of(error, f"record {index}") from None
        if verified.index != index:
            raise VerificationError(f"record {index}", Reason.WRONG_SEQUENCE)
        return self._verified(verified)

    @staticmethod
    def _verified(found: VerifiedReceipt) -> Access:
        identity = None if found.identity is None else IdentityPayload.read(found.identity)
        view = ViewPayload.read(found.view)
        return Access(found.index, found.leaf.ts_ms, found.leaf.type.name.lower(), view, identity, found.leaf)

    def export(self, path: Path, *, records: bool) -> LogChecked:
        """Write everything an outsider needs to check the log without the hub; refuse to replace a file.

        With `records`, an auditor adds the receipts, the readers' own signed requests, the chains that prove them, the
        facts and the policy tables: each decision can be asked again.
        """
        content = self.collect(records=records)
        checked = check_export(content, self._hub.trust.log, self._hub.profile.bundle)
        try:
            with path.open("x", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, sort_keys=True)
        except FileExistsError:
            raise UsageError(Said(f"{path} existe déjà.", f"{path} already exists.")) from None
        return checked

    def collect(self, *, records: bool) -> JsonObject:
        """Return the whole log in the form of an export, its checkpoint verified against what is held."""
        if records:
            self._check_audits()
        # Records first: each look is itself in the log, and the checkpoint has to cover all that is shown.
        shown = [record for page in self._pages(None, []) for record in page] if records else []
        note = self._hub.transport.get_text("/v1/log/checkpoint")
        try:
            checkpoint = self._hub.trust.log.open(note)
            self._hub.trust.accept_checkpoint(checkpoint, self._hub.consistency_to(checkpoint.size))
        except ProtocolError as error:
            raise self._hub.failed(error, {"checkpoint": note}) from None
        bundle = self._hub.profile.bundle
        return {
            "format": FORMAT, "checkpoint": note,
            "log": {"origin": bundle.log_origin, "vkey": bundle.log_vkey, "policy": bundle.log_policy},
            "leaves": [to_base64url(leaf) for leaf in self._logs.leaves(self._hub.trust.log, checkpoint.size)],
            **self._logs.exported(),
            "records": list(shown), "users": self._users(shown), "tables": self._policies(shown),
            **self._attestations(shown),
        }  # fmt: skip

    def _policies(self, records: list[JsonObject]) -> dict[str, JsonValue]:
        """Return the policy tables that these records name; one that the hub no longer knows is left out."""
        views = [
            cast("Mapping[str, Any]", record["receipt"])["view"]["payload"] for record in records if "receipt" in record
        ]
        found: dict[str, JsonValue] = {}
        for hash_ in sorted({str(view["policy"]) for view in views if "policy" in view}):
            with suppress(NotFoundError):
                found[hash_] = self._hub.transport.get(f"/v1/policy/tables/{hash_}").get("table", "")
        return found

    def _users(self, records: list[JsonObject]) -> dict[str, JsonValue]:
        """Return the links of everybody who acted in these records, each chain verified."""
        return {
            user: [link.to_json() for link in self._author.directory.refresh(user).chain.links]
            for user in self._actors(records)
        }

    def _actors(self, records: list[JsonObject]) -> list[str]:
        actors = [identity_of(record, self._hub.trust.log) for record in records]
        return sorted({actor.user for actor in actors if actor is not None and actor.user is not None})

    def _attestations(self, records: list[JsonObject]) -> dict[str, JsonValue]:
        """Return the attestations of who acted, where a scope leaves out their leaves; nothing where they are shown."""
        own = self._author.attestation
        if own is None or own.scope is None or own.scope == LogScope():
            return {}
        known = [self._author.directory.known(user) for user in self._actors(records)]
        return {"attestations": [one.to_json() for user in known for one in user.attested]}

    def verify(self) -> LogChecked:
        """Check the whole log as it is served: tree, checkpoint, consistency with what is held.

        An auditor is shown the records too: signatures of the readers are checked and every decision is asked again.
        """
        content = self.collect(records=self.audits)
        try:
            return check_export(content, self._hub.trust.log, self._hub.profile.bundle)
        except ProtocolError as error:
            raise self._hub.failed(error, {"checkpoint": str(content["checkpoint"])}) from None

    @property
    def audits(self) -> bool:
        """Whether this user watches over the log here, as an auditor or as the data protection officer."""
        attestation = self._author.attestation
        return attestation is not None and has_duty(attestation.capacity, Duty.READ_LOG)


def _shown(act: Access) -> ShownLeaf:
    view = act.view
    return ShownLeaf(act.index, act.leaf, view.class_ if view else None, view.case_seq if view else None)


def _gaps(acts: list[Access]) -> dict[str, tuple[int, ...]]:
    """Return, by class, the numbers below the highest shown that were not shown."""
    shown: dict[str, set[int]] = {}
    for act in acts:
        if act.view is not None and act.view.class_ is not None and act.view.case_seq is not None:
            shown.setdefault(act.view.class_, set()).add(act.view.case_seq)
    return {
        class_: missing
        for class_, seen in shown.items()
        if (missing := tuple(number for number in range(max(seen) + 1) if number not in seen))
    }
