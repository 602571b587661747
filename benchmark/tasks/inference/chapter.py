"""What the report shows of the L1000 task: leaderboards, tables over problems, and what their words mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.long_table import score_lines
from geneboard.benchmark.report.provenance import provenance_table
from geneboard.benchmark.report.run_columns import TITLE
from geneboard.benchmark.report.section import Chapter, Definition, Glossary, Note, Section
from geneboard.benchmark.report.table import CSV, LONG, Table, methods_and_controls
from geneboard.benchmark.report.wording import control_meanings, extent, left_out_sentence
from geneboard.benchmark.tasks.inference.board.columns import (
    COLUMNS,
    ENDINGS,
    LANDMARKS,
    METRICS,
    SCORED,
    SECONDARY,
    direction,
    score_column,
)
from geneboard.benchmark.tasks.inference.board.leaderboard import InferenceBoard, inference_boards
from geneboard.benchmark.tasks.inference.board.pair_columns import COLUMNS as PAIR_COLUMNS
from geneboard.benchmark.tasks.inference.board.words import (
    CANNOT_TELL,
    CONTROL_MEANINGS,
    CONTROLS,
    NOT_COMPARABLE,
    inference_facts,
    inputs_text,
    notes,
    outcome,
    row_notes,
    targets_text,
    warning,
    winner_sentence,
)
from geneboard.benchmark.tasks.inference.figures import board_figures, experiment_figure
from geneboard.benchmark.tasks.inference.over_problems import COMPARISON, Experiment, experiments
from geneboard.benchmark.tasks.inference.problem_tables import problem_tables, published_table
from geneboard.metrics.inference.metric_columns import METRICS as METRIC_COLUMNS

TASK = "Inference from landmarks"
LEAD = (
    "Inference from landmarks (L1000): a model is given about a thousand measured landmark genes of a sample "
    "and infers the other genes. It is scored on patients that it has not seen, and tested against ridge "
    "regression, gene by gene and patient by patient."
)
INTERVALS = "In brackets the interval over seeds: the range of fewer than six, else bootstrap 95 %."


def chapter(records: Iterable[Record]) -> Chapter:
    """Return everything that records of the L1000 task, in any order, give of it."""
    boards = inference_boards(records)
    sections: list[Section] = []
    for _, members in groupby(boards, lambda board: (board.group.source, board.group.preset)):
        of_run = list(members)
        compared = [board for board in of_run if board.problem["experiment"] == COMPARISON]
        sections += [_drawn(board, is_open=board is compared[0]) for board in compared]
        sections += [
            replace(experiment_section(one), figures=[experiment_figure(one)]) for one in experiments(of_run)
        ]
        sections += [_drawn(board) for board in of_run if board not in compared]
    return Chapter(
        title=f"{TASK} (L1000)",
        sections=sections,
        lead=(LEAD, _run_sentence(boards)),
        glossaries=(_glossary(),),
        scores=score_lines([board.group for board in boards], METRICS, SCORED),
    )


def _drawn(board: InferenceBoard, *, is_open: bool = False) -> Section:
    return replace(board_section(board), figures=board_figures(board), is_open=is_open)


def _run_sentence(boards: Sequence[InferenceBoard]) -> str:
    cells = [record for board in boards for record in board.group.records]
    return (
        f"{extent(len(boards), cells)} A cell is one method, with one set of hyper-parameters, on one "
        "problem, with one seed, which draws the split of the patients too."
    )


def board_section(board: InferenceBoard) -> Section:
    """Return the leaderboard of a problem; problems beside the comparison have md and tex of all together."""
    group, problem = board.group, board.problem
    provenance = provenance_table(group, board.frame["method"])
    tables = [_scores(board), *_secondary(board), *_other_tables(board), _pairs(board), provenance]
    if problem["experiment"] != COMPARISON:
        tables = [replace(table, formats=table.formats - {"md", "tex"}) for table in tables]
    return Section(
        title=f"{TASK}: {group.tissue}",
        folder=group.folder,
        stem="leaderboard",
        name=group.tissue,
        part=_part(group.source, group.preset),
        tables=tables,
        verdict=winner_sentence(board),
        notes=notes(board),
        facts=inference_facts(board),
        warning=warning(group.source),
        not_comparable=NOT_COMPARABLE,
        heading=(
            f"{group.tissue}: source {group.source}, preset {group.preset}, data {group.data_hash}, "
            f"{len(group.records)} records, {left_out_sentence(group)}; input landmarks "
            f"{inputs_text(problem)}; targets {targets_text(problem)}"
        ),
        outcome=outcome(board),
        meanings=control_meanings(board.frame, CONTROL_MEANINGS),
        meanings_text=CONTROLS,
    )


def _part(source: str, preset: str) -> str:
    return f"Source {source}, preset {preset}"


def _scores(board: InferenceBoard) -> Table:
    group = board.group
    return Table(
        stem="leaderboard",
        title=f"Leaderboard of {group.tissue}",
        columns=tuple(column for column in COLUMNS if not column.table),
        frame=board.frame,
        parts=methods_and_controls(board.frame, "Methods", "Controls"),
        caption=(
            f"{TASK}, {group.tissue}: source {group.source}, preset {group.preset}, seeds "
            f"{', '.join(map(str, group.seeds))}, data sha256 {group.data_hash}. Input landmarks: "
            f"{inputs_text(board.problem)}. Targets: {targets_text(board.problem)}. The best method of each "
            f"column is bold, the second best underlined; controls are in italics. {NOT_COMPARABLE}"
        ),
        notes=row_notes,
    )


def _secondary(board: InferenceBoard) -> list[Table]:
    """Return the table of what others report, if any row has it."""
    if board.frame[list(SECONDARY)].isna().all(axis=None):
        return []
    heading = "Measures that other publications report"
    return [
        Table(
            stem="scores-secondary",
            title=heading,
            columns=(TITLE, *(score_column(metric, metric) for metric in SECONDARY)),
            frame=board.frame,
            parts=methods_and_controls(board.frame, heading),
            formats=LONG,
            filters=False,
        )
    ]


def _other_tables(board: InferenceBoard) -> list[Table]:
    """Return a table of every other set of genes that is scored: best inferred, landmarks."""
    tables = []
    for ending, words in ENDINGS.items():
        scores = [f"{metric}{ending}" for metric in METRICS]
        if not ending or board.frame[scores].isna().all(axis=None):
            continue
        heading = words[:1].upper() + words[1:]
        if ending == LANDMARKS:
            heading += f" ({board.problem['landmarks_present'] - board.problem['landmarks']})"
        columns = [
            score_column(
                f"{metric}{ending}", metric, optional=metric in SECONDARY, secondary=metric in SECONDARY
            )
            for metric in METRICS
        ]
        tables.append(
            Table(
                stem=f"scores{ending.replace('_', '-')}",
                title=heading,
                columns=(TITLE, *columns),
                frame=board.frame,
                parts=methods_and_controls(board.frame, heading),
                formats=LONG,
                filters=False,
            )
        )
    return tables


def _pairs(board: InferenceBoard) -> Table:
    """Return every row against the baseline; the file has the tests of variants too."""
    return Table(
        stem="pairs",
        title=f"Paired tests of every row against {board.tests.baseline or 'the baseline'}",
        columns=PAIR_COLUMNS,
        frame=pd.concat([each.pairs for each in board.all_tests], ignore_index=True),
        parts=methods_and_controls(board.tests.pairs, ""),
        formats=frozenset({"csv", "html"}),
        folded=True,
    )


def experiment_section(experiment: Experiment) -> Section:
    """Return the tables over several problems, and the published figures of budgets."""
    file = Table(experiment.stem, "", frame=experiment.frame, formats=CSV)
    published = [published_table()] if experiment.kind.experiment == "landmarks" else []
    ending = experiment.stem.removeprefix(experiment.kind.file).replace("-", " ")
    return Section(
        title=f"{experiment.kind.title}: {experiment.source}, preset {experiment.preset}",
        folder=experiment.folder,
        stem=experiment.stem,
        name=experiment.kind.title + ending,
        part=_part(experiment.source, experiment.preset),
        tables=[*problem_tables(experiment), *published, file],
        notes=[*map(Note, experiment.sentences), Note(INTERVALS, but_not_in=frozenset({"html"}))],
        facts={
            board.group.tissue: (
                f"input landmarks {inputs_text(board.problem)}; targets {targets_text(board.problem)}"
            )
            for board in experiment.boards
        },
        warning=warning(experiment.source),
        has_equal_tables=True,
        is_open=True,
    )


def _glossary() -> Glossary:
    return Glossary(
        title="What the metrics of inferred genes mean",
        anchor="inference-metrics",
        text="All are on standardised expression of the test samples, over the target genes; the best "
        "inferred of them, and the landmarks that are no input, are scored by themselves beside.",
        definitions=[
            Definition(
                metric.name,
                metric.title,
                details={"Direction": direction(metric.name), "Cannot tell": CANNOT_TELL[metric.name]},
            )
            for metric in METRIC_COLUMNS
        ],
    )
