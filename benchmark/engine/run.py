"""From cells to records: what is finished stays, the rest runs, every end is written down at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geneboard.benchmark import registry
from geneboard.benchmark.cells import provenance
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.engine.child import Scoring, Training, now
from geneboard.benchmark.engine.local import Limits, LocalExecutor
from geneboard.benchmark.engine.progress import RunProgress
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import SCHEMA_VERSION, Record


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes
    ----------
    records
        The records of all cells of the run, earlier ones included.
    ran
        Number of cells that were run now; the others had been finished before.
    """

    records: list[Record]
    ran: int

    @property
    def failed(self) -> list[Record]:
        """Records of cells that did not end well; skipped ones are not among them."""
        return [record for record in self.records if record["status"] not in ("ok", "skipped")]


def default_jobs(threads: int, device: str) -> int:
    """Return how many processes keep this machine's cores, or its GPU, busy."""
    if device != "cpu":
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable // threads)


def run_cells(
    cells: Sequence[Cell],
    out: Path,
    metrics: Sequence[registry.Entry],
    preset: Preset,
    *,
    jobs: int | None,
    limits: Limits | None,
    force: bool,
    quiet: bool,
) -> Outcome:
    """Run the cells that have no good record yet, and write a record as each ends.

    Cells that share an embedding (one scored on all genes, others on parts of them) wait for the first of
    them to end.

    Parameters are those of `benchmark.commands.api.run`.
    """
    store.remove_leftovers(out)
    finished: dict[str, Record] = {}
    for cell in cells:
        record = None if force else store.read_record(out, cell.key)
        if record is not None and record["status"] in ("ok", "skipped"):
            finished[cell.key] = record
    todo = [cell for cell in cells if cell.key not in finished]
    if force:
        for cell in todo:
            store.forget_training(out, cell.training_key)
    first: dict[str, Cell] = {}
    waiting: dict[str, list[Cell]] = {}
    for cell in todo:
        if first.setdefault(cell.training_key, cell) is not cell:
            waiting.setdefault(first[cell.training_key].key, []).append(cell)
    ready = list(first.values())
    if todo:
        executor = LocalExecutor(
            out,
            metrics,
            jobs=jobs or default_jobs(preset.threads, cells[0].device),
            threads=preset.threads,
            limits=limits,
        )
        with RunProgress(len(todo), quiet=quiet) as progress:

            def on_end(cell: Cell, training: Training, scoring: Scoring | None) -> list[Cell]:
                record = record_of(cell, training, scoring)
                store.write_record(out, record)
                finished[cell.key] = record
                progress.finished(cell.label, _outcome(record))
                followers = waiting.pop(cell.key, [])
                if training.status == "ok":
                    return followers
                for follower in followers:  # there is no embedding to score
                    on_end(follower, training, None)
                return []

            executor.run(ready, progress, on_end)
    return Outcome([finished[cell.key] for cell in cells], len(todo))


def _outcome(record: Record) -> str:
    if record["status"] != "ok":
        return f"{record['status']}: {record['reason']}"
    seconds = record["cost"]["wall_seconds"] or 0.0
    return f"ok, trained {seconds:.1f} s, scored {record['cost']['scoring_seconds']:.1f} s"


def record_of(cell: Cell, training: Training, scoring: Scoring | None) -> Record:
    """Return the record of a cell that has ended."""
    status, reason, trace = training.status, training.reason, training.traceback
    if scoring is not None and scoring.error:
        status, reason, trace = "failed", f"scoring: {scoring.error}", scoring.traceback
    attributes = cell.entry.attributes
    cost = training.cost
    record: Record = {
        "schema": SCHEMA_VERSION,
        "key": cell.key,
        "tissue": cell.tissue,
        "source": cell.source,
        "preset": cell.preset,
        "data_hashes": dict(cell.data_hashes),
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
        "code": cell.code,
        "metrics_code": cell.scoring_code,
        "versions": provenance.versions_for(cell.entry),
        "git_revision": cell.git_revision,
        "cost": {
            "wall_seconds": cost.get("wall_seconds"),
            "cpu_seconds": cost.get("cpu_seconds"),
            "scoring_seconds": scoring.seconds if scoring is not None else None,
            "peak_mb": cost.get("peak_mb"),
            "peak_device_mb": cost.get("peak_device_mb"),
            "started_at": cost.get("started_at", now()),
            "finished_at": now(),
            "host": provenance.host(),
        },
    }
    if cell.coverage is not None:
        record["coverage"] = cell.coverage
    if cell.covered is not None:
        part = cell.covered
        record["covered_by"] = {
            "embedding": part.embedding,
            "rows": part.rows,
            "of": part.of,
            "sha256": part.sha256,
            "datasets": list(part.datasets),
        }
    if scoring is not None and scoring.leave_one_out:
        record["leave_one_out"] = scoring.leave_one_out
    if cell.problem is not None:
        record["problem"] = cell.problem
        record["chosen"] = dict(training.chosen)
    if scoring is not None and scoring.parts is not None:
        record["parts"] = scoring.parts
    return record
