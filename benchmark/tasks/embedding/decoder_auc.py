"""What the decoder of a method reaches on its training graphs: from the method's history to a score."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.records.store import TRAINING

if TYPE_CHECKING:
    from geneboard.methods.base import GeneEmbeddings
    from geneboard.metrics.base import Score

NO_DECODER = "has no decoder"
"""Why a method has no such score by its nature, whatever the data."""


def curves_and_facts(
    embeddings: GeneEmbeddings,
) -> tuple[Mapping[str, Sequence[float]], dict[str, dict[str, float | None]]]:
    """Return the training curves of a history, and what it says of the decoder by the name of the dataset.

    A dataset without a value (all pairs are edges, or none) has None there.

    Raises
    ------
    ValueError
        If there is another number of values than of datasets.
    """
    from geneboard.methods.decoders import DECODER_AUC

    curves = dict(embeddings.history)
    aucs = curves.pop(DECODER_AUC, None)
    if aucs is None:
        return curves, {}
    if len(aucs) != len(embeddings.datasets):
        raise ValueError(f"{len(aucs)} values of {DECODER_AUC} for {len(embeddings.datasets)} datasets")
    finite = [float(value) if math.isfinite(value) else None for value in aucs]
    return curves, {DECODER_AUC: dict(zip(embeddings.datasets, finite, strict=True))}


def decoder_scores(cell: Cell, folder: Path) -> dict[str, Score]:
    """Return what the decoder of a trained cell reaches: the mean over datasets, by the name of the score.

    Like the AUC of the cosine it is undefined as soon as one dataset has no value.

    Parameters
    ----------
    cell
        A cell of the training, or of a part of its genes: then it has no value.
    folder
        Where the account of the training is.
    """
    from geneboard.methods.decoders import DECODER_AUC

    facts = json.loads((folder / TRAINING).read_bytes())["facts"]
    return {DECODER_AUC: _mean(facts.get(DECODER_AUC), whole=cell.input is None)}


def _mean(aucs: Mapping[str, Any] | None, *, whole: bool) -> Score:
    from geneboard.metrics.base import Score

    if aucs is None:
        return Score.undefined(NO_DECODER)
    if not whole:
        return Score.undefined("the decoder was scored on all that was trained on")
    without = [name for name, value in aucs.items() if value is None]
    if without:
        return Score.undefined(f"the adjacency of {without[0]} has one class only")
    return Score(fmean(aucs.values()))
