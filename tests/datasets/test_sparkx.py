import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lung_counts import shared
from scipy import sparse
from scipy.stats import chi2

from geneboard.datasets.graphs.nodes import select_genes
from geneboard.datasets.graphs.sparkx import combine_cauchy, kernel_features, sparkx


def spots(n: int = 80, genes: int = 15, seed: int = 0) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Genes without a pattern; the first two grow along x and around the centre."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 10, (n, 2))
    rates = np.full((n, genes), 3.0)
    rates[:, 0] = 0.3 + places[:, 0]
    rates[:, 1] = 10 * np.exp(-((places - 5) ** 2).sum(axis=1) / 8) + 0.2
    return sparse.csr_matrix(rng.poisson(rates)), places


@pytest.mark.shared
@pytest.mark.parametrize("name", ["heart_5_CN74_E1", "heart_9_CN74_C1", "liver_CN65_D1", "mob"])
def test_equals_the_authors_values(name: str) -> None:
    folder = shared(f"reference/sparkx/{name}")
    with np.load(folder / "counts.npz") as z:
        counts = sparse.csr_matrix((z["data"], z["indices"], z["indptr"]), shape=z["shape"])
        genes = pd.Index(z["genes"])

    def table(file: str) -> pd.DataFrame:
        return pd.read_csv(folder / file, float_precision="round_trip", keep_default_na=False)

    statistics, p_values = table("result_stats.csv.gz"), table("result_pvalues.csv.gz")
    result = sparkx(counts, table("coords.csv")[["x", "y"]].to_numpy())
    rows = genes.get_indexer(statistics["gene"])
    assert set(np.flatnonzero(np.isnan(result.p_values))) == set(range(len(genes))) - set(rows)
    expected = statistics.iloc[:, 1:].to_numpy()
    kernels = p_values.iloc[:, 1:12].to_numpy()
    assert (np.abs(result.statistics[rows] - expected) / np.abs(expected)).max() < 1e-9
    assert np.abs(result.kernel_p_values[rows] - kernels).max() < 4.1e-5
    combined = p_values["combinedPval"].to_numpy()
    assert np.abs(combine_cauchy(kernels) - combined).max() < 1e-12


def test_statistic_by_the_formula() -> None:
    counts, places = spots()
    result, n = sparkx(counts, places), counts.shape[0]
    for k, F in enumerate(kernel_features(places)):
        for j in range(counts.shape[1]):
            y = counts[:, [j]].toarray().ravel().astype(float)
            Q = n * y @ F @ np.linalg.inv(F.T @ F) @ F.T @ y / (y @ y)
            scale = 1 - n * y.mean() ** 2 / (y @ y)
            assert result.statistics[j, k] == pytest.approx(Q, rel=1e-9)
            assert result.kernel_p_values[j, k] == pytest.approx(np.exp(-Q / (2 * scale)), rel=1e-7)


def test_finds_the_patterns() -> None:
    counts, places = spots(300)
    assert select_genes(counts, 2, places=places).tolist() == [0, 1]
    assert (sparkx(counts, places).p_values[2:] > 0.002).all()


@settings(max_examples=20, deadline=None)
@given(shift=st.floats(-1e3, 1e3), scale=st.floats(1e-2, 1e2), swap=st.booleans())
def test_units_origin_and_axes_are_irrelevant(shift: float, scale: float, swap: bool) -> None:
    counts, places = spots(40, 5)
    moved = (places[:, ::-1] if swap else places) * scale + shift
    np.testing.assert_allclose(sparkx(counts, moved).p_values, sparkx(counts, places).p_values, rtol=1e-5)


def test_degenerate_genes_and_spots() -> None:
    counts, places = spots()
    dense = counts.toarray()
    dense[:, 3] = 2
    dense[:, 4] = 0
    dense[7] = 0
    result = sparkx(sparse.csr_matrix(dense), places)
    assert np.isnan(result.p_values[4])
    assert result.p_values[3] == pytest.approx(1)
    without = sparkx(sparse.csr_matrix(np.delete(dense, 7, 0)), np.delete(places, 7, 0))
    np.testing.assert_array_equal(result.p_values, without.p_values)


def test_spots_on_one_line() -> None:
    counts, places = spots()
    places[:, 1] = 4
    result = sparkx(counts, places)
    assert np.isfinite(result.p_values).all()
    assert result.p_values[0] < 1e-6
    # One feature is left of the two, so the null is chi-squared with one degree of freedom.
    y = counts[:, [2]].toarray().ravel()
    r2 = np.corrcoef(y, places[:, 0])[0, 1] ** 2
    assert result.kernel_p_values[2, 0] == pytest.approx(chi2.sf(len(y) * r2, 1), rel=1e-6)


def test_refuses_unusable_coordinates() -> None:
    counts, places = spots()
    with pytest.raises(ValueError, match="at one place"):
        sparkx(counts, np.ones_like(places))


def test_ties_keep_the_order_of_the_genes() -> None:
    counts, places = spots(60)
    same = sparse.csr_matrix(np.repeat(counts[:, [2]].toarray(), 6, axis=1))
    assert select_genes(same, 3, places=places).tolist() == [0, 1, 2]


def test_combination_by_hand() -> None:
    assert combine_cauchy(np.array([[0.2, 0.2, 0.2]]))[0] == pytest.approx(0.2)
    assert combine_cauchy(np.array([[0.3, 0.7]]))[0] == pytest.approx(0.5)
    assert combine_cauchy(np.array([[1e-30, 0.5]]))[0] == pytest.approx(2e-30, rel=1e-6)
    assert combine_cauchy(np.array([[0.0, 0.5]]))[0] == 0
