"""The tables of the L1000 task in the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from geneboard.benchmark.report.best import column_marks
from geneboard.benchmark.report.inference.board import InferenceBoard
from geneboard.benchmark.report.inference.columns import DIGITS, METRICS, RANK_DIGITS, direction
from geneboard.benchmark.report.inference.experiment_rows import MetricTable, ProblemCell
from geneboard.benchmark.report.inference.experiments import Experiment
from geneboard.benchmark.report.inference.published import COLUMNS, LABEL, TEXTS, published_figures
from geneboard.benchmark.report.inference.wording import heading, other_sets, row_notes
from geneboard.benchmark.report.page.table import Cell, Column, Notes, Table, TableRow, sort_value
from geneboard.benchmark.report.page.words import FrameRow
from geneboard.benchmark.report.wording import MISSING, interval_cell, metric_cell, number
from geneboard.metrics.inference.metric_columns import METRICS as METRIC_COLUMNS

_EXPLAINED = {metric.name: f"{metric.title}; {direction(metric.name)}" for metric in METRIC_COLUMNS}
_P_DIGITS = 3


def score_table(board: InferenceBoard, rows: Sequence[FrameRow]) -> Table:
    """Return the leaderboard: scores over the targets, intervals in small print, controls below."""
    notes = Notes()
    marks = {metric: column_marks(board.frame, metric, DIGITS, direction(metric)) for metric in METRICS}
    ranks = column_marks(board.frame, "rank", RANK_DIGITS, "lower is better")
    lines = []
    for place, row in enumerate(rows):
        found = tuple(notes.number(str(row["title"]), note) for note in row_notes(row))
        cells = [
            Cell(str(row["title"]), footnotes=found),
            Cell(str(row["kind"])),
            *(
                Cell(
                    metric_cell(row, metric, DIGITS),
                    sort_value(row[metric]),
                    marks[metric][place],
                    _reason(row, metric),
                    lines=_interval_lines(row, metric),
                )
                for metric in METRICS
            ),
            Cell(number(row["rank"], RANK_DIGITS), sort_value(row["rank"]), ranks[place]),
            Cell(str(row["seeds"]), sort_value(row["seeds"])),
            _plain(row, "wall_seconds", 1),
            _plain(row, "peak_mb", 0),
            Cell(str(row["status"]), reason=str(row["reason"])),
        ]
        lines.append(TableRow(str(row["kind"]), tuple(cells)))
    columns = (
        Column("method", numeric=False),
        Column("kind", numeric=False),
        *(Column(metric, explained=_EXPLAINED[metric]) for metric in METRICS),
        Column("rank", explained="by PCC; lower is better"),
        Column("seeds"),
        Column("time (s)", explained="wall time, mean over cells"),
        Column("memory (MB)", explained="highest peak of the cells"),
        Column("status", numeric=False),
    )
    name = f"{board.group.folder.as_posix()}/scores"
    return _split(name, f"Leaderboard of {board.group.tissue}", columns, lines, notes.texts)


def other_tables(board: InferenceBoard, rows: Sequence[FrameRow]) -> tuple[tuple[str, Table], ...]:
    """Return heading and table of every other set of genes that is scored: best inferred, landmarks."""
    return tuple(
        (heading(ending, board), _other_table(board, rows, ending)) for ending in other_sets(board.frame)
    )


def _other_table(board: InferenceBoard, rows: Sequence[FrameRow], ending: str) -> Table:
    scores = [f"{metric}{ending}" for metric in METRICS]
    marks = {score: column_marks(board.frame, score, DIGITS, direction(score)) for score in scores}
    lines = [
        TableRow(
            str(row["kind"]),
            (
                Cell(str(row["title"])),
                *(
                    Cell(
                        metric_cell(row, score, DIGITS),
                        sort_value(row[score]),
                        marks[score][place],
                        _reason(row, score),
                        lines=_interval_lines(row, score),
                    )
                    for score in scores
                ),
            ),
        )
        for place, row in enumerate(rows)
    ]
    columns = (
        Column("method", numeric=False),
        *(Column(metric, explained=_EXPLAINED[metric]) for metric in METRICS),
    )
    name = f"{board.group.folder.as_posix()}/scores{ending.replace('_', '-')}"
    return _split(name, f"{heading(ending, board)}, {board.group.tissue}", columns, lines)


def pairs_table(board: InferenceBoard) -> Table:
    """Return every row against the baseline, as pairs.csv has it."""
    lines = []
    for row in board.tests.pairs.to_dict("records"):
        cells = (
            Cell(str(row["title"])),
            Cell(str(row["metric"])),
            Cell(str(row["over"])),
            Cell(number(row["n"], 0), sort_value(row["n"])),
            Cell(
                number(row["difference"], DIGITS),
                sort_value(row["difference"]),
                lines=_interval_lines(row, "difference"),
            ),
            Cell(_of_seeds(row), sort_value(row["seeds_better"])),
            _plain(row, "median_difference", DIGITS),
            _plain(row, "share_better", 2),
            Cell(_p(row["p"]), sort_value(row["p"])),
            Cell(_p(row["p_holm"]), sort_value(row["p_holm"])),
            Cell(str(row["verdict"] or row["no_test"])),
        )
        lines.append(TableRow(str(row["kind"]), cells))
    columns = (
        Column("method", numeric=False),
        Column("metric", numeric=False),
        Column("over", numeric=False),
        Column("n", explained="genes or patients"),
        Column("difference", explained="row minus baseline; in small print its interval over seeds"),
        Column("seeds better", explained="of those that both have"),
        Column("median difference", explained="over genes or patients"),
        Column("share better", explained="of genes or patients"),
        Column("p", explained="Wilcoxon's signed-rank test"),
        Column("p (Holm)", explained="corrected for the methods of this table"),
        Column("verdict", numeric=False),
    )
    name = f"{board.group.folder.as_posix()}/pairs"
    return _split(
        name, f"Against {board.tests.baseline or 'the baseline'}, {board.group.tissue}", columns, lines
    )


def experiment_table(experiment: Experiment, of_metric: MetricTable) -> Table:
    """Return one metric over several problems."""
    lines = [TableRow(kind, (Cell(name), *map(_problem_cell, cells))) for name, kind, cells in of_metric.rows]
    columns = (Column("method", numeric=False), *(Column(head) for head in of_metric.header))
    name = f"{(experiment.folder / experiment.stem).as_posix()}/{of_metric.metric}"
    return _split(
        name, f"{experiment.kind.title}: {of_metric.metric} ({of_metric.direction})", columns, lines
    )


def published_table(experiment: Experiment) -> Table:
    """Return the published figures, which stand apart."""
    lines = [
        TableRow(
            "published",
            tuple(Cell(row[name], None if name in TEXTS else float(row[name])) for name in COLUMNS),
        )
        for row in published_figures()
    ]
    columns = tuple(Column(label, numeric=name not in TEXTS) for name, label in COLUMNS.items())
    name = f"{(experiment.folder / experiment.stem).as_posix()}/published"
    return Table(name, LABEL, columns, tuple(lines))


def _problem_cell(cell: ProblemCell | None) -> Cell:
    if cell is None:
        return Cell(MISSING)
    return Cell(cell.text, cell.value, lines=(cell.interval,) if cell.interval else ())


def _split(
    name: str,
    caption: str,
    columns: tuple[Column, ...],
    lines: Iterable[TableRow],
    notes: tuple[str, ...] = (),
) -> Table:
    """Return a table whose controls stand below the methods."""
    lines = list(lines)
    return Table(
        name,
        caption,
        columns,
        rows=tuple(line for line in lines if line.kind != "control"),
        below=tuple(line for line in lines if line.kind == "control"),
        notes=notes,
    )


def _plain(row: FrameRow, name: str, digits: int) -> Cell:
    return Cell(number(row[name], digits), sort_value(row[name]))


def _interval_lines(row: FrameRow, name: str) -> tuple[str, ...]:
    interval = interval_cell(row, name, DIGITS)
    return () if interval == MISSING else (interval,)


def _reason(row: FrameRow, score: str) -> str:
    if sort_value(row[score]) is not None:
        return ""
    return str(row["undefined"] if row["seeds"] else row["reason"])


def _of_seeds(row: FrameRow) -> str:
    better = sort_value(row["seeds_better"])
    return MISSING if better is None else f"{better:.0f} of {row['n_seeds']}"


def _p(value: float) -> str:
    if sort_value(value) is None:
        return MISSING
    return f"{value:.{_P_DIGITS}f}" if value >= 10**-_P_DIGITS else f"{value:.0e}"
