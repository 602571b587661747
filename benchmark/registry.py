"""What can be run: methods, metrics and data sources, found without importing them.

A plugin is a class with literal class attributes, so its name, title and kind can be read from the syntax
tree. That keeps ``list`` and ``--help`` free of torch and scanpy, and a faulty file is reported, not loaded.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from datasets.base import InputError

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""

PACKAGES = ("datasets", "methods", "metrics")
"""Packages of the checkout whose files are registered."""


KIND_ORDER = ("published", "baseline", "plugin", "control")


@dataclass(frozen=True)
class Entry:
    """One registered class.

    Parameters
    ----------
    name
        Name it is called by.
    path
        File that defines it.
    class_name
        Name of the class in that file.
    attributes
        Its literal class attributes, for example ``{"title": "PCA", "kind": "published"}``.
    """

    name: str
    path: Path
    class_name: str
    attributes: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Name for tables."""
        return str(self.attributes.get("title", self.name))

    def load(self) -> type[Any]:
        """Import the file and return the class.

        Raises
        ------
        InputError
            If a plugin file cannot be imported.
        """
        if self.path.parent.parent == ROOT and self.path.parent.name in PACKAGES:
            module = importlib.import_module(f"{self.path.parent.name}.{self.path.stem}")
        else:
            module = _import_plugin(self.path)
        loaded = getattr(module, self.class_name)
        assert isinstance(loaded, type)
        return loaded


def _import_plugin(path: Path) -> ModuleType:
    name = f"plugin_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    loader = SourceFileLoader(name, str(path))
    spec = importlib.util.spec_from_loader(name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while they are made
    try:
        loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise InputError(f"{path}: cannot be imported ({type(error).__name__}: {error})") from error
    return module


def _literal_attributes(node: ast.ClassDef) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        else:
            continue
        if isinstance(target, ast.Name):
            try:
                attributes[target.id] = ast.literal_eval(value)
            except ValueError:
                continue  # a computed attribute is the class's own affair
    return attributes


def entries_in(path: Path) -> list[Entry]:
    """Return the classes of a file that carry a literal `name` and `title`.

    Raises
    ------
    InputError
        If the file is missing or is not Python.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (SyntaxError, UnicodeDecodeError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise InputError(f"{path}{line}: is not valid Python ({error.__class__.__name__})") from error
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            attributes = _literal_attributes(node)
            if isinstance(attributes.get("name"), str) and isinstance(attributes.get("title"), str):
                found.append(Entry(attributes["name"], path.resolve(), node.name, attributes))
    return found


class Registry:
    """Named entries of one kind.

    Parameters
    ----------
    kind
        What the entries are, for messages: "method", "metric", ...
    files
        Python files to look in.

    Raises
    ------
    InputError
        If two files use one name, or a file is not Python.
    """

    def __init__(self, kind: str, files: Iterable[Path]) -> None:
        self.kind = kind
        self._entries: dict[str, Entry] = {}
        for path in files:
            for entry in entries_in(path):
                self.add(entry)

    def add(self, entry: Entry) -> None:
        """Register one more entry."""
        other = self._entries.get(entry.name)
        if other is not None:
            raise InputError(
                f"{entry.path}: the {self.kind} {entry.name!r} is already defined in {other.path}"
            )
        self._entries[entry.name] = entry

    def add_file(self, path: Path) -> list[Entry]:
        """Register what a plugin file defines.

        Raises
        ------
        InputError
            If the file defines nothing that can be registered.
        """
        found = entries_in(path)
        if not found:
            raise InputError(
                f"{path}: defines no class with a literal `name` and `title`, so there is no {self.kind}"
            )
        for entry in found:
            kind = entry.attributes.get("kind", "plugin")
            if kind not in KIND_ORDER:
                raise InputError(f"{path}: the kind {kind!r} is none of {', '.join(KIND_ORDER)}")
            self.add(entry)
        return found

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def names(self) -> list[str]:
        """Names of all entries."""
        return list(self._entries)

    def __getitem__(self, name: str) -> Entry:
        if name not in self._entries:
            raise InputError(f"unknown {self.kind} {name!r}{closest(name, self._entries)}")
        return self._entries[name]


def closest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: the closest one, or all of them."""
    known = list(known)
    match = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {match[0]!r}?" if match else f"; known are {', '.join(known)}"


def methods(plugins: Iterable[Path] = (), *, installed: bool = True) -> Registry:
    """Return all methods: the files of ``methods/``, then the given plugin files."""
    registry = Registry("method", _files_of("methods"))
    for plugin in plugins:
        registry.add_file(plugin)
    registry._entries = dict(
        sorted(
            registry._entries.items(),
            key=lambda item: KIND_ORDER.index(item[1].attributes.get("kind", "plugin")),
        )
    )
    return registry


HEADLINE_ORDER = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO")


def metrics() -> Registry:
    """Return all metrics: the six of the published comparison first."""
    registry = Registry("metric", _files_of("metrics"))
    order = [*HEADLINE_ORDER, *sorted(set(registry.names()) - set(HEADLINE_ORDER))]
    registry._entries = {name: registry[name] for name in order}
    return registry


def sources() -> Registry:
    """Return all data sources."""
    return Registry("data source", _files_of("datasets"))


def _files_of(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).glob("*.py") if path.stem not in ("__init__", "base"))
