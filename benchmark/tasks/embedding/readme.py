"""What the README shows of leaderboards: the top of one table and what the tests say, no sentence by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from geneboard.benchmark.report.render.markdown import list_item, table_lines
from geneboard.benchmark.report.table import Line, Part
from geneboard.benchmark.report.wording import counted, listed
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.across.section import across_section
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import LEADS
from geneboard.benchmark.tasks.embedding.board.words import apart_from_best

MARKERS = "<!-- leaderboards: made by .ci/readme -->", "<!-- end of leaderboards -->"
"""Around the fragment in the README; a test holds what is between them."""

SHOWN = 5
"""Methods that the README shows, the best first; controls are shown all."""


def readme_fragment(boards: Sequence[Board]) -> str:
    """Return the joint scores of some leaderboards as the top of one Markdown table, and their verdicts.

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
    shown = [replace(part, lines=_named(part) if part.is_control else part.lines[:SHOWN]) for part in scores]
    n_hidden = sum(len(part.lines) for part in scores) - sum(len(part.lines) for part in shown)
    path = across.folder / "across_tissues.md"
    rest = (
        f"{counted(n_hidden, 'more method')}, and average scores: [`{path.name}`](results/reference/{path})."
    )
    tests = [
        sentence for sentence in across.sentences if sentence.startswith(("Friedman", "Nemenyi", "Too few"))
    ]
    verdicts = [_leaders(boards), _apart(boards), *tests]
    return "\n".join([*map(list_item, verdicts), "", *table_lines(table, shown), "", rest])


def _named(part: Part) -> tuple[Line, ...]:
    """Return the rows of controls, each called one: here they stand in no table of their own."""
    return tuple({**line, "title": f"{line['title']} (control)"} for line in part.lines)


def _leaders(boards: Sequence[Board]) -> str:
    """Return which method leads in which tissues."""
    led: dict[str, list[str]] = defaultdict(list)
    for board in boards:
        leader = next((line["title"] for line in board.lines if pd.notna(line["rank"])), "no method")
        led[leader].append(board.group.tissue)
    score = LEADS[boards[0].lead]
    clauses = [f"{title} has the highest {score} in {listed(of)}" for title, of in led.items()]
    return "; ".join(clauses) + "."


def _apart(boards: Sequence[Board]) -> str:
    """Return from how many methods the best of each tissue is told apart within it."""
    found = {board.group.tissue: list(apart_from_best(board).values()) for board in boards}
    known = {tissue: apart for tissue, apart in found.items() if set(apart) - {None}}
    unknown = [tissue for tissue in found if tissue not in known]
    counts = [f"{apart.count(True)} of {len(apart)} in {tissue}" for tissue, apart in known.items()]
    clauses = [f"told apart from {listed(counts)}"] if counts else []
    clauses += [f"not known in {listed(unknown)}"] if unknown else []
    return f"The best against the others within one tissue: {'; '.join(clauses)}."
