"""`volet accesses`: who looked, for the person: few lines, the odd ones first, and whether any is missing (F8, F17).

With `--all`, what the log holds of oneself: « mes consultations » (F29).
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence

from volet_client.accesses import Group, Odd, Reading, reading
from volet_client.audit import Access, Accesses
from volet_client.cli.access_words import AccessWords, purpose_words
from volet_client.cli.asking import add_case, the_case, user_name
from volet_client.cli.context import Context
from volet_client.client import Client
from volet_client.errors import EvidenceError
from volet_client.words import Said
from volet_protocol.canonical import JsonValue

_ODD = {
    Odd.EMERGENCY: Said("urgence", "emergency"),
    Odd.TAKEN_OUT: Said("imprimé ou exporté", "printed or exported"),
    Odd.NIGHT: Said("la nuit", "at night"),
    Odd.NEW: Said("première fois", "first time"),
    Odd.LATE: Said("noté en retard", "recorded late"),
}


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet accesses`."""
    parser.description = Said(
        "Qui a consulté quoi, quand et pourquoi ; chaque ligne est vérifiée dans le journal. "
        "Code de sortie 7 s'il manque un acte.",
        "Who read what, when and why; each line is verified in the log. Exit status 7 when an act is missing.",
    ).to(lang)
    parser.epilog = Said(
        "exemples :\n  volet accesses\n  volet accesses --detail\n  volet accesses --all",
        "examples:\n  volet accesses\n  volet accesses --detail\n  volet accesses --all",
    ).to(lang)
    parser.add_argument(
        "--all",
        action="store_true",
        help=Said(
            "tous les dossiers : vos propres consultations, ou tout le périmètre d'un auditeur",
            "all cases: what you read yourself, or an auditor's whole scope",
        ).to(lang),
    )
    parser.add_argument("--detail", action="store_true", help=Said("chaque acte", "each act").to(lang))
    add_case(parser, lang)
    parser.set_defaults(run=accesses)


def accesses(context: Context, args: argparse.Namespace) -> int:
    """Show who looked; the status says whether an act is missing."""
    client = context.client()
    case = None if args.all else the_case(client, args)
    shown, words = client.audit.accesses(case), AccessWords(client, case)
    read = reading(shown.acts, client.clock(), _local)
    hers = case is not None and client.author.capacity is None and not args.detail
    lines = _summary(read, words) if hers else [words.line(act) for act in shown.acts]
    lines += [finding.said() for finding in shown.findings or ()]
    lines.append(_counted(shown))
    rows: list[JsonValue] = [_row(client, act) for act in shown.acts]
    gaps: dict[str, JsonValue] = {class_: list(numbers) for class_, numbers in shown.gaps.items()}
    findings: list[JsonValue] = [finding.to_json() for finding in shown.findings or ()]
    context.terminal.result(
        {
            "acts": rows, "missing": gaps, "complete": shown.complete, "findings": findings,
            "size": shown.checkpoint.size, **_counts(read, words, context.config.lang),
        },
        lines,
    )  # fmt: skip
    return EvidenceError.exit_status if _missing(shown) else 0


def _summary(read: Reading, words: AccessWords) -> list[Said]:
    lines = [
        Said(
            f"Ouvert à l'écran : {read.opened} fois. Remis à un appareil : {read.delivered} fois. "
            f"Imprimé ou exporté : {read.taken_out} fois. Refusé : {read.refused} fois.",
            f"Opened on a screen: {read.opened}. Handed to a device: {read.delivered}. "
            f"Printed or exported: {read.taken_out}. Refused: {read.refused}.",
        )
    ]
    if read.odd:
        lines.append(Said("À regarder d'abord :", "Look at these first:"))
    lines += [_odd_line(words.line(act), odd) for act, odd in read.odd]
    if read.groups:
        lines.append(Said("Semaine par semaine :", "Week by week:"))
    lines += [Said(_group_line(group, words, "fr"), _group_line(group, words, "en")) for group in read.groups]
    lines.append(
        Said(
            "Chaque acte : volet accesses --detail. Je ne comprends pas cet accès : volet request contest NUMÉRO.",
            "Each act: volet accesses --detail. A line you do not understand: volet request contest NUMBER.",
        )
    )
    return lines


def _odd_line(line: Said, odd: Sequence[Odd]) -> Said:
    return Said(
        f"  {line.fr} [{', '.join(_ODD[one].fr for one in odd)}]",
        f"  {line.en} [{', '.join(_ODD[one].en for one in odd)}]",
    )


def _group_line(group: Group, words: AccessWords, lang: str) -> str:
    purposes = ", ".join(purpose_words(one, lang) for one in group.purposes)
    who, day = words.who(group.last, lang), group.monday.strftime("%d/%m/%Y")
    if lang == "fr":
        ways = _ways(group, ("à l'écran", "remis à un appareil", "imprimé ou exporté"))
        return f"  Semaine du {day} : {who}, {group.count} fois ({ways}), {purposes}"
    ways = _ways(group, ("on a screen", "handed to a device", "printed or exported"))
    return f"  Week of {day}: {who}, {group.count} times ({ways}), {purposes}"


def _ways(group: Group, names: tuple[str, str, str]) -> str:
    counts = (group.opened, group.delivered, group.taken_out)
    return ", ".join(f"{count} {name}" for count, name in zip(counts, names, strict=True) if count)


def _missing(shown: Accesses) -> bool:
    """Tell whether an act is missing: the tags say so, or without them more numbers than erased acts are absent."""
    if shown.findings is not None:
        return bool(shown.findings)
    return sum(map(len, shown.gaps.values())) > sum(act.erased for act in shown.acts)


def _counted(shown: Accesses) -> Said:
    """Say how many acts were verified, and that none is missing only where that was proved."""
    if shown.complete:
        rest = Said(" Aucun ne manque.", " None is missing.")
    elif shown.findings == ():
        rest = Said(
            " Aucun ne manque depuis le début de votre mandat ; ceux d'avant, la personne seule les compte.",
            " None is missing since your mandate began; those before are for the person alone to count.",
        )
    elif _missing(shown):
        rest = Said(
            " Le compte n'y est pas : remettez le dossier « evidence » de votre profil à votre auditeur.",
            " The count does not add up: hand the folder `evidence` of your profile to your auditor.",
        )
    else:
        rest = Said(
            " Les compter tous demande la clé du dossier, remise à la personne seule.",
            " Counting them all takes the key of the case, handed to the person alone.",
        )
    count, size = len(shown.acts), shown.checkpoint.size
    return Said(
        f"{count} actes, chacun vérifié dans le journal ({size} inscriptions)." + rest.fr,
        f"{count} acts, each verified in the log ({size} leaves)." + rest.en,
    )


def _counts(read: Reading, words: AccessWords, lang: str) -> dict[str, JsonValue]:
    odd: list[JsonValue] = [{"index": act.index, "why": [one.value for one in why]} for act, why in read.odd]
    groups: list[JsonValue] = [
        {
            "week": group.monday.isoformat(), "who": words.who(group.last, lang), "opened": group.opened,
            "delivered": group.delivered, "taken_out": group.taken_out, "purposes": list(group.purposes),
        }
        for group in read.groups
    ]  # fmt: skip
    return {
        "opened": read.opened, "delivered": read.delivered, "taken_out": read.taken_out, "refused": read.refused,
        "odd": odd, "groups": groups,
    }  # fmt: skip


def _row(client: Client, act: Access) -> JsonValue:
    row: dict[str, JsonValue] = {"index": act.index, "time_ms": act.time_ms, "type": act.type, "verified": True}
    if act.view is not None:
        row |= dict(act.view.to_json())
    if act.identity is not None and act.identity.user is not None:
        row |= {"user": act.identity.user, "name": user_name(client, act.identity.user)}
    return row


def _local(at_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).astimezone()
