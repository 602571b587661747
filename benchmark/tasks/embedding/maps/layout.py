"""The map of an embedding that pictures are drawn from: two coordinates for a sample of its rows.

`tables` rebuilds pictures from records and these files alone, without the embeddings.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geneboard.benchmark.records.check import parsed
from geneboard.benchmark.records.printable import printable_texts
from geneboard.benchmark.records.store import packed_lines, run_folder
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError

LAYOUT = "umap.json"
PACKED_LAYOUTS = "layouts.jsonl.gz"
FORMAT = 1
"""Version of the files' form; a layout of another version is not read."""

GRID = 1000
"""Coordinates are whole numbers from 0 to this: finer than a panel has pixels."""


@dataclass(frozen=True, eq=False)
class Layout:
    """UMAP coordinates of a random sample of an embedding's rows, with what they are coloured by.

    Attributes
    ----------
    coordinates
        Whole numbers in 0..`GRID`, the same unit on both axes, shape (n_sampled, 2).
    dataset, datasets
        Index of each row's dataset, shape (n_sampled,), and the names that it points to.
    cluster, n_clusters
        Leiden cluster of each row, 0 the largest, shape (n_sampled,), and how many all rows have.
    module, modules
        The same for the true modules of simulated data; None and no names otherwise.
    n_rows
        Rows of the embedding, of which these are a sample.
    """

    coordinates: np.ndarray
    dataset: np.ndarray
    datasets: tuple[str, ...]
    cluster: np.ndarray
    n_clusters: int
    module: np.ndarray | None
    modules: tuple[str, ...]
    n_rows: int

    def __post_init__(self) -> None:
        n = len(self.coordinates)
        if self.coordinates.shape != (n, 2) or not _within(self.coordinates, GRID + 1):
            raise ValueError(f"coordinates must be pairs in 0..{GRID}")
        for name, codes, size in (
            ("dataset", self.dataset, len(self.datasets)),
            ("cluster", self.cluster, self.n_clusters),
            ("module", self.module, len(self.modules)),
        ):
            if codes is not None and (codes.shape != (n,) or not _within(codes, size)):
                raise ValueError(f"{name} must have {n} whole numbers below {size}")
        if n > self.n_rows:
            raise ValueError(f"{n} rows cannot be a sample of {self.n_rows}")


def write_layout(out: Path, key: str, layout: Layout) -> Path:
    """Write the layout of a cell to ``runs/<key>/umap.json``."""
    path = run_folder(out, key) / LAYOUT
    write_atomically(path, _line(key, layout))
    return path


def read_layouts(out: Path) -> dict[str, Layout]:
    """Return all layouts of a result folder by the key of the cell, packed ones and single ones.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    layouts: dict[str, Layout] = {}
    packed = out / PACKED_LAYOUTS
    if packed.exists():
        for where, line in packed_lines(packed, "file of layouts"):
            key, layout = _parsed(line, where)
            layouts[key] = layout
    for path in sorted((out / "runs").glob(f"*/{LAYOUT}")):
        key, layout = _parsed(path.read_bytes(), str(path))
        layouts[key] = layout
    return layouts


def pack_layouts(layouts: Mapping[str, Layout], path: Path) -> None:
    """Write layouts into one compressed file, the same bytes for the same layouts."""
    lines = b"".join(_line(key, layouts[key]) for key in sorted(layouts))
    write_atomically(path, gzip.compress(lines, mtime=0))


def _line(key: str, layout: Layout) -> bytes:
    content = {
        "format": FORMAT,
        "key": key,
        "x": layout.coordinates[:, 0].tolist(),
        "y": layout.coordinates[:, 1].tolist(),
        "dataset": layout.dataset.tolist(),
        "datasets": list(layout.datasets),
        "cluster": layout.cluster.tolist(),
        "n_clusters": layout.n_clusters,
        "module": None if layout.module is None else layout.module.tolist(),
        "modules": list(layout.modules),
        "n_rows": layout.n_rows,
    }
    return (json.dumps(content, sort_keys=True, separators=(",", ":")) + "\n").encode()


def _parsed(line: bytes | str, where: str) -> tuple[str, Layout]:
    try:
        content: dict[str, Any] = printable_texts(parsed(line))
        version = content["format"]
        if version == FORMAT:
            return str(content["key"]), _layout(content)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise InputError(f"{where}: is not a complete layout; delete it to have it made again") from error
    raise InputError(f"{where}: is a layout of version {version}, not {FORMAT}; delete it")


def _layout(content: Mapping[str, Any]) -> Layout:
    return Layout(
        coordinates=np.stack([_codes(content["x"]), _codes(content["y"])], axis=1),
        dataset=_codes(content["dataset"]),
        datasets=tuple(map(str, content["datasets"])),
        cluster=_codes(content["cluster"]),
        n_clusters=int(content["n_clusters"]),
        module=None if content["module"] is None else _codes(content["module"]),
        modules=tuple(map(str, content["modules"])),
        n_rows=int(content["n_rows"]),
    )


def _codes(values: Any) -> np.ndarray:
    codes = np.asarray(values, dtype=float)
    if not np.array_equal(codes, np.rint(codes)):
        raise ValueError("expected whole numbers")
    return codes.astype(np.int32)


def _within(codes: np.ndarray, size: int) -> bool:
    return bool((codes >= 0).all() and (codes < size).all())
