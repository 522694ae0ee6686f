"""Which web client a hub serves: read before it starts, logged before the first browser gets it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from volet_service.adapters.sequencer import Sequencer
from volet_service.adapters.web_files import read_web
from volet_service.application.ports import WebFiles, WebVersion
from volet_service.application.publish_web import publish_web
from volet_service.resources import web
from volet_service.settings import Settings

# What an operator sets when the web client is served elsewhere, or not at all.
NONE = "none"


def web_files(settings: Settings) -> WebFiles | None:
    """Return the web client to serve, None when none was built or the operator serves none; raise `NotBuilt`."""
    if settings.web == NONE:
        return None
    if settings.web:
        return read_web(settings.path(Path(settings.web)))
    return read_web(web()) if web().is_dir() else None


def publish(files: WebFiles | None, sequencer: Sequencer) -> WebVersion | None:
    """Log the version that browsers get from here on."""
    return None if files is None else WebVersion(files, sequencer.submit(partial(publish_web, files.manifest)).result())
