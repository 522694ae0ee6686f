"""Every address of the web client opened as somebody comes to it: by a link, after a reload, and by going back.

The addresses are those that the screens themselves link to, followed from the first screen of each space until no route
is left; nothing moves under the finger meanwhile, and what listens is brought to the title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Route

from support.browser_watch import Watch
from support.screens import route_of, routes
from support.two_languages import said, speak, untranslated
from support.web_team import auditor_at, person_at, professional_at
from volet_demo.cast import CAST, STRUCTURES
from volet_demo.party import Party
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
TEXT, SECRET = "Tension surveillée.", "Chute en mars, dite à personne d’autre."
# Of an emergency, who judges it reads why it was declared: no word of the file.
CALLED = "Trouvée au sol."
TITLES = ("Synthèse", "Allergie", "Prescription")
# Names that structures and machines bear, and words that both languages have.
ALIKE = ("Volet", *(label for _, label, _ in STRUCTURES), "Inspection", "Oppositions", "5 minutes", "15 minutes")
# What a browser calls good: more of the window than this moved by itself (CLS, Web Vitals).
MOST_SHIFT = 0.1
SHIFTS = """() => {
  window.voletShift = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.voletShift += one.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
# Loaded whole: what is loading has its room and says so.
STILL = "() => document.querySelector('h1') !== null && document.querySelector('[aria-busy=true]') === null"
FOCUSED = "() => document.activeElement.closest('h1, dialog[open]') !== null"
SPILT = """() => [...document.querySelectorAll(".card")]
  .filter((sheet) => sheet.scrollHeight > sheet.clientHeight + 2).map((sheet) => sheet.innerText.slice(0, 40))"""
# A finger that shakes: 44 pixels each way (WCAG 2.2, 2.5.5). Of a box to tick, what is touched is its label.
SMALL_TARGETS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(".skip"))
  .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
  .map(([one, box]) => `${one.textContent || one.tagName} ${box.width} x ${box.height}`)"""
SMALL_LETTERS = """() => {
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode())
    if (node.data.trim() !== "" && node.parentElement.checkVisibility() &&
      parseFloat(getComputedStyle(node.parentElement).fontSize) < 16) found.add(node.data.trim());
  return [...found];
}"""
# Words of the trade that nobody has to know (days of work, section 4).
TRADE = "hub|capacité|compartiment|catégorie [12]|jeton|token|hash|epoch|serveur|habilitation|chiffr|crypt"
JARGON = f"""() => [...new Set(document.querySelector("main").innerText.match(
  new RegExp("(?<![\\\\p{{L}}])({TRADE})\\\\p{{L}}*", "giu")))]"""
# What somebody wrote reads as it was written: one column, letters as all others.
SET_APART = """() => {
  const { fontFamily } = getComputedStyle(document.body);
  return [...document.querySelectorAll("p.words")].filter((one) => {
    const look = getComputedStyle(one);
    return look.columnCount !== "auto" || look.fontFamily !== fontFamily;
  }).map((one) => one.innerText);
}"""
ALWAYS = {"stands outside its sheet": SPILT, "not set as it was written": SET_APART}
FOR_HER = {
    **ALWAYS,
    "too small to touch": SMALL_TARGETS,
    "too small to read": SMALL_LETTERS,
    "words of the trade": JARGON,
}
# Another screen is there only after the page was told of its new address.
GO = """(address) => new Promise((done) => {
  if (address === location.hash) return done();
  addEventListener("hashchange", () => setTimeout(done), { once: true });
  if (address === null) history.back();
  else location.hash = address;
})"""
LINKS = "() => [...document.querySelectorAll('a[href^=\"#/\"]')].map((link) => link.getAttribute('href'))"


@dataclass
class Space:
    """Somebody's browser, and the address of each route that was met there."""

    watch: Watch
    met: dict[str, str] = field(default_factory=dict[str, str])
    shown: list[str] = field(default_factory=list[str])
    french: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def go(self, address: str) -> str:
        """Go to an address of the page and return its title once all of it is there."""
        self.watch.page.evaluate(GO, address)
        return self.title()

    def back(self) -> str:
        """Go back to the address before and return its title once all of it is there."""
        self.watch.page.evaluate(GO, None)
        return self.title()

    def title(self) -> str:
        """Return the title of the screen once all of it is there."""
        self.watch.page.wait_for_function(STILL)
        return self.watch.page.locator("h1").inner_text()

    def start(self, address: str) -> None:
        """Load the page anew, so that what moves is counted from now on, and go to an address."""
        self.watch.page.reload()
        self.title()
        self.go(address)

    def follow(self, *more: str) -> None:
        """Follow links from the first screen on until no route is left that was not met."""
        waiting, seen = ["#/", *more], set[str]()
        while waiting:
            address = waiting.pop(0)
            name = route_of(address)
            # The first three of each route: one of them may have links that another has not.
            if name is None or address in seen or sum(route_of(one) == name for one in seen) >= LIKE:
                continue
            seen.add(address)
            self.go(address)
            self.met.setdefault(name, address)
            self.shown.append(self.watch.page.locator("main").inner_text())
            self.french[address] = said(self.watch.page)
            waiting += list(self.watch.page.evaluate(LINKS))


LIKE = 3


def arrive(world: World, *keys: str) -> list[Party]:
    world.make_parties([role for role in CAST if role.key in keys])
    found = [world.parties[key] for key in keys]
    for party in found:
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    return found


@dataclass
class Everybody:
    """Three browsers, and the case that all of them know."""

    nurse: Space
    person: Space
    auditor: Space
    case: str


@pytest.fixture(scope="module")
def everybody(browser: Browser, world: World) -> Iterator[Everybody]:
    auditor = auditor_at(browser, world)
    person, her = person_at(browser, world)
    nurse, nora = professional_at(browser, world)
    for watch in (auditor, person, nurse):
        watch.page.add_init_script(f"({SHIFTS})()")
    coord, mo, idel = arrive(world, "coord", "mo", "idel")
    case = tell(coord, mo, idel, her, nora)
    yield Everybody(Space(nurse), Space(person), Space(auditor), case)
    for watch in (nurse, person, auditor):
        watch.check()
        watch.page.context.close()


def tell(coord: Party, mo: Party, idel: Party, her: str, nora: str) -> str:
    """Let everything happen once that a screen shows; return the case."""
    for party in (coord, mo):
        party.do("contact", "add", "Nora", "--user", nora)
        party.do("contact", "add", "Mme A", "--user", her)
    for party in (mo, idel):
        coord.do("contact", "add", party.name, "--user", str(party.do("whoami").result["user"]))
    case = str(coord.do("case", "open", "--name", "Mme A", "--person", "Mme A").result["case"])
    joining = ("--title", "same-team", "--informed", "oral", "--from", "episode", "--case", case)
    coord.do("member", "add", mo.name, *joining)
    coord.do("member", "add", "Nora", *joining)
    coord.do("member", "add", idel.name, "--limb", "0", "--case", case)
    coord.do("referent", "Nora", "--case", case)
    posted = mo.do("post", "medical/1", "--title", "Synthèse", "--text", TEXT, "--case", case)
    mo.do("post", "medical/2", "--title", "Allergie", "--text", SECRET, "--case", case)
    mo.do("read", "medical/1", str(posted.result["id"]), "--case", case)
    mo.do("exchange", "open", "medical/2", "--with", "Nora", "--name", "retour", "--case", case)
    mo.do("exchange", "send", "retour", "--title", "Prescription", "--text", SECRET, "--case", case)
    coord.do("conference", "convene", "Point", "--at", "2040-12-01 18:00", "--until", "19:00", "--place", "Salle 3",
             "--agenda", "Relève", "--with", "Nora", "--case", case)  # fmt: skip
    coord.do("request", "add", "copy", "--means", "phone", "--case", case)
    declared = idel.do("emergency", "start", "--case", case, "--reason", "unconscious", "--text", CALLED)
    idel.do("emergency", "stop", str(declared.result["emergency"]), "--case", case)
    mo.do("report", "start", "--named", "Nora", "--adult", "--observed", SECRET, "--case", case)
    for party in (coord, mo):
        party.do("sync", "--case", case)
    return case


def holds(space: Space, wanted: Callable[[str], bool], rules: Mapping[str, str] = ALWAYS) -> None:
    """Fail for addresses that break a rule, or that a reload, going back or another's finger makes another screen."""
    expected = {name for name in routes() if wanted(name)}
    assert expected - set(space.met) == set(), "no link leads there"
    wrong: list[str] = []
    for name in sorted(expected):
        address, page = space.met[name], space.watch.page
        shown, alerts = space.go(address), page.get_by_role("alert").count()
        if not page.evaluate(FOCUSED):
            wrong.append(f"{address}: neither the title nor a dialog above all has the focus")
        page.reload()
        again = space.title()
        if again != shown:
            wrong.append(f"{address}: after a reload {again} and not {shown}")
        if page.get_by_role("alert").count() > alerts:
            wrong.append(f"{address}: after a reload {page.get_by_role('alert').first.inner_text()}")
        wrong += [f"{address}: {what}: {found}" for what, rule in rules.items() if (found := page.evaluate(rule))]
        moved = float(page.evaluate("() => window.voletShift"))
        if moved > MOST_SHIFT:
            wrong.append(f"{address}: moved by {moved:.2f}")
        if name == "home":
            continue
        space.go("#/device" if name != "device" else "#/")
        page.go_back()
        if space.title() != shown:
            wrong.append(f"{address}: on going back {space.title()} and not {shown}")
    assert wrong == [], "\n".join(wrong)


def speaks_english(space: Space) -> None:
    """Fail for what an address says in English as it says it in French."""
    page = space.watch.page
    speak(page, "en-GB")
    space.watch.page.reload()
    space.title()
    wrong: list[str] = []
    for name, address in sorted(space.met.items()):
        space.go(address)
        if page.evaluate("() => document.documentElement.lang") != "en":
            wrong.append(f"{name}: not said to be English")
        wrong += [f"{name}: {one}" for one in untranslated(space.french[address], said(page), ALIKE)]
    speak(page, "fr-FR")
    assert wrong == [], "\n".join(wrong)


def test_every_address_of_a_professional(everybody: Everybody) -> None:
    space, case = everybody.nurse, everybody.case
    space.start("#/")
    # What is prepared, waits, or concerns nobody yet is linked to from nowhere: the screen says so.
    nothing = "0" * 64
    space.follow("#/outgoing", f"#/round/{case}", f"#/devices/revoke/{nothing}", f"#join/{case}/{nothing}")
    holds(space, lambda name: not name.startswith(("my", "audit-")))
    speaks_english(space)


def test_every_address_of_the_person(everybody: Everybody) -> None:
    space, case = everybody.person, everybody.case
    space.start(f"#/my/{case}/who")
    # A decision has its paper, and one that she may still change has its way back.
    space.watch.page.get_by_role("link", name="Donner mon accord").click()
    space.watch.press("Je ne suis pas d’accord")
    space.watch.page.get_by_role("region", name="Vous avez dit non").wait_for()
    space.follow(f"#/my/{case}/file")
    holds(space, lambda name: name.startswith("my"), FOR_HER)
    speaks_english(space)


def test_every_address_of_the_auditor(everybody: Everybody) -> None:
    space, case = everybody.auditor, everybody.case
    today, far = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat(), "2026-01-01"
    heard: list[str] = []

    def keep(route: Route) -> None:
        answer = route.fetch()
        heard.append(answer.text())
        route.fulfill(response=answer)

    space.watch.page.route("**/v1/**", keep)
    space.start("#/")
    space.follow(
        f"#/audit/log/{far}/{today}",
        f"#/audit/case/{case}/complaint/{far}/{today}",
        f"#/audit/sheet/{case}/complaint/{today}",
    )
    space.watch.page.unroute("**/v1/**")
    holds(space, lambda name: name.startswith("audit-"))
    # On no screen and in no answer of the hub is there a word of what was written.
    told = "\n".join([*space.shown, *heard])
    assert CALLED in told
    assert [word for word in (TEXT, SECRET, *TITLES) if word in told] == []
    speaks_english(space)
