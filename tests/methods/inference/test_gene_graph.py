"""Edges among inferred genes, against a plain search, and the controls."""

from __future__ import annotations

import numpy as np
import pytest
from inference_cases import random_data
from sklearn.metrics.pairwise import cosine_similarity

from geneboard.methods.inference.gene_graph import coexpression_graph, target_graph


def plain_graph(landmarks: np.ndarray, targets: np.ndarray, n_similar: int) -> np.ndarray:
    cosines = cosine_similarity(np.hstack([landmarks, targets]).T)
    n_landmarks, n_targets = landmarks.shape[1], targets.shape[1]
    graph = np.zeros((n_targets, n_targets), dtype=bool)
    for target in range(n_targets):
        others = [gene for gene in range(len(cosines)) if gene != n_landmarks + target]
        ordered = sorted(others, key=lambda gene, t=target: cosines[n_landmarks + t, gene])
        for gene in [*ordered[:n_similar], *ordered[-n_similar:]]:
            if gene >= n_landmarks:
                graph[target, gene - n_landmarks] = True
    return graph


def test_most_and_least_similar_genes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geneboard.methods.inference.gene_graph.GENES_AT_ONCE", 7)
    data = random_data(20, n_landmarks=8, n_targets=30)
    found = coexpression_graph(data.landmarks, data.targets, 4)
    np.testing.assert_array_equal(found.toarray(), plain_graph(data.landmarks, data.targets, 4))


def test_few_genes_are_all_neighbours() -> None:
    data = random_data(20, n_landmarks=2, n_targets=5)
    found = coexpression_graph(data.landmarks, data.targets, 50).toarray()
    np.testing.assert_array_equal(found, ~np.eye(5, dtype=bool))


def test_random_edges_keep_all_degrees() -> None:
    data = random_data(20, n_landmarks=8, n_targets=40)
    graph = coexpression_graph(data.landmarks, data.targets, 5)
    drawn, same, other = (
        target_graph("random", data.landmarks, data.targets, 5, seed).toarray() for seed in (1, 1, 2)
    )
    for axis in (0, 1):
        np.testing.assert_array_equal(drawn.sum(axis=axis), graph.toarray().sum(axis=axis))
    assert not drawn.diagonal().any()
    np.testing.assert_array_equal(drawn, same)
    assert (drawn != other).any()
    kept = (drawn & graph.toarray()).sum() / graph.nnz
    assert kept < 0.4  # chance: the share of all pairs that are edges, about 0.2


def test_no_edges() -> None:
    data = random_data(20)
    assert target_graph("none", data.landmarks, data.targets, 5, 0).nnz == 0
    assert coexpression_graph(data.landmarks, data.targets, 0).nnz == 0
