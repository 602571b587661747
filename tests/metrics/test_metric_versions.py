"""Each metric's version goes with its values: whoever changes a value raises the version."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metric_cases import ALL_METRICS, gene_graph, modular_tissue, module_edges, rows_for

from geneboard.metrics.inference.metric_columns import METRICS
from geneboard.metrics.inference.score import score_inference
from geneboard.metrics.score import evaluate

RAISE = "if this value is meant to change, raise the version of the metric, and only then edit this table"

EMBEDDING = {
    "ASW": (1, 0.92810229),
    "AUC": (1, 0.86817027),
    "iLISI": (1, 0.82405672),
    "GC": (1, 1.00000000),
    "CGR": (1, 0.56805556),
    "NO": (1, 0.22829678),
    "AUC_offdiag": (1, 0.87216661),
    "module_nmi": (1, 0.89043116),
    "AUC_heldout": (1, 0.86961943),
    "NO_heldout": (1, 0.22378711),
}
"""Version and value of every metric of a fixed embedding."""

INFERENCE = {
    "PCC": (1, 0.75760292),
    "PCC_within": (1, 0.75365630),
    "MAE": (1, 0.59409790),
    "RMSE": (1, 0.74221296),
    "R95": (1, 1.00000000),
    "R99": (1, 1.00000000),
    "rank_correlation": (1, 0.72331898),
    "SCC": (1, 0.82388580),
    "R2": (1, 0.41329843),
    "AUROC": (1, 0.86744767),
    "SMAPE": (1, 0.89393576),
    "R95_pooled": (1, 1.00000000),
    "R99_pooled": (1, 1.00000000),
    "rank_correlation_own": (1, 0.72331898),
}
"""The same of fixed predictions."""


def embedding_scores() -> dict[str, tuple[int, float | None]]:
    tissue, rng = modular_tissue(), np.random.default_rng(1)
    assert tissue.truth is not None
    modules = [tissue.truth[graph.genes].to_numpy() for graph in tissue.graphs]
    heldout = tuple(
        gene_graph(graph.name, list(graph.genes), module_edges(module, rng))
        for graph, module in zip(tissue.graphs, modules, strict=True)
    )
    centres = {module: rng.normal(size=8) for module in np.unique(modules[0])}
    matrices = [
        np.array([centres[one] for one in module])
        + rng.normal(scale=0.7, size=(len(module), 8))
        + 0.3 * number
        for number, module in enumerate(modules)
    ]
    scores = evaluate(rows_for(tissue, matrices), replace(tissue, heldout=heldout), ALL_METRICS)
    return {metric.name: (metric.version, scores[metric.name].value) for metric in ALL_METRICS}


def inference_scores() -> dict[str, tuple[int, float | None]]:
    rng = np.random.default_rng(2)
    true = rng.normal(size=(40, 60)) + rng.normal(size=(1, 60))
    predicted = 0.6 * true + 0.5 * rng.normal(size=true.shape)
    organs = np.repeat(["lung", "liver"], 20)
    scores = score_inference(true, predicted, organs, np.repeat("inferred", 60), np.zeros(60))["targets"]
    return {metric.name: (metric.version, scores[metric.name].value) for metric in METRICS}


@pytest.mark.parametrize(
    ("found", "frozen"),
    [(embedding_scores, EMBEDDING), (inference_scores, INFERENCE)],
    ids=["embedding", "L1000"],
)
def test_versions_hold_values(found, frozen):
    scores = found()
    assert set(scores) == set(frozen)
    for name, (version, value) in scores.items():
        assert (version, value) == (frozen[name][0], pytest.approx(frozen[name][1], abs=1e-5)), (
            f"{name}: {RAISE}"
        )
