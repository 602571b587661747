"""Which methods a run has: those that are named, those of files that are given, and the controls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.cells.settings import Settings, parse_sets, settings_of
from geneboard.benchmark.external.commands import known_methods, read_commands
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.registry import ROOT, Registry
from geneboard.benchmark.report.wording import listed
from geneboard.benchmark.tasks.embedding.board.beside import Reference
from geneboard.benchmark.tasks.embedding.problems import cells_of, with_coverage
from geneboard.benchmark.tasks.embedding.sources import PREPARED
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.unit_groups import Groups


@dataclass(frozen=True)
class MethodsOfRun:
    """The methods of a run with their hyper-parameters.

    Attributes
    ----------
    known
        All methods that there are.
    preset
        How long they train.
    chosen
        Names of those that were asked for.
    controls
        Names of controls that nobody has asked for.
    settings
        Hyper-parameters of all of these, by name.
    vectors
        Embeddings made elsewhere among those that were asked for, by name.
    ablations
        Further hyper-parameters of some of them, by name: with a part left out or exchanged.
    named
        Names that were given one by one.
    """

    known: Registry
    preset: Preset
    chosen: Sequence[str]
    controls: Sequence[str]
    settings: Mapping[str, Settings]
    vectors: Mapping[str, PrecomputedEntry]
    ablations: Mapping[str, Sequence[Settings]] = field(default_factory=dict)
    named: Collection[str] = ()

    def cells(
        self,
        tissue: Tissue,
        manifest: Path,
        reference: Reference,
        out: Path,
        *,
        seeds: int | None,
        device: str,
        groups: Groups | None,
    ) -> list[Cell]:
        """Return the cells of one tissue, with those of the controls that the reference lacks.

        Parameters
        ----------
        tissue, manifest
            The data, and the file that children load it from.
        reference
            Rows that will stand beside those of the run.
        out
            Result folder.
        seeds, device, groups
            As `cells_of` takes them.

        Raises
        ------
        InputError
            If an embedding made elsewhere is not usable.
        """
        planned = self.planned(tissue, manifest, seeds=seeds, device=device, groups=groups)
        needed = [cell for cell in planned if cell.entry.name in self.chosen or not reference.has(cell)]
        return with_coverage(needed, tissue, self.vectors, out / PREPARED)

    def planned(
        self,
        tissue: Tissue,
        manifest: Path,
        *,
        seeds: int | None,
        device: str,
        groups: Groups | None = None,
    ) -> list[Cell]:
        """Return the cells of one tissue, with those of all controls that it can have.

        The parameters are as above.
        """
        every = partial(
            cells_of,
            tissue,
            manifest,
            self.known,
            preset=self.preset,
            seeds=seeds,
            device=device,
            groups=groups,
        )
        names = [name for name in (*self.chosen, *self.controls) if self._is_planned(name, tissue)]
        cells = every(names, settings=self.settings)
        for name, changed in self.ablations.items():
            for settings in changed:
                cells += every([name], settings={name: settings})
        return sorted(cells, key=lambda cell: cell.seed)

    def _is_planned(self, name: str, tissue: Tissue) -> bool:
        """Whether a method is named, or no control that cannot be had: the truth of real data."""
        entry = self.known[name]
        return name in self.named or entry.kind != "control" or entry.load()().skip(tissue) is None

    def controls_among(self, cells: Iterable[Cell]) -> list[str]:
        """Return the names of the controls among some cells that nobody has asked for."""
        present = {cell.entry.name for cell in cells}
        return [name for name in self.controls if name in present]


def methods_of_run(
    methods: Sequence[str] | None,
    preset: Preset,
    *,
    sets: Iterable[str] = (),
    plugins: Sequence[Path] = (),
    external: Path | None = None,
    vectors: Mapping[str, PrecomputedEntry],
    ablations: bool = False,
) -> MethodsOfRun:
    """Return the methods of a run; the parameters are its options.

    Raises
    ------
    InputError
        If a name, a file or a hyper-parameter is not usable, nothing is left to run, or no method has parts
        to leave out.
    """
    known = known_methods(plugins, external)
    for entry in vectors.values():
        known.add(entry)
    chosen = chosen_methods(methods, methods_in_files(plugins, external, vectors), known)
    controls = [name for name in _own_controls(known) if name not in chosen]
    running = [*chosen, *controls]
    overrides = parse_sets(sets, running)
    settings = {name: settings_of(known[name], preset, overrides.get(name, {})) for name in running}
    changed = _ablations(known, chosen, settings, preset, overrides) if ablations else {}
    return MethodsOfRun(known, preset, chosen, controls, settings, vectors, changed, methods or ())


def _ablations(
    known: Registry,
    chosen: Sequence[str],
    settings: Mapping[str, Settings],
    preset: Preset,
    overrides: Mapping[str, Mapping[str, str]],
) -> dict[str, list[Settings]]:
    """Return the hyper-parameters of the ablations that methods name, beside what the user sets.

    What the user has set so already is none.

    Raises
    ------
    InputError
        If none of the methods names any, or one names a hyper-parameter that it does not have.
    """
    found = {}
    for name in chosen:
        changes: Sequence[Mapping[str, Any]] = known[name].attributes.get("ablations", ())
        texts = [{key: repr(value) for key, value in change.items()} for change in changes]
        if not texts:
            continue
        own = [{**overrides.get(name, {}), **text} for text in texts]
        try:
            changed = [settings_of(known[name], preset, each) for each in own]
        except InputError as error:
            raise InputError(f"{known[name].path}: in its ablations: {error}") from error
        found[name] = [one for one in changed if one.values != settings[name].values]
    if not found:
        having = [entry.name for entry in known if entry.attributes.get("ablations")]
        raise InputError(
            f"--ablations: none of the methods names parts to leave out; these do: {listed(having)}"
        )
    return found


def methods_in_files(
    plugins: Sequence[Path], external: Path | None, vectors: Iterable[str]
) -> list[list[str]]:
    """Return the names of the methods of each file that was given; each set of vectors is one."""
    given_files = [[entry.name for entry in registry.entries_in(path)] for path in plugins]
    given_files += [list(read_commands(external))] if external is not None else []
    return [*given_files, *([name] for name in vectors)]


def chosen_methods(
    methods: Sequence[str] | None, given_files: Sequence[Sequence[str]], known: Registry
) -> list[str]:
    """Return the names of the methods to run; a file that was given and of which none is named runs whole.

    Raises
    ------
    InputError
        If one is not known, or none is left.
    """
    if methods is None:
        return known.names()
    chosen = list(methods)
    for defined in given_files:
        if not set(defined) & set(methods):
            chosen += defined
    if not chosen:
        raise InputError("--methods names no method")
    return [known[name].name for name in dict.fromkeys(chosen)]


def _own_controls(known: Registry) -> list[str]:
    """Names of our own controls: what somebody else calls one runs where it is asked for."""
    return [
        entry.name
        for entry in known
        if entry.kind == "control" and entry.path.is_relative_to(ROOT / "methods")
    ]
