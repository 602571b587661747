"""The benchmark. ``from geneboard.benchmark import run``: its public functions do what the commands do.

They are imported when they are asked for, so that a child process imports no command.
"""

from importlib import import_module
from typing import Any

PUBLIC = {
    "run": "run",
    "infer": "infer",
    "infer_train": "infer_model",
    "infer_predict": "infer_model",
    "score": "score",
    "rescore": "rescore",
    "tables": "tables",
    "compare": "tables",
    "prepare": "prepare",
    "fetch": "fetch",
    "sensitivity": "sensitivity",
    "biology": "biology",
    "techniques": "techniques",
    "listing": "listing",
    "check": "check",
    "new_method": "check",
    "submit": "submit",
    "doctor": "doctor",
    "bench": "bench",
    "show": "show",
    "neighbours": "neighbours",
    "clusters": "clusters",
    "export": "export",
}
"""Every public function, and the file in ``benchmark/commands`` that has it."""

__all__ = sorted(PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"geneboard.benchmark.commands.{PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *PUBLIC})
