"""The table across tissues as Markdown."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geneboard.benchmark.report.across import Across
from geneboard.benchmark.report.across_wording import (
    PARTIAL_SENTENCE,
    RANK_DIGITS,
    SCORE_DIGITS,
    Others,
    across_facts,
    has_partial,
    others,
    score_cell,
    signed,
    status_notes,
    with_numbers,
)
from geneboard.benchmark.report.markdown_text import escape, table
from geneboard.benchmark.report.wording import (
    CONTROLS,
    MISSING,
    NOT_COMPARABLE,
    SYNTHETIC,
    is_synthetic,
    number,
)


def render_across_markdown(across: Across) -> str:
    """Return across_tissues.md."""
    frame = across.frame
    lines = [f"# Across tissues: {escape(across.source)}, preset {escape(across.preset)}", ""]
    if is_synthetic(across.groups[0]):
        lines += ["> [!WARNING]", f"> **{SYNTHETIC}**", ""]
    lines += [f"- {label}: {escape(value)}" for label, value in across_facts(across).items()]
    lines += ["", f"**{NOT_COMPARABLE}**", ""]
    is_control = frame["kind"] == "control"
    for title, part in (("Average scores", frame.loc[~is_control]), ("Controls", frame.loc[is_control])):
        if len(part):
            lines += [f"## {title}", "", *_scores(across, part), ""]
    for other in others(across):
        lines += [f"## Beside {escape(other.label)}", "", *_beside(across, other), ""]
    if len(across.gains):
        lines += ["## Gain over the second best", "", *_gains(across), ""]
    lines += ["## Notes", "", *(f"- {escape(sentence)}" for sentence in across.sentences)]
    notes = [f"- **{escape(title)}**: {escape(note)}" for title, note in status_notes(across)]
    lines += [*notes, *([f"- {escape(PARTIAL_SENTENCE)}"] if has_partial(across) else [])]
    lines += [f"- {CONTROLS}"] if is_control.any() else []
    return "\n".join(lines) + "\n"


def _scores(across: Across, part: pd.DataFrame) -> list[str]:
    header = ["method", *across.tissues, "mean score", "mean rank", "tissues scored"]
    return table(
        [escape(name) for name in header],
        [
            [
                escape(row["title"]),
                *(escape(score_cell(row, tissue)) for tissue in across.tissues),
                number(row["mean_score"], SCORE_DIGITS),
                number(row["mean_rank"], RANK_DIGITS),
                str(row["tissues_scored"]),
            ]
            for row in part.to_dict("records")
        ],
    )


def _beside(across: Across, other: Others) -> list[str]:
    """Return a table of cells "ours / theirs (ours minus theirs)"."""
    header = ["method", *other.scores]
    lines = [
        [escape(row["title"]), *(_beside_cell(row, tissue, other) for tissue in other.scores)]
        for row in with_numbers(across, other)
    ]
    if other.mean:
        header += ["mean", "mean difference", "over tissues"]
        for cells, row in zip(lines, with_numbers(across, other), strict=True):
            cells += [number(row[other.mean], SCORE_DIGITS), signed(row[other.mean_difference])]
            cells.append(row[other.tissues])
    legend = f"Ours / {other.label} (ours minus {other.label}). {other.remark[:1].upper()}{other.remark[1:]}."
    return [escape(legend), "", *table([escape(name) for name in header], lines)]


def _beside_cell(row: dict[Any, Any], tissue: str, other: Others) -> str:
    theirs = number(row[other.scores[tissue]], 2)
    ours = escape(score_cell(row, tissue))
    if theirs == MISSING:
        return ours
    difference = row[other.differences[tissue]]
    return f"{ours} / {theirs}" + ("" if pd.isna(difference) else f" ({signed(difference)})")


def _gains(across: Across) -> list[str]:
    lines = [
        [
            escape(row["label"]),
            escape(row["tissue"]),
            f"{escape(row['best'])} {number(row['best_score'], SCORE_DIGITS)}",
            f"{escape(row['second'])} {number(row['second_score'], SCORE_DIGITS)}",
            number(row["gain_percent"], 1),
        ]
        for row in across.gains.to_dict("records")
    ]
    return table(["scores", "tissue", "best", "second", "gain (%)"], lines, texts=(0, 1, 2, 3))
