"""What the table across tissues says, in plain sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from geneboard.benchmark.records.metric_versions import versions_text
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.statistics.friedman import MIN_METHODS, MIN_TISSUES, RankTest
from geneboard.benchmark.report.statistics.paired import ALPHA
from geneboard.benchmark.report.wording import is_synthetic_source, listed
from geneboard.benchmark.tasks.embedding.across.gains import OURS, PUBLISHED
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS

PAPER_GAINS = {"heart": 20.1, "lung": 97.5}
"""Gains over the second best in percent, as the text of arXiv 2310.02275 gives them."""

SIMULATED = (
    "These tissues are simulated by one generator: they are not independent evidence, and the tests say "
    "nothing about real tissues."
)


def across_notes(
    boards: Sequence[Board],
    frame: pd.DataFrame,
    ranks: pd.DataFrame,
    gains: pd.DataFrame,
    test: RankTest | None,
) -> list[Note]:
    """Return what the table shows, and what was tested with what result.

    Parameters
    ----------
    boards
        The leaderboards of the tissues.
    frame, gains, test
        As in `benchmark.tasks.embedding.across.across.Across`.
    ranks
        Rank of every method that competes in every tissue and has a score in at least one (columns, by row
        of `frame`) in every tissue that has joint scores (rows).
    """
    tissues = [board.group.tissue for board in boards]
    meaning = (
        f"Mean: mean of the joint scores of the {len(tissues)} tissues; only methods with one in every "
        "tissue have it."
    )
    return [
        Note(meaning),
        *map(Note, _rank_sentences(tissues, frame, ranks)),
        *map(Note, _metrics_sentences(boards)),
        *(Note(sentence, is_detail=True) for sentence in _gain_sentences(gains)),
        *map(Note, _test_sentences(test) if test else [_no_test_sentence(*ranks.shape)]),
        *([Note(SIMULATED)] if is_synthetic_source(boards[0].group.source) else []),
    ]


def across_verdict(frame: pd.DataFrame, tissues: Sequence[str], test: RankTest | None) -> str:
    """Return who leads over all tissues, in how many of them, and from how many others a test tells it apart.

    Parameters
    ----------
    frame, tissues, test
        As in `benchmark.tasks.embedding.across.across.Across`.
    """
    scored = frame.loc[(frame["kind"] != "control") & frame["mean_joint_score"].notna()]
    if scored.empty:
        return "No method has a joint score in every tissue."
    best = scored.iloc[0]
    methods = frame.loc[frame["kind"] != "control"]
    scores = [f"{tissue}_joint_score" for tissue in tissues]
    wins, n_tissues = sum(best[score] >= methods[score].max() for score in scores), len(tissues)
    where = "all" if wins == n_tissues else str(wins)
    parts = [
        f"{best['title']} has the highest mean joint score over {n_tissues} tissues, "
        f"{number(best['mean_joint_score'], 3)}, and the highest in {where} of them"
    ]
    if test is not None and best["title"] in test.mean_ranks:
        behind = test.mean_ranks - test.mean_ranks[best["title"]] > test.critical_difference
        parts.append(f"told apart from {behind.sum()} of {len(behind) - 1} others by their ranks")
    elif test is None:
        parts.append("no test over tissues")
    below = scored.loc[scored["mean_joint_score"] <= NOT_ABOVE_CONTROLS, "title"]
    if len(below):
        parts.append(f"not above the controls in the mean: {listed(list(below))}")
    return "; ".join(parts) + "."


def _rank_sentences(tissues: Sequence[str], frame: pd.DataFrame, ranks: pd.DataFrame) -> Iterator[str]:
    yield (
        "Mean rank: mean over tissues of the rank by joint score, 1 is best, among the "
        f"{ranks.shape[1]} methods that have a rank in every tissue; of each method one row, no variants."
    )
    titles, scores = frame["title"].to_dict(), frame[[f"{tissue}_joint_score" for tissue in tissues]]
    last = [
        f"{titles[row]} in {tissue}"
        for row in ranks.columns
        for tissue in ranks.index
        if scores[f"{tissue}_joint_score"].isna()[row]
    ]
    if last:
        yield f"Without a joint score, and so ranked last there: {', '.join(last)}."
    skipped = {
        title: [tissue for tissue in tissues if row[f"{tissue}_status"].startswith("skipped")]
        for title, row in frame.set_index("title").iterrows()
    }
    if named := [f"{title} ({', '.join(where)})" for title, where in skipped.items() if where]:
        yield f"Skipped in a tissue, and so in no mean rank and no test: {', '.join(sorted(named))}."
    never = frame.loc[(frame["kind"] != "control") & scores.isna().all(axis=1), "title"]
    if len(never):
        yield f"Without a joint score in any tissue, and so in no rank and no test: {', '.join(never)}."
    if unranked := [tissue for tissue in tissues if tissue not in ranks.index]:
        yield f"No method has a joint score in {', '.join(unranked)}, which therefore counts in no rank."


def _metrics_sentences(boards: Sequence[Board]) -> Iterator[str]:
    versions = {
        board.group.tissue: versions_text(board.group.records[0])  # the same in all of a leaderboard
        for board in boards
    }
    if len(set(versions.values())) > 1:
        named = "; ".join(f"{tissue} {version}" for tissue, version in versions.items())
        yield f"The tissues were not all scored by the same version of the metrics ({named})."


def _gain_sentences(gains: pd.DataFrame) -> Iterator[str]:
    ours = gains.loc[gains["label"] == OURS]
    if len(ours):
        yield f"Among the published methods, as run here, {leads(ours)}; this is no test."
    published = gains.loc[gains["label"] == PUBLISHED]
    if len(published):
        yield f"In the published table {leads(published)}."
    rounded = published.set_index("tissue")["gain_percent"].to_dict()
    told = [tissue for tissue in PAPER_GAINS if tissue in rounded]
    if told:
        paper = " and ".join(f"{PAPER_GAINS[tissue]:.1f} % in {tissue}" for tissue in told)
        table = " and ".join(f"{rounded[tissue]:.1f} %" for tissue in told)
        yield (
            f"The text of the paper says {paper}, from numbers before rounding; its rounded table, which is "
            f"used here, gives {table}."
        )


def leads(gains: pd.DataFrame) -> str:
    """Return who has the highest average score in how many tissues, and by how much."""
    counts = Counter(gains["best"])
    order = sorted(counts, key=lambda title: (-counts[title], title))
    leaders = " and ".join(f"{title} in {counts[title]}" for title in order)
    tissues = "tissue" if len(gains) == 1 else "tissues"
    text = f"the highest average score is that of {leaders} of {len(gains)} {tissues}"
    known = gains.loc[gains["gain_percent"].notna()].sort_values("gain_percent", kind="stable")
    if known.empty:
        return f"{text}; the second highest is not above zero"
    ends = [
        f"{gain:.1f} % ({tissue})"
        for gain, tissue in zip(known["gain_percent"], known["tissue"], strict=True)
    ]
    return f"{text}, above the second highest by {' to '.join(dict.fromkeys((ends[0], ends[-1])))}"


def _test_sentences(test: RankTest) -> Iterator[str]:
    titles = list(test.mean_ranks.index)
    result = "their mean ranks differ" if test.p_value <= ALPHA else "no difference is shown"
    yield (
        f"Friedman's test of {len(titles)} methods over {test.n_tissues} tissues: chi-squared "
        f"{test.statistic:.2f}, p = {test.p_value:.2g}: {result} at {ALPHA}. Tissues are the "
        "replicates; seeds enter through their mean alone."
    )
    pairs = list(combinations(titles, 2))
    apart = [
        f"{one} and {two}"
        for one, two in pairs
        if test.mean_ranks[two] - test.mean_ranks[one] > test.critical_difference
    ]
    found = f"these do: {'; '.join(apart)}" if apart else "no two do"
    yield (
        f"Nemenyi's critical difference is {test.critical_difference:.2f}: methods whose mean ranks lie "
        f"further apart differ at {ALPHA}; of {len(pairs)} pairs {found}."
    )


def _no_test_sentence(n_tissues: int, n_methods: int) -> str:
    why = "All methods tie in every tissue"
    if n_tissues < MIN_TISSUES:
        why = f"Too few tissues ({n_tissues}, five are needed)"
    elif n_methods < MIN_METHODS:
        why = f"Too few methods have ranks ({n_methods}, three are needed)"
    return f"{why}: no Friedman test and no critical difference."
