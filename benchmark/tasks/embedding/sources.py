"""Where the data of a run come from: sources of gene graphs, preparing counts, downloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.datasets.base import Source
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue
    from geneboard.datasets.files import Files
    from geneboard.datasets.graphs.settings import PipelineSettings
    from geneboard.datasets.synthetic import Synthetic

PREPARED = "prepared"
"""Folder in the result folder that caches gene graphs."""


def open_source(
    data: Path | None,
    out: Path,
    *,
    allow_disjoint: bool = False,
    identifiers: Sequence[Path] = (),
    orthologs: Path | None = None,
    holdout: bool = False,
    settings: PipelineSettings | None = None,
    species_apart: bool = False,
) -> Files | Synthetic:
    """Return the source of ``--data DIR`` or ``--data census:TISSUE``, or the synthetic one.

    With `holdout` it gives half of the cells of every dataset to methods, and the other half for scoring.
    `settings` are for counts of a folder or the Census; with `species_apart` species keep their names there.

    Raises
    ------
    InputError
        If there is no such folder, the Census cannot be read, or a table is not usable.
    """
    from geneboard.datasets.fetch.any_donors import PREFIX, census_folder
    from geneboard.datasets.files import Files
    from geneboard.datasets.graphs.gene_tables import read_tables
    from geneboard.datasets.synthetic import Synthetic

    if data is not None and str(data).startswith(PREFIX):
        data = census_folder(str(data), out)
    cache = out / PREPARED
    if data is None:
        if species_apart:
            raise InputError("--species-apart: goes with --data")
        return Synthetic(cache=cache, holdout=holdout)
    tables = read_tables(identifiers, orthologs)
    return Files(data, cache, settings, allow_disjoint, tables, holdout, species_apart)


def with_genes(
    settings: PipelineSettings,
    lists: Sequence[Path | str],
    identifiers: Sequence[Path],
    orthologs: Path | None,
    warn: Callable[[str], None],
) -> PipelineSettings:
    """Return settings whose graphs also get the genes of some lists (``--genes``); a long one is warned of.

    Raises
    ------
    InputError
        If a list or a table is not usable.
    """
    from geneboard.datasets.added_genes import cost_of_listed
    from geneboard.datasets.graphs.gene_tables import read_tables
    from geneboard.datasets.knowledge.listed_genes import with_listed_genes

    if not lists:
        return settings
    found = with_listed_genes(settings, lists, read_tables(identifiers, orthologs))
    if (cost := cost_of_listed(found)) is not None:
        warn(cost)
    return found


def refuse_unused_tables(
    data: Path | None, identifiers: Sequence[Path], orthologs: Path | None, *, embeddings: bool = False
) -> None:
    """Refuse tables of identifiers where there is nothing that they could rename.

    Raises
    ------
    InputError
        Naming the option.
    """
    if identifiers and data is None and not embeddings:
        raise InputError(f"--ids {identifiers[0]}: goes with --data or --embedding")
    if orthologs is not None and data is None:
        raise InputError(f"--orthologs {orthologs}: goes with --data")


def refuse_unused_settings(data: Path | None, settings: PipelineSettings) -> None:
    """Refuse parameters of the steps from counts to graphs where there are no counts.

    Raises
    ------
    InputError
        Naming the option.
    """
    usual = asdict(type(settings)())
    given = [name for name, value in asdict(settings).items() if value != usual[name]]
    if given and data is None:
        raise InputError(f"--{given[0].replace('_', '-')}: goes with --data")


def tissues_of(source: Source, names: Sequence[str], instead: Sequence[str] | None = None) -> list[str]:
    """Return the tissues to run; ``all`` stands for all that the source has.

    Parameters
    ----------
    source, names
        Where tissues are from, and what was asked for.
    instead
        What stands there if nothing was; None refuses that.

    Raises
    ------
    InputError
        If there are none.
    """
    wanted: list[str] = []
    for name in [names] if isinstance(names, str) else names:  # "lung" is ["lung"]
        for part in filter(None, name.split(",")):
            wanted += source.tissues() if part == "all" else [part]
    if not wanted and (instead is None or names):
        raise InputError(f"--tissue {' '.join(names)}: {source.label} has no tissue")
    return list(dict.fromkeys(wanted or instead or ()))


def tissues_together(source: Source, names: Sequence[str]) -> list[str]:
    """Return the tissues of ``--joint``, none if it was not given.

    Raises
    ------
    InputError
        If it names a single tissue.
    """
    found = sorted(tissues_of(source, names, []))
    if len(found) == 1:
        raise InputError(f"--joint {found[0]}: needs two tissues or more; --tissue {found[0]} runs one")
    return found


def warn_of_graphs(
    tissue: Tissue, warn: Callable[[str], None], settings: PipelineSettings | None = None
) -> None:
    """Tell everything that is suspicious about the graphs of a tissue, and which do not follow `settings`."""
    from geneboard.datasets.quality_warnings import kept_bounds_warning, tissue_warnings

    warnings = tissue_warnings(tissue.graphs)
    if settings is not None:
        kept = [kept_bounds_warning(graph, settings) for graph in tissue.graphs]
        warnings += [text for text in kept if text is not None]
    for text in warnings:
        warn(text)
