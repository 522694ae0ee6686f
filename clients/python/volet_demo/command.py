"""`volet demo`: starts everything, plays the story, prints the transcript; then serves until Ctrl-C, unless --once."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import httpx

from volet_demo import guests, scenes_audit, scenes_person, scenes_team
from volet_demo.cast import GUESTS, MANAGER_LABEL
from volet_demo.party import StoryError
from volet_demo.processes import ProcessFailedError
from volet_demo.story import Story, play
from volet_demo.transcript import Transcript
from volet_demo.world import World, next_folder, wait_until_interrupted

SCENES: tuple[Callable[[Story], None], ...] = (
    scenes_team.arrivals,
    scenes_team.opening,
    scenes_team.care,
    scenes_team.asking,
    scenes_person.consent,
    scenes_person.looking,
    scenes_person.withdrawal,
    scenes_person.mis_sent,
    scenes_audit.audit,
)
FAILED = 1
# What a guest does once logged in, by the kind of account.
ARRIVALS = {
    "professional": "faites attester votre fonction, puis collez ici « pro » et votre carte",
    "person": "collez ici « personne » et votre carte",
    "auditor": "faites attester votre fonction ; le journal s'ouvre",
}
PARENT = Path("var/demo")


def main(argv: Sequence[str]) -> int:
    """Run the demonstration; return 0, or 1 with a sentence when a step does not come out as it must."""
    parser = argparse.ArgumentParser(
        prog="volet demo",
        description="Joue l'histoire de Mme A avec de vrais programmes, sur cette machine. (Plays the story.)",
    )
    parser.add_argument("--once", action="store_true", help="s'arrête après l'histoire (end after the story)")
    parser.add_argument("--dir", type=Path, help="dossier à créer, var/demo/N par défaut (folder to create)")
    parser.add_argument("--record", action="store_true", help="enregistre le trafic (record the traffic)")
    options = parser.parse_args(argv)
    # Whatever asks it to end, what it started ends with it; a shell starts background commands with SIGINT ignored.
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, _interrupted)
    root: Path = options.dir or next_folder(PARENT)
    if root.exists():
        return _fail(f"{root} existe déjà : donnez un dossier qui n'existe pas encore.")
    begun = time.monotonic()
    world = World(root.resolve(), record=options.record)
    transcript = Transcript(_line)
    try:
        with world:
            transcript.title("Volet : Mme A rentre chez elle")
            transcript.plain(f"Fournisseur d'identité, gestionnaire des habilitations, plateforme : dans {root}")
            world.start()
            story = Story(world, transcript)
            ready = time.monotonic() - begun
            play(story, SCENES)
            transcript.plain()
            transcript.plain(
                "Tout s'est passé comme il le fallait. "
                f"Mise en place : {ready:.1f} s ; histoire : {story.seconds:.1f} s."
            )
            if not options.once:
                _serve(story)
    except (StoryError, ProcessFailedError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        _line("")
        _line("Arrêté.")
    return 0


def _interrupted(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _serve(story: Story) -> None:
    """Hand the profiles over to whoever sits at the keyboard, and keep the processes running."""
    for party in story.everybody:
        party.stop(story.world.processes)
    coord = story.party("coord")
    _line("")
    for line in (*web_lines(story.world.addresses.hub), *registrar_lines(story.world.addresses.registrar)):
        _line(line)
    _line("")
    _line("La plateforme reste en service. Dans un autre terminal, prenez la place de quelqu'un :")
    _line("")
    for name, value in coord.environment.items():
        _line(f"  export {name}={value}")
    _line("  volet case show")
    _line("  volet list medical/1")
    _line("")
    _line("Et des autres, en changeant de profil :")
    for party in story.everybody[1:]:
        _line(f"  export VOLET_PROFILE={party.profile} VOLET_PASSPHRASE_FILE={party.passphrase}   # {party.name}")
    _line("")
    _line("À essayer : « volet accesses » en Mme A, « volet post plan/2 --title … --text … » en Coord,")
    _line(f"« volet log verify {story.world.path('files', 'journal.json')} » en n'importe qui. Ctrl-C arrête tout.")
    threading.Thread(target=listen, args=(story,), daemon=True).start()
    wait_until_interrupted(story.world)


def listen(story: Story) -> None:
    """Let in the guests whose cards are typed at the terminal, for as long as there is one."""
    for typed in sys.stdin:
        if typed.strip():
            guests.welcome(story, typed, _line)


def web_lines(hub: str) -> list[str]:
    """Return what to say of the web client: its address and accounts, or why there is none."""
    with httpx.Client(trust_env=False, timeout=10) as http:
        served = http.get(hub).is_success
    if not served:
        return ["Pas de client web ici : « make web » le construit (Node.js), puis relancez la démonstration."]
    accounts = [f"  {role.label} : {ARRIVALS[role.kind]}" for role in GUESTS]
    return [
        f"Dans un navigateur : {hub}",
        "Trois comptes y attendent chez le fournisseur d'identité :",
        *accounts,
        "La carte se copie dans le navigateur (« Mon appareil ») et se colle ici ; les autres vous font entrer.",
    ]


def registrar_lines(registrar: str) -> list[str]:
    """Return what to say of the pages of who keeps a structure's list."""
    return [f"L'équipe d'une structure se tient sur {registrar}/equipe, avec le compte « {MANAGER_LABEL} »."]


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _fail(sentence: str) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"volet demo : {sentence}\n")
    return FAILED
