"""Commands in bad surroundings: streams that end, signals, no home, libraries that warn."""

from __future__ import annotations

import errno
import io
import logging
import os
import signal
import sys
import time
import warnings
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from geneboard.benchmark import cli, plugin_kit
from geneboard.benchmark.commands import surroundings
from geneboard.benchmark.commands.surroundings import LastingStream, place_for_caches
from geneboard.benchmark.plugin_kit.check import RULES, Verdict
from geneboard.benchmark.registry import Entry


def broken_pipe() -> int:
    nobody_reads, end = os.pipe()
    os.close(nobody_reads)
    return end


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.parametrize(
    ("opened", "status", "told"),
    [(broken_pipe, 0, ""), (full_disk, 1, "error: the output cannot be written (No space left on device)\n")],
)
def test_an_output_that_ends_does_not_end_the_work(
    opened, status: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[int] = []

    def work(given: list[str]) -> int:
        for number in range(2):
            print("x" * 100_000, flush=True)
            done.append(number)
        return 0

    monkeypatch.setattr(cli, "_run", work)
    with os.fdopen(opened(), "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert cli.main([]) == status
    assert done == [0, 1]
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(("opened", "status", "found"), [(broken_pipe, 141, 1), (full_disk, 1, len(RULES))])
def test_what_is_shown_as_it_is_found_ends_when_nobody_reads(
    opened, status: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its processes end too, before Python waits for them."""
    told: list[str] = []

    def verdicts(entry: Entry, *, time_limit: float) -> Iterator[Verdict]:
        try:
            for rule in RULES:
                told.append(rule)
                yield Verdict(entry.name, rule, passed=True)
        finally:
            told.append("stopped")

    monkeypatch.setattr(plugin_kit.check, "verdicts", verdicts)
    with os.fdopen(opened(), "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert cli.main(["check", "random"]) == status
    assert told == [*list(RULES)[:found], "stopped"]


def test_a_stream_that_ends_keeps_nothing_of_who_prints() -> None:
    class Process:
        pass

    def work() -> weakref.ref[Process]:
        process = Process()
        print("x", file=stream, flush=True)  # type: ignore[type-var]
        return weakref.ref(process)

    with os.fdopen(broken_pipe(), "w") as pipe:
        stream = LastingStream(pipe)
        process = work()
        assert stream.unread
        assert process() is None


def test_closed_streams_take_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has None for a stream that is closed when it starts."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(["list", "tissues"]) == 0
    assert cli.main(["lists"]) == 2


@pytest.mark.parametrize(
    ("encoding", "errors", "text", "written"),
    [
        ("latin-1", "strict", "ü – 1", b"\xfc ? 1"),
        ("ascii", "strict", "ü – 1", b"? ? 1"),
        ("utf-8", "strict", "ü \udcff", b"\xc3\xbc ?"),  # a path that is not UTF-8
        ("utf-8", "surrogateescape", "ü \udcff", b"\xc3\xbc \xff"),  # in the C locale
        ("latin-1", "backslashreplace", "–", b"\\u2013"),  # standard error, or as PYTHONIOENCODING says
    ],
)
def test_a_stream_takes_what_its_encoding_lacks(
    encoding: str, errors: str, text: str, written: bytes
) -> None:
    raw = io.BytesIO()
    stream = LastingStream(io.TextIOWrapper(raw, encoding, errors))
    print(text, end="", file=stream, flush=True)  # type: ignore[type-var]
    assert raw.getvalue() == written


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("pause", [0.0, 10.0])
def test_a_signal_is_told_in_one_sentence(
    number: int,
    status: int,
    pause: float,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """While all is put in order, the same one from a launcher is no other; a later one ends at once."""
    moment, ended = [1000.0], []
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    monkeypatch.setattr(surroundings.os, "_exit", ended.append)

    def work(given: list[str]) -> int:
        try:
            os.kill(os.getpid(), number)
        finally:
            moment[0] += pause
            os.kill(os.getpid(), number)
        return 0

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(cli, "_run", work)
    assert cli.main([]) == status
    assert ended == ([status] if pause else [])
    assert signal.getsignal(number) == (
        signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    )
    signal.signal(signal.SIGINT, before)
    told = capsys.readouterr().err
    assert told == "interrupted: finished cells are kept; the same command goes on from here\n"


def test_an_ignored_signal_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    monkeypatch.setattr(cli, "_run", lambda given: os.kill(os.getpid(), signal.SIGHUP) or 0)
    assert cli.main([]) == 0
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    "changed",
    [
        {"HOME": "/dev/null/home"},
        {"HOME": "/proc/nonexistent"},
        {"HOME": "~"},  # as for a user who is in no list of users
        {"XDG_CACHE_HOME": "/proc/nonexistent"},
        {"XDG_CONFIG_HOME": "/dev/null"},
    ],
)
def test_libraries_have_a_folder_where_there_is_no_home(
    changed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    before = dict(os.environ)
    with place_for_caches():
        assert dict(os.environ) == before
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with place_for_caches():
        place = Path(os.environ["XDG_CACHE_HOME"])
        (place / "numba").mkdir()
        assert os.environ["MPLCONFIGDIR"] == str(place)
    assert not place.exists()
    assert dict(os.environ) == before
    assert list(tmp_path.iterdir()) == []


def test_no_folder_for_temporary_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none_usable() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.setattr(surroundings.tempfile, "gettempdir", none_usable)
    assert cli.main(["list", "tissues"]) == 2
    assert (
        capsys.readouterr().err == "error: no folder for temporary files can be written: set TMPDIR to one\n"
    )


@pytest.mark.parametrize(("options", "level"), [([], logging.ERROR), (["default"], logging.WARNING)])
def test_warnings_of_libraries_are_shown_to_who_asks(
    options: list[str], level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(given: list[str]) -> int:
        assert logging.lastResort is not None
        assert logging.lastResort.level == level  # shows "Matplotlib is building the font cache", for one
        warnings.warn("Variable names are not unique", UserWarning, stacklevel=1)
        return 0

    monkeypatch.setattr(sys, "warnoptions", options)
    monkeypatch.setattr(cli, "_run", work)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        assert cli.main([]) == 0
    assert len(shown) == len(options)
