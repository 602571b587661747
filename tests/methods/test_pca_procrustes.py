"""PCA + Procrustes against scipy, and what a rotation leaves as it is."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import pdist
from scipy.stats import ortho_group

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, gene_graph, usual_tissue
from geneboard.datasets.base import Tissue
from geneboard.methods.base import no_progress
from geneboard.methods.pca import PCA
from geneboard.methods.pca_procrustes import PCAProcrustes, rotation_onto


def embedded(method, *graphs):
    tissue = Tissue("lung", "test", graphs)
    return method.fit_embed(tissue, seed=0, device="cpu", progress=no_progress).values


def names(first, last):
    return [f"G{number}" for number in range(first, last)]


def rows_of(graph, genes):
    return [list(graph.genes).index(gene) for gene in genes]


@pytest.mark.parametrize("seed", range(5))
def test_rotation_is_that_of_scipy(seed):
    rng = np.random.default_rng(seed)
    points, target = rng.standard_normal((60, 8)), rng.standard_normal((60, 8))
    expected, _ = orthogonal_procrustes(points, target)
    np.testing.assert_allclose(rotation_onto(points, target), expected, atol=1e-6)


@pytest.mark.parametrize("reflect", [False, True])
def test_a_rotation_is_found_again(reflect):
    rng = np.random.default_rng(3)
    turn = ortho_group.rvs(6, random_state=1)
    turn[0] *= np.sign(np.linalg.det(turn)) * (-1 if reflect else 1)
    points = rng.standard_normal((40, 6))
    np.testing.assert_allclose(rotation_onto(points, points @ turn), turn, atol=1e-7)
    np.testing.assert_allclose(rotation_onto(points, 3 * points @ turn), turn, atol=1e-7)  # scale is ignored


def test_by_hand():
    """A point on the first axis that belongs on the second: a quarter turn or a swap, both fit equally."""
    rotation = rotation_onto(np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 5.0], [-5.0, 0.0]]))
    np.testing.assert_allclose(rotation, [[0, 1], [-1, 0]], atol=1e-8)


def test_what_the_points_leave_open_turns_as_little_as_possible():
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    points = np.zeros((10, 5))
    points[:, :2] = np.random.default_rng(0).standard_normal((10, 2))
    expected = np.eye(5)
    expected[:2, :2] = turn
    np.testing.assert_allclose(rotation_onto(points, points @ expected), expected, atol=1e-7)
    np.testing.assert_allclose(rotation_onto(np.zeros((1, 5)), np.zeros((1, 5))), np.eye(5), atol=1e-12)


def test_datasets_are_rotated_onto_the_first_on_pairwise_common_genes():
    graphs = usual_tissue().graphs
    plain, rotated = embedded(PCA(), *graphs), embedded(PCAProcrustes(), *graphs)
    assert np.array_equal(plain[0], rotated[0])
    for graph, before, after in zip(graphs[1:], plain[1:], rotated[1:], strict=True):
        common = sorted(set(graphs[0].genes) & set(graph.genes))
        own, first = rows_of(graph, common), rows_of(graphs[0], common)
        rotation, _ = orthogonal_procrustes(before[own].astype(float), plain[0][first].astype(float))
        # With 30 common genes the 32 dimensions are not all determined, so compare what is: those genes.
        np.testing.assert_allclose(after[own], before[own] @ rotation, atol=1e-4)
        assert np.square(after[own] - plain[0][first]).sum() < np.square(before[own] - plain[0][first]).sum()


@pytest.mark.parametrize("case", [*EDGE_CASES, "usual"])
def test_distances_within_a_dataset_stay(case):
    graphs = usual_tissue().graphs if case == "usual" else EDGE_CASES[case]().graphs
    for before, after in zip(embedded(PCA(), *graphs), embedded(PCAProcrustes(), *graphs), strict=True):
        np.testing.assert_allclose(pdist(after), pdist(before), rtol=1e-4, atol=1e-4)


def test_without_a_gene_in_common_with_the_first_an_earlier_one_serves():
    a, b = gene_graph("a", names(0, 60), seed=1), gene_graph("b", names(100, 160), seed=2)
    c = gene_graph("c", names(120, 180), seed=3)
    plain, rotated = embedded(PCA(), a, b, c), embedded(PCAProcrustes(), a, b, c)
    assert np.array_equal(rotated[1], plain[1])
    common = names(120, 160)
    expected = rotation_onto(plain[2][rows_of(c, common)], plain[1][rows_of(b, common)])
    np.testing.assert_allclose(rotated[2], plain[2] @ expected, atol=1e-5)


def test_the_first_has_precedence():
    a, b = gene_graph("a", names(0, 60), seed=1), gene_graph("b", names(50, 160), seed=2)
    c = gene_graph("c", names(55, 180), seed=3)
    assert np.array_equal(embedded(PCAProcrustes(), a, b, c)[2], embedded(PCAProcrustes(), a, c)[1])
