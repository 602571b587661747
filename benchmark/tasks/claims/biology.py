"""What records of biology say of the claims about function prediction and techniques: C5 and C6."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.statistics.decide import Difference, Finding, decide, normal_p
from geneboard.benchmark.report.wording import counted
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard, biology_boards
from geneboard.benchmark.tasks.biology.board.columns import Entry
from geneboard.benchmark.tasks.claims.evidence import Evidence
from geneboard.benchmark.tasks.techniques.verdict import judged
from geneboard.datasets.joint import is_joint

MUSE, RAW, GENEFORMER = "musegnn", "raw_expression", "geneformer"
FUNCTION = ("within", "across", "over_time")
"""Measures that predict the function of genes."""

LEAST_TISSUES = 2
"""Tissues that a claim in general needs."""


def better_than_geneformer(evidence: Evidence) -> Finding:
    """C5: function prediction from MuSe-GNN minus that from Geneformer and from raw expression."""
    boards = _boards(evidence.biology)
    differences: list[Difference] = []
    used: dict[str, list[str]] = {"Geneformer": [], "raw expression": []}
    for board in boards:
        ours = next((entry for entry in board.entries if entry.name == MUSE), None)
        for title, name in (("Geneformer", GENEFORMER), ("raw expression", RAW)):
            theirs = next((one for one in board.entries if name in one.name.casefold()), None)
            found = [] if ours is None or theirs is None else _differences(board, ours, theirs)
            differences += found
            used[title] += [board.group.tissue] if found else []
    missing = [
        f"function prediction of MuSe-GNN and {title} in {counted(LEAST_TISSUES, 'tissue')} ({len(tissues)} "
        "here)"
        for title, tissues in used.items()
        if len(tissues) < LEAST_TISSUES
    ]
    return decide(differences, missing, _data(boards) if differences else "")


def single_cell_rna_is_best(evidence: Evidence) -> Finding:
    """C6: networks of scRNA minus those of other techniques, matched in numbers of cells and edges."""
    return judged(evidence.techniques, LEAST_TISSUES)


def _boards(records: Sequence[Record]) -> list[BiologyBoard]:
    """Return a board for each tissue, of preset paper where there are two."""
    found: dict[str, BiologyBoard] = {}
    single = [record for record in records if not is_joint(record["tissue"])]
    for board in sorted(biology_boards(single), key=lambda board: board.group.preset != "paper"):
        found.setdefault(board.group.tissue, board)
    return [found[tissue] for tissue in sorted(found)]


def _differences(board: BiologyBoard, ours: Entry, theirs: Entry) -> list[Difference]:
    found = []
    for measure in FUNCTION:
        questions = {question for question in ours.ranked_by if question.measure == measure}
        if not questions or not questions <= set(ours.answers) & set(theirs.answers):
            continue
        interval = ours.above(theirs, measure)
        if interval is not None:
            found.append(
                Difference(
                    f"MuSe-GNN minus {theirs.row.title}, AUROC ({measure}), {board.group.tissue}",
                    (interval.low + interval.high) / 2,
                    interval,
                    normal_p(interval),
                    board.group.folder / "leaderboard",
                    repeats_agree=len(ours.row.scored) > 1,
                )
            )
    return found


def _data(boards: Sequence[BiologyBoard]) -> str:
    return "; ".join(
        f"{board.group.source}, preset {board.group.preset}: {board.group.tissue}" for board in boards
    )
