"""The picture of a comparison of techniques: measures above chance, with their intervals."""

from __future__ import annotations

from functools import partial

import pandas as pd

from geneboard.benchmark.report.figures import dot_interval
from geneboard.benchmark.report.figures.dot_interval import Panel, Words
from geneboard.benchmark.report.figures.style import OKABE_ITO, Heading
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.report.wording import is_synthetic_source
from geneboard.benchmark.tasks.techniques.comparison import STEM, TechniqueComparison

SERIES = {"technique": {"color": OKABE_ITO[0], "marker": "o"}, "unit": {"color": OKABE_ITO[1], "marker": "d"}}
WORDS = Words(bar="over gene sets or draws", line="chance")


def techniques_figure(comparison: TechniqueComparison) -> Figure:
    """Return a panel for each measure and a row for each technique, with its units."""
    panels = [
        Panel(f"{measure}, AUC above null", _points(comparison, measure), line=0.0, span=(0.0,))
        for measure in comparison.techniques[0].measures
    ]
    told = "; ".join(
        f"{one.title}: "
        + ", ".join(f"{measure} {number(found.value, 3)}" for measure, found in one.measures.items())
        for one in comparison.techniques
    )
    heading = Heading(
        f"Matched networks of {comparison.tissue}: {comparison.cells} cells, {comparison.genes} genes, "
        f"{comparison.edges} edges each",
        f"Source {comparison.source}, {comparison.draws} draws of the cells.",
        is_synthetic_source(comparison.source),
    )
    rows = [
        f"{one.title} ({len(one.units)} unit{'s' if len(one.units) > 1 else ''})"
        for one in comparison.techniques
    ]
    return Figure(
        STEM,
        partial(dot_interval.draw, heading, rows, panels, SERIES, words=WORDS),
        alt=f"Knowledge and reproducibility of networks by technique. {told}.",
        caption="Measures of matched networks above chance, with 95 % intervals, and each independent unit.",
        wide=True,
    )


def _points(comparison: TechniqueComparison, measure: str) -> pd.DataFrame:
    points: list[dict[str, object]] = []
    for row, one in enumerate(comparison.techniques):
        found = one.measures[measure]
        points.append(
            {"row": row, "series": "technique", "value": found.value, "low": found.low, "high": found.high}
        )
        points += [{"row": row, "series": "unit", "value": value} for value in found.by_unit.values()]
    return pd.DataFrame(points)
