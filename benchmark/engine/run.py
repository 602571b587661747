"""From cells to records: what is finished stays, the rest runs, every end is written down at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.cell_record import record_of, written
from geneboard.benchmark.engine.child import Scoring, Training, score, train
from geneboard.benchmark.engine.confirm import confirmed
from geneboard.benchmark.engine.executors import executor_for
from geneboard.benchmark.engine.plan import Planned, cheap_first, earlier_training, plan_of
from geneboard.benchmark.engine.processes import (
    POLL_SECONDS,
    DeadProcessError,
    Limits,
    LostClusterError,
    MemoryLimitError,
    Processes,
    TimeLimitError,
)
from geneboard.benchmark.engine.progress import RunProgress
from geneboard.benchmark.engine.shared_folder import SharedFolder
from geneboard.benchmark.engine.worker import one_line
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record, Status
from geneboard.benchmark.task import task_named

if TYPE_CHECKING:
    from geneboard.benchmark.engine.cluster.executor import Cluster, Scheduler

End = tuple[Cell, Training, Scoring | None]
"""A cell that has ended, with its training and, if that went well, its scoring."""

Taken = tuple[Cell, Record, None]
"""A cell that has ended in another run, with the record that this has written."""


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes
    ----------
    records
        The records of all cells of the run, earlier ones included.
    ran
        Number of cells that this run has run; the others were finished before, or by another run.
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


def run_cells(
    cells: Sequence[Cell],
    out: Path,
    *,
    jobs: int | None = None,
    limits: Limits | None = None,
    force: bool = False,
    quiet: bool = False,
    dry_run: bool = False,
    on_record: Callable[[Record, int], None] | None = None,
    warn: Callable[[str], None] | None = None,
    scheduler: Scheduler | None = None,
    gpus: Sequence[int] = (),
) -> Outcome:
    """Run the cells that have no good record yet, and write a record as each ends.

    Cells that other versions of the metrics have scored are scored again; their training stays. Cells that
    score one artifact (all genes, parts of them) wait for the first of them to end. Neither their order nor
    the number of jobs has an influence on any number. Other runs may work in the same folder at the same
    time: each cell is run by one of them, and all have its record.

    Parameters
    ----------
    cells, out
        The cells, and the result folder.
    jobs, limits, force, quiet
        As for `benchmark.run`.
    dry_run
        Only plan.
    on_record
        Called with each record that has been written now, and the number of cells that are still to end.
    warn
        Called with a sentence about each earlier training that does not fit.
    scheduler
        Dask scheduler whose workers do the work; by default processes of this machine do it.
    gpus
        Numbers of the GPUs that trainings on this machine share; each process sees one of them alone.
    """
    shared = SharedFolder(out, cells, force=force)
    plan = plan_of(cells, out, force=force, warn=warn)
    if dry_run:
        return Outcome([planned.record for planned in plan if planned.record is not None], 0, plan)
    store.remove_leftovers(out)
    plan = confirmed(plan, out)
    records = {planned.cell.key: planned.record for planned in plan if planned.record is not None}
    todo = [planned.cell for planned in cheap_first(plan) if planned.todo]
    ran = len(todo)
    if todo:
        with (
            shared,
            RunProgress(len(todo), quiet=quiet) as progress,
            executor_for(todo, out, scheduler, jobs, limits, gpus) as processes,
        ):
            jobs = jobs or processes.at_once
            ends = _ends(todo, out, processes, jobs, progress, shared)
            for left, (cell, ended, scoring) in zip(reversed(range(len(todo))), ends, strict=True):
                if isinstance(ended, Training):
                    record = written(out, record_of(cell, ended, scoring))
                    shared.release(cell.key)
                else:
                    ran, record = ran - 1, ended
                records[cell.key] = record
                progress.finished(cell.label, _outcome(cell, record, taken=record is ended))
                if on_record is not None:
                    on_record(record, left)
    return Outcome([records[cell.key] for cell in cells], ran, plan)


def _ends(
    cells: Iterable[Cell],
    out: Path,
    processes: Processes | Cluster,
    jobs: int,
    progress: RunProgress,
    shared: SharedFolder,
) -> Iterator[End | Taken]:
    """Run cells, at most `jobs` at once, and yield each as it ends; what is trained is scored at once.

    What another run is at work on is left to that run, and taken from it.
    """
    ready, waiting = _first_of_each_artifact(cells, shared)
    running: dict[Future[Any], _Call] = {}
    elsewhere: list[_Call] = []

    def followers(cell: Cell, training: Training) -> list[_Call]:
        kept = earlier_training(out, cell)
        if kept is None and training.status != "ok":  # there is nothing to score
            kept = training
        return [_Call(follower, kept) for follower in reversed(waiting.pop(cell.training_key, []))]

    while ready or running or elsewhere:
        while ready and len(running) < jobs:
            call = ready.popleft()
            cell, training = call.cell, call.training
            if not shared.take(call.key):
                elsewhere.append(call)
            elif (record := shared.record_of_another(cell)) is not None:
                shared.release(call.key)
                yield cell, record, None
                ready.extendleft(followers(cell, Training(record["status"], record["reason"])))
            elif training is None and (found := shared.training(cell)) is not None:
                ready.appendleft(call.trained(found, shared))
            elif training is not None and training.status != "ok":
                yield cell, training, None
                ready.extendleft(followers(cell, training))
            else:
                running[call.submitted(processes, out, shared)] = replace(call, started=time.monotonic())
                progress.doing(cell.label, "starts" if training is None else "scoring")
        done = _done(running, elsewhere, processes, progress, shared)
        for future in done:
            call = running.pop(future)
            cell, ended, scoring = call.ended(future)
            if not shared.holds(call.key):  # this machine was halted, and another run has taken it over
                shared.release(call.key)
                elsewhere.append(_Call(cell))
            elif call.training is None:
                ready.appendleft(call.trained(ended, shared))
                progress.doing(cell.label, "waits for scoring")
            else:
                yield cell, ended, scoring
                ready.extendleft(followers(cell, ended))
        ready.extendleft(_given_back(elsewhere, shared))


def _given_back(elsewhere: list[_Call], shared: SharedFolder) -> list[_Call]:
    """Take out what no other run is at work on any more."""
    free = [call for call in elsewhere if shared.holder(call.key) is None]
    elsewhere[:] = [call for call in elsewhere if call not in free]
    return free


def _done(
    running: Mapping[Future[Any], _Call],
    elsewhere: Sequence[_Call],
    processes: Processes | Cluster,
    progress: RunProgress,
    shared: SharedFolder,
) -> Iterable[Future[Any]]:
    """Wait a moment for the calls that are running, or for another run; return those that have ended."""
    progress.waits("")
    if not running:
        holders = {str(holder) for call in elsewhere if (holder := shared.holder(call.key)) is not None}
        progress.waits(f"waits for another run ({'; '.join(sorted(holders))})" if holders else "")
    done = wait(running, POLL_SECONDS, FIRST_COMPLETED).done if running else []
    while not processes.messages.empty():
        progress.step(processes.messages.get())
    progress.show()
    if not running and elsewhere:
        time.sleep(POLL_SECONDS)
    return done


@dataclass(frozen=True)
class _Call:
    """A cell to train, or to score after its training."""

    cell: Cell
    training: Training | None = None
    started: float = 0.0

    @property
    def key(self) -> str:
        """What is claimed for it."""
        return self.cell.training_key if self.training is None else self.cell.key

    def trained(self, training: Training, shared: SharedFolder) -> _Call:
        """Return what follows the training: its artifact may be scored by others now, its cell not."""
        following = _Call(self.cell, training)
        if following.key != self.key:
            shared.release(self.key)
        return following

    def submitted(
        self, executor: Executor, out: Path, shared: SharedFolder
    ) -> Future[Training] | Future[Scoring]:
        """Have it run; the task goes with it, so that the process needs no list of tasks."""
        folder = store.run_folder(out, self.cell.training_key)
        if self.training is None:
            shared.forget_former_training(self.cell)
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
        except LostClusterError:
            raise
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


def _first_of_each_artifact(
    cells: Iterable[Cell], shared: SharedFolder
) -> tuple[deque[_Call], dict[str, list[Cell]]]:
    """Return the cells that can start, and by training key those that wait for one of them."""
    ready: deque[_Call] = deque()
    waiting: dict[str, list[Cell]] = {}
    for cell in cells:
        training = shared.training(cell)
        if training is None and cell.training_key in waiting:
            waiting[cell.training_key].append(cell)
            continue
        if training is None:
            waiting[cell.training_key] = []
        ready.append(_Call(cell, training))
    return ready, waiting


def _outcome(cell: Cell, record: Record, *, taken: bool) -> str:
    if taken:
        return f"{record['status']}, by another run"
    if record["status"] != "ok":
        return f"{record['status']}: {record['reason']}"
    trained = f"trained {record['cost']['wall_seconds'] or 0.0:.1f} s, " if cell.input is None else ""
    return f"ok, {trained}scored {record['cost']['scoring_seconds']:.1f} s"
