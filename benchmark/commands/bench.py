"""Speed of the parts that cost most, next to plain implementations of the same thing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from geneboard.benchmark.commands.arguments import Argument, Folder, TissueName, count, optional_path

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue

Result = TypeVar("Result")

BRIEF_EPOCHS = 30
"""Epochs of the MuSe-GNN that metrics are timed on: an embedding with structure, as a trained one has."""


def bench(
    tissue: TissueName = "lung",
    *,
    data: Folder | None = None,
    out: Folder = "results",
    threads: Annotated[int, Argument(type=count)] = 2,
    l1000: bool = False,
) -> dict[str, float]:
    """Measure the speed against plain implementations.

    Timed are a MuSe-GNN epoch, every metric and CS-CORE on the gene graphs of a tissue.

    Parameters
    ----------
    tissue
        One tissue.
    threads
        Threads of all numerical libraries.
    l1000
        The graph network of the L1000 task instead, on made-up samples.
    data, out
        As for `run`.

    Returns
    -------
    dict
        Seconds, rates and ratios by what was measured. Each time is the best of several.
    """
    if l1000:
        from geneboard.benchmark.tasks.inference.bench import bench_gnn

        return bench_gnn(threads)
    import torch
    from threadpoolctl import threadpool_limits

    from geneboard.benchmark.tasks.embedding.bench import time_epoch
    from geneboard.benchmark.tasks.embedding.sources import open_source

    loaded = open_source(optional_path(data), Path(out)).load(tissue)
    figures: dict[str, float] = {
        "datasets": len(loaded.graphs),
        "genes of the largest": max(graph.n_genes for graph in loaded.graphs),
    }
    torch.set_num_threads(threads)
    with threadpool_limits(threads):
        figures |= {f"MuSe-GNN epoch: {name}": value for name, value in time_epoch(loaded, threads).items()}
        figures |= _metric_seconds(loaded)
        figures |= _cscore_seconds()
    return figures


def _best(work: Callable[[], Result]) -> tuple[float, Result]:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times), result


def _metric_seconds(tissue: Tissue) -> dict[str, float]:
    """Seconds of the neighbour graph with clustering, and of each metric, for a briefly trained MuSe-GNN."""
    from geneboard.benchmark import registry
    from geneboard.methods.base import no_progress
    from geneboard.metrics.embedding_files import rows_of
    from geneboard.metrics.neighbours import shared_view
    from geneboard.metrics.score import evaluate

    method: Any = registry.methods()["musegnn"].load()(epochs=BRIEF_EPOCHS)
    rows = rows_of(method.fit_embed(tissue, seed=0, device="cpu", progress=no_progress), tissue)
    metrics = [entry.load()() for entry in registry.metrics()]
    seconds = {}
    seconds["metrics: neighbours and clusters, seconds"], view = _best(lambda: shared_view(rows, tissue))
    for metric in metrics:
        seconds[f"metrics: {metric.name}, seconds"], _ = _best(partial(metric.compute, rows, tissue, view))
    seconds["metrics: all together, seconds"] = _best(lambda: evaluate(rows, tissue, metrics))[0]
    return seconds


def _cscore_seconds(cells: int = 3774, genes: int = 1000) -> dict[str, float]:
    """Seconds of CS-CORE on counts of the size of the largest real PBMC dataset."""
    import numpy as np

    from geneboard.datasets.graphs.cscore import cscore

    random = np.random.default_rng(0)
    depth = random.lognormal(7.3, 0.4, cells)
    counts = random.poisson(np.outer(depth, random.gamma(0.5, 1e-3, genes))).astype(float)
    counts[0, counts.sum(axis=0) == 0] = 1.0
    return {f"CS-CORE, {genes} genes x {cells} cells, seconds": _best(lambda: cscore(counts, depth))[0]}


def show_bench(figures: Mapping[str, float], *, json: bool = False) -> int:
    """Print what was measured.

    Parameters
    ----------
    figures
        By what was measured.
    json
        Print JSON.
    """
    from geneboard.benchmark.commands.terminal import show_json

    if json:
        return show_json(figures)
    for name, value in figures.items():
        print(f"{name:<55}{value:.4g}" if isinstance(value, float) else f"{name:<55}{value}")
    return 0
