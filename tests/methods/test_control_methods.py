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


def random_vectors(number, graph):
    rng = np.random.default_rng(number)
    return (rng.uniform(0.5, 2, (graph.n_genes, 1)) * rng.uniform(0, 1, (graph.n_genes, 5))).astype("f4")


def centred_correlations(graph):
    correlated = graph.true_vectors.any(axis=1)
    rows = unit(graph.true_vectors[correlated].astype(float))
    rows = unit(rows - rows.mean(axis=0))
    return pd.DataFrame(rows @ rows.T, graph.genes[correlated], graph.genes[correlated])


@pytest.mark.parametrize("own", [0.0, 0.3, 1.0])
def test_oracle_mixes_the_mean_of_the_centred_correlations_with_those_of_the_dataset(own):
    tissue = with_vectors(random_vectors)
    correlations = [centred_correlations(graph) for graph in tissue.graphs]
    mean = pd.concat(correlations).groupby(level=0).mean().fillna(0)  # over datasets that have both genes
    mean = mean.loc[:, mean.index]
    sizes, axes = np.linalg.eigh(mean)
    rows = unit(axes[:, -5:] * np.sqrt(sizes[-5:]))
    consensus = pd.DataFrame(rows, index=mean.index)
    for frame, here in zip(rows_of(Oracle(own=own, noise=0.0), tissue), correlations, strict=True):
        assert not frame.iloc[:, 5:].to_numpy().any()
        shared = consensus.loc[frame.index].to_numpy()
        expected = unit((1 - own) * shared + own * unit(here.to_numpy() @ shared))
        # Eigenvectors have any sign, cosines do not.
        np.testing.assert_allclose(frame @ frame.T, expected @ expected.T, atol=1e-5)


def test_consensus_of_the_same_correlations_everywhere_is_these_correlations():
    tissue = with_vectors(random_vectors)
    alike = replace(tissue, graphs=(tissue.graphs[0], replace(tissue.graphs[0], name="scrna_lung__again")))
    for frame in rows_of(Oracle(own=0.0, noise=0.0), alike):
        np.testing.assert_allclose(frame @ frame.T, centred_correlations(alike.graphs[0]), atol=1e-5)


def test_a_gene_correlated_with_none_has_a_direction_of_its_own_in_all_datasets():
    lone = ["G21", "G22"]
    tissue = with_vectors(lambda *of: random_vectors(*of) * ~of[1].genes.isin(lone)[:, None])
    frames = rows_of(Oracle(noise=0.0), tissue)
    rows = np.array([frame.loc["G21"] for frame in frames])  # in all three datasets
    np.testing.assert_allclose(rows @ rows.T, 1, atol=1e-6)
    assert not np.abs(rows[:, :5]).max() > 1e-6
    for frame in frames:
        assert not frame.drop(lone).iloc[:, 5:].to_numpy().any()
        assert frame.loc["G21"] @ frame.loc["G22"] < 0.9


def test_oracle_needs_the_truth():
    plain = usual_tissue()
    without = with_vectors(lambda *_: None)
    assert Oracle().skip(plain) is None
    assert "simulated" in Oracle().skip(without)
    with pytest.raises(ValueError, match="simulated"):
        rows_of(Oracle(), without)
