"""What can be run: methods, metrics and data sources, by name.

Methods come from ``methods/``, from installed packages, which announce them as entry points that are found
without running any code of theirs, and from plugin files. A faulty file stops any run that finds it. A faulty
installed package stops only the runs that use its method, as those of all methods do: it is an entry that
says what is wrong when it is loaded.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from geneboard.benchmark.registry.entries import NO_CLASS, ROOT, Entry, entries_in
from geneboard.datasets.errors import InputError, closest

GROUP = "geneboard.methods"
"""Group of the entry points of installed packages; each names one class, ``module:Class``."""

NAME = re.compile(r"[a-z0-9][a-z0-9_]*")
"""What a method may be called."""

KIND_ORDER = ("published", "baseline", "plugin", "control")

GRAPHS, BOTH, EXPRESSION = "the gene graphs", "expression and the gene graphs", "expression"
NOTHING, OTHER = "nothing", "other data"

TRAINING_DATA = (GRAPHS, EXPRESSION, BOTH, NOTHING, OTHER)
"""What a plugin may say that it is trained on; AUC and NO score the gene graphs."""

HEADLINE_ORDER = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO")
"""The six metrics of the published comparison."""


class Registry:
    """Named entries of one kind.

    Parameters
    ----------
    kind
        What the entries are, for messages: "method", "metric", ...
    files
        Python files to look in, for example ``files_of("methods")``.

    Raises
    ------
    InputError
        If two files use one name, or a file is not Python.
    """

    def __init__(self, kind: str, files: Iterable[Path] = ()) -> None:
        self.kind = kind
        self._entries: dict[str, Entry] = {}
        for path in files:
            for entry in entries_in(path):
                self.add(entry)

    def add(self, entry: Entry) -> None:
        """Register one more entry."""
        other = self._entries.get(entry.name)
        if other is not None:
            raise InputError(
                f"{entry.origin}: the {self.kind} {entry.name!r} is already defined by {other.origin}"
            )
        self._refuse_taken_title(entry)
        self._entries[entry.name] = entry

    def _refuse_taken_title(self, entry: Entry) -> None:
        """Refuse what tables and ``--add`` could not tell from another entry."""
        words = {entry.name, title_key(entry.title)}
        for other in self:
            if other.name != entry.name and words & {other.name, title_key(other.title)}:
                raise InputError(
                    f"{entry.origin}: the {self.kind} {entry.name!r} with the title {entry.title!r} would be "
                    f"taken for {other.name!r} ({other.title}); give it another"
                )

    def add_plugins(self, files: Iterable[Path]) -> None:
        """Register the methods of plugin files, and put all in the order of their kinds, controls last.

        Raises
        ------
        InputError
            If a file defines no method, or a name or kind is not usable.
        """
        for file in files:
            found = entries_in(file)
            if not found:
                raise InputError(f"{file}: defines {NO_CLASS}, so there is no method")
            for entry in found:
                if not NAME.fullmatch(entry.name):
                    raise InputError(
                        f"{file}: the name {entry.name!r} must be of small letters, digits and _"
                    )
                self.add(entry)
        for entry in self:
            check_attributes(entry)
        self.sort()

    def add_announced(self, point: EntryPoint) -> None:
        """Register the method of an installed package; what is wrong with it stands in its entry."""
        name, package = point.name, _package_of(point)
        origin = f"entry point {name!r} of {package}"
        try:
            module, class_name, path = _located(point)
            defined = {entry.class_name: entry for entry in entries_in(path, module, origin)}
            if class_name not in defined:
                raise InputError(f"{path} defines {NO_CLASS} that is called {class_name}")
            check_attributes(defined[class_name])
            self._refuse_taken_title(defined[class_name])
        except InputError as error:
            if name in self._entries:
                name = f"{name} of {package}"  # the method that has the name is not at fault
            fault = f"{origin}: {str(error).removeprefix(f'{origin}: ')}"
            self._entries[name] = Entry(name, Path(), "", {}, origin=origin, fault=fault)
            return
        try:
            self.add(defined[class_name])
        except InputError as error:  # nobody can tell which of the two a user means by the name
            taken = self[defined[class_name].name]
            self._entries[taken.name] = replace(taken, fault=taken.fault or str(error))

    def sort(self) -> None:
        """Put the methods in the order of their kinds, controls last."""
        self._entries = dict(sorted(self._entries.items(), key=lambda item: KIND_ORDER.index(item[1].kind)))

    def put_first(self, names: Iterable[str]) -> None:
        """Put these names first, in this order, and the others behind them in theirs."""
        self._entries = {name: self[name] for name in dict.fromkeys([*names, *sorted(self._entries)])}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def names(self) -> list[str]:
        """Names of all entries."""
        return list(self._entries)

    def __getitem__(self, name: str) -> Entry:
        if name not in self._entries:
            raise InputError(f"unknown {self.kind} {name!r}{closest(name, self._entries)}")
        return self._entries[name]


def files_of(package: str) -> list[Path]:
    """Return the files of a package of the checkout, for example ``"methods/inference"``, that register."""
    return sorted(path for path in (ROOT / package).glob("*.py") if path.stem not in ("__init__", "base"))


def methods(plugins: Iterable[Path] = (), *, installed: bool = True) -> Registry:
    """Return all methods, controls last: the files of ``methods/``, installed packages, plugin files.

    Parameters
    ----------
    plugins
        Files that define more methods.
    installed
        False leaves out the methods of installed packages.

    Raises
    ------
    InputError
        If a file is not usable. A faulty installed package raises nothing before its method is loaded.
    """
    known = Registry("method", files_of("methods"))
    announced = entry_points(group=GROUP) if installed else ()
    for point in sorted(announced, key=lambda point: (_package_of(point), point.name)):
        known.add_announced(point)
    known.add_plugins(plugins)
    return known


def inference_methods(plugins: Iterable[Path] = ()) -> Registry:
    """Return all methods that infer expression from landmarks, controls last.

    Raises
    ------
    InputError
        If a plugin file is not usable.
    """
    known = Registry("inference method", files_of("methods/inference"))
    known.add_plugins(plugins)
    return known


def metrics() -> Registry:
    """Return all metrics: the six of the published comparison first."""
    known = Registry("metric", files_of("metrics"))
    known.put_first(HEADLINE_ORDER)
    return known


def sources() -> Registry:
    """Return all data sources."""
    return Registry("data source", files_of("datasets"))


def title_key(title: str) -> str:
    """Return what two titles have in common that people read as one."""
    return " ".join(title.split()).casefold()


def check_attributes(entry: Entry) -> None:
    """Refuse a method of which no record could be written, or no table could show the title.

    Raises
    ------
    InputError
        Naming the attribute.
    """
    if entry.kind not in KIND_ORDER:
        raise InputError(f"{entry.origin}: the kind {entry.kind!r} is none of {', '.join(KIND_ORDER)}")
    if not is_title(entry.title):
        raise InputError(
            f"{entry.origin}: the title {entry.title!r} of {entry.name} must be words that can be printed"
        )
    for name, kind in (("reference", str), ("deterministic", bool)):
        value = entry.attributes.get(name, kind())
        if not isinstance(value, kind):
            raise InputError(
                f"{entry.origin}: {name} of {entry.name} is {value!r}, where a {kind.__name__} is expected"
            )
    said = entry.attributes.get("trained_on", OTHER)
    if said not in TRAINING_DATA:
        raise InputError(
            f"{entry.origin}: trained_on of {entry.name} is {said!r}, which is none of "
            f"{', '.join(map(repr, TRAINING_DATA))}"
        )


def is_title(text: str) -> bool:
    """Return whether a text can be a name in tables: one line, not blank, nothing that cannot be seen."""
    return text.isprintable() and bool(text.strip())


def _package_of(point: EntryPoint) -> str:
    """Return name and version of the package that brings an entry point."""
    package = point.dist
    # Where there is no such file, some finders raise and others give nothing.
    if package is None or not (package.read_text("METADATA") or package.read_text("PKG-INFO")):
        return "an unnamed package"
    if not {"Name", "Version"} <= set(package.metadata):
        return "an unnamed package"
    return f"{package.name} {package.version}"


def _located(point: EntryPoint) -> tuple[str, str, Path]:
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
