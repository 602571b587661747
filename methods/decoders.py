"""How well the decoder of a method tells the edges of its training graphs, which the cosine need not show."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy import sparse
from sklearn.metrics import roc_auc_score

from geneboard.datasets.base import Tissue
from geneboard.methods.base import GeneEmbeddings

DECODER_AUC = "decoder_AUC"
"""What a history calls it: one value for each dataset, in the order of the tissue."""


def with_decoder_auc(
    embeddings: GeneEmbeddings, tissue: Tissue, logits: Iterable[np.ndarray]
) -> GeneEmbeddings:
    """Return the same embeddings with the `edge_auc` of a decoder in their history.

    Parameters
    ----------
    embeddings
        What the decoder decodes.
    tissue
        The graphs of the training.
    logits
        For each graph what the trained decoder makes of its embedding, without mask or noise, shape
        (n_genes, n_genes).
    """
    aucs = [edge_auc(scores, graph.adjacency) for scores, graph in zip(logits, tissue.graphs, strict=True)]
    return replace(embeddings, history={**embeddings.history, DECODER_AUC: aucs})


def edge_auc(logits: np.ndarray, adjacency: sparse.csr_matrix) -> float:
    """Return the ROC AUC of logits against a graph; each pair of different genes counts once.

    An edge decoder gives a pair of genes two logits, one in either order: the pair has their mean.

    Parameters
    ----------
    logits
        Shape (n_genes, n_genes); higher is more likely an edge.
    adjacency
        Boolean, symmetric, shape (n_genes, n_genes).

    Returns
    -------
    float
        0 to 1, higher is better; NaN, a gap in a history, where all pairs are edges or none is.
    """
    pairs = np.triu_indices(len(logits), 1)
    edges = adjacency.toarray()[pairs]
    if edges.all() or not edges.any():
        return math.nan
    return float(roc_auc_score(edges, ((logits + logits.T) / 2)[pairs]))
