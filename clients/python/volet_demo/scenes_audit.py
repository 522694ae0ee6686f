"""Last scene: the auditor exports the log, verifies it off line, finds each step, and can open none of the content."""

from __future__ import annotations

from volet_demo import sample
from volet_demo.party import StoryError
from volet_demo.processes import ProcessFailedError
from volet_demo.story import Story, expect

# What the story did, as the log calls it, and how it is said.
STEPS: dict[str, str] = {
    "login": "connexions",
    "case": "ouverture du dossier",
    "fact": "participations, informations, accord et retrait",
    "claim": "prises en charge",
    "grant": "remises de clés",
    "deposit": "écritures",
    "release": "consultations",
    "refusal": "refus",
    "exchange": "échange",
    "opening": "communication d'un élément",
    "rotate": "renouvellement de clés",
    "take-back": "reprise d'un envoi",
}


def audit(story: Story) -> None:
    """Export, verify without the hub, count each step, fail to open anything."""
    auditor = story.party("audit")
    story.transcript.scene("L'auditrice exporte le journal, le vérifie hors ligne, et ne peut rien lire du contenu")
    export = story.world.path("files", "journal.json")
    exported = auditor.do("log", "export", str(export), "--records")
    story.says(
        auditor, f"exporte le journal : {exported.result['size']} inscriptions, {exported.result['records']} actes."
    )
    trust = story.world.path("controller", "trust.json")
    try:
        # In a process of its own, without profile, session or hub: the file and the trust bundle are enough.
        printed = story.world.processes.run(
            ("verify", ["log", "verify", str(export), "--trust", str(trust)], {"VOLET_LANG": "fr"})
        )
    except ProcessFailedError as error:
        raise StoryError(f"Le journal exporté ne se vérifie pas hors ligne : {error}") from error
    story.says(auditor, "le vérifie hors ligne, sans la plateforme, avec le seul fichier de confiance :")
    for line in printed[0].splitlines():
        story.transcript.says("hors ligne", line)
    acts = auditor.do("accesses", "--all").result["acts"]
    counts: dict[str, int] = {}
    for act in acts:
        counts[act.get("act", "")] = counts.get(act.get("act", ""), 0) + 1
    missing = [said for code, said in STEPS.items() if not counts.get(code)]
    expect(not missing, f"Le journal ne montre pas : {', '.join(missing)}.")
    story.says(
        auditor,
        "y retrouve chaque étape : " + ", ".join(f"{said} ({counts[code]})" for code, said in STEPS.items()) + ".",
    )
    text = export.read_text("utf-8")
    found = [canary for canary in sample.CANARIES if canary in text]
    expect(not found, f"Le journal exporté contient du contenu : {found}")
    refused = auditor.refused("read", "medical/2", story.ids["report"], "--case", story.case)
    story.says(auditor, "essaie d'ouvrir le compte rendu.")
    story.answers(refused)
    story.says(
        auditor,
        "voit qui a fait quoi, quand et de quel droit ; elle n'a aucune clé, et aucun mot du contenu n'est au journal.",
    )
