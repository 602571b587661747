"""The comparison of two result folders as text, Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geneboard.benchmark.report import latex_text, markdown_text
from geneboard.benchmark.report.columns import SCORED
from geneboard.benchmark.report.compare import (
    EXCEEDS,
    NO_INTERVAL,
    SAME,
    SCALE_MOVED,
    UNDEFINED_IN,
    WITHIN,
    BoardPair,
    FolderComparison,
)
from geneboard.benchmark.report.inference.columns import METRICS as INFERENCE_METRICS
from geneboard.benchmark.report.latex_text import figure
from geneboard.benchmark.report.plain_text import wrap
from geneboard.benchmark.report.wording import (
    MISSING,
    UNDEFINED,
    interval_cell,
    is_synthetic,
    number,
    synthetic_sentence,
)
from geneboard.datasets.atomic import write_atomically

DIGITS = 4
LEGEND = (
    "A difference is 2 minus 1.",
    f"= {SAME}: equal to nine digits.",
    f"No sign, {WITHIN}: the intervals over seeds overlap, or the score of a single seed lies in the other's "
    "interval.",
    f"! {EXCEEDS}: they do not; of fewer than six seeds the interval is their range, which is no test.",
    f"? {NO_INTERVAL}: single seeds on both sides.",
    "A deterministic method needs no second seed: the interval of its score is the score.",
    f"s {SCALE_MOVED}: the average score differs, but no metric of the row does; the scale is another.",
    f"{UNDEFINED}: the score is undefined in 1, in 2 or in both.",
)
_SIGNS = {SAME: "=", WITHIN: "", EXCEEDS: "!", NO_INTERVAL: "?", SCALE_MOVED: "s"}


def summary(comparison: FolderComparison) -> list[str]:
    """Return how many scores are compared, with what result, and which leaderboards are not compared."""
    counts = [f"{n} {verdict}" for verdict, n in sorted(comparison.counts.items())]
    return [
        f"1 is {comparison.first}, 2 is {comparison.second}.",
        f"{len(comparison.frame)} scores compared: {', '.join(counts) or 'none'}.",
        *(f"Not compared: {reason}." for reason in comparison.not_compared),
    ]


def render_comparison_text(comparison: FolderComparison) -> str:
    """Return the comparison for the terminal: all differences, those that exceed intervals in full."""
    lines = [line for sentence in (*summary(comparison), *LEGEND) for line in wrap(sentence)]
    for pair in comparison.pairs:
        lines += ["", *wrap(_heading(pair)), *(line for text in pair.sentences for line in wrap(text))]
        if is_synthetic(pair.first):
            lines += wrap(synthetic_sentence(pair.first))
        if pair.frame.empty:
            continue
        lines += ["", *_aligned([_header(pair), *_differences(pair)])]
        beyond = pair.frame.loc[pair.frame["verdict"] == EXCEEDS].to_dict("records")
        lines += [line for row in beyond for line in wrap(_sentence(row))]
    return "\n".join(lines)


def render_comparison_markdown(comparison: FolderComparison) -> str:
    """Return comparison.md: all differences, and in full all that are not the same."""
    escape = markdown_text.escape
    lines = ["# Two result folders", "", *(f"- {escape(text)}" for text in (*summary(comparison), *LEGEND))]
    for pair in comparison.pairs:
        lines += ["", f"## {escape(_heading(pair))}", ""]
        if is_synthetic(pair.first):
            lines += [f"**{synthetic_sentence(pair.first)}**", ""]
        lines += [f"- {escape(text)}" for text in pair.sentences]
        if pair.frame.empty:
            continue
        cells = [[escape(cell) for cell in line] for line in _differences(pair)]
        lines += ["", *markdown_text.table(_header(pair), cells)]
        differ = pair.frame.loc[pair.frame["verdict"] != SAME].to_dict("records")
        if differ:
            cells = [[escape(cell) for cell in _in_full(line)] for line in differ]
            lines += ["", *markdown_text.table(_IN_FULL, cells, texts=(0, 1, -1))]
    return "\n".join(lines) + "\n"


def render_comparison_latex(comparison: FolderComparison) -> str:
    """Return comparison.tex: one table environment per leaderboard, with all differences."""
    escape = latex_text.escape
    legend = " ".join(LEGEND)
    return "\n".join(
        latex_text.table(
            caption=escape(f"{_heading(pair)}: 1 is {comparison.first}, 2 is {comparison.second}. {legend}")
            + (rf" \textbf{{{escape(synthetic_sentence(pair.first))}}}" if is_synthetic(pair.first) else ""),
            label="tab:comparison-" + "-".join(pair.first.folder.parts),
            columns="l" + "r" * len(_scores_of(pair)),
            lines=[
                latex_text.row(list(map(escape, _header(pair)))),
                r"\midrule",
                *(
                    latex_text.row([escape(title), *map(figure, cells)])
                    for title, *cells in _differences(pair)
                ),
            ],
            notes=[escape(text) for text in pair.sentences],
        )
        for pair in comparison.pairs
        if not pair.frame.empty
    )


def write_comparison(comparison: FolderComparison, out: Path) -> list[Path]:
    """Write comparison.csv, .md and .tex into a folder."""
    contents = {
        "comparison.csv": comparison.frame.to_csv(index=False, lineterminator="\n"),
        "comparison.md": render_comparison_markdown(comparison),
        "comparison.tex": render_comparison_latex(comparison),
    }
    for name, text in contents.items():
        write_atomically(out / name, text.encode())
    return [out / name for name in contents]


def _heading(pair: BoardPair) -> str:
    group = pair.first
    genes = f", genes of {group.covered_by}" if group.covered_by else ""
    return f"{group.tissue}: source {group.source}, preset {group.preset}{genes}, data {group.data_hash}"


def _scores_of(pair: BoardPair) -> tuple[str, ...]:
    return INFERENCE_METRICS if pair.first.is_inference else SCORED


def _header(pair: BoardPair) -> list[str]:
    return ["method", *map(_spelled, _scores_of(pair))]


def _spelled(column: str) -> str:
    return column.replace("_", " ")


def _differences(pair: BoardPair) -> list[list[str]]:
    """Return one line per method: title, then the difference of each score with the sign of its verdict."""
    lines = []
    for _, rows in pair.frame.groupby("method", sort=False):
        by_metric = {row["metric"]: row for row in rows.to_dict("records")}
        cells = [_difference(by_metric.get(metric)) for metric in _scores_of(pair)]
        lines.append([str(rows["title"].iloc[0]), *cells])
    return lines


def _difference(row: Mapping[Any, Any] | None) -> str:
    if row is None:
        return MISSING
    if row["verdict"].startswith(UNDEFINED_IN):
        return UNDEFINED
    if row["verdict"] == SAME:
        return _SIGNS[SAME]
    return f"{_signed(row['difference'])} {_SIGNS[row['verdict']]}".rstrip()


def _signed(difference: float) -> str:
    """Return a difference with its sign, which is not lost where the digits shown are all 0."""
    text = number(abs(difference), DIGITS)
    return ("+" if difference > 0 else "-") + text


_IN_FULL = (
    "method",
    "score",
    *(f"{what} {side}" for side in ("1", "2") for what in ("value", "seeds", "over seeds")),
    "difference",
    "verdict",
)


def _in_full(row: dict[Any, Any]) -> list[str]:
    """Return all there is to say of a difference, in the order of `_IN_FULL`."""
    sides = [
        cell
        for side in ("1", "2")
        for cell in (
            number(row[f"value_{side}"], DIGITS, UNDEFINED),
            str(row[f"seeds_{side}"]),
            _over_seeds(row, side),
        )
    ]
    missing = pd.isna(row["difference"])
    difference = MISSING if missing else _signed(row["difference"])
    return [row["title"], _spelled(row["metric"]), *sides, difference, row["verdict"]]


def _sentence(row: dict[Any, Any]) -> str:
    cells = dict(zip(_IN_FULL, _in_full(row), strict=True))
    sides = [f"{cells[f'value {side}']} ({cells[f'over seeds {side}']}) in {side}" for side in ("1", "2")]
    return f"! {cells['method']}, {cells['score']}: {', '.join(sides)}, {cells['difference']}"


def _over_seeds(row: Mapping[Any, Any], side: str) -> str:
    ends = {f"score_{end}": row[f"{end}_{side}"] for end in ("low", "high")}
    return interval_cell(ends, "score", DIGITS)


def _aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return [
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    ]
