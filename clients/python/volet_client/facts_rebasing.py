"""Whether what was collected earlier still fits the chain as it is now, in words (protocol 6.1, F20).

The chain judges who may sign; this asks what the chain cannot know of the signer's intent: has the person said
something else since, was it done already by somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_client.words import Said
from volet_protocol.case_facts import CaseFacts
from volet_protocol.fact_collection import late_reason
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Opposition, OppositionEnd, Recipients
from volet_protocol.fact_powers import FactEnd, MandateEnd, MinorSecretEnd
from volet_protocol.facts import Fact

GIVEN, REFUSED = "given", "refused"


@dataclass(frozen=True)
class Misfit:
    """Why a fact is not recorded any more, and what to do. `done`: somebody else recorded the same meanwhile."""

    why: Said
    hint: Said
    done: bool = False


_DONE = Said("C'est déjà enregistré par quelqu'un d'autre.", "Somebody else has recorded it already.")
_NOTHING = Said("Rien à faire.", "Nothing to do.")
_ASK_AGAIN = Said(
    "Redemandez à la personne, puis enregistrez sa réponse : volet consent give.",
    "Ask the person again, then record the answer: volet consent give.",
)


def misfit(facts: CaseFacts, fact: Fact, at_ms: int) -> Misfit | None:
    """Return why a fact no longer fits these facts at this instant; None when it does."""
    match fact:
        case ConsentWithdrawal():
            ended = fact.consent
        case OppositionEnd():
            ended = fact.opposition
        case MandateEnd():
            ended = fact.mandate
        case MinorSecretEnd():
            ended = fact.secret
        case FactEnd():
            ended = fact.ended
        case Consent() if fact.decision == GIVEN:
            return _consent(facts, fact, at_ms)
        case _:
            return None
    return Misfit(_DONE, _NOTHING, done=True) if facts.ended_at(ended) <= at_ms else None


def _consent(facts: CaseFacts, fact: Consent, at_ms: int) -> Misfit | None:
    if facts.episode_end(fact.episode) <= at_ms:
        return Misfit(
            Said(
                "La prise en charge pour laquelle l'accord valait est terminée.",
                "The care for which the consent was given has ended.",
            ),
            _ASK_AGAIN,
        )
    replaced = fact.supersedes is not None and any(one.fact.supersedes == fact.supersedes for one in facts.of(Consent))
    if replaced or _said_otherwise(facts, fact):
        return Misfit(
            Said(
                "La personne s'est exprimée autrement depuis que cet accord a été recueilli.",
                "The person has said otherwise since this consent was collected.",
            ),
            _ASK_AGAIN,
        )
    return None


def _said_otherwise(facts: CaseFacts, fact: Consent) -> bool:
    """Tell whether a refusal, a withdrawal or an opposition later than this consent is about the same."""
    consents = {record.hash: record.fact for record in facts.of(Consent)}
    withdrawn = (
        consents[record.fact.consent]
        for record in facts.of(ConsentWithdrawal)
        if record.fact.at_ms > fact.given_ms and record.fact.consent in consents
    )
    refused = (one for one in consents.values() if one.decision == REFUSED and one.given_ms > fact.given_ms)
    if any(_about_the_same(one, fact) for one in (*withdrawn, *refused)):
        return True
    return any(record.fact.from_ms > fact.given_ms and _opposes(record.fact, fact) for record in facts.of(Opposition))


def _about_the_same(one: Consent, other: Consent) -> bool:
    parts = {item.compartment for item in one.information} & {item.compartment for item in other.information}
    return one.kind == other.kind and bool(parts)


def _opposes(opposition: Opposition, fact: Consent) -> bool:
    named: Recipients = fact.recipients
    return (
        opposition.scope == "all"
        or bool({item.compartment for item in fact.information} & set(opposition.compartments))
        or bool(set(named.users or ()) & set(opposition.users))
        or bool(set(named.rows or ()) & set(opposition.rows))
        or bool(set(named.categories or ()) & set(opposition.categories))
    )


def reason_of(fact: Fact) -> Said:
    """Return why a fact waited more than 72 hours, in words."""
    return LATE.get(late_reason(fact) or "", Said("sans raison indiquée", "no reason given"))


LATE = {
    "no_network": Said("pas de réseau", "no network"),
    "device_down": Said("appareil en panne ou perdu", "device broken or lost"),
    "author_absent": Said("absence de l'auteur", "its author was away"),
    "paper_received_late": Said("feuille reçue tard", "the sheet came late"),
    "other": Said("autre raison, voir le justificatif", "another reason, see the annex"),
}
