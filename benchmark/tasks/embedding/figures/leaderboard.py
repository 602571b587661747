"""The figures of a leaderboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from geneboard.benchmark.report.figures import cost, dot_interval, heatmap
from geneboard.benchmark.report.figures.curves import curves_figures
from geneboard.benchmark.report.figures.style import KIND_LOOKS, Heading
from geneboard.benchmark.report.number_text import MISSING, UNDEFINED, number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.report.wording import FrameRow, best_row, controls_of, methods_of
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import JOINT, LEADS, METRICS
from geneboard.benchmark.tasks.embedding.board.words import winner_sentence
from geneboard.benchmark.tasks.embedding.figures.umap import map_figures
from geneboard.benchmark.tasks.embedding.maps.layout import Layout
from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS

ORACLE = "oracle"
"""The control that knows the truth."""


def board_figures(board: Board, layouts: Mapping[str, Layout]) -> list[Figure]:
    """Return the figures of a leaderboard, what ranks it first; those that would be empty are absent.

    Parameters
    ----------
    board
        The leaderboard.
    layouts
        Maps of embeddings by the key of the record.
    """
    frame, figures = board.frame, []
    if board.lead:
        figures.append(_lead_score(board))
    figures.append(_heatmap(board))
    if board.lead and (frame[board.lead].notna() & (frame["cpu_seconds"] > 0)).any():
        figures.append(_cost(board))
    return [*figures, *curves_figures(board.group, board.frame["method"]), *map_figures(board, layouts)]


def _label(board: Board) -> str:
    return f"{LEADS[board.lead]} (higher is better)"


def _heading(board: Board, finding: str) -> Heading:
    return Heading.of(board.group, f"{board.group.tissue}: {finding}")


CEILINGS = dict.fromkeys((*LEADS, "ASW", "AUC", "iLISI", "GC"), 1.0)
"""Highest possible values; those of CGR and NO depend on the graphs."""


def _heatmap(board: Board) -> Figure:
    frame, rows = board.frame, board.lines
    columns = [*([board.lead] if board.lead else []), *METRICS]
    best = {metric: row for metric in columns if (row := best_row(methods_of(rows), metric)) is not None}
    highest = "; ".join(
        f"{LEADS.get(metric, metric)} {row['title']} {number(row[metric], 3)}" for metric, row in best.items()
    )
    values = frame[columns].astype(float).set_axis([row["title"] for row in rows])
    knows_nothing = ((frame["kind"] == "control") & (frame["method"] != ORACLE)).to_numpy()
    shares = heatmap.shares_of(values, knows_nothing, CEILINGS, {JOINT: NOT_ABOVE_CONTROLS})
    texts = pd.DataFrame(
        [
            [number(row[metric], 3, UNDEFINED if row["seeds"] else MISSING) for metric in columns]
            for row in rows
        ]
    )
    floor = "highest\ncontrol" if knows_nothing.any() else "lowest\nvalue"
    scale = (
        "Colour: from the highest control of each column to its ceiling, 1 (of CGR and NO, where it depends "
        "on the graphs, the highest value here). Grey: not above the controls."
        if knows_nothing.any()
        else "Colour: from the lowest value of each column to its ceiling, as no control was run."
    )
    return Figure(
        "heatmap",
        partial(
            heatmap.draw,
            _heading(board, f"{LEADS[board.lead]} and the six metrics" if board.lead else "the six metrics"),
            shares.rename(columns=LEADS),
            texts,
            values.isna(),
            ends=(floor, "ceiling"),
            apart=len(controls_of(rows)),
            instead={number: _instead(row) for number, row in enumerate(rows) if not row["seeds"]},
            notes=[scale, "Higher is better."],
        ),
        alt=f"Heat map. Highest values of the methods: {highest}.",
        caption="Scores of every row, as in the table; grey is what a control reaches too.",
    )


def _instead(row: FrameRow) -> str:
    return f"{row['status']}: {row['reason'].partition(': ')[2]}".rstrip(": ")


def _lead_score(board: Board) -> Figure:
    frame, rows, lead = board.frame, board.lines, board.lead
    points = pd.DataFrame(
        {
            "row": range(len(rows)),
            "series": frame["kind"],
            "value": frame[lead],
            "low": frame[f"{lead}_low"],
            "high": frame[f"{lead}_high"],
            "wide_low": frame[f"{lead}_datasets_low"],
            "wide_high": frame[f"{lead}_datasets_high"],
            "text": [f"no {LEADS[lead]}" if row["seeds"] else row["status"] for row in rows],
        }
    )
    letters = [board.comparison.letters.get(row["method"], "") for row in rows]
    level = number(NOT_ABOVE_CONTROLS, 2)
    notes = {
        "Methods that share a letter are not told apart (see the table).": any(letters),
        f"Controls are the level of no knowledge (oracle: the truth), at most {level}; they have no interval "
        "over datasets.": bool(controls_of(rows)),
    }
    controls = _in_order(controls_of(rows), lead)
    return Figure(
        lead,
        partial(
            dot_interval.draw,
            _heading(board, winner_sentence(board).rstrip(".")),
            [row["title"] for row in rows],
            [dot_interval.Panel(_label(board), points, line=NOT_ABOVE_CONTROLS, span=(0.0, 1.0))],
            KIND_LOOKS,
            apart=len(controls_of(rows)),
            right=letters,
            words=dot_interval.Words(right="tie group", line=f"level of no knowledge ({level})"),
            notes=[note for note, applies in notes.items() if applies],
        ),
        alt=f"{_capital(LEADS[lead])}, best first: {_in_order(methods_of(rows), lead)}."
        + (f" Controls: {controls}." if controls else ""),
        caption=f"{_capital(LEADS[lead])} with its intervals; the dashed line is the level of no knowledge.",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_order(rows: Sequence[FrameRow], lead: str) -> str:
    scored = sorted((row for row in rows if pd.notna(row[lead])), key=lambda row: -row[lead])
    return ", ".join(f"{row['title']} {number(row[lead], 2)}" for row in scored)


def _cost(board: Board) -> Figure:
    lead = board.lead
    lines = pd.DataFrame(board.lines)[["title", "kind", "cpu_seconds", "peak_mb", lead]]
    shown = [row for row in methods_of(board.lines) if row["cpu_seconds"] > 0 and pd.notna(row[lead])]
    best, fastest = best_row(shown, lead), best_row(shown, "cpu_seconds", lowest=True)
    ends = {"highest and fastest": best} if best is fastest else {"highest": best, "fastest": fastest}
    told = [
        f"the {which}, {row['title']}, takes {number(row['cpu_seconds'], 1)} s for {number(row[lead], 2)}"
        for which, row in ends.items()
        if row is not None
    ]
    what = f"processor time against {LEADS[lead]}"
    return Figure(
        "cost",
        partial(cost.draw, _heading(board, "; ".join(told) or what), lines, lead, _label(board)),
        alt=" ".join([f"{_capital(what)}.", *(f"T{one[1:]}." for one in told)]),
        caption=f"What a score costs: processor time of one training against the {LEADS[lead]}.",
    )
