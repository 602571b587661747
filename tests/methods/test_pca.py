"""PCA against scikit-learn, PCA + Procrustes against scipy, and what either leaves as it is."""

import numpy as np
import pytest
from method_cases import CASES, embedded, numbered
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA as SklearnPCA
from sklearn.preprocessing import StandardScaler

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.methods.pca import PCA, principal_components
from geneboard.methods.pca_procrustes import PCAProcrustes, rotation_onto


def features_of(n_genes, n_cells, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((n_genes, n_cells)) * rng.uniform(0.5, 3, n_cells) + 2).astype(np.float32)


def test_equals_scikit_learn_up_to_sign():
    features = features_of(200, 80)
    ours = principal_components(features, 32)
    scaled = StandardScaler().fit_transform(features.astype(np.float64)) * np.sqrt(199 / 200)
    theirs = SklearnPCA(32, svd_solver="full").fit_transform(scaled)
    signs = np.sign((ours * theirs).sum(axis=0))
    np.testing.assert_allclose(ours, theirs * signs, atol=1e-4)
    assert ours.dtype == np.float32


def test_sign_makes_the_largest_loading_positive():
    features = features_of(100, 40)
    scores = principal_components(features, 32).astype(np.float64)
    scaled = (features - features.mean(0)) / features.std(0, ddof=1)
    loadings = scaled.T @ scores
    assert (loadings[np.abs(loadings).argmax(axis=0), np.arange(32)] > 0).all()


@pytest.mark.parametrize(("n_genes", "n_cells", "kept"), [(100, 20, 20), (10, 50, 9), (1, 50, 0)])
def test_too_few_cells_or_genes_are_padded_with_zeros(n_genes, n_cells, kept):
    made = principal_components(features_of(n_genes, n_cells), 32)
    assert made.shape == (n_genes, 32)
    assert np.abs(made[:, :kept]).max(axis=0, initial=0).min(initial=1) > 1e-3
    np.testing.assert_allclose(made[:, kept:], 0, atol=1e-5)


def test_a_cell_without_variance_adds_nothing():
    features = features_of(50, 40)
    with_constant = np.concatenate([features, np.full((50, 1), 0.1, dtype=np.float32)], axis=1)
    np.testing.assert_allclose(
        principal_components(with_constant, 32), principal_components(features, 32), atol=1e-4
    )


def rows_of(graph, genes):
    return [list(graph.genes).index(gene) for gene in genes]


@pytest.mark.parametrize("seed", range(5))
def test_rotation_is_that_of_scipy(seed):
    rng = np.random.default_rng(seed)
    points, target = rng.standard_normal((60, 8)), rng.standard_normal((60, 8))
    expected, _ = orthogonal_procrustes(points, target)
    np.testing.assert_allclose(rotation_onto(points, target), expected, atol=1e-6)


def test_what_the_points_leave_open_turns_as_little_as_possible():
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    points = np.zeros((10, 5))
    points[:, :2] = np.random.default_rng(0).standard_normal((10, 2))
    expected = np.eye(5)
    expected[:2, :2] = turn
    np.testing.assert_allclose(rotation_onto(points, points @ expected), expected, atol=1e-7)
    np.testing.assert_allclose(rotation_onto(np.zeros((1, 5)), np.zeros((1, 5))), np.eye(5), atol=1e-12)


def test_datasets_are_rotated_onto_the_first_on_pairwise_common_genes():
    graphs = CASES["usual"]().graphs
    plain, rotated = embedded(PCA(), *graphs), embedded(PCAProcrustes(), *graphs)
    assert np.array_equal(plain[0], rotated[0])
    for graph, before, after in zip(graphs[1:], plain[1:], rotated[1:], strict=True):
        common = sorted(set(graphs[0].genes) & set(graph.genes))
        own, first = rows_of(graph, common), rows_of(graphs[0], common)
        rotation, _ = orthogonal_procrustes(before[own].astype(float), plain[0][first].astype(float))
        # With 30 common genes the 32 dimensions are not all determined, so compare what is: those genes.
        np.testing.assert_allclose(after[own], before[own] @ rotation, atol=1e-4)
        assert np.square(after[own] - plain[0][first]).sum() < np.square(before[own] - plain[0][first]).sum()


@pytest.mark.parametrize("case", CASES)
def test_distances_within_a_dataset_stay(case):
    graphs = CASES[case]().graphs
    for before, after in zip(embedded(PCA(), *graphs), embedded(PCAProcrustes(), *graphs), strict=True):
        np.testing.assert_allclose(pdist(after), pdist(before), rtol=1e-4, atol=1e-4)


def test_without_a_gene_in_common_with_the_first_an_earlier_one_serves():
    a, b = gene_graph("a", numbered(60), seed=1), gene_graph("b", numbered(60, 100), seed=2)
    c = gene_graph("c", numbered(60, 120), seed=3)
    plain, rotated = embedded(PCA(), a, b, c), embedded(PCAProcrustes(), a, b, c)
    assert np.array_equal(rotated[1], plain[1])
    common = numbered(40, 120)
    expected = rotation_onto(plain[2][rows_of(c, common)], plain[1][rows_of(b, common)])
    np.testing.assert_allclose(rotated[2], plain[2] @ expected, atol=1e-5)


def test_the_first_has_precedence():
    a, b = gene_graph("a", numbered(60), seed=1), gene_graph("b", numbered(110, 50), seed=2)
    c = gene_graph("c", numbered(125, 55), seed=3)
    assert np.array_equal(embedded(PCAProcrustes(), a, b, c)[2], embedded(PCAProcrustes(), a, c)[1])
