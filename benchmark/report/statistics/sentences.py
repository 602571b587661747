"""What the comparison of the methods of a tissue says, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geneboard.benchmark.report.statistics.paired import ALPHA, MIN_PAIRS, AverageScore, smallest_p

SHOWN = 5
"""Pairs that a sentence names."""


def comparison_sentences(rows: Sequence[AverageScore], pairs: pd.DataFrame, n_datasets: int) -> list[str]:
    """Return one sentence or more for each kind of test.

    Parameters
    ----------
    rows
        The methods that were compared.
    pairs
        All pairs of them, as `Comparison.pairs`.
    n_datasets
        Number of datasets of the tissue.
    """
    if len(rows) < 2:
        return ["Fewer than two methods have an average score: there is nothing to compare."]
    return [
        *_ties(rows, pairs, n_datasets),
        *_over_seeds(rows, pairs),
        *_over_datasets(rows, pairs, n_datasets),
    ]


def _ties(rows: Sequence[AverageScore], pairs: pd.DataFrame, n_datasets: int) -> list[str]:
    missing = [
        f"{row.title} has no tie letter, because its average score without each dataset is not known: "
        f"{row.no_datasets}."
        for row in rows
        if not row.without
    ]
    compared = pairs.loc[pairs["told_apart"].notna()]
    if compared.empty:
        return ["No ties are given, as no two methods could be compared over datasets.", *missing]
    sentences = [
        "Ties: methods that share a letter are not told apart. A method whose score changes much with the "
        "datasets can share one with methods far from it."
    ]
    if compared["p_jackknife"].notna().any():
        sentences.append(_jackknife(compared, n_datasets))
    untested = compared.loc[compared["p_jackknife"].isna()]
    if len(untested):
        sentences.append(
            f"Without a test, and so with a letter in common: {_named(untested, rows)}, because the "
            "difference is the same without each dataset, as happens where few methods set the scale."
        )
    one_seed = [row.title for row in rows if row.range_over_seeds is None]
    if one_seed:
        sentences.append(
            "With a single seed the noise of training is not known and counts nothing here: "
            f"{', '.join(one_seed)}."
        )
    return [*sentences, *missing]


def _jackknife(compared: pd.DataFrame, n_datasets: int) -> str:
    apart = compared["told_apart"]
    n_tested = compared["p_jackknife"].notna().sum()
    held = compared["p_jackknife_holm"].le(ALPHA) & ~apart
    but = f"; {held.sum()} more would be, but their intervals over seeds overlap" if held.any() else ""
    return (
        f"Of {_pairs(len(compared))} {_count(int(apart.sum()))} told apart by the jackknife of the "
        f"difference of their average scores over {n_datasets} datasets (Student's t, {n_datasets - 1} "
        f"degrees of freedom, Holm-corrected for {n_tested} at {ALPHA}){but}."
    )


def _over_seeds(rows: Sequence[AverageScore], pairs: pd.DataFrame) -> list[str]:
    most = int(pairs["n_seeds"].max())
    if most < MIN_PAIRS:
        sentences = [f"Too few seeds ({most}, six are needed): no test over seeds."]
    else:
        sentences = [_signed_rank(pairs, "seeds", rows)]
        without = int(pairs["p_seeds"].isna().sum())
        if without:
            sentences.append(f"{_pairs(without)} have fewer than six seeds in common and no test over seeds.")
    failed = [f"{row.title} ({', '.join(map(str, row.failed_seeds))})" for row in rows if row.failed_seeds]
    if failed:
        sentences.append(f"Seeds without scores are missing from the pairs: {'; '.join(failed)}.")
    return sentences


def _over_datasets(rows: Sequence[AverageScore], pairs: pd.DataFrame, n_datasets: int) -> list[str]:
    if n_datasets < MIN_PAIRS:
        return [f"Too few datasets ({n_datasets}, six are needed): no signed-rank test over datasets."]
    if pairs["p_datasets"].isna().all():
        return ["No signed-rank test over datasets, as no two methods have scores without each dataset."]
    return [_signed_rank(pairs, "datasets", rows)]


def _signed_rank(pairs: pd.DataFrame, over: str, rows: Sequence[AverageScore]) -> str:
    """Return what the signed-rank tests over seeds or datasets say."""
    tested = pairs.loc[pairs[f"p_{over}"].notna()]
    least, most = int(tested[f"n_{over}"].min()), int(tested[f"n_{over}"].max())
    values = f"{least}" if least == most else f"{least} to {most}"
    head = f"Wilcoxon's signed-rank test over {values} {over} compares {_pairs(len(tested))}"
    if smallest_p(most) * len(tested) > ALPHA:
        return (
            f"{head}, and none can differ: with {most} {over} p is never below {smallest_p(most):.2g}, and "
            f"Holm's correction for {len(tested)} pairs asks for {ALPHA / len(tested):.2g}."
        )
    found = tested.loc[tested[f"p_{over}_holm"] <= ALPHA]
    if found.empty:
        return f"{head}; after Holm's correction none differs at {ALPHA}."
    return (
        f"{head}; after Holm's correction {len(found)} {'differs' if len(found) == 1 else 'differ'} "
        f"at {ALPHA}: {_named(found, rows)}."
    )


def _named(pairs: pd.DataFrame, rows: Sequence[AverageScore]) -> str:
    """Name the first pairs by titles, and count the rest."""
    titles = {row.name: row.title for row in rows}
    names = [
        f"{titles[a]} and {titles[b]}" for a, b in zip(pairs["method_1"], pairs["method_2"], strict=True)
    ]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return "; ".join(names[:SHOWN]) + more


def _count(number: int) -> str:
    return {0: "none is", 1: "1 is"}.get(number, f"{number} are")


def _pairs(count: int) -> str:
    return f"{count} {'pair' if count == 1 else 'pairs'} of methods"
