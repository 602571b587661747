"""Vectors of genes made elsewhere, read from .h5ad, .csv, .tsv, .npz or word2vec's .txt."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.hdf5_files import dense, read_h5ad
from geneboard.datasets.tables import NumberTable, is_missing, open_text, read_fields
from geneboard.metrics.base import TOO_LARGE, unusable_rows
from geneboard.metrics.embedding_files import DATASET_COLUMNS

FORMS = ".h5ad, .csv, .tsv (also .csv.gz, .tsv.gz), .npz or .txt (word2vec)"
FAULT = "cannot be read as vectors of genes"


@dataclass(frozen=True, eq=False)
class GeneVectors:
    """One vector per gene, or per gene and dataset.

    Parameters
    ----------
    path
        The file, for messages.
    ids
        Gene of each row as the file calls it, shape (n_rows,).
    matrix
        Float32, shape (n_rows, dim).
    dataset
        What the file calls the dataset of each row, shape (n_rows,); None if a gene has one vector, the
        same for all datasets.

    Raises
    ------
    InputError
        If there is no vector, a value is NaN or too large, or a gene (of a dataset) has two rows.
    """

    path: Path
    ids: pd.Index
    matrix: np.ndarray
    dataset: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not self.matrix.size:
            raise InputError(f"{self.path}: holds no vectors (shape {self.matrix.shape})")
        bad = unusable_rows(self.matrix)
        if bad.any():
            raise InputError(
                f"{self.path}: {bad.sum()} of {len(bad)} vectors hold values that are NaN or {TOO_LARGE}, "
                f"the first is that of {self.ids[int(np.argmax(bad))]!r}"
            )
        rows = pd.DataFrame({"gene": self.ids, "dataset": "" if self.dataset is None else self.dataset})
        twice = rows.duplicated().to_numpy()
        if twice.any():
            raise InputError(f"{self.path}: gene {self.ids[int(np.argmax(twice))]!r} has more than one row")


def read_vectors(path: Path) -> GeneVectors:
    """Read vectors of genes; the ending of the name tells the form.

    - ``.h5ad``: X holds the vectors. Genes are obs.gene or else the row names. With a column obs.dataset (or
      obs.tissue) there is a row per gene and dataset, otherwise one per gene.
    - ``.csv``, ``.tsv``: the first column is the gene, the others are the vector; a header line is optional.
      Where it calls the second column dataset (or tissue), there is a row per gene and dataset.
    - ``.npz``: an array ``genes`` and one other, of shape (n_genes, dim), and where there is a row per gene
      and dataset, an array ``dataset``; or one vector per gene under its name.
    - ``.txt``: word2vec's text: a line with the number of genes and of dimensions, then a line for each gene
      with its name and its vector, parted by blanks.

    Raises
    ------
    InputError
        If the file is missing, damaged, of another form, or what `GeneVectors` refuses.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    name = path.name.lower().removesuffix(".gz")
    with reading(path, FAULT):
        if name.endswith((".csv", ".tsv")):
            return _from_text(path)
        if path.suffix.lower() == ".npz":
            return _from_npz(path)
        if path.suffix.lower() == ".h5ad":
            return _from_h5ad(path)
        if path.suffix.lower() == ".txt":
            return _from_word2vec(path)
    raise InputError(f"{path}: vectors of genes are read from {FORMS}")


def _floats(values: np.ndarray) -> np.ndarray:
    """Return a matrix as float32; what does not fit becomes infinite and is refused later."""
    if values.ndim != 2 or values.dtype.kind not in "fiu":
        raise ValueError(f"expected numbers of shape (genes, dimensions), not {values.dtype} {values.shape}")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(values, dtype=np.float32)


def _from_text(path: Path) -> GeneVectors:
    table = NumberTable.of(path, is_header=_is_header)
    dataset = None
    if table.columns[0] in DATASET_COLUMNS:
        fields = read_fields(path, names=range(table.width), usecols={1}, skiprows=table.skip)
        dataset = fields[1].to_numpy(dtype=object)
        table = replace(table, columns=table.columns[1:], n_names=2)
    return GeneVectors(path, _ids(table.rows), _floats(table.values()), dataset)


def _from_word2vec(path: Path) -> GeneVectors:
    with open_text(path) as file:
        head = file.readline().split()
        if len(head) != 2 or not all(number.isdecimal() for number in head):
            raise ValueError("word2vec's text begins with the number of genes and of dimensions")
        shape = int(head[0]), int(head[1])
        table = pd.read_csv(
            file,
            sep=r"\s+",
            header=None,
            quoting=csv.QUOTE_NONE,
            converters={0: str},  # a name may look like a missing number
            float_precision="round_trip",
        )
    if (len(table), table.shape[1] - 1) != shape:
        raise ValueError(
            f"{len(table)} vectors of {table.shape[1] - 1} numbers, not {shape[0]} of {shape[1]}"
        )
    return GeneVectors(path, _ids(pd.Index(table[0])), _floats(table.iloc[:, 1:].to_numpy()))


def _is_header(fields: Sequence[str]) -> bool:
    """Return whether a first line names columns: words, or the whole numbers from 0 or 1 on."""
    texts = pd.Series(fields, dtype=str)
    numbers = pd.to_numeric(texts.mask(is_missing(texts), "0"), errors="coerce")
    whole = [[str(start + i) for i in range(len(texts))] for start in (0, 1)]
    return bool(numbers.isna().any()) or list(fields) in whole


def _from_npz(path: Path) -> GeneVectors:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    texts = {name: array.astype(str) for name, array in arrays.items() if array.dtype.kind in "US"}
    dataset = texts.get(DATASET_COLUMNS[0])
    if "genes" in texts and texts.keys() <= {"genes", DATASET_COLUMNS[0]} and len(arrays) == len(texts) + 1:
        (values,) = (array for name, array in arrays.items() if name not in texts)
        ids = texts["genes"]
        if not len(ids) == len(values) == len(ids if dataset is None else dataset):
            raise ValueError(f"{len(ids)} genes for {len(values)} vectors")
    else:
        ids = np.array(list(arrays))
        if len({array.shape for array in arrays.values()}) != 1:
            raise ValueError(
                "expected an array 'genes' and one of vectors, or one vector of equal length per gene"
            )
        values = np.stack(list(arrays.values()))
    return GeneVectors(path, _ids(pd.Index(ids)), _floats(values), dataset)


def _from_h5ad(path: Path) -> GeneVectors:
    data = read_h5ad(path, FAULT)
    column = next((name for name in DATASET_COLUMNS if name in data.obs), None)
    if column is not None and "gene" not in data.obs:
        raise ValueError(f"there is a column obs.{column}, but no obs.gene")
    genes = pd.Index(data.obs["gene"]) if "gene" in data.obs else data.obs_names
    dataset = None if column is None else data.obs[column].astype(str).to_numpy(dtype=object)
    return GeneVectors(path, _ids(genes), _floats(dense(data.X)), dataset)


def _ids(names: pd.Index) -> pd.Index:
    """Return names as text, also those that look like a missing value, but none that is missing."""
    nameless = names.isna() | (names == "")
    if nameless.any():
        raise ValueError(f"row {int(np.argmax(nameless)) + 1} names no gene")
    ids: pd.Index = pd.Index(names.astype(str).to_numpy(dtype=object))
    return ids
