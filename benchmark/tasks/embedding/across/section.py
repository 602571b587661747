"""The table across tissues as a section, in the shape of the published main table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geneboard.benchmark.report.number_text import MISSING, interval_text, number, number_or_none
from geneboard.benchmark.report.section import Note, Section
from geneboard.benchmark.report.table import (
    READ,
    Cell,
    Column,
    Format,
    Line,
    Part,
    Table,
    methods_and_controls,
)
from geneboard.benchmark.report.wording import NOT_COMPARABLE
from geneboard.benchmark.tasks.embedding.across.across import NOT_RUN, Across
from geneboard.benchmark.tasks.embedding.across.others import (
    NO_HTML,
    NO_TEX,
    SCORE_DIGITS,
    Others,
    others,
    parts,
    signed_score,
)
from geneboard.benchmark.tasks.embedding.across.sentences import across_verdict
from geneboard.benchmark.tasks.embedding.board.columns import PUBLISHED_LABEL
from geneboard.benchmark.tasks.embedding.board.words import CONTROLS, warning

PARTIAL = "*"
"""Behind a score that rests on fewer metrics or seeds than others."""

PARTIAL_SENTENCE = (
    f"{PARTIAL} an undefined metric, which counts 0, or fewer seeds than were run; see the notes."
)
ACROSS_LEGEND = (
    "In small print below a joint score stand the average score (avg.), those of others (publ.: published), "
    "and our average score minus theirs."
)
ONLY_HTML: frozenset[Format] = frozenset({"html"})


def across_section(across: Across) -> Section:
    """Return the section of a table across tissues, without pictures."""
    beside = others(across)
    lines = [_with_state(line, across) for line in across.frame.to_dict("records")]
    is_partial = any(_score(line, tissue).endswith(PARTIAL) for line in lines for tissue in across.tissues)
    notes = [
        *across.notes,
        *([Note(PARTIAL_SENTENCE)] if is_partial else []),
        *(
            Note(f"{other.remark[:1].upper()}{other.remark[1:]}.", but_not_in=READ - NO_TEX)
            for other in beside
        ),
        *([Note(ACROSS_LEGEND, but_not_in=NO_HTML)] if beside else []),
        *([Note(CONTROLS, is_detail=True)] if (across.frame["kind"] == "control").any() else []),
    ]
    return Section(
        title=f"Across tissues: {across.source}, preset {across.preset}",
        folder=across.folder,
        stem="across_tissues",
        name="Across tissues",
        part=f"Source {across.source}, preset {across.preset}",
        tables=[_scores(across, lines, beside), _gains(across)],
        verdict=across_verdict(across.frame, across.tissues, across.test),
        notes=notes,
        facts=_facts(across),
        warning=warning(across.source),
        not_comparable=NOT_COMPARABLE,
        is_open=True,
    )


def _with_state(line: Mapping[Any, Any], across: Across) -> dict[Any, Any]:
    """Add how many tissues a row has scores in, and what became of it where there is no plain score."""
    states: dict[str, list[str]] = {}
    for tissue in across.tissues:
        states.setdefault(" ".join(str(line[f"{tissue}_status"]).split()), []).append(tissue)
    states.pop("ok", None)
    notes = [
        f"{NOT_RUN} in {', '.join(where)}" if state == NOT_RUN else f"{', '.join(where)}: {state}"
        for state, where in states.items()
    ]
    return {
        **line,
        "scored": sum(pd.notna(line[f"{tissue}_joint_score"]) for tissue in across.tissues),
        "notes": notes,
    }


def _scores(across: Across, lines: list[dict[Any, Any]], beside: list[Others]) -> Table:
    """Return the joint scores; tex has the others and the differences below them, html in small print."""
    columns = (
        Column("title", "method", kind="name"),
        Column("kind", kind="text", formats=ONLY_HTML, secondary=True),
        *(
            Column(
                tissue,
                better="higher",
                explained="joint score",
                show=lambda line, _, tissue=tissue: _score_cell(line, tissue, beside),  # type: ignore[misc]
            )
            for tissue in across.tissues
        ),
        Column(
            "mean_joint_score",
            "mean joint score",
            "mean",
            better="higher",
            explained="mean of the joint scores over tissues; higher is better",
        ),
        Column(
            "mean_rank",
            "mean rank",
            "rank",
            digits=2,
            better="lower",
            explained="lower is better; in brackets the interval of the rank",
            show=_mean_rank,
        ),
        Column(
            "tissues_ranked",
            "tissues scored",
            formats=NO_TEX,
            secondary=True,
            explained="how many have a joint score",
            show=lambda line, _: Cell(str(line["tissues_ranked"]), float(line["scored"])),
        ),
        Column(
            "published_mean",
            "published mean",
            formats=ONLY_HTML,
            secondary=True,
            explained=f"{PUBLISHED_LABEL}; below it the tissues that both have",
            show=_published_mean,
        ),
        Column(
            "published_difference",
            "difference",
            formats=ONLY_HTML,
            secondary=True,
            explained="ours minus published, over the same tissues",
            show=lambda line, _: Cell(
                signed_score(line["published_difference"]), number_or_none(line["published_difference"])
            ),
        ),
    )
    return Table(
        stem="across_tissues",
        title=f"Joint scores across tissues, source {across.source}, preset {across.preset}",
        columns=columns,
        frame=across.frame,
        parts=(
            *methods_and_controls(lines, "Joint scores", "Controls"),
            *(part for other in beside for part in parts(across, lines, other)),
        ),
        caption=_caption(across),
        notes=lambda line: line["notes"],
    )


def _score(line: Line, tissue: str) -> str:
    """Return a joint score in a tissue, marked if it is partial, or what became of the method there."""
    status = str(line[f"{tissue}_status"])
    score = number_or_none(line[f"{tissue}_joint_score"])
    if score is not None:
        return number(score, SCORE_DIGITS) + (PARTIAL if status != "ok" else "")
    head = status.partition(":")[0]
    return MISSING if head.startswith("ok") else head


def _score_cell(line: Line, tissue: str, beside: list[Others]) -> Cell:
    status = str(line[f"{tissue}_status"])
    lines: list[str] = []
    for other in beside:
        theirs = number_or_none(line.get(other.scores.get(tissue)))
        if theirs is not None:
            lines.append(f"{other.short} {number(theirs, other.digits)}")
            difference = number_or_none(line.get(other.differences.get(tissue)))
            if difference is not None:
                lines.append(f"diff. {signed_score(difference)}")
    reason = "" if status == "ok" else status
    return Cell(_score(line, tissue), number_or_none(line[f"{tissue}_joint_score"]), reason, tuple(lines))


def _mean_rank(line: Line, _: Format) -> Cell:
    rank, interval = number_or_none(line["mean_rank"]), interval_text(line, "rank", 0)
    text = number(rank, 2) + (f" ({interval})" if interval != MISSING else "")
    return Cell(text, rank)


def _published_mean(line: Line, _: Format) -> Cell:
    mean = number_or_none(line["published_mean"])
    below = () if mean is None else (str(line["tissues_published"]),)
    return Cell(number(mean, SCORE_DIGITS), mean, lines=below)


def _gains(across: Across) -> Table:
    """Return how far the highest average score is above the second highest, in each tissue."""
    columns = (
        Column("tissue", kind="text"),
        Column("label", "scores", kind="text"),
        Column("best", "highest", kind="text"),
        Column("best_score", "its score"),
        Column("second", "second highest", kind="text"),
        Column("second_score", "its score"),
        Column("gain_percent", "gain (%)", digits=1, explained="of the highest over the second highest"),
    )
    title = "Gain of the highest average score over the second highest, which is no test"
    return Table(
        stem="gains",
        title=title,
        columns=columns,
        parts=(Part(title, tuple(across.gains.to_dict("records"))),),
        formats=frozenset({"md", "html"}),
        filters=False,
    )


def _facts(across: Across) -> dict[str, str]:
    """Return what the table rests on, by label."""
    seeds = sorted({record["seed"] for group in across.groups for record in group.records})
    return {
        "Source": across.source,
        "Preset": across.preset,
        "Seeds": ", ".join(map(str, seeds)),
        "Tissues": str(len(across.tissues)),
        "Data": "sha256 " + ", ".join(f"{group.tissue} {group.data_hash}" for group in across.groups),
    }


def _caption(across: Across) -> str:
    facts = _facts(across)
    return (
        f"Joint scores in {len(across.tissues)} tissues: source {across.source}, preset "
        f"{across.preset}, seeds {facts['Seeds']}, data {facts['Data']}. The best method of each "
        f"column is bold, the second best underlined; controls are in italics. {NOT_COMPARABLE}"
    )
