"""From cells to records: what is finished stays, the rest runs, every end is written down at once."""

from __future__ import annotations

import errno
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.fingerprint import Code
from geneboard.benchmark.engine.child import Scoring, Training, now, score, train
from geneboard.benchmark.engine.plan import Planned, cheap_first, earlier_training, plan_of
from geneboard.benchmark.engine.processes import (
    POLL_SECONDS,
    DeadProcessError,
    Limits,
    MemoryLimitError,
    Processes,
    TimeLimitError,
)
from geneboard.benchmark.engine.progress import RunProgress
from geneboard.benchmark.engine.server import TORCH
from geneboard.benchmark.engine.worker import one_line
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import SCHEMA_VERSION, Record, Status
from geneboard.benchmark.task import task_named

End = tuple[Cell, Training, Scoring | None]
"""A cell that has ended, with its training and, if that went well, its scoring."""


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes
    ----------
    records
        The records of all cells of the run, earlier ones included.
    ran
        Number of cells that were run now; the others had been finished before.
    plan
        What was to be done with each cell; after a dry run, `records` are those that were there.
    """

    records: list[Record]
    ran: int
    plan: Sequence[Planned] = ()

    @property
    def failed(self) -> list[Record]:
        """Records of cells that did not end well; skipped ones are not among them."""
        return [record for record in self.records if record["status"] not in ("ok", "skipped")]


def default_jobs(threads: int, device: str) -> int:
    """Return how many processes keep this machine's cores, or its GPU, busy."""
    if device != "cpu":
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable // threads)


def run_cells(
    cells: Sequence[Cell],
    out: Path,
    *,
    jobs: int | None = None,
    limits: Limits | None = None,
    force: bool = False,
    quiet: bool = False,
    dry_run: bool = False,
    on_record: Callable[[Record], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> Outcome:
    """Run the cells that have no good record yet, and write a record as each ends.

    Cells that other versions of the metrics have scored are scored again; their training stays. Cells that
    score one artifact (all genes, parts of them) wait for the first of them to end. Neither their order nor
    the number of jobs has an influence on any number.

    Parameters
    ----------
    cells, out
        The cells, and the result folder.
    jobs, limits, force, quiet
        As for `benchmark.run`.
    dry_run
        Only plan.
    on_record
        Called with each record that has been written now.
    warn
        Called with a sentence about each earlier training that does not fit.
    """
    plan = plan_of(cells, out, force=force, warn=warn)
    if dry_run:
        return Outcome([planned.record for planned in plan if planned.record is not None], 0, plan)
    store.remove_leftovers(out)
    records = {planned.cell.key: planned.record for planned in plan if planned.record is not None}
    todo = [planned.cell for planned in cheap_first(plan) if planned.todo]
    if force:
        for cell in todo:
            store.forget_training(out, cell.training_key)
    if todo:
        jobs = jobs or default_jobs(todo[0].threads, todo[0].device)
        with (
            RunProgress(len(todo), quiet=quiet) as progress,
            Processes(jobs, threads=todo[0].threads, limits=limits, libraries=_libraries(todo)) as processes,
        ):
            for cell, training, scoring in _ends(todo, out, processes, jobs, progress):
                record = _written(out, record_of(cell, training, scoring))
                records[cell.key] = record
                progress.finished(cell.label, _outcome(cell, record))
                if on_record is not None:
                    on_record(record)
    return Outcome([records[cell.key] for cell in cells], len(todo), plan)


def _libraries(cells: Sequence[Cell]) -> set[str]:
    """Return what the children of cells import."""
    names = {name for task in {cell.problem.task for cell in cells} for name in task_named(task).libraries}
    packages = Code().packages({root: None for cell in cells for root in cell.trained.entry.roots})
    return names | ({TORCH} if {"torch", "torch_geometric"} & packages else set())


def _written(out: Path, record: Record) -> Record:
    """Write a record; where its own folder does not let it, the cell has failed and the others go on."""
    try:
        return store.write_record(out, record)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):  # of the others neither
            raise
        fault = f"its record cannot be written ({error.strerror})"
        reason = f"{record['reason']}; {fault}" if record["reason"] else fault
        return {**record, "status": "failed", "reason": reason}


def _ends(
    cells: Iterable[Cell], out: Path, processes: Processes, jobs: int, progress: RunProgress
) -> Iterator[End]:
    """Run cells, at most `jobs` at once, and yield each as it ends; what is trained is scored at once."""
    ready, waiting = _first_of_each_artifact(cells, out)
    running: dict[Future[Any], _Call] = {}
    while ready or running:
        while ready and len(running) < jobs:
            call = ready.popleft()
            running[call.submitted(processes, out)] = replace(call, started=time.monotonic())
            progress.doing(call.cell.label, "starts" if call.training is None else "scoring")
        done, _ = wait(running, POLL_SECONDS, FIRST_COMPLETED)
        while not processes.messages.empty():
            progress.step(processes.messages.get())
        progress.show()
        for future in done:
            call = running.pop(future)
            cell, training, scoring = call.ended(future)
            if training.status == "ok" and scoring is None:
                ready.appendleft(_Call(cell, training))
                progress.doing(cell.label, "waits for scoring")
                continue
            yield cell, training, scoring
            followers = waiting.pop(cell.training_key, [])
            kept = earlier_training(out, cell)
            if kept is None and training.status != "ok":  # there is nothing to score
                yield from ((follower, training, None) for follower in followers)
            else:
                ready.extendleft(_Call(follower, kept) for follower in reversed(followers))


@dataclass(frozen=True)
class _Call:
    """A cell to train, or to score after its training."""

    cell: Cell
    training: Training | None = None
    started: float = 0.0

    def submitted(self, executor: Executor, out: Path) -> Future[Training] | Future[Scoring]:
        """Have it run; the task goes with it, so that the process needs no list of tasks."""
        folder = store.run_folder(out, self.cell.training_key)
        if self.training is None:
            return executor.submit(train, task_named(self.cell.trained.problem.task), self.cell, folder)
        task = task_named(self.cell.problem.task)
        return executor.submit(score, task, self.cell, folder, self.training.sha256)

    def ended(self, future: Future[Training] | Future[Scoring]) -> End:
        """Return how it ended; a cell whose process was ended while it scored has no scoring."""
        doing = "training" if self.training is None else "scoring"
        status: Status = "failed"
        try:
            result = future.result()
        except TimeLimitError as error:
            status, reason = "timeout", f"{doing} {error}"
        except MemoryLimitError as error:
            status, reason = "oom", f"{doing} {error}"
        except DeadProcessError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - of the executor; the calls themselves raise nothing
            reason = one_line(error)
        else:
            if isinstance(result, Training):
                return self.cell, result, None
            assert self.training is not None
            return self.cell, self.training, result
        if self.training is not None:
            return self.cell, replace(self.training, status=status, reason=reason), None
        cost = {"wall_seconds": time.monotonic() - self.started}
        return self.cell, Training(status, reason, cost=cost), None


def _first_of_each_artifact(cells: Iterable[Cell], out: Path) -> tuple[deque[_Call], dict[str, list[Cell]]]:
    """Return the cells that can start, and by training key those that wait for one of them."""
    ready: deque[_Call] = deque()
    waiting: dict[str, list[Cell]] = {}
    for cell in cells:
        training = earlier_training(out, cell)
        if training is None and cell.training_key in waiting:
            waiting[cell.training_key].append(cell)
            continue
        if training is None:
            waiting[cell.training_key] = []
        ready.append(_Call(cell, training))
    return ready, waiting


def _outcome(cell: Cell, record: Record) -> str:
    if record["status"] != "ok":
        return f"{record['status']}: {record['reason']}"
    trained = f"trained {record['cost']['wall_seconds'] or 0.0:.1f} s, " if cell.input is None else ""
    return f"ok, {trained}scored {record['cost']['scoring_seconds']:.1f} s"


def record_of(cell: Cell, training: Training, scoring: Scoring | None) -> Record:
    """Return the record of a cell that has ended."""
    status, reason, trace = training.status, training.reason, training.traceback
    if scoring is not None and scoring.error:
        status, reason, trace = "failed", f"scoring: {scoring.error}", scoring.traceback
    problem, attributes, cost = cell.problem, cell.entry.attributes, training.cost
    record: Record = {
        "schema": SCHEMA_VERSION,
        "key": cell.key,
        "task": problem.task,
        "tissue": problem.name,
        "source": problem.source,
        "preset": cell.preset,
        "data_hashes": dict(problem.data_hashes),
        "method": cell.entry.name,
        "title": cell.entry.title,
        "kind": attributes.get("kind", "plugin"),
        "reference": attributes.get("reference", ""),
        "settings": dict(cell.settings.values),
        "overrides": dict(cell.settings.overrides),
        "deterministic": attributes.get("deterministic", False),
        "seed": cell.seed,
        "threads": cell.threads,
        "device": cell.device,
        "status": status,
        "reason": reason,
        "traceback": trace,
        "dim": training.dim,
        "scores": scoring.scores if scoring is not None else {},
        "history": {name: list(curve) for name, curve in training.history.items()},
        "code": cell.trained.code,
        "metric_versions": dict(cell.metric_versions),
        "versions": versions.versions_for(cell.entry),
        "git_revision": cell.git_revision,
        "cost": {
            "wall_seconds": cost.get("wall_seconds"),
            "cpu_seconds": cost.get("cpu_seconds"),
            "scoring_seconds": scoring.seconds if scoring is not None else None,
            "peak_mb": cost.get("peak_mb"),
            "peak_device_mb": cost.get("peak_device_mb"),
            "started_at": cost.get("started_at", now()),
            "finished_at": now(),
            "host": versions.host(),
        },
        "checksum": "",  # that of the file is made when it is written
    }
    scored = scoring.facts if scoring is not None else {}
    own = {**problem.facts, **cell.about, **cell.scored_with, **training.facts, **scored}
    return {**record, **own}  # type: ignore[typeddict-item]
