"""By how much the highest average score of a tissue is above the second highest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from geneboard.benchmark.tasks.embedding.board.board import Board, published_scores

OURS = "ours"
PUBLISHED = "published"

GAIN_COLUMNS = ("label", "tissue", "best", "best_score", "second", "second_score", "gain_percent")
"""``label`` says whose scores they are; ``gain_percent`` is (best / second - 1) * 100, empty where the second
best has no score above zero."""


def our_gains(boards: Sequence[Board]) -> pd.DataFrame:
    """Return the gain in each leaderboard, among its published methods."""
    return gains(OURS, {board.group.tissue: _published_rows(board.frame) for board in boards})


def published_gains(tissues: Iterable[str]) -> pd.DataFrame:
    """Return the gain in the published table, rounded to two digits as it is, for those tissues it has."""
    return gains(PUBLISHED, {tissue: found for tissue in tissues if (found := published_scores(tissue))})


def gains(label: str, tissues: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Return the best and the second best of each tissue.

    Parameters
    ----------
    label
        Whose scores they are.
    tissues
        Average scores by title of the method, by tissue; a tissue with fewer than two is left out.

    Returns
    -------
    pandas.DataFrame
        One row per tissue with the columns `GAIN_COLUMNS`; of equal scores the first title is best.
    """
    lines: list[dict[str, Any]] = []
    for tissue, scores in tissues.items():
        if len(scores) < 2:
            continue
        (best, top), (second, next_best) = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:2]
        gain = (top / next_best - 1) * 100 if next_best > 0 else None
        values = (label, tissue, best, top, second, next_best, gain)
        lines.append(dict(zip(GAIN_COLUMNS, values, strict=True)))
    frame = pd.DataFrame(lines, columns=list(GAIN_COLUMNS))
    return frame.astype(
        {
            name: "object" if name in ("label", "tissue", "best", "second") else "float64"
            for name in GAIN_COLUMNS
        }
    )


def _published_rows(frame: pd.DataFrame) -> dict[str, float]:
    rows = frame.loc[frame["sets_range"] & frame["average_score"].notna()]
    return dict(zip(rows["title"], rows["average_score"].astype(float), strict=True))
