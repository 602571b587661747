"""The agreement of orders as a section: a table for each measure of biology, and which score agrees best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geneboard.benchmark.report.number_text import MISSING, interval_text, number
from geneboard.benchmark.report.section import Note, Section
from geneboard.benchmark.report.table import CSV, READ, Cell, Column, Format, Line, Part, Table
from geneboard.benchmark.report.wording import listed
from geneboard.benchmark.tasks.biology.agreement.agreement import LEAST_METHODS, Agreement
from geneboard.benchmark.tasks.biology.board.section import PART
from geneboard.benchmark.tasks.biology.definitions import MEASURES
from geneboard.benchmark.tasks.embedding.board.metrics import AVERAGE, JOINT, METRICS
from geneboard.benchmark.tasks.embedding.board.words import warning

TITLE = "Which scores order methods as biology does?"
NAMES = {JOINT: "joint score", AVERAGE: "average score, as published"}
MEANING = (
    "Spearman's correlation of the order of methods by what they know about genes with their order by "
    "another score: 1 is the same order, 0 none in common. Controls and baselines of biology take no part; "
    f"{LEAST_METHODS} methods are needed."
)
INTERVAL = "Mean over tissues; its 95 % interval is Student's t over tissues, cut at -1 and 1."


def agreement_section(agreement: Agreement) -> Section:
    """Return the section."""
    measures = list(dict.fromkeys(agreement.frame["measure"]))
    told = [_sentence(agreement, measure) for measure in measures]
    return Section(
        title=TITLE,
        folder=agreement.folder,
        stem="biology_agreement",
        part=PART.format(agreement.source, agreement.preset),
        tables=[_table(agreement, measure, with_csv=measure == measures[0]) for measure in measures],
        verdict=told[0],
        notes=[*map(Note, told), Note(MEANING), *([Note(INTERVAL)] if len(agreement.tissues) > 1 else [])],
        facts={
            "Source": agreement.source,
            "Preset": agreement.preset,
            "Methods": ", ".join(f"{tissue} {n}" for tissue, n in agreement.n_methods.items()),
        },
        warning=warning(agreement.source),
        has_equal_tables=True,
    )


def _table(agreement: Agreement, measure: str, *, with_csv: bool) -> Table:
    rows = agreement.frame[agreement.frame["measure"] == measure].to_dict("records")
    title = f"Spearman's correlation with the order by {MEASURES[measure].what}"
    return Table(
        stem="biology_agreement",
        title=title,
        columns=(
            Column("score", kind="text", show=lambda line, _: NAMES.get(line["score"], str(line["score"]))),
            *(Column(tissue, digits=2, better="higher") for tissue in agreement.tissues),
            Column("mean", "mean (95 % interval)", digits=2, better="higher", show=_mean),
        ),
        frame=agreement.frame,
        parts=(Part(title, tuple(rows)),),
        formats=READ | CSV if with_csv else READ,
        caption=f"{title}; source {agreement.source}, preset {agreement.preset}.",
        filters=False,
    )


def _mean(line: Line, _: Format) -> Cell:
    interval = interval_text(line, "mean", 2)
    return Cell(number(line["mean"], 2) + (f" ({interval})" if interval != MISSING else ""), line["mean"])


def _sentence(agreement: Agreement, measure: str) -> str:
    """Return which of the six agrees best with a measure of biology, and how the joint score does."""
    lines = {
        line["score"]: line
        for line in agreement.frame[agreement.frame["measure"] == measure].to_dict("records")
    }
    six = sorted((lines[name] for name in METRICS if name in lines), key=lambda line: -line["mean"])
    others = [f"{_name(name)} {_value(lines[name])}" for name in NAMES if name in lines]
    of = f"in {agreement.tissues[0]} alone, which has no interval"
    if len(agreement.tissues) > 1:
        of = f"mean over {len(agreement.tissues)} tissues"
        above = [_name(name) for name, line in lines.items() if line["mean_low"] > 0]
        below = [_name(name) for name, line in lines.items() if line["mean_high"] < 0]
        of += f"; the interval is above 0 for {listed(above)}" if above else "; no interval is above 0"
        of += f", below 0 for {listed(below)}" if below else ""
    best = (
        f"of the six {six[0]['score']} agrees most"
        if six and six[0]["mean"] > 0
        else "none of the six agrees"
    )
    told = ", ".join([*(f"{line['score']} {_value(line)}" for line in six), *others])
    return f"Order by {MEASURES[measure].what}: {best}. Spearman: {told} ({of})."


def _name(score: str) -> str:
    return NAMES.get(score, score).partition(",")[0]


def _value(line: Mapping[Any, Any]) -> str:
    return number(line["mean"], 2)
