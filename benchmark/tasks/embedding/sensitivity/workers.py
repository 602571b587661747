"""Score worse embeddings in several processes; one that dies takes only its own step with it."""

from __future__ import annotations

import contextlib
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.cells import provenance
from geneboard.benchmark.engine import child as runner
from geneboard.benchmark.engine.compiled_code import keep_compiled
from geneboard.benchmark.engine.local import EXIT_SECONDS, cause_of_death, children_environment, start_context
from geneboard.benchmark.records.record import Scores
from geneboard.benchmark.registry import Entry
from geneboard.benchmark.tasks.embedding.sensitivity.plan import Step, StepEnd, step_code

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue
    from geneboard.metrics.base import EmbeddingRows, Metric


@dataclass(frozen=True)
class Task:
    """What every step of a run shares.

    Attributes
    ----------
    manifest
        File that the tissue is read from.
    embedding
        File with the good embedding.
    metrics
        What to compute.
    metrics_code, step_code
        Hashes of the sources when the run was planned.
    threads
        Threads of each process.
    log
        File for what the libraries print.
    """

    manifest: Path
    embedding: Path
    metrics: tuple[Entry, ...]
    metrics_code: str
    step_code: str
    threads: int
    log: Path


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    channel: Connection
    step: Step


def score_steps(
    task: Task,
    steps: Sequence[Step],
    jobs: int,
    on_start: Callable[[Step], None],
    on_end: Callable[[Step, StepEnd], None],
) -> None:
    """Score every step, `jobs` at once; `on_end` is called with each as it ends, in no fixed order.

    Ctrl-C ends all processes at once.
    """
    pending = deque(steps)
    workers: list[_Worker] = []
    with children_environment(task.threads):
        try:
            while pending or workers:
                while pending and len(workers) < jobs:
                    workers.append(_started(task, pending.popleft()))
                    on_start(workers[-1].step)
                for ready in wait([worker.channel for worker in workers]):
                    worker = next(worker for worker in workers if worker.channel is ready)
                    on_end(worker.step, _received(worker))
                    if pending and worker.process.is_alive():
                        worker.step = pending.popleft()
                        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                            worker.channel.send(worker.step)  # `_received` finds it dead
                        on_start(worker.step)
                    else:
                        workers.remove(worker)
                        worker.channel.close()  # which is its word to end
                        worker.process.join(EXIT_SECONDS)
                        _stop(worker)
        finally:
            for worker in workers:
                _stop(worker)


def _started(task: Task, step: Step) -> _Worker:
    context = start_context()
    ours, theirs = context.Pipe(duplex=True)
    process = context.Process(  # type: ignore[attr-defined]
        target=_work, args=(task, theirs), name="sensitivity"
    )
    process.start()
    theirs.close()
    ours.send(step)
    return _Worker(process, ours, step)


def _received(worker: _Worker) -> StepEnd:
    try:
        end: StepEnd = worker.channel.recv()
    except (EOFError, ConnectionResetError):
        worker.process.join()
        return StepEnd({}, cause_of_death(worker.process.exitcode))
    return end


def _stop(worker: _Worker) -> None:
    worker.channel.close()
    worker.process.kill()
    worker.process.join()


def _work(task: Task, channel: Connection) -> None:
    """Score the steps that come through `channel`, in a process of its own, until it is closed."""
    runner.die_with_parent()
    runner.send_output_to(task.log)
    runner.limit_threads(task.threads)
    keep_compiled()
    loaded: _Loaded | None = None
    while True:
        try:
            step: Step = channel.recv()
        except EOFError:
            return
        try:
            loaded = loaded or _load(task)
            end = StepEnd(_scored(step, loaded))
        except Exception as error:  # noqa: BLE001 - a step that cannot be scored is reported, not the end
            traceback.print_exc()  # to the log
            end = StepEnd({}, runner.one_line(error))
        channel.send(end)


@dataclass(frozen=True)
class _Loaded:
    tissue: Tissue
    rows: EmbeddingRows
    metrics: list[Metric]


def _load(task: Task) -> _Loaded:
    from geneboard.datasets.graph_files import read_tissue
    from geneboard.metrics.embedding_files import read_rows

    runner.check_source(task.metrics_code, provenance.metrics_hash())
    runner.check_source(task.step_code, step_code())
    tissue = read_tissue(task.manifest)
    return _Loaded(tissue, read_rows(task.embedding, tissue), [entry.load()() for entry in task.metrics])


def _scored(step: Step, loaded: _Loaded) -> Scores:
    from geneboard.metrics.score import evaluate

    return runner.plain_scores(evaluate(step.apply(loaded.rows), loaded.tissue, loaded.metrics))
