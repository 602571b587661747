"""What a leaderboard of biology says about itself."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.table import Format, Line
from geneboard.benchmark.report.wording import added_genes_sentences, counted, listed
from geneboard.benchmark.tasks.biology.baselines import MEANINGS, RAW_GRAPH, TITLES
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.columns import ABOVE, Entry
from geneboard.benchmark.tasks.biology.board.known_sets import known_sets
from geneboard.benchmark.tasks.biology.board.regulators import regulator_notes
from geneboard.benchmark.tasks.biology.definitions import MEASURES
from geneboard.benchmark.tasks.biology.vector_controls import CONTAMINATED, CONTAMINATED_MEANING
from geneboard.benchmark.tasks.biology.vectors import SOURCE
from geneboard.benchmark.tasks.embedding.board.definitions import CONTROL_MEANINGS

NAMED = 5
"""So many methods are named in a sentence."""

SIGN = f"{ABOVE}: more than the raw graph says; the 95 % interval of the difference is above 0."
NO_STRATA = (
    "Without a tissue neither expression nor degree is known: gene names are permuted among all genes, and "
    "there is no graph to compare with."
)
NOT_COMPARABLE = (
    "Answers are comparable within a column: other tissues and libraries have other genes and other nulls."
)
INTERVALS = (
    "Intervals (95 %): of gene sets a bootstrap over sets, of labels over folds and repeats, of terms a "
    "bootstrap over terms; they say "
    "nothing of other genes or donors."
)
CONTROLS = "Controls know nothing about genes (oracle: the truth); what exceeds them is knowledge."


def methods_of(board: BiologyBoard) -> list[Entry]:
    """Return the rows that are methods: neither controls nor the baselines of this task."""
    return [entry for entry in board.entries if entry.kind != "control" and entry.name not in TITLES]


def verdict(board: BiologyBoard) -> str:
    """Return who knows most, and who knows more than the graph."""
    methods = [entry for entry in methods_of(board) if entry.lead is not None]
    if not methods:
        return "No embedding has an answer."
    best = methods[0]
    measure = _leading_measure(best)
    pieces = sum(question.measure == measure for question in best.ranked_by)
    told = f"{MEASURES[measure].what} {_value(best, measure)}"
    if pieces > 1:
        told += f", mean of {pieces}"
    graph = next((entry for entry in board.entries if entry.name == RAW_GRAPH), None)
    if graph is not None and measure in graph.means:
        told += f" (the raw graph {_value(graph, measure)})"
    told = _best_of([entry for entry in methods if measure in entry.means], measure, told)
    compared = [entry for entry in methods if entry.above_graph]
    return f"{told}; {_beating(compared)}." if compared else f"{told}."


def _leading_measure(best: Entry) -> str:
    """Return the first measure that the best method has."""
    return next(name for name in MEASURES if name in best.means)


def outcome(board: BiologyBoard) -> str:
    """Return who knows most in a few words: "GIANT 0.612"."""
    best = next((entry for entry in methods_of(board) if entry.lead is not None), None)
    return f"{best.row.title} {_value(best, _leading_measure(best))}" if best else "no answer"


def _value(entry: Entry, measure: str) -> str:
    return number(entry.means[measure], MEASURES[measure].digits)


def _best_of(methods: Sequence[Entry], measure: str, told: str) -> str:
    """Return whether the first method is told apart from the second by the interval of their difference."""
    title = methods[0].row.title
    if len(methods) == 1:
        return f"{title}, the only method, has {told}"
    second = f"{methods[1].row.title}, {_value(methods[1], measure)}"
    interval = methods[0].above(methods[1], measure)
    if interval is None:
        return f"{title} has the highest {told}; whether it is above {second}, cannot be told"
    low, high = (number(end, MEASURES[measure].digits) for end in interval)
    difference = f"95 % interval of the difference {low}..{high}"
    if interval.low > 0:
        return f"{title} knows most about genes: {told}, more than {second} ({difference})"
    return f"{title} has the highest {told}, but is not told apart from {second} ({difference})"


def _beating(compared: Sequence[Entry]) -> str:
    winners = sorted((entry for entry in compared if entry.beaten), key=lambda entry: -len(entry.beaten))
    if not winners:
        return f"none of {counted(len(compared), 'method')} beats the graph that it was trained on"
    names = [f"{one.row.title} in {len(one.beaten)} of {len(one.above_graph)}" for one in winners[:NAMED]]
    more = [f"{len(winners) - NAMED} more"] if len(winners) > NAMED else []
    verb, trained = ("beats", "it was") if len(winners) == 1 else ("beat", "they were")
    return (
        f"{len(winners)} of {counted(len(compared), 'method')} {verb} the graph that {trained} trained on "
        f"somewhere ({listed([*names, *more])})"
    )


def notes(board: BiologyBoard) -> list[Note]:
    """Return what is said below the tables, but what rows lack."""
    elsewhere: frozenset[Format] = frozenset({"html"})
    asked = dict.fromkeys(question.measure for question in board.questions)
    told = [Note(verdict(board), but_not_in=frozenset({"html", "txt"}))]  # which say it themselves
    told += known_sets(methods_of(board)[0]) if methods_of(board) else []
    told += regulator_notes(methods_of(board), board.questions)
    told += [Note(SIGN)] if any(entry.beaten for entry in board.entries) else []
    told += map(Note, added_genes_sentences(board.group))
    told += map(Note, correspondence(board))
    if board.group.source == SOURCE:
        told.append(Note(NO_STRATA))
    if any(entry.name == CONTAMINATED for entry in board.entries):
        told.append(Note(f"{CONTAMINATED.capitalize()}: {CONTAMINATED_MEANING}", but_not_in=elsewhere))
    told += [Note(f"{said}: {', '.join(titles)}.") for said, titles in _as_stored(board).items()]
    told.append(Note(INTERVALS, is_detail=True))
    if any(entry.kind == "control" for entry in board.entries):
        told.append(Note(CONTROLS, is_detail=True, but_not_in=elsewhere))
    return told + [
        Note(
            f"{MEASURES[name].title.capitalize()}: {MEASURES[name].text}",
            is_detail=True,
            but_not_in=elsewhere,
        )
        for name in asked
    ]


def correspondence(board: BiologyBoard) -> list[str]:
    """Return whether methods were told which genes are orthologs, where orthologs were asked."""
    told = {
        (record["answer"]["numbers"]["given"], record["answer"]["numbers"]["orthologs"])
        for entry in board.entries
        for question, answer in entry.answers.items()
        if question.about.asks == "orthologs"
        for record in answer.row.scored
    }
    if not told:
        return []
    given, orthologs = max(told)
    if given:
        return [
            f"The correspondence of orthologs was given in training: {given} of {orthologs} have one name in "
            "both species, so they are one gene to methods, and what is found is that alignment (see "
            "--species-apart)."
        ]
    return [
        "The correspondence of orthologs was not given in training: species keep their own names, and "
        "orthologs are only looked up."
    ]


def _as_stored(board: BiologyBoard) -> dict[str, list[str]]:
    """Return what is to be told of embeddings that an earlier run had left, and of which."""
    said = {
        "older_code": "Embeddings of another version of the code, asked as they were stored",
        "rounded": "Embeddings that were rounded when they were packed",
    }
    found: dict[str, list[str]] = {}
    for fact, words in said.items():
        for entry in board.entries:
            records = [record for answer in entry.answers.values() for record in answer.row.scored]
            if any(record.get("embedding", {}).get(fact) for record in records):  # type: ignore[attr-defined]
                found.setdefault(words, []).append(entry.row.title)
    return found


def row_notes(line: Line) -> list[str]:
    """Return which questions a row does not answer, and why."""
    return [" ".join(str(line["reason"]).split())] if line["reason"] else []


def meanings(board: BiologyBoard) -> list[tuple[str, str]]:
    """Return title and meaning of the baselines and controls of a board."""
    known = {**MEANINGS, **CONTROL_MEANINGS, CONTAMINATED: CONTAMINATED_MEANING}
    return [
        (entry.row.title, known[entry.row.first["method"]])
        for entry in board.entries
        if entry.row.first["method"] in known
    ]
