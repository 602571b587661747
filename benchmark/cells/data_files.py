"""Files that code names by its own place, as in ``Path(__file__).with_name("genes.csv")``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

Value = Callable[[ast.expr], "tuple[ast.expr, Path] | None"]
"""Gives the expression that a name or an attribute of a module stands for, and the file in which it is."""

SAME = {"resolve", "absolute", "expanduser", "as_posix"}
FUNCTIONS_OF_ONE = {"Path", "PurePath", "str", "abspath", "realpath", "fspath"}


def place_of(node: ast.expr, file: Path, value: Value) -> Path | None:
    """Return the file or folder that an expression in a file stands for; None if that cannot be told.

    Only places that are built from ``__file__``, or from the package of the file, are found.
    """

    def inner(one: ast.expr) -> Path | None:
        return place_of(one, file, value)

    def words(nodes: list[ast.expr]) -> list[str] | None:
        found = [_word(one, value) for one in nodes]
        return None if None in found else [word for word in found if word is not None]

    match node:
        case ast.Name(id="__file__"):
            return file
        case ast.Attribute(value=of, attr="parent"):
            place = inner(of)
            return place.parent if place else None
        case ast.Subscript(value=ast.Attribute(value=of, attr="parents"), slice=ast.Constant(value=int(n))):
            place = inner(of)
            return place.parents[n] if place and n < len(place.parents) else None
        case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
            place, name = inner(left), words([right])
            return _joined(place, name)
        case ast.Call(func=ast.Attribute(value=of, attr=method), args=arguments):
            place, names = inner(of), words(arguments)
            if place is not None and names is not None:
                return _of_method(place, method, names)
            return _of_function(method, arguments, file, inner, words)
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return _of_function(function, arguments, file, inner, words)
        case ast.Name() | ast.Attribute():
            found = value(node)
            return place_of(found[0], found[1], value) if found else None
    return None


def _word(node: ast.expr, value: Value) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    found = value(node) if isinstance(node, ast.Name | ast.Attribute) else None
    return _word(found[0], value) if found else None


def _joined(place: Path | None, names: list[str] | None) -> Path | None:
    if place is None or names is None:
        return None
    return place.joinpath(*(name.lstrip("/") for name in names))


def _of_method(place: Path, method: str, names: list[str]) -> Path | None:
    if method in SAME:
        return place
    if method == "joinpath":
        return _joined(place, names)
    if method in ("with_name", "with_suffix", "with_stem") and len(names) == 1:
        return Path(getattr(place, method)(names[0]))
    return None


def _of_function(
    function: str,
    arguments: list[ast.expr],
    file: Path,
    inner: Callable[[ast.expr], Path | None],
    words: Callable[[list[ast.expr]], list[str] | None],
) -> Path | None:
    if not arguments:
        return None
    first, rest = arguments[0], words(arguments[1:])
    if function in ("files", "get_data"):  # of importlib.resources and pkgutil
        own = isinstance(first, ast.Name) and first.id in ("__package__", "__name__")
        return _joined(file.parent, rest) if own else None
    place = inner(first)
    if place is not None and function == "dirname":
        return place.parent
    return _joined(place, rest) if function in FUNCTIONS_OF_ONE or function == "join" else None
