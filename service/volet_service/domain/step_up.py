"""Which acts ask that whoever does them showed themselves to their identity provider a short while ago (RFC 9470).

What a device left open gives to who sits down at it, and no later act takes back: a copy of the file, rights of others,
keys (design section 5, F28). Never asked: what protects somebody, so that nothing stands between a person and her own
withdrawal or opposition, a caller and an emergency, anybody and the end of a right; nor what clients do by themselves.
"""

from __future__ import annotations

from typing import Final

from volet_protocol.canonical import JsonObject

# Rights of others: facts by which somebody else reads, acts or is in charge.
FACTS: Final = frozenset({"participation", "invitation", "referent", "mandate", "designation", "person"})
# Keys: a further device, another recovery phrase. A revocation protects, and is told to all other devices.
USER_LINKS: Final = frozenset({"device-add", "recovery-set", "recovery-replace"})
# A copy that leaves.
INTENTS: Final = frozenset({"export"})


def fact_asks(fact: JsonObject, author: str) -> bool:
    """Tell whether a fact of that author gives rights to others.

    Taking part oneself, as whom an invitation names or by taking charge, gives them to nobody else; a person without an
    account reads nothing.
    """
    match fact.get("type"):
        case "participation":
            return fact.get("user") != author
        case "person":
            return "user" in fact
        case kind:
            return kind in FACTS
