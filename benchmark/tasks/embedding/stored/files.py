"""Writes vectors of genes in forms that other programs, and `run --embedding`, read."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geneboard.datasets.atomic import write_atomically, write_h5ad
from geneboard.datasets.errors import InputError
from geneboard.metrics.auc import unit_length

NUMBER = "%.9g"
"""Digits that give a float32 back as it was."""


@dataclass(frozen=True, eq=False)
class Vectors:
    """What a file holds: one vector per gene and dataset, or per gene.

    Attributes
    ----------
    genes
        Gene of each row, shape (n_rows,).
    datasets
        Dataset of each row, shape (n_rows,); None where a gene has one vector.
    matrix
        float32, shape (n_rows, dim).
    """

    genes: np.ndarray
    datasets: np.ndarray | None
    matrix: np.ndarray


def mean_vectors(genes: np.ndarray, matrix: np.ndarray) -> Vectors:
    """Return one vector per gene: the mean of its vectors of length 1 over the datasets that have it.

    Genes are in alphabetical order. Zero vectors have no direction and do not count; a gene that has no other
    keeps a zero vector.
    """
    names, number = np.unique(genes.astype(str), return_inverse=True)
    unit = unit_length(matrix)
    total = np.zeros((len(names), matrix.shape[1]))
    np.add.at(total, number, unit)
    counts = np.bincount(number[unit.any(axis=1)], minlength=len(names))
    mean = total / np.maximum(counts, 1)[:, None]
    return Vectors(names.astype(object), None, mean.astype(np.float32))


def write_vectors(vectors: Vectors, path: Path) -> None:
    """Write vectors; the ending of the name tells the form, one of `FORMS`.

    Raises
    ------
    InputError
        If the form is unknown, or a name holds what parts fields there.
    """
    form_of(path)(vectors, path)


def form_of(path: Path) -> Callable[[Vectors, Path], None]:
    """Return what writes the form that a name ends in.

    Raises
    ------
    InputError
        If there is no such form.
    """
    try:
        return FORMS[path.suffix.lower()]
    except KeyError:
        raise InputError(f"--to {path}: vectors are written as {', '.join(FORMS)}") from None


def _write_h5ad(vectors: Vectors, path: Path) -> None:
    import anndata

    obs = pd.DataFrame({"gene": vectors.genes}, index=pd.Index(vectors.genes, dtype=object))
    if vectors.datasets is not None:
        obs["dataset"] = vectors.datasets
        obs.index = pd.Index(obs["gene"] + "|" + obs["dataset"])
    write_h5ad(anndata.AnnData(vectors.matrix, obs=obs), path)


def _write_npz(vectors: Vectors, path: Path) -> None:
    arrays = {"genes": vectors.genes.astype(str), "vectors": vectors.matrix}
    if vectors.datasets is not None:
        arrays["dataset"] = vectors.datasets.astype(str)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    write_atomically(path, content.getvalue())


def _write_tsv(vectors: Vectors, path: Path) -> None:
    names = {"gene": vectors.genes}
    if vectors.datasets is not None:
        names["dataset"] = vectors.datasets
    _refuse_names(names, "\t", path)
    numbers = pd.DataFrame(vectors.matrix).add_prefix("d")
    table = pd.concat([pd.DataFrame(names), numbers], axis="columns")
    write_atomically(path, table.to_csv(sep="\t", index=False, float_format=NUMBER).encode())


def _write_word2vec(vectors: Vectors, path: Path) -> None:
    _refuse_names({"gene": vectors.genes}, None, path)
    text = io.StringIO()
    text.write("{} {}\n".format(*vectors.matrix.shape))
    for gene, vector in zip(vectors.genes, vectors.matrix, strict=True):
        text.write(" ".join([gene, *(NUMBER % value for value in vector)]) + "\n")
    write_atomically(path, text.getvalue().encode())


def _refuse_names(columns: Mapping[str, np.ndarray], separator: str | None, path: Path) -> None:
    """Refuse names with a tab or a line break, or with any white space where `separator` is None."""
    for what, names in columns.items():
        for name in names:
            if len(name.split(separator)) != 1 or name.strip() != name or "\n" in name or '"' in name:
                raise InputError(
                    f"--to {path}: the {what} {name!r} has characters that part fields in this form; "
                    ".h5ad and .npz take it"
                )


FORMS: Mapping[str, Callable[[Vectors, Path], None]] = {
    ".h5ad": _write_h5ad,
    ".tsv": _write_tsv,
    ".npz": _write_npz,
    ".txt": _write_word2vec,
}
"""What writes each form. ``.txt`` is word2vec's text: one vector per gene."""

ONE_PER_GENE = ".txt"
"""The form that has no place for a dataset."""
