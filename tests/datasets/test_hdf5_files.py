"""Damaged sparse matrices, and parts that lie in other files, in every kind of HDF5 file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from count_writers import BARCODES, SYMBOLS, random_counts, write_h5, write_loom
from scipy import sparse

from geneboard.benchmark.external.vectors import read_vectors
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.counts_files import gene_names, read_dataset
from geneboard.datasets.errors import InputError
from geneboard.datasets.graph_files import file_kind, read_graph, write_graph
from geneboard.datasets.hdf5_files import read_h5ad
from geneboard.datasets.l1000 import matrix_files
from geneboard.metrics.embedding_files import read_rows

COUNTS = random_counts()
GENES = [f"G{k}" for k in range(12)]
RING = sparse.csr_matrix(np.eye(12, k=1) + np.eye(12, k=-1))
GRAPH = GeneGraph(
    *("scrna_lung__a", "lung", "scrna", "human"),
    pd.Index(GENES, dtype=object),
    np.ones((12, 20), dtype=np.float32),
    RING.astype(bool),
)
VECTORS = sparse.csr_matrix(np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32))


def write_counts(path: Path) -> None:
    table = anndata.AnnData(sparse.csr_matrix(COUNTS.astype(np.float32)))
    table.obs_names, table.var_names = BARCODES, SYMBOLS
    table.write_h5ad(path)


def write_layer(path: Path) -> None:
    table = anndata.AnnData(np.log1p(COUNTS), layers={"counts": sparse.csc_matrix(COUNTS)})
    table.obs_names, table.var_names = BARCODES, SYMBOLS
    table.write_h5ad(path)


def write_vectors(path: Path) -> None:
    obs = pd.DataFrame({"gene": GENES, "dataset": GRAPH.name}, index=GENES)
    anndata.AnnData(VECTORS, obs=obs).write_h5ad(path)


def write_gctx(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["0/DATA/0/matrix"] = COUNTS
        file["0/META/ROW/id"], file["0/META/COL/id"] = np.array(SYMBOLS, "S"), np.array(BARCODES, "S")


def counts(path: Path) -> np.ndarray:
    return read_dataset(path)[0].X.toarray()


KINDS: dict[str, tuple[str, Callable[[Path], object], Callable[[Path], np.ndarray], str]] = {
    "counts": ("a.h5ad", write_counts, counts, "X"),
    "layer": ("a.h5ad", write_layer, counts, "layers/counts"),
    "10x": ("a.h5", lambda path: write_h5(path, COUNTS), counts, "matrix"),
    "graph": (
        *("a.h5ad", lambda path: write_graph(GRAPH, path)),
        *(lambda path: read_graph(path).adjacency.toarray(), "obsp/adjacency"),
    ),
    "embedding": (
        *("a.h5ad", write_vectors),
        *(lambda path: read_rows(path, Tissue("lung", "test", (GRAPH,))).matrix, "X"),
    ),
    "vectors": ("a.h5ad", write_vectors, lambda path: read_vectors(path).matrix, "X"),
    "expression": ("a.h5ad", write_vectors, lambda path: matrix_files.read_h5ad(path).values, "X"),
}
"""Name of a file, what writes it and reads its matrix, and where that is."""


def refused(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def replaced(file: h5py.File, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    content = change(file[name][:])
    del file[name]
    file[name] = content


def put(place: int, value: int) -> Callable[[np.ndarray], np.ndarray]:
    def change(content: np.ndarray) -> np.ndarray:
        content = content.astype(np.int64)
        content[place] = value
        return content

    return change


STARTS = "do not go up from 0"
DAMAGES = [
    ("indices", put(3, -1), r"the (row|column) index -1, and \d+ (row|column)s counted from 0"),
    ("indices", put(3, 2**20), "index 1048576, and "),
    ("indices", put(3, 2**40), "index 1099511627776, and "),
    ("indices", lambda old: put(0, 2**62)(old).astype(np.uint64) * 2, "index 9223372036854775808, and "),
    ("indices", lambda old: old + 0.25, "indices that are no whole numbers"),
    ("indices", lambda old: old[:-1], r"values and \d+ (row|column) indices"),
    ("indices", lambda old: old[:, None], "arrays that are no lists"),
    ("data", lambda old: old[:-1], r"values and \d+ (row|column) indices"),
    ("data", lambda old: old * 1j, "complex128 and no real numbers|complex64 and no real numbers"),
    ("indptr", put(0, 2), STARTS),
    ("indptr", put(2, 0), STARTS),
    ("indptr", put(3, -5), STARTS),
    ("indptr", put(-1, 10**8), STARTS),
    ("indptr", put(-1, 3), STARTS),
    ("indptr", lambda old: old[:-2], "by their starts and"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_matrices(tmp_path: Path, kind: str) -> None:
    """Every damage in two kinds of files, and the first two in all."""
    name, write, read, place = KINDS[kind]
    path = tmp_path / name
    write(path)
    sound = path.read_bytes()
    for part, change, sentence in DAMAGES if kind in ("10x", "vectors") else DAMAGES[:2]:
        path.write_bytes(sound)
        with h5py.File(path, "r+") as file:
            replaced(file, f"{place}/{part}", change)
        with warnings.catch_warnings(action="ignore"):
            told = refused(read, path)
        assert re.search(sentence, told), (part, told)


@pytest.mark.parametrize("kind", KINDS)
def test_other_types_and_orders_of_indices_are_sound(tmp_path: Path, kind: str) -> None:
    name, write, read, place = KINDS[kind]
    path = tmp_path / name
    write(path)
    sound = read(path)
    with h5py.File(path, "r+") as file:
        starts = file[f"{place}/indptr"][:]
        for part in ("indices", "data"):  # the first row (or column) from its end
            replaced(file, f"{place}/{part}", lambda old: np.r_[old[: starts[1]][::-1], old[starts[1] :]])
        replaced(file, f"{place}/indices", lambda old: old.astype(np.uint32))
        replaced(file, f"{place}/indptr", lambda old: old.astype(np.int64))
    np.testing.assert_array_equal(read(path), sound)


def test_an_edge_that_is_there_twice_is_one_edge(tmp_path: Path) -> None:
    path = tmp_path / "a.h5ad"
    write_graph(GRAPH, path)
    with h5py.File(path, "r+") as file:
        group = file["obsp/adjacency"]
        for part in ("indices", "data"):
            replaced(group, part, lambda old: old.repeat(2))
        replaced(group, "indptr", lambda old: 2 * old)
    read = read_graph(path, verify=True)
    assert read.adjacency.nnz == GRAPH.adjacency.nnz


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda file: file["X"].attrs.__setitem__("encoding-type", "of tomorrow"), "of tomorrow"),
        (
            lambda file: (file.pop("X"), file.create_dataset("X", (10**7, 10**7), "f4", chunks=(9, 9))),
            "Unable to allocate",
        ),
    ],
)
def test_other_faults_are_one_sentence(tmp_path: Path, damage, sentence: str) -> None:
    write_vectors(tmp_path / "a.h5ad")
    with h5py.File(tmp_path / "a.h5ad", "r+") as file:
        damage(file)
    for kind in ("counts", "graph", "embedding", "vectors", "expression"):
        assert sentence in refused(KINDS[kind][2], tmp_path / "a.h5ad")


# Parts in other files.


def external_link(file: h5py.File, name: str, other: Path) -> None:
    shape = file[name].shape
    with h5py.File(other, "w") as secret:
        secret["x"] = np.ones(shape)
    del file[name]
    file[name] = h5py.ExternalLink(str(other), "x")


def external_group(file: h5py.File, name: str, other: Path) -> None:
    external_link(file, name, other)
    del file[name]
    file["through"] = h5py.ExternalLink(str(other), "/")
    file[name] = h5py.SoftLink("/through/x")


def external_storage(file: h5py.File, name: str, other: Path) -> None:
    shape = file[name].shape
    other.write_bytes(np.ones(shape).tobytes())
    del file[name]
    file.create_dataset(name, shape, "f8", external=[(str(other), 0, h5py.h5f.UNLIMITED)])


def virtual(file: h5py.File, name: str, other: Path) -> None:
    shape = file[name].shape
    external_link(file, name, other)
    layout = h5py.VirtualLayout(shape, "f8")
    layout[...] = h5py.VirtualSource(str(other), "x", shape)
    del file[name]
    file.create_virtual_dataset(name, layout)


READERS = [
    *((name, write, f"{place}/data", (read,)) for name, write, read, place in KINDS.values()),
    ("a.h5ad", write_counts, "var/_index", (gene_names, file_kind, lambda path: read_h5ad(path, ""))),
    ("a.h5", lambda path: write_h5(path, COUNTS), "matrix/features/id", (gene_names,)),
    ("a.loom", lambda path: write_loom(path, COUNTS), "matrix", (gene_names, read_dataset)),
    ("a.gctx", write_gctx, "0/DATA/0/matrix", (matrix_files.read_gctx,)),
]


@pytest.mark.parametrize("elsewhere", [external_link, external_group, external_storage, virtual])
def test_parts_in_other_files_are_not_read(tmp_path: Path, elsewhere) -> None:
    for name, write, part, readers in READERS:
        path = tmp_path / name
        write(path)
        with h5py.File(path, "r+") as file:
            elsewhere(file, part, tmp_path / "secret")
        for read in readers:
            assert "is in another file, which is not read" in refused(read, path)


def test_links_inside_of_a_file_are_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.h5ad"
    write_counts(path)
    with h5py.File(path, "r+") as file:
        file.move("X", "uns/X")
        file["X"] = h5py.SoftLink("/uns/X")
        file["uns/again"] = file["obs"]
    np.testing.assert_array_equal(counts(path), COUNTS)
