"""Agreement of halves: against a plain implementation, what must not change it, hubs and noise."""

from __future__ import annotations

import numpy as np
import pytest
from plain_biology import plain_halves_auc

from geneboard.metrics.biology.network_halves import halves_agreement
from geneboard.metrics.biology.strata import permuted


def two_halves(n: int, seed: int, shared: float = 1.0) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Strengths that have something in common, and the fifteen percent strongest of each."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=n * (n - 1) // 2)
    strengths = [np.abs(shared * common + rng.normal(size=len(common))) for _ in range(2)]
    return strengths, [np.sort(np.argsort(-own)[: len(own) * 15 // 100]) for own in strengths]


def test_every_number_again_by_a_plain_implementation() -> None:
    strengths, edges = two_halves(12, 1)
    strengths[0][3] = strengths[0][8]  # a tie
    edges[0] = edges[0][1:]
    cells = np.arange(12) % 3
    found = halves_agreement(strengths, edges, cells, draws=6, seed=4)
    assert found.value == pytest.approx(plain_halves_auc(strengths, edges, range(12)))
    rng = np.random.default_rng(4)
    null = [plain_halves_auc(strengths, edges, permuted(cells, rng)) for _ in range(6)]
    assert found.null_mean == pytest.approx(np.mean(null))
    assert found.null_sd == pytest.approx(np.std(null, ddof=1))


def test_only_the_order_of_strengths_counts_and_not_which_half_is_first() -> None:
    strengths, edges = two_halves(30, 2)
    cells = np.arange(30) % 4
    found = halves_agreement(strengths, edges, cells)
    assert halves_agreement([own**3 for own in strengths], edges, cells) == found
    swapped = halves_agreement(strengths[::-1], edges[::-1], cells)
    assert swapped.value == pytest.approx(found.value)
    assert found.above_null > 0.1


@pytest.mark.parametrize("seed", range(3))
def test_independent_halves_are_at_chance(seed: int) -> None:
    strengths, edges = two_halves(60, seed, shared=0.0)
    found = halves_agreement(strengths, edges, np.arange(60) % 5)
    assert abs(found.above_null) < 0.04
    assert found.value == pytest.approx(0.5, abs=0.05)


def test_hubs_alone_are_chance_among_genes_alike_in_degree() -> None:
    """Strengths are large for pairs of hubs in both halves, whatever the pair."""
    rng = np.random.default_rng(0)
    n = 80
    hub = np.repeat([0.0, 1.0], n // 2)
    one, other = np.triu_indices(n, 1)
    strengths = [2 * (hub[one] + hub[other]) + rng.normal(size=len(one)) for _ in range(2)]
    edges = [np.argsort(-own)[:400] for own in strengths]
    found = halves_agreement(strengths, edges, hub.astype(int))
    assert found.value > 0.8
    assert abs(found.above_null) < 0.02
    assert halves_agreement(strengths, edges, np.zeros(n, dtype=int)).above_null > 0.25
