"""The order of methods by what they know about genes, beside their order by other scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import nan
from pathlib import PurePath

import numpy as np
import pandas as pd

from geneboard.benchmark.report.intervals import ROUNDING, mean_interval
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.words import methods_of
from geneboard.benchmark.tasks.biology.definitions import MEASURES
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import AVERAGE, JOINT, METRICS
from geneboard.datasets.joint import is_joint

ORDERS = (JOINT, AVERAGE, *METRICS)
"""Columns of the leaderboards of embeddings whose order is compared; higher is better in all."""

LEAST_METHODS = 5
"""Of fewer methods an order agrees by luck: that of four does so completely in one of 24 cases."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far orders agree in the tissues of one source and preset.

    Attributes
    ----------
    source, preset
        Of all tissues.
    folder
        Where its table goes, relative to the result folder.
    tissues
        That have both boards, in alphabetical order.
    n_methods
        How many methods a tissue orders at most.
    frame
        One row for each measure of biology and other score: ``measure``, ``score``, for each tissue T ``T``
        (Spearman's correlation over methods) and ``T_methods`` (their number), ``mean`` over tissues,
        ``mean_low`` and ``mean_high`` (t over tissues, cut at -1 and 1), and ``tissues`` (how many have one).
    """

    source: str
    preset: str
    folder: PurePath
    tissues: tuple[str, ...]
    n_methods: Mapping[str, int]
    frame: pd.DataFrame


def agreements(biology: Sequence[BiologyBoard], embedding: Sequence[Board]) -> list[Agreement]:
    """Return for each source and preset how the orders of methods agree where a tissue has both boards.

    Parameters
    ----------
    biology, embedding
        Leaderboards; those of a tissue are compared if they are of the same data. Several tissues together
        are no further tissue.
    """
    scores = {
        (*_run(board), board.group.tissue, board.group.data_hash): board
        for board in embedding
        if not (board.group.covered_by or is_joint(board.group.tissue))
    }
    found = []
    for run, members in groupby(sorted(biology, key=_run), _run):
        both = {
            board.group.tissue: _in_common(board, scores[key])
            for board in members
            if (key := (*run, board.group.tissue, board.group.data_hash)) in scores
        }
        frame = _frame({tissue: both[tissue] for tissue in sorted(both)})
        if len(frame):
            tissues = tuple(tissue for tissue in sorted(both) if frame[tissue].notna().any())
            n_methods = {tissue: int(frame[f"{tissue}_methods"].max()) for tissue in tissues}
            folder = next(board.group.folder for board in biology if _run(board) == run).parent.parent
            found.append(Agreement(*run, folder, tissues, n_methods, frame))
    return found


def _run(board: BiologyBoard | Board) -> tuple[str, str]:
    return board.group.source, board.group.preset


def _in_common(biology: BiologyBoard, embedding: Board) -> pd.DataFrame:
    """Return the scores of the methods that both boards have, controls apart; one row for each."""
    known = pd.DataFrame({entry.name: entry.means for entry in methods_of(biology)}).T
    competing = embedding.frame[embedding.frame["competes"]]
    return known.join(competing.set_index("method")[list(ORDERS)], how="inner").astype(float)


def _frame(tissues: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the table of `Agreement`, of measures that some tissue can order methods by."""
    lines = []
    for measure in MEASURES:
        asked = {tissue: scores for tissue, scores in tissues.items() if measure in scores}
        for score in ORDERS:
            found = {tissue: rank_correlation(both[measure], both[score]) for tissue, both in asked.items()}
            values = [value for value, _ in found.values() if value == value]
            if not values:
                continue
            line: dict[str, object] = {"measure": measure, "score": score}
            for tissue in tissues:
                line[tissue], line[f"{tissue}_methods"] = found.get(tissue, (nan, 0))
            low, high = np.clip(mean_interval(values) or (nan, nan), -1, 1)
            line |= {"mean": np.mean(values), "mean_low": low, "mean_high": high}
            lines.append(line | {"tissues": len(values)})
    return pd.DataFrame(lines)


def rank_correlation(one: pd.Series, other: pd.Series) -> tuple[float, int]:
    """Return Spearman's correlation over the methods that have both scores, and how many these are.

    Scores that differ by rounding are equal. NaN for fewer than five methods, or where all are equal.
    """
    both = pd.DataFrame({"one": one, "other": other}).dropna()
    ranks = both.div(ROUNDING).round().rank()
    if len(both) < LEAST_METHODS or (ranks.nunique() < 2).any():
        return nan, len(both)
    return float(np.corrcoef(ranks["one"], ranks["other"])[0, 1]), len(both)
