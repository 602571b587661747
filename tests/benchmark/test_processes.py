"""Single-use child processes over the interface of concurrent.futures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from geneboard.benchmark.engine import processes
from geneboard.benchmark.engine.processes import (
    DeadProcessError,
    Limits,
    MemoryLimitError,
    Processes,
    TimeLimitError,
)
from geneboard.benchmark.engine.worker import tell
from geneboard.datasets.errors import InputError


def own_id() -> int:
    return os.getpid()


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def end(status: int) -> None:
    os._exit(status)


def refuse(text: str) -> None:
    raise InputError(text)


class TwoPartsError(Exception):
    """Cannot be copied: it takes two arguments and hands on one."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def leave() -> None:
    raise SystemExit(3)


def raise_two_parts() -> None:
    raise TwoPartsError("not ", "portable")


def count_aloud(to: int) -> int:
    for number in range(to):
        tell(number)
    return to


def start_another_and_wait(file: Path) -> None:
    file.with_suffix(".part").write_text(str(subprocess.Popen(["sleep", "600"]).pid))
    file.with_suffix(".part").rename(file)
    time.sleep(600)


def fill_memory_of_another(megabytes: int) -> None:
    code = f"kept = b'x' * ({megabytes} << 20); import time; time.sleep(600)"
    subprocess.run([sys.executable, "-c", code], check=True)


def leave_a_thread() -> str:
    threading.Thread(target=time.sleep, args=(600,)).start()
    return "done"


@pytest.fixture(scope="module")
def pool() -> Iterator[Processes]:
    with Processes(2) as pool:
        yield pool


def ends_soon(process: int) -> bool:
    deadline = time.monotonic() + 20
    while psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_every_call_has_a_process_of_its_own(pool: Processes) -> None:
    ids = [pool.submit(own_id).result() for _ in range(3)]
    assert len({os.getpid(), *ids}) == 4


@pytest.mark.parametrize(
    ("call", "arguments", "sentence"),
    [
        (kill_self, (), "the process was ended by signal 9, which the system sends when memory runs out"),
        (end, (3,), "the process ended with exit status 3 without a result"),
    ],
)
def test_a_death_is_told_and_the_call_beside_it_goes_on(
    pool: Processes, call, arguments: tuple[int, ...], sentence: str
) -> None:
    beside = pool.submit(count_aloud, 2)
    with pytest.raises(DeadProcessError, match=sentence):
        pool.submit(call, *arguments).result()
    assert beside.result() == 2


def test_errors_come_back_with_their_traceback(pool: Processes) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        pool.submit(refuse, "no such file").result()
    assert "in refuse" in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="TwoPartsError: not portable"):
        pool.submit(raise_two_parts).result()
    with pytest.raises(RuntimeError, match="SystemExit: 3"):  # it must not end this process
        pool.submit(leave).result()


def test_what_a_call_tells_arrives_in_order(pool: Processes) -> None:
    while not pool.messages.empty():
        pool.messages.get()
    pool.submit(count_aloud, 5).result()
    assert [pool.messages.get() for _ in range(5)] == list(range(5))


def test_a_time_limit_ends_what_the_call_has_started_too(tmp_path: Path) -> None:
    with Processes(1, limits=Limits(seconds=3)) as pool:
        error = pool.submit(start_another_and_wait, tmp_path / "id").exception()
    assert isinstance(error, TimeLimitError)
    assert str(error) == "took more than the time limit of 3 s"
    assert ends_soon(int((tmp_path / "id").read_text()))


def test_memory_is_that_of_the_whole_family() -> None:
    with Processes(1, limits=Limits(memory_mb=500)) as pool:
        error = pool.submit(fill_memory_of_another, 600).exception()
    assert isinstance(error, MemoryLimitError)
    assert str(error).endswith(" MB, more than the memory limit of 500 MB")


def test_a_thread_that_never_ends_keeps_nobody(pool: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "EXIT_SECONDS", 0.5)
    assert pool.submit(leave_a_thread).result(timeout=60) == "done"


def test_an_exception_in_the_context_ends_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Processes(1) as pool:  # noqa: PT012
        at_work, queued = (pool.submit(start_another_and_wait, tmp_path / "id") for _ in range(2))
        while not (tmp_path / "id").exists():
            time.sleep(0.05)
        raise KeyboardInterrupt
    assert ends_soon(int((tmp_path / "id").read_text()))
    assert isinstance(at_work.exception(), DeadProcessError)
    assert queued.cancelled()
