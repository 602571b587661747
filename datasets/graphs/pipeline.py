"""From raw counts to a gene graph: quality control, gene selection, residuals, CS-CORE edges."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import PREPARED_FROM, GeneGraph, StepProgress
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.cscore import cscore
from geneboard.datasets.graphs.edges import degree_depth_correlation, degrees, edges_by_rule
from geneboard.datasets.graphs.feature_names import genes_among
from geneboard.datasets.graphs.gene_ids import sum_duplicates
from geneboard.datasets.graphs.gene_tables import Translation
from geneboard.datasets.graphs.identity import prepared_from
from geneboard.datasets.graphs.losses import CELLS, GENES, largest_loss
from geneboard.datasets.graphs.nodes import pearson_residuals, select_genes
from geneboard.datasets.graphs.profile import mean_profile
from geneboard.datasets.graphs.qc import QualityControl, quality_control
from geneboard.datasets.graphs.sctransform import SCTransform
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


def build_graph(
    counts: anndata.AnnData, dataset: CountedDataset, species: str, provenance: Mapping[str, Any]
) -> GeneGraph:
    """Build the gene graph of one dataset.

    Parameters
    ----------
    counts
        Raw counts (cells x genes) in ``X``; spots have their places in ``obsm["spatial"]``.
    dataset
        What the dataset is, and how its graph is made.
    species
        As in `GeneGraph`.
    provenance
        Where the counts come from; what identifies the data (`datasets.graphs.identity`) and the parameters
        and sizes of every step are added.

    Raises
    ------
    InputError
        If too few cells or genes pass quality control, or spots have no places.
    """
    settings = dataset.settings
    matrix, genes, named = _named(counts, dataset)
    places = _places(counts, dataset.origin) if dataset.spots else None
    translation = dataset.translation
    described = {
        "name": dataset.name,
        "species": species,
        "translation": None if translation is None else translation.record,
    }
    identity = prepared_from(counts, places, settings, described)

    dataset.on_step(STEPS[0])
    rows, qc = _controlled(matrix, genes, dataset)
    passed = matrix[rows][:, qc.genes]
    depth = np.asarray(passed.sum(axis=1, dtype=np.float64)).ravel()

    dataset.on_step(STEPS[1])
    model = SCTransform.of(passed, depth) if settings.residuals == "sctransform" else None
    selection: dict[str, Any] = {"by": "SPARK-X"}
    if places is None:
        selection = {"by": "variance of analytic Pearson residuals", "theta": settings.theta}
    if places is None and model is not None:
        selection = {"by": "variance of residuals as in SCTransform v2"}
        chosen = model.select(passed, depth, settings.n_genes)
    else:
        spots = None if places is None else places[rows]
        chosen = select_genes(passed, settings.n_genes, theta=settings.theta, places=spots)
    listed = np.flatnonzero(genes[qc.genes].isin(settings.genes))
    n_selected, chosen = len(chosen), np.union1d(chosen, listed)
    selected = passed[:, chosen]

    dataset.on_step(STEPS[2])
    if model is None:
        features = pearson_residuals(selected, depth, total=float(depth.sum()), theta=settings.theta)
        residuals = {"theta": settings.theta, "clip": "sqrt(n_cells)"}
    else:
        features = model.features(passed, depth, chosen)
        residuals = {"theta": "smoothed along the mean", "clip": "sqrt(n_cells / 30), centred"}

    dataset.on_step(STEPS[3])
    candidates, test = _edges(selected, depth, settings)
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
    steps = {
        **named,
        "quality_control": _qc_record(qc, dataset),
        "gene_selection": {
            **selection,
            "n_genes": settings.n_genes,
            **_listed_record(settings, passed=len(listed), added=len(chosen) - n_selected),
        },
        "residuals": {"by": settings.residuals, **residuals, "depth": "all genes after quality control"},
        "edges": {**test, "by_rule": by_rule},
    }
    return GeneGraph(
        dataset.name,
        dataset.tissue,
        dataset.modality,
        species,
        pd.Index(genes[qc.genes][chosen].to_numpy(dtype=object)),
        features,
        candidates[settings.edges],
        {
            **provenance,
            PREPARED_FROM: identity,
            "sizes": sizes,
            "steps": steps,
            "mean_counts": mean_profile(passed, genes[qc.genes]),
        },
    )


def build_heldout_graph(counts: anndata.AnnData, dataset: CountedDataset, seen: GeneGraph) -> GeneGraph:
    """Build the graph that other cells of a dataset give, on the genes of a graph that is there already.

    The cells pass the same quality control as those of `build_graph`, on their own, and the same test makes
    the edges. The genes are given, so a gene may be rare here that was not rare there; it is tested all the
    same. A gene without any count cannot be tested and has no edges.

    Parameters
    ----------
    counts
        Raw counts (cells x genes) in ``X``, of cells that `seen` was not built from; genes as there.
    dataset
        As in `build_graph`.
    seen
        Gives the genes, in its order.

    Returns
    -------
    GeneGraph
        Its features have no cells, shape (n_genes, 0): it is for scoring edges alone.

    Raises
    ------
    InputError
        If too few cells or genes pass quality control.
    """
    matrix, genes, _ = _named(counts, dataset)
    rows, qc = _controlled(matrix, genes, dataset)
    passed = matrix[rows]
    depth = np.asarray(passed[:, qc.genes].sum(axis=1, dtype=np.float64)).ravel()
    selected = passed[:, genes.get_indexer(seen.genes)]
    candidates, test = _edges(selected, depth, dataset.settings)
    sizes = {
        "cells_read": counts.n_obs,
        "cells_after_qc": int(qc.cells.sum()),
        "genes_without_counts": int((np.asarray(selected.sum(axis=0)).ravel() == 0).sum()),
    }
    return replace(
        seen,
        features=np.empty((seen.n_genes, 0), dtype=np.float32),
        adjacency=candidates[dataset.settings.edges],
        provenance={"sizes": sizes, "steps": {"quality_control": _qc_record(qc, dataset), "edges": test}},
    )


def _named(
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


def _controlled(
    matrix: sparse.csr_matrix, genes: pd.Index, dataset: CountedDataset
) -> tuple[np.ndarray, QualityControl]:
    """Return the rows of the cells that enter, drawn where too many pass, and their quality control."""
    settings, origin = dataset.settings, dataset.origin
    qc = quality_control(matrix, genes, settings, modality=dataset.modality)
    rows = np.flatnonzero(qc.cells)
    if settings.max_cells is not None and len(rows) > settings.max_cells:
        drawn = _drawn(rows, settings.max_cells, dataset.name)
        qc = quality_control(matrix[drawn], genes, qc.settings, modality=dataset.modality).after(qc)
        rows = drawn[qc.cells]
    for what, passed, needed, rules in (
        ("cells", qc.cells, settings.min_cells, CELLS),
        ("genes", qc.genes, settings.min_genes, GENES),
    ):
        if passed.sum() < needed:
            raise InputError(
                f"{origin}: {passed.sum()} of {len(passed)} {what} are left after quality control; "
                f"{needed} are needed{largest_loss(_qc_record(qc, dataset), rules)}."
            )
    return rows, qc


def _drawn(rows: np.ndarray, number: int, name: str) -> np.ndarray:
    """Return the sorted positions of cells drawn from those that passed."""
    seed = int.from_bytes(hashlib.sha256(f"cells of {name}".encode()).digest()[:8])
    return np.sort(np.random.default_rng(seed).choice(rows, number, replace=False))


def _qc_record(qc: QualityControl, dataset: CountedDataset) -> dict[str, Any]:
    """Return the parameters of quality control and what it dropped."""
    bounds = ("min_genes_per_cell", "max_genes_per_cell", "max_mitochondrial_share")
    rules = (*(() if dataset.spots else bounds), "min_cells_per_gene", "min_cell_share", "max_cells")
    return {**{rule: getattr(qc.settings, rule) for rule in rules}, "dropped": qc.dropped}


def _listed_record(settings: PipelineSettings, *, passed: int, added: int) -> dict[str, Any]:
    """Return what a list of genes has added; nothing where there is none."""
    if not settings.genes_from:
        return {}
    measured = len(settings.genes)
    return {"listed": {"from": settings.genes_from, "measured": measured, "passed": passed, "added": added}}


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


def _edges(
    selected: sparse.csr_matrix, depth: np.ndarray, settings: PipelineSettings
) -> tuple[dict[str, sparse.csr_matrix], dict[str, Any]]:
    """Return the edges that each rule gives, and the parameters of the test and how it went."""
    test = cscore(selected, depth)
    candidates = edges_by_rule(
        test.p_values, test.statistic, p_threshold=settings.p_threshold, top_k=settings.top_k
    )
    return candidates, {
        "by": "CS-CORE",
        "rule": settings.edges,
        "p_threshold": settings.p_threshold,
        "top_k": settings.top_k,
        "iterations": test.iterations,
        "converged": test.converged,
        "pairs_without_test": int(np.isnan(test.p_values).sum()),
    }
