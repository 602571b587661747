"""Rows of the controls that nobody has computed, for runs that need none of their own."""

from __future__ import annotations

from pathlib import Path

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.cells.versions import metric_versions
from geneboard.benchmark.engine.cell_record import record_of
from geneboard.benchmark.engine.child import Scoring, Training
from geneboard.benchmark.records.record import Record, ScoreEntry
from geneboard.benchmark.tasks.embedding.problems import cells_of
from geneboard.datasets.base import Tissue

CONTROLS = ["collapsed", "random", "shared_random", "degree"]
"""Those that graphs without a known truth can have."""

ZERO: ScoreEntry = {"value": 0.0, "status": "ok", "reason": ""}


def control_cells(tissue: Tissue) -> list[Cell]:
    """The cell of each control on a tissue, as a run plans it."""
    known, preset = registry.methods(installed=False), PRESETS["quick"]
    settings = {name: settings_of(known[name], preset, {}) for name in CONTROLS}
    return cells_of(tissue, Path("manifest"), known, CONTROLS, preset, settings=settings)


def control_rows(tissue: Tissue) -> list[Record]:
    """Their records, with 0 for every score."""
    scoring = Scoring(dict.fromkeys(metric_versions(), ZERO), 1.0)
    return [record_of(cell, Training("ok", ""), scoring) for cell in control_cells(tissue)]
