"""Counts of a dataset: genes that are named, cells and genes that pass quality control."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import StepProgress
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.feature_names import genes_among
from geneboard.datasets.graphs.gene_ids import sum_duplicates
from geneboard.datasets.graphs.gene_tables import Translation
from geneboard.datasets.graphs.losses import CELLS, GENES, largest_loss
from geneboard.datasets.graphs.qc import QualityControl, quality_control
from geneboard.datasets.graphs.settings import PipelineSettings

STEPS = ("quality control", "gene selection", "residuals", "edges")
"""Steps of `build_graph` that `on_step` is told about."""


def steps_of_dataset(
    progress: StepProgress | None, name: str, number: int, total: int
) -> Callable[[str], None]:
    """Return what a source calls at each step of a dataset: one before the pipeline, then `STEPS`.

    Parameters
    ----------
    progress
        Told what is being done, and how many of the steps of all datasets are behind.
    name, number, total
        Name of the dataset, its place in the tissue from 0, and the number of datasets.
    """
    each = 1 + len(STEPS)

    def on_step(step: str) -> None:
        if progress is not None:
            place = STEPS.index(step) + 1 if step in STEPS else 0
            progress(f"{name}: {step}", number * each + place, total * each)

    return on_step


@dataclass(frozen=True, eq=False)
class CountedDataset:
    """A dataset whose counts become graphs.

    Parameters
    ----------
    name, tissue, modality
        As in `GeneGraph`.
    settings
        Parameters of the steps.
    origin
        What to call the data in a complaint, usually the file.
    on_step
        Called with each of `STEPS` when it begins.
    translation
        How genes get other names, if they do; those without one are dropped, and counts of genes that get the
        same are summed.
    """

    name: str
    tissue: str
    modality: str
    settings: PipelineSettings
    origin: str
    on_step: Callable[[str], None]
    translation: Translation | None = None

    @property
    def spots(self) -> bool:
        """Whether the counts are those of spots, and not of cells."""
        return self.modality == "spatial"


CountsRead = tuple[anndata.AnnData, str, Mapping[str, Any]]
"""Raw counts, their species, and where they come from."""


@dataclass(frozen=True, eq=False)
class CountsToRead:
    """The counts of a dataset, which are yet to be read.

    Attributes
    ----------
    dataset
        What the dataset is, and how its graphs are made.
    read
        Gives the counts of all cells.
    determined_by
        What identifies the counts: name of the dataset, sha256 of its file or of its generator.
    """

    dataset: CountedDataset
    read: Callable[[], CountsRead]
    determined_by: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class CountedTissue:
    """The counts of the datasets of a tissue.

    Attributes
    ----------
    name, source, truth
        As in `Tissue`.
    datasets
        Those of each dataset, with one system of gene names.
    """

    name: str
    source: str
    datasets: tuple[CountsToRead, ...]
    truth: pd.Series | None = None


@dataclass(frozen=True, eq=False)
class PassedCounts:
    """What quality control leaves of the counts of a dataset.

    Attributes
    ----------
    counts
        Raw counts, shape (n_cells, n_genes).
    genes
        Names of the genes, unique.
    places
        Coordinates of spots, shape (n_cells, 2); None for cells.
    """

    counts: sparse.csr_matrix
    genes: pd.Index
    places: np.ndarray | None


def passed_counts(counts: anndata.AnnData, dataset: CountedDataset) -> PassedCounts:
    """Return the cells and genes that enter the graph of a dataset.

    Raises
    ------
    InputError
        If too few cells or genes pass quality control, or spots have no places.
    """
    matrix, genes, _ = named_counts(counts, dataset)
    places = places_of(counts, dataset.origin) if dataset.spots else None
    rows, qc = controlled(matrix, genes, dataset)
    return PassedCounts(matrix[rows][:, qc.genes], genes[qc.genes], None if places is None else places[rows])


def named_counts(
    counts: anndata.AnnData, dataset: CountedDataset
) -> tuple[sparse.csr_matrix, pd.Index, dict[str, dict[str, Any]]]:
    """Return counts and names with one column per gene, and as steps what was left out or renamed."""
    found = genes_among(counts.var_names, dataset.origin)
    genes, matrix = found.genes, sparse.csr_matrix(counts.X)
    if found.others:
        matrix = matrix[:, found.are_genes]
    translation = dataset.translation
    if translation is None:
        return *sum_duplicates(matrix, genes), found.record
    names = translation.names(genes)
    known = names.notna().to_numpy()
    if not known.any():
        raise InputError(
            f"{dataset.origin}: none of its {translation.given}, such as {genes[0]!r}, is in the tables"
            " given."
        )
    share = matrix[:, known].sum(dtype=np.float64) / max(matrix.sum(dtype=np.float64), 1.0)
    record = {
        **translation.record,
        "columns_without_name": int((~known).sum()),
        "share_of_counts_kept": float(share),
    }
    named, unique = sum_duplicates(matrix[:, known], pd.Index(names[known]))
    return named, unique, {**found.record, "identifiers": record}


def controlled(
    matrix: sparse.csr_matrix, genes: pd.Index, dataset: CountedDataset
) -> tuple[np.ndarray, QualityControl]:
    """Return the rows of the cells that enter, drawn where too many pass, and their quality control."""
    settings, origin = dataset.settings, dataset.origin
    qc = quality_control(matrix, genes, settings, modality=dataset.modality)
    rows = np.flatnonzero(qc.cells)
    if settings.max_cells is not None and len(rows) > settings.max_cells:
        drawn = drawn_cells(rows, settings.max_cells, dataset.name)
        qc = quality_control(matrix[drawn], genes, qc.settings, modality=dataset.modality).after(qc)
        rows = drawn[qc.cells]
    for what, passed, needed, rules in (
        ("cells", qc.cells, settings.min_cells, CELLS),
        ("genes", qc.genes, settings.min_genes, GENES),
    ):
        if passed.sum() < needed:
            raise InputError(
                f"{origin}: {passed.sum()} of {len(passed)} {what} are left after quality control; "
                f"{needed} are needed{largest_loss(qc_record(qc, dataset), rules)}."
            )
    return rows, qc


def drawn_cells(rows: np.ndarray, number: int, name: str) -> np.ndarray:
    """Return the sorted positions of cells drawn from those that passed."""
    seed = int.from_bytes(hashlib.sha256(f"cells of {name}".encode()).digest()[:8])
    return np.sort(np.random.default_rng(seed).choice(rows, number, replace=False))


def qc_record(qc: QualityControl, dataset: CountedDataset) -> dict[str, Any]:
    """Return the parameters of quality control and what it dropped."""
    bounds = ("min_genes_per_cell", "max_genes_per_cell", "max_mitochondrial_share")
    rules = (*(() if dataset.spots else bounds), "min_cells_per_gene", "min_cell_share", "max_cells")
    return {**{rule: getattr(qc.settings, rule) for rule in rules}, "dropped": qc.dropped}


def places_of(counts: anndata.AnnData, origin: str) -> np.ndarray:
    """Return the coordinates of the spots, float64 of shape (n_spots, 2).

    Raises
    ------
    InputError
        If there are none, or they are no places.
    """
    if "spatial" not in counts.obsm:
        raise InputError(f'{origin}: spatial data without coordinates; obsm["spatial"] is missing.')
    try:
        places = np.asarray(counts.obsm["spatial"], dtype=np.float64)
    except (TypeError, ValueError):
        places = np.empty(0)  # words, refused below
    if places.ndim != 2 or places.shape[1] != 2 or not np.isfinite(places).all():
        raise InputError(f'{origin}: obsm["spatial"] must hold two finite coordinates for every spot.')
    if not (places != places[0]).any():
        raise InputError(f'{origin}: all spots of obsm["spatial"] lie at one place.')
    return places
