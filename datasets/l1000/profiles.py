"""Full expression profiles, measured in part and inferred in part, and the files they are written to.

These are .gct and .gctx of the Connectivity Map, .h5ad, and plain tables; the same profiles give the same
bytes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geneboard.datasets.atomic import hdf5_completed, write_atomically, write_h5ad


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of samples, to be written to a file.

    Parameters
    ----------
    values
        Float32 of shape (n_samples, n_genes), finite.
    samples
        One row per sample, indexed by unique names; columns hold float64 or are passed on as text.
    genes
        One row per gene, indexed by unique names; columns hold text or float64.
    measured
        What the input file has for the genes that it has, one row per sample and one column per such gene.
    about
        Where the profiles come from, values that JSON can hold.

    Raises
    ------
    ValueError
        If lengths disagree or the values are not float32.
    """

    values: np.ndarray
    samples: pd.DataFrame
    genes: pd.DataFrame
    measured: pd.DataFrame
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.values.dtype != np.float32 or self.values.shape != (len(self.samples), len(self.genes)):
            raise ValueError("the values must be float32, samples x genes")
        if len(self.measured) != len(self.samples):
            raise ValueError("the measured values must have a row for every sample")


def write_gct(path: Path, profiles: Profiles) -> list[Path]:
    """Write a .gct file of version 1.3, genes x samples; numbers are as short as float32 allows."""
    genes = _lines(profiles.genes.map(_text))
    samples = profiles.samples.map(_text)
    n_samples, n_genes = profiles.values.shape
    lines = [
        "#1.3",
        f"{n_genes}\t{n_samples}\t{profiles.genes.shape[1]}\t{samples.shape[1]}",
        "\t".join(["id", *map(_text, profiles.genes.columns), *map(_text, samples.index)]),
    ]
    not_for_genes = ["na"] * profiles.genes.shape[1]
    lines += ["\t".join([_text(name), *not_for_genes, *samples[name]]) for name in samples]
    numbers = pd.DataFrame(profiles.values.T).to_csv(sep="\t", header=False, index=False, lineterminator="\n")
    lines += [f"{gene}\t{row}" for gene, row in zip(genes, numbers.splitlines(), strict=True)]
    write_atomically(path, ("\n".join(lines) + "\n").encode())
    return [path]


def _lines(table: pd.DataFrame) -> list[str]:
    return [
        "\t".join(row) for row in zip(map(_text, table.index), *(table[name] for name in table), strict=True)
    ]


def _text(value: object) -> str:
    """Return a value without tabs and line breaks, which the format has no way to write."""
    return "NaN" if _is_nan(value) else " ".join(str(value).split())


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and np.isnan(value)


def write_gctx(path: Path, profiles: Profiles) -> list[Path]:
    """Write a .gctx file; HDF5 shows its matrix as samples x genes.

    All about genes and samples is byte strings of fixed length, the only texts that cmapPy reads, and it
    reads them as ASCII. So are numbers, and missing ones are empty: it takes the NaN of a numeric field for a
    word, and then all of the field for text.
    """
    with hdf5_completed(path) as file:
        file.attrs["version"] = "GCTX1.0"
        file.attrs["src"] = path.name
        file.attrs["about"] = json.dumps(dict(profiles.about), sort_keys=True)
        file.create_dataset("0/DATA/0/matrix", data=profiles.values, track_times=False)
        for axis, table in (("ROW", profiles.genes), ("COL", profiles.samples)):
            group = file.create_group(f"0/META/{axis}")
            group.create_dataset("id", data=_bytes(table.index.to_series()), track_times=False)
            for name in table:
                group.create_dataset(_field_name(name), data=_bytes(table[name]), track_times=False)
    return [path]


def _field_name(name: object) -> str:
    text = str(name).replace("/", "|")  # a slash would begin a group
    return f"{text}_of_sample" if text == "id" else text


def _bytes(column: pd.Series) -> np.ndarray:
    texts = [b"" if _is_nan(value) else _text(value).encode() for value in column]
    return np.array(texts, dtype=f"S{max([1, *map(len, texts)])}")


def write_profiles_h5ad(path: Path, profiles: Profiles) -> list[Path]:
    """Write an AnnData file; `obsm["measured"]` is what the input had, `uns["about"]` the origin as JSON."""
    import anndata

    table = anndata.AnnData(
        profiles.values,
        obs=profiles.samples.map(_text).assign(**profiles.samples.select_dtypes("float64")),
        var=profiles.genes,
        obsm={"measured": profiles.measured},
        uns={"about": json.dumps(dict(profiles.about), sort_keys=True)},
    )
    write_h5ad(table, path)
    return [path]


def write_text(path: Path, profiles: Profiles) -> list[Path]:
    """Write a table samples x genes, and beside it those of the genes and of the samples."""
    separator = "," if path.suffix == ".csv" else "\t"
    table = pd.DataFrame(profiles.values, index=profiles.samples.index, columns=profiles.genes.index)
    written = files_of(path)
    for file, content in zip(written, (table, profiles.genes, profiles.samples), strict=True):
        text = io.StringIO()
        content.to_csv(text, sep=separator, lineterminator="\n", na_rep="NaN", index_label="id")
        write_atomically(file, text.getvalue().encode())
    return written


def files_of(path: Path) -> list[Path]:
    """Return the files that profiles are written to: the one named, and those beside a .tsv or .csv."""
    beside = ("genes", "samples") if path.suffix in (".tsv", ".csv") else ()
    return [path, *(path.with_name(f"{path.stem}.{part}{path.suffix}") for part in beside)]


WRITERS: dict[str, Callable[[Path, Profiles], list[Path]]] = {
    ".gct": write_gct,
    ".gctx": write_gctx,
    ".h5ad": write_profiles_h5ad,
    ".tsv": write_text,
    ".csv": write_text,
}
"""Writers by the ending of the file; each returns the files that it has written."""
