"""What the source imports is what pyproject.toml declares; the tests' environment has more than that."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL = [
    one for extra, names in PROJECT["optional-dependencies"].items() if extra != "dev" for one in names
]
OURS = {"geneboard", "benchmark", "datasets", "methods", "metrics"}
SOURCES = [
    path
    for name in ("benchmark", "datasets", "methods", "metrics", "src")
    for path in (ROOT / name).rglob("*.py")
]


def declared(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def imported(node: ast.AST, *, inside: bool) -> Iterator[str]:
    """Yield top-level names that a piece of code imports; with `inside`, those of its functions too."""
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from [] if node.level or node.module is None else [node.module.partition(".")[0]]
    elif inside or not isinstance(node, ast.FunctionDef):
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in [] if typing_only else ast.iter_child_nodes(node):
            yield from imported(child, inside=inside)


@pytest.mark.parametrize("inside", [False, True], ids=["when imported", "in functions"])
def test_imports_are_declared(inside: bool) -> None:
    """A module needs nothing of an extra to be imported; its functions may."""
    allowed = declared(PROJECT["dependencies"] + (OPTIONAL if inside else []))
    names = {name for path in SOURCES for name in imported(ast.parse(path.read_bytes()), inside=inside)}
    names -= set(sys.stdlib_module_names) | OURS
    assert {"numpy", "torch", "scanpy"} <= names
    owners = metadata.packages_distributions()
    undeclared = {
        name for name in names if not allowed & {canonicalize_name(owner) for owner in owners.get(name, [])}
    }
    assert undeclared == set()
