"""Small expression sets, in memory and as the files of every format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd

from geneboard.datasets.l1000.expression import ExpressionSet

VALUES = np.array([[3, 0, 8, 1], [5, 120, 2, 4], [9, 1, 1, 7]], dtype=np.float32)
SAMPLES = pd.DataFrame(
    {"barcode": ["s1", "s2", "s3"], "patient": ["p1", "p1", "p2"], "organ": ["lung", "lung", ""]}
)
GENES = pd.DataFrame(
    {
        "column": ["AARS|16", "ABCF1|23", "T1", "T2"],
        "symbol": ["AARS", "ABCF1", "T1", "?"],
        "entrez": ["16", "23", "900001", ""],
        "l1000_feature_space": ["landmark", "landmark", "best inferred", ""],
    }
)


def expression_of(
    values: object, *, groups: Sequence[str] = (), organs: Sequence[str] = (), logged: bool = True
) -> ExpressionSet:
    """A set whose first gene is a landmark; by default each sample is the lung of another patient."""
    array = np.asarray(values, dtype=np.float32)
    samples, genes = (
        [f"{what}{number}" for number in range(n)] for what, n in zip("sg", array.shape, strict=True)
    )
    spaces = ["landmark", *["inferred"] * (len(genes) - 1)]
    return ExpressionSet(
        "set",
        array,
        pd.Index(samples),
        np.array(groups or samples, dtype=object),
        np.array(organs or ["lung"] * len(samples), dtype=object),
        pd.DataFrame({"symbol": "", "entrez": "", "feature_space": spaces}, index=genes),
        logged,
    )


def write_tables(folder: Path, samples: pd.DataFrame = SAMPLES, genes: pd.DataFrame = GENES) -> None:
    samples.to_csv(folder / "samples.tsv", sep="\t", index=False)
    genes.to_csv(folder / "genes.tsv", sep="\t", index=False)


def write_npz(path: Path, values: np.ndarray = VALUES) -> None:
    np.savez(path, expression=values)


def write_tsv(path: Path, values: np.ndarray = VALUES) -> None:
    pd.DataFrame(values, index=SAMPLES.barcode, columns=GENES.column).to_csv(path, sep="\t")


def write_h5ad(path: Path, values: np.ndarray = VALUES) -> None:
    table = anndata.AnnData(
        values, obs=pd.DataFrame(index=SAMPLES.barcode), var=pd.DataFrame(index=GENES.column)
    )
    table.write_h5ad(path)


def write_gct(path: Path, values: np.ndarray = VALUES) -> None:
    lines = ["#1.3", "4\t3\t1\t1", "\t".join(["id", "pr_gene_symbol", *SAMPLES.barcode])]
    lines.append("\t".join(["cell", "na", "x", "x", "y"]))
    for gene, symbol, row in zip(GENES.column, GENES.symbol, values.T, strict=True):
        lines.append("\t".join([gene, symbol, *(format(value, "g") for value in row)]))
    path.write_text("\n".join(lines) + "\n")


def write_gctx(path: Path, values: np.ndarray = VALUES) -> None:
    """As cmapPy lays it out: the matrix is samples x genes in HDF5, names are byte strings."""
    with h5py.File(path, "w") as file:
        file["0/DATA/0/matrix"] = values
        file["0/META/ROW/id"] = GENES.column.to_numpy(dtype="S")
        file["0/META/ROW/pr_gene_symbol"] = GENES.symbol.to_numpy(dtype="S")
        file["0/META/COL/id"] = SAMPLES.barcode.to_numpy(dtype="S")


WRITERS = {"npz": write_npz, "tsv": write_tsv, "h5ad": write_h5ad, "gct": write_gct, "gctx": write_gctx}
