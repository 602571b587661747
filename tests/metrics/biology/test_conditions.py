"""Changed neighbourhoods: as a slow plain implementation has them, and found where there are some."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, hypergeom

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.metrics.biology.assignments import MOST, Assignments
from geneboard.metrics.biology.conditions import NO_GENE, NO_PAIR, Changes, neighbourhood_changes
from geneboard.metrics.biology.dissimilarity import dissimilarities
from geneboard.metrics.biology.gene_list import over_represented

POOL, MODULES, REWIRED = 200, 10, 3


def small_tissue(
    sizes: tuple[int, int], *, rewired: int, seed: int, n_genes: int = 150
) -> tuple[list[np.ndarray], list[pd.Index], np.ndarray]:
    """Vectors of genes of some modules; in the second condition the members of some modules are exchanged."""
    rng = np.random.default_rng(seed)
    module = np.arange(POOL) % MODULES
    changed = module.copy()
    moved = np.flatnonzero(module < rewired)
    changed[moved] = rng.permutation(module[moved])
    values, genes = [], []
    for place in range(sum(sizes)):
        present = rng.permutation(POOL)[:n_genes]
        centres = rng.normal(size=(MODULES, 12))
        own = (module if place < sizes[0] else changed)[present]
        values.append(centres[own] + 0.5 * rng.normal(size=(n_genes, 12)))
        genes.append(pd.Index([f"M{module[gene]}G{gene:03d}" for gene in present]))
    return values, genes, np.arange(sum(sizes)) < sizes[0]


def plain_effects(
    values: list[np.ndarray], genes: list[pd.Index], first: np.ndarray, k: int
) -> dict[str, float]:
    """The effect of every gene, gene by gene and pair by pair."""

    def nearest(place: int, gene: str, common: set[str]) -> set[str]:
        vector = dict(zip(genes[place], values[place], strict=True))
        cosine = {
            other: vector[gene] @ vector[other] / np.linalg.norm(vector[gene]) / np.linalg.norm(vector[other])
            for other in common - {gene}
        }
        return set(sorted(cosine, key=lambda other: -cosine[other])[:k])

    found = {}
    for gene in sorted(set().union(*genes)):
        has_it = [place for place, own in enumerate(genes) if gene in own]
        if min(first[has_it].sum(), (~first)[has_it].sum()) < 2:
            continue
        parts: dict[str, list[float]] = {"between": [], "a": [], "b": []}
        for one, other in combinations(has_it, 2):
            common = set(genes[one]) & set(genes[other])
            a, b = nearest(one, gene, common), nearest(other, gene, common)
            which = "between" if first[one] != first[other] else "a" if first[one] else "b"
            both = np.arange(k + 1)
            chance = hypergeom(len(common) - 1, k, k).pmf(both) * (1 - both / (2 * k - both))
            parts[which].append((1 - len(a & b) / len(a | b)) / chance.sum())
        found[gene] = float(np.mean(parts["between"]) - (np.mean(parts["a"]) + np.mean(parts["b"])) / 2)
    return found


def test_effects_are_those_of_a_plain_implementation() -> None:
    values, genes, first = small_tissue((3, 2), rewired=REWIRED, seed=0, n_genes=60)
    found = neighbourhood_changes(values, genes, first, k=5)
    expected = plain_effects(values, genes, first, 5)
    assert dict(zip(found.genes["gene"], found.genes["effect"], strict=True)) == pytest.approx(
        expected, abs=1e-6
    )
    assert found.mean_effect == pytest.approx(np.mean(list(expected.values())), abs=1e-6)
    assert found.genes["effect"].is_monotonic_decreasing
    assert (found.assignments, found.least_p, found.can_test) == (10, 0.1, False)
    assert found.genes[["p", "q"]].isna().all(axis=None)
    assert (found.p_value, found.interval) == (None, None)


def test_p_values_and_rates_are_those_of_permuted_labels() -> None:
    values, genes, first = small_tissue((4, 4), rewired=REWIRED, seed=1)
    found = neighbourhood_changes(values, genes, first)
    assert found.assignments == 35
    effects = {}
    for chosen in combinations(range(1, 8), 3):  # the first dataset stays
        labels = np.isin(np.arange(8), [0, *chosen])
        other = neighbourhood_changes(values, genes, labels)
        effects[chosen] = other.genes.set_index("gene")["effect"]
    table = pd.DataFrame(effects)
    full = found.genes.set_index("gene").query("datasets == 8")
    assert len(full) > 5
    true = table[1, 2, 3]
    for gene, row in full.iterrows():
        assert row["p"] == pytest.approx((table.loc[gene] >= true[gene] - 1e-6).mean())
    assert found.p_value == pytest.approx(1 / 35)
    effect = np.column_stack([found.genes["effect"], found.permuted])
    spread = np.nanstd(effect, axis=1)
    relative = effect / (spread + np.median(spread))[:, None]
    known = relative[np.isfinite(relative)]
    p_values = [(known >= own - 1e-6).mean() for own in relative[:, 0]]
    assert found.genes["q"].to_numpy() == pytest.approx(false_discovery_control(p_values))
    for place in (0, len(full) - 1):  # what is permuted belongs to the gene of the row
        gene = full.index[place]
        row = found.permuted[found.genes["gene"].eq(gene).to_numpy()][0]
        assert np.sort(row) == pytest.approx(np.sort(table.loc[gene].drop((1, 2, 3))), abs=1e-6)


def changed_share(found: Changes) -> tuple[float, float]:
    """Share of wrong ones among the genes found, and of those found among the changed ones."""
    is_true = found.genes["gene"].str[1].astype(int) < REWIRED
    is_found = found.genes["q"] <= 0.05
    return (is_found & ~is_true).sum() / max(is_found.sum(), 1), (is_found & is_true).sum() / is_true.sum()


@pytest.mark.parametrize("sizes", [(4, 4), (5, 5), (3, 5)])
def test_known_changes_are_found_at_the_stated_rate(sizes: tuple[int, int]) -> None:
    found = [neighbourhood_changes(*small_tissue(sizes, rewired=REWIRED, seed=seed)) for seed in range(4)]
    wrong, power = np.mean([changed_share(one) for one in found], axis=0)
    assert wrong <= 0.05
    assert power > 0.8
    for one in found:
        low, high = one.interval
        assert 0 < low < one.mean_effect < high
        assert one.p_value <= 0.05


def test_nothing_is_found_where_nothing_has_changed() -> None:
    """The chance to find a gene at all is about .05 by draw; of 20, three or more find one with p .08."""
    found = [
        neighbourhood_changes(*small_tissue((4, 4), rewired=0, seed=seed, n_genes=80), k=5)
        for seed in range(20)
    ]
    assert sum(len(one.changed) > 0 for one in found) <= 2
    assert sum(one.p_value <= 0.05 for one in found) <= 3
    assert abs(np.mean([one.mean_effect for one in found])) < 0.01
    assert sum(one.interval[0] <= 0 <= one.interval[1] for one in found) >= 17


@pytest.mark.parametrize("kind", ["random", "same", "collapsed"])
def test_controls_change_nothing(kind: str) -> None:
    values, genes, first = small_tissue((4, 4), rewired=REWIRED, seed=3)
    rng = np.random.default_rng(0)
    vector = {gene: rng.normal(size=6) for gene in sorted(set().union(*genes))}
    noise = {"random": 1.0, "same": 0.0, "collapsed": 1e-3}[kind]
    start = {"random": 0.0, "same": 1.0, "collapsed": 0.0}[kind]
    values = [
        np.array([start * vector[gene] + noise * rng.normal(size=6) + (kind == "collapsed") for gene in own])
        for own in genes
    ]
    found = neighbourhood_changes(values, genes, first)
    assert len(found.changed) <= 1  # by draw, one gene is found in 2 of 100
    assert found.mean_effect == pytest.approx(0.0, abs=0.01)
    assert found.genes["between"].mean() == pytest.approx(float(kind != "same"), abs=0.02)


def test_few_datasets_have_no_p() -> None:
    values, genes, first = small_tissue((1, 1), rewired=REWIRED, seed=0)
    found = neighbourhood_changes(values, genes, first)
    assert (found.reason, found.mean_effect, found.least_p) == (NO_PAIR, None, 1.0)
    assert found.genes["between"].is_monotonic_decreasing
    assert found.genes["within"].isna().all()
    apart = [genes[0], pd.Index([f"other {gene}" for gene in genes[1]])]
    assert neighbourhood_changes(values, apart, first).reason == NO_GENE
    values, genes, first = small_tissue((1, 3), rewired=REWIRED, seed=0)
    found = neighbourhood_changes(values, genes, first)
    assert (found.reason, found.assignments, found.can_test) == ("", 4, False)
    assert found.genes["effect"].notna().all()


def test_rows_without_a_vector_and_names_that_repeat_do_not_count() -> None:
    values, genes, first = small_tissue((2, 2), rewired=REWIRED, seed=0)
    expected = neighbourhood_changes(values, genes, first).genes
    longer = [np.vstack([own, own[:3] + 1, np.zeros((1, 12))]) for own in values]
    names = [own.append(pd.Index([*own[:3], "absent"])) for own in genes]
    pd.testing.assert_frame_equal(neighbourhood_changes(longer, names, first).genes, expected)
    few = dissimilarities([own[:20] for own in values], [pd.Index(range(20))] * 4, 10)
    assert np.isnan(few.values).all()


@pytest.mark.parametrize(
    ("sizes", "number"), [((4, 4), 35), ((3, 4), 35), ((1, 1), 1), ((1, 4), 5), ((6, 6), 462), ((8, 8), MOST)]
)
def test_assignments_are_distinct_and_begin_with_the_truth(sizes: tuple[int, int], number: int) -> None:
    truth = np.random.default_rng(0).permutation(np.arange(sum(sizes)) < sizes[0])
    found = Assignments.of(truth, 0).first
    assert len(found) == number
    assert (found[0] == truth).all()
    assert (found.sum(axis=1) == sizes[0]).all()
    if number < MOST:
        assert len({tuple(row) for row in found}) == number
        if sizes[0] == sizes[1]:
            assert not {tuple(row) for row in found} & {tuple(~row) for row in found}


def test_sets_of_a_list() -> None:
    background = [f"G{number}" for number in range(100)]
    sets = {f"S{start}": frozenset(background[start : start + 20]) for start in (0, 10, 40, 80)}
    sets["small"], sets["all"] = frozenset(background[:4]), frozenset({*background, *map(str, range(300))})
    found = over_represented([*background[:15], "elsewhere"], background, GeneSets("five", sets))
    assert found["set"].tolist() == ["S0", "S10", "all"]
    assert found["overlap"].tolist() == [15, 5, 15]
    p_values = [hypergeom.sf(overlap - 1, 100, size, 15) for overlap, size in ((15, 20), (5, 20), (15, 100))]
    assert found["p_value"].to_numpy() == pytest.approx(p_values)
    rates = false_discovery_control([*p_values, 1.0, 1.0])[:3]
    assert found["fdr"].to_numpy() == pytest.approx(rates)
    assert found["genes"][1] == "G10;G11;G12;G13;G14"
    assert not len(over_represented([], background, GeneSets("five", sets)))
