"""What becomes of a method beside rows that were run before: its joint score, its rank, and the controls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geneboard.benchmark.records.record import Record, Scores
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.rows import Row, defined_value, make_rows, why_undefined
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.wording import counted, listed
from geneboard.benchmark.tasks.embedding.board.beside import SIGN
from geneboard.benchmark.tasks.embedding.board.metrics import MIN_COVERAGE
from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS

JOINT, STRUCTURE = "joint_score", "structure"

BEFORE = "no joint score: scored before it existed"


@dataclass(frozen=True)
class Candidate:
    """What is placed among the rows of a reference.

    Attributes
    ----------
    title
        What it is called.
    joint, structure
        Its scores; None where they are undefined.
    reason
        Why there is no joint score.
    coverage
        Share of the (gene, dataset) pairs that it has vectors for.
    """

    title: str
    joint: float | None
    structure: float | None = None
    reason: str = ""
    coverage: float = 1.0

    @classmethod
    def of(cls, title: str, scores: Scores, coverage: float) -> Candidate:
        """Return what some scores make of it."""
        joint, structure = (defined_value(scores, name) for name in (JOINT, STRUCTURE))
        return cls(title, joint, structure, why_undefined(scores.get(JOINT)), coverage)


def beside_notes(group: Group) -> list[Note]:
    """Return the sentences of a leaderboard with rows of a reference; none without such rows."""
    rows = make_rows(group.records)
    theirs = [row for row in rows if is_taken(row)]
    older = [row.title for row in rows if was_before(row)]
    notes = [
        Note(placement(_candidate(row), theirs))
        for row in rows
        if not is_taken(row) and row.scored and row.first["kind"] != "control" and theirs
    ]
    if older and any(JOINT in row.means for row in rows):
        notes.append(Note(f"{listed(older)}: {BEFORE}."))
    if theirs:
        folder = theirs[0].first.get("taken_from")
        notes.append(
            Note(
                f"{SIGN} Not run here: taken from {folder}, of the same counts, settings and version of the"
                " steps to graphs."
            )
        )
    return notes


def verdicts(one: Candidate, reference: Iterable[Record]) -> list[str]:
    """Return where something stands among records of the same data, a sentence for each preset of them."""
    return [
        f"preset {group.preset}: {placement(one, make_rows(group.records))}"
        for group in select_groups(reference)
    ]


def is_taken(row: Row) -> bool:
    """Return whether a row was taken from another result folder."""
    return "taken_from" in row.first


def was_before(row: Row) -> bool:
    """Return whether a row has scores, and none of them knew of the joint score."""
    return bool(row.scored) and all(JOINT not in record["metric_versions"] for record in row.scored)


def _candidate(row: Row) -> Candidate:
    reason = row.undefined_among([JOINT]).partition(": ")[2]
    joint, structure = row.means[JOINT], row.means[STRUCTURE]
    return Candidate(row.title, joint, structure, reason, row.coverage or 0.0)


def placement(one: Candidate, reference: Sequence[Row]) -> str:
    """Return in one sentence where something stands among the rows of a reference.

    Without a joint score the structure takes its place, and the sentence says so.
    """
    column, value = (JOINT, one.joint) if one.joint is not None else (STRUCTURE, one.structure)
    if value is None:
        return f"{one.title}: no joint score ({one.reason or 'not in the record'})."
    said = f"{one.title}: joint score {number(value, 3)}"
    if column == STRUCTURE:
        said = f"{one.title}: no joint score ({one.reason}), structure {number(value, 3)}"
    return f"{said}, {_rank(one, column, value, reference)}{_against_controls(column, value)}."


def _rank(one: Candidate, column: str, value: float, reference: Sequence[Row]) -> str:
    """Return the rank of a value among the methods of the reference."""
    methods = [row for row in reference if row.first["kind"] != "control" and row.scored]
    covering = [row for row in methods if (row.coverage or 0.0) >= MIN_COVERAGE]
    ranked = {row: score for row in covering if (score := row.means[column]) is not None}
    if one.coverage < MIN_COVERAGE:
        return f"not ranked with vectors for {100 * one.coverage:.0f} % of the (gene, dataset) pairs"
    if not ranked:
        return f"not ranked: {counted(len(methods), 'reference row')} without one"
    place = 1 + sum(score > value for score in ranked.values())
    counts = sorted({len(row.scored) for row in ranked})
    seeds = " to ".join(map(str, dict.fromkeys((counts[0], counts[-1]))))
    each = "" if len(ranked) == 1 else " each"
    return (
        f"rank {place} of {len(ranked) + 1} among the reference rows alone "
        f"({seeds} seed{'s' * (counts != [1])}{each})"
    )


def _against_controls(column: str, value: float) -> str:
    if column != JOINT:
        return ""
    if value > NOT_ABOVE_CONTROLS:
        return ", above the controls"
    return f", not above the controls: those reach {NOT_ABOVE_CONTROLS:g}"
