"""Who may import whom: rooms (packages and top files) and files, read from the source, nothing imported."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).resolve().parents[1]

ORDER = (
    ("run_all.py",),
    ("benchmark/cli.py",),
    ("benchmark/commands",),
    ("benchmark/plugin_kit",),
    ("benchmark/tasks",),
    ("benchmark/engine",),
    ("benchmark/task.py",),
    ("benchmark/report", "benchmark/external"),
    ("benchmark/cells",),
    ("benchmark/records", "benchmark/registry"),
    ("metrics",),
    ("methods",),
    ("datasets",),
    ("benchmark/__init__.py",),
)
"""The floors from the top down: a room may import rooms that stand below it, and none beside or above it.

The public functions in ``benchmark/__init__.py`` are found when they are asked for: it imports nothing.
"""

FLOOR = {room: number for number, rooms in enumerate(ORDER) for room in rooms}


def sources() -> list[Path]:
    folders = ("benchmark", "methods", "metrics", "datasets")
    return [
        ROOT / "run_all.py",
        *(path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))),
    ]


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[:2]) if parts[0] == "benchmark" else parts[0]


def file_of(module: str) -> Path | None:
    """Return the file of a module of ours; a name in a module is None."""
    place = ROOT.joinpath(*module.split(".")[1:])
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


@cache
def imports(path: Path) -> frozenset[Path]:
    """Return the files of ours that a file imports anywhere in it, also for its annotations alone."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            named = [name for name in submodules if name.startswith("geneboard.") and file_of(name)]
            names = named if len(named) == len(submodules) else [node.module, *named]
        else:
            continue
        ours = (file_of(name) for name in names if name.startswith("geneboard."))
        found.update(file for file in ours if file is not None)
    return frozenset(found - {path})


def graph_of_files() -> networkx.DiGraph:
    graph = networkx.DiGraph()
    for path in sources():
        graph.add_node(path)
        graph.add_edges_from((path, imported) for imported in imports(path))
    return graph


def graph_of_rooms() -> networkx.DiGraph:
    graph = networkx.DiGraph()
    for importer, imported in graph_of_files().edges:
        if room_of(importer) != room_of(imported):
            graph.add_edge(room_of(importer), room_of(imported))
    return graph


def graph_of_packages() -> networkx.DiGraph:
    """Return which folder imports from which, at every depth where the two have parted."""
    graph = networkx.DiGraph()
    for importer, imported in graph_of_files().edges:
        ours, theirs = importer.relative_to(ROOT).parts, imported.relative_to(ROOT).parts
        shared = next(
            depth for depth, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]
        )
        graph.add_edge("/".join(ours[: shared + 1]), "/".join(theirs[: shared + 1]))
    return graph


def test_every_room_stands_on_a_floor() -> None:
    assert {room_of(path) for path in sources()} - {"methods", "metrics", "datasets"} <= set(FLOOR)


def test_imports_go_down() -> None:
    wrong = defaultdict(list)
    for importer, imported in graph_of_files().edges:
        above, below = room_of(importer), room_of(imported)
        if above != below and FLOOR[above] >= FLOOR[below]:
            wrong[f"{above} -> {below}"].append(
                f"{importer.relative_to(ROOT)} -> {imported.relative_to(ROOT)}"
            )
    assert not wrong


@pytest.mark.parametrize("graph", [graph_of_files, graph_of_rooms, graph_of_packages])
def test_there_is_no_circle(graph) -> None:
    circles = [
        sorted(map(str, circle))
        for circle in networkx.strongly_connected_components(graph())
        if len(circle) > 1
    ]
    assert not circles


def test_ten_floors_at_most() -> None:
    assert networkx.dag_longest_path_length(graph_of_rooms()) + 1 <= 10


def test_twelve_entries_in_benchmark_at_most() -> None:
    entries = {room_of(path) for path in sources() if path.is_relative_to(ROOT / "benchmark")}
    assert len(entries) <= 12
