"""What the templates show of the L1000 task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from geneboard.benchmark.report.inference import Experiment, Inference, InferenceBoard
from geneboard.benchmark.report.inference.columns import METRICS, direction
from geneboard.benchmark.report.inference.experiment_rows import MetricTable, metric_tables
from geneboard.benchmark.report.inference.experiments import COMPARISON
from geneboard.benchmark.report.inference.published import LABEL, SENTENCE
from geneboard.benchmark.report.inference.wording import (
    CANNOT_TELL,
    CONTROL_MEANINGS,
    CONTROLS,
    COST,
    inference_facts,
    inputs_text,
    sentences,
    targets_text,
    warning,
    winner_sentence,
)
from geneboard.benchmark.report.page.board_tables import provenance_table
from geneboard.benchmark.report.page.inference_tables import (
    experiment_table,
    other_tables,
    pairs_table,
    published_table,
    score_table,
)
from geneboard.benchmark.report.page.pictures import Files, Picture, curves_words, pictures_in
from geneboard.benchmark.report.page.table import Table
from geneboard.benchmark.report.page.words import FrameRow, best_row, controls_of, methods_of
from geneboard.benchmark.report.wording import number
from geneboard.metrics.inference.metric_columns import METRICS as METRIC_COLUMNS

NO_MEANING = "A control that is not part of this project; its own documentation says what it means."


@dataclass(frozen=True)
class InferenceView:
    """A leaderboard of the L1000 task in the page."""

    anchor: str
    heading: str
    warning: str
    winner: str
    inputs: str
    targets: str
    n_rows: int
    facts: tuple[tuple[str, str], ...]
    scores: Table
    others: tuple[tuple[str, Table], ...]
    pairs: Table
    provenance: Table
    sentences: tuple[str, ...]
    controls: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class ExperimentView:
    """Tables over several problems in the page."""

    anchor: str
    heading: str
    sentences: tuple[str, ...]
    tables: tuple[tuple[str, Table], ...]
    published: Table | None
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class InferenceSection:
    """Everything of the L1000 task of one source and preset.

    Attributes
    ----------
    comparisons
        The leaderboards with all landmarks, which come first.
    experiments
        Tables over several problems.
    problems
        All other leaderboards.
    """

    anchor: str
    source: str
    preset: str
    warning: str
    comparisons: tuple[InferenceView, ...]
    experiments: tuple[ExperimentView, ...]
    problems: tuple[InferenceView, ...]


def inference_sections(inference: Inference, files: Files) -> list[InferenceSection]:
    """Return the parts of the report that are about the L1000 task, one for each source and preset."""
    found = []
    for (source, preset), members in groupby(
        inference.boards, lambda board: (board.group.source, board.group.preset)
    ):
        boards = list(members)
        compared = [board for board in boards if board.problem["experiment"] == COMPARISON]
        others = [board for board in boards if board not in compared]
        of_run = [one for one in inference.experiments if (one.source, one.preset) == (source, preset)]
        found.append(
            InferenceSection(
                anchor="/".join(boards[0].group.folder.parts[:2]),
                source=source,
                preset=preset,
                warning=warning(source),
                comparisons=tuple(inference_view(board, files) for board in compared),
                experiments=tuple(experiment_view(experiment, files) for experiment in of_run),
                problems=tuple(inference_view(board, files) for board in others),
            )
        )
    return found


def inference_view(board: InferenceBoard, files: Files) -> InferenceView:
    """Return a leaderboard as the page shows it, with those of the pictures that are its own."""
    group, rows = board.group, board.frame.to_dict("records")
    return InferenceView(
        anchor=group.folder.as_posix(),
        heading=group.tissue,
        warning=warning(group.source),
        winner=winner_sentence(board),
        inputs=inputs_text(board.problem),
        targets=targets_text(board.problem),
        n_rows=len(rows),
        facts=tuple(inference_facts(board).items()),
        scores=score_table(board, rows),
        others=other_tables(board, rows),
        pairs=pairs_table(board),
        provenance=provenance_table(board, rows),
        sentences=(*sentences(board), COST),
        controls=tuple(
            (str(row["title"]), CONTROL_MEANINGS.get(str(row["method"]).partition("[")[0], NO_MEANING))
            for row in controls_of(rows)
        ),
        pictures=pictures_in(group.folder, files, _words(board, rows) if files else {}),
    )


def experiment_view(experiment: Experiment, files: Files) -> ExperimentView:
    """Return the tables over several problems as the page shows them."""
    of_metrics = metric_tables(experiment)
    is_budget = experiment.kind.experiment == "landmarks"
    path = experiment.folder / f"{experiment.stem}.png"
    own = {path: files[path]} if path in files else {}
    return ExperimentView(
        anchor=(experiment.folder / experiment.stem).as_posix(),
        heading=experiment.kind.title + experiment.stem.removeprefix(experiment.kind.file).replace("-", " "),
        sentences=(*experiment.sentences, *([SENTENCE] if is_budget else [])),
        tables=tuple(
            (f"{one.metric} ({one.direction})", experiment_table(experiment, one)) for one in of_metrics
        ),
        published=published_table(experiment) if is_budget else None,
        pictures=pictures_in(experiment.folder, own, {experiment.stem: _experiment_words(of_metrics)}),
    )


def metric_meanings() -> list[tuple[str, str, str, str]]:
    """Return name, title, direction and what it cannot tell of every metric of inferred genes."""
    return [(one.name, one.title, direction(one.name), CANNOT_TELL[one.name]) for one in METRIC_COLUMNS]


def page_texts() -> dict[str, str]:
    """Return the sentences that the templates share."""
    return {"controls": CONTROLS, "published": LABEL}


def _words(board: InferenceBoard, rows: Sequence[FrameRow]) -> dict[str, str]:
    """Return what the pictures of a leaderboard show, in words, by name."""
    methods = methods_of(rows)
    order = ", ".join(f"{row['title']} {number(row['PCC'], 2)}" for row in methods if pd.notna(row["PCC"]))
    ends = [
        f"{metric} {best['title']} {number(best[metric], 2)}"
        for metric in METRICS[1:3]
        if (best := best_row(methods, metric, lowest=direction(metric) == "lower is better"))
    ]
    return {
        "inference_scores": f"PCC, PCC_within and MAE of every method. PCC, best first: {order}. Best of the "
        f"others: {'; '.join(ends)}. {winner_sentence(board)}",
        "training_curves": curves_words(board),
    }


def _experiment_words(of_metrics: Sequence[MetricTable]) -> str:
    """Return the leading score of every method in every problem."""
    lead = of_metrics[0]
    told = [
        f"{name} "
        + ", ".join(
            f"{cell.text} ({head})" for head, cell in zip(lead.header, cells, strict=True) if cell is not None
        )
        for name, kind, cells in lead.rows
        if kind != "control"
    ]
    return f"{lead.metric} by problem: {'; '.join(told)}."
