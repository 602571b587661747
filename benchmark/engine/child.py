"""The two calls of a cell, each in a child process: its training, and the scoring of what that has left."""

from __future__ import annotations

import math
import os
import resource
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.checkpoints import CheckpointFile
from geneboard.benchmark.engine.child_process import MEGABYTE
from geneboard.benchmark.engine.worker import one_line, send_output_to, tell
from geneboard.benchmark.records.record import Scores, Status
from geneboard.benchmark.records.store import CHECKPOINT, file_sha256, write_training
from geneboard.benchmark.task import Task
from geneboard.datasets.errors import InputError

LOG = "log.txt"
SCORING_LOG = "scoring.log"
PROGRESS_SECONDS = 0.2


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
        Training curves, with None for what was no finite number.
    cost
        Wall and CPU seconds, peak MB and the time of the start.
    facts
        Fields of the record that the task adds.
    sha256
        Of the artifact.
    """

    status: Status
    reason: str
    traceback: str = ""
    dim: int | None = None
    history: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    cost: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""


@dataclass(frozen=True)
class Scoring:
    """Scores of a cell with the fields that the task adds, or why there are none."""

    scores: Scores
    seconds: float
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Step:
    """How far the training of a cell is, as it tells, or what it does apart from training."""

    label: str
    done: float
    total: float
    values: Mapping[str, float]
    doing: str = ""

    @classmethod
    def told(cls, label: str, done: object, total: object, values: Mapping[str, object]) -> Step:
        """Make a step of what a method told: of its tensors, which would be shared, only the numbers."""
        numbers = {name: _number(value) for name, value in values.items() if name.isidentifier()}
        return cls(label, _number(done), _number(total), numbers)


def _number(value: Any) -> float:
    """Return what a method told as a number; nan if it is none: what is only shown must not end a cell."""
    try:
        return float(value)
    except Exception:  # noqa: BLE001 - whatever the type of the method's value raises
        return math.nan


def tell_left_out(cell: Cell, number: int, total: int) -> None:
    """Tell without which of the groups of its datasets a cell is being scored."""
    tell(Step(cell.label, number, total, {}, "scoring without group"))


def now() -> str:
    """Return the time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_source(planned: object, found: object) -> None:
    """Refuse to work with other sources than those that a run was planned with.

    Raises
    ------
    RuntimeError
        If the two hashes, or versions of metrics, differ.
    """
    # A child imports methods when it needs them: an edit since the planning would run under the old hash.
    if planned != found:
        raise RuntimeError("the source changed since the run was planned; start the same command again")


def _is_out_of_memory(error: BaseException) -> bool:
    torch = sys.modules.get("torch")
    if isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError):
        return True
    if torch and isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)  # torch on the CPU


def _point(value: float) -> float | None:
    """Return a value of a training curve; what is no finite number is a gap, and no fault of the result."""
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _peak_mb() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = max(usage.ru_maxrss for usage in usages)  # of the children the largest, a command for example
    return peak / MEGABYTE if sys.platform == "darwin" else peak / 1024.0


def _cpu_seconds() -> float:
    """CPU time of this process and of the processes it has started and waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_device_mb(device: str) -> float | None:
    if not device.startswith("cuda"):
        return None
    import torch

    return torch.cuda.max_memory_allocated(device) / MEGABYTE


class _Telling:
    """The progress of a training: it tells how far that is, and keeps it."""

    def __init__(self, label: str, checkpoints: CheckpointFile) -> None:
        self.checkpoints = checkpoints
        self._label, self._sent = label, 0.0

    def __call__(self, done: int, total: int, **values: float) -> None:
        if time.monotonic() - self._sent >= PROGRESS_SECONDS:
            self._sent = time.monotonic()
            tell(Step.told(self._label, done, total, values))


def train(task: Task, cell: Cell, folder: Path) -> Training:
    """Train a cell, or the one whose artifact it scores, and write that artifact; tell how far it is.

    An interrupted training goes on from where it was kept last.
    """
    send_output_to(folder / LOG)
    checkpoints = CheckpointFile(folder / CHECKPOINT, cell.training_key)
    wall, cpu = time.perf_counter(), _cpu_seconds()
    cost: dict[str, Any] = {"started_at": now(), "host": versions.host()}
    try:
        job = task.train(cell.trained)
        reason = job.skip()
        if reason is not None:
            return Training("skipped", reason, cost=cost)
        wall, cpu = time.perf_counter(), _cpu_seconds()
        job.fit(_Telling(cell.label, checkpoints))
        cost["wall_seconds"] = checkpoints.earlier["wall_seconds"] + time.perf_counter() - wall
        cost["cpu_seconds"] = checkpoints.earlier["cpu_seconds"] + _cpu_seconds() - cpu
        cost["peak_mb"] = _peak_mb()
        cost["peak_device_mb"] = _peak_device_mb(cell.device)
        trained = job.keep(folder)
        curves = {name: [_point(value) for value in curve] for name, curve in trained.history.items()}
        sha256 = file_sha256(folder / task.artifact)
        training = Training("ok", "", "", trained.dim, curves, cost, dict(trained.facts), sha256)
        write_training(folder, cell.training_key, vars(training))
        checkpoints.remove()
    except BaseException as error:  # noqa: BLE001 - whatever a method raises is the result of its cell
        cost.setdefault("wall_seconds", time.perf_counter() - wall)
        cost.setdefault("cpu_seconds", _cpu_seconds() - cpu)
        status: Status = "oom" if _is_out_of_memory(error) else "failed"
        return Training(status, one_line(error), traceback.format_exc(), cost=cost)
    return training


def score(task: Task, cell: Cell, folder: Path, sha256: str) -> Scoring:
    """Score what the training of a cell has left in its folder, if that still is what it was."""
    send_output_to(folder.parent / SCORING_LOG)
    started = time.perf_counter()
    try:
        if file_sha256(folder / task.artifact) != sha256:
            raise InputError(f"{folder / task.artifact}: is not what the training of its cell has written")
        scored = task.score(cell, folder)
        return Scoring(scored.scores, time.perf_counter() - started, scored.facts)
    except BaseException as error:  # noqa: BLE001 - a metric that raises fails its cell, not the run
        seconds = time.perf_counter() - started
        return Scoring({}, seconds, error=one_line(error), traceback=traceback.format_exc())
