"""Synthetic content of the story: nobody and nothing here exists.

Each text holds a marker that occurs nowhere else, so that the canary sweep can look for it in all that the
server has.
"""

from __future__ import annotations

import hashlib

PDF_SIZE = 4 * 1024 * 1024

PERSON = "Mme Aubépine-Zéphyrine Quatrevaux"
REPORT_TITLE = "Compte rendu de consultation du 3 mars (réf. KESTREL-ZX81)"
REPORT = (
    "Insuffisance cardiaque stable depuis la sortie d'hospitalisation ; dyspnée à l'effort modéré, œdèmes discrets "
    "des chevilles. Fraction d'éjection 48 %. Réf. canari : MARABOUT-INDIGO-7731."
)
SYNTHESIS_TITLE = "Synthèse santé pour l'équipe (réf. PLUVIER-QX12)"
SYNTHESIS = (
    "Se fatigue vite : proposer une chaise, pas d'effort prolongé. Se peser chaque matin, "
    "appeler si + 2 kg en trois jours. Réf. canari : GRÈBE-SAFRAN-4408."
)
QUESTION_TITLE = "Demande de communication (réf. TADORNE-KW40)"
QUESTION = (
    "Bonjour docteur, pour préparer l'aménagement du logement, pouvez-vous me communiquer le compte rendu du 3 mars ? "
    "Réf. canari : SARCELLE-OCRE-5519."
)
SOCIAL_TITLE = "Droits et logement (réf. HARLE-VB77)"
SOCIAL = "Dossier APA déposé, visite du logement prévue mardi. Réf. canari : MACREUSE-CUIVRE-9024."
NURSE_TITLE = "Passage infirmier du matin (réf. BUTOR-NM36)"
NURSE = "Poids 61,4 kg, pas d'œdème, pilulier complété. Réf. canari : RÂLE-AZUR-6187."
AFTER_TITLE = "Suite du traitement (réf. VANNEAU-RT58)"
AFTER = "Diurétique diminué de moitié à partir de demain. Réf. canari : COURLIS-PRUNE-3346."
MISSENT_TITLE = "Note personnelle de séance (réf. FOULQUE-DS14)"
MISSENT = "Brouillon, pas pour l'équipe. Réf. canari : GORGEBLEUE-TILLEUL-8853."
UNOPENED_TITLE = "Ordonnance en cours (réf. BÉCASSE-YU91)"
UNOPENED = "Furosémide 40 mg le matin, bisoprolol 2,5 mg. Réf. canari : HUPPE-GARANCE-7120."
IDENTITY_TITLE = f"Identité et contacts de {PERSON} (réf. AVOCETTE-GH29)"
IDENTITY = (
    f"{PERSON}, 76 ans, sortie d'hospitalisation lundi. Sa fille passe le dimanche. Réf. canari : ÉCHASSE-LILAS-2205."
)
GUEST_PLAN_TITLE = "Votre projet, en trois points"
GUEST_PLAN = "Rester chez vous, marcher un peu chaque jour, revoir votre sœur au printemps."
GUEST_HEALTH_TITLE = "Ce que l'équipe doit savoir de votre santé"
GUEST_HEALTH = "Tension à surveiller deux fois par semaine. Pas d'allergie connue."
PDF_TITLE = "Compte rendu d'hospitalisation (PDF) (réf. GUIFETTE-PL63)"
PDF_NAME = "compte-rendu-hospitalisation-Quatrevaux.pdf"
PDF_MARKER = b"Ref. canari : STERNE-VERMEIL-1172"

CANARIES: tuple[str, ...] = (
    "Quatrevaux",
    "Aubépine",
    "KESTREL-ZX81",
    "MARABOUT-INDIGO",
    "PLUVIER-QX12",
    "GRÈBE-SAFRAN",
    "TADORNE-KW40",
    "SARCELLE-OCRE",
    "HARLE-VB77",
    "MACREUSE-CUIVRE",
    "BUTOR-NM36",
    "RÂLE-AZUR",
    "VANNEAU-RT58",
    "COURLIS-PRUNE",
    "FOULQUE-DS14",
    "GORGEBLEUE-TILLEUL",
    "BÉCASSE-YU91",
    "HUPPE-GARANCE",
    "AVOCETTE-GH29",
    "ÉCHASSE-LILAS",
    "GUIFETTE-PL63",
    "STERNE-VERMEIL",
    "compte-rendu-hospitalisation",
    "Insuffisance cardiaque",
)


def sample_pdf(size: int = PDF_SIZE) -> bytes:
    """Return a small valid PDF of one page, padded with incompressible comment lines to about `size` bytes."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
    ]
    text = b"BT /F1 14 Tf 60 780 Td (" + PDF_MARKER + b") Tj ET"
    objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text))
    out = bytearray(b"%PDF-1.4\n")
    counter = 0
    while len(out) < size:
        out += b"%" + hashlib.sha512(counter.to_bytes(8, "big")).hexdigest().encode() + b"\n"
        counter += 1
    offsets: list[int] = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
