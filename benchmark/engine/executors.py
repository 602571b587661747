"""What makes the calls of a run, here or on a cluster: how many at once, and with which libraries."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.fingerprint import Code
from geneboard.benchmark.engine import child
from geneboard.benchmark.engine.processes import Limits, Processes
from geneboard.benchmark.engine.server import TORCH
from geneboard.benchmark.task import module_of, task_named

if TYPE_CHECKING:
    from geneboard.benchmark.engine.cluster.executor import Cluster, Scheduler


def default_jobs(threads: int, device: str) -> int:
    """Return how many processes keep this machine's cores, or its GPU, busy."""
    if device != "cpu":
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable // threads)


def executor_for(
    cells: Sequence[Cell],
    out: Path,
    scheduler: Scheduler | None,
    jobs: int | None,
    limits: Limits | None,
    gpus: Sequence[int],
) -> Processes | Cluster:
    """Return what makes the calls of cells, here or on the workers of a scheduler."""
    threads, device, libraries = cells[0].threads, cells[0].device, libraries_of(cells)
    if scheduler is None:
        at_once = jobs or len(gpus) or default_jobs(threads, device)
        return Processes(
            at_once, threads=threads, limits=limits, libraries=libraries, reused=[child.score], gpus=gpus
        )
    from geneboard.benchmark.engine.cluster.executor import Cluster

    return Cluster(scheduler, out, threads=threads, limits=limits, libraries=libraries, device=device)


def libraries_of(cells: Sequence[Cell]) -> set[str]:
    """Return what the children of cells import, our own modules too."""
    names = {child.__name__}
    for task in {cell.problem.task for cell in cells}:
        names.update((module_of(task), *task_named(task).libraries))
    packages = Code().packages({root: None for cell in cells for root in cell.trained.entry.roots})
    return names | ({TORCH} if {"torch", "torch_geometric"} & packages else set())
