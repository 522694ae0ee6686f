"""Who may do the act that a fact states, in words, for the sentence that says who may do it instead (F15)."""

from __future__ import annotations

from collections.abc import Mapping

from volet_client.errors import NotPermittedError
from volet_client.words import Said
from volet_protocol import fact_rules
from volet_protocol.act_rules import ACT_RULES, act_of, may_act
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts
from volet_protocol.fact_rules import FACT_RULES
from volet_protocol.facts import Fact

RECEPTION = "S11"
STANDINGS: Mapping[str, Said] = {
    fact_rules.REFERENT: Said("le référent de parcours", "the referent"),
    fact_rules.OPENER: Said("qui a ouvert le dossier", "whoever opened the case"),
    fact_rules.PERSON: Said("la personne elle-même", "the person"),
    fact_rules.REPRESENTATIVE: Said("qui la représente", "who represents them"),
    fact_rules.MEMBER: Said("toute personne qui participe au dossier", "anybody who takes part"),
    fact_rules.HEALTH: Said("un professionnel de santé qui participe", "a health professional who takes part"),
    fact_rules.MDPH_DOCTOR: Said("un médecin de l'équipe MDPH", "a doctor of the MDPH team"),
    fact_rules.AUDITOR: Said("un auditeur", "an auditor"),
    fact_rules.INVITED: Said("la personne que nomme l'invitation", "whom the invitation names"),
    fact_rules.OFFICER: Said("le délégué à la protection des données", "the data protection officer"),
}


def who_may(fact: Fact) -> Said:
    """Return who may do the act of this fact, as words."""
    rule = ACT_RULES[act_of(fact)]
    known = rule.who & FACT_RULES[fact.type].signers
    named = [said for standing, said in STANDINGS.items() if standing in known]
    but = RECEPTION not in rule.rows and fact_rules.MEMBER in known
    return Said(
        _either([one.fr for one in named], "ou") + ", sauf l'accueil" * but,
        _either([one.en for one in named], "or") + ", reception excepted" * but,
    )


def who_else(facts: CaseFacts, fact: Fact, capacity: Capacity | None, at_ms: int) -> NotPermittedError:
    """Return the refusal that says who may do it instead."""
    may = who_may(fact)
    if capacity is not None and not may_act(act_of(fact), capacity):
        why = Said("Votre fonction ne fait pas cet acte.", "Your function does not do this act.")
    else:
        why = Said("Votre place dans ce dossier ne permet pas cet acte.", "Your place in this case does not allow it.")
    following = fact_rules.REFERENT in ACT_RULES[act_of(fact)].who
    if following and not facts.referents(at_ms):
        hint = Said(
            "Aucun référent n'est désigné : demandez à qui a ouvert le dossier (volet referent NOM).",
            "No referent is named: ask whoever opened the case (volet referent NAME).",
        )
    else:
        hint = Said("Demandez-le à l'un d'eux : volet case show les nomme.", "Ask one of them: volet case show.")
    return NotPermittedError(
        Said(f"{why.fr} Peut le faire : {may.fr}.", f"{why.en} May do it: {may.en}."), (act_of(fact),), hint
    )


def _either(names: list[str], last: str) -> str:
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
