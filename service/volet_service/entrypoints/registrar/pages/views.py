"""The managers' pages as markup: no script, every name escaped, each form with the session's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from volet_service.entrypoints.registrar.freezing import Frozen
from volet_service.entrypoints.registrar.leaving import Ended, Leaving
from volet_service.entrypoints.registrar.manager_acts import Act, ManagerAct
from volet_service.entrypoints.registrar.pages.desk import Table, Team
from volet_service.entrypoints.registrar.pages.html import Child, Html, tag, together
from volet_service.entrypoints.registrar.pages.inscribing import forms, hidden
from volet_service.entrypoints.registrar.pages.sessions import ManagerSession
from volet_service.entrypoints.registrar.pages.words import Words
from volet_service.entrypoints.registrar.row_names import RowName
from volet_service.entrypoints.registrar.staff_csv import StaffLine, key_of
from volet_service.entrypoints.registrar.staff_list import Change

HOME = "/equipe"


@dataclass(frozen=True)
class Views:
    """The pages of one request: its language, the registrar's name, what rows are called, who is there if anybody."""

    words: Words
    name: str
    rows: Mapping[str, RowName]
    session: ManagerSession | None = None

    def page(self, title: str, *content: Child) -> Html:
        """Return a whole page."""
        words, signed_in = self.words, self.session is not None
        who = None if self.session is None else tag("p", words.signed_in.format(self.session.sub))
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width"),
            tag("title", f"{title} · {self.name}"),
            tag("link", rel="stylesheet", href=f"{HOME}/style.css"),
        )
        over = self.form(f"{HOME}/fin", tag("button", words.sign_out, class_="quiet")) if signed_in else None
        body = tag("body", tag("header", tag("p", self.name), who, over), tag("main", tag("h1", title), *content))
        return together(Html("<!doctype html>"), tag("html", head, body, lang=words.lang))

    def form(self, action: str, *content: Child, class_: str | None = None) -> Html:
        """Return a form that posts with the word of the session."""
        word = None if self.session is None else hidden("word", self.session.word)
        return tag("form", word, *content, method="post", action=action, class_=class_)

    def said(self, title: str, *sentences: str) -> Html:
        """Return a page of sentences with the way back."""
        return self.page(title, tag("section", *(tag("p", one) for one in sentences)), self._back())

    def sign_in(self, title: str, *sentences: str) -> Html:
        """Return the page of who is not signed in."""
        words = self.words
        go = self.form(f"{HOME}/identification", tag("button", words.sign_in))
        said = (tag("p", one) for one in (*sentences, words.sign_in_why))
        return self.page(title, tag("section", *said, go))

    def team(self, team: Team, wanted: str) -> Html:
        """Return the page of the team: the list, whom to enter, the last acts."""
        words = self.words
        if not team.registrar.structures:
            return self.page(words.title, tag("section", tag("p", words.nothing_managed)))
        field = tag("input", name="q", value=wanted, type="search", maxlength="100")
        find = tag(
            "form",
            tag("label", words.find, " ", tag("small", words.find_hint), field),
            tag("button", words.find, class_="quiet"),
            class_="row",
            action=HOME,
            role="search",
        )
        listed = (
            self._table(team.lines, {one.id: one.label for one in team.registrar.structures})
            if team.lines
            else tag("p", words.nobody_found if wanted else words.nobody)
        )
        acts = tag("ul", *(tag("li", self._act(one)) for one in team.acts)) if team.acts else tag("p", words.no_act)
        return self.page(
            words.title,
            tag("section", tag("h2", words.team.format(len(team.lines))), find, listed),
            forms(words, self.rows, team.registrar, self.form),
            tag("section", tag("h2", words.acts), acts),
        )

    def table(self, table: Table, text: str) -> Html:
        """Return what a table would do, with the button that does it; or each line that was refused."""
        words = self.words
        if table.change is None:
            said = (tag("li", self._refused(one.line, one.why), class_="refused") for one in table.refused)
            wrong = tag("section", tag("ul", *said), tag("p", words.nothing_written))
            again = self.form(
                f"{HOME}/inscription",
                tag("label", words.table, tag("textarea", text, name="table", required=True)),
                tag("button", words.show),
            )
            return self.page(words.would, wrong, tag("section", again), self._back())
        change = table.change
        go = (
            self.form(
                f"{HOME}/inscription",
                hidden("table", text),
                hidden("version", table.version),
                tag("button", words.confirm_inscribe),
            )
            if change.added or change.changed
            else None
        )
        return self.page(words.would, tag("section", *self._changes(change), go), self._back())

    def inscribed(self, change: Change) -> Html:
        """Return what was written."""
        words = self.words
        return self.said(words.written, words.written_next.format(len(change.added), len(change.changed)))

    def departure(self, found: Leaving, who: str, structure: str, version: str) -> Html:
        """Return what it comes to that somebody leaves, with the button that does it."""
        words, count = self.words, len(found.accounts)
        go = self.form(
            f"{HOME}/depart",
            hidden("sub", who),
            hidden("structure", structure),
            hidden("version", version),
            tag("button", words.confirm_leave, class_="danger"),
        )
        lines = tag("ul", *(tag("li", self.function(key_of(one)[1])) for one in found.lines)) if found.lines else None
        told = tag("p", words.accounts.format(count) if count else words.no_account)
        title = words.leave_title.format(who, structure)
        return self.page(title, tag("section", tag("p", words.leave_why), lines, told, go), self._back())

    def left(self, ended: Sequence[Ended]) -> Html:
        """Return what each hub answered to somebody's leaving."""
        words = self.words
        said = (
            words.ended.format(one.account.hub)
            if one.refused is None
            else words.not_ended.format(one.account.hub, one.refused or words.no_answer)
            for one in ended
        )
        return self.said(words.left, *said)

    def holding(self, who: str) -> Html:
        """Return what it comes to that somebody's devices are held, with the button that does it."""
        words = self.words
        go = self.form(f"{HOME}/blocage", hidden("sub", who), tag("button", words.confirm_hold, class_="danger"))
        return self.page(words.hold_title.format(who), tag("section", tag("p", words.hold_why), go), self._back())

    def held(self, done: Sequence[Frozen]) -> Html:
        """Return what each hub answered to a hold."""
        return self.said(self.words.held, *(self._held(one) for one in done))

    def _held(self, one: Frozen) -> str:
        words = self.words
        if one.devices is not None:
            return words.held_devices.format(one.hub, one.devices)
        if one.is_unknown:
            return words.held_nobody.format(one.hub)
        return words.held_refused.format(one.hub, one.problem or words.no_answer)

    def function(self, row: str) -> str:
        """Return what people call a row of the matrix."""
        known = self.rows.get(row)
        return row if known is None else known.en if self.words.lang == "en" else known.fr

    def _refused(self, line: int, why: tuple[str, str]) -> str:
        said = why[1] if self.words.lang == "en" else why[0]
        return self.words.line.format(line, said) if line else self.words.in_the_file.format(said)

    def _changes(self, change: Change) -> list[Html]:
        words, parts = self.words, list[Html]()
        for title, lines in ((words.added, change.added), (words.changed, change.changed)):
            if lines:
                parts += [
                    tag("h2", title.format(len(lines))),
                    tag("ul", *(tag("li", self._line(one)) for one in lines)),
                ]
        return [*parts, tag("p", words.same.format(len(change.same)))]

    def _line(self, line: StaffLine) -> str:
        sub, row, structure = key_of(line)
        return f"{sub}, {self.function(row)}, {structure}, {self.words.until.lower()} {line['until']}"

    def _table(self, lines: Sequence[StaffLine], labels: Mapping[str, str]) -> Html:
        words = self.words
        heads = (words.identifier, words.function, words.structure, words.until)
        head = tag("tr", *(tag("th", one, scope="col") for one in heads), tag("td"))
        return tag("table", tag("thead", head), tag("tbody", *(self._row(one, labels) for one in lines)))

    def _row(self, line: StaffLine, labels: Mapping[str, str]) -> Html:
        words, (sub, row, structure) = self.words, key_of(line)
        leave = f"{HOME}/depart?{urlencode({'sub': sub, 'structure': structure})}"
        hold = f"{HOME}/blocage?{urlencode({'sub': sub})}"
        acts = (
            tag("a", text, href=address, aria_label=f"{sub} : {text}")
            for text, address in ((words.leave, leave), (words.hold, hold))
        )
        cells = (self.function(row), labels[structure], str(line["until"]))
        return tag("tr", tag("th", sub, scope="row"), *(tag("td", one) for one in cells), tag("td", *acts))

    def _act(self, act: ManagerAct) -> str:
        words = self.words
        verbs = {Act.INSCRIBE: words.act_inscribe, Act.LEAVE: words.act_leave, Act.HOLD: words.act_hold}
        at = datetime.fromtimestamp(act.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        function = words.everywhere if act.row is None else self.function(act.row)
        return f"{words.act_line.format(at, act.by, verbs[Act(act.act)], act.sub, function)}, {act.structure}"

    def _back(self) -> Html:
        return tag("p", tag("a", self.words.back, href=HOME))
