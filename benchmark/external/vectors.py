"""Vectors of genes made elsewhere, read from .h5ad, .csv, .tsv or .npz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.hdf5_files import dense, read_h5ad
from geneboard.metrics.base import TOO_LARGE, unusable_rows
from geneboard.metrics.embedding_files import DATASET_COLUMNS

FORMS = ".h5ad, .csv, .tsv (also .csv.gz, .tsv.gz) or .npz"
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
    - ``.npz``: an array ``genes`` and one other, of shape (n_genes, dim); or one
      vector per gene under its name.

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
            return _from_text(path, "\t" if name.endswith(".tsv") else ",")
        if path.suffix.lower() == ".npz":
            return _from_npz(path)
        if path.suffix.lower() == ".h5ad":
            return _from_h5ad(path)
    raise InputError(f"{path}: vectors of genes are read from {FORMS}")


def _floats(values: np.ndarray) -> np.ndarray:
    """Return a matrix as float32; what does not fit becomes infinite and is refused later."""
    if values.ndim != 2 or values.dtype.kind not in "fiu":
        raise ValueError(f"expected numbers of shape (genes, dimensions), not {values.dtype} {values.shape}")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(values, dtype=np.float32)


def _from_text(path: Path, separator: str) -> GeneVectors:
    first = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str).iloc[0, 1:]
    table = pd.read_csv(
        path, sep=separator, header=0 if _is_header(first.tolist()) else None, index_col=0, dtype={0: str}
    )
    if table.index.isna().any():
        raise ValueError(f"row {int(np.argmax(table.index.isna())) + 1} names no gene")
    for column in table.columns:
        if table[column].dtype.kind not in "fiu":
            raise ValueError(f"column {column!r} holds something that is not a number")
    return GeneVectors(path, _ids(table.index), _floats(table.to_numpy(dtype=np.float64)))


def _is_header(fields: Sequence[object]) -> bool:
    """Return whether a first line names columns: words, or the whole numbers from 0 or 1 on."""
    texts = [str(field) for field in fields]
    try:
        for text in texts:
            float(text)
    except ValueError:
        return True
    return any(texts == [str(start + i) for i in range(len(texts))] for start in (0, 1))


def _from_npz(path: Path) -> GeneVectors:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    names = arrays.get("genes")
    if names is not None and names.dtype.kind in "US" and len(arrays) == 2:
        (values,) = (array for name, array in arrays.items() if name != "genes")
        ids = names.astype(str)
        if len(ids) != len(values):
            raise ValueError(f"{len(ids)} genes for {len(values)} vectors")
    else:
        ids = np.array(list(arrays))
        if len({array.shape for array in arrays.values()}) != 1:
            raise ValueError(
                "expected an array 'genes' and one of vectors, or one vector of equal length per gene"
            )
        values = np.stack(list(arrays.values()))
    return GeneVectors(path, _ids(pd.Index(ids)), _floats(values))


def _from_h5ad(path: Path) -> GeneVectors:
    data = read_h5ad(path, FAULT)
    column = next((name for name in DATASET_COLUMNS if name in data.obs), None)
    if column is not None and "gene" not in data.obs:
        raise ValueError(f"there is a column obs.{column}, but no obs.gene")
    genes = pd.Index(data.obs["gene"]) if "gene" in data.obs else data.obs_names
    dataset = None if column is None else data.obs[column].astype(str).to_numpy(dtype=object)
    return GeneVectors(path, _ids(genes), _floats(dense(data.X)), dataset)


def _ids(names: pd.Index) -> pd.Index:
    ids: pd.Index = pd.Index(names.astype(str).to_numpy(dtype=object))
    return ids
