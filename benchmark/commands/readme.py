"""The tables of results/reference in README.md, each between its markers; `.ci/readme` puts them there."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding import readme as embedding
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.inference import readme as inference
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_boards
from geneboard.benchmark.tasks.inference.over_problems import COMPARISON

SOURCE, PRESET = "files:data", "paper"
"""Of the leaderboards that the README shows."""

FEW = {"landmarks": 10, "selection": "greedy"}
"""The problem with few landmarks that it shows beside those with all."""


def with_tables(readme: str, records: Sequence[Record]) -> str:
    """Return a README with its tables made anew.

    Parameters
    ----------
    readme
        A text with the markers of both tasks.
    records
        Of results/reference.

    Raises
    ------
    ValueError
        If a marker is missing.
    """
    boards = [
        board
        for board in leaderboards(record for record in records if record["task"] == "embedding")
        if (board.group.source, board.group.preset) == (SOURCE, PRESET) and not board.group.covered_by
    ]
    inferred = [
        board
        for board in inference_boards(record for record in records if record["task"] == "inference")
        if board.problem["experiment"] == COMPARISON or FEW.items() <= board.problem.items()
    ]
    for (start, end), fragment in (
        (embedding.MARKERS, embedding.readme_fragment(boards)),
        (inference.MARKERS, inference.readme_fragment(inferred)),
    ):
        before, found, rest = readme.partition(start)
        _, ended, after = rest.partition(end)
        if not (found and ended):
            raise ValueError(f"the README lacks the markers {start} and {end}")
        readme = f"{before}{start}\n{fragment}\n{end}{after}"
    return readme
