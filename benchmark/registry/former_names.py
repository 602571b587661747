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
    """Finds ``methods.base`` as ``geneboard.methods.base``, where nothing else has that name."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the form that Python asks for
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return where a module is that no other finder has found."""
        if name.partition(".")[0] not in PACKAGES:
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
        sys.meta_path.append(_FormerNames())
