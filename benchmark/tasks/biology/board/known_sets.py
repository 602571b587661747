"""What the best embedding of a tissue knows and what it does not, set by set, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.tasks.biology.board.answers import Answer
from geneboard.benchmark.tasks.biology.board.columns import OF_SETS, Entry
from geneboard.benchmark.tasks.biology.board.set_names import set_title

NAMED = 5
"""So many sets are named of each kind."""

MEANING = (
    "Sets one by one: AUC of the pairs of a set against all other pairs, beside its null (gene names "
    "permuted among genes of like expression and degree). Known is what no set of the library would reach by "
    "chance (5 %, all sets together). Of sets that share more than half of the smaller one's genes the "
    "clearest is named."
)


def known_sets(best: Entry) -> list[Note]:
    """Return a note for each library that has been asked set by set, and what they mean; none without."""
    told = [Note(_sentence(answer, record)) for answer, record in _asked(best)]
    return [*told, Note(MEANING, is_detail=True)] if told else []


def _asked(best: Entry) -> Iterator[tuple[Answer, Mapping[str, Any]]]:
    for question, answer in best.answers.items():
        if question.measure == OF_SETS and answer.value is not None:
            record = answer.row.scored[0]
            if "least_z" in record["answer"].get("numbers", {}):  # older records do not have it
                yield answer, record


def _sentence(answer: Answer, record: Mapping[str, Any]) -> str:
    numbers, columns = record["answer"]["numbers"], record["answer"]["sets"]
    sets = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    least, n_above = numbers["least_z"], numbers["sets_above"]
    above = [one for one in sets if one["z"] > 0][:NAMED]
    known = [one for one in above if one["z"] > least]
    unknown = [one for one in sets if one["z"] <= 0][::-1][:NAMED]
    seed = f", seed {record['seed']}" if len(answer.row.scored) > 1 else ""
    text = f"What {answer.row.title} knows of {answer.question.knowledge}{seed}: "
    text += f"{n_above} of {numbers['sets']} sets (z above {least:.1f})"
    text += f", clearest {_named(known)}" if known else f"; nearest to it {_named(above)}" if above else ""
    return f"{text}. At or below their null: {_named(unknown)}." if unknown else f"{text}."


def _named(sets: Sequence[Mapping[str, Any]]) -> str:
    """Return names with AUC and null, the first with these words."""
    told = []
    for place, one in enumerate(sets):
        auc, null = number(one["auc"], 2), number(one["null"], 2)
        values = f"AUC {auc}, null {null}, {one['n_genes']} genes" if not place else f"{auc}, {null}"
        told.append(f"{set_title(one['set'])} ({values})")
    return "; ".join(told)
