"""The tables of a comparison of techniques, their files, and its chapter of the report."""

from __future__ import annotations

from pathlib import Path, PurePath

import pandas as pd

from geneboard.benchmark.report.figures.save import write_figures
from geneboard.benchmark.report.section import Chapter, Note, Section
from geneboard.benchmark.report.table import LONG, Column, Part, Table
from geneboard.benchmark.report.wording import counted
from geneboard.benchmark.report.write import section_files, write_files
from geneboard.benchmark.tasks.embedding.board.words import warning
from geneboard.benchmark.tasks.techniques.comparison import (
    REPRODUCIBILITY,
    STEM,
    TITLES,
    TechniqueComparison,
    read_comparisons,
    write_comparison,
)
from geneboard.benchmark.tasks.techniques.figure import techniques_figure
from geneboard.benchmark.tasks.techniques.verdict import sentence

TITLE = "Networks of techniques"
LEAD = (
    "Gene networks of scRNA, scATAC and spatial data of one tissue, matched in numbers of cells, genes and "
    "edges: what they know about genes, and whether half of the cells gives the edges of the other half."
)
MEANING = (
    "Knowledge is the ROC AUC of the cosine of two genes' closed neighbourhoods (a gene and its neighbours) "
    "for sharing a gene set, reproducibility that of the strength of a pair in one half of the cells for the "
    "edges of the other half. Of both the mean is taken away that they have when names are permuted among "
    "genes alike in expression and degree: 0 is chance. Measures are means over units, datasets and draws.",
    "Intervals (95 %) of knowledge are by bootstrap over gene sets, those of reproducibility by t over draws "
    "of the cells and of their halves: they say nothing about other samples. Where both techniques have two "
    "units or more, the interval over units (Welch) does, and what decides is the range of both intervals.",
    "Depth of sequencing, and the region of an organ that was sampled, are not matched: they belong to the "
    "data.",
)


def techniques_chapter(out: Path) -> Chapter:
    """Return what a result folder has of techniques.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    sections = [techniques_section(comparison) for comparison in read_comparisons(out)]
    return Chapter(TITLE, sections, lead=(LEAD,) if sections else ())


def techniques_section(comparison: TechniqueComparison) -> Section:
    """Return the section of a tissue: techniques.csv and .md, differences.csv, and its picture."""
    techniques, differences = techniques_frame(comparison), differences_frame(comparison)
    measures = list(comparison.techniques[0].measures)
    told = sentence(comparison)
    return Section(
        title=f"{TITLE}: {comparison.tissue}",
        folder=PurePath(comparison.folder),
        stem=STEM,
        part=f"Source {comparison.source}",
        name=f"{TITLE}: {comparison.tissue}",
        tables=[
            Table(
                STEM,
                f"Matched networks of {comparison.tissue}",
                (
                    Column("technique", kind="name"),
                    *(
                        Column(name, kind="integer")
                        for name in ("datasets", "units", "cells", "genes", "edges", "edges_of_half")
                    ),
                    Column("edges_before", "edges before matching", kind="text", secondary=True),
                    *(
                        column
                        for name in measures
                        for column in (
                            Column(name, explained="above the null"),
                            Column(name, f"{name}, interval", kind="interval"),
                            Column(f"{name}_auc", f"{name}, AUC", formats=LONG, secondary=True),
                            Column(f"{name}_null", f"{name}, null", formats=LONG, secondary=True),
                        )
                    ),
                ),
                techniques,
                (Part("Techniques", tuple(techniques.to_dict("records"))),),
                filters=False,
            ),
            Table(
                "differences",
                "Differences",
                (
                    Column("difference", kind="name"),
                    Column("measure", kind="text"),
                    Column("value", "difference"),
                    Column("value", "interval", kind="interval"),
                    Column("units", "interval over units", kind="interval"),
                ),
                differences,
                (Part("Differences", tuple(differences.to_dict("records"))),),
                filters=False,
            ),
        ],
        verdict=told,
        notes=[Note(told, but_not_in=frozenset({"html", "txt"})), *map(Note, MEANING)],
        facts={
            "Source": comparison.source,
            "Draws": counted(comparison.draws, "draw") + " of the cells of each dataset",
            "Genes": f"{comparison.genes} of {comparison.common_genes} that pass in every dataset",
            "Gene sets": ", ".join(f"{name} {number}" for name, number in comparison.libraries.items())
            or "none",
            "Cells after quality control": "; ".join(
                f"{name} {number}" for one in comparison.techniques for name, number in one.cells.items()
            ),
            "Units": comparison.units_note,
            "Git revision": comparison.git_revision,
        },
        warning=warning(comparison.source),
        figures=[techniques_figure(comparison)],
    )


def techniques_frame(comparison: TechniqueComparison) -> pd.DataFrame:
    """Return the rows of techniques.csv, one for each technique."""
    rows = []
    for one in comparison.techniques:
        row: dict[str, object] = {
            "technique": one.title,
            "datasets": len(one.cells),
            "units": len(one.units),
            "cells": comparison.cells,
            "genes": comparison.genes,
            "edges": comparison.edges,
            "edges_of_half": comparison.half_edges,
            "edges_before": " to ".join(map(str, dict.fromkeys(one.tested_edges))),
        }
        for name, measured in one.measures.items():
            row |= {
                name: measured.value,
                f"{name}_low": measured.low,
                f"{name}_high": measured.high,
                f"{name}_auc": measured.auc,
                f"{name}_null": measured.null,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def differences_frame(comparison: TechniqueComparison) -> pd.DataFrame:
    """Return the rows of differences.csv, one for each other technique and measure."""
    return pd.DataFrame(
        [
            {
                "difference": f"scRNA minus {TITLES[one.other]}",
                "measure": one.measure,
                "value": one.value,
                "value_low": one.low,
                "value_high": one.high,
                "interval_over": "draws" if one.measure == REPRODUCIBILITY else "gene sets",
                "units_low": one.units_low,
                "units_high": one.units_high,
            }
            for one in comparison.differences
        ]
    )


def write_techniques(comparison: TechniqueComparison, out: Path, *, pictures: bool = True) -> list[Path]:
    """Write techniques.json, .csv and .md, differences.csv, and techniques.png and .svg if wanted."""
    section = techniques_section(comparison)
    figures = [(section.folder, figure) for figure in section.figures] if pictures else []
    return [
        write_comparison(comparison, out),
        *write_files(out, section_files(section)),
        *write_figures(out, figures),
    ]
