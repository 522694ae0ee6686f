"""What the managers' pages say, in French first, in English where the browser asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Words:
    """The sentences of one language; `{}` takes what is named in it."""

    lang: str
    title: str
    sign_in: str
    sign_in_why: str
    sign_out: str
    signed_in: str
    not_a_manager: str
    not_a_manager_next: str
    refused: str
    refused_next: str
    find: str
    find_hint: str
    team: str
    nobody: str
    nobody_found: str
    nothing_managed: str
    identifier: str
    function: str
    structure: str
    until: str
    leave: str
    hold: str
    inscribe: str
    inscribe_why: str
    identifier_hint: str
    until_hint: str
    more: str
    profession: str
    role: str
    code_hint: str
    secrecy: str
    show: str
    paste: str
    paste_hint: str
    table: str
    would: str
    added: str
    changed: str
    same: str
    line: str
    in_the_file: str
    nothing_written: str
    confirm_inscribe: str
    written: str
    written_next: str
    list_changed: str
    list_changed_next: str
    leave_title: str
    leave_why: str
    accounts: str
    no_account: str
    confirm_leave: str
    left: str
    ended: str
    not_ended: str
    no_answer: str
    hold_title: str
    hold_why: str
    confirm_hold: str
    held: str
    held_devices: str
    held_nobody: str
    held_refused: str
    acts: str
    no_act: str
    act_inscribe: str
    act_leave: str
    act_hold: str
    act_line: str
    everywhere: str
    back: str
    unknown: str
    unknown_next: str
    broken: str
    broken_next: str
    bad_form: str
    bad_form_next: str
    over: str


FRENCH: Final = Words(
    lang="fr",
    title="Mon équipe",
    sign_in="S’identifier",
    sign_in_why=(
        "Ces pages servent aux responsables nommés par le greffe. Votre fournisseur d’identité vous demande "
        "qui vous êtes, même s’il vous connaît déjà ; vous êtes déconnecté au bout d’une demi-heure."
    ),
    sign_out="Quitter",
    signed_in="Identifié : {}",
    not_a_manager="Vous n’êtes pas responsable ici",
    not_a_manager_next=(
        "Votre identifiant est « {} ». Le greffe peut vous nommer responsable d’une structure : appelez-le."
    ),
    refused="L’identification n’a pas abouti",
    refused_next="Recommencez, dans ce navigateur et en une fois.",
    find="Chercher",
    find_hint="identifiant, fonction ou structure",
    team="Équipe ({})",
    nobody="Personne n’est inscrit. Inscrivez un premier collègue ci-dessous.",
    nobody_found="Personne ne correspond à cette recherche.",
    nothing_managed="Le fichier de confiance ne laisse plus ce greffe attester dans vos structures : appelez-le.",
    identifier="Identifiant",
    function="Fonction",
    structure="Structure",
    until="Jusqu’au",
    leave="Quitte la structure…",
    hold="Bloquer ses appareils…",
    inscribe="Inscrire un collègue",
    inscribe_why=(
        "Sa fonction est attestée à sa prochaine connexion. Rien n’est écrit avant que vous ayez vu ce qui change."
    ),
    identifier_hint="celui de la personne chez le fournisseur d’identité",
    until_hint="dernier jour qui compte",
    more="Précisions : profession, rôle, textes du secret",
    profession="Profession (code national)",
    role="Rôle (code national)",
    code_hint="facultatif, comme G15:60",
    secrecy="Textes dont relève son secret professionnel",
    show="Voir ce qui change",
    paste="Coller le tableau de toute une équipe",
    paste_hint="Une personne par ligne, des points-virgules entre les cases, la première ligne telle quelle.",
    table="Tableau",
    would="Ce qui changera",
    added="À ajouter ({})",
    changed="À changer ({})",
    same="Déjà là : {}",
    line="Ligne {} : {}",
    in_the_file="Tableau : {}",
    nothing_written="Rien n’a été écrit : corrigez, puis recommencez.",
    confirm_inscribe="Inscrire",
    written="C’est écrit",
    written_next="Chaque personne est attestée quand elle s’identifie. Ajoutées : {}, changées : {}.",
    list_changed="La liste a changé entre-temps",
    list_changed_next=(
        "Quelqu’un l’a modifiée pendant que vous regardiez. Rien n’a été fait : regardez à nouveau ce qui change."
    ),
    leave_title="{} quitte {}",
    leave_why=(
        "Dès la confirmation, cette personne n’ouvre plus rien au titre de cette structure. Dans ses dossiers, "
        "les collègues changent les clés d’eux-mêmes. Ses autres structures continuent."
    ),
    accounts="Comptes arrêtés : {}",
    no_account="Aucun compte n’a encore été attesté : seule la liste change.",
    confirm_leave="Confirmer le départ",
    left="Le départ est enregistré",
    ended="{} : arrêté ; dans ses dossiers, les clés sont à changer.",
    not_ended="{} : refusé, {} Recommencez, ou appelez l’exploitant.",
    no_answer="pas de réponse.",
    hold_title="Bloquer les appareils de {}",
    hold_why=(
        "Téléphone perdu ou volé : tous ses appareils sont arrêtés tout de suite, partout, jusqu’à ce que la personne "
        "s’identifie à nouveau. Rien n’est effacé, elle reste dans l’équipe."
    ),
    confirm_hold="Bloquer maintenant",
    held="Appareils bloqués",
    held_devices="{} : {} appareil(s) bloqué(s), jusqu’à la prochaine connexion.",
    held_nobody="{} : aucune personne attestée sous cet identifiant.",
    held_refused="{} : refusé, {} Réessayez, ou appelez l’exploitant.",
    acts="Derniers actes",
    no_act="Aucun acte encore.",
    act_inscribe="inscrit",
    act_leave="fait quitter",
    act_hold="bloque les appareils de",
    act_line="{} : {} {} {}, {}",
    everywhere="toutes fonctions",
    back="Revenir à l’équipe",
    unknown="Cette personne n’est pas dans votre équipe",
    unknown_next="Vérifiez l’identifiant et la structure dans la liste de l’équipe.",
    broken="La liste ne se lit pas",
    broken_next="Rien n’a été fait. Appelez le greffe : un de ses fichiers est à réparer.",
    bad_form="Cette page a expiré",
    bad_form_next="Rien n’a été fait. Revenez à l’équipe et recommencez.",
    over="Votre session est terminée",
)

ENGLISH: Final = Words(
    lang="en",
    title="My team",
    sign_in="Identify yourself",
    sign_in_why=(
        "These pages are for the managers named by the registrar. Your identity provider asks who you are even if "
        "it knows you already; after half an hour you are signed out."
    ),
    sign_out="Sign out",
    signed_in="Identified: {}",
    not_a_manager="You are not a manager here",
    not_a_manager_next="Your identifier is “{}”. The registrar can name you manager of a structure: call them.",
    refused="The identification did not succeed",
    refused_next="Try again, in this browser and in one go.",
    find="Search",
    find_hint="identifier, function or structure",
    team="Team ({})",
    nobody="Nobody is on the list. Enter a first colleague below.",
    nobody_found="Nobody matches this search.",
    nothing_managed="The trust bundle no longer lets this registrar attest in your structures: call them.",
    identifier="Identifier",
    function="Function",
    structure="Structure",
    until="Until",
    leave="Leaves the structure…",
    hold="Hold their devices…",
    inscribe="Enter a colleague",
    inscribe_why="Their function is attested at their next sign-in. Nothing is written before you saw what changes.",
    identifier_hint="the person’s own at the identity provider",
    until_hint="the last day that counts",
    more="Details: profession, role, texts of secrecy",
    profession="Profession (national code)",
    role="Role (national code)",
    code_hint="optional, as G15:60",
    secrecy="Texts that their professional secrecy rests on",
    show="See what changes",
    paste="Paste the table of a whole team",
    paste_hint="One person a line, semicolons between cells, the first line as it is.",
    table="Table",
    would="What will change",
    added="To add ({})",
    changed="To change ({})",
    same="There already: {}",
    line="Line {}: {}",
    in_the_file="Table: {}",
    nothing_written="Nothing was written: correct it, then try again.",
    confirm_inscribe="Enter",
    written="Written",
    written_next="Each person is attested when they identify themselves. Added: {}, changed: {}.",
    list_changed="The list has changed meanwhile",
    list_changed_next="Somebody changed it while you were looking. Nothing was done: look again at what changes.",
    leave_title="{} leaves {}",
    leave_why=(
        "From your confirmation on this person opens nothing any more on behalf of this structure. In their cases, "
        "colleagues change the keys by themselves. Their other structures go on."
    ),
    accounts="Accounts that end: {}",
    no_account="No account was attested yet: only the list changes.",
    confirm_leave="Confirm that they leave",
    left="Their leaving is recorded",
    ended="{}: ended; in their cases the keys are to be changed.",
    not_ended="{}: refused, {} Try again, or call the operator.",
    no_answer="no answer.",
    hold_title="Hold the devices of {}",
    hold_why=(
        "A phone lost or stolen: all their devices stop at once, everywhere, until the person identifies themselves "
        "again. Nothing is erased, they stay in the team."
    ),
    confirm_hold="Hold now",
    held="Devices held",
    held_devices="{}: {} device(s) held, until the next sign-in.",
    held_nobody="{}: nobody was attested by that identifier.",
    held_refused="{}: refused, {} Try again, or call the operator.",
    acts="Last acts",
    no_act="No act yet.",
    act_inscribe="enters",
    act_leave="makes leave",
    act_hold="holds the devices of",
    act_line="{}: {} {} {}, {}",
    everywhere="all functions",
    back="Back to the team",
    unknown="This person is not in your team",
    unknown_next="Check identifier and structure in the list of the team.",
    broken="The list does not read",
    broken_next="Nothing was done. Call the registrar: one of its files needs repair.",
    bad_form="This page has expired",
    bad_form_next="Nothing was done. Go back to the team and try again.",
    over="Your session is over",
)


def words_for(accepted: str) -> Words:
    """Return the words for an Accept-Language header: English only for who puts it before French (RFC 9110, 12.5.4)."""
    first = [one.split(";")[0].strip().lower() for one in accepted.split(",")]
    known = [one.split("-")[0] for one in first if one.split("-")[0] in {"fr", "en"}]
    return ENGLISH if known[:1] == ["en"] else FRENCH
