"""PCA against scikit-learn, and its invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA as SklearnPCA
from sklearn.preprocessing import StandardScaler

from geneboard.methods.pca import principal_components


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


def test_by_hand():
    """Two perfectly correlated cells: all variance on one component, sqrt(2) times the z-score."""
    features = np.array([[0, 0], [1, 10], [2, 20]], dtype=np.float32)
    expected = np.zeros((3, 32))
    expected[:, 0] = [-np.sqrt(2), 0, np.sqrt(2)]
    np.testing.assert_allclose(principal_components(features, 32), expected, atol=1e-6)


def test_sign_makes_the_largest_loading_positive():
    features = features_of(100, 40)
    scores = principal_components(features, 32).astype(np.float64)
    scaled = (features - features.mean(0)) / features.std(0, ddof=1)
    loadings = scaled.T @ scores
    assert (loadings[np.abs(loadings).argmax(axis=0), np.arange(32)] > 0).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_gene_order_is_only_an_order(seed):
    features = features_of(60, 40, seed % 97)
    order = np.random.default_rng(seed).permutation(60)
    np.testing.assert_allclose(
        principal_components(features[order], 32), principal_components(features, 32)[order], atol=2e-4
    )


def test_scale_and_offset_of_a_cell_do_not_matter():
    features = features_of(60, 40)
    changed = features * np.linspace(0.5, 4, 40, dtype=np.float32) + np.arange(40, dtype=np.float32)
    np.testing.assert_allclose(
        principal_components(changed, 32), principal_components(features, 32), atol=1e-3
    )


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
