"""The scores together: sets of genes apart, and nothing undefined averaged away."""

from __future__ import annotations

import numpy as np
import pytest

from geneboard.benchmark import registry
from geneboard.metrics.inference.correlations import gene_rank_correlation
from geneboard.metrics.inference.gene_recall import recalled_of_all
from geneboard.metrics.inference.score import (
    METRICS,
    gene_values,
    other_values,
    sample_values,
    score_inference,
)


def case(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    true = random.standard_normal((12, 20))
    predicted = true + random.standard_normal(true.shape)
    spaces = np.array(["landmark"] * 5 + ["best inferred"] * 8 + ["inferred"] * 5 + [""] * 2)
    return true, predicted, np.repeat(["lung", "liver"], 6), spaces


def test_sets_are_scored_apart() -> None:
    true, predicted, organs, spaces = case()
    medians = np.linspace(-1, 1, 20)
    scores = score_inference(true, predicted, organs, spaces, medians)
    assert list(scores) == ["targets", "best inferred", "landmarks"]
    for name, genes in (
        ("targets", slice(5, 18)),
        ("best inferred", slice(5, 13)),
        ("landmarks", slice(0, 5)),
    ):
        part = true[:, genes], predicted[:, genes]
        expected = gene_values(*part, organs).mean().to_dict() | sample_values(*part).mean().to_dict()
        expected["RMSE"] = np.sqrt(np.mean((part[0] - part[1]) ** 2))
        expected |= {name: values.mean() for name, values in other_values(*part, medians[genes]).items()}
        own = recalled_of_all(*part, (95,))[0] == 1
        expected["rank_correlation_own"] = gene_rank_correlation(part[0][:, own], part[1][:, own]).mean()
        assert list(scores[name]) == [metric.name for metric in METRICS]
        assert {metric: score.value for metric, score in scores[name].items()} == pytest.approx(expected)


def test_a_constant_prediction_counts_as_no_correlation() -> None:
    true, predicted, organs, _ = case()
    predicted[:, 3] = 0.5
    scores = score_inference(true, predicted, organs, np.full(20, "inferred"), np.zeros(20))["targets"]
    values = gene_values(true, predicted, organs)
    for metric in ("PCC", "PCC_within"):
        assert scores[metric].value == pytest.approx(values[metric].dropna().sum() / 20)
        assert scores[metric].n_constant == 1


def test_a_gene_whose_truth_does_not_vary_is_left_out() -> None:
    true, predicted, organs, _ = case()
    true[:, 3] = 0.5
    scores = score_inference(true, predicted, organs, np.full(20, "inferred"), np.zeros(20))["targets"]
    values = gene_values(true, predicted, organs).drop(index=3)
    for metric in ("PCC", "PCC_within", "R95"):
        assert (scores[metric].value, scores[metric].n_constant) == (pytest.approx(values[metric].mean()), 0)
    assert scores["MAE"].value == pytest.approx(np.abs(true - predicted).mean())


def test_means_alone_have_errors_and_no_correlations() -> None:
    true, _, organs, spaces = case()
    scores = score_inference(true, np.zeros_like(true), organs, spaces, np.zeros(20))["targets"]
    assert scores["MAE"].value == pytest.approx(np.abs(true[:, 5:18]).mean())
    for metric in ("PCC", "PCC_within", "SCC", "rank_correlation"):
        assert scores[metric].value is None
        assert scores[metric].reason.startswith("the prediction of no")
    assert [scores[metric].value for metric in ("R95", "R95_pooled", "AUROC", "SMAPE")] == [0, 0, 0.5, 2]
    assert scores["rank_correlation_own"].reason == "fewer than two genes are recalled"
    of_organs = np.stack([true[organs == organ].mean(axis=0) for organ in organs])
    scores = score_inference(true, of_organs, organs, spaces, np.zeros(20))["targets"]
    assert scores["PCC"].value is not None
    assert scores["PCC_within"].reason == "the prediction of no gene varies"


def test_these_metrics_are_no_part_of_the_embedding_benchmark() -> None:
    registered = [*registry.metrics(), *registry.methods(installed=False), *registry.sources()]
    for entry in registered:
        assert entry.path.parent.name not in ("inference", "l1000"), entry.path
