"""Files that code names by its own place, as in ``Path(__file__).with_name("genes.csv")``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path

Value = Callable[[ast.expr], "tuple[ast.expr, Path] | None"]
"""Gives the expression that a name or an attribute of a module stands for, and the file in which it is."""

SAME = {"resolve", "absolute", "expanduser", "as_posix"}
FUNCTIONS_OF_ONE = {"Path", "PurePath", "str", "abspath", "realpath", "fspath"}


def place_of(node: ast.expr, file: Path, value: Value) -> Path | None:
    """Return the file or folder that an expression in a file stands for; None if that cannot be told.

    Only places that are built from ``__file__``, or from the package of the file, are found.
    """
    found = _evaluated(node, file, value)
    return found if isinstance(found, Path) else None


def _evaluated(node: ast.expr, file: Path, value: Value) -> Path | str | None:
    """Return the place, or the text, that an expression stands for."""
    match node:
        case ast.Name(id="__file__"):
            return file
        case ast.Constant(value=str(text)):
            return text
        case ast.Attribute(value=of, attr="parent"):
            place = place_of(of, file, value)
            return place.parent if place else None
        case ast.Subscript(value=ast.Attribute(value=of, attr="parents"), slice=ast.Constant(value=int(n))):
            place = place_of(of, file, value)
            return place.parents[n] if place and n < len(place.parents) else None
        case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
            return _joined(place_of(left, file, value), [_evaluated(right, file, value)])
        case ast.Call(func=ast.Attribute(attr=function) | ast.Name(id=function), args=arguments):
            given = [_evaluated(argument, file, value) for argument in arguments]
            owner = place_of(node.func.value, file, value) if isinstance(node.func, ast.Attribute) else None
            if owner is not None:
                return _of_method(owner, function, given)
            first = arguments[0].id if arguments and isinstance(arguments[0], ast.Name) else ""
            if function in ("files", "get_data"):  # of importlib.resources and pkgutil
                return _joined(file.parent, given[1:]) if first in ("__package__", "__name__") else None
            return _of_function(function, given)
        case ast.Name() | ast.Attribute():
            found = value(node)
            return _evaluated(*found, value) if found else None
    return None


def _joined(place: object, names: Sequence[object]) -> Path | None:
    texts = [name.lstrip("/") for name in names if isinstance(name, str)]
    return place.joinpath(*texts) if isinstance(place, Path) and len(texts) == len(names) else None


def _of_method(place: Path, method: str, given: Sequence[object]) -> Path | None:
    if method in SAME:
        return place
    if method == "joinpath":
        return _joined(place, given)
    if method in ("with_name", "with_suffix", "with_stem") and len(given) == 1 and isinstance(given[0], str):
        return Path(getattr(place, method)(given[0]))
    return None


def _of_function(function: str, given: Sequence[object]) -> Path | None:
    place = given[0] if given else None
    if isinstance(place, Path) and function == "dirname":
        return place.parent
    return _joined(place, given[1:]) if function in FUNCTIONS_OF_ONE or function == "join" else None
