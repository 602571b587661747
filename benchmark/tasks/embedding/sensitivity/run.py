"""From a tissue and a method to the files of a degradation run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell, cells_of
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.engine.progress import RunProgress
from geneboard.benchmark.engine.run import default_jobs, run_cells
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record, Scores
from geneboard.benchmark.tasks.embedding.board.metrics import HELDOUT_METRICS
from geneboard.benchmark.tasks.embedding.sensitivity.files import (
    SCHEMA,
    Sensitivity,
    folder_of,
    table_of,
    write_sensitivity,
)
from geneboard.benchmark.tasks.embedding.sensitivity.levels import DEGRADATIONS
from geneboard.benchmark.tasks.embedding.sensitivity.plan import Step, StepEnd, step_code, step_key, steps_of
from geneboard.benchmark.tasks.embedding.sensitivity.workers import Task, score_steps
from geneboard.benchmark.tasks.embedding.sources import PREPARED
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue

STEPS = "steps"
"""Folder beside the table that keeps the scores of every step, so that none is computed twice."""


@dataclass(frozen=True)
class Outcome:
    """What a degradation run did.

    Attributes
    ----------
    sensitivity
        What was found.
    paths
        Files written.
    failed
        Steps without scores, by their label, with the reason.
    """

    sensitivity: Sensitivity
    paths: list[Path]
    failed: Mapping[str, str]


def run_sensitivity(
    tissue: Tissue,
    entry: registry.Entry,
    preset: Preset,
    out: Path,
    *,
    repeats: int,
    device: str = "cpu",
    jobs: int | None = None,
    quiet: bool = False,
) -> Outcome:
    """Train a method once, ruin its embedding step by step, and write how every metric answers.

    The embedding is an ordinary cell of the result folder, so a method that `run` has finished there with
    the same settings is not trained again. Steps with scores are never repeated; those that failed are.

    Parameters
    ----------
    tissue
        The gene graphs.
    entry, preset
        Method that makes the good embedding, and how long it trains.
    out
        Result folder.
    repeats
        How often each random degradation is drawn.
    device, jobs, quiet
        As for `benchmark.commands.api.run`; `jobs` changes no number.

    Raises
    ------
    InputError
        If the method gives no embedding of this tissue.
    """
    cell, record = _good_embedding(tissue, entry, preset, out, device=device, jobs=jobs, quiet=quiet)
    folder = folder_of(out, tissue.source, preset.name, tissue.name, entry.name)
    code = step_code()
    scored = _scored_metrics()
    paths = {
        step: folder / STEPS / f"{step_key(step, record['key'], code)}.json"
        for step in steps_of(tissue.name, repeats)
    }
    task = Task(
        manifest=cell.manifest,
        embedding=store.run_folder(out, cell.training_key) / store.EMBEDDING,
        metrics=tuple(entry for entry in registry.metrics() if entry.name in scored),
        metrics_code=cell.metrics_code,
        step_code=code,
        threads=preset.threads,
        log=folder / STEPS / "log.txt",
    )
    ends = _ends(task, paths, jobs or default_jobs(preset.threads, "cpu"), quiet=quiet)
    untouched = {name: record["scores"][name] for name in scored}  # always in one order
    table = table_of(untouched, ends)
    sensitivity = Sensitivity(
        tissue.source, preset.name, tissue.name, entry.name, table, _provenance(record, repeats, code)
    )
    failed = {step.label: end.error for step, end in ends.items() if end.error}
    return Outcome(sensitivity, write_sensitivity(sensitivity, folder), failed)


def _scored_metrics() -> list[str]:
    """Return the names of the metrics; those on held-out cells have none here to be scored on."""
    return [name for name in registry.metrics().names() if name not in HELDOUT_METRICS]


def _good_embedding(
    tissue: Tissue,
    entry: registry.Entry,
    preset: Preset,
    out: Path,
    *,
    device: str,
    jobs: int | None,
    quiet: bool,
) -> tuple[Cell, Record]:
    from geneboard.datasets.graph_files import write_tissue

    known = registry.Registry("method", [])
    known.add(entry)
    cells = cells_of(
        tissue,
        write_tissue(tissue, out / PREPARED),
        known,
        [entry.name],
        preset,
        settings={entry.name: settings_of(entry, preset, {})},
        seeds=1,
        device=device,
    )
    metrics = list(registry.metrics())
    done = run_cells(cells, out, metrics, preset, jobs=jobs, limits=None, force=False, quiet=quiet)
    record = done.records[0]
    if record["status"] != "ok":
        raise InputError(f"{entry.name} on {tissue.name}: {record['status']}: {record['reason']}")
    path = store.run_folder(out, record["key"]) / store.EMBEDDING
    if not path.is_file():
        raise InputError(f"{path}: is gone; delete its folder to have the method run again")
    return cells[0], record


def _ends(task: Task, paths: Mapping[Step, Path], jobs: int, *, quiet: bool) -> dict[Step, StepEnd]:
    """Return how every step ended, in their order; those that are not on disk are scored now."""
    ends = {step: _read_step(path) for step, path in paths.items() if path.is_file()}
    todo = [step for step in paths if step not in ends]
    if todo:
        with RunProgress(len(todo), quiet=quiet) as progress:

            def on_end(step: Step, end: StepEnd) -> None:
                ends[step] = end
                if not end.error:
                    store.write_json(paths[step], end.scores)
                progress.finished(step.label, f"failed: {end.error}" if end.error else _shown(end.scores))

            def on_start(step: Step) -> None:
                progress.doing(step.label, "")

            score_steps(task, todo, jobs, on_start, on_end)
    return {step: ends[step] for step in paths}


def _read_step(path: Path) -> StepEnd:
    try:
        return StepEnd(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise InputError(f"{path}: is damaged; delete it to have the step scored again") from error


def _shown(scores: Scores) -> str:
    values = {name: entry["value"] for name, entry in scores.items()}
    return " ".join(f"{name} {value:.3f}" for name, value in values.items() if value is not None)


def _provenance(record: Record, repeats: int, code: str) -> dict[str, Any]:
    """Return what the numbers rest on; nothing in it depends on when or where they were computed."""
    copied = ("settings", "seed", "key", "data_hashes", "title", "dim", "threads", "device", "metrics_code")
    content: dict[str, Any] = {name: record[name] for name in copied}  # type: ignore[literal-required]
    return content | {
        "schema": SCHEMA,
        "versions": record["versions"],
        "git_revision": record["git_revision"],
        "degradations_code": code,
        "repeats": repeats,
        "degradations": [
            {"name": entry.name, "meaning": entry.meaning, "levels": list(entry.levels)}
            for entry in DEGRADATIONS.values()
        ],
    }
