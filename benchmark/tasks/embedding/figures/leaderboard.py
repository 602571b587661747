"""The figures of a leaderboard, and of the table across tissues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from geneboard.benchmark.report.figures import cost, dot_interval, heatmap
from geneboard.benchmark.report.figures.curves import curves_figures
from geneboard.benchmark.report.figures.style import KIND_LOOKS, Heading
from geneboard.benchmark.report.number_text import MISSING, UNDEFINED, number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.report.statistics.paired import ALPHA
from geneboard.benchmark.report.wording import FrameRow, best_row, controls_of, methods_of
from geneboard.benchmark.tasks.embedding.across.across import Across
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.columns import PUBLISHED_LABEL
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS
from geneboard.benchmark.tasks.embedding.board.words import winner_sentence
from geneboard.benchmark.tasks.embedding.figures.umap import map_figures
from geneboard.benchmark.tasks.embedding.maps.layout import Layout

SCORE_LABEL = "average score (higher is better)"


def board_figures(board: Board, layouts: Mapping[str, Layout]) -> list[Figure]:
    """Return the figures of a leaderboard; those that would be empty are absent.

    Parameters
    ----------
    board
        The leaderboard.
    layouts
        Maps of embeddings by the key of the record.
    """
    frame = board.frame
    figures = [_heatmap(board)]
    if frame["average_score"].notna().any():
        figures.append(_average_score(board))
        if (frame["average_score"].notna() & (frame["cpu_seconds"] > 0)).any():
            figures.append(_cost(board))
    return [*figures, *curves_figures(board.group, board.frame["method"]), *map_figures(board, layouts)]


def _heading(board: Board, finding: str) -> Heading:
    return Heading.of(board.group, f"{board.group.tissue}: {finding}")


def _heatmap(board: Board) -> Figure:
    frame, rows = board.frame, board.frame.to_dict("records")
    best = {metric: row for metric in METRICS if (row := best_row(methods_of(rows), metric)) is not None}
    highest = "; ".join(f"{metric} {row['title']} {number(row[metric], 3)}" for metric, row in best.items())
    finding = "six metrics"
    if best:
        title, n = Counter(row["title"] for row in best.values()).most_common(1)[0]
        finding = f"{title} has the highest value in {n} of six metrics"
    values = frame.set_index("title")[list(METRICS)].astype(float)
    texts = pd.DataFrame(
        [
            [number(row[metric], 3, UNDEFINED if row["seeds"] else MISSING) for metric in METRICS]
            for row in rows
        ]
    )
    return Figure(
        "heatmap",
        partial(
            heatmap.draw,
            _heading(board, finding),
            heatmap.shares_of(values, (frame["kind"] != "control").to_numpy()),
            texts,
            apart=len(controls_of(rows)),
            instead={number: _instead(row) for number, row in enumerate(rows) if not row["seeds"]},
            notes=[
                "Colour: lowest (dark) to highest (light) of the methods in each metric; higher is better."
            ],
        ),
        alt=f"Heat map of six metrics. Highest values of the methods: {highest}.",
        caption="The six metrics of every row, as in the table.",
    )


def _instead(row: FrameRow) -> str:
    return f"{row['status']}: {row['reason'].partition(': ')[2]}".rstrip(": ")


def _average_score(board: Board) -> Figure:
    frame, rows = board.frame, board.frame.to_dict("records")
    points = pd.DataFrame(
        {
            "row": range(len(rows)),
            "series": frame["kind"],
            "value": frame["average_score"],
            "low": frame["average_score_low"],
            "high": frame["average_score_high"],
            "wide_low": frame["average_score_datasets_low"],
            "wide_high": frame["average_score_datasets_high"],
            "published": frame["published_score"].where(frame["average_score"].notna()),
            "text": ["no average score" if row["seeds"] else row["status"] for row in rows],
        }
    )
    letters = [board.comparison.letters.get(row["method"], "") for row in rows]
    notes = {
        "Methods that share a letter are not told apart (see the table).": any(letters),
        f"Published score: arXiv 2310.02275 ({PUBLISHED_LABEL}).": frame["published_score"].notna().any(),
        "Controls have no interval over datasets.": bool(controls_of(rows)),
    }
    controls = _in_order(controls_of(rows))
    return Figure(
        "average_score",
        partial(
            dot_interval.draw,
            _heading(board, winner_sentence(rows, board.comparison.pairs).rstrip(".")),
            list(frame["title"]),
            [dot_interval.Panel(SCORE_LABEL, points, span=(0.0, 1.0))],
            KIND_LOOKS,
            apart=len(controls_of(rows)),
            right=letters,
            words=dot_interval.Words(right="tie group"),
            notes=[note for note, applies in notes.items() if applies],
        ),
        alt=f"Average scores, best first: {_in_order(methods_of(rows))}."
        + (f" Controls: {controls}." if controls else ""),
        caption="Average score with its intervals.",
    )


def _in_order(rows: Sequence[FrameRow]) -> str:
    scored = [row for row in rows if pd.notna(row["average_score"])]
    scored.sort(key=lambda row: -row["average_score"])
    return ", ".join(f"{row['title']} {number(row['average_score'], 2)}" for row in scored)


def _cost(board: Board) -> Figure:
    columns = ["title", "kind", "cpu_seconds", "peak_mb", "average_score"]
    rows = methods_of(board.frame.to_dict("records"))
    shown = [row for row in rows if row["cpu_seconds"] > 0 and pd.notna(row["average_score"])]
    best, fastest = best_row(shown, "average_score"), best_row(shown, "cpu_seconds", lowest=True)
    ends = {"best and fastest": best} if best is fastest else {"best": best, "fastest": fastest}
    told = [
        f"the {which}, {row['title']}, takes {number(row['cpu_seconds'], 1)} s for "
        f"{number(row['average_score'], 2)}"
        for which, row in ends.items()
        if row is not None
    ]
    finding = "; ".join(told) or "processor time against average score"
    return Figure(
        "cost",
        partial(cost.draw, _heading(board, finding), board.frame[columns], "average_score", SCORE_LABEL),
        alt=" ".join(["Processor time against average score.", *(f"T{one[1:]}." for one in told)]),
        caption="What a score costs: processor time of one training against the average score.",
    )


def across_figures(across: Across) -> list[Figure]:
    """Return the figure of mean ranks over all tissues, if they were tested."""
    test = across.test
    if test is None:
        return []
    ranks = test.mean_ranks
    half = test.critical_difference / 2
    points = pd.DataFrame(
        {"row": range(len(ranks)), "series": "", "value": ranks, "low": ranks - half, "high": ranks + half}
    )
    behind = [title for title, rank in ranks.items() if rank - ranks.iloc[0] > test.critical_difference]
    finding = (
        f"{ranks.index[0]} has the best mean rank over {test.n_tissues} tissues, {number(ranks.iloc[0], 2)}"
    )
    order = ", ".join(f"{title} {number(rank, 2)}" for title, rank in ranks.items())
    distance = number(test.critical_difference, 2)
    return [
        Figure(
            "critical_difference",
            partial(
                dot_interval.draw,
                Heading.of(across, f"{finding}; told apart from {len(behind)} of {len(ranks) - 1} others"),
                list(map(str, ranks.index)),
                [dot_interval.Panel("mean rank by average score (1 is best)", points, span=(1.0,))],
                {"": KIND_LOOKS["published"]},
                right=[number(rank, 2) for rank in ranks],
                words=dot_interval.Words(bar=f"± half of the critical difference, {distance}"),
                notes=[
                    "Methods whose bars have no rank in common differ by more than the critical difference "
                    f"(Nemenyi's test, level {ALPHA:g})."
                ],
            ),
            alt=f"Mean ranks over {len(across.tissues)} tissues, best first: {order}. The critical "
            f"difference is {distance}.",
            caption="Mean rank over the tissues. Methods whose bars have no rank in common are told apart.",
        )
    ]
