"""Record files of other people's methods, which stand in the leaderboards of a result folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from geneboard.benchmark.records.metric_versions import other_versions
from geneboard.benchmark.records.record import Record, age
from geneboard.benchmark.records.same_data import is_of_data, other_data
from geneboard.datasets.errors import InputError

SUBMISSIONS = "submissions"
"""Folder of a result folder that has them."""

ENDING = ".jsonl.gz"

TASK = "embedding"
"""The task whose records can be submitted."""

Leaderboards = Mapping[tuple[str, str, str], Record]
"""The newest record of each leaderboard, by preset, tissue and source."""

THERE = "in the reference run"


def submission_files(out: Path) -> list[Path]:
    """Return the submitted record files of a result folder."""
    return sorted((out / SUBMISSIONS).glob(f"*{ENDING}"))


def leaderboards_of(records: Iterable[Record]) -> Leaderboards:
    """Return the leaderboards of embeddings, scored on all genes, that a submission may stand in."""
    newest: dict[tuple[str, str, str], Record] = {}
    for record in records:
        place = record["preset"], record["tissue"], record["source"]
        if is_submittable(record):
            newest[place] = max(newest.get(place, record), record, key=age)
    return newest


def is_submittable(record: Record) -> bool:
    """Return whether a record is of an embedding that was scored on all genes."""
    return record["task"] == TASK and "covered_by" not in record


def place(record: Record, boards: Leaderboards) -> Record:
    """Return a record with source and data hashes of the leaderboard that it stands in.

    They may differ where it was made: folders are called otherwise, and another processor rounds graphs
    otherwise. Another digest of the data would push all other rows out of the leaderboard.

    Raises
    ------
    InputError
        If there is no leaderboard of its tissue and preset, or that is of other data or was scored by other
        versions of the metrics.
    """
    cell = f"{record['method']} seed {record['seed']} on {record['tissue']} ({record['preset']})"
    if fault := misfit(record, boards):
        raise InputError(f"{cell} {fault}")
    board = _board_of(record, boards)
    assert board is not None
    return {**record, "source": board["source"], "data_hashes": board["data_hashes"]}


def misfit(record: Record, boards: Leaderboards) -> str:
    """Return why a record stands in no leaderboard, as the end of a sentence about its cell; or nothing."""
    if not is_submittable(record):
        return "is of no embedding that was scored on all genes"
    return data_fault(record, boards) or metrics_fault(record, boards)


def data_fault(record: Record, boards: Leaderboards) -> str:
    """Return how the data of a record differ from those of the leaderboards of its tissue and preset."""
    if _board_of(record, boards) is not None:
        return ""
    for board in _same_place(record, boards):
        return f"is of other data: {other_data(record, board, THERE)}"
    return "has no leaderboard of this tissue and preset in the reference run"


def metrics_fault(record: Record, boards: Leaderboards) -> str:
    """Return which metrics of a record have other versions than those of its leaderboard, if it has one."""
    board = _board_of(record, boards)
    others = [] if board is None else other_versions(record, board["metric_versions"], THERE)
    return f"was scored by other versions of the metrics: {', '.join(others[:3])}" if others else ""


def _same_place(record: Record, boards: Leaderboards) -> list[Record]:
    at = record["preset"], record["tissue"]
    return [board for (preset, tissue, _), board in boards.items() if (preset, tissue) == at]


def _board_of(record: Record, boards: Leaderboards) -> Record | None:
    """Return the newest record of the leaderboard of its tissue, preset and data."""
    for board in _same_place(record, boards):
        if is_of_data(record, board["data_hashes"], board.get("prepared_from")):
            return board
    return None
