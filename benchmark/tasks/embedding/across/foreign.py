"""Numbers from papers in the table across tissues."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geneboard.benchmark.report.foreign import OTHER_DATA, ForeignTable, listed, sentences_of_tissues
from geneboard.benchmark.tasks.embedding.across.gains import gains
from geneboard.benchmark.tasks.embedding.across.sentences import leads
from geneboard.benchmark.tasks.embedding.board.board import Board


def foreign_score(table: ForeignTable, tissue: str) -> str:
    """Return the name of the column with the scores of a foreign table in a tissue."""
    return f"{tissue}: {table.column}"


def foreign_difference(table: ForeignTable, tissue: str) -> str:
    """Return the name of the column with our average score minus that of a foreign table in a tissue."""
    return f"{tissue}: ours minus {table.label}"


def foreign_tables(boards: Sequence[Board]) -> tuple[ForeignTable, ...]:
    """Return the foreign tables that have any of the tissues."""
    tissues = {board.group.tissue for board in boards}
    return tuple(column.table for column in boards[0].foreign if tissues & set(column.table.scores))


def foreign_columns(frame: pd.DataFrame, boards: Sequence[Board]) -> pd.DataFrame:
    """Return the scores of foreign tables, and ours minus theirs, for the rows of the table across tissues.

    Parameters
    ----------
    frame
        The table across tissues, with the columns method, title and one per tissue.
    boards
        Its leaderboards.
    """
    rows = pd.MultiIndex.from_frame(frame[["method", "title"]])
    columns: dict[str, pd.Series[float]] = {}
    for table in foreign_tables(boards):
        for board in boards:
            tissue = board.group.tissue
            if tissue not in table.scores:
                continue
            found = board.frame.set_index(["method", "title"])[table.column].reindex(rows)
            theirs = found.set_axis(frame.index)
            columns[foreign_score(table, tissue)] = theirs
            columns[foreign_difference(table, tissue)] = frame[tissue] - theirs
    return pd.DataFrame(columns, index=frame.index)


def foreign_gains(boards: Sequence[Board]) -> list[pd.DataFrame]:
    """Return the gain of the best method over the second in each foreign table, among all of its methods."""
    tissues = [board.group.tissue for board in boards]
    return [
        gains(table.label, {tissue: table.scores[tissue] for tissue in tissues if tissue in table.scores})
        for table in foreign_tables(boards)
    ]


def foreign_sentences(boards: Sequence[Board], gains: pd.DataFrame) -> list[str]:
    """Return what the foreign tables show, and what they have for methods and tissues that are not here."""
    tissues = [board.group.tissue for board in boards]
    sentences = []
    for table in foreign_tables(boards):
        own = gains.loc[gains["label"] == table.label]
        if len(own):
            sentences.append(f"In {table.label} ({OTHER_DATA}) {leads(own)}.")
        elsewhere = [
            f"in {board.group.tissue} {listed(column.elsewhere)}"
            for board in boards
            for column in board.foreign
            if column.table is table and column.elsewhere
        ]
        if elsewhere:
            sentences.append(f"{table.label} also has, without a row here: {'; '.join(elsewhere)}.")
        if missing := [tissue for tissue in tissues if not table.scores.get(tissue)]:
            sentences.append(f"{table.label} has no numbers for {', '.join(missing)}.")
        sentences += sentences_of_tissues(table, tissues)
    return sentences
