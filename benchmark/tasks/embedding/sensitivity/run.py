"""From a tissue and a method to the files of a degradation run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.engine.run import run_cells
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding.board.metrics import HELDOUT_METRICS
from geneboard.benchmark.tasks.embedding.problems import cells_of
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import SCHEMA, Sensitivity, table_of
from geneboard.benchmark.tasks.embedding.sensitivity.levels import DEGRADATIONS
from geneboard.benchmark.tasks.embedding.sensitivity.section import write_sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.task import cells_of_steps, step_code, steps_of
from geneboard.benchmark.tasks.embedding.sources import PREPARED
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue


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
    warn: Callable[[str], None] | None = None,
) -> Outcome:
    """Train a method once, ruin its embedding step by step, and write how every metric answers.

    The embedding is an ordinary cell of the result folder, so a method that `run` has finished there with
    the same settings is not trained again. Steps are cells too: those with scores are never repeated, those
    that failed are.

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
        As for `benchmark.run`; `jobs` changes no number.
    warn
        Called with a sentence about each earlier training that does not fit.

    Raises
    ------
    InputError
        If the method gives no embedding of this tissue.
    """
    embedding = _good_embedding(tissue, entry, preset, out, device=device)
    (record,) = run_cells([embedding], out, jobs=jobs, quiet=quiet, warn=warn).records
    if record["status"] != "ok":
        raise InputError(f"{entry.name} on {tissue.name}: {record['status']}: {record['reason']}")
    cells = cells_of_steps(steps_of(tissue.name, repeats), embedding)
    steps = run_cells(cells, out, jobs=jobs, quiet=quiet).records
    # Those on held-out cells have none here to be scored on.
    metrics = [name for name in registry.metrics().names() if name not in HELDOUT_METRICS]
    sensitivity = Sensitivity(
        *(tissue.source, preset.name, tissue.name, entry.name),
        table_of(record, steps, metrics),
        _provenance(record, repeats),
    )
    failed = {
        cell.problem.detail: end["reason"]
        for cell, end in zip(cells, steps, strict=True)
        if end["status"] != "ok"
    }
    return Outcome(sensitivity, write_sensitivity(sensitivity, out), failed)


def _good_embedding(tissue: Tissue, entry: registry.Entry, preset: Preset, out: Path, *, device: str) -> Cell:
    from geneboard.datasets.graph_files import write_tissue

    known = registry.Registry("method", [])
    known.add(entry)
    (cell,) = cells_of(
        tissue,
        write_tissue(tissue, out / PREPARED),
        known,
        [entry.name],
        preset,
        settings={entry.name: settings_of(entry, preset, {})},
        seeds=1,
        device=device,
    )
    return cell


def _provenance(record: Record, repeats: int) -> dict[str, Any]:
    """Return what the numbers rest on; nothing in it depends on when or where they were computed."""
    copied = (
        *("settings", "seed", "key", "data_hashes", "title", "dim", "threads", "device"),
        *("metric_versions", "versions", "git_revision"),
    )
    content: dict[str, Any] = {name: record[name] for name in copied}  # type: ignore[literal-required]
    return content | {
        "schema": SCHEMA,
        "degradations_code": step_code(),
        "repeats": repeats,
        "degradations": [
            {"name": entry.name, "meaning": entry.meaning, "levels": list(entry.levels)}
            for entry in DEGRADATIONS.values()
        ],
    }
