"""What a name stands for at a place in a module: local, a definition, or of a third party."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from geneboard.benchmark.cells.modules import (
    EVERYTHING,
    Definition,
    External,
    Folder,
    Imports,
    Module,
    Modules,
    Target,
    bound_in,
)
from geneboard.benchmark.registry.entries import assigned

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Scope = dict[str, "Target | ast.expr | None"]
"""Names of a function or class: what an import gives, the one value that is assigned, or None."""

ADDRESS = re.compile(r"[^\W\d]\w*(\.\w+)+|[^\W\d]\w*(\.\w+)*:[^\W\d]\w*")
"""``package.module`` or ``module:Class``, as a registry has them."""


class Names:
    """Names at a place in a module, which moves into functions and classes and out again.

    Parameters
    ----------
    modules
        Where other modules are found.
    module
        The module.
    """

    def __init__(self, modules: Modules, module: Module) -> None:
        self._modules, self._module = modules, module
        self._scopes: list[tuple[bool, Scope]] = []

    @property
    def outside(self) -> bool:
        """Whether the place is in no function or class."""
        return not self._scopes

    @contextmanager
    def inside(self, scope: Scope, *, of_class: bool = False) -> Iterator[None]:
        """Move into a function, comprehension or class."""
        self._scopes.append((of_class, scope))
        yield
        self._scopes.pop()

    def of_function(self, arguments: ast.arguments, body: Sequence[ast.AST]) -> Scope:
        """Return the names of a function."""
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
        bound = [(name, node) for statement in body for name, node in bound_in(statement)]
        bound += [(argument.arg, argument) for argument in every]
        times, values = Counter(name for name, _ in bound), assigned(body)
        scope: Scope = {}
        for name, node in bound:
            scope[name] = values.get(name) if times[name] == 1 else None
            if times[name] == 1 and isinstance(node, ast.Import | ast.ImportFrom) and name != EVERYTHING:
                scope[name] = self.imported(node, name)
        for inner in (inner for node in body for inner in ast.walk(node)):
            if isinstance(inner, ast.Global | ast.Nonlocal):
                for name in inner.names:
                    scope.pop(name, None)
        return scope

    def of_comprehension(self, node: Comprehension) -> Scope:
        """Return the names of a comprehension."""
        targets = (inner for generator in node.generators for inner in ast.walk(generator.target))
        return {inner.id: None for inner in targets if isinstance(inner, ast.Name)}

    def of_class(self, node: ast.ClassDef) -> Scope:
        """Return the names of a class body; one that the module has too may still be the module's there."""
        own = {name for statement in node.body for name, _ in bound_in(statement)}
        return {name: self._modules.named_in(self._module, name) for name in own}

    def imported(self, node: Imports, name: str) -> Target:
        """Return what an import statement binds a name to."""
        return self._modules.imported(node, name, self._module.path)

    def resolved_in_function(self, name: str) -> bool:
        """Return whether a name that is imported in a function is the same all over it."""
        return bool(self._scopes) and not self._scopes[-1][0] and self._scopes[-1][1].get(name) is not None

    def target(self, node: ast.expr) -> Target | None:
        """Return what a name, or an attribute of a module, stands for; None if it is local or unknown."""
        if isinstance(node, ast.Name):
            found = self._looked_up(node.id)
            return None if isinstance(found, ast.expr) else found
        if isinstance(node, ast.Attribute):
            origin = self.target(node.value)
            if isinstance(origin, External | Folder | Module):
                return self._modules.member(origin, node.attr)
        return None

    def value(self, node: ast.expr) -> tuple[ast.expr, Path] | None:
        """Return the one expression that a name stands for, and the file in which it is."""
        local = self._looked_up(node.id) if isinstance(node, ast.Name) else None
        if isinstance(local, ast.expr):
            return local, self._module.path
        target = self.target(node)
        if not isinstance(target, Definition):
            return None
        statements = self._modules.at(target.path).bindings.get(target.name, [])
        found = assigned(statements).get(target.name) if len(statements) == 1 else None
        return (found, target.path) if found is not None else None

    def addressed(self, text: str) -> Target | None:
        """Return what a text like ``module:Class`` names, if that is code of ours or of the plugin."""
        if not ADDRESS.fullmatch(text):
            return None
        name, _, member = text.partition(":")
        target = self._modules.named(name, self._module.path)
        if not isinstance(target, Module):
            return None
        return self._modules.member(target, member) if member else target

    def _looked_up(self, name: str) -> Target | ast.expr | None:
        for depth, (is_class, scope) in enumerate(reversed(self._scopes)):
            if name in scope and not (is_class and depth):  # functions do not see the names of their class
                return scope[name]
        return self._modules.named_in(self._module, name)
