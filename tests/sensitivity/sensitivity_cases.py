"""Small embeddings to ruin, and tables of answers that can be followed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.benchmark import registry
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import Sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.metrics.base import EmbeddingRows

EVERY_METRIC = [entry.load()() for entry in registry.metrics()]


def rows_of_names(datasets: Sequence[Sequence[str]], points: Sequence[Sequence[float]]) -> EmbeddingRows:
    sizes = [len(names) for names in datasets]
    return EmbeddingRows(
        np.array(points, dtype=np.float32),
        np.array([name for names in datasets for name in names], dtype=object),
        np.repeat(np.arange(len(sizes)), sizes),
        np.concatenate([np.arange(size) for size in sizes]),
    )


def module_tissue() -> Tissue:
    """Three datasets of 240 genes in six modules, 200 of them common; edges follow the modules."""
    rng = np.random.default_rng(0)
    graphs = []
    for index in range(3):
        genes = [f"G{i:03d}" for i in range(200)] + [f"D{index}G{i:03d}" for i in range(40)]
        module = np.arange(240) % 6
        probability = np.where(module[:, None] == module, 0.4, 0.02)
        upper = np.triu(rng.random((240, 240)) < probability, 1)
        graphs.append(
            GeneGraph(
                f"scrna_lung__{'abc'[index]}",
                *("lung", "scrna", "human", pd.Index(genes)),
                np.zeros((240, 1), dtype=np.float32),
                sparse.csr_matrix(upper | upper.T),
            )
        )
    modules = {gene: f"M{i % 6}" for graph in graphs for i, gene in enumerate(graph.genes)}
    return Tissue("lung", "synthetic", tuple(graphs), pd.Series(modules))


def module_rows(tissue: Tissue) -> EmbeddingRows:
    """The true modules with noise, in 16 dimensions."""
    rng = np.random.default_rng(1)
    assert tissue.truth is not None
    vectors = dict(zip(sorted(set(tissue.truth)), rng.standard_normal((6, 16)), strict=True))
    genes = [list(graph.genes) for graph in tissue.graphs]
    points = [vectors[tissue.truth[gene]] + 0.3 * rng.standard_normal(16) for part in genes for gene in part]
    return rows_of_names(genes, points)


def table_of_answers(
    answers: Mapping[str, Sequence[float | None]], random: float | None, metric: str = "AUC"
) -> pd.DataFrame:
    """The table of one metric and one repeat: for each degradation its scores, one per level."""
    rows = [
        (name, float(level), 0, metric, value)
        for name, values in answers.items()
        for level, value in zip(DEGRADATIONS[name].levels, values, strict=True)
    ]
    rows.append((CONTROL, 1.0, 0, metric, random))
    table = pd.DataFrame(rows, columns=["degradation", "level", "repeat", "metric", "value"])
    table["value"] = table["value"].astype(float)
    undefined = table["value"].isna()
    table["status"] = np.where(undefined, "undefined", "ok")
    table["reason"] = np.where(undefined, "no common genes", "")
    return table


def sensitivity_of(table: pd.DataFrame, **changes: str) -> Sensitivity:
    provenance = {
        "schema": 1,
        "title": "PCA",
        "dim": 32,
        "repeats": 1,
        "git_revision": "0123",
        "degradations": [
            {"name": entry.name, "meaning": entry.meaning, "levels": list(entry.levels)}
            for entry in DEGRADATIONS.values()
            if entry.name in set(table["degradation"])
        ],
    }
    head = {"source": "files:data", "preset": "quick", "tissue": "lung", "method": "pca"} | changes
    return Sensitivity(**head, table=table, provenance=provenance)
