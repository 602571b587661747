"""The controls are what their names say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geneboard.benchmark.plugin_kit.compliance_tissues import usual_tissue
from geneboard.methods.base import no_progress
from geneboard.methods.controls import Collapsed, IndependentNoise, Oracle, SharedNoise


def rows_of(method, tissue, seed=0):
    made = method.fit_embed(tissue, seed=seed, device="cpu", progress=no_progress)
    return [pd.DataFrame(v, index=g) for v, g in zip(made.values, made.genes, strict=True)]


def test_random_is_independent_standard_noise():
    frames = rows_of(IndependentNoise(), usual_tissue())
    everything = np.concatenate([frame.to_numpy() for frame in frames])
    assert abs(everything.mean()) < 0.08
    assert abs(everything.std() - 1) < 0.08
    common = frames[0].index.intersection(frames[1].index)
    correlation = np.corrcoef(
        frames[0].loc[common].to_numpy().ravel(), frames[1].loc[common].to_numpy().ravel()
    )
    assert abs(correlation[0, 1]) < 0.15


def test_shared_random_depends_on_the_gene_name_only():
    frames = rows_of(SharedNoise(), usual_tissue())
    for other in frames[1:]:
        common = frames[0].index.intersection(other.index)
        assert len(common) > 0
        assert np.array_equal(frames[0].loc[common], other.loc[common])
    assert len(frames[0].drop_duplicates()) == len(frames[0])


def test_collapsed_is_one_point():
    everything = np.concatenate([frame.to_numpy() for frame in rows_of(Collapsed(), usual_tissue())])
    centre = everything.mean(axis=0)
    assert np.linalg.norm(centre) == pytest.approx(1, abs=1e-3)
    assert np.abs(everything - centre).max() < 1e-3
    assert len(np.unique(everything, axis=0)) == len(everything)


def with_vectors(vectors_of):
    plain = usual_tissue()
    graphs = [replace(g, true_vectors=vectors_of(number, g)) for number, g in enumerate(plain.graphs)]
    return replace(plain, graphs=tuple(graphs))


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_cosines_of_the_oracle_are_the_true_correlations():
    def vectors(number, graph):
        rng = np.random.default_rng(number)
        return (rng.uniform(0.5, 2, (graph.n_genes, 1)) * rng.standard_normal((graph.n_genes, 5))).astype(
            "f4"
        )

    tissue = with_vectors(vectors)
    for frame, graph in zip(rows_of(Oracle(own=1.0, noise=0.0), tissue), tissue.graphs, strict=True):
        expected = unit(graph.true_vectors.astype(float))
        np.testing.assert_allclose(frame @ frame.T, expected @ expected.T, atol=1e-6)


@pytest.mark.parametrize("own", [0.0, 0.3])
def test_oracle_mixes_the_mean_over_datasets_with_the_vector_of_the_dataset(own):
    def vectors(number, graph):
        return np.tile(np.eye(3, dtype="f4")[number], (graph.n_genes, 1))  # one direction for each dataset

    tissue = with_vectors(vectors)
    for number, frame in enumerate(rows_of(Oracle(own=own, noise=0.0), tissue)):
        for gene, row in frame.iterrows():
            has = np.array([gene in graph.genes for graph in tissue.graphs])
            expected = (1 - own) * has / np.linalg.norm(has) + own * np.eye(3)[number]
            np.testing.assert_allclose(row[:3], expected / np.linalg.norm(expected), atol=1e-6)
            assert not row[3:].any()


def test_a_gene_correlated_with_none_has_a_direction_of_its_own_in_all_datasets():
    tissue = with_vectors(lambda _, graph: np.outer(graph.genes != "G21", [1, 1, 0]).astype("f4"))
    frames = rows_of(Oracle(noise=0.0), tissue)
    rows = np.array([frame.loc["G21"] for frame in frames])  # in all three datasets
    np.testing.assert_allclose(rows @ rows.T, 1, atol=1e-6)
    assert not rows[:, :3].any()
    np.testing.assert_allclose(frames[0].drop("G21")[[0, 1]], np.sqrt(0.5), atol=1e-6)


def test_oracle_needs_the_truth():
    plain = usual_tissue()
    without = with_vectors(lambda *_: None)
    assert Oracle().skip(plain) is None
    assert "simulated" in Oracle().skip(without)
    with pytest.raises(ValueError, match="simulated"):
        rows_of(Oracle(), without)
