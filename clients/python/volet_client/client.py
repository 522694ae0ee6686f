"""The library's public class: one profile, one hub, and the verbs of a user.

client.session     log in and out, have capacities attested
client.cases       open, list, sync: verify, then grant and rotate what is owed
client.members     participations, notices, consents, oppositions
client.facts       record any fact, with or without network
client.entries     write, list, read, take back
client.documents   store and fetch files of any size
client.exchanges   conversations between named recipients
client.openings    put one entry before somebody
client.handing_over  hand a masked entry to one more reader
client.reports     reports of danger
client.exports     documents for parties without account
client.emergencies emergency access: declare, end, see; client.emergency_answers, client.emergency_reviews
client.conferences convene; client.conference_records  list, minutes, call off
client.linked_cases  one case continued by another; client.majority  a minor who comes of age
client.notices     the texts handed to the person, filled; whom she may ask
client.receipt_papers  the attestation of what she decided
client.team        what she still has to be told; adding somebody in one gesture
client.invitations somebody without keys invited by a code; client.invites  answering one
client.waiting     what is to review, to send and to see
client.live        hints that a case moved, as it moves
client.colleagues  the national directory, each line verified
client.audit       who looked; verify and export the log
client.keys        every key relied on, audited
client.request_desk  requests of every case, for the data protection officer
client.devices     our devices, in our own_chain; client.recovery  the recovery phrase
client.receipts    receipts of acts as files, cosigned once witnesses have signed
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property

from volet_client.appending import Appender
from volet_client.audit import Audit
from volet_client.author import Author
from volet_client.casebook import Casebook
from volet_client.cases import Cases
from volet_client.client_shares import ClientShares
from volet_client.colleagues import Colleagues
from volet_client.conference_minutes import ConferenceRecords
from volet_client.conferences import Conferences
from volet_client.confirmations import Confirmations
from volet_client.devices import Devices
from volet_client.directory import Directory
from volet_client.documents import Documents
from volet_client.emergencies import Emergencies
from volet_client.emergency_answers import EmergencyAnswers
from volet_client.emergency_links import EmergencyLinks
from volet_client.emergency_reviews import EmergencyReviews
from volet_client.entries import Entries
from volet_client.entry_checks import EntryChecks
from volet_client.exchanges import Exchanges
from volet_client.exports import Exports
from volet_client.facts_annexes import Annexes
from volet_client.facts_recording import FactRecorder
from volet_client.filing import Filings
from volet_client.granting import Granting
from volet_client.handing_over import HandingOver
from volet_client.hub import Hub
from volet_client.invitations import Invitations
from volet_client.joining import Invites
from volet_client.keys_audit import KeysAudit
from volet_client.linked_cases import LinkedCases
from volet_client.lists import Lists
from volet_client.live import Live
from volet_client.majority import Majority
from volet_client.members import Members
from volet_client.names import Names
from volet_client.notices import Notices
from volet_client.offline import Notebook
from volet_client.offline_notes import OfflineNotes
from volet_client.openings import Openings
from volet_client.outbox import Outbox
from volet_client.own_chain import OwnChain
from volet_client.profile import Profile
from volet_client.receipt_keeping import ReceiptKeeping
from volet_client.receipts_paper import ReceiptPapers
from volet_client.recovery import Recovery
from volet_client.releases import Releases
from volet_client.reports import Reports
from volet_client.requests_desk import RequestDesk
from volet_client.rules import Rules
from volet_client.sealing_keys import SealingKeys
from volet_client.session import Session
from volet_client.team import Team
from volet_client.team_horizon import Horizon
from volet_client.transport import HttpTransport, Transport
from volet_client.waiting import Waiting


def system_clock() -> int:
    """Return the clock of this machine in milliseconds."""
    return time.time_ns() // 1_000_000


class Client:
    """A client of one hub. `save` after use, or use `close`."""

    def __init__(
        self, profile: Profile, transport: Transport | None = None, clock: Callable[[], int] = system_clock
    ) -> None:
        self.profile = profile
        self.clock = clock
        self.hub = Hub(profile, transport or HttpTransport(profile.bundle.hub))
        self.directory = Directory(self.hub, clock)
        self.author = Author(profile.identity(), self.hub, self.directory, clock)
        self.own_chain = OwnChain(self.hub, self.directory, self.author)
        self.session = Session(profile, self.hub, self.author, self.own_chain)

    @cached_property
    def devices(self) -> Devices:
        """Our devices; letting another one in."""
        return Devices(self.profile, self.author, self.own_chain, self.hub.transport, self.names)

    @cached_property
    def recovery(self) -> Recovery:
        """The recovery phrase."""
        return Recovery(self.profile, self.author, self.own_chain, self.hub.transport)

    @cached_property
    def names(self) -> Names:
        """Local names."""
        return Names(self.profile)

    @cached_property
    def confirmations(self) -> Confirmations:
        """Fingerprint phrases that were compared."""
        return Confirmations(self.profile)

    @cached_property
    def live(self) -> Live:
        """Hints that a case moved."""
        transport = self.hub.transport
        origin = transport.origin if isinstance(transport, HttpTransport) else self.profile.bundle.hub
        return Live(transport, origin)

    @cached_property
    def colleagues(self) -> Colleagues:
        """The national directory's extract that the log names."""
        return Colleagues(self.hub)

    @cached_property
    def rules(self) -> Rules:
        """The policy table in force."""
        return Rules(self.hub)

    @cached_property
    def casebook(self) -> Casebook:
        """Verified views of cases."""
        return Casebook(self.hub, self.directory, self.author, self.rules)

    @cached_property
    def lists(self) -> Lists:
        """Verified entry lists."""
        return Lists(self.hub, self.directory)

    @cached_property
    def _appender(self) -> Appender:
        return Appender(self.hub, self.casebook, self.author, self.rules)

    @cached_property
    def granting(self) -> Granting:
        """Rotations and grants that are owed."""
        return Granting(
            self.hub, self.author, self.rules, appender=self._appender, lists=self.lists, known=self.confirmations
        )

    @cached_property
    def cases(self) -> Cases:
        """Open, list, sync cases."""
        return Cases(self.hub, self.casebook, self.author, rules=self.rules, granting=self.granting)

    @cached_property
    def members(self) -> Members:
        """Participations, notices, consents."""
        return Members(self.casebook, self.author, self._appender, self.lists)

    @cached_property
    def outbox(self) -> Outbox:
        """What was signed here and waits."""
        return Outbox(self.profile)

    @cached_property
    def notebook(self) -> Notebook:
        """What is known of cases without network."""
        return Notebook(self.profile)

    @cached_property
    def notes(self) -> OfflineNotes:
        """Notes written without network."""
        return OfflineNotes(self.profile, self.entries, self.author.user, self.clock)

    @cached_property
    def annexes(self) -> Annexes:
        """Words beside facts."""
        return Annexes(self.profile, self.casebook, self.cases, entries=self.entries, documents=self.documents)

    @cached_property
    def facts(self) -> FactRecorder:
        """Record facts."""
        return FactRecorder(
            self.casebook, self.author, self.rules, appender=self._appender, lists=self.lists, outbox=self.outbox,
            notebook=self.notebook, annexes=self.annexes,
        )  # fmt: skip

    @cached_property
    def notices(self) -> Notices:
        """Texts handed to the person."""
        return Notices(self.profile, self.names, self.casebook, self.author)

    @cached_property
    def receipt_papers(self) -> ReceiptPapers:
        """Attestations of what the person decided."""
        return ReceiptPapers(self.casebook, self.notices, self.profile.bundle.log_origin)

    @cached_property
    def team(self) -> Team:
        """What the person has to be told of her team, and adding somebody."""
        horizon = Horizon(self.casebook, self.author, self.rules, lists=self.lists, entries=self.entries)
        return Team(
            self.casebook, self.author, self.rules, appender=self._appender, members=self.members, horizon=horizon
        )

    @cached_property
    def invitations(self) -> Invitations:
        """Invite somebody who has no keys yet."""
        return Invitations(
            self.profile, self.casebook, self.author, self.rules, appender=self._appender, members=self.members
        )

    @cached_property
    def invites(self) -> Invites:
        """Take part by an invitation."""
        return Invites(
            self.profile, self.hub, self.casebook, self.author, self.rules, appender=self._appender,
            session=self.session,
        )  # fmt: skip

    @cached_property
    def exchanges(self) -> Exchanges:
        """Exchanges."""
        return Exchanges(self.hub, self.casebook, self.author, rules=self.rules, appender=self._appender)

    @cached_property
    def _shares(self) -> ClientShares:
        return ClientShares(self.author, self.exchanges)

    @cached_property
    def _releases(self) -> Releases:
        return Releases(self.hub, self.author, self.rules)

    @cached_property
    def _keys(self) -> SealingKeys:
        return SealingKeys(
            self.casebook, self.author, self.rules, granting=self.granting, lists=self.lists, exchanges=self.exchanges
        )

    @cached_property
    def entries(self) -> Entries:
        """Write, list, read, take back."""
        checks = EntryChecks(self.directory, self.exchanges, self.rules)
        return Entries(self.hub, self.lists, self._releases, shares=self._shares, keys=self._keys, checks=checks)

    @cached_property
    def documents(self) -> Documents:
        """Store and fetch files."""
        return Documents(self.profile, self.hub, self.entries, releases=self._releases, keys=self._keys)

    @cached_property
    def openings(self) -> Openings:
        """Put one entry before somebody."""
        return Openings(
            self.author, self._appender, self.entries, shares=self._shares, members=self.members,
            handing_over=self.handing_over,
        )  # fmt: skip

    @cached_property
    def conferences(self) -> Conferences:
        """Convene."""
        return Conferences(
            self.casebook, self.author, self.rules, appender=self._appender, entries=self.entries, shares=self._shares
        )

    @cached_property
    def conference_records(self) -> ConferenceRecords:
        """List, minutes, call off."""
        return ConferenceRecords(self.casebook, self.author, appender=self._appender, entries=self.entries)

    @cached_property
    def linked_cases(self) -> LinkedCases:
        """One case continued by another."""
        return LinkedCases(self.casebook, self.author, appender=self._appender, lists=self.lists)

    @cached_property
    def majority(self) -> Majority:
        """A minor who comes of age."""
        return Majority(self.casebook, self.author, appender=self._appender, granting=self.granting)

    @cached_property
    def _emergency_links(self) -> EmergencyLinks:
        return EmergencyLinks(self.hub, self.author, self.rules)

    @cached_property
    def emergencies(self) -> Emergencies:
        """Declare an emergency, end it, see it."""
        return Emergencies(self.casebook, self.author, self._appender, self._emergency_links)

    @cached_property
    def emergency_answers(self) -> EmergencyAnswers:
        """Open the emergency set to who declared one."""
        return EmergencyAnswers(
            self.hub, self.author, self.rules, appender=self._appender, lists=self.lists, shares=self._shares,
            checks=EntryChecks(self.directory, self.exchanges, self.rules), links=self._emergency_links,
        )  # fmt: skip

    @cached_property
    def emergency_reviews(self) -> EmergencyReviews:
        """Close emergencies as legitimate or not."""
        return EmergencyReviews(self.hub, self.author, self.casebook, self._emergency_links)

    @cached_property
    def waiting(self) -> Waiting:
        """What waits for this user."""
        return Waiting(self.profile, self.hub, self.outbox, self.notes)

    @cached_property
    def handing_over(self) -> HandingOver:
        """Hand a masked entry to one more reader."""
        return HandingOver(self.author, self.entries, self.rules)

    @cached_property
    def reports(self) -> Reports:
        """Reports of danger."""
        return Reports(self.hub, self.author, self.casebook, rules=self.rules, entries=self.entries)

    @cached_property
    def exports(self) -> Exports:
        """Documents for parties without account."""
        return Exports(self.entries, self._releases, self._keys)

    @cached_property
    def filings(self) -> Filings:
        """What came in an exchange, filed in a section."""
        return Filings(self.entries, self._releases, self._keys, self.directory)

    @cached_property
    def keys(self) -> KeysAudit:
        """Keys relied on."""
        return KeysAudit(self.hub, self.author, self.directory, self.casebook)

    @cached_property
    def request_desk(self) -> RequestDesk:
        """Requests of every case."""
        return RequestDesk(self.hub, self.audit, self._emergency_links)

    @cached_property
    def receipts(self) -> ReceiptKeeping:
        """Receipts to keep."""
        return ReceiptKeeping(self.hub, self.audit)

    @cached_property
    def audit(self) -> Audit:
        """Who looked; the log."""
        return Audit(self.hub, self.author, self.casebook)

    def save(self) -> None:
        """Write back what was verified."""
        self.hub.save()

    def close(self) -> None:
        """Write back what was verified and close the connections."""
        self.save()
        self.hub.transport.close()
