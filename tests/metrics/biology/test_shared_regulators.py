"""Regulators that tissues share: as counted by hand and by a plain implementation, and beside chance."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, hypergeom

from geneboard.datasets.knowledge.regulators import Regulators
from geneboard.metrics.biology.shared_regulators import SharedRegulators, shared_regulators

CLUSTERS, SIZE = 6, 12
GENES = pd.Index([f"G{number:02d}" for number in range(CLUSTERS * SIZE)])
OF_CLUSTER = np.arange(len(GENES)) // SIZE


def regulation() -> Regulators:
    """A regulator of every two clusters (one of them has most), and as many whose targets are anywhere."""
    effects = {f"TF{k}": {GENES[k * SIZE + i]: 1 for i in range(8)} for k in range(CLUSTERS)}
    anywhere = {f"ANY{k}": {GENES[i]: 1 for i in range(k, len(GENES), 7)} for k in range(7)}
    return Regulators("known", {**effects, **anywhere, "FEW": {"G00": 1, "G01": 1}})


def found_in(whole: dict[str, set[int]], seed: int = 0) -> SharedRegulators:
    """Two datasets of each tissue; genes of clusters that are not whole are in any other of these."""
    rng = np.random.default_rng(seed)
    clusters, genes, tissues = [], [], []
    for tissue, numbers in whole.items():
        mixed = np.flatnonzero(~np.isin(OF_CLUSTER, list(numbers)))
        labels = OF_CLUSTER.copy()
        labels[mixed] = labels[rng.permutation(mixed)]
        for _ in range(2):
            order = rng.permutation(len(GENES))
            clusters.append(labels[order])
            genes.append(GENES[order])
            tissues.append(tissue)
    return shared_regulators(clusters, genes, tissues, regulation(), seed=1, draws=400)


def rows_of(found: SharedRegulators) -> dict[tuple[str, ...], tuple[str, ...]]:
    table = found.table[found.table["count"] > 0]
    return dict(zip(table["tissues"], table["regulators"], strict=True))


def test_sets_of_tissues_by_hand() -> None:
    found = found_in({"a": {0, 1, 2}, "b": {1, 2, 3}, "c": {2}})
    assert rows_of(found) == {
        ("a", "b", "c"): ("TF2",), ("a", "b"): ("TF1",), ("a",): ("TF0",), ("b",): ("TF3",),
    }  # fmt: skip
    assert found.shared is not None
    assert found.shared.value == 2
    assert dict(found.found) == {"a": 3, "b": 3, "c": 1}
    assert set(found.findable.values()) == {13}  # FEW has two targets
    assert found.table["tissues"].str.len().is_monotonic_decreasing


def plain_regulators(labels: np.ndarray, names: pd.Index) -> set[str]:
    """Test by test, over one dataset."""
    known = {name: set(targets) for name, targets in regulation().effects.items()}
    background = set(names) & set().union(*known.values())
    known = {name: own & background for name, own in known.items() if len(own & background) >= 3}
    tests = []
    for cluster in set(labels):
        members = set(names[labels == cluster]) & background
        for name, own in known.items():
            tests.append(
                (name, hypergeom(len(background), len(own), len(members)).sf(len(own & members) - 1))
            )
    rates = false_discovery_control([p for _, p in tests])
    return {name for (name, _), rate in zip(tests, rates, strict=True) if rate <= 0.05}


def test_each_tissue_is_that_of_a_plain_implementation() -> None:
    rng = np.random.default_rng(3)
    labels = [
        np.where(rng.random(len(GENES)) < 0.6, OF_CLUSTER, rng.integers(6, size=len(GENES))) for _ in "ab"
    ]
    kept = [rng.random(len(GENES)) < 0.9 for _ in "ab"]
    clusters = [own[rows] for own, rows in zip(labels, kept, strict=True)]
    genes = [GENES[np.flatnonzero(rows)] for rows in kept]
    found = shared_regulators(clusters, genes, ["a", "b"], regulation(), draws=10)
    first, second = (plain_regulators(own, names) for own, names in zip(clusters, genes, strict=True))
    assert first & second
    expected = {("a", "b"): first & second, ("a",): first - second, ("b",): second - first}
    assert {key: set(names) for key, names in rows_of(found).items()} == {
        k: v for k, v in expected.items() if v
    }


def test_chance_is_that_of_drawing_regulators_with_as_many_targets() -> None:
    found = found_in({"a": {0, 1, 2}, "b": {1, 2, 3}})
    # of the 13, TFs have 8 targets and the others 10 or 11: all found ones are among the six
    of_six = [set(own) for own in combinations(range(6), 3)]
    exactly = Counter(len(one & of_six[0]) for one in of_six)
    mean = sum(k * n for k, n in exactly.items()) / len(of_six)
    assert found.shared is not None
    assert found.shared.null_mean == pytest.approx(mean, abs=0.12)
    at_least = sum(n for k, n in exactly.items() if k >= 2) / len(of_six)
    assert found.shared.p_value == pytest.approx(at_least, abs=0.08)
    both = found.table[found.table["tissues"].map(len) == 2].iloc[0]
    assert both["expected"] == pytest.approx(found.shared.null_mean)
    assert both["p_value"] == pytest.approx(found.shared.p_value)
    assert found.table[found.table["tissues"].map(len) == 1]["p_value"].isna().all()


def test_names_and_order_of_tissues_change_nothing() -> None:
    one, other = found_in({"a": {0, 1, 2}, "b": {1, 2}}), found_in({"y": {0, 1, 2}, "x": {1, 2}})
    renamed = {
        tuple(sorted({"a": "y", "b": "x"}[name] for name in own)): names
        for own, names in rows_of(one).items()
    }
    assert rows_of(other) == renamed


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (
            {"a": {0, 1}, "b": set()},
            "fewer than two tissues have a cluster with an over-represented regulator",
        )
    ],
)
def test_what_cannot_be_told_says_why(whole: dict[str, set[int]], reason: str) -> None:
    found = found_in(whole)
    assert (found.shared, found.reason) == (None, reason)
    genes = [GENES, pd.Index(["X1", "X2", "X3"])]
    other = shared_regulators([OF_CLUSTER, np.zeros(3, dtype=int)], genes, ["a", "b"], regulation())
    assert "are in a alone, where two tissues are needed" in other.reason
    assert other.shared is None
