"""Second half of the story: what Mme A decides, and that it takes effect at once; a mis-sent entry taken back."""

from __future__ import annotations

from pathlib import Path

from volet_demo import sample
from volet_demo.scenes_team import check_no_key
from volet_demo.story import CASE, Story, expect

CONSENT_MISSING, DENIED = "consent-missing", "denied"


def consent(story: Story) -> None:
    """Ide-L is refused until Mme A consents on her own client; then she reads and writes."""
    idel, person, mo = story.party("idel"), story.party("mme-a"), story.party("mo")
    story.transcript.scene("Ide-L attend l'accord de Mme A, qui le donne elle-même")
    refused = idel.refused("read", "medical/2", story.ids["report"], "--case", CASE)
    story.says(idel, "infirmière libérale, hors de l'équipe, essaie d'ouvrir le compte rendu.")
    story.answers(refused)
    given = person.do(
        "consent", "give", "--information", "medical/2,medication/2", "--profession", "G15:60", "--case", CASE
    )
    story.ids["consent"] = str(given.result["consent"])
    story.says(person, "sur son propre appareil, donne son accord : Santé et Traitements, aux infirmiers.")
    story.answers(given)
    granted = story.sync("mo")["granted"]
    expect(granted, "Le programme de Dr Mo n'a pas remis les clés à Ide-L.")
    story.says(mo, "n'a rien à faire : son programme voit l'accord signé par Mme A et remet les clés à Ide-L.")
    read = idel.do("read", "medical/2", story.ids["report"], "--case", CASE)
    expect(sample.REPORT in str(read.result["body"]), "Ide-L n'a pas lu le compte rendu.")
    story.says(idel, "lit le compte rendu.")
    posted = idel.do(
        "post", "medical/2", "--title", sample.NURSE_TITLE, "--text", sample.NURSE, "--kind", "transmission",
        "--case", CASE,
    )  # fmt: skip
    story.ids["nurse"] = str(posted.result["id"])
    story.says(idel, "écrit son passage du matin.")
    read = mo.do("read", "medical/2", story.ids["nurse"], "--case", CASE)
    expect(sample.NURSE in str(read.result["body"]), "Dr Mo n'a pas lu le passage d'Ide-L.")
    fetched = idel.do("fetch", "medical/2", story.ids["pdf"], "--into", str(_folder(story, "idel")), "--case", CASE)
    expect(
        (_folder(story, "idel") / sample.PDF_NAME).read_bytes() == sample.sample_pdf(),
        "Le PDF d'Ide-L n'est pas le bon.",
    )
    story.says(idel, f"rapporte le PDF : {fetched.result['size']} octets, vérifiés morceau par morceau.")


def looking(story: Story) -> None:
    """Mme A looks at who opened what."""
    person = story.party("mme-a")
    story.transcript.scene("Mme A regarde qui a ouvert quoi")
    shown = person.do("accesses", "--detail", "--case", CASE)
    acts = shown.result["acts"]
    expect(shown.result["complete"], "Il manque des actes dans la liste de Mme A.")
    opened = [act for act in acts if act.get("act") == "release" and story.ids["report"] in act["entries"]]
    rows = {act.get("row") for act in opened}
    expect({"S13", "H2"} <= rows, "La consultation de Coord ou d'Ide-L n'est pas dans la liste de Mme A.")
    expect(any(act.get("act") == "refusal" for act in acts), "Les refus ne sont pas dans la liste de Mme A.")
    story.says(
        person, f"lit sa liste : {len(acts)} actes, chacun vérifié dans le journal, aucun ne manque. Par exemple :"
    )
    told: list[str] = []
    for line in shown.lines:
        shows = "refus" in line or "contenu ouvert à l'écran" in line
        if shows and "Santé" in line and line not in told:
            told.append(line)
    for line in told:
        story.transcript.says("", line)
    expect(any("Ide-L" in line and "refus" in line for line in told), "Mme A ne voit pas le refus opposé à Ide-L.")
    expect(any("Coord" in line and "consultation" in line for line in told), "Mme A ne voit pas la lecture de Coord.")


def withdrawal(story: Story) -> None:
    """Mme A withdraws; Ide-L is refused on the next click; the next message is under a new key."""
    person, idel, mo = story.party("mme-a"), story.party("idel"), story.party("mo")
    story.transcript.scene("Mme A retire son accord : effet au clic suivant, et une nouvelle clé pour la suite")
    withdrawn = person.do("consent", "withdraw", story.ids["consent"], "--case", CASE)
    story.says(person, "retire son accord.")
    story.answers(withdrawn)
    refused = idel.refused("read", "medical/2", story.ids["report"], "--case", CASE)
    story.says(idel, "clique de nouveau sur le compte rendu.")
    story.answers(refused)
    posted = mo.do("post", "medical/2", "--title", sample.AFTER_TITLE, "--text", sample.AFTER, "--case", CASE)
    story.ids["after"] = str(posted.result["id"])
    expect(posted.result["epoch"] == 2, "Le message suivant n'est pas sous une nouvelle clé.")  # noqa: PLR2004 - second
    story.says(mo, "écrit la suite du traitement : son programme a d'abord renouvelé la clé (époque 1, puis 2).")
    refused = idel.refused("read", "medical/2", story.ids["after"], "--case", CASE)
    story.says(idel, "ne peut pas lire ce nouveau message : sa clé est l'ancienne.")
    story.answers(refused)
    check_no_key_of_epoch(story)
    inf = story.party("inf")
    read = inf.do("read", "medical/2", story.ids["after"], "--case", CASE)
    expect(sample.AFTER in str(read.result["body"]), "Inf n'a pas lu le nouveau message.")
    story.says(inf, "de l'équipe, le lit : la nouvelle clé lui a été remise avec le renouvellement.")


def check_no_key_of_epoch(story: Story) -> None:
    """Stop the story when Ide-L holds the current key of the section after the withdrawal."""
    shown = story.party("idel").do("case", "show", "--case", CASE).result["sections"]
    held = [item for item in shown if item["section"] == "medical/2" and item["holds_key"]]
    expect(not held, "Ide-L détient la nouvelle clé.")


def mis_sent(story: Story) -> None:
    """Psy takes back an entry that went to the wrong place."""
    psy, coord = story.party("psy"), story.party("coord")
    story.transcript.scene("Psy s'est trompé de volet et reprend son envoi")
    posted = psy.do(
        "post", "transmissions/1", "--title", sample.MISSENT_TITLE, "--text", sample.MISSENT,
        "--case", CASE,
    )  # fmt: skip
    story.ids["mis-sent"] = str(posted.result["id"])
    story.says(psy, "envoie une note dans les Transmissions au lieu de son volet.")
    taken = psy.do("take-back", "transmissions/1", story.ids["mis-sent"], "--case", CASE)
    story.says(psy, "la reprend.")
    story.answers(taken)
    story.sync("psy", "coord")
    refused = coord.refused("read", "transmissions/1", story.ids["mis-sent"], "--case", CASE)
    story.says(coord, "ne peut plus l'ouvrir.")
    story.answers(refused)
    check_no_key(coord, "medical/2")


def _folder(story: Story, key: str) -> Path:
    folder = story.world.path("files", key)
    folder.mkdir(exist_ok=True)
    return folder
