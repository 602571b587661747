"""A run that undoes a change shows the records of the state it came back to, and not those of the change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from report_cells import cell

from geneboard.benchmark.engine.confirm import confirmed
from geneboard.benchmark.engine.plan import Planned
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import select_groups

EARLY, LATE = "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"


def shown_after(taken: Sequence[Record], later: Sequence[Record], out: Path) -> tuple[set[str], list[Record]]:
    """Keys that tables show, and the records, after a run that took some over where later ones are too."""
    for record in (*taken, *later):
        store.write_record(out, record)
    plan: list[Any] = [Planned(SimpleNamespace(key=one["key"]), "", one, 0.0) for one in taken]  # type: ignore[arg-type]
    found = [one.record for one in confirmed(plan, out)]
    (group,) = select_groups(store.read_records(out))
    return {record["key"] for record in group.records}, [one for one in found if one is not None]


@pytest.mark.parametrize(
    "change",
    [
        {"code": "b" * 64},
        {"versions": {"numpy": "9"}},
        {"settings": {"epochs": 7, "dim": 32}},  # an edited default
        {"data_hashes": {"scrna_lung__a": "f" * 64}},
        {"code": "b" * 64, "status": "failed", "reason": "RuntimeError: version B"},
    ],
    ids=lambda change: " ".join(change),
)
def test_what_a_run_takes_over_is_shown(change: dict[str, Any], tmp_path: Path) -> None:
    mine = cell("mine", 0, 0.5, kind="plugin", finished_at=EARLY)
    tried = cell("mine", 0, 0.9, kind="plugin", finished_at=LATE) | change | {"key": "e" * 64}  # type: ignore[operator]
    keys, (record,) = shown_after([mine], [tried], tmp_path)
    assert keys == {mine["key"]}
    assert record["cost"]["confirmed_at"] > LATE
    same = {name: value for name, value in record.items() if name not in ("cost", "checksum")}
    assert same == {name: value for name, value in mine.items() if name not in ("cost", "checksum")}


@pytest.mark.parametrize(
    "later",
    [
        cell("other", 0, 0.9, finished_at=LATE, code="b" * 64),
        cell("mine", 1, 0.9, kind="plugin", finished_at=LATE),
        cell("mine", 0, 0.9, kind="plugin", overrides={"dim": 8}, finished_at=LATE),
        cell("mine", 0, 0.9, kind="plugin", tissue="heart", data_hashes={"x": "f" * 64}, finished_at=LATE),
    ],
    ids=["another method", "another seed", "a variant", "another tissue"],
)
def test_what_is_shown_anyway_stays_as_it_was_written(later: Record, tmp_path: Path) -> None:
    mine = cell("mine", 0, 0.5, kind="plugin", finished_at=EARLY)
    store.write_record(tmp_path, mine)
    store.write_record(tmp_path, later)
    path = store.run_folder(tmp_path, mine["key"]) / store.RECORD
    before = path.read_bytes()
    confirmed([Planned(SimpleNamespace(key=mine["key"]), "", mine, 0.0)], tmp_path)  # type: ignore[arg-type]
    assert path.read_bytes() == before


def test_what_one_run_asks_of_a_method_displaces_nothing_of_it(tmp_path: Path) -> None:
    asked = [
        cell("mine", 0, 0.5, finished_at=EARLY, question={"name": "Hallmark"}),
        cell("mine", 0, 0.5, finished_at=LATE, question={"name": "Reactome"}),
    ]
    plan: list[Any] = [Planned(SimpleNamespace(key=one["key"]), "", one, 0.0) for one in asked]  # type: ignore[arg-type]
    assert confirmed(plan, tmp_path) == plan
    for record in asked:
        store.write_record(tmp_path, record)
    assert confirmed(plan, tmp_path) == plan
