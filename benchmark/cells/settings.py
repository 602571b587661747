"""Hyper-parameters of a method in a run: those of the preset, and what the user sets."""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.registry import Entry
from geneboard.datasets.errors import InputError, closest


@dataclass(frozen=True)
class Settings:
    """Hyper-parameters of a method in a run.

    Parameters
    ----------
    values
        All hyper-parameters by name.
    overrides
        Those the user set to something other than the preset has.
    """

    values: Mapping[str, Any]
    overrides: Mapping[str, Any]


def parse_sets(assignments: Iterable[str], chosen: Sequence[str]) -> dict[str, dict[str, str]]:
    """Split ``["musegnn.epochs=500"]`` into values by method and hyper-parameter.

    Raises
    ------
    InputError
        If an assignment has another form, names a method that does not run, or sets something twice.
    """
    parsed: dict[str, dict[str, str]] = {}
    for assignment in assignments:
        target, equals, value = assignment.partition("=")
        method, dot, key = target.partition(".")
        if not (equals and dot and method and key and value):
            raise InputError(
                f"--set {assignment}: expected METHOD.HYPERPARAMETER=VALUE, as in musegnn.epochs=500"
            )
        if method not in chosen:
            raise InputError(f"--set {assignment}: no method {method!r} in this run{closest(method, chosen)}")
        if key in parsed.setdefault(method, {}):
            raise InputError(f"--set {assignment}: {target} is set twice")
        parsed[method][key] = value
    return parsed


def _coerced(text: str, hint: Any, where: str) -> Any:
    """Turn the text of a --set into a value of the hyper-parameter's declared type."""
    is_union = isinstance(hint, UnionType) or get_origin(hint) is Union
    allowed = get_args(hint) if is_union else (hint,)
    kinds = tuple(kind for one in allowed if isinstance(kind := get_origin(one) or one, type))
    literals = [choice for one in allowed if get_origin(one) is Literal for choice in get_args(one)]
    try:
        value = ast.literal_eval(text.capitalize() if text in ("true", "false") else text)
    except (ValueError, SyntaxError):
        value = text
    if isinstance(value, list):
        value = tuple(value)
    if value in literals:
        return value
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"--set {where}={text}: expected a finite number")
    if (isinstance(value, bool) and bool not in kinds) or not isinstance(value, kinds):
        wanted = " or ".join(
            [f"a value of type {kind.__name__}" for kind in kinds] + list(map(repr, literals))
        )
        raise InputError(f"--set {where}={text}: expected {wanted}")
    return value


def settings_of(entry: Entry, preset: Preset, overrides: Mapping[str, str]) -> Settings:
    """Return the hyper-parameters of a method under a preset, with what the user set.

    Raises
    ------
    InputError
        If a hyper-parameter is unknown or its value is refused.
    """
    method_class = entry.load()
    if not dataclasses.is_dataclass(method_class):
        raise InputError(f"{entry.path}: the method {entry.name} is not a dataclass")
    try:
        hints = get_type_hints(method_class)
    except NameError as error:
        raise InputError(f"{entry.path}: the type of a hyper-parameter is not known ({error})") from error
    fields = [field.name for field in dataclasses.fields(method_class)]
    base: dict[str, Any] = dict(method_class.quick) if preset.shorten else {}  # type: ignore[attr-defined]
    given = {}
    if overrides and not entry.settable:
        raise InputError(
            f"--set {entry.name}.{next(iter(overrides))}: the settings of {entry.origin} are fixed"
        )
    for key, text in overrides.items():
        if key not in fields:
            fault = f"unknown hyper-parameter {key!r}{closest(key, fields)}"
            if not fields:
                fault = f"{entry.name} has no hyper-parameters to set"
            raise InputError(f"--set {entry.name}.{key}={text}: {fault}")
        given[key] = _coerced(text, hints[key], f"{entry.name}.{key}")
    try:
        standard = dataclasses.asdict(method_class(**base))
        values = dataclasses.asdict(method_class(**{**base, **given}))
    except (TypeError, ValueError) as error:
        raise InputError(f"{entry.name}: {error}") from error
    return Settings(values, {key: value for key, value in values.items() if value != standard[key]})
