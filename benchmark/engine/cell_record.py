"""The record of a cell, from how its training and its scoring have ended."""

from __future__ import annotations

import errno
from pathlib import Path

from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.child import Scoring, Training, now
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import SCHEMA_VERSION, Record


def record_of(cell: Cell, training: Training, scoring: Scoring | None) -> Record:
    """Return the record of a cell that has ended."""
    status, reason, trace = training.status, training.reason, training.traceback
    if scoring is not None and scoring.error:
        status, reason, trace = "failed", f"scoring: {scoring.error}", scoring.traceback
    problem, attributes, cost = cell.problem, cell.entry.attributes, training.cost
    record: Record = {
        "schema": SCHEMA_VERSION,
        "key": cell.key,
        "task": problem.task,
        "tissue": problem.name,
        "source": problem.source,
        "preset": cell.preset,
        "data_hashes": dict(problem.data_hashes),
        "method": cell.entry.name,
        "title": cell.entry.title,
        "kind": attributes.get("kind", "plugin"),
        "reference": attributes.get("reference", ""),
        "settings": dict(cell.settings.values),
        "overrides": dict(cell.settings.overrides),
        "deterministic": attributes.get("deterministic", False),
        "seed": cell.seed,
        "threads": cell.threads,
        "device": cell.device,
        "status": status,
        "reason": reason,
        "traceback": trace,
        "dim": training.dim,
        "scores": scoring.scores if scoring is not None else {},
        "history": {name: list(curve) for name, curve in training.history.items()},
        "code": cell.trained.code,
        "metric_versions": dict(cell.metric_versions),
        "versions": versions.versions_for(cell.entry),
        "git_revision": cell.git_revision,
        "cost": {
            "wall_seconds": cost.get("wall_seconds"),
            "cpu_seconds": cost.get("cpu_seconds"),
            "scoring_seconds": scoring.seconds if scoring is not None else None,
            "peak_mb": cost.get("peak_mb"),
            "peak_device_mb": cost.get("peak_device_mb"),
            "started_at": cost.get("started_at", now()),
            "finished_at": now(),
            "host": cost.get("host", versions.host()),
        },
        "checksum": "",  # that of the file is made when it is written
    }
    scored = scoring.facts if scoring is not None else {}
    own = {**problem.facts, **cell.about, **cell.scored_with, **training.facts, **scored}
    return {**record, **own}  # type: ignore[typeddict-item]


def written(out: Path, record: Record) -> Record:
    """Write a record; where its own folder does not let it, the cell has failed and the others go on."""
    try:
        return store.write_record(out, record)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):  # of the others neither
            raise
        fault = f"its record cannot be written ({error.strerror})"
        reason = f"{record['reason']}; {fault}" if record["reason"] else fault
        return {**record, "status": "failed", "reason": reason}
