"""What a run has to do: which cells are there, which are trained and scored, and how long that may take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.child import Training
from geneboard.benchmark.records import store
from geneboard.benchmark.records.metric_versions import needs_rescoring
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.task import task_named
from geneboard.datasets.errors import InputError


@dataclass(frozen=True)
class Planned:
    """What is to be done with a cell.

    Attributes
    ----------
    cell
        The cell.
    todo
        ``""`` if its record is there, ``"score"`` if only scores are missing, or ``"train"``.
    record
        The record that is there.
    seconds
        How long it may take, after earlier records of its method in this folder; None if there are none.
    """

    cell: Cell
    todo: Literal["", "score", "train"]
    record: Record | None
    seconds: float | None


def plan_of(
    cells: Sequence[Cell], out: Path, *, force: bool = False, warn: Callable[[str], None] | None = None
) -> list[Planned]:
    """Return what a run of cells has to do, in their order.

    Parameters
    ----------
    cells
        The cells.
    out
        Result folder.
    force
        Whether finished cells are run again.
    warn
        Called with a sentence about each earlier training that does not fit.
    """
    known = store.read_records(out)
    plan, trained = [], set[str]()
    for cell in cells:
        record = None if force else store.read_record(out, cell.key)
        stale = record is not None and needs_rescoring(record, cell.metric_versions, cell.scored_with)
        if record is not None and record["status"] in ("ok", "skipped") and not stale:
            plan.append(Planned(cell, "", record, 0.0))
            continue
        scores_only = cell.training_key in trained or (
            not force and earlier_training(out, cell, warn) is not None
        )
        trained.add(cell.training_key)
        todo: Literal["score", "train"] = "score" if scores_only else "train"
        plan.append(Planned(cell, todo, None, expected(cell, known, trains=not scores_only)))
    return plan


def earlier_training(out: Path, cell: Cell, warn: Callable[[str], None] | None = None) -> Training | None:
    """Return the account of a training whose artifact is on disk; one that does not fit is told."""
    artifact = task_named(cell.trained.problem.task).artifact
    try:
        found = store.training_of(out, cell.training_key, artifact)
    except InputError as fault:
        if warn is not None:
            warn(f"{fault}; the cell is trained again")
        return None
    return None if found is None else Training(**found)


def cheap_first(plan: Iterable[Planned]) -> list[Planned]:
    """Return the cells seed by seed, those that take long at the end of theirs."""
    return sorted(plan, key=lambda planned: (planned.cell.seed, _rank(planned)))


def _rank(planned: Planned) -> tuple[bool, float]:
    """Where a cell stands within its seed: methods that nobody has timed yet go by what is known of them."""
    entry = planned.cell.entry
    long = bool(entry.attributes.get("quick")) and entry.kind != "control"  # shortened by the preset
    return (long, planned.seconds or 0.0)


def expected(cell: Cell, known: Iterable[Record], *, trains: bool) -> float | None:
    """Return how long a cell may take after earlier records: its scoring and, if it `trains`, the training.

    The embedding that a cell asks about may be the training of another task.
    """
    known = list(known)
    scoring = _usual_cost(cell, known, "scoring_seconds")
    if not trains:
        return scoring
    training = _usual_cost(cell.trained, known, "wall_seconds")
    return None if training is None else training + (scoring or 0.0)


def _usual_cost(
    cell: Cell, known: Iterable[Record], cost: Literal["scoring_seconds", "wall_seconds"]
) -> float | None:
    """Return the median cost of a method in earlier records: on the same problem, or on any."""
    times: dict[bool, list[float]] = {True: [], False: []}
    wanted = (cell.problem.task, cell.entry.name, cell.preset, dict(cell.settings.overrides))
    for record in known:
        found = (record["task"], record["method"], record["preset"], record["overrides"])
        seconds = record["cost"][cost]
        if record["status"] == "ok" and found == wanted and seconds is not None:
            times[record["tissue"] == cell.problem.name].append(seconds)
    seen = times[True] or times[False]
    return median(seen) if seen else None
