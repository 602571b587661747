"""The tables of a result folder as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record, variant_suffix
from geneboard.benchmark.report.across import Across, across_tissues
from geneboard.benchmark.report.across_markdown import render_across_markdown
from geneboard.benchmark.report.boards import Board, leaderboards
from geneboard.benchmark.report.columns import EXTRA_METRICS, LONG_COLUMNS, METRICS
from geneboard.benchmark.report.foreign import ForeignTable
from geneboard.benchmark.report.groups import Group, data_digest, is_inference
from geneboard.benchmark.report.inference.columns import METRICS as TARGET_METRICS
from geneboard.benchmark.report.inference.columns import SCORED
from geneboard.benchmark.report.inference.files import inference_files
from geneboard.benchmark.report.inference.results import NO_INFERENCE, Inference, inference_results
from geneboard.benchmark.report.latex import render_latex
from geneboard.benchmark.report.latex_across import render_across_latex
from geneboard.benchmark.report.markdown import render_markdown
from geneboard.benchmark.report.rows import defined_value, why_undefined
from geneboard.datasets.atomic import write_atomically


def build_tables(out: Path, records: Iterable[Record], foreign: Sequence[ForeignTable] = ()) -> list[Path]:
    """Write all tables of records; pictures and pages stay as they are.

    Parameters
    ----------
    out
        Result folder.
    records
        Cell records in any order.
    foreign
        Scores of other data to show beside ours.

    Returns
    -------
    list of Path
        The files written. The same records always give the same bytes.
    """
    records = list(records)
    boards = leaderboards(records, foreign)
    return write_tables(out, boards, across_tissues(boards), inference_results(records))


def write_tables(
    out: Path, boards: Sequence[Board], acrosses: Sequence[Across], inference: Inference = NO_INFERENCE
) -> list[Path]:
    """Write leaderboards, tables across tissues, and all scores as one long table.

    Files are ``leaderboard.csv``, ``.md`` and ``.tex`` and ``pairs.csv`` in ``<source>/<preset>/<tissue>``,
    ``across_tissues.csv``, ``.md`` and ``.tex`` above them where there are several tissues, and
    ``results.csv``; those of the L1000 task as `benchmark.report.inference.files` names them. Each appears
    under its name only when it is complete.

    Parameters
    ----------
    out
        Result folder.
    boards, acrosses
        What to write; `acrosses` are those of the same boards.
    inference
        What to write of the L1000 task.

    Returns
    -------
    list of Path
        The files written.
    """
    contents = {
        board.group.folder / name: text for board in boards for name, text in _board_files(board).items()
    }
    for across in acrosses:
        contents |= {across.folder / name: text for name, text in _across_files(across).items()}
    contents |= inference_files(inference.boards, inference.experiments)
    groups = [*(board.group for board in boards), *(board.group for board in inference.boards)]
    contents[PurePath("results.csv")] = _csv(long_table(groups))
    for name, text in contents.items():
        write_atomically(out / name, text.encode())
    return [out / name for name in contents]


def _board_files(board: Board) -> dict[str, str]:
    """Return the tables of one leaderboard by file name."""
    return {
        "leaderboard.csv": _csv(board.frame),
        "leaderboard.md": render_markdown(board),
        "leaderboard.tex": render_latex(board),
        "pairs.csv": _csv(board.comparison.pairs),
    }


def _across_files(across: Across) -> dict[str, str]:
    """Return the tables of all tissues of a source and preset by file name."""
    return {
        "across_tissues.csv": _csv(across.frame),
        "across_tissues.md": render_across_markdown(across),
        "across_tissues.tex": render_across_latex(across),
    }


def long_table(groups: Iterable[Group]) -> pd.DataFrame:
    """Return the tidy table with one row per cell and metric, cells that are in no leaderboard included."""
    lines = [line for group in groups for line in _group_lines(group)]
    frame = pd.DataFrame(lines, columns=list(LONG_COLUMNS))
    order = ["source", "preset", "tissue", "method", "seed", "finished_at", "key"]
    return frame.sort_values(order, kind="stable", ignore_index=True)


def _group_lines(group: Group) -> Iterator[dict[str, Any]]:
    for record in group.records:
        yield from _cell_lines(record, left_out="")
    for left in group.left_out:
        yield from _cell_lines(left.record, left_out=left.reason)


def _cell_lines(record: Record, left_out: str) -> Iterator[dict[str, Any]]:
    cell = {
        "source": record["source"],
        "preset": record["preset"],
        "tissue": record["tissue"],
        "data": data_digest(record),
        "method": record["method"] + variant_suffix(record["overrides"]),
        "title": record["title"] + variant_suffix(record["overrides"]),
        "kind": record["kind"],
        "seed": record["seed"],
        "in_leaderboard": not left_out,
        "left_out": left_out,
        "covered_by": record["covered_by"]["embedding"] if "covered_by" in record else "",
        "device": record["device"],
        "threads": record["threads"],
        "wall_seconds": record["cost"]["wall_seconds"],
        "peak_mb": record["cost"]["peak_mb"],
        "finished_at": record["cost"]["finished_at"],
        "key": record["key"],
    }
    scores = record["scores"]
    for metric in _metrics_of(record):
        if record["status"] != "ok":
            outcome: dict[str, Any] = {"value": None, "status": record["status"], "reason": record["reason"]}
        else:
            reason = why_undefined(scores.get(metric))
            value = defined_value(scores, metric)
            outcome = {"value": value, "status": "undefined" if reason else "ok", "reason": reason}
        yield {**cell, "metric": metric, **outcome}


def _metrics_of(record: Record) -> list[str]:
    """Return the metrics that every cell of the task has, then the others of this one."""
    always, others = (TARGET_METRICS, SCORED) if is_inference(record) else (METRICS, EXTRA_METRICS)
    scores = record["scores"]
    known = [*always, *(name for name in others if name in scores and name not in always)]
    return [*known, *sorted(set(scores) - set(known))]


def _csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV; numbers keep every digit."""
    return frame.to_csv(index=False, lineterminator="\n")
