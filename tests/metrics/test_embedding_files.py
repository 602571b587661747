"""Embeddings as rows, from memory and from files, good and bad."""

from __future__ import annotations

import contextlib
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from metric_cases import gene_graph
from scipy import sparse

from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.methods.base import GeneEmbeddings
from geneboard.metrics.embedding_files import dataset_names, read_rows, rows_of

EDGES = np.eye(3)[::-1]
TISSUE = Tissue(
    "lung",
    "test",
    (
        gene_graph("scrna_lung__BAL_034", ["SFTPC", "ACTB", "HLA-2"], EDGES),
        gene_graph("spatial_lung__X1", ["ACTB", "HLA", "MUC1"], EDGES),
        gene_graph("scrna_lung__X1", ["ACTB", "MUC1", "HLA"], EDGES),
    ),
)
GENE = [gene for graph in TISSUE.graphs for gene in graph.genes]
DATASET = [graph.name for graph in TISSUE.graphs for _ in graph.genes]
MATRIX = np.arange(36, dtype=np.float32).reshape(9, 4)


def write(path: Path, gene=GENE, dataset=DATASET, matrix=MATRIX, column: str = "dataset", names=None) -> Path:
    obs = pd.DataFrame(
        {column: pd.Categorical(dataset)}, index=names or [str(i) for i in range(len(dataset))]
    )
    if gene is not None:
        obs["gene"] = gene
    anndata.AnnData(matrix, obs=obs).write_h5ad(path)
    return path


def fault(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_rows(path, TISSUE)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_written_embeddings_come_back(tmp_path):
    embeddings = GeneEmbeddings.of(TISSUE, np.split(MATRIX, 3))
    embeddings.write(tmp_path / "e.h5ad")
    for rows in (rows_of(embeddings, TISSUE), read_rows(tmp_path / "e.h5ad", TISSUE)):
        assert (rows.matrix == MATRIX).all()
        assert rows.matrix.dtype == np.float32
        assert list(rows.gene) == GENE
        assert list(rows.dataset) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
        assert list(rows.position) == [0, 1, 2] * 3


@pytest.mark.parametrize("column", ["dataset", "tissue"])
@pytest.mark.parametrize("kind", ["dense", "double", "sparse"])
def test_rows_keep_the_order_of_the_file(tmp_path, column, kind):
    order = np.random.default_rng(0).permutation(9)
    matrix = {"dense": MATRIX, "double": MATRIX.astype(float), "sparse": sparse.csr_matrix(MATRIX)}[kind][
        order
    ]
    path = write(tmp_path / "e.h5ad", np.array(GENE)[order], np.array(DATASET)[order], matrix, column)
    rows = read_rows(path, TISSUE)
    assert (rows.matrix == MATRIX[order]).all()
    assert list(rows.gene) == list(np.array(GENE)[order])
    for gene, dataset, position in zip(rows.gene, rows.dataset, rows.position, strict=True):
        assert TISSUE.graphs[dataset].genes[position] == gene


def test_dataset_goes_before_tissue(tmp_path):
    path = write(tmp_path / "e.h5ad")
    data = anndata.read_h5ad(path)
    data.obs["tissue"] = "lung"
    data.write_h5ad(path)
    assert list(read_rows(path, TISSUE).dataset) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_other_forms_of_dataset_names(tmp_path):
    forms = dataset_names(TISSUE)
    assert forms == {
        "scrna_lung__BAL_034": 0,
        "scrna_lung_BAL_034": 0,
        "BAL_034": 0,
        "spatial_lung__X1": 1,
        "spatial_lung_X1": 1,
        "scrna_lung__X1": 2,
        "scrna_lung_X1": 2,
    }, "X1 alone may be either of two"
    labels = ["BAL_034"] * 3 + ["spatial_lung_X1"] * 3 + ["scrna_lung__X1"] * 3
    assert (
        list(read_rows(write(tmp_path / "e.h5ad", dataset=labels), TISSUE).dataset)
        == [0] * 3 + [1] * 3 + [2] * 3
    )


def test_genes_from_row_names_that_were_made_unique(tmp_path):
    # HLA-2 is a gene of the first dataset; in the third it is the second repeat of HLA.
    names = ["SFTPC", "ACTB", "HLA-2", "ACTB-1", "HLA", "MUC1", "ACTB-2", "MUC1-1", "HLA-1"]
    rows = read_rows(write(tmp_path / "e.h5ad", gene=None, names=names), TISSUE)
    assert list(rows.gene) == GENE


def test_ambiguous_row_names(tmp_path):
    tissue = Tissue("lung", "test", (gene_graph("scrna_lung__A", ["HLA", "HLA-2"], np.eye(2)),))
    path = write(tmp_path / "e.h5ad", None, ["A", "A"], MATRIX[:2], names=["HLA", "HLA-2"])
    with pytest.raises(InputError, match=r"no column 'gene', and the row name 'HLA-2' may mean"):
        read_rows(path, tissue)


@pytest.mark.parametrize("share", [0, 0.02, 0.6, 0.99])
def test_truncated_file(tmp_path, share):
    content = write(tmp_path / "whole.h5ad").read_bytes()
    path = tmp_path / "cut.h5ad"
    path.write_bytes(content[: int(share * len(content))])
    assert "not a readable .h5ad file" in fault(path)


def test_other_files(tmp_path):
    path = tmp_path / "e.h5ad"
    assert fault(path) == "there is no such file"
    path.write_text("gene,dataset\n")
    assert "not a readable .h5ad file" in fault(path)


def test_damaged_files_never_end_in_another_error(tmp_path):
    content = bytearray(write(tmp_path / "whole.h5ad").read_bytes())
    random = np.random.default_rng(0)
    path = tmp_path / "damaged.h5ad"
    refused = 0
    for _ in range(40):
        damaged = content.copy()
        start = random.integers(len(content) - 64)
        damaged[start : start + 64] = random.bytes(64)
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            read_rows(path, TISSUE)
            continue
        refused += 1
    assert 0 < refused < 40


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"column": "batch"}, "obs has neither a column 'dataset' nor a column 'tissue'"),
        (
            {"dataset": ["scrna_lung_BAL_35"] * 3 + DATASET[3:]},
            "dataset 'scrna_lung_BAL_35' is not one of the 3 datasets of lung; "
            "the closest name is 'scrna_lung_BAL_034'",
        ),
        (
            {"gene": ["MUC1", *GENE[1:]]},
            "gene 'MUC1' is not in the graph of scrna_lung__BAL_034 (1 of 9 rows name such a gene)",
        ),
        (
            {"gene": [*GENE, "ACTB"], "dataset": [*DATASET, DATASET[-1]], "matrix": MATRIX[[*range(9), 0]]},
            "1 of 9 (gene, dataset) pairs have more than one row, for example ACTB in scrna_lung__X1",
        ),
        (
            {"gene": GENE[:4], "dataset": DATASET[:4], "matrix": MATRIX[:4]},
            "5 of 9 (gene, dataset) pairs have no row, for example HLA in spatial_lung__X1",
        ),
        *(
            ({"gene": GENE[:n], "dataset": DATASET[:n], "matrix": np.zeros((n, dim), dtype=np.float32)}, text)
            for n, dim, text in (
                (0, 4, "X holds no embedding (shape (0, 4))"),
                (9, 0, "X holds no embedding (shape (9, 0))"),
            )
        ),
    ],
)
def test_rows_that_do_not_fit(tmp_path, change, sentence):
    assert fault(write(tmp_path / "e.h5ad", **change)) == sentence


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300, 1e20, -1.1e12])
def test_values_that_are_no_numbers(tmp_path, value):
    matrix = MATRIX.astype(float)
    matrix[[4, 6], 2] = value
    message = fault(write(tmp_path / "e.h5ad", matrix=matrix))
    assert message == (
        "2 of 9 rows hold values that are NaN or above 1e+12 (a training that has diverged), "
        "the first is row 4, '4'"
    )


def test_rows_of_a_training_that_has_diverged():
    diverged = [MATRIX[:3], MATRIX[3:6] * np.float32(1e20), MATRIX[6:]]
    with pytest.raises(ValueError, match=r"3 of 9 rows hold values that are NaN or above 1e\+12"):
        rows_of(GeneEmbeddings.of(TISSUE, diverged), TISSUE)


@pytest.mark.parametrize("column", ["gene", "dataset"])
def test_empty_cells(tmp_path, column):
    values = {"gene": list(GENE), "dataset": list(DATASET)}
    values[column][3] = None
    path = tmp_path / "e.h5ad"
    obs = pd.DataFrame({name: pd.Categorical(cells) for name, cells in values.items()})
    obs.index = obs.index.astype(str)
    anndata.AnnData(MATRIX, obs=obs).write_h5ad(path)
    assert fault(path) == f"obs.{column} is empty in 1 of 9 rows"


def test_no_matrix(tmp_path):
    obs = pd.DataFrame({"gene": GENE, "dataset": DATASET}, index=[str(i) for i in range(9)])
    anndata.AnnData(obs=obs).write_h5ad(tmp_path / "e.h5ad")
    assert "holds no embedding" in fault(tmp_path / "e.h5ad")


def test_embeddings_of_another_tissue():
    embeddings = GeneEmbeddings.of(TISSUE, np.split(MATRIX, 3))
    with pytest.raises(ValueError, match="not those of lung"):
        rows_of(embeddings, TISSUE.without("scrna_lung__X1"))
    renamed = GeneEmbeddings(embeddings.datasets, embeddings.genes[::-1], embeddings.values)
    with pytest.raises(ValueError, match="not those of the graph"):
        rows_of(renamed, TISSUE)
