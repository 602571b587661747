"""Gene vectors from co-expression: skip-gram on the edges of a tissue's graphs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from datasets.base import Tissue


def co_expressed_pairs(tissue: Tissue, genes: pd.Index) -> np.ndarray:
    """Return the pairs of different genes with an edge in any dataset, each once.

    Parameters
    ----------
    tissue
        The graphs.
    genes
        All genes of the tissue, each once.

    Returns
    -------
    numpy.ndarray
        Positions in `genes`, shape (n_pairs, 2), sorted, the smaller position first.
    """
    keys = [np.empty(0, dtype=np.int64)]
    for graph in tissue.graphs:
        position = genes.get_indexer(graph.genes)
        upper = sparse.triu(graph.adjacency, k=1)
        first, second = position[upper.row], position[upper.col]
        keys.append(np.minimum(first, second) * len(genes) + np.maximum(first, second))
    return np.stack(np.divmod(np.unique(np.concatenate(keys)), len(genes)), axis=1)


def skip_gram_vectors(
    tissue: Tissue, genes: pd.Index, width: int, *, pairs: int, rng: np.random.Generator
) -> np.ndarray:
    """Train Gene2vec (Du et al. 2019) on the edges of all graphs of a tissue together.

    Each pair of co-expressed genes is a sentence of two words: skip-gram with window 1, 10 epochs.

    Parameters
    ----------
    tissue, genes
        The graphs, and all their genes, each once.
    width
        Of a vector.
    pairs
        If there are more pairs than this, a random part of so many is used.
    rng
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Float32 of shape (n_genes, width). Genes without any pair get random vectors with the spread of the
        trained ones, or of 1 if there are none.
    """
    found = co_expressed_pairs(tissue, genes)
    if len(found) > pairs:
        found = found[np.sort(rng.choice(len(found), pairs, replace=False))]
    vectors = np.full((len(genes), width), np.nan, dtype=np.float32)
    if len(found):
        from gensim.models import Word2Vec

        found = rng.permutation(found)
        model = Word2Vec(
            found.astype(str).tolist(),
            vector_size=width,
            sg=1,
            window=1,
            min_count=1,
            workers=1,  # more would race for the vectors
            epochs=10,
            seed=int(rng.integers(2**32)),
        )
        vectors[np.array(model.wv.index_to_key, dtype=np.int64)] = model.wv.vectors
    without = np.isnan(vectors[:, 0])
    spread = 1.0 if without.all() else vectors[~without].std()
    vectors[without] = spread * rng.standard_normal((int(without.sum()), width))
    return vectors
