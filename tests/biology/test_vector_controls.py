"""Controls beside vectors made elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.tasks.biology.vector_controls import control_vectors, controls_like
from geneboard.datasets.knowledge.time_split import embedded_time_split
from geneboard.methods.base import GeneEmbeddings


@pytest.fixture
def genes() -> pd.Index:
    """All genes of three terms, and others that no term knows."""
    terms = list(embedded_time_split().terms.values())[:3]
    known = set().union(*(part.genes for term in terms for part in term.parts))
    return pd.Index([*sorted(known), *(f"NONE{i}" for i in range(20))])


def test_the_contaminated_control_has_the_labels_before_the_day_and_none_since(genes: pd.Index) -> None:
    like = GeneEmbeddings(("genes",), (genes,), (np.ones((len(genes), 2), dtype=np.float32),))
    found = control_vectors("contaminated", like, seed=0)
    (matrix,) = found.values
    assert (found.datasets, matrix.dtype) == (("genes",), np.float32)
    terms = embedded_time_split().terms
    for column, term in zip(matrix.T, terms.values(), strict=True):
        before = {gene for part in (*term.folds, term.before) for gene in part.positive}
        has = np.array([gene in before for gene in genes])
        assert (column[has] > 0.5).mean() > 0.99 or not has.any()
        assert (column[~has] < 0.5).mean() > 0.99  # positive since the day, negative, and of no term
    assert len(np.unique(matrix, axis=0)) == len(genes)


def test_random_vectors_are_those_of_the_seed(genes: pd.Index) -> None:
    like = GeneEmbeddings(
        ("a", "b"), (genes, genes[:5]), (np.zeros((len(genes), 3), np.float32), np.zeros((5, 3), np.float32))
    )
    one, again, other = (control_vectors("random", like, seed) for seed in (1, 1, 2))
    assert [part.shape for part in one.values] == [(len(genes), 3), (5, 3)]
    assert all(np.array_equal(a, b) for a, b in zip(one.values, again.values, strict=True))
    assert not np.array_equal(one.values[0], other.values[0])


def test_without_genes_of_a_term_only_random_vectors_stand_beside(tmp_path: Path, genes: pd.Index) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("gene,x\nTP53,1\n")
    entry = PrecomputedEntry.of("mine", file)
    assert [one.name for one in controls_like(entry, [pd.Index(["TP53", "MYC"])])] == ["random"]
    both = controls_like(entry, [pd.Index(["TP53"]), genes])
    assert [(one.name, one.kind) for one in both] == [("random", "control"), ("contaminated", "control")]
