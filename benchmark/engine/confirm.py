"""Records that a run takes over from earlier runs, where later ones would stand in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from geneboard.benchmark.engine.plan import Planned
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record, age
from geneboard.benchmark.report.groups import BoardKey, board_of, data_digest


def confirmed(plan: Sequence[Planned], out: Path) -> list[Planned]:
    """Return a plan whose records are those that tables show: a run's own, and not what was tried meanwhile.

    Tables show the latest code and data. Who undoes a change (of a plugin, of the data) runs nothing anew:
    the records of that state are there, and older than those of the change. Such records get the time of this
    run as well (`records.record.Cost`).

    Parameters
    ----------
    plan
        What is to be done with each cell of a run.
    out
        Result folder.
    """
    if all(planned.record is None for planned in plan):  # nothing is taken over: no records need to be read
        return list(plan)
    own = {planned.cell.key for planned in plan}
    others: dict[BoardKey, list[Record]] = defaultdict(list)
    for record in store.read_records(out):
        if record["key"] not in own:
            others[board_of(record)].append(record)
    return [_confirmed(planned, others, out) for planned in plan]


def _confirmed(planned: Planned, others: Mapping[BoardKey, Sequence[Record]], out: Path) -> Planned:
    record = planned.record
    if record is None:
        return planned
    beside = [other for other in others.get(board_of(record), ()) if _displaces(other, record)]
    later = [age(other)[0] for other in beside if age(other) > age(record)]
    if not later:
        return planned
    # times of records are in whole seconds, and this one is to be the last of them
    time = max(datetime.now(UTC).replace(microsecond=0), max(later) + timedelta(seconds=1))
    changed: Record = {**record, "cost": {**record["cost"], "confirmed_at": time.isoformat()}}
    return replace(planned, record=store.write_record(out, changed))


def _displaces(other: Record, record: Record) -> bool:
    """Whether of two records of one leaderboard the later one alone is shown (`report.groups`)."""
    if data_digest(other) != data_digest(record):
        return True
    is_same = other["method"] == record["method"] and (
        other["overrides"] == record["overrides"] or other["settings"] == record["settings"]
    )
    differing = ("code", "versions", "settings", "question")
    return is_same and any(other.get(name) != record.get(name) for name in differing)
