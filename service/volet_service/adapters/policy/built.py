"""Whether a table was built from exactly these policy files, answered by the engine once and then remembered.

The engine takes seconds. What is remembered is the hash of the table under the hash of everything that it was built
from: the policy files, the code that reads and asks them, the version of the engine. Whoever writes the hub's folder
could write the answer too; they could as well change the program, and clients trust neither (protocol 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from volet_protocol import policy_table, vocabulary
from volet_protocol.hashing import labelled_hash, sha256
from volet_service.adapters.policy import build, coverage, loader
from volet_service.domain.policy_codes import PolicyError

_ENGINE = "pycasbin"
_BUILDERS = (build, coverage, loader, policy_table, vocabulary)


def check_built(folder: Path, data: bytes, remembered: Path) -> None:
    """Refuse, with `PolicyError`, policy files that do not load strictly and a table not built from exactly them.

    `remembered` is a folder of the hub, made when it is absent; one that cannot be written costs time, nothing else.
    """
    files = {name: _read(folder / name) for name in loader.FILES}
    answer = remembered / f"{built_from(files)}.table"
    try:
        known = answer.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        known = ""
    if known == sha256(data).hex():
        return
    if data != _built(folder, tuple(files.values())):
        raise PolicyError(f"{folder / 'table.json'} was not built from these policy files: run `volet policy build`")
    try:
        remembered.mkdir(exist_ok=True)
        answer.write_text(sha256(data).hex() + "\n", "ascii")
    except OSError:
        return


def built_from(files: Mapping[str, bytes]) -> str:
    """Return the hash of all that a table depends on: policy files by name, builder, version of the engine."""
    parts = [f"{_ENGINE} {version(_ENGINE)}".encode(), *(_code(module.__file__) for module in _BUILDERS)]
    for name in sorted(files):
        parts += [name.encode(), files[name]]
    return labelled_hash("policy-sources", *(sha256(part) for part in parts)).hex()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PolicyError(f"{path.name}: cannot be read") from error


def _code(file: str | None) -> bytes:
    return b"" if file is None else Path(file).read_bytes()


@lru_cache(maxsize=4)
def _built(folder: Path, _files: tuple[bytes, ...]) -> bytes:
    # Asked once a process for the same files.
    return build.build(loader.load(folder))
