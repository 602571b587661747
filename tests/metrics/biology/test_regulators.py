"""Regulators of clusters: numbers by hand and scipy, a planted regulator, a table that knows nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from plain_biology import plain_enrichment
from scipy.stats import hypergeom
from small_knowledge import GENES, NAMES, TISSUE, planted

from geneboard.datasets.knowledge.regulators import Regulators
from geneboard.metrics.biology.enrichment import embedding_clusters, enrichment
from geneboard.metrics.biology.regulators import COLUMNS, cluster_regulators, expected_majority
from geneboard.metrics.biology.strata import gene_strata, one_stratum, permuted

HAND = Regulators(
    "hand",
    {
        "R": {"A1": 1, "A2": 1, "A3": 0, "A4": 1, "B1": -1, "B2": -1},
        "A5": {"A1": 1, "A2": -1, "A3": 1, "C9": 1},  # C9 is no gene of the tissue
        "B9": {"B1": 1, "B2": 1, "B3": 1, "B4": 0, "B5": 0},  # B9 has no vector
        "FEW": {"A1": 1, "B1": 1},
    },
)
"""Background A1-A4 and B1-B5; A5, which is no target, is in the first cluster."""


def by_hand():
    genes = [pd.Index([f"A{n}" for n in range(1, 6)] + [f"B{n}" for n in range(1, 6)] + ["B9", "X"])]
    clusters = [np.array([0] * 5 + [1] * 5 + [-1, 1])]
    return cluster_regulators(clusters, genes, one_stratum(genes), HAND, draws=50)


def test_every_number_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geneboard.metrics.biology.regulators.SIGNIFICANT", 1.0)  # lists every pair
    found = by_hand()
    named = [{"A1", "A2", "A3", "A4"}, {"B1", "B2", "B3", "B4", "B5"}]
    sets = {"R": {"A1", "A2", "A3", "A4", "B1", "B2"}, "A5": {"A1", "A2", "A3"}, "B9": named[1]}
    p_values, rates = plain_enrichment(named, sets, named[0] | named[1])
    table = found.enriched.table.set_index(["cluster", "regulator"])
    assert set(table.index) == {(0, "R"), (1, "R"), (0, "A5"), (1, "B9")}  # no target in common: no row
    for (cluster, regulator), row in table.iterrows():
        place = (cluster, list(sets).index(regulator))
        assert (row["p_value"], row["fdr"]) == pytest.approx((p_values[place], rates[place]))
        tail = hypergeom.sf(int(row["overlap"]) - 1, 9, int(row["set_size"]), int(row["cluster_targets"]))
        assert row["p_value"] == pytest.approx(tail)
    assert table.loc[(0, "R"), ["cluster_size", "cluster_targets", "overlap", "set_size"]].tolist() == [
        5,
        4,
        4,
        6,
    ]
    assert table.loc[(1, "R"), ["cluster_size", "cluster_targets", "overlap", "set_size"]].tolist() == [
        6,
        5,
        2,
        6,
    ]
    assert table.loc[(0, "R"), ["activation", "repression", "unknown"]].tolist() == ["A1;A2;A4", "", "A3"]
    assert table.loc[(1, "R"), ["activation", "repression", "unknown"]].tolist() == ["", "B1;B2", ""]
    # R activates 3 and represses 2: of 3 drawn, 3 alike has chance 1/10; of 2 drawn, 2 alike has 4/10.
    assert table.loc[(0, "R"), ["agreement", "expected"]].tolist() == [1, pytest.approx(0.1 + 0.9 * 2 / 3)]
    assert table.loc[(1, "R"), ["agreement", "expected"]].tolist() == [1, pytest.approx(0.4 + 0.6 / 2)]
    assert table.loc[(0, "A5"), ["agreement", "expected"]].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert table["in_cluster"].tolist() == [{"A5": True, "R": None, "B9": None}[r] for _, r in table.index]
    assert (found.own, found.own_expected) == (1.0, 5 / 11)
    agreement = found.agreement
    assert agreement is not None  # R in both clusters (3 and 2 targets) and A5 in one (3); B9 has one sign
    assert agreement.n_pairs == 3
    assert agreement.share == pytest.approx((3 + 2 + 2) / 8)
    assert agreement.share - plain_excess(named) == pytest.approx(agreement.expected)
    assert agreement.low <= agreement.share <= agreement.high


def plain_excess(clusters: list[set[str]], draws: int = 50) -> float:
    """Return how much more targets agree than when names are permuted, regulator by regulator."""
    names = ["A1", "A2", "A3", "A4", *(f"B{n}" for n in range(1, 6))]

    def sums(named, regulator):
        found = [[HAND.effects[regulator].get(gene, 0) for gene in one] for one in named]
        counted = [one for one in found if sum(map(abs, one)) >= 2]
        return sum(max(one.count(1), one.count(-1)) for one in counted), sum(
            sum(map(abs, one)) for one in counted
        )

    rng, over, known = np.random.default_rng(0), 0.0, 0
    orders = [permuted(np.ones(9, int), rng) for _ in range(draws)]
    renamed = [dict(zip(np.array(names)[order], names, strict=True)) for order in orders]
    for regulator in ("R", "A5"):
        null = np.array([sums([{of[n] for n in one} for one in clusters], regulator) for of in renamed])
        agreeing, own = sums(clusters, regulator)
        over, known = over + agreeing - own * null[:, 0].sum() / null[:, 1].sum(), known + own
    return over / known


@pytest.mark.parametrize(("activated", "repressed", "drawn"), [(3, 2, 2), (4, 4, 5), (7, 0, 3), (1, 5, 2)])
def test_expected_majority_is_that_of_all_draws(activated: int, repressed: int, drawn: int) -> None:
    signs = [1] * activated + [-1] * repressed
    every = [(drawn + abs(sum(one))) / 2 / drawn for one in itertools.combinations(signs, drawn)]
    assert expected_majority(activated, repressed, drawn) == pytest.approx(np.mean(every))


def planted_table(names: list[str]) -> Regulators:
    """A regulator of 12 genes of the first module, activates them; others have targets anywhere."""
    rng = np.random.default_rng(1)
    others = {f"OTHER{n}": dict.fromkeys(rng.choice(names, 12, replace=False), -1) for n in range(10)}
    own = dict.fromkeys(names[1:13], 1) | dict.fromkeys(names[100:104], -1)
    return Regulators("planted", {names[0]: own, **others})


def test_a_planted_regulator_is_found_and_a_permuted_one_is_not() -> None:
    clusters, strata = embedding_clusters(planted()), gene_strata(TISSUE)
    found = cluster_regulators(clusters, GENES, strata, planted_table(NAMES), draws=50)
    (row,) = found.enriched.table.to_dict("records")
    assert (row["regulator"], row["overlap"], row["activation"].count(";")) == (NAMES[0], 12, 11)
    assert row["in_cluster"] is True
    assert (row["agreement"], row["expected"] < 0.8) == (1, True)
    assert found.enriched.strength.p_value == 1 / 51
    names = list(np.random.default_rng(2).permutation(NAMES))
    found = cluster_regulators(clusters, GENES, strata, planted_table(names), draws=50)
    assert found.enriched.table.empty
    assert list(found.enriched.table.columns) == list(COLUMNS)
    assert (found.enriched.share.value, found.own, found.own_expected) == (0, None, None)
    assert found.enriched.strength.p_value > 0.05


def test_clusters_of_well_studied_genes_have_no_regulator_for_that_alone() -> None:
    """A table that knows one module best: with all genes as background each regulator would be found."""
    rng = np.random.default_rng(0)
    studied = NAMES[:30] + NAMES[60::9]  # 30 of 40 genes of a module, and 20 others
    table = Regulators(
        "fame", {f"R{n}": dict.fromkeys(rng.choice(studied, 20, replace=False), 0) for n in range(8)}
    )
    known = (embedding_clusters(planted()), GENES, gene_strata(TISSUE))
    assert enrichment(*known, table.sets_within(NAMES), draws=2).distinct.value == 8
    found = cluster_regulators(*known, table, draws=20)
    assert found.enriched.n_genes == len(table.genes)
    assert found.enriched.share.value == 0
    assert found.agreement is None


def test_without_targets_there_is_a_reason() -> None:
    table = Regulators("other", {"R": dict.fromkeys("XYZ", 1)})
    found = cluster_regulators([np.zeros(3, int)], [pd.Index(list("ABC"))], [np.zeros(3, int)], table)
    assert found.enriched.share is None
    assert found.enriched.reason == "no regulator of other has 3 targets among the genes with a vector"
