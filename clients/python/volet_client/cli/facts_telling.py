"""What a command says after a fact: what changed, for whom, what follows by itself; or that it waits on this device."""

from __future__ import annotations

from collections.abc import Mapping

from volet_client.cli.asking import user_name
from volet_client.cli.case_words import section_name
from volet_client.cli.context import Context
from volet_client.client import Client
from volet_client.facts_effects import Effects
from volet_client.facts_recording import Kept, Recorded
from volet_client.facts_words import moment
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_collection import LATE_AFTER_MS

NOT_UNREAD = Said(
    "Ce qui a déjà été lu ne peut pas être effacé des mémoires ; rien de plus ne sera ouvert.",
    "What was read already cannot be un-read; nothing more will be opened.",
)


def tell(
    context: Context, done: Recorded | Kept, value: Mapping[str, JsonValue], said: Said, more: tuple[Said, ...] = ()
) -> None:
    """Answer with a fact recorded, or kept for later."""
    client = context.client()
    if isinstance(done, Kept):
        item = done.item
        context.terminal.result(
            {"recorded": False, "kept": item.id, "case": item.case, "fact": item.hash, "kept_ms": item.kept_ms},
            [_kept(done), _before(item.kept_ms + LATE_AFTER_MS)],
        )
        return
    links = done.appended.links
    context.terminal.result(
        {
            **value, "recorded": True, "fact": done.hash, "case": done.appended.view.case,
            **({"link": links[-1]} if links else {}), **effects_json(done.effects), "words_kept": not done.untold,
        },
        [said, *effect_lines(client, done.effects), *more, *_untold(done)],
    )  # fmt: skip


def effects_json(effects: Effects) -> dict[str, JsonValue]:
    """Return what changed, for a machine."""
    return {
        "changes": [
            {"user": one.user, "gained": list(one.gained), "lost": list(one.lost)} for one in effects.changes
        ],
        "owed": list(effects.owed),
    }  # fmt: skip


def effect_lines(client: Client, effects: Effects) -> list[Said]:
    """Return who reads what since, who no longer does, and what is done by itself."""
    lines: list[Said] = []
    for change in effects.changes:
        who = user_name(client, change.user)
        if change.lost:
            lines.append(
                Said(
                    f"  {who} : n'a plus accès à {_sections(change.lost, 'fr')}.",
                    f"  {who}: no longer has access to {_sections(change.lost, 'en')}.",
                )
            )
        if change.gained:
            lines.append(
                Said(
                    f"  {who} : a maintenant accès à {_sections(change.gained, 'fr')}.",
                    f"  {who}: now has access to {_sections(change.gained, 'en')}.",
                )
            )
    if effects.owed:
        lines.append(
            Said(
                f"  Clés à renouveler : {_sections(effects.owed, 'fr')}. La prochaine écriture le fait toute seule.",
                f"  Keys to renew: {_sections(effects.owed, 'en')}. The next write does it by itself.",
            )
        )
    return lines


def _sections(sections: tuple[str, ...], lang: str) -> str:
    both = " et le détail" if lang == "fr" else " and the detail"
    shown: list[str] = []
    for section in sections:
        compartment, _, level = section.partition("/")
        if level == "2" and f"{compartment}/1" in sections:
            shown[-1] += both
        else:
            shown.append(section_name(section, lang))
    return " ; ".join(shown)


def _kept(done: Kept) -> Said:
    why = (
        Said("Hors ligne", "Off line") if done.asked else Said("La plateforme ne répond pas", "The hub does not answer")
    )
    return Said(
        f"{why.fr} : signé et gardé sur cet appareil, chiffré. Rien n'est encore enregistré, rien ne change encore.",
        f"{why.en}: signed and kept on this device, encrypted. Nothing is recorded yet, nothing changes yet.",
    )


def _before(until_ms: int) -> Said:
    return Said(
        f"Dès que le réseau revient : volet sync. Sans raison à donner jusqu'au {moment(until_ms)}.",
        f"Once there is a network: volet sync. No reason is asked until {moment(until_ms)}.",
    )


def _untold(done: Recorded) -> tuple[Said, ...]:
    if not done.untold:
        return ()
    return (
        Said(
            "  L'acte est enregistré, vos mots non : votre fonction n'écrit ni dans les droits ni dans la protection.",
            "  The act is recorded; your words are not: your function writes in neither rights nor protection.",
        ),
    )
