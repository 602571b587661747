"""What a leaderboard of the L1000 task says about itself."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from geneboard.benchmark.records.record import Problem
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.table import Format, Line
from geneboard.benchmark.report.wording import (
    FrameRow,
    facts,
    is_synthetic_source,
    methods_of,
    seeds_interval_sentences,
)
from geneboard.benchmark.tasks.inference.board.columns import DIGITS, EXPLAINED, LANDMARKS, LEAD, METRICS
from geneboard.benchmark.tasks.inference.board.leaderboard import InferenceBoard
from geneboard.benchmark.tasks.inference.board.paired import BASELINE, BETTER, NOT_APART
from geneboard.benchmark.tasks.inference.board.verdicts import comparison_sentences, verdicts
from geneboard.benchmark.tasks.inference.experiments import PLATFORM_LANDMARKS

SYNTHETIC = "SYNTHETIC DATA: simulated expression. These scores say nothing about real samples."
NOT_COMPARABLE = (
    "Scores of different sources, presets or problems are not comparable: landmarks, targets or test samples "
    "differ."
)
LEADING = (
    "Figures per gene lead, and beside them those within organs: who knows no more of a sample than its "
    "organ already has a PCC and an SCC, as the organ mean shows."
)
CONTROLS = (
    "Controls use no landmark: what they reach is known of a sample without measuring it. They have no rank."
)
CONTROL_MEANINGS = {
    "mean": "The mean of every gene over the samples that were learnt from, for every sample. As it does not "
    "vary, it has no correlation.",
    "organ_mean": "The mean of every gene over the samples of the same organ. Its PCC is what the organ "
    "alone tells; within organs it has no correlation.",
}
"""Meaning of the controls, by method name."""

CANNOT_TELL = {
    "PCC": "Organs from what differs within them: who knows the organ alone has a high value (see "
    "PCC_within). Blind to shift and scale.",
    "PCC_within": "All that differs between organs. Blind to shift and scale.",
    "MAE": "Whether errors are spread over samples or sit in a few. The unit is the deviation of the gene "
    "over the samples that were learnt from: of a normal one, the mean errs by 0.8.",
    "RMSE": "As MAE; a few large errors weigh more.",
    "R95": "How near a prediction is: it need only be nearer to its own gene than to 95 % of the others, "
    "which few samples make easy. From 0 to 1.",
    "R99": "As R95, with 99 %.",
    "rank_correlation": "How much a gene varies: every gene is scaled by its own deviation.",
    "R2": "Which genes: one that hardly varies over the scored samples may have any value below zero and "
    "moves the mean.",
    "AUROC": "How far above or below: only the order of samples counts. Nor organs from what differs within "
    "them, as PCC.",
    "SMAPE": "Large errors from small ones near zero, where the mean of a gene is here: a prediction of the "
    "wrong sign has 2, however small, and the mean profile has 2 everywhere. Published on another scale.",
    "R95_pooled": "As R95; and the genes are not alike: one that is like many others has an easy null.",
    "R99_pooled": "As R95_pooled, with 99 %.",
    "rank_correlation_own": "What is not recalled: the genes are chosen by the scored samples themselves, "
    "for every model its own, so a model that recalls fewer genes may have more. Published as that of the "
    "best inferred genes; rank_correlation_best_inferred is over genes that are the same for all.",
    "SCC": "What is a sample's own from what its whole organ shares. On these standardised values the mean "
    "profile has none; on raw profiles it alone has about 0.9, because genes differ in their level.",
}
"""What each metric misses."""

COST = "Time is the mean over cells, memory the highest peak of them."
RANK = "Rank: by PCC; undefined scores and rows without scores rank last."


def warning(source: str) -> str:
    """Return the warning of simulated data, or nothing."""
    return SYNTHETIC if is_synthetic_source(source) else ""


def inputs_text(problem: Problem) -> str:
    """Return how many landmarks are inputs, how they were chosen, and of how many."""
    chosen = "" if problem["selection"] == "all" else f" ({problem['selection']})"
    return (
        f"{problem['landmarks']}{chosen} of {problem['landmarks_present']} in the data "
        f"(the platform measures {PLATFORM_LANDMARKS})"
    )


def targets_text(problem: Problem) -> str:
    """Return how many genes are to be inferred, of how many that the data have."""
    return f"{problem['targets']:,} of {problem['targets_present']:,} in the data"


def problem_text(problem: Problem) -> str:
    """Return in words what is learnt from and tested on."""
    if problem["experiment"] == "organs":
        return f"trained without the organ {problem['organ']}, and tested on it"
    if problem["experiment"] == "platform":
        return f"trained on one expression set and tested on another, {problem['test_set']}"
    return "trained and tested on different patients of one expression set"


def inference_facts(board: InferenceBoard) -> dict[str, str]:
    """Return what a leaderboard rests on, by label."""
    of_group = facts(board.group)
    sets = of_group.pop("Datasets")
    return {
        "Problem": problem_text(board.problem),
        "Input landmarks": inputs_text(board.problem),
        "Targets": targets_text(board.problem),
        "Quantile normalisation": "yes" if board.problem["quantile"] else "no",
        "Expression sets": sets,
        **of_group,
    }


def landmark_sentence(board: InferenceBoard) -> str:
    """Return which landmarks are scored, or why none is."""
    problem = board.problem
    if board.frame[[f"{metric}{LANDMARKS}" for metric in METRICS]].notna().any(axis=None):
        left = problem["landmarks_present"] - problem["landmarks"]
        return f"The {left} landmarks that are no input are inferred too, and scored apart from the targets."
    if problem["landmarks"] >= problem["landmarks_present"]:
        return (
            f"All {problem['landmarks_present']} landmarks present (of {PLATFORM_LANDMARKS}) are inputs and "
            "are given to every model, so there is nothing to score."
        )
    return "No cell has scores of the landmarks that are no input."


def interval_notes(frame: pd.DataFrame, problem: Problem) -> list[Note]:
    """Return what the intervals are, as far as the table has any."""
    sentences = seeds_interval_sentences(frame)
    if not sentences:
        return [Note("With a single seed there is no interval.")]
    # all seeds test on a left-out organ, on another set, or on the user's split
    if problem["organ"] or problem["test_set"] or problem.get("given_split", False):
        what = (
            "The test samples are the same in all seeds, so an interval over seeds has the noise of training "
            "and of the samples drawn for validation only: it says nothing of other patients."
        )
    else:
        what = (
            "A seed draws the split of the patients and the training, so an interval over seeds has the "
            "noise of both; all methods have the same split at the same seed."
        )
    return [*map(Note, sentences), Note(what, is_detail=True)]


def validation_sentences(board: InferenceBoard) -> list[str]:
    """Return which rows learn from fewer samples than the others."""
    firsts = {record["method"]: record for record in board.group.records if record["status"] == "ok"}
    without = [record["title"] for record in firsts.values() if not record["settings"].get("refit", True)]
    if not without:
        return []
    return [
        f"{', '.join(sorted(without))}: validation samples end the training and are not learnt from "
        "(refit=false); the other rows are fitted on them too in the end."
    ]


def notes(board: InferenceBoard) -> list[Note]:
    """Return everything that is said below the table, but what rows lack."""
    of_metrics = [f"{metric}: {explained}." for metric, explained in EXPLAINED.items()]
    controls = [CONTROLS] if (board.frame["kind"] == "control").any() else []
    elsewhere: frozenset[Format] = frozenset({"html"})
    return [
        *_details([LEADING, landmark_sentence(board)]),
        Note(RANK),
        *interval_notes(board.frame, board.problem),
        *_details(told for tests in board.all_tests for told in verdicts(tests).values()),
        *map(Note, validation_sentences(board)),
        *_details(comparison_sentences(board.tests)),
        *_details(controls, elsewhere),
        *_details(of_metrics, elsewhere),
        *_details([COST]),
    ]


def _details(sentences: Iterable[str], but_not_in: frozenset[Format] = frozenset()) -> list[Note]:
    return [Note(sentence, is_detail=True, but_not_in=but_not_in) for sentence in sentences]


def row_notes(row: Line) -> list[str]:
    """Return what a row lacks: cells, an end of its training, or scores."""
    seeds = row["seeds_at_limit"]
    limit = f"training stopped at the limit in {seeds} of {row['seeds']} seeds" if seeds else ""
    found = [row["reason"] if row["seeds_failed"] else "", limit, row["undefined"]]
    return [" ".join(note.split()) for note in found if note]


def _best(board: InferenceBoard) -> FrameRow | None:
    return next((row for row in methods_of(board.frame.to_dict("records")) if pd.notna(row[LEAD])), None)


def outcome(board: InferenceBoard) -> str:
    """Return who leads a leaderboard in a few words: "Ridge 0.798"."""
    best = _best(board)
    return f"no {LEAD}" if best is None else f"{best['title']} {number(best[LEAD], DIGITS)}"


def winner_sentence(board: InferenceBoard) -> str:
    """Return who leads a leaderboard, and whether the linear baseline is beaten."""
    pairs = board.tests.pairs
    best = _best(board)
    if best is None:
        return f"No method has a {LEAD}."
    head = f"{best['title']} has the highest {LEAD}, {number(best[LEAD], DIGITS)}"
    of_lead = pairs.loc[(pairs["metric"] == LEAD) & (pairs["kind"] != "control")]
    verdict_of = dict(zip(of_lead["title"], of_lead["verdict"], strict=True))
    if not board.tests.baseline:
        return f"{head}; there is no {BASELINE} to test it against."
    if best["title"] == board.tests.baseline:
        tied = [title for title, verdict in verdict_of.items() if verdict == NOT_APART]
        return f"{head}" + (f"; not told apart from it: {', '.join(tied)}." if tied else ".")
    verdict = verdict_of[best["title"]]
    told = {BETTER: f"better than {board.tests.baseline}", "": f"not tested against {board.tests.baseline}"}
    return f"{head}, {told.get(verdict, f'not told apart from {board.tests.baseline}')}."
