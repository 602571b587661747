"""What is told of cells that failed: the line that raised, a log with something in it, what to run next."""

from __future__ import annotations

import runpy
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from geneboard.benchmark.commands.failures import failures, without_failed
from geneboard.benchmark.commands.show_run import show_run
from geneboard.benchmark.engine.run import Outcome

PLUGIN = """
def check(values):
    raise ValueError("boom")  # line 3

def fit():
    check([1])

fit()
"""


def record(method: str, status: str = "ok", **fields: Any) -> dict[str, Any]:
    kind = "control" if method == "random" else "plugin"
    told = {"reason": "", "traceback": "", "tissue": "lung", "seed": 0, "kind": kind, "task": "embedding"}
    return told | {"key": f"key-{method}", "method": method, "status": status} | fields


def outcome_of(*records: dict[str, Any], path: Path = Path("/m.py")) -> Outcome:
    plan = [
        SimpleNamespace(
            cell=SimpleNamespace(key=one["key"], training_key=one["key"], entry=SimpleNamespace(path=path))
        )
        for one in records
    ]
    return Outcome(list(records), len(records), plan)  # type: ignore[arg-type]


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(PLUGIN)
    return path


@pytest.fixture
def failed(plugin: Path) -> dict[str, Any]:
    """A record of a method that raised in a function of its file."""
    try:
        runpy.run_path(str(plugin))
    except ValueError:
        return record("mine", "failed", reason="ValueError: boom", traceback=traceback.format_exc())
    raise AssertionError


def test_the_line_that_raised_and_a_log_that_holds_something(
    plugin: Path, failed: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    folder = out / "runs" / "key-mine"
    folder.mkdir(parents=True)
    (folder / "log.txt").touch()
    ended = "failed: lung mine seed 0: ValueError: boom"
    assert failures(outcome_of(failed, record("random"), path=plugin), out) == [f"{ended} (mine.py:3)"]
    (folder / "log.txt").write_text("hello")
    outcome = outcome_of(failed, path=plugin)
    assert failures(outcome, out) == [f"{ended} (mine.py:3, {folder / 'log.txt'})"]
    elsewhere = outcome_of(failed, path=tmp_path / "other" / "mine.py")
    assert failures(elsewhere, out) == [f"{ended} ({folder / 'log.txt'})"]
    (folder / "log.txt").unlink()
    assert failures(elsewhere, out) == [f"{ended} ({folder})"]


def next_commands(
    outcome: Outcome, plugin: Path, out: Path, capsys: pytest.CaptureFixture[str], **of_run: Any
) -> list[str]:
    shown: dict[str, Any] = {"out": out, "pictures": False, "jobs": None, "dry_run": False, "beside": "none"}
    show_run(outcome, tissues=["lung"], plugins=[plugin], **shown | of_run)
    return [line.partition("run_all.py ")[2] for line in capsys.readouterr().out.splitlines() if "? " in line]


def test_a_plugin_that_failed_is_to_be_checked_and_not_asked(
    plugin: Path,
    failed: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geneboard.benchmark.commands.terminal.leaderboards_of", lambda *_: [])
    alone = outcome_of(failed, record("random"), path=plugin)
    assert next_commands(alone, plugin, tmp_path, capsys, methods=["mine"]) == [f"check {plugin}"]
    both = outcome_of(failed, record("pca"), path=plugin)
    checked, asked = next_commands(both, plugin, tmp_path, capsys, methods=["mine", "pca"])
    assert checked == f"check {plugin}"
    assert asked.startswith("biology --tissue lung --methods pca --plugin ")
    well = outcome_of(record("mine"), path=plugin)
    (asked,) = next_commands(well, plugin, tmp_path, capsys, methods=["mine"])
    assert asked.startswith("biology --tissue lung --methods mine ")


def test_what_is_asked_of_is_what_was_made() -> None:
    records: list[Any] = [
        record("mine", "failed"),
        record("mine", seed=1),
        record("bad", "failed"),
        record("random"),
    ]
    given = {
        "--methods": ["mine", "bad"],
        "--set": ["bad.dim=2", "mine.dim=2"],
        "--embedding": ["bad=x"],
        "--seeds": 2,
    }
    kept = {"--methods": ["mine"], "--set": ["mine.dim=2"], "--embedding": [], "--seeds": 2}
    assert without_failed(given, records) == kept  # one seed is enough
    assert without_failed({"--embedding": ["bad=x"]}, records) is None
    assert without_failed({"--methods": None}, records) is not None
    assert without_failed({"--methods": None}, records[2:]) is None  # only a control is left
    assert without_failed(given, []) == given
