"""What a Dask worker does with a call of a cell: it makes it in a child process, as a run does at home."""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import wait
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.child import score
from geneboard.benchmark.engine.cluster.identity import difference, identity
from geneboard.benchmark.engine.cluster.travel import Sent, installed_here, moved, there, unpack
from geneboard.benchmark.engine.processes import Limits, Processes
from geneboard.benchmark.records.store import file_sha256
from geneboard.benchmark.task import Task
from geneboard.datasets.atomic import write_atomically

LOOK_SECONDS = 0.2

_waiting: dict[str, list[Processes]] = {}
"""By the topic of a run, what its calls have used."""

_lock = threading.Lock()


@dataclass(frozen=True)
class Mark:
    """A file by which a worker sees whether it has the result folder too; it stays there.

    Attributes
    ----------
    path
        Where it is.
    content
        What nobody else has written.
    """

    path: Path
    content: bytes

    @classmethod
    def of(cls, out: Path) -> Mark:
        """Return the mark of a folder, written if it has none."""
        path = out.resolve() / ".geneboard-folder"
        if not path.exists():
            write_atomically(path, uuid.uuid4().hex.encode())
        return cls(path, path.read_bytes())


@dataclass(frozen=True)
class Plan:
    """What all calls of a run have in common.

    Attributes
    ----------
    topic
        Under which what calls tell is sent.
    root
        Folder that geneboard is installed in where the run was planned.
    identity
        Of that machine.
    mark
        Of the result folder; None where files travel.
    threads, limits, libraries
        As for `Processes`.
    """

    topic: str
    root: Path
    identity: Mapping[str, str]
    mark: Mark | None
    threads: int
    limits: Limits
    libraries: Iterable[str]


@dataclass(frozen=True)
class Answer:
    """What a call has returned, and the content of the files that it left, by name, where they travel."""

    result: Any
    files: Mapping[str, bytes] = field(default_factory=dict)


def sees(mark: Mark) -> bool:
    """Return whether this machine has a result folder."""
    return mark.path.is_file() and mark.path.read_bytes() == mark.content


def make_call(
    plan: Plan,
    call: Callable[..., Any],
    task: Task,
    cell: Cell,
    folder: Path,
    more: tuple[Any, ...],
    files: list[Sent],
    contents: dict[str, bytes],
) -> Answer:
    """Train or score a cell.

    Raises
    ------
    RuntimeError
        If this worker is not what the run was planned with.
    """
    from distributed import get_worker

    worker = get_worker()
    if fault := difference(plan.identity, identity()):
        raise RuntimeError(f"the worker {worker.address} {fault}")
    cell = installed_here(cell, plan.root)
    if plan.mark is not None:
        if not sees(plan.mark):
            raise RuntimeError(f"the worker {worker.address} does not see the folder {plan.mark.path.parent}")
        return Answer(_guarded(plan, worker, call, task, cell, folder, *more))
    root = Path(worker.local_directory) / "geneboard"
    unpack(files, contents, root)
    own = there(folder / "x", root).parent
    try:
        result = _guarded(plan, worker, call, task, moved(cell, root), own, *more)
        sent = {file.path.name: file.sha256 for file in files if file.path.parent == folder}
        left = {path.name: path for path in own.iterdir() if path.is_file()} if own.is_dir() else {}
        new = {name: path for name, path in left.items() if sent.get(name) != file_sha256(path)}
        return Answer(result, {name: path.read_bytes() for name, path in new.items()})
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _guarded(plan: Plan, worker: Any, call: Callable[..., Any], *args: Any) -> Any:
    """Make a call in a child process, send what it tells, and end it when nobody waits for it any more."""
    key = worker.get_current_task()
    # A worker below a nanny is a daemon, which multiprocessing forbids children: they might outlive it. Ours
    # have a guard that ends them (`engine.guard`).
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    with _processes_of(plan) as processes:
        future = processes.submit(call, *args)
        while True:
            done, _ = wait([future], LOOK_SECONDS)
            for step in _drained(processes):
                worker.log_event(plan.topic, {"step": vars(step)})
            if done:
                return future.result()
            if not _is_awaited(worker, key):
                raise RuntimeError("nobody waits for this cell any more")


def _is_awaited(worker: Any, key: str) -> bool:
    """Return whether a task still is this worker's; it closes without a scheduler, once all calls end."""
    state = worker.state.tasks.get(key)
    closes = worker.status.name in ("closing", "closed", "failed")
    return not closes and state is not None and state.state in ("executing", "long-running")


@contextlib.contextmanager
def _processes_of(plan: Plan) -> Iterator[Processes]:
    """Yield what no other call uses; after a call that ended well it waits for the next one of its run."""
    with _lock:
        for topic in _waiting.keys() - {plan.topic}:
            for former in _waiting.pop(topic):
                former.shutdown()
        if waiting := _waiting.get(plan.topic):
            processes = waiting.pop()
        else:
            processes = Processes(
                1, threads=plan.threads, limits=plan.limits, libraries=plan.libraries, reused=[score]
            )
    try:
        yield processes
    except BaseException:
        processes.shutdown(cancel_futures=True)
        raise
    with _lock:
        _waiting.setdefault(plan.topic, []).append(processes)


def _drained(processes: Processes) -> Iterable[Any]:
    while True:
        try:
            yield processes.messages.get_nowait()
        except Empty:
            return
