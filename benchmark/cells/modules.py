"""Python files as the fingerprint reads them: what each name of a module stands for. Nothing is imported."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from geneboard.benchmark.registry import ROOT
from geneboard.benchmark.registry.entries import PACKAGES

Imports = ast.Import | ast.ImportFrom
EVERYTHING = "*"
"""In the place of a name: all statements of a module."""
EFFECTS = "!"
"""In the place of a name: what a module does when it is imported, beyond defining names."""


@dataclass(frozen=True)
class External:
    """Something of the standard library or of a third party, by its dotted name."""

    name: str


@dataclass(frozen=True)
class Definition:
    """A name of a module of this project, or of a plugin or its package."""

    path: Path
    name: str


@dataclass(frozen=True)
class Folder:
    """A package without a file of its own."""

    path: Path


@dataclass(frozen=True)
class Module:
    """A module of this project, or of a plugin or its package.

    Parameters
    ----------
    path
        Its file.
    statements
        Its statements, without those that are for type checkers.
    """

    path: Path
    statements: Sequence[ast.stmt] = field(compare=False, repr=False)

    @cached_property
    def bindings(self) -> dict[str, list[ast.stmt]]:
        """The statements that give each name its value; one inside an `if` is that whole statement."""
        found: dict[str, list[ast.stmt]] = {}
        for statement in self.statements:
            for name in dict.fromkeys(name for name, _ in bound_in(statement)):
                found.setdefault(name, []).append(statement)
        return found

    @cached_property
    def imports(self) -> list[Imports]:
        """Imports that run when the module is imported."""
        return [node for statement in self.statements for node in imports_in(statement)]


Target = External | Definition | Folder | Module


def bound_in(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that a piece of code binds in the scope in which it stands, and what binds them."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, node
            return
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                whole = alias.asname or isinstance(node, ast.ImportFrom)
                yield alias.asname or (alias.name if whole else alias.name.partition(".")[0]), node
            return
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            for inner in ast.walk(node):
                if isinstance(inner, ast.NamedExpr):
                    yield inner.target.id, inner
            return
        case ast.Lambda():
            return
        case ast.Name(ctx=ast.Store() | ast.Del()):
            yield node.id, node
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, node
        case ast.MatchMapping(rest=str(name)):
            yield name, node
    for child in ast.iter_child_nodes(node):
        yield from bound_in(child)


def imports_in(node: ast.AST) -> Iterator[Imports]:
    """Yield the imports that run when a piece of code runs, without those in the functions it defines."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from imports_in(child)


def at_run_time(statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Return statements without what is only for type checkers or for running the file as a script."""
    kept: list[ast.stmt] = []
    for statement in statements:
        if isinstance(statement, ast.If):
            test = ast.unparse(statement.test).rpartition(".")[2]
            if test == "TYPE_CHECKING" or ast.unparse(statement.test).startswith("__name__ =="):
                kept += at_run_time(statement.orelse)
                continue
        kept.append(statement)
    return kept


class Modules:
    """The modules that a fingerprint reaches, each read once."""

    def __init__(self) -> None:
        self._read: dict[Path, Module] = {}
        self._known: dict[tuple[Path, str], Target | None] = {}
        self._asked: set[tuple[Path, str]] = set()

    def at(self, path: Path) -> Module:
        """Return the module of a file; one that is not Python is one statement, its content."""
        if path not in self._read:
            source = path.read_bytes()
            try:
                statements = at_run_time(ast.parse(source).body)
            except (SyntaxError, ValueError):
                statements = [ast.Return(ast.Constant(source))]
            self._read[path] = Module(path, statements)
        return self._read[path]

    def named(self, dotted: str, importer: Path, level: int = 0) -> Target:
        """Return what an import of a module gives.

        Parameters
        ----------
        dotted
            Its name, as written.
        importer
            File of the import.
        level
            Number of dots before the name.
        """
        parts = dotted.split(".") if dotted else []
        if level:
            return self._in(importer.parents[level - 1], parts) or External("." * level + dotted)
        if parts[0] == "geneboard":
            return self._in(ROOT, parts[1:]) or External(dotted)
        for folder in _folders(parts[0], importer):
            found = self._in(folder, parts)
            if found is not None:
                return found
        return External(dotted)

    def _in(self, folder: Path, parts: Sequence[str]) -> Target | None:
        place = folder.joinpath(*parts)
        for path in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
            if path.is_file() and place != ROOT:
                return self.at(path)
        return Folder(place) if place.is_dir() and any(place.glob("*.py")) else None

    def imported(self, node: Imports, name: str, importer: Path) -> Target:
        """Return what a name is after an import statement that binds it."""
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                if (alias.asname or alias.name) == name:
                    origin = self.named(node.module or "", importer, node.level)
                    whole = Definition(origin.path, EVERYTHING) if isinstance(origin, Module) else origin
                    return self.member(origin, alias.name) or whole
            elif alias.asname == name:
                return self.named(alias.name, importer)
            elif alias.asname is None and alias.name.partition(".")[0] == name:
                external = isinstance(self.named(alias.name, importer), External)
                return External(name) if external else self.named(name, importer)
        raise KeyError(name)

    def executed(self, node: Imports, importer: Path) -> Iterator[Module]:
        """Yield the modules of this project that an import statement runs, the packages they are in first."""
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                origin = self.named(node.module or "", importer, node.level)
                found = [origin, None if alias.name == EVERYTHING else self.member(origin, alias.name)]
            else:
                found = [self.named(alias.name, importer)]
            for target in found:
                if isinstance(target, Module):
                    yield from (self.at(path) for path in _packages(target.path))
                    yield target

    def named_in(self, module: Module, name: str) -> Target | None:
        """Return what a name of a module stands for; None if the module does not define it."""
        place = module.path, name
        if place in self._known:
            return self._known[place]
        if place in self._asked:  # modules that import each other
            return None
        self._asked.add(place)
        found = self._origin(module, name)
        self._asked.remove(place)
        if not self._asked:
            self._known[place] = found
        return found

    def _origin(self, module: Module, name: str) -> Target | None:
        statements = module.bindings.get(name, [])
        if statements and all(isinstance(one, ast.Import | ast.ImportFrom) for one in statements):
            last = statements[-1]
            assert isinstance(last, ast.Import | ast.ImportFrom)
            return self.imported(last, name, module.path)
        return Definition(module.path, name) if statements else self._of_star(module, name)

    def _of_star(self, module: Module, name: str) -> Target | None:
        """Return what ``from … import *`` brings under a name."""
        stars = [node for node in module.imports if node.names[0].name == EVERYTHING]
        for node in reversed(stars):
            assert isinstance(node, ast.ImportFrom)
            origin = self.named(node.module or "", module.path, node.level)
            if isinstance(origin, Module):
                found = self.named_in(origin, name)
                if found is not None:
                    return found
            elif isinstance(origin, External) and not name.startswith("_"):
                return External(f"{origin.name}.*.{name}")
        return None

    def member(self, target: Target, name: str) -> Target | None:
        """Return an attribute of a module; None if it is not to be seen which one that is."""
        if isinstance(target, External):
            return External(f"{target.name}.{name}")
        if isinstance(target, Module):
            found = self.named_in(target, name)
            if found is not None or target.path.name != "__init__.py":
                return found
            target = Folder(target.path.parent)
        return self._in(target.path, [name]) if isinstance(target, Folder) else None


def _packages(path: Path) -> list[Path]:
    """Return the ``__init__.py`` of the packages that a file is in, the outermost first."""
    found = []
    folder = path.parent
    while folder != ROOT and (folder / "__init__.py").is_file():
        found.append(folder / "__init__.py")
        folder = folder.parent
    return found[::-1]


def _folders(top: str, importer: Path) -> list[Path]:
    """Return where a module may be that is ours to read: beside the importing file or package, or our own."""
    if top in sys.stdlib_module_names:
        return []
    packages = _packages(importer)
    home = packages[0].parent.parent if packages else importer.parent
    third_party = {"site-packages", "dist-packages"} & set(home.parts)
    own = [home] if not third_party or (packages and packages[0].parent.name == top) else []
    return [*own, ROOT] if top in PACKAGES else own
