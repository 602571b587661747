"""Which gene sets a record tells, and what the report says of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from biology_cells import HALLMARK, asked, small_board
from scipy.stats import t

from geneboard.benchmark.report.render import markdown, terminal
from geneboard.benchmark.tasks.biology.board.set_names import set_title
from geneboard.benchmark.tasks.biology.chapter import chapter
from geneboard.benchmark.tasks.biology.told_sets import least_z, told_sets
from geneboard.datasets.knowledge.gene_sets import GeneSets


def table(z: dict[str, float]) -> pd.DataFrame:
    rows = {"set": list(z), "n_genes": 4, "auc": 0.6, "null": 0.5, "z": list(z.values())}
    return pd.DataFrame(rows)


def test_the_clearest_and_the_least_known_are_kept_each_kind_once() -> None:
    genes = {f"S{number:02d}": {f"{number}-{part}" for part in range(4)} for number in range(30)}
    genes["S01"] = {"0-0", "0-1", "0-2", *map(str, range(20))}  # 3 of 4 in common with S00
    genes["S02"] = {"0-0", "0-1", "1", "2"}  # 2 of 4 with S00, and of those with S01, which is not told
    genes["S29"] = genes["S28"]
    sets = GeneSets("many", {name: frozenset(members) for name, members in genes.items()})
    z = {name: 14.5 - number for number, name in enumerate(genes)}  # S14 is the last above 0
    found = told_sets(table(z | {"S03": math.nan}), sets)
    above = [f"S{number:02d}" for number in (0, 2, *range(4, 12))]
    assert found["set"] == [*above, *(f"S{number:02d}" for number in (*range(19, 28), 29))]
    assert found["z"] == [z[name] for name in found["set"]]
    assert list(found) == ["set", "n_genes", "auc", "null", "z"]


def test_what_counts_as_known() -> None:
    """With few draws chance exceeds it as often as it may."""
    assert least_z(48, 50) == pytest.approx(t.isf(0.05 / 48, 49) * (1 + 1 / 50) ** 0.5)
    draws = np.random.default_rng(0).normal(size=(200_000, 11))
    null = draws[:, 1:]
    z = (draws[:, 0] - null.mean(axis=1)) / null.std(axis=1, ddof=1)
    assert (z > least_z(5, 10)).mean() == pytest.approx(0.01, abs=0.001)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("HALLMARK_IL6_JAK_STAT3_SIGNALING", "IL6 JAK STAT3 signaling"),
        ("HALLMARK_INTERFERON_GAMMA_RESPONSE", "Interferon gamma response"),
        ("HALLMARK_PI3K_AKT_MTOR_SIGNALING", "PI3K AKT mTOR signaling"),
        ("HALLMARK_UV_RESPONSE_DN", "UV response down"),
        ("GO:0006281 DNA repair", "DNA repair"),
        ("CD22 mediated BCR regulation", "CD22 mediated BCR regulation"),
        ("3", "3"),
    ],
)
def test_names_as_they_are_read(name: str, title: str) -> None:
    assert set_title(name) == title


def answered(sets: dict[str, Any] | None, n_sets: int = 40, sets_above: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = {"interval": [0.05, 0.07], "parts": []}
    if sets is not None:
        found |= {"sets": sets, "numbers": {"sets": n_sets, "least_z": 3.04, "sets_above": sets_above}}
    return found


SETS = {
    "set": ["HALLMARK_HYPOXIA", "GO:0006281 DNA repair", "B", "C"],
    "n_genes": [34, 20, 9, 8],
    "auc": [0.71, 0.6, 0.5, 0.35],
    "null": [0.52, 0.55, 0.5, 0.45],
    "z": [5.0, 2.0, 0.0, -1.5],
}


@pytest.mark.parametrize(
    ("sets_above", "z", "sentence"),
    [
        (
            *(1, 5.0),
            "What PCA knows of Hallmark: 1 of 40 sets (z above 3.0), clearest Hypoxia (AUC 0.71, null 0.52, "
            "34 genes). At or below their null: C (AUC 0.35, null 0.45, 8 genes); B (0.50, 0.50).",
        ),
        (
            *(0, 2.5),
            "What PCA knows of Hallmark: 0 of 40 sets (z above 3.0); nearest to it Hypoxia (AUC 0.71, "
            "null 0.52, 34 genes); DNA repair (0.60, 0.55). At or below",
        ),
    ],
)
def test_the_best_method_is_told_set_by_set(sets_above: int, z: float, sentence: str) -> None:
    cells = small_board()
    sets = SETS | {"z": [z, *SETS["z"][1:]]}
    cells[0] = asked("pca", HALLMARK, 0.06, 0.58, 0.52, 6.0, answer=answered(sets, sets_above=sets_above))
    cells[1] = asked("musegnn", HALLMARK, 0.02, 0.54, 0.52, 2.0, answer=answered(SETS | {"auc": [0.9] * 4}))
    (section,) = chapter(cells).sections
    assert sentence in markdown.render(section)
    assert "0.90" not in markdown.render(section)
    assert "What PCA knows" in " ".join(terminal.render(section, explain=True).split())
    assert "Sets one by one" not in markdown.render(chapter(small_board()).sections[0])  # older records
