"""L1000 linear against scikit-learn, and what must not change it."""

import numpy as np
import pandas as pd
import pytest
from landmark_cases import names, renamed, without_edges
from method_cases import CASES, embedded, modular_graph, tissue_of
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge

from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.methods.inference.linear import Decomposition
from geneboard.methods.l1000_linear import (
    PENALTIES,
    L1000Linear,
    chosen_penalty,
    coefficient_rows,
    from_other_landmarks,
)
from geneboard.methods.landmark_genes import LandmarkCells, landmarks_of, standardised, too_few_landmarks

METHOD = L1000Linear()


def plain_penalty(given, inferred):
    """Generalised cross-validation with the hat matrix written out."""
    n = len(given)
    errors = []
    for penalty in PENALTIES:
        gram = given.T @ given + penalty * np.eye(given.shape[1])
        hat = given @ np.linalg.solve(gram, given.T) + 1 / n
        errors.append(np.square(inferred - hat @ inferred).sum() / (n - np.trace(hat)) ** 2)
    return PENALTIES[np.argmin(errors)]


def plain_rows(cells):
    """Every gene's regression on its own, by scikit-learn."""
    penalty = plain_penalty(cells.given, cells.inferred)
    n_landmarks = len(cells.landmarks)
    rows = np.zeros((n_landmarks + len(cells.targets), n_landmarks))
    for gene, values in zip(cells.targets, cells.inferred.T, strict=True):
        rows[gene] = Ridge(penalty).fit(cells.given, values).coef_
    for number, gene in enumerate(cells.landmarks):
        others = np.arange(n_landmarks) != number
        rows[gene, others] = Ridge(penalty).fit(cells.given[:, others], cells.given[:, number]).coef_
        rows[gene, number] = 1
    return rows


@pytest.mark.parametrize("n_cells", [80, 7])  # more and fewer cells than landmarks
def test_rows_are_those_of_single_regressions(n_cells):
    rng = np.random.default_rng(1)
    genes = list(rng.permutation(names(11, 40)))
    cells = LandmarkCells.of(modular_graph("a", genes, n_cells=n_cells, seed=2))
    np.testing.assert_allclose(coefficient_rows(cells), plain_rows(cells), atol=1e-8)


@pytest.mark.parametrize("noise", [0.01, 0.3, 1.0, 20.0])
def test_penalty_has_the_smallest_generalised_cross_validation(noise):
    cells = LandmarkCells.of(modular_graph("a", names(9, 30), noise=noise))
    decomposed = Decomposition.of(cells.given, cells.inferred)
    found = chosen_penalty(decomposed, float(np.square(cells.inferred).sum()), len(cells.given))
    assert found == plain_penalty(cells.given, cells.inferred)


def test_a_landmark_from_the_others_by_hand():
    """Two landmarks: one product, divided by the square of the other and the penalty."""
    given = np.array([[1.0, 2.0], [-1.0, 0.0], [0.0, -2.0]])
    expected = [[0, 2 / (8 + 3)], [2 / (2 + 3), 0]]
    np.testing.assert_allclose(from_other_landmarks(given, 3.0), expected, atol=1e-12)


def test_joint_pca_in_the_space_of_all_landmarks():
    """Datasets with landmarks 0-9, 5-14 and 0-4: those in common share a column, others have one alone."""
    graphs = [
        modular_graph("a", names(10, 40), seed=1),
        modular_graph("b", names(10, 60, first=5)[::-1], seed=2),
        modular_graph("c", names(5, 20), seed=3),
    ]
    columns = landmark_table()["symbol"].to_numpy()
    wide = []
    for graph in graphs:
        cells = LandmarkCells.of(graph)
        table = pd.DataFrame(plain_rows(cells), columns=graph.genes[cells.landmarks])
        wide.append(table.reindex(columns=columns, fill_value=0.0).to_numpy())
    expected = PCA(15, svd_solver="full").fit_transform(np.concatenate(wide))
    found = np.concatenate(embedded(METHOD, *graphs))
    assert found.shape == (len(expected), 32)
    assert not found[:, 15:].any()  # 15 landmarks in all
    signs = np.sign((found[:, :15] * expected).sum(axis=0))
    np.testing.assert_allclose(found[:, :15] * signs, expected, atol=2e-6)


@pytest.mark.parametrize("system", ["ensembl", "entrez"])
def test_other_names_for_landmarks_change_nothing(system):
    graphs = [modular_graph("a", names(10, 40), seed=1), modular_graph("b", names(8, 30, first=4), seed=2)]
    expected = embedded(METHOD, *graphs)
    for changed in ([renamed(graph, system) for graph in graphs], [graphs[0], renamed(graphs[1], system)]):
        for one, other in zip(embedded(METHOD, *changed), expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_landmarks_are_found_once_in_the_order_of_the_platform():
    table = landmark_table()
    genes = pd.Index([table.symbol[7], "G1", table.ensembl[7], table.entrez[3], table.ensembl[0]])
    entrez, positions = landmarks_of(genes)
    assert list(entrez) == list(table.entrez[[0, 3, 7]])
    assert positions.tolist() == [4, 3, 0]


def test_a_gene_that_does_not_vary_has_no_coefficients():
    graph = modular_graph("a", names(10, 40))
    features = graph.features.copy()
    features[[3, 20]] = 5.0  # a landmark and another gene
    cells = LandmarkCells.of(without_edges("a", graph.genes, features))
    rows = coefficient_rows(cells)
    assert not rows[20].any()
    np.testing.assert_array_equal(rows[3], np.eye(10)[3])
    np.testing.assert_allclose(np.delete(rows[:, 3], 3), 0, atol=1e-12)
    assert not standardised(features)[:, [3, 20]].any()


def test_a_dataset_without_landmarks_is_one_point():
    graphs = [modular_graph("a", names(10, 40)), modular_graph("b", names(0, 30), seed=1)]
    values = embedded(METHOD, *graphs)
    assert len(np.unique(values[1], axis=0)) == 1
    assert len(np.unique(values[0], axis=0)) == 50


@pytest.mark.parametrize("genes", [names(40, 0), names(2, 1), [*names(2, 0), "G1"]])
def test_hardly_any_other_gene(genes):
    assert np.isfinite(embedded(METHOD, modular_graph("a", genes))[0]).all()


def test_tissues_without_landmarks_are_declined():
    def declined(*genes):
        graphs = [modular_graph(str(number), own) for number, own in enumerate(genes)]
        return METHOD.skip(tissue_of(*graphs))

    sentence = declined(names(0, 20), names(1, 20))
    assert "no dataset has 2 of the 978 landmarks" in sentence
    assert declined([gene.lower() for gene in names(10, 20)])  # another species
    assert declined(names(0, 20), names(2, 20)) is None
    assert too_few_landmarks(CASES["usual"]()) is None
