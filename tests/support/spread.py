"""Who runs which modules when several processes run the tests: what starts a dear world together stays together.

A module stays in one process, with what its fixtures start (`--dist loadfile`). Modules of one group are one piece
of work on top of that: a fixture for the whole session is made once for them, and not once in each process.
Pieces begin in the order of `DEAR`, long ones first: begun last, one would be all that still runs.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePath

from xdist.scheduler.loadfile import LoadFileScheduling

# Name of the group, and the modules in it: to play the story takes a minute of both cores.
GROUPS = {"tests/e2e/played": re.compile(r"tests/e2e/test_(canary|exported_log|guests|removed_party)\.py")}
# What waits for processes and browsers, then what computes for long in one test.
DEAR = ("web", "e2e", "oracle", "unit/bench", "integration", "adversary", "independent_provider")


@cache
def piece_of(module: str) -> str:
    """Return the name of the piece of work that a module belongs to: its own, or that of its group."""
    return next((name for name, modules in GROUPS.items() if modules.fullmatch(module)), module)


def place_of(module: PurePath) -> int:
    """Return where a module, by its path below `tests`, stands in the order: a lower number begins earlier."""
    return next((place for place, folder in enumerate(DEAR) if module.is_relative_to(folder)), len(DEAR))


class Spread(LoadFileScheduling):  # type: ignore[misc]  # xdist carries no types
    """Hands out modules, and groups of modules as one."""

    def _split_scope(self, nodeid: str) -> str:
        return piece_of(nodeid.partition("::")[0])
