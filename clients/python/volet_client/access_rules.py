"""Under which rule somebody looked or was refused, in words: the codes of the table never stand on a person's screen.

A leaf names every rule that had a part in the decision. What a person asks is by what title: the first of this list
that had a part says it, the more particular before the more general.
"""

from __future__ import annotations

from collections.abc import Sequence

from volet_client.words import Said

_TITLES: tuple[tuple[str, Said], ...] = (
    ("P5", Said("en urgence", "in an emergency")),
    ("R23", Said("la personne s'y est opposée", "the person opposed it")),
    ("R52", Said("parent sans exercice de l'autorité parentale", "parent without exercise of authority")),
    ("R53", Said("secret demandé par le mineur", "secret asked by the minor")),
    ("R30", Said("accès de la personne à son propre dossier", "the person's access to their own file")),
    ("R43", Said("à la demande de la personne", "at the person's request")),
    ("R50", Said("titulaire de l'autorité parentale", "holder of parental authority")),
    ("R51", Said("titulaire de l'autorité parentale", "holder of parental authority")),
    ("R55", Said("délégation de l'autorité parentale", "delegated parental authority")),
    ("R57", Said("mesure de protection", "protection measure")),
    ("R60", Said("curatelle, avec l'accord de la personne", "curatorship, with the person's agreement")),
    ("R61", Said("habilitation familiale", "family mandate")),
    ("R36", Said("signalement d'un danger", "report of a danger")),
    ("R37", Said("signalement d'un danger", "report of a danger")),
    ("R34", Said("protection de l'enfance", "child protection")),
    ("R32", Said("coordination demandée au maire", "coordination asked of the mayor")),
    ("R42", Said("procédure ouverte", "an open procedure")),
    ("R41", Said("évaluation de la MDPH", "MDPH evaluation")),
    ("R40", Said("évaluation de la MDPH", "MDPH evaluation")),
    ("R78", Said("réunion dont la personne a été informée", "a conference that the person was told of")),
    ("R18", Said("accord de la personne, hors de l'équipe", "the person's consent, outside the team")),
    ("R27", Said("accord de la personne, hors de l'équipe", "the person's consent, outside the team")),
    ("R21", Said("accord de la personne", "the person's consent")),
    ("R12", Said("échange entre professionnels nommés", "exchange between named professionals")),
    ("R13", Said("échange dont la personne a été informée", "exchange that the person was told of")),
    ("R15", Said("équipe, après information de la personne", "team, after informing the person")),
    ("R14", Said("équipe de soins", "care team")),
    ("R25", Said("équipe de soins", "care team")),
    ("R16", Said("pas membre de l'équipe", "not a member of the team")),
    ("R29", Said("participation au dossier", "participation in the case")),
    ("P11", Said("participation au dossier", "participation in the case")),
    ("R10", Said("mission de sa fonction", "mission of the function")),
    ("P3", Said("mission de sa fonction", "mission of the function")),
    ("R1", Said("rien ne le permettait", "nothing allowed it")),
)


def title_of(rules: Sequence[str]) -> Said | None:
    """Return by what title, None where the leaf names no rule; a rule without words of its own is the case's rules."""
    if not rules:
        return None
    found = next((said for rule, said in _TITLES if rule in rules), None)
    return found or Said("règles du dossier", "rules of the case")
