"""From raw counts to a gene graph: quality control, gene selection, residuals, CS-CORE edges."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph, StepProgress
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.cscore import CSCoreResult, cscore
from geneboard.datasets.graphs.edges import degree_depth_correlation, degrees, edges_by_rule
from geneboard.datasets.graphs.gene_ids import sum_duplicates, without_version
from geneboard.datasets.graphs.gene_tables import Translation
from geneboard.datasets.graphs.qc import QualityControl, quality_control
from geneboard.datasets.graphs.residuals import pearson_residuals
from geneboard.datasets.graphs.selection import select_by_place, select_by_residual_variance
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


def build_graph(
    counts: anndata.AnnData,
    *,
    name: str,
    tissue: str,
    modality: str,
    species: str,
    settings: PipelineSettings,
    origin: str = "",
    provenance: Mapping[str, Any] | None = None,
    translation: Translation | None = None,
    on_step: Callable[[str], None] | None = None,
) -> GeneGraph:
    """Build the gene graph of one dataset.

    Parameters
    ----------
    counts
        Raw counts (cells x genes) in ``X``; spots have their places in ``obsm["spatial"]``.
    name, tissue, modality, species
        As in `GeneGraph`.
    settings
        Parameters of the steps.
    origin
        What to call the data in a complaint, usually the file; `name` if empty.
    provenance
        Where the counts come from; the parameters and sizes of every step are added.
    translation
        How genes get other names, if they do; those without one are dropped, and counts of genes that get the
        same are summed.
    on_step
        Called with each of `STEPS` when it begins.

    Raises
    ------
    InputError
        If too few cells or genes pass quality control, or spots have no places.
    """
    origin = origin or name
    tell = on_step or _tell_nobody
    matrix, genes, identifiers = _named(counts, translation, origin)
    places = _places(counts, origin) if modality == "spatial" else None

    tell(STEPS[0])
    rows, qc = _controlled(matrix, genes, name, modality, settings, origin)
    passed = matrix[rows][:, qc.genes]
    depth = np.asarray(passed.sum(axis=1, dtype=np.float64)).ravel()

    tell(STEPS[1])
    if places is None:
        chosen = select_by_residual_variance(passed, settings.n_genes, theta=settings.theta)
    else:
        chosen = select_by_place(passed, places[rows], settings.n_genes)
    selected = passed[:, chosen]

    tell(STEPS[2])
    features = pearson_residuals(selected, depth, total=float(depth.sum()), theta=settings.theta)

    tell(STEPS[3])
    test = cscore(selected, depth)
    candidates = edges_by_rule(
        test.p_values, test.statistic, p_threshold=settings.p_threshold, top_k=settings.top_k
    )
    mean_counts = np.asarray(selected.mean(axis=0)).ravel()
    by_rule = {
        rule: {
            "edges": int(degrees(edges).sum()) // 2,
            "degree_depth": degree_depth_correlation(edges, mean_counts),
        }
        for rule, edges in candidates.items()
    }
    sizes = {
        "columns_read": counts.n_vars,
        "genes_read": len(genes),
        "cells_read": counts.n_obs,
        "genes_after_qc": int(qc.genes.sum()),
        "cells_after_qc": int(qc.cells.sum()),
        "genes_selected": len(chosen),
        "median_depth": float(np.median(depth)),
    }
    record = identifiers | _record(settings, modality, qc, test)
    record["edges"]["by_rule"] = by_rule
    return GeneGraph(
        name,
        tissue,
        modality,
        species,
        pd.Index(genes[qc.genes][chosen].to_numpy(dtype=object)),
        features,
        candidates[settings.edges],
        {**(provenance or {}), "sizes": sizes, "steps": record},
    )


def build_heldout_graph(
    counts: anndata.AnnData,
    seen: GeneGraph,
    *,
    settings: PipelineSettings,
    origin: str = "",
    translation: Translation | None = None,
) -> GeneGraph:
    """Build the graph that other cells of a dataset give, on the genes of a graph that is there already.

    The cells pass the same quality control as those of `build_graph`, on their own, and the same test makes
    the edges. The genes are given, so a gene may be rare here that was not rare there; it is tested all the
    same. A gene without any count cannot be tested and has no edges.

    Parameters
    ----------
    counts
        Raw counts (cells x genes) in ``X``, of cells that `seen` was not built from; genes as there.
    seen
        Gives the name and the genes, in its order.
    settings, origin, translation
        As in `build_graph`.

    Returns
    -------
    GeneGraph
        Its features have no cells, shape (n_genes, 0): it is for scoring edges alone.

    Raises
    ------
    InputError
        If too few cells or genes pass quality control.
    """
    origin = origin or seen.name
    matrix, genes, _ = _named(counts, translation, origin)
    rows, qc = _controlled(matrix, genes, seen.name, seen.modality, settings, origin)
    passed = matrix[rows]
    depth = np.asarray(passed[:, qc.genes].sum(axis=1, dtype=np.float64)).ravel()
    selected = passed[:, genes.get_indexer(seen.genes)]
    test = cscore(selected, depth)
    candidates = edges_by_rule(
        test.p_values, test.statistic, p_threshold=settings.p_threshold, top_k=settings.top_k
    )
    sizes = {
        "cells_read": counts.n_obs,
        "cells_after_qc": int(qc.cells.sum()),
        "genes_without_counts": int((np.asarray(selected.sum(axis=0)).ravel() == 0).sum()),
    }
    record = _record(settings, seen.modality, qc, test)
    steps = {step: record[step] for step in ("quality_control", "edges")}
    return replace(
        seen,
        features=np.empty((seen.n_genes, 0), dtype=np.float32),
        adjacency=candidates[settings.edges],
        provenance={"sizes": sizes, "steps": steps},
    )


def _named(
    counts: anndata.AnnData, translation: Translation | None, origin: str
) -> tuple[sparse.csr_matrix, pd.Index, dict[str, dict[str, Any]]]:
    """Return counts and names with one column per gene, and for a translation what it did."""
    matrix, genes = sparse.csr_matrix(counts.X), without_version(counts.var_names)
    if translation is None:
        return *sum_duplicates(matrix, genes), {}
    names = translation.names(genes)
    known = names.notna().to_numpy()
    if not known.any():
        raise InputError(
            f"{origin}: none of its {translation.given}, such as {genes[0]!r}, is in the tables given."
        )
    share = matrix[:, known].sum(dtype=np.float64) / max(matrix.sum(dtype=np.float64), 1.0)
    record = {
        **translation.record,
        "columns_without_name": int((~known).sum()),
        "share_of_counts_kept": float(share),
    }
    named, unique = sum_duplicates(matrix[:, known], pd.Index(names[known]))
    return named, unique, {"identifiers": record}


def _controlled(
    matrix: sparse.csr_matrix,
    genes: pd.Index,
    name: str,
    modality: str,
    settings: PipelineSettings,
    origin: str,
) -> tuple[np.ndarray, QualityControl]:
    """Return the rows of the cells that enter, drawn where too many pass, and their quality control."""
    qc = _quality_control(matrix, genes, modality, settings)
    rows = np.flatnonzero(qc.cells)
    if settings.max_cells is not None and len(rows) > settings.max_cells:
        drawn = _drawn(qc.cells, settings.max_cells, name)
        qc = _quality_control(matrix[drawn], genes, modality, settings).after(qc)
        rows = drawn[qc.cells]
    _refuse_small(qc, settings, origin)
    return rows, qc


def _quality_control(
    matrix: sparse.csr_matrix, genes: pd.Index, modality: str, settings: PipelineSettings
) -> QualityControl:
    spots = modality == "spatial"
    return quality_control(
        matrix,
        genes,
        min_genes_per_cell=0 if spots else settings.min_genes_per_cell,
        max_genes_per_cell=None if spots else settings.max_genes_per_cell,
        max_mitochondrial_share=None if spots else settings.max_mitochondrial_share,
        min_cells_per_gene=settings.min_cells_per_gene,
        min_cell_share=settings.min_cell_share,
    )


def _drawn(cells: np.ndarray, number: int, name: str) -> np.ndarray:
    """Return the sorted positions of cells drawn from those that passed."""
    seed = int.from_bytes(hashlib.sha256(f"cells of {name}".encode()).digest()[:8])
    return np.sort(np.random.default_rng(seed).choice(np.flatnonzero(cells), number, replace=False))


def _tell_nobody(step: str) -> None:
    """Take no notice of a step."""


def _places(counts: anndata.AnnData, origin: str) -> np.ndarray:
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


def _refuse_small(qc: QualityControl, settings: PipelineSettings, origin: str) -> None:
    cells, genes = int(qc.cells.sum()), int(qc.genes.sum())
    if cells < settings.min_cells:
        raise InputError(
            f"{origin}: {cells} of {len(qc.cells)} cells are left after quality control; "
            f"{settings.min_cells} are needed."
        )
    if genes < settings.min_genes:
        raise InputError(
            f"{origin}: {genes} of {len(qc.genes)} genes are left after quality control; "
            f"{settings.min_genes} are needed."
        )


def _record(
    settings: PipelineSettings, modality: str, qc: QualityControl, test: CSCoreResult
) -> dict[str, dict[str, Any]]:
    """Return the parameters of every step and what it did."""
    values = asdict(settings)
    bounds = ("min_genes_per_cell", "max_genes_per_cell", "max_mitochondrial_share")
    rules = [*(() if modality == "spatial" else bounds), "min_cells_per_gene", "min_cell_share", "max_cells"]
    return {
        "quality_control": {**{key: values[key] for key in rules}, "dropped": qc.dropped},
        "gene_selection": {
            "by": "SPARK-X" if modality == "spatial" else "variance of analytic Pearson residuals",
            "n_genes": settings.n_genes,
            **({} if modality == "spatial" else {"theta": settings.theta}),
        },
        "residuals": {
            "theta": settings.theta,
            "clip": "sqrt(n_cells)",
            "depth": "all genes after quality control",
        },
        "edges": {
            "by": "CS-CORE",
            "rule": settings.edges,
            "p_threshold": settings.p_threshold,
            "top_k": settings.top_k,
            "iterations": test.iterations,
            "converged": test.converged,
            "pairs_without_test": int(np.isnan(test.p_values).sum()),
        },
    }
