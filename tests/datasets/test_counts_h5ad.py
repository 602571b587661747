"""AnnData files that other programs and other times have written: the same counts, or one sentence."""

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from count_writers import BARCODES, IDS, SYMBOLS, random_counts
from scipy import sparse

from geneboard.datasets.counts_files import gene_names, read_dataset, species_of
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_ids import sum_duplicates

MATRIX = random_counts()
LARGEST = np.iinfo(np.int32).max


def table_of(matrix=MATRIX, **parts):
    names = {"obs": pd.DataFrame(index=BARCODES), "var": pd.DataFrame(index=SYMBOLS)}
    return anndata.AnnData(matrix, **{**names, **parts})


def dense(dtype):
    return lambda path: table_of(MATRIX.astype(dtype)).write_h5ad(path)


def without_x(path, *, raw):
    table = table_of(sparse.csr_matrix(MATRIX))
    if raw:
        table.raw = table
    else:
        table.layers["counts"] = table.X
    table.X = None
    table.write_h5ad(path)


def records(names):
    """A table as anndata wrote it before version 0.7."""
    return np.array([(name.encode(), 1.0) for name in names], dtype=[("index", "S20"), ("n", "f4")])


def put_sparse(file, name):
    matrix = sparse.csr_matrix(MATRIX.astype(np.float32))
    group = file.create_group(name)
    group.attrs["h5sparse_format"], group.attrs["h5sparse_shape"] = b"csr", matrix.shape
    for part in ("data", "indices", "indptr"):
        group[part] = getattr(matrix, part)


def old(path, *, raw=False, x_dense=False):
    with h5py.File(path, "w") as file:
        file["obs"], file["var"] = records(BARCODES), records(SYMBOLS)
        if raw:
            put_sparse(file, "raw.X")
            file["raw.var"], file["X"] = records(SYMBOLS), np.log1p(MATRIX).astype(np.float32)
        elif x_dense:
            file["X"] = MATRIX.astype(np.float32)
        else:
            put_sparse(file, "X")


SAME = {
    "float16": (dense(np.float16), "X"),
    "another machine": (dense(">f4"), "X"),
    "long double": (dense(np.longdouble), "X"),
    "layer alone": (lambda path: without_x(path, raw=False), 'layers["counts"]'),
    "raw alone": (lambda path: without_x(path, raw=True), "raw"),
    "old": (old, "X"),
    "old, dense": (lambda path: old(path, x_dense=True), "X"),
    "old, raw": (lambda path: old(path, raw=True), "raw"),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_counts(tmp_path, case):
    write, place = SAME[case]
    path = tmp_path / "a.h5ad"
    write(path)
    found, where = read_dataset(path)
    assert where == place
    assert np.array_equal(found.X.toarray(), MATRIX)
    assert found.X.dtype == np.int32
    assert found.var_names.tolist() == gene_names(path)[0].tolist() == SYMBOLS
    assert found.obs_names.tolist() == BARCODES


@pytest.mark.parametrize(
    ("uns", "species"),
    [
        ({"species": np.array(["Mouse", "mouse"])}, "mouse"),
        ({"species": np.array(["mouse"])}, "mouse"),
        ({"species": {"name": "mouse"}}, "human"),
        ({"species": np.array([])}, "human"),
        ({"species": np.nan, "source": {"species": "mouse"}}, "mouse"),
        ({"species": ""}, "human"),
    ],
)
def test_species_in_uns(tmp_path, uns, species):
    assert species_of(table_of(uns=uns), tmp_path) == species


@pytest.mark.parametrize(
    ("stated", "species"),
    [
        (["mouse", None], "mouse"),
        (["Mouse", "mouse "], "mouse"),
        ([np.nan, None], "rat"),
        (["NA", ""], "rat"),
    ],
)
def test_species_of_a_part_of_the_cells(tmp_path, stated, species):
    """Those of the others, or of the file."""
    table = table_of(uns={"species": "rat"})
    table.obs["species"] = pd.Categorical(stated * (len(BARCODES) // 2))
    assert species_of(table, tmp_path) == species


def test_several_species(tmp_path):
    table = table_of(uns={"species": np.array(["human", "mouse"])})
    with pytest.raises(InputError, match=r'uns\["species"\] names several species \(human, mouse\)'):
        species_of(table, tmp_path)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.float32])
def test_sums_of_genes_may_be_larger_than_a_count(dtype):
    largest = 2**24 if dtype == np.float32 else np.iinfo(dtype).max
    counts = sparse.csr_matrix(np.array([[largest, largest, 3], [0, 2, 1]], dtype=dtype))
    summed, genes = sum_duplicates(counts, pd.Index(["A", "A", "B"]))
    assert genes.tolist() == ["A", "B"]
    assert summed.toarray().tolist() == [[2 * int(largest), 3], [2, 1]]
    small, _ = sum_duplicates(counts[1:], pd.Index(["A", "A", "B"]))
    assert small.dtype == dtype


@pytest.mark.parametrize(
    ("value", "fault"), [(LARGEST // 2, None), (LARGEST, "holds values above 2147483647")]
)
def test_counts_in_parts(tmp_path, value, fault):
    """A value may be there twice, and counts are the sum."""
    path = tmp_path / "a.h5ad"
    table_of(sparse.csr_matrix(MATRIX), var=pd.DataFrame(index=IDS)).write_h5ad(path)
    parts = sparse.csr_matrix(np.minimum(MATRIX, 1) * value, dtype=np.int32)
    with h5py.File(path, "r+") as file:
        for name, values in (
            ("data", parts.data.repeat(2)),
            ("indices", parts.indices.repeat(2)),
            ("indptr", 2 * parts.indptr),
        ):
            del file["X"][name]
            file["X"][name] = values
    if fault:
        with pytest.raises(InputError, match=fault):
            read_dataset(path)
    else:
        assert np.array_equal(read_dataset(path)[0].X.toarray(), 2 * parts.toarray())
