"""What a professional's window costs in time, smoothness and memory, measured by the browser itself."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

# When each thing was first painted, in milliseconds since the page began to load or since `voletFrom` was called.
FOLLOW = """(() => {
  const wanted = new Map();
  let from = 0;
  window.voletLong = [];
  new PerformanceObserver((list) => voletLong.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask", buffered: true });
  const look = () => {
    for (const [selector, tell] of wanted) {
      if (document.querySelector(selector) === null) continue;
      wanted.delete(selector);
      requestAnimationFrame(() => setTimeout(() => tell(performance.now() - from)));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
  window.voletWhen = (selector) => new Promise((tell) => { wanted.set(selector, tell); look(); });
  window.voletPress = (selector, until) => {
    from = performance.now();
    document.querySelector(selector).click();
    return Promise.all(until.map(voletWhen));
  };
  window.voletSoon = (selector) => { window.voletSeen = voletWhen(selector).then(() => Date.now()); };
})()"""

# From one end of the page to the other and back, a screen a step, as a thumb or wheel does; the time of each frame.
SCROLL = """async (steps) => {
  const height = document.documentElement.scrollHeight - innerHeight;
  const frames = [];
  voletLong.length = 0;
  let last = performance.now();
  for (let step = 0; step <= steps * 2; step++) {
    const at = step <= steps ? step / steps : 2 - step / steps;
    scrollTo({ top: height * at, behavior: "instant" });
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  await new Promise((next) => setTimeout(next, 100));
  return { frames, long: [...voletLong] };
}"""


@dataclass(frozen=True)
class Scrolled:
    """Milliseconds of the frames and of the tasks above 50 ms while somebody scrolled."""

    frames: list[float]
    long: list[float]

    @property
    def typical(self) -> float:
        return statistics.median(self.frames)

    @property
    def slow(self) -> float:
        """What 99 % of the frames take at most."""
        return sorted(self.frames)[len(self.frames) * 99 // 100]


def lines(count: int) -> str:
    """Return the selector of a line of a list of so many."""
    return f'ul.lines li[aria-setsize="{count}"] a'


def loaded(page: Page, address: str, selector: str) -> float:
    """Load the page anew at an address; return the milliseconds until what is asked for was painted."""
    page.goto("about:blank")
    page.goto(address, wait_until="commit")
    return float(page.evaluate("(selector) => voletWhen(selector)", selector))


def pressed(page: Page, link: str, *until: str) -> list[float]:
    """Press a link; return the milliseconds until each thing was painted."""
    return [float(one) for one in page.evaluate("([link, until]) => voletPress(link, until)", [link, list(until)])]


def scrolled(page: Page, steps: int) -> Scrolled:
    """Scroll through the whole page, down and up again."""
    found: dict[str, Any] = page.evaluate(SCROLL, steps)
    return Scrolled(found["frames"], found["long"])


def page_cpu(browser: Browser) -> float:
    """Return the seconds of CPU that the processes of the browser's pages have used."""
    session = browser.new_browser_cdp_session()
    processes: dict[str, Any] = session.send("SystemInfo.getProcessInfo")
    session.detach()
    return sum(float(one["cpuTime"]) for one in processes["processInfo"] if one["type"] == "renderer")


def heap(page: Page) -> float:
    """Return the MiB of JavaScript objects that are still reachable."""
    session = page.context.new_cdp_session(page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used: dict[str, Any] = session.send("Runtime.getHeapUsage")
    session.detach()
    return float(used["usedSize"]) / 1024 / 1024
