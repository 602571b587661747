"""The interface of concurrent.futures over a Dask scheduler: every call in a child process of some worker."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from geneboard.benchmark.engine.child import Step
from geneboard.benchmark.engine.cluster.identity import difference, identity
from geneboard.benchmark.engine.cluster.on_worker import Answer, Mark, Plan, make_call, sees
from geneboard.benchmark.engine.cluster.travel import Sent, files_of
from geneboard.benchmark.engine.processes import Limits, LostClusterError
from geneboard.benchmark.registry import ROOT
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    import distributed

    from geneboard.benchmark.cells.cell import Cell
    from geneboard.benchmark.task import Task

CONNECT_SECONDS = 30
QUEUED = 2
"""Cells that are given to the scheduler for each thread of its workers, so that none waits for the next."""


Scheduler: TypeAlias = "str | distributed.Client"
"""Its address, or a client of it."""


class Cluster(Executor):
    """Runs every call on a worker of a Dask scheduler, there in a single-use child process.

    A worker that dies loses nothing: its cells are given to another one. Where workers see the result folder
    they write there; else files travel, each once to each worker.

    Parameters
    ----------
    scheduler
        Its address, or a client of it.
    out
        Result folder.
    threads, limits, libraries
        As for `engine.processes.Processes`.
    device
        Where methods train; for one with CUDA a worker needs the resource GPU.

    Attributes
    ----------
    messages
        What calls have told with `worker.tell`.

    Raises
    ------
    InputError
        If Dask is not installed, the scheduler cannot be reached, or a worker has other versions.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        out: Path,
        *,
        threads: int = 1,
        limits: Limits | None = None,
        libraries: Iterable[str] = (),
        device: str = "cpu",
    ) -> None:
        self.messages: SimpleQueue[Any] = SimpleQueue()
        self._own = isinstance(scheduler, str)
        self._client = _client_of(scheduler)
        self._address = str(self._client.scheduler.address)
        self._resources = {"GPU": 1} if device.startswith("cuda") else None
        self._sent: dict[str, Any] = {}
        self._running: dict[Future[Any], Any] = {}
        self._topic = f"geneboard-{uuid.uuid4().hex}"
        try:
            mark = Mark.of(out)
            self._await_worker()
            self._check_workers()
            shared = all(self._client.run(sees, mark).values())
            self._client.subscribe_topic(self._topic, self._told)
        except BaseException:
            self._close()
            raise
        self._plan = Plan(
            self._topic,
            ROOT,
            identity(),
            mark if shared else None,
            threads,
            limits or Limits(),
            tuple(libraries),
        )

    def _await_worker(self) -> None:
        if not self._client.scheduler_info(n_workers=-1)["workers"]:
            print(f"{self._address}: has no worker yet; waiting for one", file=sys.stderr, flush=True)
            self._client.wait_for_workers(1)

    def _check_workers(self) -> None:
        try:
            found: Mapping[str, Mapping[str, str]] = self._client.run(identity)
        except ImportError as error:
            raise InputError(
                f"{self._address}: a worker has no geneboard ({error}); install it there"
            ) from error
        for worker, theirs in found.items():
            if fault := difference(identity(), theirs):
                raise InputError(f"the worker {worker} {fault}; install the same there (constraints.txt)")

    @property
    def at_once(self) -> int:
        """How many calls keep all workers busy."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return QUEUED * max(1, sum(int(worker["nthreads"]) for worker in workers))

    def submit(  # type: ignore[override]
        self, call: Callable[..., Any], task: Task, cell: Cell, folder: Path, /, *more: Any
    ) -> Future[Any]:
        """Have a cell trained or scored (`engine.child`)."""
        files = files_of(cell, folder) if self._plan.mark is None else []
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        sent = self._client.submit(
            make_call,
            self._plan,
            call,
            task,
            cell,
            folder.resolve() if self._plan.mark is not None else folder,
            more,
            files,
            {file.sha256: self._content(file) for file in files},
            pure=False,
            resources=self._resources,
            key=f"{call.__name__}-{cell.label}-{uuid.uuid4().hex}",
        )
        self._running[future] = sent
        sent.add_done_callback(lambda done: self._ended(done, future, folder))
        return future

    def _content(self, file: Sent) -> Any:
        """Return what stands for the content of a file on workers, which each gets once."""
        if file.sha256 not in self._sent:
            key = f"geneboard-{file.sha256}"
            self._sent[file.sha256] = self._client.scatter({key: file.path.read_bytes()})[key]
        return self._sent[file.sha256]

    def _ended(self, done: Any, future: Future[Any], folder: Path) -> None:
        self._running.pop(future, None)
        if done.cancelled():
            future.set_exception(
                LostClusterError(
                    f"{self._address}: the scheduler is gone; what has ended is kept, and the same command "
                    "goes on"
                )
            )
            return
        try:
            answer: Answer = done.result()
            for name, content in answer.files.items():
                folder.mkdir(parents=True, exist_ok=True)
                write_atomically(folder / name, content)
        except BaseException as error:  # noqa: BLE001 - the future raises it where the run waits
            future.set_exception(error)
        else:
            future.set_result(answer.result)

    def _told(self, event: tuple[float, Any]) -> None:
        self.messages.put(Step(**event[1]["step"]))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Leave the scheduler, which then has nothing of ours; workers end what is at work."""
        if cancel_futures and self._client.status == "running":
            self._client.cancel(list(self._running.values()))
        self._close()

    def _close(self) -> None:
        if self._own:
            self._client.close()
        elif self._topic in self._client._event_handlers:
            self._client.unsubscribe_topic(self._topic)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown(cancel_futures=error is not None)


def _client_of(scheduler: Scheduler) -> distributed.Client:
    try:
        import distributed
    except ImportError as error:
        raise InputError(
            "--scheduler: needs Dask; install it with `pip install -c constraints.txt '.[dask]'`"
        ) from error
    if not isinstance(scheduler, str):
        return scheduler
    if not re.fullmatch(r"(\w+://)?[^/:]+:\d+", scheduler):
        raise InputError(f"--scheduler {scheduler}: expected an address as tcp://HOST:PORT")
    try:
        return distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"--scheduler {scheduler}: cannot be reached ({error})") from error
