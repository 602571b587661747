"""Layouts for the cells of a run that have none yet, made in processes of their own.

numba and torch keep thread pools, so nothing of this runs in the main process.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.local import children_environment, start_context
from geneboard.benchmark.records.record import Record, variant_suffix
from geneboard.benchmark.records.store import EMBEDDING, run_folder
from geneboard.benchmark.tasks.embedding.coverage import CoveredPart
from geneboard.benchmark.tasks.embedding.maps.layout import has_layout, write_layout


@dataclass(frozen=True)
class LayoutJob:
    """What a process needs to know to lay out the embedding of a cell."""

    label: str
    key: str
    manifest: Path
    embedding: Path
    covered: CoveredPart | None


def jobs_of(cells: Sequence[Cell], records: Sequence[Record], out: Path, *, force: bool) -> list[LayoutJob]:
    """Return what is to be laid out: of each method the first seed with scores, unless it is done already.

    Parameters
    ----------
    cells, records
        The cells of a run and their records, in the same order; a method's seeds increase.
    out
        Result folder.
    force
        True makes layouts again that are there.
    """
    first: dict[tuple[str, str, str], LayoutJob] = {}
    for cell, record in zip(cells, records, strict=True):
        embedding = run_folder(out, cell.training_key) / EMBEDDING
        if record["status"] != "ok" or not embedding.exists():
            continue
        method = cell.entry.name + variant_suffix(cell.settings.overrides)
        part = cell.covered.embedding if cell.covered else ""
        job = LayoutJob(cell.label, cell.key, cell.manifest, embedding, cell.covered)
        first.setdefault((cell.tissue, method, part), job)
    return [job for job in first.values() if force or not has_layout(out, job.key)]


def make_layouts(
    jobs: Sequence[LayoutJob],
    out: Path,
    *,
    processes: int,
    threads: int,
    quiet: bool,
    warn: Callable[[str], None] | None = None,
) -> None:
    """Make and write layouts. One that fails is told and stays away; it changes no score.

    Where a process is killed, the layouts at work beside it fail with it; the rest are made by new processes.

    Parameters
    ----------
    jobs, out
        What to lay out, and the result folder that it goes to.
    processes, threads
        Processes at work at once, and the threads of each.
    quiet
        True shows no progress.
    warn
        Called with a sentence for each layout that could not be made.
    """
    waiting = deque(jobs)
    with (
        children_environment(threads),
        tqdm(total=len(jobs), desc="drawing maps", disable=True if quiet else None, leave=False) as bar,
    ):
        while waiting:
            for job, error in _ends_in_one_pool(waiting, out, processes, threads):
                if error is not None and warn is not None:
                    reason = " ".join(str(error).split())
                    warn(f"no map of {job.label}: {type(error).__name__}: {reason}")
                bar.update()


def _ends_in_one_pool(
    waiting: deque[LayoutJob], out: Path, processes: int, threads: int
) -> Iterator[tuple[LayoutJob, BaseException | None]]:
    """Take jobs from `waiting` and yield each as it ends, until there are none left or a process died.

    At least one job is taken. No more are submitted than there are processes: when a pool breaks, all that
    was submitted is lost.
    """
    pool = ProcessPoolExecutor(
        min(processes, len(waiting)),
        mp_context=start_context(),
        initializer=_start_worker,
        initargs=(threads, out / "runs" / "layouts.log"),
    )
    running: dict[Future[float], LayoutJob] = {}
    broken = False
    try:
        while running or (waiting and not broken):
            while waiting and not broken and len(running) < processes:
                try:
                    running[pool.submit(_make, waiting[0], out)] = waiting[0]
                    waiting.popleft()
                except BrokenProcessPool:  # never at the first: a pool has no process before that
                    broken = True
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                error = done.exception()
                broken = broken or isinstance(error, BrokenProcessPool)
                yield running.pop(done), error
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C, those that have not begun do not begin


def _start_worker(threads: int, log: Path) -> None:
    """Prepare a process: what libraries print goes to a file, numba's code comes from disk."""
    from geneboard.benchmark.engine.child import die_with_parent, limit_threads, send_output_to
    from geneboard.benchmark.engine.compiled_code import keep_compiled

    die_with_parent()
    log.parent.mkdir(parents=True, exist_ok=True)
    send_output_to(log)
    limit_threads(threads)
    keep_compiled()


def _make(job: LayoutJob, out: Path) -> float:
    """Write the layout of a cell and return the seconds that it took."""
    from geneboard.benchmark.tasks.embedding.coverage import covered_only
    from geneboard.benchmark.tasks.embedding.maps.layout_umap import layout_of
    from geneboard.datasets.graph_files import read_tissue
    from geneboard.metrics.embedding_files import read_rows

    started = time.perf_counter()
    tissue = read_tissue(job.manifest)
    rows = read_rows(job.embedding, tissue)
    if job.covered is not None:
        rows, tissue = covered_only(rows, tissue, job.covered.path)
    write_layout(out, job.key, layout_of(rows, tissue))
    return time.perf_counter() - started
