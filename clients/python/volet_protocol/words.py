"""Decisions in words, French first, with the next step (days of work, words on the screens).

Safe to show to whoever asked: a refusal that hides says the same thing as absence, with no rule and no near miss.
Names never stand here: the caller puts the person's name where it may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from volet_protocol.policy_table import AFTER_CONSENT, PERMIT, WITH_NOTICE
from volet_protocol.questions import Decision, Missing, Question

COMPARTMENTS_FR: Final[Mapping[str, str]] = {
    "identity": "Identité et contacts",
    "rights": "Droits et démarches",
    "social": "Situation sociale et familiale",
    "housing": "Logement",
    "budget": "Ressources et budget",
    "medical": "Santé",
    "medication": "Traitements",
    "psychological": "Psychologie",
    "autonomy": "Autonomie",
    "education": "Scolarité, formation, travail",
    "protection": "Protection juridique",
    "plan": "Projet personnalisé",
    "transmissions": "Transmissions",
    "child_protection": "Protection de l'enfance",
    "expression": "Ma parole, mon projet de vie",
}
COMPARTMENTS_EN: Final[Mapping[str, str]] = {
    "identity": "Identity and contacts",
    "rights": "Rights",
    "social": "Social and family situation",
    "housing": "Housing",
    "budget": "Resources and budget",
    "medical": "Health",
    "medication": "Medication",
    "psychological": "Psychology",
    "autonomy": "Autonomy",
    "education": "School, training, work",
    "protection": "Legal protection",
    "plan": "Personalised project",
    "transmissions": "Daily notes",
    "child_protection": "Child protection",
    "expression": "My words, my life project",
}
LEVELS: Final[Mapping[str, Mapping[int, str]]] = {
    "fr": {1: "l'essentiel", 2: "le détail"},
    "en": {1: "the essentials", 2: "the detail"},
}
_CATEGORY = {
    "fr": {1: "professionnel de santé", 2: "professionnel du social ou médico-social"},
    "en": {1: "health professional", 2: "social or medico-social professional"},
}
_ABSENT = {"fr": "Rien de tel n'existe pour vous ici.", "en": "There is nothing of that kind here for you."}
_BY_RULE: Final[Mapping[str, tuple[str, str]]] = {
    "R23": (
        "La personne s'est opposée à ce partage. Parlez-en avec elle : elle seule peut lever son opposition.",
        "The person opposed this share. Talk with them: only they can lift it.",
    ),
    "P3": (
        "{part} : {level} dépasse ce que votre fonction consulte d'elle-même. Demandez à l'auteur de vous l'ouvrir.",
        "{part}: {level} is above what your function reads by itself. Ask the author to open the useful item to you.",
    ),
    "R29": (
        "Votre participation à ce dossier n'est pas en cours. Voyez avec le référent de parcours.",
        "Your participation in this case is not in force. See its referent.",
    ),
    "P6": (
        "La personne a refusé ce partage. Vous pouvez lui en reparler ; elle seule peut changer d'avis.",
        "The person refused this share. You may talk with them again; only they can change their mind.",
    ),
    "R41": (
        "À la MDPH, la santé va aux médecins de l'équipe et à qui ils désignent. Demandez une désignation.",
        "In the MDPH, medical information goes to team doctors and whom they designate. Ask the doctor for it.",
    ),
    "R57": (
        "La mesure ne couvre pas cette partie du dossier. Vérifiez le jugement enregistré.",
        "The measure does not reach that part of the file. Check the recorded judgment.",
    ),
    "R50": (
        "L'autorité parentale n'ouvre pas cela : la personne est majeure ou cette partie est hors de portée.",
        "Parental authority does not open this: the person is of age, or that part is out of reach.",
    ),
    "R52": (
        "Sans exercice de l'autorité parentale, il n'y a pas d'accès au dossier.",
        "Without exercise of parental authority there is no access to the file.",
    ),
    "R74": (
        "Ce dossier n'est plus en base active. Le responsable de traitement décide de l'archivage ou du retour.",
        "This file has left active use. Its controller decides on archiving or return.",
    ),
    "R65": ("La personne est décédée : le dossier est figé.", "The person has died: the file is frozen."),
    "R66": (
        "Ce passage concerne un tiers : il n'est pas communiqué ; le reste l'est.",
        "This passage is about somebody else: it is not given; the rest is.",
    ),
    "R76": (
        "L'identité n'est pas qualifiée : envoyez le document avec l'identifiant local, sans matricule INS.",
        "The identity is not qualified: send the document under the local identifier, without INS.",
    ),
    "P5": (
        "L'accès en urgence n'ouvre que l'ensemble prévu pour l'urgence. Appelez le service si cela ne suffit pas.",
        "Emergency access opens the emergency set only. Phone the service if that is not enough.",
    ),
    "P11": (
        "Cet élément a été écrit avant votre arrivée. Demandez à son auteur ou au référent de vous le communiquer.",
        "This was written before your start. Ask its author or the referent to open it to you.",
    ),
    "P10": (
        "Votre rôle voit le journal, jamais le contenu.",
        "Your role sees the log, never the content.",
    ),
}
_OWN_STRUCTURE = {
    "fr": "Votre structure n'ouvre pas {level} de « {part} » à votre fonction. Voyez avec elle ou avec l'auteur.",
    "en": "Your structure does not open {level} of {part} to your function. Ask it, or ask the author.",
}
_ESCALATE = {
    "fr": " Le désaccord doit être porté devant le juge.",
    "en": " The disagreement must be taken to the judge.",
}


def part_name(compartment: str, lang: str = "fr") -> str:
    """Return the name of a compartment on a screen."""
    return (COMPARTMENTS_EN if lang == "en" else COMPARTMENTS_FR).get(compartment, compartment)


def explain(decision: Decision, question: Question, lang: str = "fr") -> str:
    """Return one or two sentences: what the answer is and the next step. `lang` is fr or en."""
    lang = "en" if lang == "en" else "fr"
    if decision.hidden:
        return _ABSENT[lang]
    part, level = part_name(question.compartment, lang), LEVELS[lang].get(question.level, "")
    if decision.effect == PERMIT:
        return "Autorisé." if lang == "fr" else "Allowed."
    if decision.effect == WITH_NOTICE:
        return _notice(decision.missing, part, level, lang)
    if decision.effect == AFTER_CONSENT:
        return _consent(decision.missing, part, level, lang)
    if decision.narrowed_by is not None:
        return _OWN_STRUCTURE[lang].format(part=part, level=level)
    chosen = next((_BY_RULE[rule] for rule in decision.rules if rule in _BY_RULE), None)
    if chosen is None:
        sentence = "Aucune règle n'autorise cet accès." if lang == "fr" else "No rule allows this access."
    else:
        sentence = chosen[0 if lang == "fr" else 1].format(part=part, level=level)
    return sentence + (_ESCALATE[lang] if "escalate_to_judge" in decision.obligations else "")


def _notice(missing: Missing | None, part: str, level: str, lang: str) -> str:
    if missing is not None and missing.kind == "general":
        return (
            "La personne n'a pas encore été informée que l'équipe partage et qu'elle peut s'y opposer. Informez-la, "
            "puis enregistrez : « la personne a été informée »."
            if lang == "fr"
            else "The person was not told that the team shares and that they may oppose it. Tell them and record it."
        )
    who = _CATEGORY[lang].get(missing.from_category or 0, "") if missing is not None else ""
    if lang == "fr":
        return (
            f"La personne doit d'abord être informée que {level} de « {part} », écrit par un {who}, vous sera connu. "
            "Informez-la, puis enregistrez : « la personne a été informée »."
        )
    return (
        f"The person must first be told that {level} of {part}, written by a {who}, will be known to you. "
        "Tell them and record it."
    )


def _consent(missing: Missing | None, part: str, level: str, lang: str) -> str:
    stands_in = missing is not None and missing.given_by is not None and missing.given_by.mandate is not None
    if lang == "fr":
        who = "Son représentant doit" if stands_in else "La personne doit"
        return (
            f"{who} d'abord donner son accord : aucun accord ne couvre {level} de « {part} » pour vous. Lui demander."
        )
    who = "Their representative" if stands_in else "The person"
    return f"{who} must agree first: no consent covers {level} of {part} for you. Ask for it."
