"""Markup without holes: what is not markup already is escaped, whoever wrote it."""

from __future__ import annotations

from html import escape


class Html(str):
    """Markup that was made here."""

    __slots__ = ()


Child = str | None
_EMPTY = frozenset({"input", "meta", "link"})


def tag(element: str, /, *children: Child, **attributes: str | bool | None) -> Html:
    """Return one element; a child that is no `Html` is text. `class_` and `aria_label` become HTML's own."""
    said = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{element}{said}>" if element in _EMPTY else f"<{element}{said}>{together(*children)}</{element}>")


def together(*children: Child) -> Html:
    """Return children one after another."""
    return Html("".join(one if isinstance(one, Html) else escape(one) for one in children if one is not None))
