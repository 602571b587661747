"""One registered class: found from its literal attributes, imported only when it is used.

A plugin is a class with literal class attributes, so its name, title and kind can be read from the syntax
tree. That keeps ``list`` and ``--help`` free of torch and scanpy, and a faulty file is reported, not loaded.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib
import importlib.util
import site
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import geneboard
from geneboard.datasets.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, or the folder of the installed package: what `geneboard` imports from."""

IMPORTED_FROM = Path(geneboard.__file__).resolve().parent.parent
"""What has to be on ``sys.path`` for `geneboard` to be found."""

IS_INSTALLED = IMPORTED_FROM in [Path(path).resolve() for path in site.getsitepackages()]
"""Whether every interpreter of this environment finds it there without being told."""

PACKAGES = ("datasets", "methods", "metrics")
"""Our packages of which plugins import something, and in which classes register."""

SOURCE_FOLDERS = ("benchmark", *PACKAGES)
"""Folders of all our own modules."""

NO_CLASS = "no class with a literal `name` and `title`"
"""What is missing from a file without entries, for messages."""


def source_files() -> list[Path]:
    """Return the files of all our own modules."""
    return sorted(path for folder in SOURCE_FOLDERS for path in (ROOT / folder).rglob("*.py"))


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
    def roots(self) -> tuple[tuple[Path, str], ...]:
        """Files and the names in them that, with what they reach, determine the result."""
        return ((self.path, self.class_name),)

    @property
    def settable(self) -> bool:
        """Whether hyper-parameters can be set."""
        return True

    @property
    def kind(self) -> str:
        """What kind of method it is."""
        return str(self.attributes.get("kind", "plugin"))

    @property
    def docstring(self) -> str:
        """What its class says of itself, read without importing it; empty if it says nothing."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        return next(
            ast.get_docstring(node) or ""
            for node in tree.body
            if isinstance(node, ast.ClassDef) and node.name == self.class_name
        )

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
        except KeyboardInterrupt:
            raise
        except BaseException as error:
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


def assigned(statements: Iterable[ast.AST]) -> dict[str, ast.expr]:
    """Return the values of plain assignments to one name each."""
    found: dict[str, ast.expr] = {}
    for node in statements:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
    return found


def _literal_attributes(node: ast.ClassDef) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for name, value in assigned(node.body).items():
        with contextlib.suppress(ValueError):  # a computed attribute is the class's own affair
            attributes[name] = ast.literal_eval(value)
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


class _FormerNames(MetaPathFinder, Loader):
    """Finds ``methods.base`` as ``geneboard.methods.base``, where nothing else has that name.

    Plugins that were written when our packages stood at the top import them so.

    Parameters
    ----------
    below_ours
        True finds what lies below a package of ours alone. It has to be asked before Python's own finders:
        they would find the file, and make a second module of it.
    """

    def __init__(self, *, below_ours: bool) -> None:
        self._below_ours = below_ours

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the form that Python asks for
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return where a module is that no other finder has found."""
        if name.partition(".")[0] not in PACKAGES:
            return None
        parent = sys.modules.get(name.rpartition(".")[0])
        if self._below_ours and (parent is None or not parent.__name__.startswith("geneboard.")):
            return None
        try:
            importlib.import_module(f"geneboard.{name}")
        except ModuleNotFoundError:
            return None
        return ModuleSpec(name, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module itself: a class has to be the same under both names."""
        return sys.modules[f"geneboard.{spec.name}"]

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module has been executed under its own name."""


def find_former_names() -> None:
    """Let imports by the former names succeed from now on; another distribution's module goes first."""
    if not any(isinstance(finder, _FormerNames) for finder in sys.meta_path):
        sys.meta_path.insert(0, _FormerNames(below_ours=True))
        sys.meta_path.append(_FormerNames(below_ours=False))
