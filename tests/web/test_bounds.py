"""How much a professional's page asks, verifies, shows and keeps, counted: guards that no clock and no machine moves.

What it takes in seconds is measured by `make bench`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Request

from bench.web_entries import post_many
from support.browser_watch import Watch
from support.web_team import DETAIL, Team, professional_at
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
ENTRIES = 600
# Titles of one release.
PAGE = 50
# Of the interface, from the door to a case; of signatures for it. Lines in the page: those in sight and a few more.
MOST_ASKED, MOST_VERIFIED, MOST_LINES = 25, 60, 40
# Every signature that the page lets the browser check.
COUNTED = """globalThis.verified = 0;
if ("SubtleCrypto" in globalThis) {
  const verify = SubtleCrypto.prototype.verify;
  SubtleCrypto.prototype.verify = function (...given) { globalThis.verified += 1; return verify.apply(this, given); };
}
globalThis.measured = 0;
const measure = HTMLUListElement.prototype.getBoundingClientRect;
HTMLUListElement.prototype.getBoundingClientRect = function () {
  globalThis.measured += 1;
  return measure.apply(this);
};"""
# From one end of the page to the other: the most lines that stood in it at once.
SCROLL = """async () => {
  const height = document.documentElement.scrollHeight - innerHeight;
  let most = 0;
  for (let step = 0; step <= 40; step += 1) {
    scrollTo({ top: (height * step) / 40, behavior: "instant" });
    for (let drawn = 0; drawn < 2; drawn += 1) await new Promise((next) => requestAnimationFrame(next));
    most = Math.max(most, document.querySelectorAll("ul.lines li").length);
  }
  return most;
}"""


@dataclass
class Counted:
    """The nurse's page, and what it asked the hub for since it was last looked at."""

    watch: Watch
    team: Team
    asked: list[str]

    def opened(self, fragment: str) -> None:
        """Load the page anew at an address: nothing is in its memory."""
        self.watch.page.goto("about:blank")
        self.asked.clear()
        self.watch.page.goto(f"{self.watch.world.addresses.hub}/#/cases/{self.team.case}{fragment}")

    @property
    def lists(self) -> list[str]:
        """The pages of entry lists among it."""
        return [one for one in self.asked if "/lists/" in one]

    @property
    def verified(self) -> int:
        """How many signatures were checked since the page was loaded."""
        return int(self.watch.page.evaluate("() => globalThis.verified"))


@pytest.fixture(scope="module")
def page(browser: Browser, world: World) -> Iterator[Counted]:
    team = Team.open(world)
    watch, user = professional_at(browser, world)
    watch.page.goto("about:blank")
    team.let_in(user)
    post_many(team, DETAIL, ENTRIES)
    team.sync()
    watch.page.add_init_script(COUNTED)
    counted = Counted(watch, team, [])

    def ask(request: Request) -> None:
        if "/v1/" in request.url:
            counted.asked.append(f"{request.method} {request.url.split('/v1/', 1)[1]}")

    watch.page.on("request", ask)
    yield counted
    watch.check()
    watch.page.context.close()
    team.doctor.close()


def test_from_the_door_to_a_case_the_page_asks_and_verifies_little(page: Counted) -> None:
    page.opened("")
    page.watch.page.locator('a[href$="/thread/medical"]').wait_for()
    page.watch.page.get_by_text("Chargement…").wait_for(state="detached")
    # Counts, chains, people, rules, the log; nothing of the entries.
    assert len(page.asked) <= MOST_ASKED, page.asked
    assert not [one for one in page.asked if "/lists/" in one or "releases" in one]
    assert page.verified <= MOST_VERIFIED


def test_each_entry_of_a_part_is_verified_once_and_its_titles_come_in_pages(page: Counted) -> None:
    before = page.verified
    page.asked.clear()
    page.watch.page.locator('a[href$="/thread/medical"]').click()
    page.watch.page.locator(f'ul.lines li[aria-setsize="{ENTRIES}"]').first.wait_for()
    page.watch.page.get_by_text("Chargement…").wait_for(state="detached")
    releases = [one for one in page.asked if one == "POST releases"]
    assert len(releases) == ENTRIES // PAGE
    # Two pages of the list, and its end once more: the newest were shown before the rest was there.
    assert len(page.lists) <= 3, page.lists
    assert len(page.asked) - len(releases) <= MOST_ASKED, page.asked
    assert page.verified - before <= ENTRIES + MOST_VERIFIED


def test_a_thread_shown_again_asks_for_nothing_that_is_held(page: Counted) -> None:
    page.watch.page.go_back()
    page.watch.page.locator('a[href$="/thread/medical"]').wait_for()
    before = page.verified
    page.asked.clear()
    page.watch.page.locator('a[href$="/thread/medical"]').click()
    page.watch.page.locator(f'ul.lines li[aria-setsize="{ENTRIES}"]').first.wait_for()
    assert page.lists == []
    assert "POST releases" not in page.asked
    assert page.verified == before


def test_an_entry_that_is_opened_asks_for_itself_and_for_no_whole_list(page: Counted) -> None:
    before = page.verified
    page.asked.clear()
    page.watch.page.locator("ul.lines li a").first.click()
    page.watch.page.get_by_text("Revoir le traitement vendredi").wait_for()
    page.watch.page.get_by_text("Chargement…").wait_for(state="detached")
    # Several wrote at once: the newest by its time is one of the last.
    assert {int(one.rsplit("after=", 1)[1]) // PAGE for one in page.lists} == {ENTRIES // PAGE - 1}, page.lists
    assert len(page.asked) <= MOST_ASKED, page.asked
    # Two receipts, each with what leads to it.
    assert page.verified - before <= 8


def test_what_comes_is_fetched_and_not_what_was_there(page: Counted) -> None:
    page.watch.page.go_back()
    page.watch.page.locator(f'ul.lines li[aria-setsize="{ENTRIES}"]').first.wait_for()
    page.watch.page.get_by_text("Chargement…").wait_for(state="detached")
    before = page.verified
    page.asked.clear()
    page.team.post("Encore un passage", "Tout va bien.")
    page.watch.page.get_by_role("link", name="Encore un passage").wait_for()
    assert {one.rsplit("after=", 1)[1] for one in page.lists} == {str(ENTRIES)}
    assert page.verified - before <= 8


def test_however_long_a_thread_is_few_of_its_lines_stand_in_the_page_and_scrolling_measures_nothing(
    page: Counted,
) -> None:
    page.watch.page.evaluate("() => scrollTo(0, 0)")
    before = page.watch.page.evaluate("() => globalThis.measured")
    assert page.watch.page.evaluate(SCROLL) <= MOST_LINES
    assert page.watch.page.evaluate("() => globalThis.measured") == before
