"""Same gene set: against a plain implementation, planted modules, and embeddings that know nothing."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd
import pytest
from plain_biology import plain_auc, plain_auc_of_sets, plain_recall, plain_resampled_auc
from scipy.stats import kstest
from small_knowledge import GENES, MODULES, TISSUE, cell_of_names, few_genes, noise, planted

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.metrics.biology import retrieval as module
from geneboard.metrics.biology.retrieval import RESAMPLES, retrieval
from geneboard.metrics.biology.strata import gene_strata, one_stratum, permuted

STRATA = gene_strata(TISSUE)


def annotated_names(values, genes, sets):
    return [
        [name for name, vector in zip(names, vectors, strict=True) if vector.any() and name in sets.genes]
        for names, vectors in zip(genes, values, strict=True)
    ]


def test_every_number_again_by_a_plain_implementation() -> None:
    genes, strata, sets = few_genes()
    values = noise("random", genes, 1)
    values[0][[2, 7]] = 0  # genes without a vector
    values[1][3] = values[1][4]  # a tie
    found = retrieval(values, genes, strata, sets, draws=5, seed=4)
    areas = plain_auc(values, genes, sets.sets)
    assert found.auc_by_dataset == pytest.approx(areas)
    assert found.auc.value == pytest.approx(np.mean(areas))
    assert found.recall_by_dataset[0] == pytest.approx(plain_recall(values[0], genes[0], sets.sets))
    kept = annotated_names(values, genes, sets)
    assert found.n_genes == tuple(map(len, kept))

    names = list(dict.fromkeys(chain(*kept)))
    cell = cell_of_names(genes, strata)
    rng = np.random.default_rng(4)
    null, null_of_sets = [], []
    for _ in range(5):
        order = permuted(np.array([cell[name] for name in names]), rng)
        other = dict(zip(names, np.array(names)[order], strict=True))
        assert all(cell[name] == cell[other[name]] for name in names)
        renamed = [[other.get(name, name) for name in part] for part in genes]
        null.append(np.mean(plain_auc(values, renamed, sets.sets)))
        null_of_sets.append(plain_auc_of_sets(values, renamed, sets.sets))
    assert found.auc.null_mean == pytest.approx(np.mean(null))
    assert found.auc.null_sd == pytest.approx(np.std(null, ddof=1))
    assert found.auc.p_value == (1 + sum(area >= found.auc.value for area in null)) / 6

    own = plain_auc_of_sets(values, genes, sets.sets)
    assert list(found.by_set["set"]) == list(sets.sets)
    assert list(found.by_set["n_genes"]) == [len(set(names) & members) for members in sets.sets.values()]
    assert found.by_set["auc"].to_numpy() == pytest.approx(own)
    assert found.by_set["null"].to_numpy() == pytest.approx(np.mean(null_of_sets, axis=0))
    z = (own - np.mean(null_of_sets, axis=0)) / np.std(null_of_sets, axis=0, ddof=1)
    assert found.by_set["z"].to_numpy() == pytest.approx(z)

    drawn = rng.multinomial(5, [0.2] * 5, size=RESAMPLES)[:40]
    resampled = module._resampled
    plain = [
        plain_resampled_auc(values, genes, sets.sets, dict(zip(sets.sets, counts, strict=True)))
        for counts in drawn
    ]
    by_set = np.array([[[0.5, 1.0], [1.0, 2.0]]])  # two sets with AUCs of 0.5 and 0.5
    assert resampled(by_set, np.random.default_rng(0)) == pytest.approx(0.5)
    seen = _resampled_of(values, genes, strata, sets)
    assert seen[:40] == pytest.approx(plain)


def _resampled_of(values, genes, strata, sets):
    """The resampled AUCs of `test_every_number…`: what the interval is made of."""
    seen = []
    original = module._resampled
    module._resampled = lambda *arguments: seen.append(original(*arguments)) or seen[0]
    try:
        found = retrieval(values, genes, strata, sets, draws=5, seed=4)
    finally:
        module._resampled = original
    assert (found.auc.low, found.auc.high) == pytest.approx(np.percentile(seen[0], [2.5, 97.5]))
    return seen[0]


def test_planted_modules_are_near_the_ceiling() -> None:
    found = retrieval(planted(), GENES, STRATA, MODULES, draws=20)
    assert found.auc.value > 0.97
    assert found.auc.null_mean == pytest.approx(0.5, abs=0.02)
    assert found.auc.p_value == 1 / 21
    assert found.auc.z > 20
    assert found.recall > 4
    assert found.auc.low <= found.auc.value <= found.auc.high
    assert found.n_sets == 6
    assert (found.by_set["z"] > 5).all()


@pytest.mark.parametrize("kind", ["random", "shared_random"])
def test_p_values_are_uniform_where_nothing_is_known(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One vector for each name varies in all datasets alike, and so must its null."""
    monkeypatch.setattr(module, "RESAMPLES", 2)
    genes, strata, sets = few_genes()
    p_values = [
        retrieval(noise(kind, genes, seed), genes, strata, sets, draws=9, seed=seed).auc.p_value
        for seed in range(200)
    ]
    assert kstest(np.array(p_values) - np.random.default_rng(0).random(200) / 10, "uniform").pvalue > 0.01


def test_what_only_expression_explains_is_in_the_null() -> None:
    """Sets that follow the cells of the grid, and vectors that know the cell and nothing else."""
    names = pd.Index([f"G{number:03d}" for number in range(60)])
    cells = np.arange(60) // 12
    rng = np.random.default_rng(0)
    vectors = np.eye(5)[cells] + 0.1 * rng.normal(size=(60, 5))
    sets = GeneSets("cells", {str(cell): frozenset(names[cells == cell]) for cell in range(5)})
    found = retrieval([vectors], [names], [cells], sets, draws=20)
    assert found.auc.value > 0.95
    assert found.auc.above_null == pytest.approx(0)
    assert found.auc.p_value == 1


@pytest.mark.parametrize(
    "sets", [{}, {"A": frozenset({"X"})}, {"A": frozenset(["G00", "G01"])}], ids=["none", "other", "one pair"]
)
def test_without_pairs_of_both_kinds_there_is_a_reason(sets: dict[str, frozenset[str]]) -> None:
    genes, strata, _ = few_genes()
    found = retrieval(noise("random", genes, 0), genes, strata, GeneSets("little", sets))
    assert found.auc is None
    assert found.recall is None
    assert "little" in found.reason


def test_more_names_than_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_NAMES", 20)
    genes, _, sets = few_genes()
    found = retrieval(noise("random", genes, 0), genes, one_stratum(genes), sets, draws=3)
    assert max(found.n_genes) <= 20 < len(sets.genes)
