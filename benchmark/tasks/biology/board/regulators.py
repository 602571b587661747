"""The over-represented regulators of the clusters of embeddings: table and sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from geneboard.benchmark.report.number_text import MISSING, number
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.table import CSV, LONG, Column, Format, Line, Part, Table
from geneboard.benchmark.tasks.biology.board.columns import Entry
from geneboard.benchmark.tasks.biology.questions import Question

SUBSTITUTE = (
    "An open substitute for the closed product (Ingenuity) that the publication used. A table of known "
    "regulation is biased to well-studied regulators."
)
EFFECTS = ("activation", "repression", "unknown")
NAMED, GENES, ROWS = 3, 8, 30
"""So many regulators are named in a sentence, targets of a regulator, and rows of a table that is read."""


def regulated(entry: Entry, question: Question) -> pd.DataFrame:
    """Return the regulators of a row's clusters (first seed), smallest rate first; empty without any."""
    answer = entry.answers.get(question)
    records = (
        [] if answer is None else [record["answer"].get("regulated", {}) for record in answer.row.scored]
    )
    table = pd.DataFrame(records[0] if records else {})
    return table if table.empty else table.sort_values("fdr", kind="stable", ignore_index=True)


def best_regulated(methods: Sequence[Entry], question: Question) -> Entry | None:
    """Return the first method with an over-represented regulator; None if there is none."""
    return next((entry for entry in methods if len(regulated(entry, question))), None)


def regulator_notes(methods: Sequence[Entry], questions: Sequence[Question]) -> list[Note]:
    """Return a sentence for each table of regulation, and what such tables are; none without."""
    asked = [question for question in questions if question.measure == "regulators"]
    told = [Note(_sentence(methods, question)) for question in asked]
    return [*told, Note(SUBSTITUTE)] if told else []


def _sentence(methods: Sequence[Entry], question: Question) -> str:
    best = best_regulated(methods, question)
    if best is None:
        return f"Regulators ({question.knowledge}): no method has a cluster with an over-represented one."
    answer, table = best.answers[question], regulated(best, question)
    first = table.drop_duplicates("cluster").head(NAMED)
    named = [f"cluster {row.cluster} {row.regulator} ({row.overlap} targets)" for row in first.itertuples()]
    text = f"Regulators ({question.knowledge}) of {best.row.title}: {', '.join(named)}."
    share, expected = (answer.mean(name) for name in ("sign_agreement", "sign_agreement_expected"))
    if share is None or expected is None:
        return text
    ends = answer.ends_of("sign_agreement")
    interval = f" ({number(ends.low, 2)}..{number(ends.high, 2)})" if ends else ""
    return (
        f"{text} Over all clusters {number(share, 2)}{interval} of a regulator's targets have the effect of "
        f"most, {number(expected, 2)} expected."
    )


def regulator_tables(
    methods: Sequence[Entry], entries: Sequence[Entry], questions: Sequence[Question]
) -> list[Table]:
    """Return a table for each table of regulation: of the best method; the csv file is of all rows."""
    found = []
    for question in questions:
        best = best_regulated(methods, question) if question.measure == "regulators" else None
        if best is None:
            continue
        frame = pd.DataFrame(
            [
                {"method": entry.name, **row}
                for entry in entries
                for row in regulated(entry, question).to_dict("records")
            ]
        )
        lines = regulated(best, question).head(ROWS).assign(title=best.row.title)
        title = f"Regulators of the clusters of {best.row.title}: {question.knowledge}"
        found.append(
            Table(
                stem=stem_of(question),
                title=title,
                columns=COLUMNS,
                frame=frame,
                parts=(Part("", tuple(lines.sort_values(["cluster", "fdr"]).to_dict("records"))),),
                formats=LONG | CSV,
                text="Those with the smallest false discovery rate, at most five of a cluster; expected is "
                "the agreement of as many targets drawn from all that the regulator has.",
                filters=False,
            )
        )
    return found


def stem_of(question: Question) -> str:
    """Return the name of the files about a question."""
    return re.sub(r"\W+", "_", f"regulators {question.knowledge}")[:60]


def _targets(line: Line, _: Format) -> str:
    """Return the targets in a cluster, + activated, - repressed."""
    signs = zip(EFFECTS, ("+", "-", ""), strict=True)
    genes = [f"{sign}{gene}" for name, sign in signs for gene in line[name].split(";") if gene]
    more = f", {len(genes) - GENES} more" if len(genes) > GENES else ""
    return ", ".join(genes[:GENES]) + more


def _agreement(line: Line, _: Format) -> str:
    share, expected = line["agreement"], line["expected"]
    return MISSING if pd.isna(share) else f"{number(share, 2)} ({number(expected, 2)})"


def _in_cluster(line: Line, _: Format) -> str:
    own = line["in_cluster"]
    return "no vector" if own is None or pd.isna(own) else "yes" if own else "no"


COLUMNS = (
    Column("cluster", kind="integer"),
    Column("cluster_size", "genes", kind="integer"),
    Column("regulator", kind="text"),
    Column("in_cluster", "in the cluster", kind="text", show=_in_cluster),
    Column(
        "overlap", "targets", kind="text", show=lambda line, _: f"{line['overlap']} of {line['set_size']}"
    ),
    Column("fdr", "FDR", kind="text", show=lambda line, _: f"{line['fdr']:.1g}"),
    Column("agreement", "sign agreement (expected)", kind="text", show=_agreement),
    Column("activation", "targets: + activated, - repressed", kind="text", show=_targets),
)
