"""All pairs of methods of a tissue: which are told apart, and by what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from geneboard.benchmark.report.statistics.letters import compact_letters
from geneboard.benchmark.report.statistics.paired import (
    ALPHA,
    MIN_PAIRS,
    LeadScore,
    holm,
    jackknife_difference,
    pseudo_values,
    signed_rank_p,
)
from geneboard.benchmark.report.statistics.sentences import comparison_sentences

PAIR_COLUMNS = (
    "method_1",
    "method_2",
    "difference",
    "difference_low",
    "difference_high",
    "p_jackknife",
    "p_jackknife_holm",
    "seeds_overlap",
    "told_apart",
    "no_test",
    "n_seeds",
    "p_seeds",
    "p_seeds_holm",
    "n_datasets",
    "p_datasets",
    "p_datasets_holm",
)
"""Columns of pairs.csv.

``method_1`` is the one with the higher score of those that rank, ``difference`` how much higher,
``difference_low`` and ``difference_high`` its jackknife 95 % interval, not corrected for the number of pairs.
``seeds_overlap`` says whether the intervals over seeds overlap (empty where a method has none).
``told_apart`` is true where ``p_jackknife_holm`` is at most 0.05 and those intervals do not overlap, and
empty where a method has no tie letter; ``no_test`` says why there is no ``p_jackknife``. ``n_seeds`` and
``n_datasets`` (independent groups of datasets) count the pairs of values of the signed-rank tests, whose
p-values are there from six on.
"""

NO_ERROR = "the difference is the same without each group"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Which methods of a leaderboard are told apart.

    Attributes
    ----------
    letters
        Tie groups by name of the row: two rows share a letter exactly if they are not told apart; "a" begins
        at the best. Rows that cannot be compared are absent.
    ranks
        Interval of the rank by name of the row: from 1 plus the number of methods that are told apart and
        better to the number of methods less those that are told apart and worse. Rows that cannot be
        compared are absent.
    pairs
        One row per pair of methods with the columns `PAIR_COLUMNS`, in the order of the leaderboard.
    sentences
        What was tested, with what result, or why there is no test.
    """

    letters: Mapping[str, str]
    ranks: Mapping[str, tuple[int, int]]
    pairs: pd.DataFrame
    sentences: tuple[str, ...]


def compare_methods(rows: Sequence[LeadScore], lead: str) -> Comparison:
    """Compare all pairs of methods by the score that ranks them.

    Parameters
    ----------
    rows
        The methods to compare, without controls, in any order; those with scores without groups have them
        without the same groups.
    lead
        The score in words.

    Notes
    -----
    Two methods are told apart if the paired jackknife over groups of the difference of their scores says so,
    after Holm's correction over all pairs, and their intervals over seeds do not overlap: the first knows one
    training only, and a difference that another training would undo is none. Every pair has its own error, as
    methods differ in how much their scores change with the groups. Wilcoxon's test does not decide, because
    with six groups or seeds it can tell apart none of more than one pair.
    """
    ordered = sorted(rows, key=lambda row: (-row.value, row.name))
    lines = [_pair(one, two) for one, two in combinations(ordered, 2)]
    for family in ("p_jackknife", "p_seeds", "p_datasets"):
        tested = [line for line in lines if line[family] is not None]
        for line, corrected in zip(tested, holm([line[family] for line in tested]), strict=True):
            line[f"{family}_holm"] = corrected
    for line in lines:
        if line["n_datasets"]:
            significant = line["p_jackknife"] is not None and line["p_jackknife_holm"] <= ALPHA
            line["told_apart"] = significant and line["seeds_overlap"] is not True
    comparable = [row.name for row in ordered if row.without]
    told_apart = [(line["method_1"], line["method_2"]) for line in lines if line["told_apart"]]
    letters = compact_letters(comparable, told_apart)
    better, worse = (Counter(pair[place] for pair in told_apart) for place in (1, 0))
    ranks = {name: (1 + better[name], len(ordered) - worse[name]) for name in comparable}
    pairs = _frame(lines)
    return Comparison(letters, ranks, pairs, tuple(comparison_sentences(ordered, pairs, lead)))


def _pair(one: LeadScore, two: LeadScore) -> dict[str, Any]:
    line: dict[str, Any] = dict.fromkeys(PAIR_COLUMNS)
    line |= {"method_1": one.name, "method_2": two.name, "difference": one.value - two.value}
    line["seeds_overlap"] = _overlap(one, two)
    common = sorted(set(one.per_seed) & set(two.per_seed))
    line["n_seeds"] = len(common)
    if len(common) >= MIN_PAIRS:
        line["p_seeds"] = signed_rank_p(
            [one.per_seed[seed] for seed in common], [two.per_seed[seed] for seed in common]
        )
    line["no_test"] = "; ".join(f"{row.title}: {row.no_groups}" for row in (one, two) if not row.without)
    if line["no_test"]:
        line["n_datasets"] = 0
        return line
    found = jackknife_difference(one, two)
    if found is None:
        line["no_test"] = NO_ERROR
    else:
        (line["difference_low"], line["difference_high"]), line["p_jackknife"] = found
    line["n_datasets"] = len(one.without)
    if line["n_datasets"] >= MIN_PAIRS:
        line["p_datasets"] = signed_rank_p(pseudo_values(one), pseudo_values(two))
    return line


def _overlap(one: LeadScore, two: LeadScore) -> bool | None:
    """Return whether the intervals over seeds overlap; None if a method has none."""
    first, second = one.range_over_seeds, two.range_over_seeds
    if first is None or second is None:
        return None
    return first.low <= second.high and second.low <= first.high


def _frame(lines: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(lines, columns=list(PAIR_COLUMNS))
    types = {
        **dict.fromkeys(PAIR_COLUMNS, "float64"),
        **dict.fromkeys(("n_seeds", "n_datasets"), "Int64"),
        **dict.fromkeys(("seeds_overlap", "told_apart"), "boolean"),
        **dict.fromkeys(("method_1", "method_2", "no_test"), "object"),
    }
    return frame.astype(types)
