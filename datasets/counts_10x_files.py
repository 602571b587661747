"""Which files a dataset of 10x consists of, in the folders that its programs and GEO leave behind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geneboard.datasets.errors import InputError

MATRIX_FILES = ("filtered_feature_bc_matrix.h5", "filtered_gene_bc_matrices*.h5")
MATRIX_FOLDERS = ("filtered_feature_bc_matrix", "filtered_gene_bc_matrices", "filtered_gene_bc_matrices/*")
"""Counts of cells or spots in the outputs of a sample; below the last there is a folder for each genome."""

MATRIX = re.compile(r"(.*)matrix\.mtx(\.gz)?")
"""Name of the matrix of three files; GEO puts the sample before it (``GSM123_matrix.mtx.gz``)."""

FEATURES, BARCODES = ("features.tsv", "genes.tsv"), ("barcodes.tsv",)
TABLES = [name + packed for name in (*FEATURES, *BARCODES) for packed in ("", ".gz")]
"""What may lie beside it."""

POSITION_FILES = ("tissue_positions.csv", "tissue_positions_list.csv", "tissue_positions.parquet")
"""Places of the spots, from Space Ranger 2 on, before, and of Visium HD."""

OUTPUTS = ("binned_outputs/*", "per_sample_outs/*/count")
"""Outputs by bin of Visium HD, and by sample of several that were sequenced together."""


@dataclass(frozen=True)
class TenxFiles:
    """The files of one dataset.

    Parameters
    ----------
    matrix
        A .h5 file with all that is needed, or ``matrix.mtx``.
    tables
        Features and barcodes beside ``matrix.mtx``; None for a .h5 file.
    positions
        Places of the spots, for Visium.
    """

    matrix: Path
    tables: tuple[Path, Path] | None = None
    positions: Path | None = None

    def paths(self) -> list[Path]:
        """Return all files that are read."""
        places = [] if self.positions is None else [self.positions]
        return [self.matrix, *(self.tables or ()), *places]


def is_tenx_folder(path: Path) -> bool:
    """Return whether a folder holds counts of 10x."""
    return bool(_matrices(path))


def tenx_files(path: Path) -> TenxFiles:
    """Return the files that a dataset is read from.

    Parameters
    ----------
    path
        A .h5 file, the ``matrix.mtx`` of three files with a common prefix, or a folder: of the three,
        ``outs`` of Cell Ranger or Space Ranger, the folder above it, or one bin of Visium HD.

    Raises
    ------
    InputError
        If a folder holds no matrix or several, or a file beside a matrix is missing.
    """
    matrices = _matrices(path) if path.is_dir() else [(path, None)]
    if not matrices:
        raise InputError(f"{path}: the folder lacks matrix.mtx or {MATRIX_FILES[0]}, as they are or in outs.")
    if len(matrices) > 1:
        listed = ", ".join(str(matrix.relative_to(path)) for matrix, _ in matrices[:3])
        raise InputError(
            f"{path}: holds {len(matrices)} matrices ({listed}); a dataset is one of them: move it with the "
            "files that belong to it into a folder of its own."
        )
    ((matrix, outputs),) = matrices
    positions = None
    if outputs is not None and (outputs / "spatial").is_dir():
        positions = _one(outputs / "spatial", POSITION_FILES)
    if not (match := MATRIX.fullmatch(matrix.name)):
        return TenxFiles(matrix, positions=positions)
    folder, prefix = matrix.parent, match[1]
    features, barcodes = (_one(folder, [prefix + name for name in names]) for names in (FEATURES, BARCODES))
    return TenxFiles(_one(folder, [f"{prefix}matrix.mtx"]), (features, barcodes), positions)


def _matrices(path: Path) -> list[tuple[Path, Path]]:
    """Return every matrix in a folder, each with the folder of outputs that it is part of."""
    above = [path, path / "outs"]
    outputs = [*above, *(folder for one in above for place in OUTPUTS for folder in _found(one, place))]
    return [(matrix, folder) for folder in outputs for matrix in _matrices_of(folder)]


def _matrices_of(outputs: Path) -> list[Path]:
    """Return the matrices of one folder of outputs: in HDF5, in folders of their own, or as files in it."""
    packed = [path for name in MATRIX_FILES for path in _found(outputs, f"*{name}") if path.is_file()]
    folders = [path for name in MATRIX_FOLDERS for path in _found(outputs, f"*{name}")]
    return packed or [matrix for folder in folders for matrix in _triplets(folder)] or _triplets(outputs)


def _triplets(folder: Path) -> list[Path]:
    """Return the matrix of every three files in a folder, once if it is there as it is and with .gz."""
    found = {match[1]: path for path in _found(folder, "*") if (match := MATRIX.fullmatch(path.name))}
    return [path for path in found.values() if path.is_file()]


def _found(folder: Path, pattern: str) -> list[Path]:
    """Return what is in a folder, without hidden names: macOS leaves such beside every file."""
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("._"))


def _one(folder: Path, names: Sequence[str]) -> Path:
    """Return the file of a name, as it is or with .gz; the first name that there is."""
    for name in names:
        found = [folder / (name + ending) for ending in ("", ".gz") if (folder / (name + ending)).is_file()]
        if len(found) > 1:
            raise InputError(f"{found[0]}: is there twice, as it is and with .gz.")
        if found:
            return found[0]
    raise InputError(f"{folder}: the folder lacks {' or '.join(names)}.")
