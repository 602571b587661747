"""What the README shows of leaderboards: one table and what the tests say, so that no sentence is by hand."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.report.render.markdown import escape, table_lines
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.across.section import across_section
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.words import winner_sentence

MARKERS = "<!-- leaderboards: made by .ci/readme -->", "<!-- end of leaderboards -->"
"""Around the fragment in the README; a test holds what is between them."""


def readme_fragment(boards: Sequence[Board]) -> str:
    """Return the joint scores of some leaderboards as one Markdown table, and their verdicts as a list.

    Parameters
    ----------
    boards
        At least two tissues of one source and preset, all ranked by the joint score.

    Raises
    ------
    ValueError
        If they are of one tissue, or of more than one source or preset.
    """
    (across,) = across_tissues(boards)
    table = across_section(across).tables[0]
    scores = [part for part in table.parts_in("md") if not part.columns]  # the others are average scores
    lines = table_lines(table, scores)
    verdicts = [f"- {escape(board.group.tissue)}: {escape(winner_sentence(board))}" for board in boards]
    tests = [
        f"- {escape(sentence)}"
        for sentence in across.sentences
        if sentence.startswith(("Friedman", "Nemenyi", "Too few"))
    ]
    return "\n".join([*lines, "", *verdicts, *tests])
