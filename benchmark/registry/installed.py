"""Methods that installed packages announce as entry points, found without running any code of theirs."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from geneboard.datasets.errors import InputError

GROUP = "geneboard.methods"
"""Group of the entry points; each names one class, ``module:Class``."""


def announcements() -> list[EntryPoint]:
    """Return the entry points of all installed packages, in the order of the packages' names."""
    return sorted(entry_points(group=GROUP), key=lambda point: (package_of(point), point.name))


def package_of(point: EntryPoint) -> str:
    """Return name and version of the package that brings an entry point."""
    package = point.dist
    if package is None or not {"Name", "Version"} <= set(package.metadata):
        return "an unnamed package"
    return f"{package.name} {package.version}"


def located(point: EntryPoint) -> tuple[str, str, Path]:
    """Return the name of the module, the name of the class and the file that should define it.

    Raises
    ------
    InputError
        If the entry point has another form or there is no such source file.
    """
    module, _, class_name = (part.strip() for part in point.value.partition(":"))
    if not (class_name.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise InputError(f"{point.value!r} is not of the form package.module:Class")
    spec = _find_spec(module)
    if spec is None or spec.origin is None:
        raise InputError(f"there is no module {module}")
    path = Path(spec.origin)
    if path.suffix != ".py" or not path.is_file():
        raise InputError(f"the module {module} is not a Python file ({spec.origin})")
    return module, class_name, path


def _find_spec(module: str) -> ModuleSpec | None:
    """Find a module as an import would, but without importing its parent packages.

    The finders know top-level packages, also those of editable installations; below that each package has
    its folders. The last part of the name is enough for the search in a folder.
    """
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except ValueError:  # a module that was made by hand, without a spec
        return None
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = PathFinder.find_spec(part, list(spec.submodule_search_locations))
    return spec
