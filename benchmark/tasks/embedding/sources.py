"""Where the data of a run come from: sources of gene graphs, preparing counts, downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.datasets.base import Source, StepProgress
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue
    from geneboard.datasets.fetch.published import Fetched
    from geneboard.datasets.graphs.settings import PipelineSettings

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
) -> Source:
    """Return the source of ``--data DIR`` or ``--data census:TISSUE``, or the synthetic one.

    With `holdout` it gives half of the cells of every dataset to methods, and the other half for scoring.

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
        return Synthetic(cache=cache, holdout=holdout)
    tables = read_tables(identifiers, orthologs)
    return Files(data, cache, allow_disjoint=allow_disjoint, tables=tables, holdout=holdout)


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


def tissues_of(source: Source, names: Sequence[str]) -> list[str]:
    """Return the tissues to run; ``all`` stands for all that the source has.

    Raises
    ------
    InputError
        If there are none.
    """
    wanted: list[str] = []
    for name in names:
        for part in filter(None, name.split(",")):
            wanted += source.tissues() if part == "all" else [part]
    if not wanted:
        raise InputError(f"--tissue {' '.join(names)}: {source.label} has no tissue")
    return list(dict.fromkeys(wanted))


def warn_of_graphs(tissue: Tissue, warn: Callable[[str], None]) -> None:
    """Tell everything that is suspicious about the graphs of a tissue."""
    from geneboard.datasets.quality_warnings import graph_warnings

    for graph in tissue.graphs:
        for text in graph_warnings(graph):
            warn(text)


def prepare(
    counts: Path,
    tissue: str,
    out: Path,
    *,
    settings: PipelineSettings | None = None,
    allow_disjoint: bool = False,
    identifiers: Sequence[Path] = (),
    orthologs: Path | None = None,
    preparing: StepProgress | None = None,
    warn: Callable[[str], None] | None = None,
) -> list[Path]:
    """Turn the raw counts of a tissue into gene-graph files that `run` reads with ``data=out``.

    Beside them it writes how good they are: quality.csv, quality.md and quality.png.
    Other parameters are those of `run`.

    Raises
    ------
    InputError
        If a file is not usable.
    """
    from geneboard.datasets.graphs.gene_tables import read_tables
    from geneboard.datasets.prepare import prepare_tissue

    tables = read_tables(identifiers, orthologs)
    return prepare_tissue(
        counts,
        tissue,
        out,
        settings,
        progress=preparing,
        allow_disjoint=allow_disjoint,
        tables=tables,
        warn=warn,
    )


def fetch(
    tissues: Sequence[str],
    to: Path = Path("data"),
    *,
    identifiers: bool = False,
    census: str | None = None,
    donors: int | None = None,
    assay: str | None = None,
    census_version: str | None = None,
    catalogue: Path | None = None,
    timeout: float | None = None,
) -> Fetched:
    """Download the published datasets of tissues, the largest donors of a tissue of the Census, or tables.

    Parameters
    ----------
    tissues
        Names, or ``["all"]``; none with `identifiers` or `census`.
    to
        Folder that can then be given as `data`.
    identifiers
        True gets the current tables of gene identifiers instead.
    census
        A tissue of the CELLxGENE Census, with `donors` and `assay` as in `fetch_any_donors`.
    census_version, catalogue, timeout
        As on the command line; None takes the default.

    Raises
    ------
    InputError
        If something cannot be got; what was complete before stays.
    """
    from geneboard.datasets.fetch.any_donors import fetch_any_donors
    from geneboard.datasets.fetch.identifiers import fetch_identifiers
    from geneboard.datasets.fetch.published import fetch_tissues

    given = {
        "--catalogue": catalogue,
        "--time-limit": timeout,
        "--census-version": census_version,
        "--donors": donors,
        "--assay": assay,
    }
    if identifiers:
        _refuse_others(given, ["--time-limit"], "fetch identifiers")
        return fetch_identifiers(to, **_given(timeout=timeout))
    if census is not None:
        _refuse_others(given, ["--census-version", "--donors", "--assay"], "fetch --census")
        return fetch_any_donors(census, to, **_given(donors=donors, assay=assay, version=census_version))
    _refuse_others(given, ["--catalogue", "--time-limit", "--census-version"], "fetch --tissue")
    return fetch_tissues(
        tissues, to, **_given(catalogue=catalogue, census_version=census_version, timeout=timeout)
    )


def _refuse_others(given: Mapping[str, object], known: Sequence[str], command: str) -> None:
    for option, value in given.items():
        if value is not None and option not in known:
            raise InputError(f"{option}: does not go with `{command}`")


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
