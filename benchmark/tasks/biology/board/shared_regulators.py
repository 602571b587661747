"""The regulators that tissues share in their joint space, by the best method: table and sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geneboard.benchmark.report.number_text import MISSING, number
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.table import CSV, LONG, Column, Format, Line, Part, Table
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.regulators import stem_of
from geneboard.benchmark.tasks.biology.board.told_answers import ToldAnswer, answers_of, told_answers

SHARED = "shared_regulators"
NAMED, SHOWN = 8, 12
"""So many regulators are named in a sentence, and in a line of the table that is read."""


def best_shared(board: BiologyBoard) -> list[ToldAnswer]:
    """Return for each table of regulation what the first method of the board has found."""
    return [told[0] for told in told_answers(board, SHARED, "shared")]


def table_of(answer: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row for each set of tissues, the largest sets first."""
    return pd.DataFrame(answer["shared"])


def shared_tables(board: BiologyBoard) -> list[Table]:
    """Return a table of sets of tissues for each table of regulation; the csv file is of all rows."""
    tables = []
    for best in best_shared(board):
        every = [
            table_of(answer).assign(method=entry.name)
            for entry in board.entries
            for answer in answers_of(entry, best.question, "shared")[:1]
        ]
        own = table_of(best.answer)
        frame = pd.concat(every)[["method", *own]]
        for column in ("tissues", "regulators"):
            frame[column] = frame[column].str.join(";")
        tables.append(
            Table(
                stem=stem_of(best.question).replace("regulators", SHARED, 1)[:60],
                title=f"Regulators by the tissues that they are found in, {best.question.knowledge}: "
                f"{best.entry.row.title}",
                columns=COLUMNS,
                frame=frame,
                parts=(Part("", tuple(own.to_dict("records"))),),
                formats=LONG | CSV,
                text="Found in these tissues and in no other; expected and p by as many regulators drawn at "
                "random in each tissue, not corrected for the number of lines.",
                filters=False,
            )
        )
    return tables


def shared_notes(board: BiologyBoard) -> list[Note]:
    """Return which regulators tissues share, and how many they would by chance."""
    return [Note(_sentence(best)) for best in best_shared(board)]


def _sentence(best: ToldAnswer) -> str:
    answer, numbers = best.entry.answers[best.question], best.answer["numbers"]
    tissues = [f"{name} {n} of {numbers['findable'][name]}" for name, n in numbers["found"].items()]
    value, null, p = (answer.mean(score) for score in ("n_shared", "n_shared_null", "p_value"))
    text = (
        f"Regulators of tissues ({best.question.knowledge}) of {best.entry.row.title}: found in "
        f"{', '.join(tissues)}; {number(value, 0)} in two tissues or more, {number(null, 1)} expected by "
        f"chance (p {number(p, 3)})"
    )
    rows = table_of(best.answer).to_dict("records")
    named: list[str] = [one for row in rows if len(row["tissues"]) > 1 for one in row["regulators"]]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return f"{text}{': ' if named else ''}{', '.join(named[:NAMED])}{more}."


def _named(line: Line, _: Format) -> str:
    names = line["regulators"]
    more = f", {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more if names else MISSING


def _p_value(line: Line, _: Format) -> str:
    return MISSING if pd.isna(line["p_value"]) else number(line["p_value"], 3)


COLUMNS = (
    Column("tissues", kind="text", show=lambda line, _: ", ".join(line["tissues"])),
    Column("count", "regulators", kind="integer"),
    Column("expected", digits=1),
    Column("p_value", "p", kind="text", show=_p_value),
    Column("regulators", "names", kind="text", show=_named),
)
