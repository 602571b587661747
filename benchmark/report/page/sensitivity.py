"""The part of the page that says what each metric can and cannot see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geneboard.benchmark.report.page.pictures import Files, Picture, pictures_in
from geneboard.benchmark.report.page.table import Cell, Column, Table, TableRow
from geneboard.benchmark.report.wording import SYNTHETIC, is_synthetic_source, number
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import Sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.levels import DEGRADATIONS
from geneboard.benchmark.tasks.embedding.sensitivity.page import summary


@dataclass(frozen=True)
class SensitivityView:
    """A degradation run in the page."""

    anchor: str
    heading: str
    warning: str
    findings: tuple[tuple[str, str], ...]
    verdicts: Table
    facts: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]


def sensitivity_view(sensitivity: Sensitivity, files: Files) -> SensitivityView:
    """Return a degradation run as the page shows it."""
    folder = sensitivity.folder_in(Path())
    findings = summary(sensitivity.findings)
    told = " ".join(f"{metric} {sentence}" for metric, sentence in findings.items())
    return SensitivityView(
        anchor=folder.as_posix(),
        heading=sensitivity.title,
        warning=SYNTHETIC if is_synthetic_source(sensitivity.source) else "",
        findings=tuple(findings.items()),
        verdicts=_verdicts(sensitivity, f"{folder.as_posix()}/verdicts"),
        facts=_facts(sensitivity),
        pictures=pictures_in(
            folder, files, {"sensitivity": f"Scores of every metric at every level. {told}"}
        ),
    )


def degradation_meanings() -> list[tuple[str, str]]:
    """Return (title, meaning) of all degradations."""
    return [(degradation.title, degradation.meaning) for degradation in DEGRADATIONS.values()]


def _verdicts(sensitivity: Sensitivity, name: str) -> Table:
    """Return a table with a row for each metric and a column for each degradation."""
    findings = sensitivity.findings
    degradations = list(dict.fromkeys(findings["degradation"]))
    rows = []
    for metric, of_metric in findings.groupby("metric", sort=False):
        cells = {row["degradation"]: _verdict(row) for row in of_metric.to_dict("records")}
        rows.append(TableRow("", (Cell(str(metric)), *(cells[name] for name in degradations))))
    titles = [DEGRADATIONS[degradation].title for degradation in degradations]
    return Table(
        name=name,
        caption=f"What each metric sees: {sensitivity.title}",
        columns=tuple(Column(label, numeric=False) for label in ("metric", *titles)),
        rows=tuple(rows),
    )


def _verdict(row: dict[Any, Any]) -> Cell:
    if pd.isna(row["start"]):
        return Cell(row["verdict"], reason=row["reason"])
    if pd.isna(row["end"]):
        return Cell(row["verdict"], reason=row["reason"], lines=(f"{number(row['start'], 3)} before",))
    return Cell(row["verdict"], lines=(f"{number(row['start'], 3)} → {number(row['end'], 3)}",))


def _facts(sensitivity: Sensitivity) -> tuple[tuple[str, str], ...]:
    known = sensitivity.provenance
    return (
        ("Source", sensitivity.source),
        ("Preset", sensitivity.preset),
        ("Good embedding", f"{known['title']} ({sensitivity.method}), {known['dim']} dimensions"),
        ("Repeats", f"{known['repeats']}; scores are means over them"),
        ("Git revision", str(known["git_revision"])),
    )
