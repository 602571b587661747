"""Gene vectors from co-expression: skip-gram on the edges of a tissue's graphs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import Tissue


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

    Each pair of co-expressed genes is a sentence of two words: skip-gram with window 1, 10 epochs. On as few
    pairs as a tissue has, skip-gram moves all vectors in one direction, many times further than apart. So
    their mean is subtracted, and what remains is scaled to variance 1.

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
        Float32 of shape (n_genes, width). Genes without any pair get standard normal vectors.
    """
    found = co_expressed_pairs(tissue, genes)
    if len(found) > pairs:
        found = found[np.sort(rng.choice(len(found), pairs, replace=False))]
    vectors = rng.standard_normal((len(genes), width)).astype(np.float32)
    if len(found):
        from gensim.models import Word2Vec

        model = Word2Vec(
            rng.permutation(found).astype(str).tolist(),
            vector_size=width,
            sg=1,
            window=1,
            min_count=1,
            workers=1,  # more would race for the vectors
            epochs=10,
            seed=int(rng.integers(2**32)),
        )
        centred = model.wv.vectors - model.wv.vectors.mean(axis=0)
        vectors[np.array(model.wv.index_to_key, dtype=np.int64)] = centred / centred.std()
    return vectors
