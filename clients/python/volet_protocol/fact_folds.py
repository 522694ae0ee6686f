"""What the facts of a case come to for one asker and one section, found once while nothing changes.

A fold of the facts reads their instants only by comparing them with the instant asked about. Between two neighbouring
instants of the facts every such comparison comes out alike: what was folded for one question of that moment holds for
the next.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from volet_protocol.questions import Question

V = TypeVar("V")
_MOST = 4096


class FactFolds:
    """The folds of one state of the facts. `moments` gives all instants of these facts, in order."""

    def __init__(self, moments: Callable[[], Sequence[int]]) -> None:
        self._read_moments = moments
        self._moments: Sequence[int] | None = None
        self._known: dict[Hashable, dict[Hashable, object]] = {}
        self._last: tuple[Question | None, dict[Hashable, object]] = (None, {})

    def once(self, question: Question, what: Hashable, fold: Callable[[], V]) -> V:
        """Return what `fold` gives for a question.

        It may look at `question.about()`, at the facts, at `what`, and compare instants of facts with the question's:
        at nothing else, or it would answer one question with what another one said. It never gives None.
        """
        last, known = self._last
        if last is not question:
            known = self._of(question)
            self._last = (question, known)
        found = known.get(what)
        if found is None:
            found = known[what] = fold()
        return cast("V", found)

    def _of(self, question: Question) -> dict[Hashable, object]:
        if self._moments is None:
            self._moments = self._read_moments()
        key = (bisect_right(self._moments, question.at_ms), question.about())
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[key] = {}
        return known

    def forget(self) -> None:
        """Drop everything."""
        self._known.clear()
        self._last = (None, {})
