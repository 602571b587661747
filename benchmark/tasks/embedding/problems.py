"""The cells of a run on tissues: tissue x method x hyper-parameters x seed x genes that are scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.cell import Cell, Problem
from geneboard.benchmark.cells.fingerprint import Code, method_code
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.cells.settings import Settings
from geneboard.benchmark.cells.versions import metric_versions
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.records.record import Coverage
from geneboard.benchmark.registry import Entry, Registry
from geneboard.benchmark.tasks.embedding.coverage import covering_code, write_covered
from geneboard.datasets.added_genes import about_data

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue
    from geneboard.datasets.unit_groups import Groups


def cells_of(
    tissue: Tissue,
    manifest: Path,
    registry: Registry,
    chosen: Sequence[str],
    preset: Preset,
    *,
    settings: Mapping[str, Settings],
    seeds: int | None = None,
    device: str = "cpu",
    groups: Groups | None = None,
) -> list[Cell]:
    """Return the cells of one tissue, all methods with their first seed before any with the second.

    Parameters
    ----------
    tissue, manifest
        The data, and the file that children load it from.
    registry, chosen
        Known methods and the names of those to run.
    preset, seeds, device
        As on the command line; `seeds` None takes the numbers of the preset.
    settings
        Hyper-parameters by method.
    groups
        Groups of datasets that the first seed of all but controls is also scored without; None scores all
        datasets only. (Controls have no interval and no rank, and without structure clusters take longest.)
    """
    cells = []
    problem = Problem("embedding", tissue.name, tissue.source, tissue.data_hashes, manifest)
    scored_by, git_revision, code = metric_versions(), versions.git_revision(), Code()
    for name in chosen:
        entry = registry[name]
        count = seeds if seeds is not None else preset.seeds
        if entry.kind == "control" and preset.control_seeds is not None:
            count = min(count, preset.control_seeds)
        if entry.attributes.get("deterministic", False):
            count = 1
        first = Cell(
            problem=problem,
            preset=preset.name,
            entry=entry,
            settings=settings[name],
            seed=0,
            threads=preset.threads,
            device=device,
            code=method_code(entry, code),
            metric_versions=scored_by,
            git_revision=git_revision,
            about=about_data(tissue),
            scored_with=_stated(entry),
        )
        further = [replace(first, seed=seed) for seed in range(1, count)]
        if groups is not None and entry.kind != "control":
            first = _also_without(groups, first)
        cells += [first, *further]
    return sorted(cells, key=lambda cell: cell.seed)


def _stated(entry: Entry) -> dict[str, Any]:
    """Return what a plugin says that it is trained on, if it does; said later, it is scored again."""
    return {"trained_on": said} if (said := entry.attributes.get("trained_on")) else {}


def _also_without(groups: Groups, cell: Cell) -> Cell:
    """Return a cell that is also scored without each group of its datasets."""
    members = {name: list(datasets) for name, datasets in groups.members.items()}
    scored_with = {**cell.scored_with, "groups": members}
    return replace(cell, scored_with=scored_with, about={**cell.about, "groups_note": groups.note})


def with_coverage(
    cells: Sequence[Cell], tissue: Tissue, vectors: Mapping[str, PrecomputedEntry], folder: Path
) -> list[Cell]:
    """Say of the cells of precomputed embeddings how much they cover, and score all on what each covers.

    Parameters
    ----------
    cells
        Cells of one tissue.
    tissue
        Its gene graphs.
    vectors
        The precomputed embeddings among the methods, by name.
    folder
        Where to write which genes are covered.

    Returns
    -------
    list of Cell
        The cells, and for every embedding that lacks genes each of them again, scored on those it has.

    Raises
    ------
    InputError
        If a file is not usable or has a vector for no gene of the tissue.
    """
    from geneboard.benchmark.external.matching import read_matched

    matched = {name: read_matched(entry.path, entry.identifiers, tissue) for name, entry in vectors.items()}
    has = {name: np.concatenate(of_file.covered) for name, of_file in matched.items()}

    def about(cell: Cell, among: np.ndarray) -> Mapping[str, Any]:
        own = has.get(cell.entry.name)
        if own is None:
            return cell.about
        coverage: Coverage = {"rows": int((own & among).sum()), "of": int(among.sum())}
        return {**cell.about, "coverage": coverage}

    everything = np.ones(sum(graph.n_genes for graph in tissue.graphs), dtype=bool)
    whole = [replace(cell, about=about(cell, everything)) for cell in cells]
    result = list(whole)
    for name, of_file in matched.items():
        if has[name].all():
            continue
        path, part = write_covered(name, of_file, tissue, folder)
        for cell in whole:
            genes = replace(
                cell.problem, manifest=path, facts={"covered_by": part}, detail=f"on the genes of {name}"
            )
            result.append(
                replace(
                    cell,
                    problem=genes,
                    input=cell,
                    code=covering_code(),
                    about=about(cell, has[name]),
                    scored_with=_among(cell.scored_with, part["datasets"]),
                )
            )
    return result


def _among(scored_with: Mapping[str, Any], datasets: Sequence[str]) -> dict[str, Any]:
    """Return how a cell is scored that has some of the datasets: groups lose the others."""
    found = dict(scored_with)
    if "groups" in found:
        left = {name: [one for one in own if one in datasets] for name, own in found["groups"].items()}
        found["groups"] = {name: own for name, own in left.items() if own}
    return found
