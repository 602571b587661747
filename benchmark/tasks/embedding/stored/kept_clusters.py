"""The Leiden clusters of an embedding: whoever finds them first leaves them beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.records.store import EMBEDDING, file_sha256

if TYPE_CHECKING:
    import numpy as np

    from geneboard.metrics.base import EmbeddingRows

VERSION = 1
"""Of `metrics.neighbours`, where it finds other clusters in the same embedding."""


def kept_clusters(folder: Path, values: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
    """Return the clusters of an embedding (`metrics.biology.enrichment.embedding_clusters`).

    They are those that stand beside it, or else are found, and left there.

    Parameters
    ----------
    folder
        Of its training.
    values
        For each dataset its vectors, shape (n_genes, dim).
    """
    import numpy as np

    from geneboard.metrics.biology.enrichment import embedding_clusters

    path = _path(folder)
    if not path.exists():
        _write(path, embedding_clusters(values))
    return [np.array(own, dtype=np.int64) for own in json.loads(path.read_bytes())]


def keep_clusters(folder: Path, rows: EmbeddingRows, clusters: np.ndarray) -> None:
    """Leave the clusters that scoring has found to the questions about them.

    With rows of zeros they are not left: these have clusters here, and none in questions about genes.

    Parameters
    ----------
    folder
        Of the training.
    rows
        All rows of its embedding, in the order of its file.
    clusters
        Cluster of each row, shape (n_rows,).
    """
    if rows.matrix.any(axis=1).all():
        datasets = dict.fromkeys(rows.dataset.tolist())
        _write(_path(folder), [clusters[rows.dataset == number] for number in datasets])


def _path(folder: Path) -> Path:
    return folder / f"clusters-{VERSION}-{file_sha256(folder / EMBEDDING)[:16]}.json"


def _write(path: Path, clusters: Sequence[np.ndarray]) -> None:
    from geneboard.datasets.atomic import write_atomically

    write_atomically(path, json.dumps([own.tolist() for own in clusters]).encode())
