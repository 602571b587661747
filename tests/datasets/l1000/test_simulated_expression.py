"""The simulation: what is said about its graph and its responses is so."""

from __future__ import annotations

import numpy as np
import pytest

from geneboard.datasets.l1000.synthetic import Simulation


def explained_linearly(expression_values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Squared correlation of every target with its best linear predictor from its own regulators."""
    explained = []
    for gene in np.flatnonzero(weights.any(axis=1)):
        design = np.column_stack([np.ones(len(expression_values)), expression_values[:, weights[gene] != 0]])
        fit = design @ np.linalg.lstsq(design, expression_values[:, gene])[0]
        explained.append(np.corrcoef(fit, expression_values[:, gene])[0, 1] ** 2)
    return np.array(explained)


@pytest.mark.parametrize(("linear", "lowest", "highest"), [(True, 0.94, 0.98), (False, 0.2, 0.75)])
def test_a_linear_model_explains_only_the_linear_simulation(
    linear: bool, lowest: float, highest: float
) -> None:
    expression, graph = Simulation(linear=linear).simulate(0)
    explained = explained_linearly(expression.values.astype(np.float64), graph.toarray())
    assert len(explained) == 150
    assert lowest < explained.mean() < highest


def test_noise_is_what_is_left() -> None:
    expression, graph = Simulation(linear=True, noise=0.0).simulate(0)
    explained = explained_linearly(expression.values.astype(np.float64), graph.toarray())
    np.testing.assert_allclose(explained, 1, atol=1e-6)


def test_the_graph_has_no_cycles_and_landmarks_no_regulators() -> None:
    _, graph = Simulation(n_landmarks=20).simulate(3)
    dense = graph.toarray()
    assert not dense[:20].any()
    assert not np.triu(dense).any()
    assert set((dense != 0).sum(axis=1)[20:]) == {3}


def test_the_seed_decides() -> None:
    one, same, other = (Simulation(n_samples=20).simulate(seed)[0] for seed in (1, 1, 2))
    assert one.digest == same.digest != other.digest
