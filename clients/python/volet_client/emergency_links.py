"""Links about an emergency, and what their author has to know: its leaf in the log, and who audits."""

from __future__ import annotations

from dataclasses import dataclass

from volet_client.outside_links import OutsideLinks
from volet_protocol.capacities import audits_emergencies
from volet_protocol.directory import can_be_boxed
from volet_protocol.fields import Fields
from volet_protocol.receipt import Receipt
from volet_protocol.user_state import UserChain


@dataclass(frozen=True)
class Details:
    """The receipt of a declaration, and the users whom the hub names as auditors, not verified yet."""

    started: Receipt
    auditors: tuple[str, ...]


class EmergencyLinks(OutsideLinks):
    """Sends such links as the user of this profile."""

    def details(self, case: str, emergency: str) -> Details:
        """Fetch the receipt of a declaration and who audits; the look at it is a leaf, whose receipt is verified."""
        answer = Fields(self.hub.transport.get(f"/v1/cases/{case}/emergencies/{emergency}"), "emergency")
        served, auditors, look = answer.raw("started"), tuple(answer.hashes("auditors")), answer.raw("receipt")
        answer.done()
        self.hub.receipt(look, told=False)
        self.hub.receipt(served, told=False)
        return Details(Receipt.read(served), auditors)

    def auditors(self, named: tuple[str, ...]) -> dict[str, UserChain]:
        """Return the chains of those whom a registrar attests as auditors now: the hub's word is not enough."""
        now_ms = self.author.clock()
        found: dict[str, UserChain] = {}
        for user in named:
            known = self.author.directory.refresh(user)
            attested = audits_emergencies(known.attestations, now_ms)
            if attested and can_be_boxed(known.chain, known.chain.head):
                found[user] = known.chain
        return found

    def able(self, users: frozenset[str]) -> dict[str, UserChain]:
        """Return the chains of those of these users who can be boxed to: accounts neither frozen nor closed."""
        chains = {user: self.author.directory.refresh(user).chain for user in sorted(users)}
        return {user: chain for user, chain in chains.items() if can_be_boxed(chain, chain.head)}
