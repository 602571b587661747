import numpy as np
import pytest
from scipy import sparse
from scipy.special import ndtr
from scipy.stats import false_discovery_control, spearmanr

from geneboard.datasets.graphs.edges import EDGE_RULES, degree_depth_correlation, degrees, edges_by_rule


def symmetric(values: list[float], diagonal: list[float]) -> np.ndarray:
    """A symmetric matrix from the upper triangle, row by row, and the diagonal."""
    n = len(diagonal)
    matrix = np.zeros((n, n))
    matrix[np.triu_indices(n, k=1)] = values
    return matrix + matrix.T + np.diag(diagonal)


def random_test(
    seed: int, n: int = 30, share_without_test: float = 0.0, signal: float = 2.0
) -> tuple[np.ndarray, np.ndarray]:
    """P-values and statistics of n genes, some pairs of them significant."""
    rng = np.random.default_rng(seed)
    statistic = rng.normal(size=(n, n)) * np.where(rng.random((n, n)) < 0.3, signal, 1.0)
    statistic[rng.random((n, n)) < share_without_test] = np.nan
    statistic = np.triu(statistic) + np.triu(statistic, k=1).T
    return 2 * ndtr(-np.abs(statistic)), statistic


def edges_of(
    p_values: np.ndarray, statistic: np.ndarray | None = None, *, level: float = 0.005, top_k: int = 50
) -> dict[str, sparse.csr_matrix]:
    """The edges of each rule; without statistics, those of the strongest partners mean nothing."""
    statistic = p_values if statistic is None else statistic
    return edges_by_rule(p_values, statistic, p_threshold=level, top_k=top_k)


def pairs(edges: sparse.csr_matrix) -> set[tuple[int, int]]:
    return {(int(i), int(j)) for i, j in np.argwhere(edges.toarray()) if i < j}


def test_benjamini_hochberg_by_hand() -> None:
    # Six pairs at the level 0.05: the bounds are 0.0083, 0.0167, 0.025, 0.0333, 0.0417 and 0.05.
    p = symmetric([0.001, 0.042, 0.039, 0.008, 0.06, 0.041], [0.049, 0.051, 0.0, np.nan])
    edges = edges_of(p, level=0.05)["bh"]
    assert pairs(edges) == {(0, 1), (1, 2)}
    assert edges.diagonal().tolist() == [True, False, True, False]
    # A step-up procedure: the largest p-value is within its bound, so all are taken.
    p[0, 2] = p[2, 0] = 0.02
    p[1, 3] = p[3, 1] = 0.05
    assert len(pairs(edges_of(p, level=0.05)["bh"])) == 6


@pytest.mark.parametrize("level", [0.001, 0.005, 0.05, 0.3])
@pytest.mark.parametrize(("without_test", "signal"), [(0.0, 2.0), (0.0, 6.0), (0.3, 6.0), (0.0, 1.0)])
def test_benjamini_hochberg_against_scipy(level: float, without_test: float, signal: float) -> None:
    for seed in range(10):
        p, _ = random_test(seed, share_without_test=without_test, signal=signal)
        upper = np.triu_indices_from(p, k=1)
        tested = ~np.isnan(p[upper])
        found = np.zeros(len(tested), dtype=bool)
        found[tested] = false_discovery_control(p[upper][tested], method="bh") <= level
        edges = edges_of(p, level=level)
        np.testing.assert_array_equal(edges["bh"].toarray()[upper], found)
        assert pairs(edges["bh"]) <= pairs(edges["p"])


def test_edges_of_nothing() -> None:
    assert [edges.nnz for edges in edges_of(np.full((4, 4), np.nan)).values()] == [0, 0, 0]
    assert edges_of(np.ones((4, 4)))["bh"].nnz == 0


def plain_strongest(p: np.ndarray, k: int) -> set[tuple[int, int]]:
    """Each gene chooses the k partners of the smallest p-values."""
    joined = set()
    for gene in range(len(p)):
        partners = [other for other in range(len(p)) if other != gene and not np.isnan(p[gene, other])]
        for other in sorted(partners, key=lambda other: p[gene, other])[:k]:
            joined.add((min(gene, other), max(gene, other)))
    return joined


@pytest.mark.parametrize("k", [1, 2, 7, 29, 30, 100])
@pytest.mark.parametrize("without_test", [0.0, 0.5])
def test_strongest_partners_against_a_plain_implementation(k: int, without_test: float) -> None:
    for seed in range(5):
        p, statistic = random_test(seed, share_without_test=without_test)
        edges = edges_of(p, statistic, top_k=k)["top"]
        assert pairs(edges) == plain_strongest(p, k)
        np.testing.assert_array_equal(edges.diagonal(), np.diagonal(p) < 0.005)
        tested = (~np.isnan(p) & ~np.eye(len(p), dtype=bool)).sum(axis=1)
        assert (degrees(edges) >= np.minimum(k, tested)).all()


def test_strongest_partners_where_p_values_are_too_small_for_a_float() -> None:
    statistic = symmetric([50, -60, 70], [0, 0, 0])
    p = 2 * ndtr(-np.abs(statistic))
    assert p[0, 1] == p[0, 2] == p[1, 2] == 0
    assert pairs(edges_of(p, statistic, top_k=1)["top"]) == {(0, 2), (1, 2)}


def test_equal_partners_are_all_taken() -> None:
    statistic = symmetric([3, -3, 1, 0.5, 0.4, 0.3], [0] * 4)
    p = 2 * ndtr(-np.abs(statistic))
    assert pairs(edges_of(p, statistic, top_k=1)["top"]) == {(0, 1), (0, 2), (0, 3)}


@pytest.mark.parametrize("rule", EDGE_RULES)
def test_every_rule_is_symmetric_with_the_diagonal_of_the_raw_test(rule: str) -> None:
    p, statistic = random_test(3, share_without_test=0.2, signal=6.0)
    p[5, 2] = np.nextafter(p[2, 5], 1)  # the two triangles may differ in the last bit
    edges = edges_by_rule(p, statistic, p_threshold=0.02, top_k=4)[rule]
    assert edges.dtype == np.bool_
    assert (edges != edges.T).nnz == 0
    np.testing.assert_array_equal(edges.diagonal(), np.diagonal(p) < 0.02)
    order = np.random.default_rng(0).permutation(len(p))
    moved = edges_by_rule(p[order][:, order], statistic[order][:, order], p_threshold=0.02, top_k=4)[rule]
    np.testing.assert_array_equal(moved.toarray(), edges.toarray()[order][:, order])


def test_the_raw_rule_by_hand() -> None:
    p = np.array([[0.0, 0.0049, 0.5], [0.0049, 0.5, 0.005], [0.5, 0.005, np.nan]])
    assert edges_of(p)["p"].toarray().tolist() == [[True, True, False], [True, False, False], [False] * 3]
    assert edges_of(p, level=0.01)["p"].nnz == 5


def test_degrees_do_not_count_the_gene_itself() -> None:
    edges = sparse.csr_matrix(np.array([[1, 1, 1, 0], [1, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1]], dtype=bool))
    assert degrees(edges).tolist() == [2, 1, 1, 0]


def test_correlation_of_degree_and_mean_count() -> None:
    star = np.zeros((4, 4), dtype=bool)
    star[0, 1:] = star[1:, 0] = True
    star[1, 2] = star[2, 1] = True  # degrees 3, 2, 2, 1
    edges = sparse.csr_matrix(star)
    rising, falling = np.array([9.0, 5.0, 5.0, 0.1]), np.array([0.1, 5.0, 5.0, 9.0])
    assert degree_depth_correlation(edges, rising) == pytest.approx(1)
    assert degree_depth_correlation(edges, falling) == pytest.approx(-1)
    assert degree_depth_correlation(edges, np.ones(4)) is None
    assert degree_depth_correlation(sparse.csr_matrix((4, 4), dtype=bool), rising) is None
    p, _ = random_test(1, signal=6.0)
    mean = np.random.default_rng(2).gamma(1, 1, len(p))
    graph = edges_of(p)["p"]
    assert degree_depth_correlation(graph, mean) == pytest.approx(spearmanr(degrees(graph), mean).statistic)
