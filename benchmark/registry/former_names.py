"""Plugins that were written when our packages stood at the top import ``methods.base``: they still can."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PACKAGES = ("datasets", "methods", "metrics")


class _FormerNames(MetaPathFinder, Loader):
    """Finds ``methods.base`` as ``geneboard.methods.base``, where nothing else has that name.

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
