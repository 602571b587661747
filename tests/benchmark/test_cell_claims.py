"""Claims: one of several has what is free or dead, whoever comes late; what lives is respected."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from geneboard.benchmark.engine import claims
from geneboard.benchmark.engine.claims import CLAIMS, Claim, Claims, chain, read_claim
from geneboard.benchmark.engine.process_identity import machine, started_at

KEY = "4b" * 32
ELSEWHERE = Claim("1d", "4e", "elsewhere", 7, "elsewhere", "1", "2026-01-01T00:00:00+00:00", 60.0)


def left(out: Path, claim: Claim = ELSEWHERE, *, age: float = 0.0, content: bytes | None = None) -> Path:
    """Leave a claim as a run does that has ended by force so long ago."""
    path = out / CLAIMS / KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps(asdict(claim)).encode() if content is None else content)
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))
    return path


def files(out: Path) -> list[str]:
    return sorted(path.name for path in (out / CLAIMS).glob("*"))


def test_one_has_it_until_it_gives_it_back(tmp_path: Path) -> None:
    with Claims(tmp_path) as one, Claims(tmp_path) as other:
        assert one.take(KEY)
        assert one.take(KEY)
        assert not other.take(KEY)
        assert (one.holds(KEY), other.holds(KEY)) == (True, False)
        holder = other.holder(KEY)
        assert holder is not None
        assert str(holder) == f"{os.uname().nodename}, pid {os.getpid()}"
        other.release(KEY)  # has none
        assert one.holds(KEY)
        one.release(KEY)
        assert other.take(KEY)
    assert not (tmp_path / CLAIMS).exists()


def test_what_is_still_claimed_is_given_back_by_an_exception(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Claims(tmp_path) as one:
            assert one.take(KEY)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dead", [True, False])
def test_of_many_that_come_at_once_one_has_it(tmp_path: Path, dead: bool) -> None:
    """Free or dead, fifty times: a race that a wrong order of steps loses now and then."""
    runs = [Claims(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(len(runs)) as pool:
        for _ in range(50):
            if dead:
                left(tmp_path, age=61.0)
            barrier = threading.Barrier(len(runs))

            def take(run: Claims, barrier: threading.Barrier = barrier) -> bool:
                barrier.wait()
                return run.take(KEY)

            won = [run for run, has in zip(runs, pool.map(take, runs), strict=True) if has]
            assert len(won) == 1
            assert won[0].holds(KEY)
            won[0].release(KEY)
            assert files(tmp_path) == []


def test_who_comes_late_to_a_dead_claim_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was dead when it was looked at; another has succeeded it, and maybe ended, and a third begun."""
    late, quick, third = Claims(tmp_path), Claims(tmp_path), Claims(tmp_path)
    judge = claims.Claimed.is_dead
    for scene in ("at work", "ended", "third at work"):
        left(tmp_path, age=61.0)

        def meanwhile(claimed: claims.Claimed, scene: str = scene) -> bool:
            monkeypatch.setattr(claims.Claimed, "is_dead", judge)
            dead = claimed.is_dead()
            assert quick.take(KEY)
            if scene != "at work":
                quick.release(KEY)
            if scene == "third at work":
                assert third.take(KEY)
            return dead

        monkeypatch.setattr(claims.Claimed, "is_dead", meanwhile)
        assert not late.take(KEY)
        assert not late.holds(KEY)
        assert (quick.holds(KEY), third.holds(KEY)) == (scene == "at work", scene == "third at work")
        quick.release(KEY)
        third.release(KEY)
        assert files(tmp_path) == []


def test_a_lease_is_by_the_clock_of_the_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Claims(tmp_path)
    monkeypatch.setattr(time, "time", lambda: 0.0)  # ours is wrong by decades
    path = left(tmp_path, age=50.0)
    assert not run.take(KEY)
    assert run.holder(KEY) == ELSEWHERE
    left(tmp_path, age=61.0)
    assert run.holder(KEY) is None
    left(tmp_path, replace(ELSEWHERE, lease_seconds=3600.0), age=61.0)  # each says how long it holds
    assert not run.take(KEY)
    path.unlink()
    assert run.take(KEY)


def test_a_run_renews_its_claims_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "is_running", lambda *_: None)  # as of a run on another machine
    with Claims(tmp_path, lease_seconds=0.6) as run, Claims(tmp_path, lease_seconds=0.6) as other:
        assert run.take(KEY)
        path = tmp_path / CLAIMS / KEY
        first = path.stat().st_mtime
        time.sleep(0.8)
        assert path.stat().st_mtime > first
        assert not other.take(KEY)  # older than its lease, but renewed
        left(tmp_path)  # somebody else's
        then = path.stat().st_mtime_ns
        time.sleep(0.2)
        assert path.stat().st_mtime_ns == then
        assert not run.holds(KEY)
        run.release(KEY)
        assert path.exists()


def test_who_was_halted_notices_that_another_has_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halted, other = Claims(tmp_path), Claims(tmp_path)  # without a thread that renews
    monkeypatch.setattr(claims, "machine", lambda: "another")
    assert halted.take(KEY)
    monkeypatch.undo()
    path = tmp_path / CLAIMS / KEY
    os.utime(path, (1.0, 1.0))
    assert other.take(KEY)
    assert not halted.holds(KEY)
    halted.release(KEY)
    assert other.holds(KEY)
    assert [len(found) for found in claims.claims_in(tmp_path)] == [2]
    other.release(KEY)
    assert files(tmp_path) == []


@pytest.fixture
def ended() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


def test_a_process_of_this_machine_that_has_ended_holds_nothing(
    tmp_path: Path, ended: subprocess.Popen[bytes]
) -> None:
    run = Claims(tmp_path)
    here = replace(ELSEWHERE, machine=machine(), pid=os.getpid(), started=started_at(os.getpid()))
    left(tmp_path, here)
    assert not run.take(KEY)
    for gone in (replace(here, pid=ended.pid), replace(here, started="1")):  # 1: another had the number
        left(tmp_path, gone)
        assert run.take(KEY)
        run.release(KEY)
    zombie = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    began = started_at(zombie.pid)
    left(tmp_path, replace(here, pid=zombie.pid, started=began), age=61.0)
    assert not run.take(KEY)  # it runs, and may have had no time to renew
    zombie.send_signal(signal.SIGSTOP)
    deadline = time.monotonic() + 10
    while not run.take(KEY):  # it is halted, and its lease is over
        assert time.monotonic() < deadline
        time.sleep(0.01)
    run.release(KEY)
    left(tmp_path, replace(here, pid=zombie.pid, started=began))
    assert not run.take(KEY)
    zombie.kill()
    deadline = time.monotonic() + 10
    while not run.take(KEY):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    zombie.wait()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": 1}', b"\xff"])
def test_one_that_cannot_be_read_is_respected_for_a_lease(tmp_path: Path, content: bytes) -> None:
    run, other = Claims(tmp_path), Claims(tmp_path)
    left(tmp_path, content=content, age=50.0)
    assert not run.take(KEY)
    assert str(run.holder(KEY)) == "one whose claim cannot be read"
    left(tmp_path, content=content, age=61.0)
    assert run.take(KEY)
    assert not other.take(KEY)
    run.release(KEY)
    assert files(tmp_path) == []


def test_a_full_disk_leaves_no_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Claims(tmp_path)

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left on device") as fault:
        run.take(KEY)
    assert fault.value.filename == str(tmp_path / CLAIMS / KEY)
    assert files(tmp_path) == []
    monkeypatch.undo()
    assert run.take(KEY)


def test_a_folder_that_ends_meanwhile_is_made_again(tmp_path: Path) -> None:
    """A run that ends removes the folder when it is empty."""
    one = Claims(tmp_path)
    assert one.take(KEY)
    one.release(KEY)
    (tmp_path / CLAIMS).rmdir()
    assert one.take(KEY)
    assert read_claim(tmp_path / CLAIMS / KEY) is not None
    assert [found.claim.pid for found in chain(tmp_path / CLAIMS / KEY)] == [os.getpid()]
