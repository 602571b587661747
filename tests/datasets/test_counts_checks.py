"""Tables that are no raw counts, or whose names cannot be those of genes, are told in one sentence."""

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from geneboard.datasets.counts_checks import looks_like_genes, not_counts
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.settings import PipelineSettings

SETTINGS = PipelineSettings(n_genes=60, min_genes_per_cell=20)
COUNTS = np.random.default_rng(0).poisson(3, (90, 90))
BARCODES = [f"ACGTACGTACGT{'ACGT'[k % 4]}-{k}" for k in range(90)]
SYMBOLS = ["ACTB", "gapdh", "B2M", *(f"GENE{k}" for k in range(3, 90))]


def load(folder, *, values=COUNTS, cells=BARCODES, genes=SYMBOLS, name="scrna_lung_a", spatial=None):
    table = anndata.AnnData(
        sparse.csr_matrix(values),
        obs=pd.DataFrame(index=cells),
        var=pd.DataFrame(index=genes),
    )
    if spatial is not None:
        table.obsm["spatial"] = spatial
    (folder / "lung").mkdir()
    table.write_h5ad(folder / "lung" / f"{name}.h5ad")
    return Files(folder, settings=SETTINGS).load("lung").graphs[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"cells": [*BARCODES[:4], "Length", *BARCODES[5:]]},
            "'Length' is the name of no cell; remove it from the cells.",
        ),
        (
            {"genes": BARCODES, "cells": SYMBOLS},
            "cells are named like genes (ACTB); the table has to be transposed.",
        ),
        ({"values": COUNTS > 2}, "X holds nothing but 0 and 1 and looks binarised; raw counts are needed."),
    ],
)
def test_one_sentence(tmp_path, change, sentence):
    with pytest.raises(InputError) as caught:
        load(tmp_path, **change)
    assert str(caught.value) == f"{tmp_path}/lung/scrna_lung_a.h5ad: {sentence}"


def test_places_that_are_words(tmp_path):
    with pytest.raises(InputError, match="must hold two finite coordinates for every spot"):
        load(tmp_path, name="spatial_lung_a", spatial=np.array([["left", "right"]] * 90))


def test_spaces_around_names_do_not_matter(tmp_path):
    graph = load(tmp_path, genes=[f" {gene} " for gene in SYMBOLS])
    assert set(graph.genes) <= set(SYMBOLS)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (SYMBOLS, 1),
        (["Actb", "Gapdh", "Vim", "x"], 1),
        (["ENSG00000141510.2", "ENSMUSG00000000001", "spike"], 1),
        (BARCODES, -1),
        (["sample1_ACGTACGTACGTAA", "sample1_ACGTACGTACGTAC-1"], -1),
        (["a", "b", "ACTB"], 0),
    ],
)
def test_what_names_look_like(names, expected):
    assert looks_like_genes(pd.Index(names)) == expected


def test_counts_are_counts():
    for matrix in (COUNTS, sparse.csr_matrix(COUNTS), COUNTS.astype(np.float32), COUNTS.astype(np.uint8)):
        assert not_counts(matrix) is None


@pytest.mark.parametrize(
    ("matrix", "fault"),
    [
        (None, "is missing"),
        (COUNTS.astype("U2"), "holds <U2 and no numbers"),
        (COUNTS + 1j, "holds complex numbers"),
        (COUNTS * 0, "holds nothing but zeros"),
        (np.where(COUNTS == 3, np.nan, COUNTS), "holds NaN or infinite values"),
        (COUNTS - COUNTS.mean(), "holds negative values and looks scaled or like residuals"),
        (COUNTS * 2**30, "holds values above 2147483647"),
        (np.log1p(COUNTS), "holds non-integer values and looks log-transformed"),
        (
            COUNTS / COUNTS.sum(axis=1, keepdims=True) * 1e4,
            "holds non-integer values and looks normalised to the same total in every cell",
        ),
        (COUNTS * 10.5, "holds non-integer values and looks normalised"),
        (COUNTS * np.linspace(0.5, 0.9, 90), "holds non-integer values"),
        (COUNTS > 2, "holds nothing but 0 and 1 and looks binarised"),
    ],
)
def test_what_is_no_counts(matrix, fault):
    assert not_counts(matrix) == fault
    if matrix is not None and matrix.dtype.kind != "U":
        assert not_counts(sparse.csr_matrix(matrix)) == fault
