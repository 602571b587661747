"""What the comparison of the methods of a tissue says, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geneboard.benchmark.report.statistics.paired import ALPHA, MIN_PAIRS, LeadScore, smallest_p

SHOWN = 5
"""Pairs that a sentence names."""


def comparison_sentences(rows: Sequence[LeadScore], pairs: pd.DataFrame, lead: str) -> list[str]:
    """Return one sentence or more for each kind of test.

    Parameters
    ----------
    rows
        The methods that were compared.
    pairs
        All pairs of them, as `Comparison.pairs`.
    lead
        The score that ranks them, in words.
    """
    if len(rows) < 2:
        return [f"Fewer than two methods have a rank by the {lead}: there is nothing to compare."]
    return [*_ties(rows, pairs, lead), *_over_seeds(rows, pairs), *_over_groups(rows, pairs)]


def _ties(rows: Sequence[LeadScore], pairs: pd.DataFrame, lead: str) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if not row.without:
            reasons.setdefault(row.no_groups, []).append(row.title)
    missing = [
        f"Without a tie letter and an interval of the rank: {_all_or(titles, rows)} ({why})."
        for why, titles in reasons.items()
    ]
    compared = pairs.loc[pairs["told_apart"].notna()]
    if compared.empty and len(reasons) == 1:
        return [f"No intervals of ranks and no tie letters: {next(iter(reasons))}."]
    if compared.empty:
        return ["No intervals of ranks and no tie letters, as no two methods could be compared.", *missing]
    sentences = [
        "The interval of a rank counts the methods that are told apart: from 1 plus those that are better to "
        "all less those that are worse. Methods that share a letter (ties) are not told apart.",
        "A method whose score changes much with the groups of datasets can share a letter with methods far "
        "from it.",
    ]
    if compared["p_jackknife"].notna().any():
        sentences.append(_jackknife(compared, lead))
    untested = compared.loc[compared["p_jackknife"].isna()]
    if len(untested):
        sentences.append(
            f"Without a test, and so with a letter in common: {_named(untested, rows)}, because the "
            "difference is the same without each group."
        )
    one_seed = [row.title for row in rows if row.range_over_seeds is None]
    if one_seed:
        sentences.append(
            "With a single seed the noise of training is not known and counts nothing here: "
            f"{', '.join(one_seed)}."
        )
    return [*sentences, *missing]


def _all_or(titles: Sequence[str], rows: Sequence[LeadScore]) -> str:
    return "all methods" if len(titles) == len(rows) else ", ".join(titles)


def _jackknife(compared: pd.DataFrame, lead: str) -> str:
    n_groups = int(compared["n_datasets"].max())
    apart = compared["told_apart"]
    n_tested = compared["p_jackknife"].notna().sum()
    held = compared["p_jackknife_holm"].le(ALPHA) & ~apart
    but = f"; {held.sum()} more would be, but their intervals over seeds overlap" if held.any() else ""
    return (
        f"Of {_pairs(len(compared))} {_count(int(apart.sum()))} told apart by the jackknife of the "
        f"difference of their {lead} over {n_groups} groups of datasets (Student's t, {n_groups - 1} "
        f"degrees of freedom, Holm-corrected for {n_tested} at {ALPHA}){but}."
    )


def _over_seeds(rows: Sequence[LeadScore], pairs: pd.DataFrame) -> list[str]:
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


def _over_groups(rows: Sequence[LeadScore], pairs: pd.DataFrame) -> list[str]:
    most = int(pairs["n_datasets"].max())
    if most < MIN_PAIRS:
        return [f"Too few groups of datasets ({most}, six are needed): no signed-rank test over them."]
    return [_signed_rank(pairs, "datasets", rows)]


def _signed_rank(pairs: pd.DataFrame, over: str, rows: Sequence[LeadScore]) -> str:
    """Return what the signed-rank tests over seeds or datasets say."""
    tested = pairs.loc[pairs[f"p_{over}"].notna()]
    found = tested.loc[tested[f"p_{over}_holm"] <= ALPHA]
    least, most = int(tested[f"n_{over}"].min()), int(tested[f"n_{over}"].max())
    values = f"{least}" if least == most else f"{least} to {most}"
    over = "groups of datasets" if over == "datasets" else over
    head = f"Wilcoxon's signed-rank test over {values} {over} compares {_pairs(len(tested))}"
    if smallest_p(most) * len(tested) > ALPHA:
        return (
            f"{head}, and none can differ: with {most} {over} p is never below {smallest_p(most):.2g}, and "
            f"Holm's correction for {len(tested)} pairs asks for {ALPHA / len(tested):.2g}."
        )
    if found.empty:
        return f"{head}; after Holm's correction none differs at {ALPHA}."
    return (
        f"{head}; after Holm's correction {len(found)} {'differs' if len(found) == 1 else 'differ'} "
        f"at {ALPHA}: {_named(found, rows)}."
    )


def _named(pairs: pd.DataFrame, rows: Sequence[LeadScore]) -> str:
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
