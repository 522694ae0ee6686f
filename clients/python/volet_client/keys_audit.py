"""Every key that this user relies on, asked for anew and judged by the log (docs/spec/users.md, heads-map.md).

A chain counts only when its newest link is the head that the log's map proves, in a tree that extends the one held: a
key without that receipt is refused, here as everywhere else. Of ourselves more: a link that this device did not make,
or another chain under our identity, is an alarm. Of others, what a human should look at: new devices, frozen accounts,
a newer chain under the same identity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique

from volet_client.author import Author
from volet_client.casebook import Casebook, CaseView
from volet_client.directory import Directory, Known
from volet_client.errors import EvidenceError, VerificationError
from volet_client.hub import Hub
from volet_client.trust import SUBJECT
from volet_client.words import Said
from volet_protocol.capacities import DAY_MS, subject_chain
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Mandate

# As long as a new chain waits before software grants it anything (protocol 5.6).
NEW_FOR_MS = 3 * DAY_MS


@unique
class Remark(StrEnum):
    """What a human should look at."""

    REFUSED = "refused"
    NEW_DEVICE = "new-device"
    FROZEN = "frozen"
    OTHER_CHAIN = "other-chain"


# A new device is news; everything else is a reason to stop and ask.
FINDINGS = frozenset({Remark.REFUSED, Remark.FROZEN, Remark.OTHER_CHAIN})


@dataclass(frozen=True)
class AuditedKey:
    """One user: links and devices proven, the index of the tree's size that proves them, and what stands out."""

    user: str
    links: int
    devices: int
    size: int
    remarks: tuple[Remark, ...]
    why: Said | None = None


@dataclass(frozen=True)
class UnreadCase:
    """A case whose keys could not be listed: a key that its chain rests on is refused by this client, and why."""

    case: str
    why: Said


@dataclass(frozen=True)
class KeysAudited:
    """Ourselves first, then everybody of our cases; `alarms` are about our own identities."""

    keys: tuple[AuditedKey, ...]
    alarms: tuple[Said, ...]
    unread: tuple[UnreadCase, ...] = ()
    # Epochs of the map that were checked about ourselves: those since the last visit.
    epochs: int = 0

    @property
    def found(self) -> bool:
        """Whether something has to be asked of a human before anything else."""
        return bool(self.alarms or self.unread) or any(FINDINGS & set(key.remarks) for key in self.keys)


class KeysAudit:
    """Audits keys for the user of this profile."""

    def __init__(self, hub: Hub, author: Author, directory: Directory, casebook: Casebook) -> None:
        self._hub = hub
        self._author = author
        self._directory = directory
        self._casebook = casebook

    def audit(self, cases: Iterable[str]) -> KeysAudited:
        """Ask for every chain again and judge it; raise `EvidenceError` at a link of ours that we did not make."""
        own = self._directory.refresh(self._author.user)
        self._author.follow_own_chain()
        users, unread = self._users(cases)
        keys = [self._remarked(self._author.user, own, mine=True), *(self._audited(user) for user in sorted(users))]
        alarms = tuple(self._author.alarms())
        return KeysAudited(tuple(keys), alarms, unread, self._author.epochs.checked)

    def _users(self, cases: Iterable[str]) -> tuple[set[str], tuple[UnreadCase, ...]]:
        users: set[str] = set()
        unread: list[UnreadCase] = []
        for case in cases:
            try:
                users |= users_of(self._casebook.view(case))
            except EvidenceError:
                raise
            except VerificationError as error:
                # Whoever never met that user has no chain to go on from; the other cases are audited all the same.
                unread.append(UnreadCase(case, error.said))
        return users - {self._author.user}, tuple(unread)

    def _audited(self, user: str) -> AuditedKey:
        try:
            return self._remarked(user, self._directory.refresh(user), mine=False)
        except EvidenceError:
            raise
        except VerificationError as error:
            return AuditedKey(user, 0, 0, 0, (Remark.REFUSED,), error.said)

    def _remarked(self, user: str, known: Known, *, mine: bool) -> AuditedKey:
        chain, now_ms = known.chain, self._author.clock()
        self._hub.trust.check_fresh(known.proven, now_ms)
        remarks: list[Remark] = []
        added = [device.added_ms for device in chain.devices.values() if device.added_seq]
        if any(now_ms - at_ms < NEW_FOR_MS for at_ms in added):
            remarks.append(Remark.NEW_DEVICE)
        if chain.frozen:
            remarks.append(Remark.FROZEN)
        # Of ourselves the alarms say it, with where to turn.
        if not mine and self._has_other_chain(user, known):
            remarks.append(Remark.OTHER_CHAIN)
        return AuditedKey(user, len(chain.links), len(chain.active), known.proven.checkpoint.size, tuple(remarks))

    def _has_other_chain(self, user: str, known: Known) -> bool:
        heads = [self._hub.head(SUBJECT, subject_chain(one.iss, one.sub)).head for one in known.subjects]
        return any(head is not None and head.hash != user for head in heads)


def users_of(view: CaseView) -> frozenset[str]:
    """Return whose keys a case relies on: the person's, who takes part, who represents the person."""
    facts = view.main.facts
    team = {record.fact.user for record in facts.of(Participation)}
    return facts.person_users | team | {record.fact.holder for record in facts.of(Mandate)}
