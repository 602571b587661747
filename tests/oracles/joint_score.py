"""The parts of the joint score by their definition, pair by pair."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows


def plain_parts(rows: EmbeddingRows, tissue: Tissue) -> dict[str, list[float]]:
    """Return within, across, specific and same_gene of every dataset; every row must have a vector."""
    vector: dict[tuple[str, int], np.ndarray] = {}
    for values, gene, dataset in zip(rows.matrix.astype(float), rows.gene, rows.dataset, strict=True):
        vector[gene, dataset] = values / np.sqrt(sum(v * v for v in values))
    found: dict[str, list[float]] = {"within": [], "across": [], "specific": [], "same_gene": []}
    for here, graph in enumerate(tissue.graphs):
        edges = graph.adjacency.toarray()
        genes = list(graph.genes)
        degree = [sum(edges[i, j] for j in range(len(genes)) if j != i) for i in range(len(genes))]
        elsewhere = {gene: mean for gene in genes if (mean := _elsewhere(vector, gene, here)) is not None}
        pairs: dict[str, list[tuple[int, bool, float]]] = {"within": [], "across": [], "specific": []}
        nearer = []
        for i, one in enumerate(genes):
            for j, other in enumerate(genes):
                if i == j:
                    continue
                facts = (degree[i] + degree[j], bool(edges[i, j]))
                cosine = vector[one, here] @ vector[other, here]
                if i < j:
                    pairs["within"].append((*facts, cosine))
                if other not in elsewhere:
                    continue
                to_other = vector[one, here] @ elsewhere[other]
                pairs["across"].append((*facts, to_other))
                if one not in elsewhere:
                    continue
                if i < j:
                    pairs["specific"].append((*facts, cosine - elsewhere[one] @ elsewhere[other]))
                to_own = vector[one, here] @ elsewhere[one]
                nearer.append(np.sign(round(to_own, 6) - round(to_other, 6)))
        for name, compared in pairs.items():
            found[name].append(_stratified_auc(compared))
        found["same_gene"].append(float(np.mean(nearer)))
    return found


def _elsewhere(vector: dict[tuple[str, int], np.ndarray], gene: str, here: int) -> np.ndarray | None:
    """Return the direction of the mean of a gene's unit vectors in the other datasets."""
    others = [values for (name, dataset), values in vector.items() if name == gene and dataset != here]
    if not others:
        return None
    mean: np.ndarray = np.mean(others, axis=0)
    return mean / np.linalg.norm(mean)


def _stratified_auc(pairs: list[tuple[int, bool, float]]) -> float:
    """Return the mean of the AUCs within tenths of the degree sum, weighted by pairs."""
    degrees = sorted(pair[0] for pair in pairs)
    bounds = [degrees[int(np.ceil(len(degrees) * tenth / 10)) - 1] for tenth in range(1, 10)]
    total = n_pairs = 0.0
    for stratum in range(10):
        inside = [pair for pair in pairs if sum(pair[0] > bound for bound in bounds) == stratum]
        edge = [pair[1] for pair in inside]
        if any(edge) and not all(edge):
            total += len(inside) * roc_auc_score(edge, [round(pair[2], 6) for pair in inside])
            n_pairs += len(inside)
    return total / n_pairs
