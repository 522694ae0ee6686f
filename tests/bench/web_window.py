"""A professional's window on large cases, in Chromium, at a real hub: opening, scrolling, memory, another's message."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.bench_releases import cpu_of
from bench.figures import Figure, Size
from bench.web_entries import post_many
from bench.web_pages import FOLLOW, heap, lines, loaded, page_cpu, pressed, scrolled
from support.chromium import chromium, serving
from support.web_team import DETAIL, NURSE, Team, professional_at
from volet_client.members import GENERAL
from volet_demo.cast import CAST
from volet_demo.world import World

INES = next(role.label for role in CAST if role.key == "inf")
WAIT_MS = 300_000
FRAME_MS = 50
OPENINGS = 5
CASE, THREAD = "/cases/{}", 'a[href$="/thread/medical"]'
_MS = 1000


def measure(size: Size) -> list[Figure]:
    """Write a case of some entries and one of many, then look at them as a nurse whose device holds nothing yet."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "world") as world, chromium() as browser:
        small = Team.open(world)
        teams = [small, *(Team(small.doctor, small.doctor.cases.open().case) for _ in range(2))]
        (nurse, first), (colleague, second) = _arrived(browser, world, NURSE), _arrived(browser, world, INES)
        # Nobody looks while thousands of entries arrive: each would be shown as it comes.
        for page in (nurse, colleague):
            page.goto("about:blank")
        for team, count in zip(teams, (size.rounds, size.entries, size.thread), strict=True):
            team.doctor.members.give_notice(team.case, [GENERAL], "oral")
            team.let_in(first)
            team.let_in(second)
            post_many(team, DETAIL, count)
            team.sync()
        _, large, huge = (f"{world.addresses.hub}/#{CASE.format(team.case)}" for team in teams)
        opened = [_open(browser, world, nurse, large, size.entries) for _ in range(size.rounds)]
        nurse.go_back()
        nurse.wait_for_selector(THREAD)
        (again,) = pressed(nurse, THREAD, lines(size.entries))
        figures = [
            *_opening(opened, again, size.entries),
            *_thread(nurse, huge, size.thread),
            *_message(nurse, colleague, f"{world.addresses.hub}/#", small.case, size.rounds),
        ]
        small.doctor.close()
    return figures


def _arrived(browser: Browser, world: World, label: str) -> tuple[Page, str]:
    watch, user = professional_at(browser, world, label=label)
    watch.page.set_default_timeout(WAIT_MS)
    watch.page.add_init_script(FOLLOW)
    return watch.page, user


@dataclass
class Opened:
    """Seconds until each thing was painted, and of CPU that the page and the hub took for all titles."""

    case: float
    first: float
    every: float
    page_cpu: float
    hub_cpu: float


def _open(browser: Browser, world: World, page: Page, case: str, count: int) -> Opened:
    assert world.hub is not None
    hub = world.hub.process.pid
    until = loaded(page, case, THREAD) / _MS
    before, hub_before = page_cpu(browser), cpu_of(hub) or 0.0
    first, every = (one / _MS for one in pressed(page, THREAD, "ul.lines li a", lines(count)))
    return Opened(until, first, every, page_cpu(browser) - before, (cpu_of(hub) or 0.0) - hub_before)


def _opening(opened: list[Opened], again: float, count: int) -> list[Figure]:
    """From nothing in the page's memory to the case, and from the case to all titles of its compartment."""

    def half(what: Callable[[Opened], float]) -> float:
        return statistics.median(map(what, opened))

    return [
        Figure("unlock to readable case in Chromium (wall clock)", half(lambda one: one.case), "s", 1),
        Figure(
            f"compartment of {count:,} entries: first lines readable (wall clock)", half(lambda one: one.first), "s", 1
        ),
        Figure("  all titles verified and decrypted (wall clock)", half(lambda one: one.every), "s"),
        Figure("  CPU time of the page for all of them", half(lambda one: one.page_cpu), "s"),
        Figure("  CPU time of the hub for all of them", half(lambda one: one.hub_cpu), "s"),
        Figure("  opened again (wall clock)", again / _MS, "s", 1),
    ]


def _thread(page: Page, case: str, count: int) -> list[Figure]:
    """Open a thread of many, scroll through it and leave it, again and again."""
    loaded(page, case, THREAD)
    first, every = pressed(page, THREAD, "ul.lines li a", lines(count))
    steps = max(2, min(count, 10_000) // 20)
    moved = scrolled(page, steps)
    before = heap(page)
    for _ in range(OPENINGS):
        page.go_back()
        page.wait_for_selector(THREAD)
        pressed(page, THREAD, lines(count))
        scrolled(page, steps // 10 + 1)
    after = heap(page)
    return [
        Figure(f"thread of {count:,} entries: first lines readable (wall clock)", first / _MS, "s"),
        Figure("  all titles verified and decrypted (wall clock)", every / _MS, "s"),
        Figure(f"  scrolled through in {steps * 2} steps: half of the frames take at most", moved.typical, "ms"),
        Figure("  99 % of the frames take at most", moved.slow, "ms", FRAME_MS),
        Figure("  tasks above 50 ms while scrolling", len(moved.long), "tasks", 0),
        Figure("  the longest of them", max(moved.long, default=0.0), "ms"),
        Figure("  JavaScript heap after it", before, "MiB"),
        Figure(f"  growth of the heap over {OPENINGS} more openings", max(0.0, after - before), "MiB", 5),
    ]


def _message(author: Page, reader: Page, hub: str, case: str, rounds: int) -> list[Figure]:
    """From pressing « Envoyer maintenant » to the line in the other's window, which shows the same thread."""
    thread = f"{hub}/cases/{case}/thread/medical"
    taken: list[float] = []
    for number in range(rounds):
        for page in (author, reader):
            loaded(page, thread, lines(rounds + number))
        author.get_by_label("Écrire ici").last.fill(f"Je passe à {number} heures.")
        author.get_by_text("Brouillon gardé ici").wait_for()
        author.get_by_role("button", name="Envoyer", exact=True).click()
        author.goto(f"{hub}/outgoing")
        reader.evaluate("(selector) => voletSoon(selector)", lines(rounds + number + 1))
        now = author.get_by_role("button", name="Envoyer maintenant")
        pressed_ms = now.evaluate("(button) => { const at = Date.now(); button.click(); return at; }")
        taken.append(float(reader.evaluate("() => voletSeen")) - float(pressed_ms))
    return [
        Figure("a message in the other's window, from pressing (wall clock)", statistics.median(taken) / _MS, "s", 1)
    ]
