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
        "Sans exercice de l'autorité parentale, il n'y a pas d'accès au dossier. Un jugement peut décider autrement.",
        "Without exercise of parental authority there is no access to the file. A judgment may decide otherwise.",
    ),
    "R74": (
        "Ce dossier n'est plus en base active. Le responsable de traitement décide de l'archivage ou du retour.",
        "This file has left active use. Its controller decides on archiving or return.",
    ),
    "R65": (
        "La personne est décédée : le dossier est figé. Adressez votre demande au responsable de traitement.",
        "The person has died: the file is frozen. Address your request to the controller.",
    ),
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
    "R10": (
        "« {part} » ne relève pas de ce que votre fonction ouvre. Voyez avec le référent de parcours.",
        "{part} is not among what your function opens. See the referent of the case.",
    ),
    "R60": (
        "Un curateur ne voit que ce que la personne protégée accepte de lui montrer. Demandez-lui.",
        "A curator sees what the protected person agrees to show. Ask them.",
    ),
    "R43": (
        "Cet envoi demande une demande écrite de la personne, et une partie qui peut le recevoir. Voyez avec elle.",
        "This takes a written request of the person, and a party that may receive it. See with them.",
    ),
    "R42": (
        "Aucune procédure ouverte ne fonde cet envoi à ce destinataire. Enregistrez-la, ou demandez à la personne.",
        "No open procedure founds this for that recipient. Record it, or ask the person.",
    ),
    "R33": (
        "Seul le coordonnateur, ou le professionnel seul, informe le maire. Dites le besoin de coordination.",
        "Only the coordinator, or the lone professional, informs the mayor. Tell the need for coordination.",
    ),
    "R37": (
        "Seul un signalement va au procureur. Rédigez-le comme tel, ou passez par le responsable de traitement.",
        "Only a report goes to the prosecutor. Write it as one, or go through the controller.",
    ),
    "R75": (
        "Le journal s'ouvre à la personne, à qui la représente et à l'auditeur. Adressez-vous au référent de parcours.",
        "The log is for the person, who represents them and the auditor. See the referent of the case.",
    ),
    "R12": (
        "Vous ne pouvez envoyer que ce que vous avez écrit ou ce que votre fonction consulte. Demandez à l'auteur.",
        "You may send what you wrote or what your function reads. Ask the author.",
    ),
    "R22": (
        "La personne ne peut exprimer sa volonté : demandez-lui quand elle le pourra. D'ici là, écrivez nommément.",
        "The person cannot express their will: ask for their agreement when they can. Until then write by name.",
    ),
    "R56": (
        "La personne décide elle-même, quelle que soit la mesure. Demandez-lui.",
        "The person decides for themself whatever the measure. Ask them.",
    ),
    "R1": (
        "Aucune règle n'autorise cet accès. Voyez avec le référent de parcours.",
        "No rule allows this access. See the referent of the case.",
    ),
    "P10": (
        "Votre rôle voit le journal, jamais le contenu. Pour un contenu, adressez-vous au responsable de traitement.",
        "Your role sees the log, never the content. For content, turn to the controller.",
    ),
}
_OWN_STRUCTURE = {
    "fr": "Votre structure n'ouvre pas {level} de « {part} » à votre fonction. Voyez avec elle ou avec l'auteur.",
    "en": "Your structure does not open {level} of {part} to your function. Ask it, or ask the author.",
}
_BY_LINE: Final[Mapping[str, tuple[str, str]]] = {
    "claim-purpose": (
        "Ce contenu ne se consulte pas à cette fin. Reprenez la demande avec la fin qui est la sienne.",
        "This is not read for that end. Ask again for the end it is for.",
    ),
    "oppose-emergency": (
        "La personne s'est opposée à l'accès en urgence. Appelez le service : il dira ce qu'il peut.",
        "The person opposed emergency access. Phone the service: it will say what it can.",
    ),
    "act-export-row": (
        "Votre fonction n'envoie pas de document au-dehors. Demandez au référent de parcours.",
        "Your function sends no document out. Ask the referent of the case.",
    ),
    "out-mandate-over": (
        "La mesure n'est pas en vigueur à cette date. Vérifiez ses dates avec le référent de parcours.",
        "The measure is not in force at that date. Check its dates with the referent of the case.",
    ),
    "write-emergency": (
        "L'accès en urgence permet de lire, pas d'écrire. Écrivez nommément au référent de parcours.",
        "Emergency access reads and does not write. Write by name to the referent of the case.",
    ),
}
_OWED: Final[Mapping[str, tuple[str, str]]] = {
    "inform_person_after": ("informer la personne dès que possible", "inform the person as soon as possible"),
    "review": ("relire cet accès", "have this access reviewed"),
    "record_in_file": ("le mentionner au dossier", "record it in the file"),
    "rotate_keys": ("changer les clés des parties concernées", "rotate the keys of the parts concerned"),
    "escalate_to_judge": ("saisir le juge", "take it to the judge"),
    "redact_third_party": ("occulter ce qui concerne un tiers", "redact what concerns a third party"),
    "use_local_identifier": ("employer l'identifiant local", "use the local identifier"),
    "close_active_use": ("fermer le dossier à l'usage courant", "close the file to active use"),
    "ask_archive_decision": ("demander la décision d'archivage", "ask for the decision on archiving"),
    "pseudonymise": ("remplacer les noms par des pseudonymes", "put pseudonyms for names"),
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
        owed = "; ".join(obligations(decision, lang)) if lang == "en" else " ; ".join(obligations(decision, lang))
        allowed, then = ("Autorisé.", " Il faut ensuite : ") if lang == "fr" else ("Allowed.", " Then: ")
        return f"{allowed}{then}{owed}." if owed else allowed
    if decision.effect == WITH_NOTICE:
        return _notice(decision.missing, part, level, lang)
    if decision.effect == AFTER_CONSENT:
        return _consent(decision.missing, part, level, lang)
    if decision.narrowed_by is not None:
        return _OWN_STRUCTURE[lang].format(part=part, level=level)
    by_line = (_BY_LINE[line] for line in decision.lines if line in _BY_LINE)
    by_rule = (_BY_RULE[rule] for rule in decision.rules if rule in _BY_RULE)
    chosen = next(by_line, None) or next(by_rule, _BY_RULE["R1"])
    sentence = chosen[0 if lang == "fr" else 1].format(part=part, level=level)
    return sentence + (_ESCALATE[lang] if "escalate_to_judge" in decision.obligations else "")


def obligations(decision: Decision, lang: str = "fr") -> tuple[str, ...]:
    """Return what a decision owes, in words."""
    return tuple(_OWED[one][1 if lang == "en" else 0] for one in decision.obligations)


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
