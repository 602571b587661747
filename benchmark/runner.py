"""One cell: training in a child process of its own, scoring in a long-lived one.

The functions here run in children. A child is forked from a server that has done imports and nothing else
(torch and numba keep thread pools that do not survive a fork), so it starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchmark import provenance
from benchmark.compiled import keep_compiled
from benchmark.external.coverage import CoveredPart, covered_only, covering_code
from benchmark.external.scratch import remove_scratch
from benchmark.intact import changes, contents
from benchmark.plan import Cell
from benchmark.record import Scores, Status
from benchmark.registry import Entry
from benchmark.store import EMBEDDING, TRAINING, write_json
from datasets.base import InputError

if TYPE_CHECKING:
    from datasets.base import Tissue
    from methods.base import GeneEmbeddings, Method
    from metrics.base import Score

LOG = "log.txt"
PROGRESS_SECONDS = 0.2
MEGABYTE = 1024.0 * 1024.0


@dataclass(frozen=True)
class Training:
    """How the training of a cell ended.

    Attributes
    ----------
    status, reason, traceback
        As in the record.
    dim
        Dimensions of the embedding.
    history
        Training curves.
    cost
        Wall and CPU seconds, peak MB and the time of the start.
    """

    status: Status
    reason: str
    traceback: str
    dim: int | None
    history: Mapping[str, Sequence[float]]
    cost: Mapping[str, Any]


@dataclass(frozen=True)
class ScoringJob:
    """What a scoring process needs to know of a cell; `covered` says which genes to score on, if not all."""

    manifest: Path
    embedding: Path
    leave_one_out: bool
    metrics_code: str
    covered: CoveredPart | None = None


@dataclass(frozen=True)
class JobTaken:
    """What a scoring process answers at once when it gets a job."""


@dataclass(frozen=True)
class Scoring:
    """Scores of a cell, or why there are none."""

    scores: Scores
    leave_one_out: dict[str, Scores]
    seconds: float
    error: str = ""
    traceback: str = ""


def now() -> str:
    """Return the time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def die_with_parent() -> None:
    """Have this process end when the benchmark's main process is gone, however that ended."""
    parent = parent_process()
    assert parent is not None, "runs in a child process only"
    sentinel = parent.sentinel

    def watch() -> None:
        connection.wait([sentinel])
        for process in psutil.Process().children(recursive=True):  # the command of an external method
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        remove_scratch(os.getpid())
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the parent decides what ends


def limit_threads(threads: int) -> None:
    """Have torch and the libraries of numpy use this many threads in this process."""
    import threadpoolctl
    import torch

    torch.set_num_threads(threads)
    threadpoolctl.threadpool_limits(threads)


def send_output_to(path: Path) -> None:
    """Send what the process prints from now on, C code included, to a file; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)


def check_source(planned: str, found: str) -> None:
    """Refuse to work with other sources than those that a run was planned with.

    Raises
    ------
    RuntimeError
        If the two hashes differ.
    """
    # A child imports methods when it needs them: an edit since the planning would run under the old hash.
    if planned != found:
        raise RuntimeError("the source changed since the run was planned; start the same command again")


def _check_embeddings(embeddings: GeneEmbeddings, tissue: Tissue) -> None:
    from methods.base import GeneEmbeddings

    if not isinstance(embeddings, GeneEmbeddings):
        raise TypeError(f"fit_embed returned {type(embeddings).__name__}, not GeneEmbeddings")
    names = tuple(graph.name for graph in tissue.graphs)
    if embeddings.datasets != names:
        raise ValueError(f"embeddings of datasets {embeddings.datasets}, expected {names}")
    for graph, genes in zip(tissue.graphs, embeddings.genes, strict=True):
        if list(genes) != list(graph.genes):
            raise ValueError(f"{graph.name}: the embedding's genes are not the graph's genes in their order")


def _check_input(changed: str) -> None:
    # Nobody else sees this copy of the tissue, but what was trained on is not what the scores are about.
    if changed:
        raise ValueError(f"fit_embed changed its input: {changed}")


def one_line(error: BaseException) -> str:
    """Return type and message of an error in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _is_out_of_memory(error: BaseException) -> bool:
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)  # torch on the CPU


def _peak_mb() -> float:
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset / MEGABYTE)
    import resource

    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = max(usage.ru_maxrss for usage in usages)  # of the children the largest, a command for example
    return peak / MEGABYTE if sys.platform == "darwin" else peak / 1024.0


def _cpu_seconds() -> float:
    """CPU time of this process and of the processes it has started and waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_device_mb(device: str) -> float | None:
    import torch

    return torch.cuda.max_memory_allocated(device) / MEGABYTE if device.startswith("cuda") else None


def train(cell: Cell, folder: Path, channel: Connection) -> None:
    """Train one cell and write its embedding; report progress and the end through `channel`."""
    die_with_parent()
    folder.mkdir(parents=True, exist_ok=True)
    send_output_to(folder / LOG)
    limit_threads(cell.threads)
    channel.send(_trained(cell, folder, channel))
    channel.close()


def _trained(cell: Cell, folder: Path, channel: Connection) -> Training:
    from datasets.graph_files import read_tissue

    sent = 0.0

    def progress(done: int, total: int, **values: float) -> None:
        nonlocal sent
        if time.monotonic() - sent >= PROGRESS_SECONDS:
            sent = time.monotonic()
            # floats, not a method's tensors: those would be shared, not copied
            plain = {name: float(value) for name, value in values.items()}
            channel.send((int(done), int(total), plain))

    started, wall, cpu = now(), time.perf_counter(), _cpu_seconds()
    cost: dict[str, Any] = {"started_at": started}
    try:
        check_source(cell.code, provenance.method_hash(cell.entry))
        tissue = read_tissue(cell.manifest)
        method: Method = cell.entry.load()(**cell.settings.values)
        reason = method.skip(tissue)
        if reason is not None:
            return Training("skipped", reason, "", None, {}, cost)
        given = contents(tissue)
        wall, cpu = time.perf_counter(), _cpu_seconds()
        embeddings = method.fit_embed(tissue, seed=cell.random_seed, device=cell.device, progress=progress)
        cost["wall_seconds"] = time.perf_counter() - wall
        cost["cpu_seconds"] = _cpu_seconds() - cpu
        cost["peak_mb"] = _peak_mb()
        cost["peak_device_mb"] = _peak_device_mb(cell.device)
        _check_input(changes(given, contents(tissue)))
        _check_embeddings(embeddings, tissue)
        history = {name: [float(value) for value in curve] for name, curve in embeddings.history.items()}
        embeddings.write(folder / EMBEDDING)
        training = Training("ok", "", "", embeddings.dim, history, cost)
        write_json(folder / TRAINING, vars(training))
    except Exception as error:  # noqa: BLE001 - whatever a method raises is the result of its cell
        cost.setdefault("wall_seconds", time.perf_counter() - wall)
        cost.setdefault("cpu_seconds", _cpu_seconds() - cpu)
        status: Status = "oom" if _is_out_of_memory(error) else "failed"
        return Training(status, one_line(error), traceback.format_exc(), None, {}, cost)
    return training


def score_forever(metric_entries: Sequence[Entry], threads: int, log: Path, channel: Connection) -> None:
    """Score the cells that come through `channel` until it is closed.

    It stays alive, since each new process loads and, the first time, compiles the neighbour graph's code.
    """
    die_with_parent()
    send_output_to(log)
    limit_threads(threads)
    keep_compiled()
    metrics = [entry.load()() for entry in metric_entries]
    while True:
        try:
            job: ScoringJob = channel.recv()
        except EOFError:
            return
        channel.send(JobTaken())
        channel.send(_scored(job, metrics))


def _scored(job: ScoringJob, metrics: Sequence[Any]) -> Scoring:
    from datasets.graph_files import read_tissue
    from metrics.embedding_files import read_rows
    from metrics.score import evaluate, leave_one_out

    started = time.perf_counter()
    try:
        check_source(job.metrics_code, provenance.metrics_hash())
        tissue = read_tissue(job.manifest)
        try:
            rows = read_rows(job.embedding, tissue)
        except InputError:
            job.embedding.with_name(TRAINING).unlink(missing_ok=True)  # the next run trains the cell again
            raise
        if job.covered is not None:
            check_source(job.covered.code, covering_code())
            rows, tissue = covered_only(rows, tissue, job.covered.path)
        scores = plain_scores(evaluate(rows, tissue, metrics))
        without = leave_one_out(rows, tissue, metrics) if job.leave_one_out else {}
        return Scoring(
            scores,
            {dataset: plain_scores(rest) for dataset, rest in without.items()},
            time.perf_counter() - started,
        )
    except Exception as error:  # noqa: BLE001 - a metric that raises fails its cell, not the run
        return Scoring({}, {}, time.perf_counter() - started, one_line(error), traceback.format_exc())


def plain_scores(scores: Mapping[str, Score]) -> Scores:
    """Return scores in the form that records have."""
    return {
        name: {"value": score.value, "status": score.status, "reason": score.reason}
        for name, score in scores.items()
    }
