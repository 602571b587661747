"""The fingerprint of code: equal for code that does the same, whatever its files, comments and order.

It covers a definition and all that it reaches: functions, classes with their bases, constants, defaults,
decorators, data files, and what the modules that it imports do when they are imported. Third parties count by
the names that are imported of them; their versions are in the key of a cell beside it. Nothing is imported
here, only read.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from geneboard.benchmark.cells.modules import EFFECTS, EVERYTHING, Definition, External, Module, Modules
from geneboard.benchmark.cells.serialise import Part, Writer
from geneboard.benchmark.registry import Entry

Root = tuple[Path, str]
"""A file and a name in it; a method of a class is ``"Class.method"``."""


def method_code(entry: Entry, code: Code | None = None, *, around: Iterable[Root] = ()) -> str:
    """Return the fingerprint of what computes the result of a method.

    Parameters
    ----------
    entry
        The method.
    code
        What has been read already, for the methods of one run.
    around
        What gives a method its data and takes its result, where that counts too.
    """
    return (code or Code()).digest([*entry.roots, *around])


def fingerprint(roots: Iterable[Root]) -> str:
    """Return the sha256 of definitions and of all that they reach.

    Parameters
    ----------
    roots
        The definitions to start from.

    Raises
    ------
    KeyError
        If a file has no such definition.
    """
    return Code().digest(roots)


class Code:
    """Code that fingerprints are made of; what several of them reach is read once."""

    def __init__(self) -> None:
        self._modules = Modules()
        self._written: dict[Definition, tuple[list[Part], list[Module]]] = {}

    def digest(self, roots: Iterable[Root]) -> str:
        """Return the sha256 of definitions and of all that they reach, as `fingerprint` does."""
        texts, reached = self._reached([Definition(path.resolve(), name) for path, name in roots])
        effects = {self._effect(module) for module in self._executed(reached)} - {""}
        return _digest([*texts, *sorted(effects)])

    def packages(self, roots: Iterable[Root]) -> set[str]:
        """Return the packages of third parties that definitions and all that they reach may import."""
        _, reached = self._reached([Definition(path.resolve(), name) for path, name in roots])
        names: set[str] = set()
        for node in (one for module in self._executed(reached) for one in _imports_anywhere(module)):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif node.module is not None and not node.level:
                names.add(node.module)
        return {name.partition(".")[0] for name in names} - sys.stdlib_module_names

    def _reached(self, starts: Iterable[Definition]) -> tuple[list[str], set[Module]]:
        """Return the texts of definitions in the order in which they are reached, and the modules they need.

        That order is the number of a definition, which is what the text of another calls it by. So neither
        names of modules nor the order of their lines are in the texts.
        """
        numbers: dict[Definition, int] = {}
        todo = list(starts)
        numbers.update((start, number) for number, start in enumerate(todo))
        texts: list[str] = []
        modules: set[Module] = set()
        for definition in todo:  # grows
            parts, executed = self._text(definition)
            modules.update((self._modules.at(definition.path), *executed))
            words = []
            for part in parts:
                if isinstance(part, Definition):
                    if part not in numbers:
                        numbers[part] = len(todo)
                        todo.append(part)
                    words.append(f"@{numbers[part]} ")
                else:
                    words.append(part)
            texts.append("".join(words))
        return texts, modules

    def _text(self, definition: Definition) -> tuple[list[Part], list[Module]]:
        if definition not in self._written:
            module = self._modules.at(definition.path)
            writer = Writer(self._modules, module)
            writer.parts.append(f"{definition.name}: ")
            for statement in self._statements(module, definition.name):
                writer.visit(statement)
            self._written[definition] = writer.parts, writer.executed
        return self._written[definition]

    def _statements(self, module: Module, name: str) -> list[ast.stmt]:
        if name == EVERYTHING:
            return list(module.statements)
        if name == EFFECTS:
            return [one for one in module.statements if self._has_effect(one, module)]
        top, *inner = name.split(".")
        found = module.bindings[top]
        for part in inner:
            (owner,) = (one for one in found if isinstance(one, ast.ClassDef))
            found = [one for one in owner.body if getattr(one, "name", None) == part]
            if not found:
                raise KeyError(name)
        return found

    def _executed(self, modules: Iterable[Module]) -> set[Module]:
        """Return modules and those that are imported with them."""
        todo, seen = list(modules), set[Module]()
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                for node in module.imports:
                    todo += self._modules.executed(node, module.path)
        return seen

    def _effect(self, module: Module) -> str:
        """Return the digest of what a module does when it is imported; nothing if it only defines."""
        if not self._statements(module, EFFECTS):
            return ""
        texts, _ = self._reached([Definition(module.path, EFFECTS)])
        return _digest(texts)

    def _has_effect(self, node: ast.stmt, module: Module) -> bool:
        """Return whether a statement of a module does more than give a name its value."""
        match node:
            case ast.Expr():
                return not isinstance(node.value, ast.Constant)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return any(self._is_ours(decorator, module) for decorator in node.decorator_list)
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                return any(isinstance(one, ast.Attribute | ast.Subscript) for one in _targets(node))
            case ast.Import() | ast.ImportFrom() | ast.Pass():
                return False
            case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While() | ast.Match():
                return any(self._has_effect(one, module) for one in _inside(node))
        return type(node).__name__ != "TypeAlias"

    def _is_ours(self, decorator: ast.expr, module: Module) -> bool:
        """Return whether a decorator is code of the project or the plugin, that may keep what it gets."""
        node = decorator
        while isinstance(node, ast.Call | ast.Attribute):
            node = node.func if isinstance(node, ast.Call) else node.value
        target = self._modules.named_in(module, node.id) if isinstance(node, ast.Name) else None
        return target is not None and not isinstance(target, External)


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _imports_anywhere(module: Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports of a module, those inside its functions too."""
    for statement in module.statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node


def _targets(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[ast.AST]:
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _inside(node: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements directly inside a compound statement."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from child.body
