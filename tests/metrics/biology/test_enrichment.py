"""Enriched sets of clusters: scipy, statsmodels, gseapy, planted modules, and clusters that know nothing."""

from __future__ import annotations

import gseapy
import numpy as np
import pytest
from plain_biology import plain_enrichment
from scipy.stats import hypergeom
from small_knowledge import GENES, MODULES, TISSUE, cell_of_names, few_genes, planted

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.methods.base import GeneEmbeddings
from geneboard.metrics.biology import enrichment as module
from geneboard.metrics.biology.enrichment import embedding_clusters, enrichment
from geneboard.metrics.biology.strata import gene_strata, permuted
from geneboard.metrics.embedding_files import rows_of
from geneboard.metrics.neighbours import shared_view


def clusters_of(genes, seed, number=4):
    rng = np.random.default_rng(seed)
    return [rng.integers(-1, number, size=len(part)) for part in genes]


def as_sets(clusters, genes, number=4):
    return [
        {name for part, names in zip(clusters, genes, strict=True) for name in names[part == cluster]}
        for cluster in range(number)
    ]


def test_every_number_again_by_a_plain_implementation() -> None:
    genes, strata, sets = few_genes()
    clusters = clusters_of(genes, 5)
    found = enrichment(clusters, genes, strata, sets, draws=4, seed=2)
    named = as_sets(clusters, genes)
    background = set().union(*named)
    p_values, rates = plain_enrichment(named, sets.sets, background)
    for row in found.table.itertuples():
        place = (row.cluster, list(sets.sets).index(row.set))
        common = named[row.cluster] & sets.sets[row.set]
        assert row.p_value == pytest.approx(p_values[place])
        assert row.fdr == pytest.approx(rates[place])
        assert row.genes == ";".join(sorted(common))
        assert row.rich_factor == len(common) / len(sets.sets[row.set] & background)
    assert len(found.table) == sum(bool(cluster & s) for cluster in named for s in sets.sets.values())

    def statistics(rates):
        return (
            np.mean(rates.min(axis=1) <= 0.05),
            (rates <= 0.05).any(axis=0).sum(),
            np.mean(-np.log10(rates.min(axis=1))),
        )

    kept = [own[labels >= 0] for labels, own in zip(clusters, genes, strict=True)]
    everywhere = list(np.concatenate(kept))
    names = list(dict.fromkeys(everywhere))
    cell = cell_of_names(genes, strata)
    rng, null = np.random.default_rng(2), []
    for _ in range(4):
        order = permuted(np.array([10 * cell[name] + everywhere.count(name) for name in names]), rng)
        other = dict(zip(np.array(names)[order], names, strict=True))
        null.append(
            statistics(plain_enrichment([{other[n] for n in one} for one in named], sets.sets, background)[1])
        )
    for number, value, draws in zip(
        (found.share, found.distinct, found.strength), statistics(rates), np.transpose(null), strict=True
    ):
        assert number.value == pytest.approx(value)
        assert number.null_mean == pytest.approx(draws.mean())
        assert number.null_sd == pytest.approx(draws.std(ddof=1))


def test_p_values_are_those_of_gseapy_and_scipy() -> None:
    clusters = embedding_clusters(planted(noise=3.0))
    found = enrichment(clusters, GENES, gene_strata(TISSUE), MODULES, draws=2)
    names = set().union(*GENES)
    cluster = sorted({n for part, own in zip(clusters, GENES, strict=True) for n in own[part == 0]})
    whole = gseapy.enrich(cluster, {k: sorted(v & names) for k, v in MODULES.sets.items()}, background=names)
    by_gseapy = whole.results.set_index("Term")["P-value"]
    ours = found.table[found.table["cluster"] == 0].set_index("set")
    assert len(ours) == len(by_gseapy) > 2
    for name, row in ours.iterrows():
        assert row["p_value"] == by_gseapy[name]
        tail = hypergeom.sf(row["overlap"] - 1, len(names), row["set_size"], row["cluster_size"])
        assert row["p_value"] == pytest.approx(tail, rel=1e-12)


def test_planted_modules_are_at_the_ceiling_and_copies_of_the_null_are_not() -> None:
    clusters = embedding_clusters(planted())
    found = enrichment(clusters, GENES, gene_strata(TISSUE), MODULES, draws=20)
    assert found.share.value == 1
    assert found.distinct.value == 6
    assert found.strength.z > 5
    assert found.strength.p_value == 1 / 21
    assert found.strength.low <= found.strength.value <= found.strength.high


def test_clusters_are_those_of_the_six_metrics_and_leave_out_genes_without_a_vector() -> None:
    values = [part.astype(np.float32) for part in planted()]
    together = np.concatenate(embedding_clusters(values))
    rows = rows_of(GeneEmbeddings.of(TISSUE, values), TISSUE)
    assert (together == shared_view(rows, TISSUE).clusters).all()
    values[1][:5] = 0
    assert (embedding_clusters(values)[1] < 0).sum() == 5


def test_p_values_are_no_smaller_than_uniform_where_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates of few small sets are often 1, so p-values pile up at 1; small ones are as rare as they say."""
    monkeypatch.setattr(module, "_table", lambda *_: None)
    genes, strata, sets = few_genes()
    p_values = np.array(
        [
            enrichment(clusters_of(genes, seed), genes, strata, sets, draws=9, seed=seed).strength.p_value
            for seed in range(200)
        ]
    )
    for level in (0.1, 0.2, 0.3):
        spread = 3 * np.sqrt(level * (1 - level) / 200)
        assert level - spread < (p_values <= level + 1e-9).mean() < level + spread


def test_without_overlap_there_is_a_reason() -> None:
    genes, strata, _ = few_genes()
    found = enrichment(clusters_of(genes, 0), genes, strata, GeneSets("other", {"A": frozenset({"X"})}))
    assert found.share is None
    assert "other" in found.reason
