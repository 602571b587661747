"""What each metric can and cannot see: a section of the report, and the files of a degradation run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from geneboard.benchmark.report.figures.save import write_figures
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Chapter, Definition, Glossary, Note, Section
from geneboard.benchmark.report.table import CSV, LONG, Cell, Column, Format, Line, Part, Table
from geneboard.benchmark.report.write import section_files, write_files
from geneboard.benchmark.tasks.embedding.board.words import warning
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import (
    PROVENANCE,
    TABLE,
    Sensitivity,
    read_sensitivity,
)
from geneboard.benchmark.tasks.embedding.sensitivity.figure import sensitivity_figure
from geneboard.benchmark.tasks.embedding.sensitivity.findings import RULES, summary, with_numbers
from geneboard.benchmark.tasks.embedding.sensitivity.levels import DEGRADATIONS
from geneboard.datasets.atomic import write_atomically

TITLE = "What each metric can and cannot see"
UNIT = "A unit is the root mean square distance of the vectors from their mean."
LEAD = (
    "A good embedding was made worse step by step, and every metric scored each step. A metric that does not "
    "fall cannot see that fault, and its score is no evidence that the fault is absent."
)


def chapter(out: Path) -> Chapter:
    """Return what the degradation runs of a result folder show.

    Raises
    ------
    InputError
        If the files of one are damaged.
    """
    sections = [sensitivity_section(sensitivity) for sensitivity in read_sensitivity(out)]
    glossary = Glossary(
        title="What was done to the embedding",
        anchor="sensitivity",
        text=f"{LEAD} {UNIT}",
        definitions=[Definition(entry.title, text=entry.meaning) for entry in DEGRADATIONS.values()],
        closing=" ".join(RULES),
    )
    return Chapter(TITLE, sections, glossaries=[glossary] if sections else [])


def sensitivity_section(sensitivity: Sensitivity) -> Section:
    """Return the section of a degradation run: findings.csv and .md, and its picture."""
    findings, known = sensitivity.findings, sensitivity.provenance
    degradations = list(dict.fromkeys(findings["degradation"]))
    lines = [
        {"metric": metric, **{row["degradation"]: row for row in of_metric.to_dict("records")}}
        for metric, of_metric in findings.groupby("metric", sort=False)
    ]
    table = Table(
        stem="findings",
        title=f"What each metric sees: {sensitivity.title}",
        columns=(
            Column("metric", kind="name"),
            *(
                Column(name, DEGRADATIONS[name].title, kind="text", show=_verdict(name))
                for name in degradations
            ),
        ),
        frame=findings,
        parts=(Part("", tuple(lines)),),
        formats=LONG | CSV,
        filters=False,
    )
    return Section(
        title=f"{TITLE}: {sensitivity.tissue}",
        folder=sensitivity.folder_in(Path()),
        stem="findings",
        name=sensitivity.title,
        tables=[table],
        notes=[
            *(Note(f"{metric} {sentence}") for metric, sentence in summary(findings).items()),
            *(Note(rule, but_not_in=frozenset({"html"})) for rule in RULES),
            *(
                Note(f"{entry.title}: {entry.meaning}", but_not_in=frozenset({"html"}))
                for entry in DEGRADATIONS.values()
            ),
            Note(UNIT, but_not_in=frozenset({"html"})),
        ],
        facts={
            "Source": sensitivity.source,
            "Preset": sensitivity.preset,
            "Good embedding": f"{known['title']} ({sensitivity.method}), {known['dim']} dimensions",
            "Repeats": f"{known['repeats']}; scores are means over them",
            "Git revision": str(known["git_revision"]),
        },
        warning=warning(sensitivity.source),
        figures=[sensitivity_figure(sensitivity)],
    )


def _verdict(degradation: str) -> Callable[[Line, Format], Cell]:
    """Return what makes the cells of a degradation: a verdict with the numbers it rests on."""

    def show(line: Line, form: Format) -> Cell:
        row = line[degradation]
        if form != "html":
            return Cell(with_numbers(row))
        if pd.isna(row["start"]):
            return Cell(row["verdict"], reason=row["reason"])
        if pd.isna(row["end"]):
            return Cell(row["verdict"], reason=row["reason"], lines=(f"{number(row['start'], 3)} before",))
        return Cell(row["verdict"], lines=(f"{number(row['start'], 3)} → {number(row['end'], 3)}",))

    return show


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
