"""All metrics of inferred expression, for the inferred genes and for landmarks apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.metrics.inference.correlations import (
    gene_pearson,
    gene_pearson_within_organs,
    gene_rank_correlation,
    sample_spearman,
)
from geneboard.metrics.inference.gene_recall import recalled_genes, recalled_of_all
from geneboard.metrics.inference.metric_columns import METRICS
from geneboard.metrics.inference.other_measures import gene_auroc, gene_r2, sample_smape

__all__ = ["GENE_SETS", "METRICS", "InferenceScore", "gene_values", "sample_values", "score_inference"]

GENE_SETS: Mapping[str, tuple[str, ...]] = {
    "targets": ("best inferred", "inferred"),
    "best inferred": ("best inferred",),
    "landmarks": ("landmark",),
}
"""Sets of genes that are scored, by the feature spaces of their genes; ranks are those within a set."""


@dataclass(frozen=True)
class InferenceScore:
    """One metric over one set of genes.

    Parameters
    ----------
    value
        Mean over genes or samples; None if it is undefined.
    reason
        Why it is undefined; "" if it is defined.
    n_constant
        Genes or samples whose truth varies but whose prediction does not. Each counts as no correlation, 0.
    """

    value: float | None
    reason: str
    n_constant: int = 0


def score_inference(
    true: np.ndarray,
    predicted: np.ndarray,
    organs: np.ndarray,
    feature_spaces: np.ndarray,
    medians: np.ndarray,
) -> dict[str, dict[str, InferenceScore]]:
    """Score predictions with every metric.

    Parameters
    ----------
    true, predicted
        Standardised expression of test samples, shape (n_samples, n_genes).
    organs
        Shape (n_samples,).
    feature_spaces
        Feature space of every gene, shape (n_genes,).
    medians
        Median of every gene over the samples that models learn from, shape (n_genes,).

    Returns
    -------
    dict
        For every set of `GENE_SETS` with a gene in it, the score of every metric by its name.
    """
    scores = {}
    for name, spaces in GENE_SETS.items():
        genes = np.isin(feature_spaces, spaces)
        if genes.any():
            scores[name] = _score_set(true[:, genes], predicted[:, genes], organs, medians[genes])
    return scores


def _score_set(
    true: np.ndarray, predicted: np.ndarray, organs: np.ndarray, medians: np.ndarray
) -> dict[str, InferenceScore]:
    others = other_values(true, predicted, medians)
    parts = {**gene_values(true, predicted, organs), **sample_values(true, predicted), **others}
    best = {**gene_values(true, true, organs, recall=False), **sample_values(true, true)}
    own = (others["R95_pooled"] == 1).to_numpy()
    scores = {}
    for metric in METRICS:
        if metric.name == "rank_correlation_own":
            scores[metric.name] = _rank_correlation_of(true[:, own], predicted[:, own])
        elif not metric.unit:
            scores[metric.name] = InferenceScore(root_mean_squared_error(true, predicted), "")
        else:
            possible = best.get(metric.name, parts[metric.name])
            scores[metric.name] = _mean(parts[metric.name], possible, metric.unit)
    return scores


def _rank_correlation_of(true: np.ndarray, predicted: np.ndarray) -> InferenceScore:
    """Return the gene-rank correlation over the genes that the model itself recalls."""
    if true.shape[1] < 2:
        return InferenceScore(None, "fewer than two genes are recalled")
    found = gene_rank_correlation(true, predicted)
    return _mean(pd.Series(found), pd.Series(gene_rank_correlation(true, true)), "sample")


def absolute_errors(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return |true - predicted|, float64, (n_samples, n_genes). The mean is the MAE; lower is better."""
    errors: np.ndarray = np.abs(true.astype(np.float64) - predicted)
    return errors


def root_mean_squared_error(true: np.ndarray, predicted: np.ndarray) -> float:
    """Return the root of the mean squared error over all samples and genes; lower is better.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).
    """
    return float(np.sqrt(np.mean(absolute_errors(true, predicted) ** 2)))


def gene_values(
    true: np.ndarray, predicted: np.ndarray, organs: np.ndarray, *, recall: bool = True
) -> pd.DataFrame:
    """Return the metrics that are means over genes, one row per gene, for paired tests.

    Parameters
    ----------
    true, predicted, organs
        As for `score_inference`.
    recall
        Whether gene recall, which compares every gene with every other, is wanted.
    """
    values = {
        "PCC": gene_pearson(true, predicted),
        "PCC_within": gene_pearson_within_organs(true, predicted, organs),
        "MAE": absolute_errors(true, predicted).mean(axis=0),
    }
    if recall:
        values["R95"], values["R99"] = recalled_genes(true, predicted, (95, 99))
    return pd.DataFrame(values)


def sample_values(true: np.ndarray, predicted: np.ndarray) -> pd.DataFrame:
    """Return the metrics that are means over samples, one row per sample, for paired tests."""
    return pd.DataFrame(
        {
            "rank_correlation": gene_rank_correlation(true, predicted),
            "SCC": sample_spearman(true, predicted),
        }
    )


def other_values(true: np.ndarray, predicted: np.ndarray, medians: np.ndarray) -> dict[str, pd.Series]:
    """Return the secondary metrics that are means over genes, or over samples, by name."""
    recalled = recalled_of_all(true, predicted, (95, 99))
    values = {
        "R2": gene_r2(true, predicted),
        "AUROC": gene_auroc(true, predicted, medians),
        "SMAPE": sample_smape(true, predicted),
        "R95_pooled": recalled[0],
        "R99_pooled": recalled[1],
    }
    return {name: pd.Series(found) for name, found in values.items()}


def _mean(values: pd.Series, possible: pd.Series, unit: str) -> InferenceScore:
    """Return the mean over the genes or samples whose truth varies; a constant prediction of one is 0."""
    scored = values[possible.notna()]
    if scored.empty:
        return InferenceScore(None, f"the true values of no {unit} vary")
    constant = int(scored.isna().sum())
    if constant == len(scored):
        return InferenceScore(None, f"the prediction of no {unit} varies", constant)
    return InferenceScore(float(scored.fillna(0.0).mean()), "", constant)
