"""First half of the story: who is who, the case, the team, what is shared, what is asked and opened."""

from __future__ import annotations

from volet_demo import sample
from volet_demo.cast import CAST, DAC, STRUCTURES, Role
from volet_demo.party import Party
from volet_demo.story import CASE, Story, expect, write_card

TEAM = ("mo", "inf", "ass", "psy")
MEDICAL = ("medical/1", "medical/2", "medication/1", "medication/2")
# What one side of the team will know of the other, as it is said to Mme A: « l'essentiel » of health for the social
# side; what helps at home, and the social essentials, for the health side.
HEALTH_TO_SOCIAL = "medical/1,medication/1,identity/2,autonomy/2,plan/2,transmissions/2,expression/2"
SOCIAL_TO_HEALTH = "identity/2,rights/1,social/1,housing/1,autonomy/2,plan/2,transmissions/2,expression/2"


def arrivals(story: Story) -> None:
    """Everybody logs in, professionals through the registrar too, and hands out a contact card."""
    story.transcript.scene("Chacun se connecte ; le gestionnaire des habilitations atteste les fonctions")
    story.world.path("files").mkdir(exist_ok=True)
    known = {role.key: role for role in CAST}
    places = {id_: label for id_, label, _ in STRUCTURES}
    story.together(story.everybody, lambda party: _arrive(story, party, known[party.key]))
    for party in story.everybody:
        role = known[party.key]
        text = "se connecte chez son fournisseur d'identité"
        if role.capacity is not None:
            text += f" ; le gestionnaire atteste : {role.label.rpartition(', ')[2]}, {places[role.structure]}"
        story.says(party, f"{text}. Phrase à comparer : « {story.ids[f'phrase:{party.key}']} ».")
    story.together(story.everybody, lambda party: _collect_cards(story, party))
    story.transcript.plain()
    story.transcript.plain(
        "Les cartes de contact passent de la main à la main : les noms restent sur les appareils de chacun."
    )


def _arrive(story: Story, party: Party, role: Role) -> None:
    party.log_in(story.world.browser)
    if role.capacity is not None:
        attested = party.have_attested(story.world.browser, story.world.addresses.registrar)
        party.log_in(story.world.browser, attested)
    write_card(story, party)


def _collect_cards(story: Story, party: Party) -> None:
    for other in story.everybody:
        if other is not party:
            card = story.world.path("files", f"{other.key}.carte.json")
            party.do("contact", "add", other.name, "--card", str(card))


def opening(story: Story) -> None:
    """Coord opens the case, lets the team in, tells Mme A, and records it in one act; one notice is on paper."""
    coord = story.party("coord")
    story.transcript.scene("Coord ouvre le dossier, informe Mme A et le note en un seul acte")
    story.case = str(coord.do("case", "open", "--name", CASE, "--person", "Mme A").result["case"])
    story.says(
        coord, "ouvre le dossier. La plateforme n'en connaît qu'un numéro tiré au sort : " + story.case[:16] + "…"
    )
    for key in TEAM:
        coord.do("member", "add", story.party(key).name, "--limb", "1", "--case", CASE)
    story.says(coord, "fait entrer Dr Mo, Inf, Ass et Psy, de la même équipe de soins.")
    coord.do("member", "add", "Ide-L", "--limb", "0", "--case", CASE)
    story.says(coord, "fait entrer Ide-L, infirmière libérale : elle soigne Mme A, hors de l'équipe.")
    told = ["notice", "record", "--general", "--means", "oral", "--case", CASE]
    for row in ("S13", "S1", "S2"):
        told += ["--line", f"1:{HEALTH_TO_SOCIAL}:{row}@{DAC}"]
    for row in ("H1", "H2"):
        told += ["--line", f"2:{SOCIAL_TO_HEALTH}:{row}@{DAC}"]
    notice = coord.do(*told)
    story.says(
        coord,
        "dit à Mme A qui saura quoi : au social, l'essentiel de la santé ; à la santé, l'essentiel du social. "
        "« J'ai informé Mme A (oral) » : un seul acte signé, six lignes.",
    )
    story.answers(notice)
    paper = coord.do(
        "member", "add", "Kiné", "--title", "prescribed", "--informed", "paper", "--from", "today", "--case", CASE
    )
    expect("notice" in paper.result, "L'information n'a pas été notée dans le même geste.")
    story.says(
        coord,
        "remet à Mme A une feuille : ce que Kiné saura. Elle la garde ; l'acte est noté « papier ». Kiné, prescrit par "
        "le médecin et reconnu par Mme A, entre dans le même geste, sous une seule signature.",
    )
    story.answers(paper)
    story.together(story.everybody, lambda party: _name_case(story, party))


def _name_case(story: Story, party: Party) -> None:
    if party.key not in {"coord", "audit"}:
        party.do("case", "name", CASE, "--case", story.case)


def care(story: Story) -> None:
    """Identity, social and medical content; keys start where somebody entitled writes, and reach who may read."""
    coord, mo, ass = story.party("coord"), story.party("mo"), story.party("ass")
    story.transcript.scene("Chacun écrit dans ses volets ; les clés naissent là où l'on a le droit de lire")
    _post(story, coord, "identity", "identity/2", sample.IDENTITY_TITLE, sample.IDENTITY)
    story.says(coord, "écrit l'identité et les contacts (volet Identité, le détail).")
    _post(story, ass, "social", "social/2", sample.SOCIAL_TITLE, sample.SOCIAL)
    story.says(ass, "écrit sur les droits et le logement (volet Situation sociale, le détail).")
    claimed = mo.do("claim", *MEDICAL, "--case", CASE)
    expect(all(one["epoch"] == 1 for one in claimed.result["sections"]), "Les clés de la santé n'ont pas été créées.")
    story.says(mo, "prend en charge les volets Santé et Traitements : leurs clés naissent chez lui, pas chez Coord.")
    _post(story, mo, "report", "medical/2", sample.REPORT_TITLE, sample.REPORT, "report")
    story.says(mo, "dépose le compte rendu complet (Santé, le détail).")
    document = story.world.path("files", sample.PDF_NAME)
    document.write_bytes(sample.sample_pdf())
    size = f"{document.stat().st_size / 1e6:.1f}".replace(".", ",")
    attached = mo.do("attach", "medical/2", str(document), "--title", sample.PDF_TITLE, "--case", CASE)
    story.ids["pdf"] = str(attached.result["id"])
    story.says(mo, f"dépose le compte rendu d'hospitalisation, un PDF de {size} Mo.")
    _post(story, mo, "unopened", "medication/2", sample.UNOPENED_TITLE, sample.UNOPENED)
    story.says(mo, "écrit l'ordonnance en cours (Traitements, le détail).")
    _post(story, mo, "synthesis", "medical/1", sample.SYNTHESIS_TITLE, sample.SYNTHESIS, "synthesis")
    story.says(mo, "écrit deux lignes de synthèse pour l'équipe (Santé, l'essentiel).")
    granted = story.sync("coord", "ass", "mo")["granted"]
    expect(granted, "Dr Mo n'a remis aucune clé.")
    story.transcript.says(
        "", "Les programmes de Coord, d'Ass et de Dr Mo remettent les clés à qui a le droit, sans un clic."
    )


def _post(  # noqa: PLR0917 - who, what it is called here, where, what
    story: Story, party: Party, name: str, place: str, title: str, text: str, kind: str = "note"
) -> str:
    posted = party.do("post", place, "--title", title, "--text", text, "--kind", kind, "--case", CASE)
    story.ids[name] = str(posted.result["id"])
    return story.ids[name]


def asking(story: Story) -> None:
    """Coord reads the synthesis, is refused the report, asks; Dr Mo tells Mme A and opens that one item to her."""
    coord, mo = story.party("coord"), story.party("mo")
    story.transcript.scene("Coord lit la synthèse, pas le compte rendu ; elle le demande, Dr Mo le lui communique")
    read = coord.do("read", "medical/1", story.ids["synthesis"], "--case", CASE)
    expect(sample.SYNTHESIS in str(read.result["body"]), "Coord n'a pas lu la synthèse.")
    story.says(coord, f"lit la synthèse : « {sample.SYNTHESIS} »")
    story.transcript.says(
        "la plateforme", f"Remis ; consultation inscrite au journal sous le n° {read.result['leaf']}."
    )
    refused = coord.refused("read", "medical/2", story.ids["report"], "--case", CASE)
    story.says(coord, "essaie d'ouvrir le compte rendu complet.")
    story.answers(refused)
    coord.do("exchange", "open", "plan/2", "--with", "Dr Mo", "--name", "compte-rendu", "--case", CASE)
    exchange = coord.do(
        "exchange", "send", "compte-rendu", "--title", sample.QUESTION_TITLE, "--text", sample.QUESTION, "--case", CASE
    )
    story.ids["exchange"] = str(exchange.result["place"]).partition(":")[2]
    story.says(coord, f"le demande à Dr Mo, dans un échange : « {sample.QUESTION} »")
    place = f"exchange:{story.ids['exchange']}"
    asked = mo.do("read", place, str(exchange.result["id"]), "--case", CASE)
    expect(sample.QUESTION in str(asked.result["body"]), "Dr Mo n'a pas lu la demande.")
    story.says(
        mo, "lit la demande, en parle à Mme A, puis communique ce seul élément à Coord : « Mme A a été informée »."
    )
    opened = mo.do(
        "open-item", "medical/2", story.ids["report"], "--for", "Coord", "--notice", "oral",
        "--exchange", story.ids["exchange"], "--case", CASE,
    )  # fmt: skip
    expect("notice" in opened.result, "L'information de Mme A n'a pas été notée dans le même geste.")
    story.answers(opened)
    report = coord.do("read", "medical/2", story.ids["report"], "--case", CASE)
    expect(sample.REPORT in str(report.result["body"]), "Coord n'a pas lu l'élément communiqué.")
    story.says(coord, "lit le compte rendu communiqué.")
    refused = coord.refused("fetch", "medical/2", story.ids["pdf"], "--into", str(story.world.path("files")),
                            "--case", CASE)  # fmt: skip
    story.says(coord, "essaie aussi le PDF, qui ne lui a pas été communiqué.")
    story.answers(refused)
    check_no_key(coord, "medical/2")
    story.says(coord, "n'a jamais eu la clé du volet Santé, le détail : son trousseau ne la contient pas.")


def check_no_key(party: Party, section: str) -> None:
    """Stop the story when a party's key ring holds any key of a section."""
    shown = party.do("case", "show", "--case", CASE).result["sections"]
    holding = [item["section"] for item in shown if item["holds_key"]]
    expect(section not in holding, f"{party.name} détient une clé de {section}.")
    expect(holding, f"{party.name} ne détient aucune clé : la vérification n'aurait pas de sens.")
