"""Edges: which pairs of genes CS-CORE's test joins, by one of three rules.

A rule decides about pairs of different genes. The diagonal is no pair: under every rule it is what the raw
test gives, an edge of a gene to itself where the variance of its level is significant (p < `p_threshold`), as
in the published graphs. So two graphs made by different rules differ in their pairs only.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

EDGE_RULES = ("p", "bh", "top")
"""Raw p-values, Benjamini-Hochberg at a level, the strongest partners of each gene."""


def edges_by_rule(
    p_values: np.ndarray, statistic: np.ndarray, *, p_threshold: float, top_k: int
) -> dict[str, sparse.csr_matrix]:
    """Return the edges that each of `EDGE_RULES` gives, so that its effect can be shown beside the others'.

    "p" joins two genes where p < `p_threshold`, whatever the sign of their co-expression.

    "bh" joins the pairs that Benjamini and Hochberg's step-up procedure finds at the level `p_threshold`. The
    tests are the pairs of different genes, each counted once (the upper triangle); pairs that could not be
    tested do not count. Of m tests the i smallest are taken, i being the largest number for which the i-th
    p-value is at most i / m times the level (Benjamini and Hochberg 1995, J R Stat Soc B 57:289). At the same
    number this is never less strict than the raw rule, but it hardly differs from it where most pairs are
    significant.

    "top" joins each gene with the `top_k` others of the smallest p-values, significant or not. A pair is
    joined if one of the two chooses the other, so a gene can have more than `top_k` partners. Partners are
    ranked by the size of the statistic, which orders pairs as their p-values do and still tells them apart
    where the p-values are too small for a float; of equal ones all are taken. A gene has fewer partners than
    `top_k` only if fewer could be tested.

    Parameters
    ----------
    p_values, statistic
        Of the same test, symmetric, shape (n_genes, n_genes). NaN, where no test was possible, is no edge.
    p_threshold
        Significance level: of a single pair for "p", not corrected for the number of pairs, the highest
        expected share of false edges for "bh", and of a single test for the diagonal under every rule.
    top_k
        Partners that each gene chooses under "top", at least 1.

    Returns
    -------
    dict
        Rule -> boolean CSR matrix of shape (n_genes, n_genes), symmetric.
    """
    joined = {
        "p": p_values < p_threshold,
        "bh": _false_discovery(p_values, p_threshold),
        "top": _strongest(statistic, top_k),
    }
    diagonal = np.diag(np.diagonal(p_values) < p_threshold)
    edges = {}
    for rule, pairs in joined.items():
        upper = np.triu(pairs, k=1)  # the two triangles may differ in the last bit
        edges[rule] = sparse.csr_matrix(upper | upper.T | diagonal)
    return edges


def _false_discovery(p_values: np.ndarray, level: float) -> np.ndarray:
    upper = p_values[np.triu_indices_from(p_values, k=1)]
    tested = np.sort(upper[~np.isnan(upper)])
    passing = tested[tested <= level * np.arange(1, len(tested) + 1) / max(len(tested), 1)]
    return p_values <= passing[-1] if len(passing) else np.zeros(p_values.shape, dtype=bool)


def _strongest(statistic: np.ndarray, top_k: int) -> np.ndarray:
    strength = np.abs(np.triu(statistic, k=1))
    strength = strength + strength.T
    strength[np.isnan(strength)] = -1
    np.fill_diagonal(strength, -1)
    last = min(top_k, len(strength))
    weakest = -np.partition(-strength, last - 1, axis=1)[:, last - 1]
    chosen = (strength >= weakest[:, None]) & (strength >= 0)
    return np.asarray(chosen | chosen.T)


def degrees(adjacency: sparse.csr_matrix) -> np.ndarray:
    """Return the number of other genes that each gene is joined to, shape (n_genes,)."""
    joined = np.asarray(adjacency.sum(axis=1, dtype=np.int64)).ravel()
    return np.asarray(joined - adjacency.diagonal().astype(np.int64))


def degree_depth_correlation(adjacency: sparse.csr_matrix, mean_counts: np.ndarray) -> float | None:
    """Return Spearman's correlation of the degrees of genes with their mean counts.

    The test of a pair has more power the more the two genes are counted, so hubs may be the genes that were
    counted most, and a method that recovers such a graph may have learnt no more than that. Genes that are
    both highly expressed and co-regulated raise the correlation too, and edges can depend on depth where it
    is low: a high value is a reason to look, not a proof.

    Parameters
    ----------
    adjacency
        Shape (n_genes, n_genes).
    mean_counts
        Raw counts of each gene, mean over cells, shape (n_genes,).

    Returns
    -------
    float or None
        -1 to 1; None if all degrees or all means are the same.
    """
    from scipy.stats import rankdata  # a second to import, and most runs find graphs that are ready

    degree, mean = rankdata(degrees(adjacency)), rankdata(mean_counts)
    if np.ptp(degree) == 0 or np.ptp(mean) == 0:
        return None
    return float(np.corrcoef(degree, mean)[0, 1])
