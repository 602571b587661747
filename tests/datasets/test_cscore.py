import math

import numpy as np
import pytest
from lung_counts import shared
from scipy import sparse

from geneboard.datasets.graphs import cscore as module
from geneboard.datasets.graphs.cscore import cscore


def simulated(n_cells: int = 120, n_genes: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two groups of genes that vary together, the rest on their own."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(3, 1 / 3, (n_cells, n_genes))
    level[:, :4] = rng.gamma(3, 1 / 3, (n_cells, 1))
    depth = rng.lognormal(6, 0.4, n_cells)
    return rng.poisson(depth[:, None] * level * rng.uniform(0.002, 0.02, n_genes)), np.round(depth) + 1


def plain(X: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The formulas of the paper, gene by gene and cell by cell."""
    n, p = X.shape
    mu = [sum(s[i] * X[i, j] for i in range(n)) / sum(s[i] ** 2 for i in range(n)) for j in range(p)]
    v = [
        sum(s[i] ** 2 * ((X[i, j] - s[i] * mu[j]) ** 2 - s[i] * mu[j]) for i in range(n))
        / sum(s[i] ** 4 for i in range(n))
        for j in range(p)
    ]

    def thetas() -> list[float]:
        values = [mu[j] ** 2 / v[j] for j in range(p)]
        return [math.inf if value < 0 else value for value in values]

    theta, delta, steps = thetas(), math.inf, 0
    while delta > 0.05 and steps < 11:
        before, t = theta, float(np.median([x for x in theta if x > 0]))
        for j in range(p):
            w = [s[i] * mu[j] + s[i] ** 2 * mu[j] ** 2 / t for i in range(n)]
            mu[j] = sum(s[i] * X[i, j] / w[i] for i in range(n)) / sum(s[i] ** 2 / w[i] for i in range(n))
            M = [s[i] * mu[j] for i in range(n)]
            h = [(M[i] ** 2 / t + M[i]) ** 2 for i in range(n)]
            above = sum(s[i] ** 2 * ((X[i, j] - M[i]) ** 2 - M[i]) / h[i] for i in range(n))
            v[j] = above / sum(s[i] ** 4 / h[i] for i in range(n))
        theta = thetas()
        finite = [(a, b) for a, b in zip(before, theta, strict=True) if 0 < a < math.inf and 0 < b < math.inf]
        delta = max(abs(math.log(a) - math.log(b)) for a, b in finite)
        steps += 1

    T = np.zeros((p, p))
    for j in range(p):
        for k in range(p):
            C = [(X[i, j] - s[i] * mu[j]) * (X[i, k] - s[i] * mu[k]) for i in range(n)]
            VV = [(s[i] * mu[j] + s[i] ** 2 * v[j]) * (s[i] * mu[k] + s[i] ** 2 * v[k]) for i in range(n)]
            T[j, k] = sum(s[i] ** 2 * C[i] / VV[i] for i in range(n)) / math.sqrt(
                sum(s[i] ** 4 / VV[i] for i in range(n))
            )
    p_values = np.vectorize(lambda x: math.erfc(abs(x) / math.sqrt(2)))(T)
    return T, p_values


@pytest.mark.shared
@pytest.mark.parametrize("name", ["celseq2_5cl_p1", "pbmc3k"])
def test_equals_the_authors_values(name: str) -> None:
    with np.load(shared(f"reference/cscore/{name}.npz")) as values:
        result = cscore(sparse.csr_matrix(values["counts"]), values["seq_depth"])
        assert np.abs(result.statistic - values["test_stat"]).max() < 1e-10
        assert np.abs(result.p_values - values["p_value"]).max() < 1e-10


@pytest.mark.parametrize("seed", [0, 1])
def test_equals_plain_loops(seed: int) -> None:
    X, s = simulated(seed=seed)
    result = cscore(sparse.csr_matrix(X), s)
    T, p_values = plain(X.astype(float), s)
    np.testing.assert_allclose(result.statistic, T, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(result.p_values, p_values, rtol=1e-9, atol=1e-12)


def test_blocks_of_cells_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    X, s = simulated()
    whole = cscore(sparse.csr_matrix(X), s)
    monkeypatch.setattr(module, "CELLS_PER_BLOCK", 17)
    np.testing.assert_allclose(
        cscore(sparse.csr_matrix(X), s).statistic, whole.statistic, rtol=1e-10, atol=1e-10
    )


def test_finds_the_genes_that_vary_together() -> None:
    X, s = simulated(400)
    p_values = cscore(sparse.csr_matrix(X), s).p_values
    group = p_values[:4, :4][~np.eye(4, dtype=bool)]
    others = p_values[4:, 4:][np.triu_indices(8, 1)]
    assert (group < 1e-4).all()
    assert (others < 0.005).mean() < 0.1


def test_order_of_cells_and_genes_is_irrelevant() -> None:
    X, s = simulated()
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(X.shape[0]), rng.permutation(X.shape[1])
    first = cscore(sparse.csr_matrix(X), s).statistic
    second = cscore(sparse.csr_matrix(X[rows][:, columns]), s[rows]).statistic
    np.testing.assert_allclose(second, first[np.ix_(columns, columns)], rtol=1e-9, atol=1e-9)


def test_a_gene_without_counts_has_no_test() -> None:
    X, s = simulated()
    X[:, 3] = 0
    result = cscore(sparse.csr_matrix(X), s)
    assert np.isnan(result.p_values[3]).all()
    assert not np.isnan(np.delete(np.delete(result.p_values, 3, 0), 3, 1)).any()


def test_refuses_wrong_depths() -> None:
    X, s = simulated()
    with pytest.raises(ValueError, match="119 depths for 120 cells"):
        cscore(sparse.csr_matrix(X), s[1:])
    s[0] = 0
    with pytest.raises(ValueError, match="positive depth"):
        cscore(sparse.csr_matrix(X), s)
