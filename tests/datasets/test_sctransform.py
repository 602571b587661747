"""Selection and features in the manner of SCTransform v2, against written-out formulas and its own list."""

from dataclasses import replace

import anndata
import numpy as np
import pandas as pd
import pytest
from lung_counts import counts, shared
from scipy import sparse, stats

from geneboard.datasets.graphs.counted import CountedDataset
from geneboard.datasets.graphs.pipeline import build_graph
from geneboard.datasets.graphs.qc import quality_control
from geneboard.datasets.graphs.sctransform import DISPERSIONS, FIT_CELLS, SCTransform, _dispersions
from geneboard.datasets.graphs.settings import PipelineSettings

THETA = 2.0


def simulated(
    n_cells: int = 400, n_genes: int = 60, *, theta: float = THETA, seed: int = 0
) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Counts of genes with means of 0.3 to 10 and one overdispersion, and the depth of the cells."""
    rng = np.random.default_rng(seed)
    mean = np.outer(rng.lognormal(0, 0.4, n_cells), np.geomspace(0.3, 10, n_genes))
    rate = mean if np.isinf(theta) else rng.gamma(theta, mean / theta)
    table = sparse.csr_matrix(rng.poisson(rate))
    return table, np.asarray(table.sum(axis=1, dtype=np.float64)).ravel()


def test_dispersions_are_the_most_likely_ones() -> None:
    table, depth = simulated()
    share = np.asarray(table.sum(axis=0)).ravel() / depth.sum()
    made = _dispersions(table, depth, share)
    for gene in (0, 20, 59):
        mean = share[gene] * depth
        likelihood = [
            stats.nbinom.logpmf(table[:, [gene]].toarray().ravel(), 1 / one, 1 / (1 + one * mean)).sum()
            for one in DISPERSIONS
        ]
        assert made[gene] == DISPERSIONS[np.argmax(likelihood)]


def test_dispersions_of_many_cells_are_fitted_on_some_of_all_depths() -> None:
    table, depth = simulated(FIT_CELLS * 2, 3)
    share = np.asarray(table.sum(axis=0)).ravel() / depth.sum()
    order = np.argsort(depth, kind="stable")[np.linspace(0, len(depth) - 1, FIT_CELLS).astype(int)]
    np.testing.assert_array_equal(
        _dispersions(table, depth, share), _dispersions(table[order], depth[order], share)
    )


@pytest.mark.parametrize("theta", [0.5, THETA])
def test_the_planted_overdispersion_is_found(theta: float) -> None:
    made = SCTransform.of(*simulated(1000, theta=theta))
    assert np.median(made.theta) == pytest.approx(theta, rel=0.15)
    assert np.isfinite(made.theta).all()


def test_genes_that_vary_no_more_than_their_mean_have_no_overdispersion() -> None:
    table, depth = simulated(theta=np.inf)
    dense = table.toarray()
    quiet = dense.var(axis=0) <= dense.mean(axis=0)
    assert 0 < quiet.sum() < len(quiet)
    made = SCTransform.of(table, depth)
    assert np.isinf(made.theta).tolist() == quiet.tolist()
    alike = sparse.csr_matrix(np.ones((50, 4), dtype=int))
    assert np.isinf(SCTransform.of(alike, np.full(50, 4.0)).theta).all()


def plain_residuals(model: SCTransform, table: sparse.csr_matrix, depth: np.ndarray) -> np.ndarray:
    """Genes x cells, clipped at the root of the number of cells."""
    observed = table.toarray().T.astype(float)
    mean = np.outer(observed.sum(axis=1) / depth.sum(), depth)
    variance = np.maximum(mean + mean**2 / model.theta[:, None], (np.median(table.data) / 5) ** 2)
    return np.clip((observed - mean) / np.sqrt(variance), -np.sqrt(len(depth)), np.sqrt(len(depth)))


def with_rare_and_deep() -> tuple[sparse.csr_matrix, np.ndarray]:
    """Counts of 45 cells with a gene that two cells show, once much, and one of high counts."""
    table = simulated(45, 30)[0].toarray()
    table[:, 3] = 0
    table[[1, 2], 3] = 1, 30
    table[5, 7] = 400
    return sparse.csr_matrix(table), table.sum(axis=1).astype(float)


def test_selection_takes_the_largest_variance_of_residuals() -> None:
    table, depth = with_rare_and_deep()
    model = SCTransform.of(table, depth)
    expected = np.argsort(-plain_residuals(model, table, depth).var(axis=1))[:8]
    assert model.select(table, depth, 8).tolist() == sorted(expected)
    assert model.select(table, depth, 100).tolist() == list(range(30))


def test_features_are_clipped_at_less_and_centred() -> None:
    table, depth = with_rare_and_deep()
    model, genes = SCTransform.of(table, depth), np.array([3, 7, 20])
    clipped = np.clip(plain_residuals(model, table, depth)[genes], -np.sqrt(1.5), np.sqrt(1.5))
    made = model.features(table, depth, genes)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, clipped - clipped.mean(axis=1, keepdims=True), atol=1e-5)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, 96),
        ({"min_cell_share": 0.02}, 81),
        ({"min_cells_per_gene": 3}, 98),
        ({"residuals": "pearson"}, 91),
    ],
)
def test_genes_of_five_cells_are_taken(given: dict[str, object], kept: int) -> None:
    """Gene number i is in i + 1 of 1000 cells, so 1 % of them is ten."""
    seen = (np.arange(1000)[:, None] <= np.arange(100)).astype(int)
    settings = PipelineSettings(min_genes_per_cell=0, **{"residuals": "sctransform", **given})  # type: ignore[arg-type]
    result = quality_control(sparse.csr_matrix(seen), pd.Index([f"G{i}" for i in range(100)]), settings)
    assert result.genes.sum() == kept


def test_graph_of_either_residuals() -> None:
    table = counts(120, 60)
    settings = PipelineSettings(min_genes_per_cell=10, n_genes=40)
    graphs = {
        residuals: build_graph(
            table,
            CountedDataset(
                "scrna_lung__a", "lung", "scrna", replace(settings, residuals=residuals), "table", print
            ),
            "human",
            {},
        )
        for residuals in ("pearson", "sctransform")
    }
    means = {name: np.abs(graph.features.mean(axis=1)).max() for name, graph in graphs.items()}
    assert means["sctransform"] < 1e-6 < means["pearson"]
    assert np.ptp(graphs["sctransform"].features, axis=1).max() <= 2 * np.sqrt(120 / 30) + 1e-5
    steps = {name: graph.provenance["steps"] for name, graph in graphs.items()}
    assert {name: step["residuals"]["by"] for name, step in steps.items()} == {name: name for name in graphs}
    assert steps["sctransform"]["quality_control"]["min_cells_per_gene"] == 5
    assert "SCTransform" in steps["sctransform"]["gene_selection"]["by"]


def test_other_residuals_are_refused() -> None:
    with pytest.raises(ValueError, match="residuals 'sct' is not one of pearson, sctransform"):
        PipelineSettings(residuals="sct")


@pytest.mark.shared
def test_selection_is_nearer_to_sctransform_than_that_of_analytic_residuals() -> None:
    """Its method "poisson" fits and smooths an overdispersion for each gene, and has no least variance."""
    table = anndata.read_h5ad(shared("data/pbmc/scrna_pbmc_3k.h5ad"))
    listed = pd.read_csv(shared("reference/sctransform/poisson_top1000.csv.gz"), keep_default_na=False)
    kept = np.asarray((table.X > 0).sum(axis=0)).ravel() >= 5
    matrix = sparse.csr_matrix(table.X[:, kept])
    depth = np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel()
    model = replace(SCTransform.of(matrix, depth), least_variance=0.0)
    chosen = set(table.var_names[kept][model.select(matrix, depth, 1000)])
    assert len(chosen & set(listed["gene"])) > 789 + 30  # analytic residuals: 789
