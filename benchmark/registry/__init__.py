"""What can be run: methods, metrics and data sources, found without importing them.

A plugin is a class with literal class attributes, so its name, title and kind can be read from the syntax
tree. That keeps ``list`` and ``--help`` free of torch and scanpy, and a faulty file is reported, not loaded.

Methods come from ``methods/``, from installed packages and from plugin files. A faulty file stops any run
that finds it. A faulty installed package stops only the runs that use its method, as those of all methods
do: it is an entry that says what is wrong when it is loaded.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import geneboard
from geneboard.benchmark.registry.former_names import find_former_names
from geneboard.benchmark.registry.installed import Announcement, announcements
from geneboard.datasets.errors import InputError, closest

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, or the folder of the installed package: what `geneboard` imports from."""

IMPORTED_FROM = Path(geneboard.__file__).resolve().parent.parent
"""What has to be on ``sys.path`` for `geneboard` to be found."""

PACKAGES = ("datasets", "methods", "metrics")
"""Packages of the checkout whose files are registered."""

NAME = re.compile(r"[a-z0-9][a-z0-9_]*")
"""What a method may be called."""

KIND_ORDER = ("published", "baseline", "plugin", "control")
NO_CLASS = "no class with a literal `name` and `title`"


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
    module
        What it is imported as; None for a plugin file, which is no module of anything.
    origin
        Who brings it, in words.
    fault
        Why it cannot be used, in one sentence; empty if nothing is known against it.
    """

    name: str
    path: Path
    class_name: str
    attributes: Mapping[str, Any]
    module: str | None = None
    origin: str = ""
    fault: str = ""

    @property
    def title(self) -> str:
        """Name for tables."""
        return str(self.attributes.get("title", self.name))

    @property
    def sources(self) -> tuple[Path, ...]:
        """Files whose source, with what they import from this project, determines the result."""
        return (self.path,)

    @property
    def settable(self) -> bool:
        """Whether hyper-parameters can be set."""
        return True

    @property
    def kind(self) -> str:
        """What kind of method it is."""
        return str(self.attributes.get("kind", "plugin"))

    def load(self) -> type[Any]:
        """Import the file and return the class.

        Raises
        ------
        InputError
            If it cannot be imported, or is known not to be usable.
        """
        if self.fault:
            raise InputError(f"{self.fault}; uninstall the package, or choose other methods")
        find_former_names()
        try:
            module = _import_file(self.path) if self.module is None else importlib.import_module(self.module)
        except (Exception, SystemExit) as error:
            text = f"{type(error).__name__}: {error}"
            raise InputError(f"{self.origin}: cannot be imported ({text})") from error
        loaded = getattr(module, self.class_name)
        assert isinstance(loaded, type)
        return loaded


def _import_file(path: Path) -> ModuleType:
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
    except BaseException:
        del sys.modules[name]
        raise
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


def entries_in(path: Path, module: str | None = None, origin: str = "") -> list[Entry]:
    """Return the classes of a file that carry a literal `name` and `title`.

    Parameters
    ----------
    path
        The file. In a package of the checkout it is a module of that; elsewhere it is imported as a file.
    module
        What it is imported as, if it belongs to an installed package.
    origin
        Who brings it; without it, the file itself.

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
    path = path.resolve()
    place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else None
    if place is not None and place.parts[0] in PACKAGES:
        module, origin = ".".join(("geneboard", *place.with_suffix("").parts)), place.as_posix()
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            attributes = _literal_attributes(node)
            if isinstance(attributes.get("name"), str) and isinstance(attributes.get("title"), str):
                name = attributes["name"]
                found.append(Entry(name, path, node.name, attributes, module, origin or str(path)))
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
                f"{entry.origin}: the {self.kind} {entry.name!r} is already defined by {other.origin}"
            )
        self._entries[entry.name] = entry

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def sort(self) -> None:
        """Put the methods in the order of their kinds, controls last."""
        self._entries = dict(sorted(self._entries.items(), key=lambda item: KIND_ORDER.index(item[1].kind)))

    def names(self) -> list[str]:
        """Names of all entries."""
        return list(self._entries)

    def __getitem__(self, name: str) -> Entry:
        if name not in self._entries:
            raise InputError(f"unknown {self.kind} {name!r}{closest(name, self._entries)}")
        return self._entries[name]


def methods(plugins: Iterable[Path] = (), *, installed: bool = True) -> Registry:
    """Return all methods, controls last: the files of ``methods/``, installed packages, plugin files.

    Parameters
    ----------
    plugins
        Files that define more methods.
    installed
        False leaves out the methods of installed packages.

    Raises
    ------
    InputError
        If a file is not usable. A faulty installed package raises nothing before its method is loaded.
    """
    registry = Registry("method", _files_of("methods"))
    for announced in announcements() if installed else []:
        _add_installed(registry, announced)
    return _with_plugins(registry, plugins)


def inference_methods(plugins: Iterable[Path] = ()) -> Registry:
    """Return all methods that infer expression from landmarks, controls last.

    Parameters
    ----------
    plugins
        Files that define more of them.

    Raises
    ------
    InputError
        If a file is not usable.
    """
    return _with_plugins(Registry("inference method", _files_of("methods/inference")), plugins)


def _with_plugins(registry: Registry, plugins: Iterable[Path]) -> Registry:
    for plugin in plugins:
        found = entries_in(plugin)
        if not found:
            raise InputError(f"{plugin}: defines {NO_CLASS}, so there is no method")
        for entry in found:
            if not NAME.fullmatch(entry.name):
                raise InputError(f"{plugin}: the name {entry.name!r} must be of small letters, digits and _")
            registry.add(entry)
    for entry in registry:
        _check_kind(entry)
    registry.sort()
    return registry


def _add_installed(registry: Registry, announced: Announcement) -> None:
    origin, name = str(announced), announced.name
    try:
        module, class_name, path = announced.located()
        defined = {entry.class_name: entry for entry in entries_in(path, module, origin)}
        if class_name not in defined:
            raise InputError(f"{path} defines {NO_CLASS} that is called {class_name}")
        _check_kind(defined[class_name])
    except InputError as error:
        if name in registry.names():
            name = f"{name} of {announced.package}"  # the method that has the name is not at fault
        fault = f"{origin}: {str(error).removeprefix(f'{origin}: ')}"
        registry._entries[name] = Entry(name, Path(), "", {}, origin=origin, fault=fault)
        return
    try:
        registry.add(defined[class_name])
    except InputError as error:  # nobody can tell which of the two a user means by the name
        taken = registry[defined[class_name].name]
        registry._entries[taken.name] = replace(taken, fault=taken.fault or str(error))


def _check_kind(entry: Entry) -> None:
    if entry.kind not in KIND_ORDER:
        raise InputError(f"{entry.origin}: the kind {entry.kind!r} is none of {', '.join(KIND_ORDER)}")


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
