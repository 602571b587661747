"""All that a result folder knows of one method: its rows in all leaderboards, and their cells."""

from __future__ import annotations

import json
import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geneboard.benchmark import registry
from geneboard.benchmark.commands.reference import REFERENCE
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record, age, covering_embedding, variant_suffix
from geneboard.benchmark.report.groups import Group, board_of
from geneboard.benchmark.report.wording import counted, listed
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard, biology_boards
from geneboard.benchmark.tasks.embedding.board.beside import Reference
from geneboard.benchmark.tasks.embedding.board.board import Board, leaderboards
from geneboard.benchmark.tasks.embedding.board.metrics import JOINT, METRICS
from geneboard.benchmark.tasks.embedding.stored.find import stored_files
from geneboard.benchmark.tasks.inference.board.columns import LEAD
from geneboard.benchmark.tasks.inference.board.leaderboard import InferenceBoard, inference_boards
from geneboard.datasets.errors import InputError, closest

WHERE = ("source", "preset", "tissue", "method", "seeds")
INFERENCE_SCORES = ("PCC_within", "MAE", "R95", "rank_correlation")
_ALL_GENES, _FOLLOWS = "embedding", "biology"


@dataclass(frozen=True, eq=False)
class MethodResults:
    """What a result folder knows of one method.

    Attributes
    ----------
    method, title, kind, reference
        What it is.
    scores
        One row for each leaderboard of embeddings and each setting: the columns of `WHERE`, joint_score with
        ``_low`` and ``_high`` over datasets (over seeds where there are no groups), rank with its ends, of
        (rows that have a rank), the six metrics (means over seeds), status, reason.
    inference
        The same for the L1000 task, where the problem stands as tissue: PCC with its interval over seeds,
        rank, of, other scores, status, reason.
    biology
        One row for each question that it was asked: value (mean over seeds) with ``_low`` and ``_high``, and
        whether it is above the graph that it was trained on.
    cells
        How it was made, one row for all cells that were made alike: task, source, preset, settings (JSON),
        device, host, packages, their number, epochs (lengths of the training curves) and seconds (from..to).
    files
        Where its results are, by what they are.
    """

    method: str
    title: str
    kind: str
    reference: str
    scores: pd.DataFrame
    inference: pd.DataFrame
    biology: pd.DataFrame
    cells: pd.DataFrame
    files: Mapping[str, Sequence[Path]]


def results_of(
    method: str, tissue: str | None, out: Path, records: Sequence[Record], reference: Reference
) -> MethodResults:
    """Return what is known of a method.

    Parameters
    ----------
    method
        Its name or title, or the name of a row with other settings ("musegnn[epochs=500]").
    tissue
        One tissue, or one problem of the L1000 task; None takes all.
    out, records
        The result folder and all of its records.
    reference
        Gives the rows that stand beside those of the folder, as in its leaderboards.

    Raises
    ------
    InputError
        If the method is unknown, or has no result there: the sentence says which command makes one.
    """
    every = [record for record in records if method in names_of(record)]
    own = [record for record in every if tissue in (None, record["tissue"])]
    if not own:
        raise InputError(why_no_result(method, tissue, out, every, records, reference))
    concerned = {board_of(record) for record in own}
    shown = reference.beside([record for record in records if board_of(record) in concerned])
    rows = {_row_name(record) for record in own}
    of_task: dict[str, list[Record]] = defaultdict(list)
    for record in shown:
        of_task[record["task"]].append(record)
    boards = leaderboards(of_task[_ALL_GENES])
    inferred = inference_boards(of_task["inference"])
    asked = biology_boards(of_task[_FOLLOWS])
    groups = [*(b.group for b in boards), *(b.group for b in inferred), *(b.group for b in asked)]
    latest = max(own, key=age)
    return MethodResults(
        latest["method"],
        latest["title"],
        latest["kind"],
        latest["reference"],
        pd.DataFrame([line for board in boards for line in _scores(board, rows)]),
        pd.DataFrame([line for board in inferred for line in _inferred(board, rows)]),
        pd.DataFrame([line for board in asked for line in _answers(board, rows)]),
        _cells(own),
        _files(out, own, groups),
    )


def records_for(method: str, out: Path, warn: Callable[[str], None]) -> list[Record]:
    """Return all records of a result folder, in which results of a method are looked for.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    if not out.is_dir():
        raise InputError(
            f"{out}: there is no such result folder; `run --methods {method} --out {out}` makes it"
        )
    return store.read_records(out, warn)


def _row_name(record: Record) -> str:
    return record["method"] + variant_suffix(record["overrides"])


def names_of(record: Record) -> set[str]:
    """Return what a user may call the method of a record: its name, its title, or its row."""
    return {record["method"], record["title"], _row_name(record)}


def why_no_result(
    method: str,
    tissue: str | None,
    out: Path,
    every: Sequence[Record],
    records: Sequence[Record],
    reference: Reference | None = None,
) -> str:
    """Return why a method has nothing on a tissue, and what makes something.

    `every` are its records on any tissue, `records` those of the folder; its rows may stand in `reference`.
    """
    # lists, not sets: the order in which names are told is always the same
    embedding = [entry.name for entry in registry.methods()]
    inference = [entry.name for entry in registry.inference_methods()]
    is_inference = method in inference and method not in embedding
    of_task = "infer" if is_inference else f"run --tissue {tissue or 'lung'}"
    makes = f"; `{of_task} --methods {method.partition('[')[0]} --out {out}` makes one"
    if out.resolve() == REFERENCE.resolve():  # what comes with geneboard stays as it is
        makes = ""
    if every:
        tissues = sorted({record["tissue"] for record in every})
        nothing = f"{method}: has no result on --tissue {tissue} in {out}"
        if (meant := closest(tissue or "", tissues)).endswith("?"):
            return nothing + meant
        return f"{nothing}, but on {listed(tissues)}{makes}"
    if reference is not None and any(method in names_of(record) for record in reference.records):
        shown = shlex.join(["show", method, "--out", reference.name])
        return f"{method}: has no result in {out}; its rows stand in {reference.name}: `{shown}`{makes}"
    if method in [*embedding, *inference]:
        return f"{method}: has no result in {out}{makes}"
    there = {
        inferred: sorted({r["method"] for r in records if (r["task"] == "inference") is inferred})
        for inferred in (False, True)
    }
    known = dict.fromkeys([*there[False], *embedding, *there[True], *inference])
    return (
        f"{method}: {out} has no record of it (was it another --out?), and it is an unknown method"
        f"{closest(method, known)}"
    )


def _scores(board: Board, rows: set[str]) -> Iterable[dict[str, Any]]:
    n_ranked = int(board.frame["rank"].notna().sum())
    for line in board.lines:
        if line["method"] in rows and not line["from"]:
            over = JOINT if pd.isna(line[f"{JOINT}_datasets_low"]) else f"{JOINT}_datasets"
            yield {
                **_where(board.group, line),
                JOINT: line[JOINT],
                f"{JOINT}_low": line[f"{over}_low"],
                f"{JOINT}_high": line[f"{over}_high"],
                **{key: line[key] for key in ("rank", "rank_low", "rank_high")},
                "of": n_ranked,
                **{metric: line[metric] for metric in METRICS},
                **_end(line),
            }


def _inferred(board: InferenceBoard, rows: set[str]) -> Iterable[dict[str, Any]]:
    n_ranked = int(board.frame["rank"].notna().sum())
    for line in board.frame.to_dict("records"):
        if line["method"] in rows:
            yield {
                **_where(board.group, line),
                **{key: line[key] for key in (LEAD, f"{LEAD}_low", f"{LEAD}_high", "rank")},
                "of": n_ranked,
                **{score: line[score] for score in INFERENCE_SCORES},
                **_end(line),
            }


def _where(group: Group, line: Mapping[Any, Any]) -> dict[str, Any]:
    name = group.tissue + (f", genes of {group.covered_by}" if group.covered_by else "")
    place = (group.source, group.preset, name, line["method"], line["seeds"])
    return dict(zip(WHERE, place, strict=True))


def _end(line: Mapping[Any, Any]) -> dict[str, Any]:
    told = ("reason", "undefined", "undefined_joint", "no_rank", "not_above")
    reasons = dict.fromkeys(line[one] for one in told if line.get(one))
    return {"status": line["status"], "reason": "; ".join(reasons)}


def _answers(board: BiologyBoard, rows: set[str]) -> Iterable[dict[str, Any]]:
    for entry in board.entries:
        for question, answer in entry.answers.items() if entry.name in rows else ():
            interval = answer.interval
            yield {
                **_where(board.group, {"method": entry.name, "seeds": len(answer.row.scored)}),
                "question": question.label,
                "value": answer.value,
                "value_low": None if interval is None else interval.low,
                "value_high": None if interval is None else interval.high,
                "above_graph": question in entry.beaten,
                "reason": "" if answer.value is not None else answer.reason,
            }


def _cells(records: Iterable[Record]) -> pd.DataFrame:
    made: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        if record["task"] != _FOLLOWS:  # it asks embeddings that other cells have trained
            made[tuple(how(record) for how in _MADE.values())].append(record)
    return pd.DataFrame(
        [
            {
                **dict(zip(_MADE, key, strict=True)),
                "cells": len(cells),
                "epochs": _ends([len(curve) for cell in cells for curve in cell["history"].values()]),
                "seconds": _ends([round(s) for c in cells if (s := c["cost"]["wall_seconds"]) is not None]),
            }
            for key, cells in sorted(made.items())
        ],
        columns=[*_MADE, "cells", "epochs", "seconds"],
    )


def _ends(numbers: Sequence[int]) -> str:
    """Return "20", "5..20" or nothing."""
    return "..".join(str(end) for end in dict.fromkeys((min(numbers), max(numbers)))) if numbers else ""


def _packages(cell: Record) -> str:
    there = {name: version for name, version in cell["versions"].items() if version != "not installed"}
    return ", ".join(f"{name} {version}" for name, version in sorted(there.items()))


_MADE: Mapping[str, Callable[[Record], str]] = {
    "task": lambda record: record["task"],
    "method": _row_name,
    "source": lambda record: record["source"],
    "preset": lambda record: record["preset"],
    "settings": lambda record: json.dumps(record["settings"], sort_keys=True),
    "device": lambda record: f"{record['device']}, {counted(record['threads'], 'thread')}",
    "host": lambda record: record["cost"]["host"],
    "packages": _packages,
}
"""What cells that were made alike have in common, by column."""


def _files(out: Path, own: Sequence[Record], groups: Iterable[Group]) -> dict[str, list[Path]]:
    """Return where leaderboards, records and embeddings are, those that exist."""
    folders = dict.fromkeys(out / group.folder for group in groups)
    runs = [store.run_folder(out, record["key"]) / store.RECORD for record in own]
    there = [path for path in runs if path.is_file()]
    packed = store.packed_files(out) if len(there) < len(runs) else []
    trained = [r for r in own if r["task"] == _ALL_GENES and not covering_embedding(r)]
    found = {
        "leaderboards": [folder for folder in folders if folder.is_dir()],
        "records": [*packed, *there],
        "embeddings": list(dict.fromkeys(stored_files(out, trained).values())),
    }
    return {what: paths for what, paths in found.items() if paths}
