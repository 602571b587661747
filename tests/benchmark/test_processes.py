"""Child processes over the interface of concurrent.futures."""

from __future__ import annotations

import gc
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
from geneboard.benchmark.engine.worker import send_output_to, tell
from geneboard.datasets.errors import InputError


def own_id(*_: object) -> int:
    return os.getpid()


def visible_gpus(seconds: float) -> str:
    time.sleep(seconds)
    return os.environ.get("CUDA_VISIBLE_DEVICES", "")


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


def grow() -> int:
    globals()["kept"] = b"x" * (400 << 20)
    return os.getpid()


def raise_two_parts() -> None:
    raise TwoPartsError("not ", "portable")


def count_aloud(to: int) -> int:
    for number in range(to):
        tell(number)
    return to


def start_others(file: Path) -> list[int]:
    """Start a process, and one of a session of its own whose parent ends at once; note both in a file."""
    shell = ["sh", "-c", "setsid sleep 600 > /dev/null 2>&1 & echo $!"]
    daemon = int(subprocess.run(shell, capture_output=True, check=True).stdout)
    others = [subprocess.Popen(["sleep", "600"]).pid, daemon]
    file.with_suffix(".part").write_text(" ".join(map(str, others)))
    file.with_suffix(".part").rename(file)
    return others


def start_others_and_wait(file: Path) -> None:
    start_others(file)
    time.sleep(600)


def start_others_and_die(file: Path) -> None:
    start_others(file)
    os.kill(os.getpid(), signal.SIGSEGV)


def print_until_it_is_shortened(file: Path) -> str:
    send_output_to(file)
    for _ in range(200):
        before = file.stat().st_size
        print("x" * 100, flush=True)
        time.sleep(0.05)
        if file.stat().st_size < before:
            break
    print("the end", flush=True)
    return file.read_text()


class SlowToArrive:
    """Takes four seconds to be read by the process that it is sent to."""

    def __reduce__(self) -> tuple[object, ...]:
        return time.sleep, (4,)


class CannotBeRead:
    """Raises in the process that it is sent to."""

    def __reduce__(self) -> tuple[object, ...]:
        return divmod, (1, 0)


def meet_an_end_of_file() -> None:
    raise EOFError("half a file")


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


def all_end_soon(file: Path) -> bool:
    return all(ends_soon(int(process)) for process in file.read_text().split())


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


def test_a_call_collects_no_garbage_of_what_the_server_has_imported(pool: Processes) -> None:
    assert pool.submit(gc.get_freeze_count).result() > 10_000


def test_calls_that_may_share_a_process_do_until_one_fails_or_keeps_memory() -> None:
    with Processes(1, reused=[own_id, grow, refuse, kill_self]) as pool:
        first = pool.submit(own_id).result()
        own = pool.submit(leave_a_thread)  # may not share it
        assert own.result() == "done"
        assert pool.submit(own_id).result() == first
        with pytest.raises(InputError, match="no"):
            pool.submit(refuse, "no").result()
        second = pool.submit(own_id).result()
        assert second != first
        assert pool.submit(grow).result() == second
        third = pool.submit(own_id).result()
        assert third != second
        with pytest.raises(DeadProcessError, match="signal 9"):
            pool.submit(kill_self).result()
        assert pool.submit(own_id).result() != third


@pytest.mark.parametrize(("seen", "expected"), [("", {"0", "1"}), ("5,7", {"5", "7"})])
def test_calls_share_gpus_and_each_sees_one(
    seen: str, expected: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", seen)
    with Processes(2, gpus=[0, 1]) as pool:
        at_once = [pool.submit(visible_gpus, 0.5) for _ in range(2)]
        assert {call.result() for call in at_once} == expected
        one_by_one = [pool.submit(visible_gpus, 0).result() for _ in range(3)]
    assert len(set(one_by_one)) == 1


def test_where_memory_is_limited_no_call_has_that_of_another() -> None:
    with Processes(1, reused=[own_id], limits=Limits(memory_mb=4000)) as pool:
        assert pool.submit(own_id).result() != pool.submit(own_id).result()


def test_an_end_of_file_that_a_call_meets_is_its_error(pool: Processes) -> None:
    with pytest.raises(EOFError, match="half a file"):
        pool.submit(meet_an_end_of_file).result()


def test_what_cannot_be_read_there_is_an_error_of_the_call(pool: Processes) -> None:
    with pytest.raises(ZeroDivisionError):
        pool.submit(own_id, CannotBeRead()).result()


@pytest.mark.parametrize("how", [["unguarded.py"], ["-m", "unguarded"]])
def test_a_script_without_the_guard_of_its_main_part_runs_once(how: list[str], tmp_path: Path) -> None:
    (tmp_path / "unguarded.py").write_text(
        "import os, sys\n"
        "print('the script')\n"
        "from geneboard.benchmark.engine.processes import Processes\n"
        "main = sys.modules['__main__']\n"
        "before = main.__file__, main.__spec__\n"
        "with Processes(1) as pool:\n"
        "    assert pool.submit(os.getcwd).result() == os.getcwd()\n"
        "assert (main.__file__, main.__spec__) == before\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, *how]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("the script\n", 0), done.stderr


def test_a_process_that_ended_while_it_waited_loses_no_call() -> None:
    with Processes(1, reused=[own_id]) as pool:
        first = pool.submit(own_id).result()
        os.kill(first, signal.SIGKILL)
        assert ends_soon(first)
        assert pool.submit(own_id).result() != first
        last = pool.submit(own_id).result()
    assert ends_soon(last)


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


def test_a_time_limit_is_that_of_the_call_and_ends_what_it_has_started_too(tmp_path: Path) -> None:
    with Processes(2, limits=Limits(seconds=3)) as pool:
        slow = pool.submit(own_id, SlowToArrive())
        error = pool.submit(start_others_and_wait, tmp_path / "ids").exception()
        assert slow.result()
    assert isinstance(error, TimeLimitError)
    assert str(error) == "took more than the time limit of 3 s"
    assert all_end_soon(tmp_path / "ids")


def test_what_a_call_has_started_ends_with_it(pool: Processes, tmp_path: Path) -> None:
    pool.submit(start_others, tmp_path / "returns").result()
    with pytest.raises(DeadProcessError, match="the process was ended by signal 11"):
        pool.submit(start_others_and_die, tmp_path / "dies").result()
    assert all_end_soon(tmp_path / "returns")
    assert all_end_soon(tmp_path / "dies")


def test_a_log_does_not_fill_the_disk(
    pool: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 400)
    log = pool.submit(print_until_it_is_shortened, tmp_path / "log.txt").result()
    assert log.startswith("x" * 100)
    assert "\n[... left out: the log became too long]\n" in log
    assert log.endswith("the end\n")


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
        at_work, queued = (pool.submit(start_others_and_wait, tmp_path / "ids") for _ in range(2))
        while not (tmp_path / "ids").exists():
            time.sleep(0.05)
        raise KeyboardInterrupt
    assert all_end_soon(tmp_path / "ids")
    assert isinstance(at_work.exception(), DeadProcessError)
    assert queued.cancelled()


def test_the_end_does_not_wait_for_a_server_that_still_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    starting = Processes._reaping  # held while the server is asked for a child
    monkeypatch.setattr(processes.SERVER, "end", starting.release)
    with pytest.raises(KeyboardInterrupt), Processes(1):  # noqa: PT012
        starting.acquire()
        raise KeyboardInterrupt
    assert not starting.locked()
