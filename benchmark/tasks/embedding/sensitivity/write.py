"""Writes a degradation run: the table, what it rests on, and all that follows from it."""

from __future__ import annotations

import json
from pathlib import Path

from geneboard.benchmark.report.figures.save import write_figures
from geneboard.benchmark.report.write import section_files, write_files
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import Sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.files import PROVENANCE, TABLE
from geneboard.benchmark.tasks.embedding.sensitivity.section import sensitivity_section
from geneboard.datasets.atomic import write_atomically


def write_sensitivity(sensitivity: Sensitivity, out: Path) -> list[Path]:
    """Write a run into its place in a result folder; same content, same bytes."""
    folder = sensitivity.folder_in(out)
    head = {name: getattr(sensitivity, name) for name in ("source", "preset", "tissue", "method")}
    content = json.dumps(head | dict(sensitivity.provenance), indent=1, sort_keys=True) + "\n"
    write_atomically(folder / TABLE, sensitivity.table.to_csv(index=False, lineterminator="\n").encode())
    write_atomically(folder / PROVENANCE, content.encode())
    return [folder / TABLE, folder / PROVENANCE, *write_derived(sensitivity, out)]


def write_derived(sensitivity: Sensitivity, out: Path) -> list[Path]:
    """Write what follows from the table alone: findings.csv, findings.md, sensitivity.png and .svg."""
    section = sensitivity_section(sensitivity)
    return [
        *write_files(out, section_files(section)),
        *write_figures(out, [(section.folder, figure) for figure in section.figures]),
    ]
