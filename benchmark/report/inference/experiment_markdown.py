"""Tables over several problems of the L1000 task as Markdown."""

from __future__ import annotations

from geneboard.benchmark.report.inference.experiment_rows import MetricTable, ProblemCell, metric_tables
from geneboard.benchmark.report.inference.experiments import Experiment
from geneboard.benchmark.report.inference.published import COLUMNS, LABEL, SENTENCE, TEXTS, published_figures
from geneboard.benchmark.report.inference.wording import inputs_text, targets_text, warning
from geneboard.benchmark.report.markdown_text import escape, table
from geneboard.benchmark.report.wording import MISSING


def render_experiment_markdown(experiment: Experiment) -> str:
    """Return the file of an experiment: a table for each metric, and the published figures of budgets."""
    lines = [
        f"# {experiment.kind.title}: {escape(experiment.source)}, preset {escape(experiment.preset)}",
        "",
    ]
    if warning(experiment.source):
        lines += ["> [!WARNING]", f"> **{warning(experiment.source)}**", ""]
    lines += [f"- {escape(sentence)}" for sentence in experiment.sentences]
    lines += [
        f"- {escape(board.group.tissue)}: input landmarks {escape(inputs_text(board.problem))}; targets "
        f"{targets_text(board.problem)}"
        for board in experiment.boards
    ]
    lines += ["- In brackets the interval over seeds: the range of fewer than six, else bootstrap 95 %.", ""]
    for of_metric in metric_tables(experiment):
        lines += [f"## {of_metric.metric} ({of_metric.direction})", "", *_table(of_metric), ""]
    if experiment.kind.experiment == "landmarks":
        lines += [f"## {LABEL[:1].upper()}{LABEL[1:]}", "", SENTENCE, "", *_published(), ""]
    return "\n".join(lines[:-1]) + "\n"


def _table(of_metric: MetricTable) -> list[str]:
    header = ["method", *map(escape, of_metric.header)]
    return table(header, [[escape(name), *map(_cell, cells)] for name, _, cells in of_metric.rows])


def _cell(cell: ProblemCell | None) -> str:
    if cell is None:
        return MISSING
    return f"{escape(cell.text)} [{cell.interval}]" if cell.interval else escape(cell.text)


def _published() -> list[str]:
    lines = [[row[name] for name in COLUMNS] for row in published_figures()]
    texts = [number for number, name in enumerate(COLUMNS) if name in TEXTS]
    return table(list(COLUMNS.values()), lines, texts=texts)
