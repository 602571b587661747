"""Several tissues as one, so that a method learns from all of their datasets together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue

SIGN = "+"
"""Between the names of tissues in the name of a joint one."""


def joint_name(tissues: Iterable[str]) -> str:
    """Return what some tissues together are called, the same in whatever order they are given."""
    return SIGN.join(sorted(set(tissues)))


def is_joint(tissue: str) -> bool:
    """Return whether this is the name of several tissues together."""
    return SIGN in tissue


def joined(tissues: Sequence[Tissue]) -> Tissue:
    """Return all datasets of some tissues of one source as one tissue.

    Simulated genes have a truth there where all tissues agree on their module.
    """
    tissues = sorted(tissues, key=lambda tissue: tissue.name)
    heldout = [tissue.heldout for tissue in tissues]
    return Tissue(
        joint_name(tissue.name for tissue in tissues),
        tissues[0].source,
        tuple(graph for tissue in tissues for graph in tissue.graphs),
        _agreed([tissue.truth for tissue in tissues if tissue.truth is not None]),
        tuple(graph for graphs in heldout for graph in graphs or ()) if all(heldout) else None,
    )


def divided(together: Tissue) -> list[Tissue]:
    """Return the tissues that the datasets of a joint one are of, in their order."""
    names = dict.fromkeys(graph.tissue for graph in together.graphs)
    others = {name: [graph.name for graph in together.graphs if graph.tissue != name] for name in names}
    return [replace(together.without(*others[name]), name=name) for name in names]


def _agreed(truths: Sequence[pd.Series]) -> pd.Series | None:
    if not truths:
        return None
    table = pd.concat(truths, axis=1)
    first = table.bfill(axis=1).iloc[:, 0]
    agree = (table.eq(first, axis=0) | table.isna()).all(axis=1)
    return first[np.asarray(agree)]
