"""What a leaderboard of gene embeddings says about itself."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geneboard.benchmark.report.groups import Group, dataset_names
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.rows import defined_value, make_rows, why_undefined
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.table import READ, Line
from geneboard.benchmark.report.wording import (
    added_genes_sentences,
    best_row,
    counted,
    is_synthetic_source,
    listed,
    seeds_interval_sentences,
)
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.columns import PUBLISHED_SENTENCE
from geneboard.benchmark.tasks.embedding.board.metrics import HELDOUT_METRICS, JOINT, LEADS, STRUCTURE
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates, group_sentences
from geneboard.benchmark.tasks.embedding.board.scale import MIN_ROWS, Scale
from geneboard.benchmark.tasks.embedding.board.standing import SCORED_BEFORE
from geneboard.datasets.base import HELDOUT

SYNTHETIC = "SYNTHETIC DATA: simulated counts with known modules. These scores say nothing about real tissue."
CONTROLS = (
    "Controls know no biology, or (oracle) know the truth: a metric that ranks one of the former first says "
    "something about itself."
)

HOLDOUT = (
    "Methods were trained on the graphs of half of the cells of every dataset; AUC_heldout and NO_heldout "
    "are scored on the graphs of the other half, all else on those of the first. Both halves are of the same "
    "samples: this says nothing about other donors or laboratories. A method whose held-out values are much "
    "lower than AUC and NO fits the noise of its graphs."
)

RANKED_BY = {
    JOINT: "Ranked by the joint score, 0 to 1: what an embedding knows of the graphs beyond what controls "
    "know (structure), and how well it joins the datasets (mixing). It does not depend on the other rows.",
    STRUCTURE: "There is no joint score, because nothing can be joined ({why}): ranked by structure alone, 0 "
    "to 1, what an embedding knows of the graphs beyond what controls know.",
    "": "There is no joint score, and so no rank and no test: {why}.",
}
RANK = (
    "Average rank: mean over the six metrics of the rank among all methods, 1 is best; undefined scores "
    "and rows without scores rank last; controls have none."
)
FEW_UNITS = 5
"""With so many units or fewer a paired test has little power: four degrees of freedom at most."""

ILISI_BREAKS_DOWN = 8
"""From so many datasets on the published iLISI gives 0 to perfect copies."""

ILISI = (
    "iLISI, as published, gives 0 even to perfect copies of eight datasets or more: the 15 neighbours of a "
    "row are then its own copies. Read iLISI_knn instead."
)
COST = "Time (s) is the mean over cells, memory (MB) the highest peak of them."

NAMED = 3
"""Methods that a sentence names; more are counted."""


def warning(source: str) -> str:
    """Return the warning that data are simulated, or nothing."""
    return SYNTHETIC if is_synthetic_source(source) else ""


def is_holdout(group: Group) -> bool:
    """Return whether half of the cells were held out for scoring."""
    return HELDOUT in group.records[0]["data_hashes"]


def holdout_sentence(group: Group) -> str:
    """Return what held-out cells mean, and which score of them has no value anywhere and why."""
    scored = [record["scores"] for record in group.records if record["status"] == "ok"]
    undefined = [
        f"{metric} is undefined: {why_undefined(scored[0].get(metric))}."
        for metric in HELDOUT_METRICS
        if scored and all(defined_value(scores, metric) is None for scores in scored)
    ]
    return " ".join([HOLDOUT, *undefined])


def lead_sentence(board: Board) -> str:
    """Return what the rows are ranked by, or why they are not."""
    scored = [row for row in make_rows(board.group.records) if row.scored]
    why = "no row has scores"
    if scored and all(row.predates(JOINT) for row in scored):
        why = f"all rows were {SCORED_BEFORE}"
    elif scored:
        why = "; ".join(
            dict.fromkeys(row.undefined_among([JOINT]) for row in scored if not row.predates(JOINT))
        )
    return RANKED_BY[board.lead].format(why=why)


def scale_sentences(scale: Scale) -> list[str]:
    """Return how the average score came about, or why there is none."""
    if not scale.is_defined:
        found = f"only {', '.join(scale.titles)} here" if scale.titles else "none here"
        return [
            "There is no average score as published: its scale needs scores of at least "
            f"{MIN_ROWS} of the nine published methods, and has {found}."
        ]
    whose = "of the reference run on the same data" if scale.is_of_reference else "the published methods"
    sentences = [
        f"Average score: each metric is scaled from 0 (lowest) to 1 (highest) of {', '.join(scale.titles)}, "
        f"{whose}, and the six are averaged; all other rows may fall outside 0 to 1, and an undefined metric "
        "counts 0. It ranks nothing.",
        "This scaling is this project's reading of the published average score, which does not spell it out.",
    ]
    flat = [metric for metric, ends in scale.ranges.items() if ends is None]
    if flat:
        sentences.append(
            f"Without a spread among those methods, and so 0.5 for every value: {', '.join(flat)}."
        )
    return sentences


def interval_sentences(frame: pd.DataFrame) -> list[str]:
    """Return what the two intervals of a score are, as far as the table has any."""
    sentences = seeds_interval_sentences(frame)
    if frame.filter(regex="_datasets_low$").notna().any(axis=None):
        sentences.append(
            "Over datasets (jackknife 95 %): from the scores that leave out one unit each (a donor, an "
            "animal, a study), first seed, without training again; not cut at 0 or 1."
        )
    return sentences


def board_notes(board: Board) -> list[Note]:
    """Return the sentences under a leaderboard: what is needed to read it, and details."""
    frame = board.frame
    average, *reading = scale_sentences(board.scale)
    ties, *tests = board.comparison.sentences
    seeds = [Note("Seeds measure the noise of training only.", is_detail=True)]
    # tex has the former behind the sign of the column, txt no such column, html the latter above the controls
    published = [Note(PUBLISHED_SENTENCE, but_not_in=frozenset({"tex", "txt"}))]
    controls = [Note(CONTROLS, is_detail=True, but_not_in=frozenset({"html"}))]
    return [
        Note(lead_sentence(board)),
        *map(Note, added_genes_sentences(board.group)),
        Note(average),
        *(Note(sentence, is_detail=True) for sentence in reading),
        *([Note(ILISI)] if len(dataset_names(board.group.records[0])) >= ILISI_BREAKS_DOWN else ()),
        Note(RANK, is_detail=True),
        *map(Note, interval_sentences(frame)),
        *map(Note, group_sentences(make_rows(board.group.records))),
        *(seeds if set(frame["seeds_interval"]) - {""} else ()),
        Note(ties),
        *(Note(sentence, is_detail=True) for sentence in tests),
        *(published if frame["published_score"].notna().any() else ()),
        *(Note(sentence) for column in board.foreign for sentence in column.sentences),
        *(controls if (frame["kind"] == "control").any() else ()),
        Note(COST, but_not_in=frozenset({"txt"})),
    ]


def row_notes(line: Line) -> list[str]:
    """Return what a row lacks: knowledge, a rank, cells, metrics, vectors or intervals."""
    found = [
        line["not_above"],
        line["no_rank"],
        line["reason"] if line["seeds_failed"] else "",
        line["undefined_joint"],
        line["undefined"],
        line["lacks_extra"],
    ]
    if line["coverage"] < 1:
        found.append(
            f"has vectors for {100 * line['coverage']:.1f} % of these (gene, dataset) pairs; the others have "
            "the zero vector and count in every metric"
        )
    if line["no_datasets_interval"]:
        found.append(f"no interval over datasets: {line['no_datasets_interval']}")
    return [" ".join(note.split()) for note in found if note]


def winner_sentence(board: Board) -> str:
    """Return who leads a leaderboard, who is not told apart from it, and of whom that is not known.

    Only methods with a rank are meant. Where none of them is above the controls, nobody leads.
    """
    ranked, best = _ranked_and_best(board)
    if best is None:
        reasons = {line["no_rank"] for line in board.lines} - {""}
        return f"No method has a rank ({reasons.pop()})." if len(reasons) == 1 else "No method has a rank."
    value = number(best[board.lead], 3)
    head = f"{best['title']} has the highest {LEADS[board.lead]}, {value}"
    if len(ranked) == 1:
        place = "above" if best["above_controls"] else "not above"
        head = f"{best['title']} alone has a rank: {LEADS[board.lead]} {value}, {place} the controls"
    elif not best["above_controls"]:
        return f"No method is above the controls; {head}."
    told_apart = _told_apart_from(str(best["method"]), board.comparison.pairs)
    others = [line for line in ranked if line is not best]
    tied = [str(line["title"]) for line in others if told_apart.get(line["method"]) is False]
    unknown = [str(line["title"]) for line in others if told_apart.get(line["method"]) is None]
    parts = [head]
    if tied:
        parts.append(f"not told apart from it: {_some(tied, len(others))}")
    if unknown and not best["tie_group"]:
        parts.append("whether others tie with it is not known")
    elif unknown:
        parts.append(f"not known whether told apart: {_some(unknown, len(others))}")
    if others and not tied and not unknown:
        parts.append("told apart from all others")
    above = [
        f"{line['title']} {number(line[board.lead], 3)}"
        for line in board.lines
        if line["kind"] != "control" and pd.isna(line["rank"])
        if pd.notna(line[board.lead]) and line[board.lead] > best[board.lead]
    ]
    parts += [f"higher, but without a rank: {_some(above, len(board.lines))}"] if above else []
    return "; ".join([*parts, *_not_above(others)]) + "."


def few_units_notes(board: Board) -> list[Note]:
    """Return why few methods are told apart, where few units are the reason; the terminal alone says it."""
    n_units = len(Replicates.of(make_rows(board.group.records)).groups)
    if n_units > FEW_UNITS or False not in apart_from_best(board).values():
        return []
    text = f"Only {counted(n_units, 'independent unit')}, so few pairs can be told apart."
    return [Note(text, but_not_in=READ - {"txt"})]


def _ranked_and_best(board: Board) -> tuple[list[Line], Line | None]:
    ranked: list[Line] = [line for line in board.lines if pd.notna(line["rank"])]
    return ranked, best_row(ranked, board.lead) if ranked else None


def outcome(board: Board) -> str:
    """Return who leads a leaderboard in a few words: "GIANT 0.732"."""
    _, best = _ranked_and_best(board)
    if best is None:
        return "no rank"
    above = "" if best["above_controls"] else " (not above the controls)"
    return f"{best['title']} {number(best[board.lead], 3)}{above}"


def _not_above(lines: Sequence[Line]) -> list[str]:
    below = [str(line["title"]) for line in lines if not line["above_controls"]]
    return [f"not above the controls: {_some(below, len(lines))}"] if below else []


def apart_from_best(board: Board) -> dict[str, bool | None]:
    """Return whether each other method with a rank is told apart from the best, None if unknown."""
    ranked = [line for line in board.lines if pd.notna(line["rank"])]
    best = best_row(ranked, board.lead) if ranked else None
    if best is None:
        return {}
    told_apart = _told_apart_from(str(best["method"]), board.comparison.pairs)
    return {str(line["method"]): told_apart.get(line["method"]) for line in ranked if line is not best}


def _told_apart_from(name: str, pairs: pd.DataFrame) -> dict[str, bool | None]:
    """Return whether each other method is told apart from one, None where that is not known."""
    found: dict[str, bool | None] = {}
    for one, two, apart in zip(pairs["method_1"], pairs["method_2"], pairs["told_apart"], strict=True):
        if name in (one, two):
            found[two if one == name else one] = None if pd.isna(apart) else bool(apart)
    return found


def _some(titles: Sequence[str], others: int) -> str:
    return listed(titles) if len(titles) <= NAMED else f"{len(titles)} of {others} others"
