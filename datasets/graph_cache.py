"""Prepared gene graphs kept on disk under the hash of everything they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.errors import InputError
from geneboard.datasets.graph_files import read_graph, write_graph
from geneboard.datasets.graphs.settings import PipelineSettings


def content_sha256(paths: Sequence[Path]) -> str:
    """Return the sha256 of a file's content, or of the names and contents of several."""
    digests = []
    for path in paths:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    if len(digests) == 1:
        return digests[0]
    listed = "".join(f"{digest}  {path.name}\n" for digest, path in zip(digests, paths, strict=True))
    return hashlib.sha256(listed.encode()).hexdigest()


@cache
def pipeline_sha256() -> str:
    """Return the sha256 of what turns files into graphs: source files, and packages that compute for them."""
    h = hashlib.sha256()
    folder = Path(__file__).parent
    for path in [*sorted((folder / "graphs").glob("*.py")), *sorted(folder.glob("counts_*.py"))]:
        h.update(path.name.encode() + b"\0" + path.read_bytes())
    for package in ("anndata", "numpy", "scipy", "scanpy"):
        h.update(f"{package} {version(package)}".encode())
    return h.hexdigest()


def cached_graph(
    cache_folder: Path | None,
    settings: PipelineSettings,
    origin: Mapping[str, Any],
    build: Callable[[], GeneGraph],
) -> GeneGraph:
    """Return a graph from the cache, or build it and keep it there.

    A file in the cache that is damaged, or holds the graph of other counts or settings, is replaced.

    Parameters
    ----------
    cache_folder
        Where graphs are kept; None builds every time.
    settings
        Parameters of the pipeline.
    origin
        What identifies the counts: name of the dataset, sha256 of its file or of its generator.
    build
        Makes the graph.
    """
    if cache_folder is None:
        return build()
    determined_by = {"origin": dict(origin), "settings": asdict(settings), "pipeline": pipeline_sha256()}
    key = hashlib.sha256(json.dumps(determined_by, sort_keys=True).encode()).hexdigest()
    path = cache_folder / f"{key}.h5ad"
    if path.exists():
        try:
            return read_graph(path, verify=True, key=key)
        except InputError:
            path.unlink(missing_ok=True)
    graph = build()
    write_graph(graph, path, key=key)
    return graph
