"""What the paired tests against the linear baseline say, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geneboard.benchmark.report.intervals import RANGE, seeds_interval_kind
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.statistics.paired import ALPHA, MIN_PAIRS
from geneboard.benchmark.tasks.inference.board.columns import sign
from geneboard.benchmark.tasks.inference.board.paired import (
    BASELINE,
    BETTER,
    FAMILIES,
    NOT_APART,
    WORSE,
    PairedTests,
)

DIGITS = 3
SMALLEST_SHOWN = 0.001


def comparison_sentences(tests: PairedTests) -> list[str]:
    """Return what was tested, how, with what result, and what cannot be tested and why."""
    if not tests.baseline:
        return [
            f"There is no row {BASELINE!r} (with the settings of the preset) that has scores, so no row is "
            "tested against it."
        ]
    methods = tests.pairs.loc[tests.pairs["kind"] != "control"]
    if methods.empty:
        return [f"No other method is here that could be tested against {tests.baseline}."]
    return [*_explanation(tests), *(_result(tests, *family) for family in FAMILIES), *_untested(methods)]


def _explanation(tests: PairedTests) -> list[str]:
    tested = tests.pairs.loc[tests.pairs["p"].notna()]
    if tested.empty:
        return []
    sentences = [
        f"Tests against {tests.baseline} (pairs.csv): Wilcoxon's signed-rank test of the differences of "
        "genes, each the mean over the seeds in common (PCC and PCC_within), and of patients, each the mean "
        "over its test samples of all those seeds, so that none counts twice (MAE and rank_correlation). "
        "Corrected by Holm for the methods of this table, each metric by itself (controls by themselves, in "
        f"the file). A row is better or worse where p is at most {ALPHA} and the differences of all seeds, "
        "and the median, have one sign.",
        "The test over genes takes genes as independent. They are not, many rise and fall together, so its "
        "p is far too small for other samples: it describes how evenly a difference is spread over the "
        "genes of these.",
    ]
    if (tested["n_seeds"] == 1).any():
        sentences.append("With a single seed the noise of training and of the split is not known.")
    return sentences


def _result(tests: PairedTests, over: str, metric: str) -> str:
    """Return which methods are better, worse and not told apart in one metric."""
    pairs = tests.pairs
    family = pairs.loc[
        (pairs["metric"] == metric)
        & (pairs["over"] == over)
        & (pairs["kind"] != "control")
        & pairs["p"].notna()
    ]
    if family.empty:
        return f"{metric}: no method can be tested against {tests.baseline}."
    titles = family.groupby("verdict")["title"].agg(", ".join)
    parts = [f"{verdict}: {titles[verdict]}" for verdict in (BETTER, WORSE, NOT_APART) if verdict in titles]
    return f"{metric}, over {over}, against {tests.baseline}: {'; '.join(parts)}."


def _untested(methods: pd.DataFrame) -> list[str]:
    few = f"; with fewer than {MIN_PAIRS} the smallest p is above {ALPHA}"
    untested = methods.loc[methods["no_test"] != ""].groupby(["title", "no_test"], sort=False)
    return [
        f"No test of {title} in {', '.join(metrics)}: {reason}{few if 'fewer than' in str(reason) else ''}."
        for (title, reason), metrics in untested["metric"]
    ]


def verdicts(tests: PairedTests) -> dict[str, str]:
    """Return, by name of the row, how methods do against the baseline; those without any test are absent.

    "GNN is worse than Ridge by 0.050 PCC (range over 5 seeds 0.041..0.060), on 88 % of 11,298 genes, p <
    0.001; ..."
    """
    found = {}
    tested = tests.pairs["p"].notna() & (tests.pairs["kind"] != "control")
    for name, lines in tests.pairs.loc[tested].groupby("method", sort=False):
        rows = lines.to_dict("records")
        found[str(name)] = f"{rows[0]['title']} is {'; '.join(_clauses(rows, tests.baseline))}."
    return found


def _clauses(rows: Sequence[Mapping[Any, Any]], baseline: str) -> list[str]:
    """Return one clause for each metric; only the first names the baseline."""
    clauses: list[str] = []
    for row in rows:
        decided = row["verdict"] in (BETTER, WORSE)
        against = "" if clauses else f"{'than' if decided else 'from'} {baseline} "
        clauses.append((_decided if decided else _open)(row, against))
    return clauses


def _decided(row: Mapping[Any, Any], against: str) -> str:
    """Return "worse than Ridge by 0.050 PCC (range over 5 seeds ...), on 88 % of 900 genes, p < 0.001"."""
    turn = sign(row["metric"]) * (1 if row["verdict"] == BETTER else -1)
    return (
        f"{row['verdict']} {against}by {number(turn * row['difference'], DIGITS)} {row['metric']} "
        f"({_span(row, turn)}), {_share(row, row['verdict'])}, {p_text(row['p_holm'])}"
    )


def _open(row: Mapping[Any, Any], against: str) -> str:
    """Return "not told apart from Ridge in MAE (difference 0.002, ...), better for 55 % of patients, ..."."""
    return (
        f"not told apart {against}in {row['metric']} (difference {number(row['difference'], DIGITS)}, "
        f"{_span(row, 1)}), better {_share(row, BETTER)}, {p_text(row['p_holm'])}"
    )


def _span(row: Mapping[Any, Any], turn: int) -> str:
    kind = seeds_interval_kind(int(row["n_seeds"]))
    if not kind:
        return "one seed"
    low, high = sorted((turn * row["difference_low"], turn * row["difference_high"]))
    what = "range" if kind == RANGE else f"{kind} interval"
    return f"{what} over {row['n_seeds']} seeds {number(low, DIGITS)}..{number(high, DIGITS)}"


def _share(row: Mapping[Any, Any], verdict: str) -> str:
    share = 100 * row[f"share_{verdict}"]
    return f"{'on' if row['over'] == 'genes' else 'for'} {share:.0f} % of {row['n']:,} {row['over']}"


def p_text(p_value: float) -> str:
    """Return a p-value in words: "p = 0.030", or "p < 0.001"."""
    return f"p < {SMALLEST_SHOWN}" if p_value < SMALLEST_SHOWN else f"p = {p_value:.3f}"
