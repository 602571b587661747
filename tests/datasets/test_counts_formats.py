"""The same counts in every format give the same gene graph."""

import shutil
import sys

import anndata
import numpy as np
import pandas as pd
import pytest
from count_writers import (
    BARCODES,
    CELLS,
    GENES,
    IDS,
    SYMBOLS,
    WRITERS,
    random_counts,
    visium,
    write_folder,
    write_h5,
    write_text,
)
from scipy import sparse

from geneboard.datasets.counts_files import gene_names, read_dataset
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.settings import PipelineSettings

SETTINGS = PipelineSettings(n_genes=40, min_genes_per_cell=10)


@pytest.fixture(scope="module")
def matrix():
    return random_counts()


def write_beside_h5ad(folder, matrix, name, genes):
    """Write a dataset of the lung in a format, and the same counts as .h5ad with names of genes."""
    (folder / "lung").mkdir()
    WRITERS[name](folder / "lung" / f"scrna_lung_{name}", matrix)
    table = anndata.AnnData(sparse.csr_matrix(matrix), var=pd.DataFrame(index=genes))
    table.obs_names = BARCODES
    table.write_h5ad(folder / "lung" / "scrna_lung_h5ad.h5ad")


@pytest.mark.parametrize("name", ["10x.h5", "folder", "velocyto.loom", "from_r.tsv"])
def test_same_counts_same_graph(tmp_path, matrix, name):
    """Beside an .h5ad file of the same counts, in one tissue."""
    write_beside_h5ad(tmp_path, matrix, name, SYMBOLS)
    tissue = Files(tmp_path, tmp_path / "cache", SETTINGS).load("lung")
    (other,) = (graph for graph in tissue.graphs if not graph.name.endswith("__h5ad"))
    plain = next(graph for graph in tissue.graphs if graph.name.endswith("__h5ad"))
    assert other.name == f"scrna_lung__{name.partition('.')[0]}"
    assert other.genes.equals(plain.genes)
    assert np.array_equal(other.features, plain.features)
    assert (other.adjacency != plain.adjacency).nnz == 0
    assert Files(tmp_path, tmp_path / "cache", SETTINGS).load("lung").data_hashes == tissue.data_hashes


@pytest.mark.parametrize("name", ["10x.h5", "folder", "velocyto.loom"])
def test_files_with_two_namings_take_the_one_that_the_others_have(tmp_path, matrix, name):
    write_beside_h5ad(tmp_path, matrix, name, IDS)
    tissue = Files(tmp_path, settings=SETTINGS).load("lung")
    assert len(tissue.common_genes) == 40
    assert tissue.common_genes.str.startswith("ENSG").all()


@pytest.mark.parametrize("name", WRITERS)
def test_names_are_read_without_the_counts(tmp_path, matrix, name):
    path = tmp_path / f"scrna_lung_{name}"
    WRITERS[name](path, matrix)
    names = gene_names(path)
    assert names[0].tolist() == SYMBOLS
    assert [index.tolist() for index in names[1:]] in ([], [IDS])
    counts, place = read_dataset(path)
    assert counts.var_names.tolist() == SYMBOLS
    assert counts.obs_names.tolist() == BARCODES
    assert counts.X.dtype == np.int32
    assert np.array_equal(counts.X.toarray(), matrix)
    assert place == "matrix"


def test_other_features_are_left_out(tmp_path, matrix):
    types = ["Gene Expression"] * (GENES - 2) + ["Antibody Capture"] * 2
    write_h5(tmp_path / "a.h5", matrix, types=types)
    counts, _ = read_dataset(tmp_path / "a.h5")
    assert counts.var_names.tolist() == SYMBOLS[:-2]
    assert np.array_equal(counts.X.toarray(), matrix[:, :-2])


@pytest.mark.parametrize(
    ("place", "form"),
    [
        (".", {"header": False}),
        (".", {"order": -1, "folder": True}),
        ("outs", {"header": False, "form": "csv.gz"}),
        ("square_008um", {"form": "parquet", "order": -1}),
        ("outs/binned_outputs/square_008um", {"form": "parquet", "folder": True}),
    ],
)
def test_visium(tmp_path, matrix, place, form):
    visium(tmp_path / place, matrix, **form)
    given = tmp_path / "square_008um"
    counts, _ = read_dataset(given if given.exists() else tmp_path)
    k = np.arange(CELLS)
    assert np.array_equal(counts.obsm["spatial"], np.column_stack([7 * k % 31, 10 * k]))
    assert np.array_equal(counts.X.toarray(), matrix)


def test_parquet_needs_a_package(tmp_path, matrix, monkeypatch):
    visium(tmp_path, matrix, form="parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"positions\.parquet is in Parquet, .* pip install .*visium-hd"):
        read_dataset(tmp_path)


def test_visium_in_a_tissue(tmp_path, matrix):
    visium(tmp_path / "lung" / "spatial_lung_V1", matrix)
    graph = Files(tmp_path, settings=SETTINGS).load("lung").graphs[0]
    assert graph.name == "spatial_lung__V1"
    assert graph.provenance["steps"]["gene_selection"]["by"] == "SPARK-X"


def test_tables_and_notes_beside_the_data_are_no_datasets(tmp_path, matrix):
    (tmp_path / "lung" / "plots").mkdir(parents=True)
    (tmp_path / "lung" / "quality.csv").write_text("a,b\n1,2\n")
    write_text(tmp_path / "lung" / "scrna_lung_a.csv", matrix, genes_in_rows=True)
    assert [graph.name for graph in Files(tmp_path, settings=SETTINGS).load("lung").graphs] == [
        "scrna_lung__a"
    ]


def test_an_edited_folder_is_read_again(tmp_path, matrix):
    path = tmp_path / "lung" / "scrna_lung_a"
    write_folder(path, matrix)
    first = Files(tmp_path, tmp_path / "cache", SETTINGS).load("lung").graphs[0]
    shutil.rmtree(path)
    write_folder(path, matrix[::-1])
    second = Files(tmp_path, tmp_path / "cache", SETTINGS).load("lung").graphs[0]
    assert first.provenance["sha256"] != second.provenance["sha256"]
    assert first.digest != second.digest
