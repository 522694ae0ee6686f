"""What holds for every test: nothing is timed, and no hub serves a web client that happens to be built, unless asked.

And the fixtures of tests that must hold on both databases, or speak of the files of one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer

from support import children, postgres, screens
from support.databases import CHOICE, SQLITE, kinds
from support.spread import Spread, place_of

os.environ.setdefault("VOLET_WEB", "none")
# Stories that are told over days are not about it; what is says how long an identification is recent.
os.environ.setdefault("VOLET_STEP_UP_MS", str(50 * 365 * 24 * 3_600_000))
# An example that takes longer, on a machine that does other work meanwhile, is not wrong.
settings.register_profile("volet", parent=settings(), deadline=None)
settings.load_profile("volet")


@pytest.fixture(scope="module", params=kinds())
def each_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run what uses it on SQLite and on PostgreSQL; the value is which."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHOICE, request.param)
        yield request.param


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[None]:
    """Run what uses it on SQLite, whatever the whole run is on: it breaks or reads SQLite's own files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHOICE, SQLITE)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders with long modules in front; within them the shuffled order stays."""
    here = Path(__file__).parent
    items.sort(key=lambda item: place_of(item.path.relative_to(here)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Spread | None:
    """Keep groups of modules together where modules are kept together."""
    return Spread(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_configure(config: pytest.Config) -> None:
    """Guard what is started; give the run a folder for what its processes find out about screens, one for all."""
    config.add_cleanup(children.guarded())
    if not hasattr(config, "workerinput"):
        os.environ[screens.FOLDER] = tempfile.mkdtemp(prefix="volet-judged-")
        config.pluginmanager.register(_SaysWhatFailed(config))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(screens.FOLDER), ignore_errors=True)


class _SaysWhatFailed:
    """Names what fails when it fails: a whole run ends half an hour later, and may be cut before it does."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(f"{report.nodeid} ({report.when}, {report.duration:.0f} s)", red=True)
            if (crash := getattr(report.longrepr, "reprcrash", None)) is not None:
                terminal.write_line(f"  {crash.message.partition(chr(10))[0][:200]}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End what the run started; fail a run of every browser test that left out a screen of the web client."""
    postgres.end()
    if hasattr(session.config, "workerinput") or not _has_every_browser_test(session.config):
        return
    left_out = screens.missing(Path(os.environ[screens.FOLDER]))
    session.config.stash[_LEFT_OUT] = left_out
    if left_out and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


_LEFT_OUT = pytest.StashKey[list[str]]()


def _has_every_browser_test(config: pytest.Config) -> bool:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.option.keyword or config.option.collectonly:
        return False
    ran = {report.nodeid.partition("::")[0] for report in _reports(reporter)}
    every = {f"tests/web/{path.name}" for path in (Path(__file__).parent / "web").glob("test_*.py")}
    return every <= ran


def _reports(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    return [one for found in reporter.stats.values() for one in found if isinstance(one, pytest.TestReport)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was counted beside what is allowed, whichever process counted it; and screens that no test judged."""
    reports = _reports(terminalreporter)
    lines = [text for one in reports if one.when == "call" for name, text in one.user_properties if name == "budget"]
    if lines:
        terminalreporter.section("budgets")
        for line in sorted(map(str, lines)):
            terminalreporter.line(line)
    if left_out := config.stash.get(_LEFT_OUT, []):
        terminalreporter.section("screens that no test judged", red=True)
        for line in left_out:
            terminalreporter.line(line)
