"""Exported vectors are read back, and their card says what they are."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stored_cases import GENES, TISSUE, embedding, stored_embeddings

from geneboard import benchmark
from geneboard.benchmark.commands.score import _rows_of
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.tasks.embedding.stored.files import Vectors, mean_vectors, write_vectors
from geneboard.datasets.errors import InputError


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored_embeddings(tmp_path_factory.mktemp("stored"))


@pytest.mark.parametrize(
    ("ending", "mean"), list(itertools.product([".h5ad", ".tsv", ".npz", ".txt"], [False, True]))
)
def test_what_is_exported_is_read_back(out: Path, tmp_path: Path, ending: str, mean: bool) -> None:
    made = benchmark.export("lung", to=tmp_path / f"x{ending}", out=out, mean=mean)
    expected = list(embedding().values)
    if mean or ending == ".txt":
        assert made.verdict.endswith("6 vectors of 2 numbers, one per gene")
        units = [
            values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9) for values in expected
        ]
        of = {
            gene: np.mean(
                [u[g.index(gene)] for u, g in zip(units, GENES.values(), strict=True) if gene in g], axis=0
            )
            for gene in "ABCDEZ"
        }
        expected = [np.array([of[gene] for gene in genes]) for genes in GENES.values()]
    method = PrecomputedEntry.of("x", made.vectors).load()()
    read = method.fit_embed(TISSUE, seed=0, device="cpu", progress=lambda *_: None)
    scored = _rows_of(made.vectors, (), TISSUE).matrix
    for values, wanted in zip(read.values, expected, strict=True):
        np.testing.assert_allclose(values, wanted, atol=1e-6)
    np.testing.assert_allclose(scored, np.concatenate(expected), atol=1e-6)


def test_mean_vectors_leave_zero_vectors_out() -> None:
    found = mean_vectors(
        np.array(["b", "a", "a", "b"]), np.array([[3.0, 0], [0, 0], [0, 5], [0, 2]], dtype=np.float32)
    )
    assert list(found.genes) == ["a", "b"]
    np.testing.assert_allclose(found.matrix, [[0, 1], [0.5, 0.5]])


def test_names_that_would_break_a_text_are_refused(tmp_path: Path) -> None:
    vectors = Vectors(np.array(["MARCH 1"], dtype=object), None, np.ones((1, 2), dtype=np.float32))
    with pytest.raises(InputError, match=r"the gene 'MARCH 1' has characters that part fields"):
        write_vectors(vectors, tmp_path / "x.txt")
    write_vectors(vectors, tmp_path / "x.tsv")
    assert list(_names(tmp_path / "x.tsv")) == ["MARCH 1"]


def _names(path: Path) -> pd.Index:
    from geneboard.benchmark.external.vectors import read_vectors

    return read_vectors(path).ids


def test_the_card_says_where_vectors_come_from_and_how_good_they_are(out: Path, tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.csv").write_text(
        "tissue,modality,id,licence,source\nlung,scrna,a,MIT,Someone 2020\n"
    )
    made = benchmark.export("lung", to=tmp_path / "x.tsv", out=out, data=tmp_path)
    card = made.card.read_text()
    assert made.card.name == "x.tsv.card.md"
    for part in (
        "13 vectors of 2 numbers, one per gene and dataset, of 6 genes in 3 datasets. 1 of them are zero",
        "- method: A (a, published)",
        "- chosen as: the best of 2 methods by joint score, 0.400",
        '- settings: {"dim": 32, "epochs": 100}',
        "| ASW | 0.3000 | 0.4000 | 0.3000 to 0.5000 | -0.0968 to 0.8968 |",  # 0.4 -+ 4.3027 * 0.1155
        "| aaaa |  | MIT (Someone 2020) |",
        "not known here",
        "code of geneboard: BSD-3-Clause",
        "cite the method, A (doi)",
        "python 3.11.9",
    ):
        assert part in card
