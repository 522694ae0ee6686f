"""Who may make a fact, in words, for the sentence that says who may do it instead."""

from __future__ import annotations

from collections.abc import Mapping

from volet_client.errors import NotPermittedError
from volet_client.words import Said
from volet_protocol import fact_rules
from volet_protocol.case_facts import CaseFacts
from volet_protocol.facts import Fact

STANDINGS: Mapping[str, Said] = {
    fact_rules.REFERENT: Said("le référent de parcours", "the referent"),
    fact_rules.OPENER: Said("qui a ouvert le dossier", "whoever opened the case"),
    fact_rules.PERSON: Said("la personne elle-même", "the person"),
    fact_rules.REPRESENTATIVE: Said("qui la représente", "who represents them"),
    fact_rules.MEMBER: Said("toute personne qui participe au dossier", "anybody who takes part"),
    fact_rules.HEALTH: Said("un professionnel de santé qui participe", "a health professional who takes part"),
    fact_rules.MDPH_DOCTOR: Said("un médecin de l'équipe MDPH", "a doctor of the MDPH team"),
}


def who_may(fact: Fact) -> Said:
    """Return who may make a fact of this type, as words."""
    known = fact_rules.FACT_RULES[fact.type].signers
    named = [said for standing, said in STANDINGS.items() if standing in known]
    return Said(_either([one.fr for one in named], "ou"), _either([one.en for one in named], "or"))


def who_else(facts: CaseFacts, fact: Fact, at_ms: int) -> NotPermittedError:
    """Return the refusal that says who may do it instead."""
    may = who_may(fact)
    nobody = not facts.referents(at_ms) and fact_rules.REFERENT in fact_rules.FACT_RULES[fact.type].signers
    more = Said(" Aucun référent n'est désigné : volet referent NOM.", " No referent is named: volet referent NAME.")
    return NotPermittedError(
        Said(
            f"Votre place dans ce dossier ne permet pas cet acte. Peut le faire : {may.fr}.",
            f"Your place in this case does not allow this act. May do it: {may.en}.",
        ),
        hint=Said(
            f"Demandez-le-lui ; s'il s'agit d'un mandat ou d'une décision, jamais à son titulaire.{more.fr * nobody}",
            f"Ask them; for a mandate or a decision, never its holder.{more.en * nobody}",
        ),
    )


def _either(names: list[str], last: str) -> str:
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
