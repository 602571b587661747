"""The controls are what their names say."""

import numpy as np
import pandas as pd
import pytest

from geneboard.benchmark.plugin_kit.compliance_tissues import usual_tissue
from geneboard.datasets.base import Tissue
from geneboard.methods.base import no_progress
from geneboard.methods.controls import BACKGROUND, Collapsed, IndependentNoise, Oracle, SharedNoise


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


def test_oracle_groups_modules_and_scatters_the_background():
    plain = usual_tissue()
    truth = plain.truth.copy()
    truth[truth == "M3"] = BACKGROUND
    truth = truth.drop("G2")  # a gene of which nothing is known
    tissue = Tissue(plain.name, plain.source, plain.graphs, truth)
    everything = pd.concat(rows_of(Oracle(), tissue))
    module = truth.reindex(everything.index).fillna(BACKGROUND).to_numpy()
    rows = everything.to_numpy() / np.linalg.norm(everything, axis=1, keepdims=True)
    cosine = rows @ rows.T
    same = module[:, None] == module
    within = same & (module != BACKGROUND)[:, None]
    assert cosine[within].min() > 0.99
    assert np.abs(cosine[~same]).max() < 0.8
    background = cosine[np.ix_(module == BACKGROUND, module == BACKGROUND)]
    off_diagonal = background[~np.eye(len(background), dtype=bool)]
    assert abs(off_diagonal.mean()) < 0.1
    assert off_diagonal.max() < 0.9
    sizes = np.linalg.norm(everything, axis=1)
    assert sizes[module == BACKGROUND].max() < 0.3
    assert sizes[module != BACKGROUND].min() > 0.95


def test_oracle_needs_the_truth():
    plain = usual_tissue()
    without = Tissue(plain.name, plain.source, plain.graphs)
    assert Oracle().skip(plain) is None
    assert "simulated" in Oracle().skip(without)
    with pytest.raises(ValueError, match="simulated"):
        rows_of(Oracle(), without)
