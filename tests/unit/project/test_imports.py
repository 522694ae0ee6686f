"""No module of the protocol needs, through any chain of imports, itself: each can be read and replaced alone."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[3] / "clients" / "python" / "volet_protocol"
PREFIX = "volet_protocol."


def imported(path: Path) -> set[str]:
    """Return the modules of the package that a module imports, those inside functions included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == PREFIX.removesuffix("."):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.removeprefix(PREFIX))
        elif isinstance(node, ast.Import):
            names |= {alias.name.removeprefix(PREFIX) for alias in node.names}
    return names


def test_no_module_of_the_protocol_imports_itself_through_others() -> None:
    modules = {path.stem: path for path in PACKAGE.glob("*.py")}
    graph = {name: imported(path) & set(modules) for name, path in modules.items()}
    assert graph["fact_entitlement"] >= {"case_facts", "invitations"}
    TopologicalSorter(graph).prepare()
