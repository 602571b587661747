"""What each method is trained on, and whether its scores rest on the same.

AUC and NO score the gene graphs. A method that saw these graphs while it was trained is scored on its own
training data. What ours are trained on stands here and not in their classes, whose attributes are code that
records depend on; a plugin says it with a class attribute, ``trained_on``.
"""

from __future__ import annotations

from collections.abc import Mapping

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.registry import BOTH, EXPRESSION, GRAPHS, NOTHING, TRAINING_DATA

TRUTH = "the truth of simulated data"

TRAINED_ON: Mapping[str, str] = {
    "consensus_spectral": GRAPHS,
    "shared_spectral": GRAPHS,
    "gene2vec": GRAPHS,
    "giant": GRAPHS,
    "degree": GRAPHS,
    "gae": BOTH,
    "vgae": BOTH,
    "musegnn": BOTH,
    "wsmae": BOTH,
    "mae": EXPRESSION,
    "scbert": EXPRESSION,
    "pca": EXPRESSION,
    "pca_procrustes": EXPRESSION,
    "l1000_linear": EXPRESSION,
    "l1000_gnn": EXPRESSION,
    "random": NOTHING,
    "shared_random": NOTHING,
    "collapsed": NOTHING,
    "oracle": TRUTH,
}
"""What a method of ours reads of a tissue."""

NOT_STATED = "not stated"


def trained_on(record: Record) -> str:
    """Return what the method of a record is trained on; not every plugin states it."""
    said = record.get("trained_on")
    return TRAINED_ON.get(record["method"]) or (said if said in TRAINING_DATA else NOT_STATED)


def is_scored_on_it(record: Record) -> str:
    """Return whether a method was trained on the graphs that AUC and NO score: yes, no, or not stated."""
    what = trained_on(record)
    return what if what == NOT_STATED else "yes" if what in (GRAPHS, BOTH) else "no"
