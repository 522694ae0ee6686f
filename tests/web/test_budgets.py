"""The counter of budgets counts what a user does, no less."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from support.budgets import count

PAGE = """<h1>Un</h1><label>Texte <input></label><label><input type="checkbox"> Case</label>
<select aria-label="Choix"><option>a</option><option>b</option></select><input type="file" aria-label="Photo">
<button>Suite</button>"""
ACT = "() => document.querySelector('button').onclick = () => document.querySelector('h1').textContent = 'Deux'"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_content(PAGE)
    page.evaluate(ACT)
    yield page
    page.close()


class TestCounting:
    def test_presses_choices_photos_and_screens_count_and_typing_does_not(self, page: Page) -> None:
        lines: list[str] = []
        counter = count(page, "all of it", lines.append)
        page.get_by_label("Texte").press_sequentially("deux mots ")
        page.get_by_label("Case").click()
        page.get_by_label("Choix").select_option("b")
        page.get_by_label("Photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"a"})
        page.get_by_role("button", name="Suite").press("Enter")
        page.get_by_role("heading", name="Deux").wait_for()
        counter.within(screens=2, taps=4, photos=1)
        assert lines == ["budget: all of it: 2 of 2 screens, 4 of 4 taps, 1 of 1 photos"]

    def test_above_what_is_allowed_fails_and_is_printed_all_the_same(self, page: Page) -> None:
        lines: list[str] = []
        counter = count(page, "one press", lines.append)
        page.get_by_role("button", name="Suite").click()
        page.get_by_role("heading", name="Deux").wait_for()
        with pytest.raises(AssertionError, match="one press"):
            counter.within(taps=0)
        assert lines == ["budget: one press: 1 of 0 taps"]
