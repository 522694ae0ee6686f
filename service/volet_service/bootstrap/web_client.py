"""Which web client a hub serves: read before it starts, logged before the first browser gets it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import cast

from volet_protocol import canonical
from volet_protocol.authorities import AuthorityNumbers
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.web_manifest import PLATFORM, TRUST
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
    folder = settings.path(Path(settings.web)) if settings.web else web()
    if settings.web == NONE or not (settings.web or folder.is_dir()):
        return None
    registrars = settings.registrars.split()
    platform: JsonObject = {"v": 1, "registrars": list(registrars), **_authorities(settings)}
    # What a browser is told to trust is a file like the others: the log holds which bundle was handed out, and when.
    beside = {TRUST: settings.path(settings.trust).read_bytes(), PLATFORM: canonical.encode(platform)}
    return read_web(folder, beside, registrars)


def _authorities(settings: Settings) -> JsonObject:
    path = settings.path(settings.authorities)
    if not path.is_file():
        return {}
    try:
        value: object = json.loads(path.read_bytes())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ProtocolError(Reason.MALFORMED, path.name)
    return {"authorities": AuthorityNumbers.read(Fields(cast("JsonObject", value), path.name)).to_json()}


def publish(files: WebFiles | None, sequencer: Sequencer) -> WebVersion | None:
    """Log the version that browsers get from here on."""
    return None if files is None else WebVersion(files, sequencer.submit(partial(publish_web, files.manifest)).result())
