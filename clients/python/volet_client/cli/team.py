"""`volet member add`: somebody joins the case in one gesture: title, horizon, information, consent, keys."""

from __future__ import annotations

import argparse

from volet_client.cli.asking import duration_ms, information_list, the_case, the_user
from volet_client.cli.context import Context
from volet_client.cli.notices import MEANS, add_support, lines_json, said_lines
from volet_client.client import Client
from volet_client.granting import Duties
from volet_client.members import Terms
from volet_client.team import LIMBS, OUTSIDE, PRESCRIBED, SAME_TEAM, Added, Joining
from volet_client.team_horizon import EPISODE, ESSENTIAL, HORIZONS, TODAY
from volet_client.words import Said
from volet_protocol.canonical import JsonValue

RECOGNISED = ("oral", "written", "electronic")
TITLES = {
    SAME_TEAM: Said("même structure ou équipe", "same structure or team"),
    PRESCRIBED: Said(
        "prescrit par le médecin et reconnu par la personne", "prescribed by the doctor, recognised by the person"
    ),
    OUTSIDE: Said("hors équipe, avec son accord", "outside the team, with their consent"),
}
SINCE = {
    ESSENTIAL: Said("l'essentiel en vigueur et les 15 derniers jours", "the essentials in force and the last 15 days"),
    EPISODE: Said("depuis le début de l'épisode", "since the episode began"),
    TODAY: Said("à partir d'aujourd'hui", "from today"),
}


def register_add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet member add`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    colon = ": " if lang == "en" else " : "
    parser.epilog = "\n".join(
        [
            Said("À quel titre ?", "In which title?").to(lang),
            *(f"  --title {title}{colon}{said.to(lang)}" for title, said in TITLES.items()),
            Said("À partir de quand ?", "Since when?").to(lang),
            *(f"  --from {horizon}{colon}{said.to(lang)}" for horizon, said in SINCE.items()),
            "",
            Said(
                "exemples :\n"
                '  volet member add "Kiné" --title prescribed --informed oral\n'
                '  volet member add "Ide-L" --title outside --informed paper --consent medical/1,medication/1\n'
                '  volet member add "Inf R" --replaces "Inf" --until 15d',
                'examples:\n  volet member add "Physio" --title prescribed --informed oral\n'
                '  volet member add "Nurse" --title outside --informed paper --consent medical/1,medication/1',
            ).to(lang),
        ]
    )
    parser.add_argument("who", metavar="NOM")
    parser.add_argument("--title", choices=tuple(LIMBS), help=Said("à quel titre", "in which title").to(lang))
    parser.add_argument(
        "--from",
        dest="horizon",
        choices=HORIZONS,
        default=ESSENTIAL,
        help=Said("à partir de quand", "since when").to(lang),
    )
    parser.add_argument("--informed", choices=MEANS, help=Said("« J'ai informé la personne »", "I told them").to(lang))
    add_support(parser, lang)
    parser.add_argument(
        "--consent",
        metavar="medical/1,…",
        action="append",
        default=[],
        help=Said("ce qu'elle accepte de partager hors de l'équipe", "what they agree to share outside the team").to(
            lang
        ),
    )
    parser.add_argument(
        "--replaces", metavar="NOM", help=Said("remplace, avec le même horizon", "stands in for").to(lang)
    )
    parser.add_argument("--recognised", choices=RECOGNISED, default="oral")
    parser.add_argument("--until", metavar="15d")
    parser.add_argument("--capacity", metavar="ID", help=Said("situation d'exercice", "capacity").to(lang))
    parser.add_argument("--regime", choices=("care", "child_protection", "mdph"), default="care")
    parser.add_argument(
        "--limb",
        type=int,
        choices=(0, 1, 2, 3),
        help=Said("participation seule, sans autre choix", "the participation alone").to(lang),
    )
    parser.add_argument("--history", metavar="15d|all", help=Said("avec --limb : depuis quand", "with --limb").to(lang))
    parser.set_defaults(run=member_add)


def member_add(context: Context, args: argparse.Namespace) -> None:
    """Let somebody take part."""
    client = context.client()
    case, user = the_case(client, args), the_user(client, args.who)
    if args.limb is not None:
        _add_alone(context, args, case, user)
        return
    now_ms = client.clock()
    joining = Joining(
        title=args.title or SAME_TEAM,
        horizon=args.horizon,
        informed=args.informed,
        support=args.support,
        consent=tuple(item for given in args.consent for item in information_list(given)),
        recognised=args.recognised,
        regime=args.regime,
        capacity=args.capacity,
        until_ms=now_ms + duration_ms(args.until) if args.until else None,
        replaces=the_user(client, args.replaces) if args.replaces else None,
        lang=context.config.lang,
    )
    added = client.team.add(case, user, joining)
    _, duties = client.cases.sync(case)
    context.terminal.result(_result(client, case, user, added, duties), _lines(client, args.who, user, added, duties))


def _add_alone(context: Context, args: argparse.Namespace, case: str, user: str) -> None:
    client = context.client()
    now_ms = client.clock()
    history_ms = None
    if args.history:
        history_ms = 0 if args.history == "all" else now_ms - duration_ms(args.history)
    recognised = args.recognised if args.limb == LIMBS[PRESCRIBED] else None
    until_ms = now_ms + duration_ms(args.until) if args.until else None
    terms = Terms(
        regime=args.regime, limb=args.limb, recognised=recognised, history_from_ms=history_ms, until_ms=until_ms
    )
    appended = client.members.add(case, user, terms, args.capacity)
    context.terminal.result(
        {"participation": appended.facts[0], "user": user, "case": case, "link": appended.links[-1]},
        [Said(f"{args.who} participe au dossier.", f"{args.who} takes part in the case.")],
    )


def _result(client: Client, case: str, user: str, added: Added, duties: Duties) -> dict[str, JsonValue]:
    return {
        "case": case, "user": user, "link": added.appended.links[0], "participation": added.participation,
        **({} if added.notice is None else {"notice": added.notice}),
        **({} if added.consent is None else {"consent": added.consent}),
        "opened": list(added.opened), "left": added.left,
        "told": lines_json(client, added.told), "untold": lines_json(client, added.untold),
        "granted": list(duties.granted.get(user, [])),
        **({"waiting": duties.waiting[user]} if user in duties.waiting else {}),
    }  # fmt: skip


def _lines(client: Client, who: str, user: str, added: Added, duties: Duties) -> list[Said]:
    lines = [Said(f"{who} participe au dossier.", f"{who} takes part in the case.")]
    if added.consent is not None:
        lines.append(
            Said(
                "L'accord de la personne est noté dans le même geste. À lui remettre : volet receipt print last.",
                "The person's consent is recorded in the same gesture. To hand over: volet receipt print last.",
            )
        )
    if added.told:
        lines.append(
            Said("La personne a été informée, dans le même geste.", "The person was told, in the same gesture.")
        )
    if added.opened:
        count = len(added.opened)
        lines.append(
            Said(f"Communiqué, de plus ancien : {count} élément(s).", f"Older entries opened to them: {count}.")
        )
    if added.left:
        lines.append(
            Said(
                f"{added.left} éléments plus anciens n'ont pas été communiqués : volet open-item.",
                f"{added.left} older entries were not opened: volet open-item.",
            )
        )
    if user in duties.granted:
        which = ", ".join(duties.granted[user])
        lines.append(Said(f"Clés remises : {which}.", f"Keys granted: {which}."))
    if user in duties.waiting:
        lines.append(
            Said(
                "Nouvel appareil, identité non confirmée : les clés attendent (volet contact confirm).",
                "New device, identity not confirmed: keys wait (volet contact confirm).",
            )
        )
    if added.untold:
        lines += [
            *said_lines(client, added.untold),
            Said(
                f"Tant que ce n'est pas dit, {who} ne lit pas ces parties. Ensuite : volet notice team --means oral.",
                f"Until it is said, {who} does not read these parts. Then: volet notice team --means oral.",
            ),
        ]
    return lines
