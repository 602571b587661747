"""From raw counts to a gene graph: quality control, gene selection, residuals, CS-CORE edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import PREPARED_FROM, GeneGraph
from geneboard.datasets.graphs.counted import (
    STEPS,
    CountedDataset,
    controlled,
    named_counts,
    places_of,
    qc_record,
)
from geneboard.datasets.graphs.cscore import cscore
from geneboard.datasets.graphs.edges import degree_depth_correlation, degrees, edges_by_rule
from geneboard.datasets.graphs.identity import prepared_from
from geneboard.datasets.graphs.nodes import pearson_residuals, select_genes
from geneboard.datasets.graphs.profile import mean_profile
from geneboard.datasets.graphs.sctransform import SCTransform
from geneboard.datasets.graphs.settings import PipelineSettings


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
    matrix, genes, named = named_counts(counts, dataset)
    places = places_of(counts, dataset.origin) if dataset.spots else None
    translation = dataset.translation
    described = {
        "name": dataset.name,
        "species": species,
        "translation": None if translation is None else translation.record,
    }
    identity = prepared_from(counts, places, settings, described)

    dataset.on_step(STEPS[0])
    rows, qc = controlled(matrix, genes, dataset)
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
        "quality_control": qc_record(qc, dataset),
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
    matrix, genes, _ = named_counts(counts, dataset)
    rows, qc = controlled(matrix, genes, dataset)
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
        provenance={"sizes": sizes, "steps": {"quality_control": qc_record(qc, dataset), "edges": test}},
    )


def _listed_record(settings: PipelineSettings, *, passed: int, added: int) -> dict[str, Any]:
    """Return what a list of genes has added; nothing where there is none."""
    if not settings.genes_from:
        return {}
    measured = len(settings.genes)
    return {"listed": {"from": settings.genes_from, "measured": measured, "passed": passed, "added": added}}


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
