"""`volet login`, `volet logout`: sign in where one's identity provider is; have one's capacity attested."""

from __future__ import annotations

import argparse

from volet_client.cli.context import Context
from volet_client.client import Client
from volet_client.facts_words import date
from volet_client.login_hint import words
from volet_client.resources import row_label
from volet_client.session import Started
from volet_client.words import Said
from volet_protocol.canonical import JsonValue


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "logout":
        parser.set_defaults(run=logout)
        return
    parser.description = Said(
        "Sans sous-commande : affiche l'adresse à ouvrir, puis attend. Avec --registrar : fait attester votre "
        "situation d'exercice par le gestionnaire des habilitations.",
        "Without a verb: shows the address to open, then waits. With --registrar: has your capacity attested.",
    ).to(lang)
    parser.epilog = Said(
        "exemples :\n  volet login\n  volet login start --json\n  volet login finish\n"
        "  volet login --registrar http://127.0.0.1:8400",
        "examples:\n  volet login\n  volet login start --json\n  volet login finish",
    ).to(lang)
    parser.add_argument("step", nargs="?", choices=("start", "finish"))
    parser.add_argument(
        "--again",
        action="store_true",
        help=Said(
            "vous identifier à nouveau, avant un acte qui le demande", "identify again, before an act that asks it"
        ).to(lang),
    )
    parser.add_argument("--registrar", metavar="URL", help=Said("gestionnaire des habilitations", "registrar").to(lang))
    parser.add_argument("--issuer", metavar="URL", help=Said("fournisseur d'identité", "identity provider").to(lang))
    parser.add_argument(
        "--capacity",
        metavar="ID",
        help=Said("situation d'exercice de cette session", "capacity of this session").to(lang),
    )
    parser.set_defaults(run=login)


def login(context: Context, args: argparse.Namespace) -> None:
    """Log in, or have a capacity attested: in one go or in two steps."""
    if args.step != "finish":
        session = context.client().session
        started = (
            session.start_attesting(str(args.registrar), args.issuer)
            if args.registrar
            else session.start(args.issuer, fresh=args.again)
        )
        _show(context, started, only=args.step == "start")
        if args.step == "start":
            return
    _finish(context, args)


def _show(context: Context, started: Started, *, only: bool) -> None:
    lines = [
        Said(f"Ouvrez cette adresse :\n  {started.url}", f"Open this address:\n  {started.url}"),
        Said(f"Les deux écrans doivent afficher : {started.code}", f"Both screens must show: {started.code}"),
    ]
    if only:
        context.terminal.result({"url": started.url, "code": started.code}, lines)
    else:
        for line in lines:
            context.terminal.note(line)


def _finish(context: Context, args: argparse.Namespace) -> None:
    client = context.client()
    if client.session.attesting:
        attested = client.session.finish_attesting()
        if len(attested) == 1:
            client.session.act_as(attested[0].id)
        context.terminal.result(
            {
                "user": client.author.user,
                "capacities": [
                    {"id": item.id, "capacity": item.capacity.to_json(), "until_ms": item.until_ms} for item in attested
                ],
            },
            [
                Said(
                    f"Attesté : {row_label(item.capacity.row, 'fr')}, {item.id}",
                    f"Attested: {row_label(item.capacity.row, 'en')}, {item.id}",
                )
                for item in attested
            ],
        )
        return
    first = client.session.finish(args.capacity)
    context.terminal.result(
        {"user": client.author.user, "created": first, **_held_json(client.session.held_since_ms)},
        [
            Said("Compte créé, session ouverte.", "Account made, session open.")
            if first
            else Said("Session ouverte.", "Session open."),
            *_held(client.session.held_since_ms, _holder(client)),
            *words(client.session.hint, client.author.capacity),
        ],
    )


def _held_json(since_ms: int | None) -> dict[str, JsonValue]:
    return {} if since_ms is None else {"held_since_ms": since_ms}


def _holder(client: Client) -> str | None:
    """Return who asked for the hold, by their name in the trust bundle; None where the number of a sheet did."""
    listed = {one.key: one.name for one in client.hub.profile.bundle.registrars}
    return None if client.session.held_by is None else listed.get(client.session.held_by, "?")


def _held(since_ms: int | None, holder: str | None) -> list[Said]:
    if since_ms is None:
        return []
    by_fr = "avec le numéro de la feuille de secours" if holder is None else f"par le gestionnaire {holder}"
    by_en = "with the number of the recovery sheet" if holder is None else f"by the registrar {holder}"
    return [
        Said(
            f"Vos appareils étaient bloqués par téléphone depuis le {date(since_ms)}, {by_fr} ; cette connexion y "
            "met fin. Si personne ne l'a demandé pour vous, prévenez le gestionnaire des habilitations. Si un appareil "
            "est perdu : volet device revoke.",
            f"Your devices were held by telephone since {date(since_ms)}, {by_en}; this sign-in ends it. If nobody "
            "asked on your behalf, tell the registrar. If a device is lost: volet device revoke.",
        )
    ]


def logout(context: Context, _args: argparse.Namespace) -> None:
    """End the session; say where the browser logs out at the identity provider too."""
    there = context.client().session.close()
    lines = [Said("Session fermée.", "Session closed.")]
    if there is not None:
        lines.append(
            Said(
                "Le navigateur où vous vous êtes connecté y reste peut-être identifié. Pour l'y déconnecter, "
                f"ouvrez-y :\n  {there}",
                "The browser that you logged in with may stay identified. To log it out there too, open in it:\n"
                f"  {there}",
            )
        )
    context.terminal.result({} if there is None else {"logout_url": there}, lines)
