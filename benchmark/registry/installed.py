"""Methods that installed packages announce as entry points, found without running any code of theirs."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib import metadata
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from geneboard.datasets.errors import InputError

GROUP = "geneboard.methods"
"""Group of the entry points; each names one class, ``module:Class``."""


@dataclass(frozen=True)
class Announcement:
    """One entry point.

    Parameters
    ----------
    name
        Name of the entry point.
    value
        What it points at, ``"package.module:Class"``.
    package
        Name and version of the distribution.
    """

    name: str
    value: str
    package: str

    def __str__(self) -> str:
        return f"entry point {self.name!r} of {self.package}"

    def located(self) -> tuple[str, str, Path]:
        """Return the name of the module, the name of the class and the file that should define it.

        Raises
        ------
        InputError
            If the value has another form or there is no such source file.
        """
        module, _, class_name = (part.strip() for part in self.value.partition(":"))
        if not (class_name.isidentifier() and all(part.isidentifier() for part in module.split("."))):
            raise InputError(f"{self.value!r} is not of the form package.module:Class")
        spec = _find_spec(module)
        if spec is None or spec.origin is None:
            raise InputError(f"there is no module {module}")
        path = Path(spec.origin)
        if path.suffix != ".py" or not path.is_file():
            raise InputError(f"the module {module} is not a Python file ({spec.origin})")
        return module, class_name, path


def announcements() -> list[Announcement]:
    """Return the entry points of all installed packages, in the order of the packages' names."""
    found = [
        Announcement(point.name, point.value, _name_and_version(point.dist))
        for point in metadata.entry_points(group=GROUP)
    ]
    return sorted(found, key=lambda announced: (announced.package, announced.name))


def _name_and_version(package: metadata.Distribution | None) -> str:
    if package is None or not {"Name", "Version"} <= set(package.metadata):
        return "an unnamed package"
    return f"{package.name} {package.version}"


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
