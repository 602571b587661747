"""The table across tissues as a LaTeX table, in the shape of the published main table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
from geneboard.benchmark.report.best import column_marks
from geneboard.benchmark.report.latex import DAGGER
from geneboard.benchmark.report.latex_text import body, escape, figure, marked, row, table
from geneboard.benchmark.report.wording import CONTROLS, NOT_COMPARABLE, SYNTHETIC, is_synthetic, number


def render_across_latex(across: Across) -> str:
    """Return across_tissues.tex: our scores, then for each table beside ours its scores and the differences.

    In our part the best of the methods is bold in every column and the second best underlined, as far as the
    digits shown tell them apart. Controls are in italics.
    """
    ours = _our_rows(across)
    header = ["Method", *map(escape, across.tissues), "Mean", "Rank"]
    lines = body(header, ours, list(across.frame["kind"] == "control"))
    for other in others(across):
        label = escape(other.label)
        lines += _part(f"{label}{DAGGER}", len(header), _their_rows(across, other))
        lines += _part(f"ours minus {label}", len(header), _difference_rows(across, other))
    return table(
        caption=_caption(across),
        label="tab:" + "-".join(across.folder.parts),
        columns="l" + "r" * (len(header) - 1),
        lines=lines,
        notes=[
            *map(escape, _notes(across)),
            *(DAGGER + escape(f"{other.remark}.") for other in others(across)),
        ],
    )


def _our_rows(across: Across) -> list[list[str]]:
    lines = across.frame.to_dict("records")
    columns = [[escape(line["title"]) for line in lines]]
    for tissue in across.tissues:
        texts = [score_cell(line, tissue) for line in lines]
        columns.append(_marked(across, tissue, SCORE_DIGITS, texts))
    for name, digits in (("mean_score", SCORE_DIGITS), ("mean_rank", RANK_DIGITS)):
        columns.append(_marked(across, name, digits, [number(line[name], digits) for line in lines]))
    return [list(cells) for cells in zip(*columns, strict=True)]


def _marked(across: Across, column: str, digits: int, texts: Sequence[str]) -> list[str]:
    """Return the cells of a column, the best and the second best of the methods marked."""
    marks = column_marks(
        across.frame, column, digits, "lower is better" if column == "mean_rank" else "higher is better"
    )
    return marked(texts, marks)


def _part(heading: str, width: int, rows: Sequence[Sequence[str]]) -> list[str]:
    spanned = rf"\multicolumn{{{width}}}{{l}}{{\emph{{{heading}}}}} \\"
    return [r"\midrule", spanned, *(row(cells) for cells in rows)]


def _their_rows(across: Across, other: Others) -> list[list[str]]:
    return [
        [
            escape(line["title"]),
            *(figure(number(line.get(other.scores.get(tissue)), 2)) for tissue in across.tissues),
            figure(number(line[other.mean], SCORE_DIGITS)) if _in_all(line, other, across) else "",
            "",
        ]
        for line in with_numbers(across, other)
    ]


def _difference_rows(across: Across, other: Others) -> list[list[str]]:
    return [
        [
            escape(line["title"]),
            *(figure(signed(line.get(other.differences.get(tissue)))) for tissue in across.tissues),
            figure(signed(line[other.mean_difference])) if _in_all(line, other, across) else "",
            "",
        ]
        for line in with_numbers(across, other)
    ]


def _in_all(line: Mapping[Any, Any], other: Others, across: Across) -> bool:
    """Return whether a row has a mean over all tissues; one over fewer could be misread here."""
    return bool(other.mean) and line[other.tissues] == f"{len(across.tissues)} of {len(across.tissues)}"


def _caption(across: Across) -> str:
    facts = across_facts(across)
    warning = rf" \textbf{{{escape(SYNTHETIC)}}}" if is_synthetic(across.groups[0]) else ""
    return (
        escape(
            f"Average scores in {facts['Tissues']} tissues: source {facts['Source']}, preset "
            f"{facts['Preset']}, seeds {facts['Seeds']}, data {facts['Data']}. The best method of each "
            f"column is bold, the second best underlined; controls are in italics. {NOT_COMPARABLE}"
        )
        + warning
    )


def _notes(across: Across) -> list[str]:
    notes = [f"{title}: {note}." for title, note in status_notes(across)]
    notes += across.sentences
    if has_partial(across):
        notes.append(PARTIAL_SENTENCE)
    if (across.frame["kind"] == "control").any():
        notes.append(CONTROLS)
    return notes
