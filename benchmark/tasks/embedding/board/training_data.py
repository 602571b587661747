"""What each method is trained on, and whether its scores rest on the same.

AUC and NO score the gene graphs. A method that saw these graphs while it was trained is scored on its own
training data. This stands here and not in the classes: their attributes are code that records depend on.
"""

from __future__ import annotations

from collections.abc import Mapping

GRAPHS, BOTH, EXPRESSION = "the gene graphs", "expression and the gene graphs", "expression"
NOTHING, TRUTH = "nothing", "the truth of simulated data"

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


def trained_on(method: str) -> str:
    """Return what a method is trained on; of a plugin, whose name is none of these, that is not stated."""
    return TRAINED_ON.get(method.partition("[")[0], NOT_STATED)


def is_scored_on_it(method: str) -> str:
    """Return whether a method was trained on the graphs that AUC and NO score: yes, no, or not stated."""
    what = trained_on(method)
    return what if what == NOT_STATED else "yes" if what in (GRAPHS, BOTH) else "no"
