"""A folder with expression, samples.tsv and genes.tsv, read and checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.l1000.columns import Columns
from geneboard.datasets.l1000.expression import INFERRED, LANDMARK, UNKNOWN_ORGAN, ExpressionSet
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.l1000.logarithms import looks_logged
from geneboard.datasets.l1000.matrix_files import (
    ExpressionMatrix,
    read_gct,
    read_gctx,
    read_h5ad,
    read_npz,
    read_text,
)
from geneboard.datasets.tables import is_missing, read_table, without_sentinels

READERS: dict[str, Callable[[Path], ExpressionMatrix]] = {
    ".npz": read_npz,
    ".h5ad": read_h5ad,
    ".gct": read_gct,
    ".gct.gz": read_gct,
    ".gctx": read_gctx,
    ".tsv": read_text,
    ".csv": read_text,
    ".tsv.gz": read_text,
    ".csv.gz": read_text,
}
TABLES = ("samples.tsv", "genes.tsv")

MissingValues = Literal["refuse", "fill", "drop"]
"""Missing values: not accepted; filled by preprocessing with medians of training samples; genes left out."""


def read_expression(
    place: Path,
    *,
    columns: Columns | None = None,
    logged: bool | None = None,
    missing: MissingValues = "refuse",
) -> ExpressionSet:
    """Read an expression set.

    Parameters
    ----------
    place
        A folder with one file of expression (samples x genes; .gct and .gctx as they are defined),
        samples.tsv and genes.tsv. A table may be left out if the file itself has what it says. Or such a
        file alone.
        Rows of a table belong to those of the matrix by name, or by order if the file has no names.
    columns
        Names of the columns of the tables; guessed without it.
    logged
        Whether the values are logarithms. None looks, as `looks_logged` does.
    missing
        What is done about missing values.

    Raises
    ------
    InputError
        If a file cannot be read, or its content is not that of an expression set; one sentence.
    """
    columns = columns or Columns()
    path = matrix_file(place)
    matrix = read_matrix(path)
    samples, sample_names, samples_from = _table(place, path, matrix.samples, columns, "sample")
    genes, gene_names, genes_from = _table(place, path, matrix.genes, columns, "gene")
    values = _in_order(path, matrix, sample_names, gene_names)
    if not len(sample_names):
        raise InputError(f"{path}: holds no sample.")
    group = columns.find(samples, "group", samples_from)
    if group is None:
        raise InputError(
            f"{samples_from}: no column says which patient or donor every sample is from; name it, or name"
            " the column of the samples if each is from another."
        )
    unknown = (group == "").to_numpy()
    if unknown.any():
        raise InputError(
            f"{samples_from}: names no patient or donor of {int(unknown.sum())} of {len(unknown)} samples, as"
            f" of {sample_names[unknown][0]!r}; fill that in, leave them out, or name the column of the"
            " samples if each is from another."
        )
    organ = columns.find(samples, "organ", samples_from)
    if organ is None:
        organ = pd.Series(UNKNOWN_ORGAN, index=samples.index)
    split = columns.find(samples, "split", samples_from)
    gene_table = _gene_table(genes, gene_names, columns, genes_from)
    if logged is None:
        logged = looks_logged(path, values)
    values, gene_table = _handle_missing(path, values, gene_table, missing)
    return ExpressionSet(
        name=place.resolve().name,
        values=values,
        samples=sample_names,
        groups=group.to_numpy(dtype=object),
        organs=organ.replace("", UNKNOWN_ORGAN).to_numpy(dtype=object),
        genes=gene_table,
        logged=logged,
        parts=None if split is None else split.to_numpy(dtype=object),
    )


def matrix_file(place: Path) -> Path:
    """Return the file of expression of a folder, or the file itself.

    Raises
    ------
    InputError
        If there is no such file, or more than one.
    """
    known = ", ".join(READERS)
    if not place.is_dir():
        if not place.is_file():
            raise InputError(f"{place}: there is no such file or folder.")
        if not _ending(place):
            raise InputError(f"{place}: its ending is none of {known}.")
        return place
    found = sorted(path for path in place.iterdir() if _ending(path) and path.name not in TABLES)
    if len(found) != 1:
        names = ", ".join(path.name for path in found[:3])
        raise InputError(
            f"{place}: holds {len(found)} files of expression{f' ({names})' * bool(found)}; one is needed"
            f" ({known})."
        )
    return found[0]


def files_in(place: Path) -> list[Path]:
    """Return the files of an expression set that are read; raises as `matrix_file`."""
    tables = [place / name for name in TABLES]
    return [matrix_file(place), *(table for table in tables if table.is_file())]


def read_matrix(path: Path) -> ExpressionMatrix:
    """Read a file of expression, by its ending; NaN where a number stands for a missing value.

    Raises
    ------
    InputError
        If it cannot be read, or its ending is none of `READERS`.
    """
    matrix = READERS[_ending(matrix_file(path))](path)
    return replace(matrix, values=without_sentinels(matrix.values))


def _ending(path: Path) -> str:
    return next((ending for ending in READERS if path.name.lower().endswith(ending)), "")


def _table(
    place: Path, path: Path, own: pd.DataFrame | None, columns: Columns, role: str
) -> tuple[pd.DataFrame, pd.Index, str]:
    """Return the table of samples or genes, their names, and where it is from; rows as in that table."""
    file = place / f"{role}s.tsv"
    if file.is_file():
        with reading(file, "cannot be read"):
            table = read_table(file)
        names = columns.find(table, role, str(file))
        if names is None:
            raise InputError(
                f"{file}: no column is known to name the {role}s; it has {', '.join(map(str, table))}."
            )
        return table, pd.Index(names), str(file)
    if own is None:
        raise InputError(f"{path}: names no {role}s, and there is no {file.name} beside it.")
    names = columns.find(own, role, str(path)) if getattr(columns, role) else None
    return own, own.index.astype(str) if names is None else pd.Index(names), str(path)


def _in_order(path: Path, matrix: ExpressionMatrix, samples: pd.Index, genes: pd.Index) -> np.ndarray:
    """Return the values with rows and columns in the order of the tables."""
    values, expected = matrix.values, (len(samples), len(genes))
    turned = (
        matrix.samples is not None
        and matrix.genes is not None
        and samples.isin(matrix.genes.index.astype(str)).all()
        and genes.isin(matrix.samples.index.astype(str)).all()
    )
    if turned or (values.shape != expected and values.shape == expected[::-1]):
        raise InputError(f"{path}: the matrix is genes x samples and must be transposed.")
    rows = _places(path, "sample", samples, matrix.samples, values.shape[0])
    columns = _places(path, "gene", genes, matrix.genes, values.shape[1])
    ordered: np.ndarray = values[rows][:, columns]
    return ordered


def _places(path: Path, what: str, names: pd.Index, own: pd.DataFrame | None, length: int) -> np.ndarray:
    """Return the place of every name along an axis of the matrix."""
    _refuse_repeated(path, what, names)
    if own is None:
        if length != len(names):
            raise InputError(f"{path}: holds {length} {what}s, but the table has {len(names)}.")
        return np.arange(length)
    own_names = own.index.astype(str)
    _refuse_repeated(path, what, own_names)
    place: np.ndarray = own_names.get_indexer(names)
    if (place < 0).any():
        name = names[place < 0][0]
        raise InputError(f"{path}: has no {what} {name!r}, which the table of {what}s has.")
    return place


def _refuse_repeated(path: Path, what: str, names: pd.Index) -> None:
    if not names.is_unique:
        raise InputError(f"{path}: the {what} {names[names.duplicated()][0]!r} appears twice.")


def _gene_table(genes: pd.DataFrame, names: pd.Index, columns: Columns, where: str) -> pd.DataFrame:
    """Return symbol, Entrez id and feature space; without columns of these, from the list of landmarks."""
    found = {role: columns.find(genes, role, where) for role in ("symbol", "entrez", "feature_space")}
    table = pd.DataFrame(
        {role: "" if column is None else column.to_numpy() for role, column in found.items()},
        index=names,
    )
    if found["symbol"] is None and found["entrez"] is None:
        table["symbol"] = names
    elif found["symbol"] is None:
        table["symbol"] = np.where(names == table["entrez"], "", names)
    table["symbol"] = table["symbol"].mask(is_missing(table["symbol"]), "")  # "?" in TCGA
    if found["feature_space"] is None:
        landmarks = landmark_table()
        is_landmark = table["entrez"].isin(landmarks["entrez"])
        if found["entrez"] is None:
            is_landmark = table["symbol"].isin(landmarks["symbol"])
        table["feature_space"] = np.where(is_landmark, LANDMARK, INFERRED)
    if not (table["feature_space"] == LANDMARK).any():
        raise InputError(f"{where}: none of the genes is one of the {len(landmark_table())} landmarks.")
    return table


def _handle_missing(
    path: Path, values: np.ndarray, genes: pd.DataFrame, missing: MissingValues
) -> tuple[np.ndarray, pd.DataFrame]:
    absent = np.isnan(values)
    if not absent.any():
        return values, genes
    incomplete = absent.any(axis=0)
    if missing == "refuse":
        raise InputError(
            f"{path}: {int(absent.sum())} values ({absent.mean():.2%}) of {int(incomplete.sum())} genes are"
            " missing; say whether to fill them or to drop these genes."
        )
    if missing == "drop":
        if not (genes["feature_space"][~incomplete] == LANDMARK).any():
            raise InputError(f"{path}: every landmark has missing values, so dropping genes leaves none.")
        return values[:, ~incomplete], genes[~incomplete]
    empty = absent.all(axis=0)
    if empty.any():
        raise InputError(f"{path}: the gene {genes.index[empty][0]!r} has no value at all.")
    return values, genes
