"""Code as text that is the same on every version of Python, without what has no effect.

`ast.dump` is not: versions differ in the fields that they print. Here the kind of a node, its own words and
what is in it are written, in the order of the language; nothing is written of a field that is empty.
Docstrings, comments, places and annotations without effect are left out. A name is written as what it stands
for: a definition, something of a third party, or the name itself if it is local or built in.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from geneboard.benchmark.cells.data_files import place_of
from geneboard.benchmark.cells.modules import (
    EVERYTHING,
    Definition,
    Folder,
    Module,
    Modules,
    Target,
    bound_in,
)
from geneboard.benchmark.cells.names import Comprehension, Names

Part = str | Definition
"""Text, or a definition in whose place its number comes."""

SKIPPED = {"ctx", "kind", "type_comment", "type_params", "returns", "annotation"}
"""Fields of nodes that say nothing, or are treated apart."""

FIELD_MARKERS = ("ClassVar", "InitVar", "KW_ONLY")
"""What makes an annotation in a class body something else than a field."""

BLIND = {
    *("abstractmethod", "cache", "cached_property", "classmethod", "contextmanager", "dataclass", "final"),
    *("inference_mode", "jit", "lru_cache", "njit", "no_grad", "override", "property", "runtime_checkable"),
    *("setter", "staticmethod", "total_ordering", "wraps"),
}
"""Decorators that do not look at annotations."""

DYNAMIC = {"globals", "eval", "exec", "__import__", "__file__"}
DYNAMIC_EXTERNAL = {"importlib.import_module", "sys.modules"}
"""What reaches definitions in a way that cannot be followed: then the whole module counts."""


REMARKS = ("trained_on",)
"""Class attributes of a method that change no result."""


class Writer(ast.NodeVisitor):
    """Writes pieces of one module.

    Parameters
    ----------
    modules
        Where other modules are found.
    module
        The module that the code is from.

    Attributes
    ----------
    parts
        What has been written. Every word ends with a space and every node has its brackets.
    executed
        Modules that are imported while the code runs.
    """

    def __init__(self, modules: Modules, module: Module) -> None:
        self._modules, self._module = modules, module
        self._names = Names(modules, module)
        self.parts: list[Part] = []
        self.executed: list[Module] = []

    def visit(self, node: ast.AST) -> None:
        """Write a node and what is in it."""
        stored = isinstance(getattr(node, "ctx", None), ast.Store)
        if stored or not (isinstance(node, ast.expr) and self._wrote_files(node)):
            super().visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Write the kind of a node and its fields."""
        self._write_fields(node)

    def _write_fields(self, node: ast.AST, skipped: Iterable[str] = ()) -> None:
        self._word(f"({type(node).__name__}")
        for name in node._fields:
            value = getattr(node, name, None)
            if name not in SKIPPED and name not in skipped and value not in (None, []):
                self._word(f"{name}=")
                self._write(value)
        self._word(")")

    def _write(self, value: object) -> None:
        if isinstance(value, ast.AST):
            self.visit(value)
        elif isinstance(value, list):
            self._word("[")
            for one in value:
                self._write(one)
            self._word("]")
        else:
            self._word(_text(value))

    def _word(self, text: str) -> None:
        self.parts.append(f"{text} ")

    # -- what has no effect

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self._write_fields(node)

    def _leave_out(self, node: ast.stmt) -> None:
        pass

    visit_Pass = visit_Global = visit_Nonlocal = _leave_out

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._write_fields(ast.Assign([node.target], node.value))

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test).rpartition(".")[2] != "TYPE_CHECKING":
            self._write_fields(node)
            return
        for statement in node.orelse:
            self.visit(statement)

    # -- constants

    def visit_Constant(self, node: ast.Constant) -> None:
        target = self._names.addressed(node.value) if isinstance(node.value, str) else None
        if target is not None:
            self._refer(target)
        else:
            self._word(_text(node.value))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        # Versions of Python differ in whether neighbouring texts are one, and in empty ones.
        self._word("(f")
        text = ""
        for value in node.values:
            if isinstance(value, ast.Constant):
                text += str(value.value)
            else:
                self._word(_text(text))
                text = ""
                self.visit(value)
        self._word(f"{_text(text)} )")

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        form = node.format_spec
        empty = isinstance(form, ast.JoinedStr) and all(ast.unparse(one) == "''" for one in form.values)
        self._write_fields(node, ["format_spec"] if empty else [])

    # -- functions and classes

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        annotated = _reads_annotations(node.decorator_list)
        self._word(f"({type(node).__name__} {node.name}")
        self._write(node.decorator_list)
        self._write_arguments(node.args, annotated=annotated)
        if annotated and node.returns is not None:
            self.visit(node.returns)
        with self._names.inside(self._names.of_function(node.args, node.body)):
            self._write(node.body)
        self._word(")")

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._word("(Lambda")
        self._write_arguments(node.args, annotated=False)
        with self._names.inside(self._names.of_function(node.args, [node.body])):
            self.visit(node.body)
        self._word(")")

    def _write_arguments(self, node: ast.arguments, *, annotated: bool) -> None:
        """Write the parameters of a function; their defaults belong to the scope around it."""
        positional = [*node.posonlyargs, *node.args]
        defaults = dict(zip(positional[::-1], node.defaults[::-1], strict=False))
        described = [("/", one, defaults.get(one)) for one in node.posonlyargs]
        described += [("", one, defaults.get(one)) for one in node.args]
        described += [("*", node.vararg, None)] if node.vararg else []
        described += [("=", *pair) for pair in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        described += [("**", node.kwarg, None)] if node.kwarg else []
        for kind, argument, default in described:
            self._word(f"{kind}{argument.arg}")
            if annotated and argument.annotation is not None:
                self.visit(argument.annotation)
            if default is not None:
                self._word("=")
                self.visit(default)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._word(f"(ClassDef {node.name}")
        special = (node.decorator_list, node.bases, node.keywords)
        for nodes in special:
            self._write(nodes)
        annotated = _reads_annotations(node.decorator_list)
        with self._names.inside(self._names.of_class(node), of_class=True):
            for statement in node.body:
                if any(special) and isinstance(statement, ast.AnnAssign):
                    self._write_field(statement, annotated=annotated)
                elif not _is_a_remark(statement):
                    self.visit(statement)
        self._word(")")

    def _write_field(self, node: ast.AnnAssign, *, annotated: bool) -> None:
        """Write an annotated name of a class that may be a dataclass: order, name, default and what it is."""
        text = ast.unparse(node.annotation)
        self._word(" ".join(["(field", *(marker for marker in FIELD_MARKERS if marker in text)]))
        self.visit(node.target)
        if annotated:
            self.visit(node.annotation)
        if node.value is not None:
            self._word("=")
            self.visit(node.value)
        self._word(")")

    def _write_comprehension(self, node: Comprehension) -> None:
        first = node.generators[0]
        self._word(f"({type(node).__name__}")
        self.visit(first.iter)  # in the scope around the comprehension
        with self._names.inside(self._names.of_comprehension(node)):
            for generator in node.generators:
                self._write_fields(generator, ["iter"] if generator is first else [])
            self._write_fields(node, ["generators"])
        self._word(")")

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _write_comprehension

    # -- imports, names and files

    def _write_imports(self, node: ast.Import | ast.ImportFrom) -> None:
        self.executed += self._modules.executed(node, self._module.path)
        for name in sorted({name for name, _ in bound_in(node)}):
            if name != EVERYTHING and not self._names.resolved_in_function(name):
                self._word(f"(import {name}")
                self._refer(self._names.imported(node, name))
                self._word(")")

    visit_Import = visit_ImportFrom = _write_imports

    def visit_Name(self, node: ast.Name) -> None:
        target = self._names.target(node)
        if target is not None and not (isinstance(node.ctx, ast.Store) and self._names.outside):
            self._refer(target)
            return
        self._word(node.id)
        if node.id in DYNAMIC:
            self._refer(self._module)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        target = self._names.target(node)
        if target is not None:
            self._refer(target)
        else:
            self._write_fields(node)

    def _refer(self, target: Target) -> None:
        if isinstance(target, Definition):
            self.parts.append(target)
        elif isinstance(target, Module):
            self.parts.append(Definition(target.path, EVERYTHING))
        elif isinstance(target, Folder):
            self._word("<folder>")
        else:
            self._word(f"<{target.name}>")
            if target.name in DYNAMIC_EXTERNAL:
                self._refer(self._module)

    def _wrote_files(self, node: ast.expr) -> bool:
        """Write an expression that is a file or folder by the place of the code; return whether it is one."""
        if isinstance(node, ast.Name) and node.id == "__file__":
            return False
        match node:
            case ast.Call(
                func=ast.Attribute(value=of, attr="glob" | "rglob" | "iterdir" as listing), args=args
            ):
                folder = place_of(of, self._module.path, self._names.value)
                pattern = [one.value for one in args if isinstance(one, ast.Constant)]
                if folder is None or not folder.is_dir() or len(pattern) < len(args):
                    return False
                paths = sorted(getattr(folder, listing)(*pattern))
            case _:
                place = place_of(node, self._module.path, self._names.value)
                if place is None:
                    return False
                paths = [place]
        for path in paths:
            self._refer_to_file(path)
        return True

    def _refer_to_file(self, path: Path) -> None:
        if path.suffix == ".py" and path.is_file():
            self._refer(self._modules.at(path))
        elif path.is_file():
            with path.open("rb") as file:
                self._word(f"<file {hashlib.file_digest(file, 'sha256').hexdigest()}>")
        else:
            self._word("<folder>" if path.is_dir() else f"<no file {_text(path.name)}>")


def _is_a_remark(statement: ast.stmt) -> bool:
    """Return whether a statement of a class only says something for the report."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in REMARKS
    return False


def _reads_annotations(decorators: Sequence[ast.expr]) -> bool:
    """Return whether a decorator may look at annotations."""
    called = (node.func if isinstance(node, ast.Call) else node for node in decorators)
    return any(ast.unparse(node).rpartition(".")[2] not in BLIND for node in called)


def _text(value: object) -> str:
    """Return a constant as text; `repr` of a text depends on the version of Unicode."""
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value)
    return f"{type(value).__name__}:{value!r}"
