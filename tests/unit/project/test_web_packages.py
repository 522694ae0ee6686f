"""The web client's packages: each has its reason, each is pinned by hash, none by an address (docs/decisions/0011)."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[3]
WEB = ROOT / "clients" / "web"


def test_each_package_of_the_web_client_has_its_line() -> None:
    decision = next((ROOT / "docs" / "decisions").glob("*-the-web-client-is-built-with-few-packages.md")).read_text(
        "utf-8"
    )
    package = json.loads((WEB / "package.json").read_text("utf-8"))
    named = [*package["dependencies"], *package["devDependencies"]]
    assert [name for name in named if f"`{name}`" not in decision] == []


def test_packages_are_pinned_to_one_version_each() -> None:
    package = json.loads((WEB / "package.json").read_text("utf-8"))
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert [version for version in versions if not version[0].isdigit()] == []


def test_the_lock_file_holds_a_hash_for_each_package_and_no_address() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if not str(entry.get("integrity", "")).startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_no_install_script_runs() -> None:
    assert "ignore-scripts=true" in (WEB / ".npmrc").read_text("utf-8").splitlines()
