"""Gene2vec: a skip-gram model of each gene graph, with the edges as sentences of two genes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from gensim.models import Word2Vec

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress


@dataclass(frozen=True)
class Gene2vec(Method):
    """Gene2vec (Du et al. 2019), as set up for the comparison with MuSe-GNN: one model per gene graph.

    An edge makes two sentences of two genes each, one in either order, like the entries of the adjacency in
    the published script. Skip-gram learns both directions from every sentence, so that an epoch sees each
    direction of an edge twice. The models of all datasets have the same seed, as they do there: they start
    from the same vectors, dealt out by the rank of a gene's degree, which is all that relates the datasets.

    Deviations from the published script:

    - Ten epochs in all; there the constructor had already trained five, with a learning rate schedule of its
      own.
    - One thread, so that a seed decides the vectors; there 32 threads raced for the same arrays.
    - No self-loops; there a gene with one was its own context.
    - Sentences in random order, drawn anew for each epoch, as in the script of Gene2vec itself; there they
      kept the order of the matrix, all those of the first gene first.
    - Genes without edges get the zero vector; there they raised an error.

    Parameters
    ----------
    epochs
        Passes over the edges.
    learning_rate, last_learning_rate
        Step size at the start and at the end, with a linear fall between.
    negative
        Genes drawn as negatives for each pair, in proportion to degree to the power 0.75.
    sample
        Genes that make up more than about 2.6 times this share of the words are left out of sentences at
        random (word2vec's subsampling). Among 1000 genes this thins out hubs only; among 100 it concerns all.
    """

    name = "gene2vec"
    title = "Gene2vec"
    reference = "10.1186/s12864-018-5370-x"
    kind = "published"

    epochs: int = 10
    learning_rate: float = 0.025
    last_learning_rate: float = 0.0001
    negative: int = 5
    sample: float = 1e-3

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train a model for each dataset on the CPU; gensim knows no other device."""
        values: list[np.ndarray] = []
        losses: list[list[float]] = []
        total = self.epochs * len(tissue.graphs)
        for dataset, graph in enumerate(tissue.graphs):
            before = self.epochs * dataset

            def report(epoch: int, loss: float, before: int = before) -> None:
                progress(before + epoch + 1, total, loss=loss)

            vectors, curve = self._train(graph, seed, report)
            values.append(vectors)
            if curve:
                losses.append(curve)
            else:
                progress(before + self.epochs, total)
        history = {"loss": np.mean(losses, axis=0).tolist()} if losses else {}
        return GeneEmbeddings.of(tissue, values, history)

    def _train(
        self, graph: GeneGraph, seed: int, report: Callable[[int, float], None]
    ) -> tuple[np.ndarray, list[float]]:
        """Return the vectors of a dataset, shape (n_genes, 32), and the mean loss of each epoch.

        The loss is gensim's, summed over a pair and its negatives; a graph without edges has none.
        """
        edges = gene_pairs(graph)
        vectors = np.zeros((graph.n_genes, EMBEDDING_DIM), dtype=np.float32)
        if not len(edges):
            return vectors, []
        # Words are positions of genes, written as strings because gensim takes an integer that is no word
        # for its own number of a word.
        words = np.array([str(position) for position in range(graph.n_genes)], dtype=object)
        model = Word2Vec(
            vector_size=EMBEDDING_DIM,
            window=1,
            min_count=1,
            sg=1,
            negative=self.negative,
            sample=self.sample,
            seed=seed % 2**32,  # all that its generator takes
            workers=1,
        )
        model.build_vocab(words[edges].tolist())
        rng = np.random.default_rng(seed)
        rates = np.linspace(self.learning_rate, self.last_learning_rate, self.epochs + 1).tolist()
        curve = []
        for epoch in range(self.epochs):
            n_words, _ = model.train(
                words[rng.permutation(edges)].tolist(),
                total_examples=len(edges),
                epochs=1,
                start_alpha=rates[epoch],
                end_alpha=rates[epoch + 1],
                compute_loss=True,
            )
            # A sentence has as many pairs as words, two, unless one word of it was left out.
            curve.append(float(model.get_latest_training_loss()) / max(n_words, 1))
            report(epoch, curve[-1])
        connected = [int(word) for word in model.wv.index_to_key]
        vectors[connected] = model.wv.vectors
        return vectors, curve


def gene_pairs(graph: GeneGraph) -> np.ndarray:
    """Return the positions of the genes of all edges, each edge both ways, without self-loops.

    Returns
    -------
    numpy.ndarray
        Integers of shape (2 * n_edges, 2), row by row of the adjacency.
    """
    rows, columns = graph.adjacency.toarray().nonzero()
    pairs: np.ndarray = np.stack([rows, columns], axis=1)[rows != columns]
    return pairs
