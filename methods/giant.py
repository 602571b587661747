"""GIANT: skip-gram on random walks in each dataset, its embeddings tied along a tree over the datasets."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.dataset_tree import dataset_tree
from geneboard.methods.random_walks import cooccurrences, random_walks
from geneboard.methods.skip_gram import ExpectedSkipGram
from geneboard.methods.training import seeded, train


@dataclass(frozen=True)
class GIANT(Method):
    """GIANT (Chen et al. 2022): node embeddings of each graph, tied along a tree over the graphs.

    Every dataset has a table of gene vectors, fitted by skip-gram with negative samples to random walks on
    its graph. The modalities and the tissue have tables too, for the union of the genes below them, and each
    vector is tied to that of the same gene in the parent (the regulariser of OhmNet, Zitnik and Leskovec
    2017). The embedding is the table of the dataset. "Published script" is that of GIANT itself; the one run
    for the comparison with MuSe-GNN is not public. The loss is ::

        sum over datasets          genes on its walks * mean skip-gram loss of its pairs
        + tie_weight / 2 * sum over nodes of the tree but the root, and their genes    |u - u of parent|^2

    The scale of the tie is that of the published script. There, each pair (gene, context) moves the gene's
    vector by the learning rate times its skip-gram gradient and times ``tie_weight * (u of parent - u)``,
    the gradient of half the squared distance: one tie per pair, so that a gene's tie stands beside the mean
    over its pairs. The written objective of OhmNet has one tie beside the sum over a gene's pairs; it would
    fade with the number of walks. As written there, each gene counts the same in the tie, on however many
    walks it is, and so does each edge of the tree: an inner vector settles at the plain mean of its parent
    and children, to which the script sets it.

    A gene without an edge is on no walk, and the tie alone decides: its vector becomes that of its parent,
    which is that of the datasets where the gene has edges. Where it has none at all, it stays near zero.

    As in the script and in OhmNet's objective, a gene's vector is also its vector as a context. With separate
    context vectors the tie would be void: smaller vectors with larger contexts fit alike. And a gene is not
    its own context where a walk returns to it.

    Deviations from the published script:

    - The skip-gram loss is its expectation over pairs and negative samples (`ExpectedSkipGram`), minimised by
      Adam, one step per epoch on all datasets, with inner vectors as parameters. There it was sampled, with
      linearly falling SGD steps by racing workers in 5 passes over the walks, and inner vectors set between
      passes. The step size and number of epochs are therefore ours.
    - The tie is there from the first step; there from the second pass over the walks.
    - Negative samples are genes of the same dataset, as in the objective of OhmNet; there they came from all.
      They may be the context itself; there such a draw was dropped.
    - Vectors have 32 dimensions, as those of all methods here; there 128.
    - Each context in the window counts once, and so does each step of a walk; there the window shrank at
      random, which favours near ones, and genes on more than one step in a thousand were thinned out.
    - The tree is that of modalities and tissue, and inner nodes have the genes of their children only; there
      a dendrogram of the graphs, and every node had every gene.

    Parameters
    ----------
    epochs, learning_rate
        Optimiser steps, each on the loss of all datasets, and step size of Adam. Both are ours; those from
        `walks_per_gene` to `tie_weight` are the defaults of the published script.
    walks_per_gene, walk_length, p, q
        Random walks from each gene, genes on a walk, and where it goes on, see `random_walks`.
    window
        Largest distance of a context on a walk.
    negatives
        Negative samples per pair.
    tie_weight
        Weight of the tie between a vector and its parent's.
    patience
        Stop early, see `train`; 0 trains all epochs.

    Raises
    ------
    ValueError
        If p or q is not above 0.
    """

    name = "giant"
    title = "GIANT"
    reference = "10.1101/2022.08.06.503038"
    kind = "published"
    quick: ClassVar[Mapping[str, Any]] = {"epochs": 300}

    epochs: int = 1000
    learning_rate: float = 0.01
    walks_per_gene: int = 20
    walk_length: int = 10
    p: float = 0.2
    q: float = 5.0
    window: int = 5
    negatives: int = 5
    tie_weight: float = 1.0
    patience: int = 0

    def __post_init__(self) -> None:
        if self.p <= 0 or self.q <= 0:
            raise ValueError(f"p and q must be above 0, not {self.p:g} and {self.q:g}")

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train on a tissue and embed its genes in 32 dimensions."""
        with seeded(seed, device) as (_, place):
            objective = TreeObjective(self, tissue.graphs, seed, place)
            history = train(
                lambda _: objective.losses(),
                objective.tables,
                torch.optim.Adam(objective.tables, lr=self.learning_rate, fused=True),
                method=self.name,
                epochs=self.epochs,
                steps=1,
                progress=progress,
                patience=self.patience,
            )
            values = [table.detach().cpu().numpy() for table in objective.tables[: len(tissue.graphs)]]
        return GeneEmbeddings.of(tissue, values, history)


class TreeObjective:
    """The loss of GIANT on a tissue.

    Parameters
    ----------
    settings
        Hyper-parameters.
    graphs
        The datasets.
    seed
        Seed of walks and initial vectors. Each node of the tree draws from a generator of its own, made from
        the seed and its name, so that no dataset's draws depend on the others.
    device
        Where to compute.

    Attributes
    ----------
    tree
        The nodes, datasets first, as made by `dataset_tree`.
    tables
        The vectors of each node, float32 of shape (n_genes, 32).
    """

    def __init__(self, settings: GIANT, graphs: Sequence[GeneGraph], seed: int, device: torch.device) -> None:
        self.settings = settings
        self.tree = dataset_tree(graphs)
        self.rows = [torch.from_numpy(node.rows).to(device) for node in self.tree]
        generators = [np.random.default_rng([seed, zlib.crc32(node.name.encode())]) for node in self.tree]
        self.tables = nn.ParameterList(
            torch.tensor(_initial(len(node.genes), rng), device=device)
            for node, rng in zip(self.tree, generators, strict=True)
        )
        self.skip_grams = []
        for graph, rng in zip(graphs, generators[: len(graphs)], strict=True):
            walks = random_walks(
                graph.adjacency,
                walks_per_gene=settings.walks_per_gene,
                length=settings.walk_length,
                p=settings.p,
                q=settings.q,
                rng=rng,
            )
            counts = cooccurrences(walks, window=settings.window, n_genes=graph.n_genes)
            self.skip_grams.append(ExpectedSkipGram.of(counts, negatives=settings.negatives, device=device))

    def losses(self) -> dict[str, Tensor]:
        """Return the loss and its parts, skip_gram (less that of zero vectors) and tie; sums over genes."""
        datasets = zip(self.skip_grams, self.tables[: len(self.skip_grams)], strict=True)
        skip_gram = torch.stack([part.excess(table) for part, table in datasets]).sum()
        apart = [
            (table - self.tables[node.parent][rows]).square().sum()
            for node, table, rows in zip(self.tree, self.tables, self.rows, strict=True)
            if node.parent is not None
        ]
        tie = self.settings.tie_weight / 2 * torch.stack(apart).sum()
        return {"loss": skip_gram + tie, "skip_gram": skip_gram, "tie": tie}


def _initial(n_genes: int, rng: np.random.Generator) -> np.ndarray:
    """Draw vectors as word2vec does: float32, uniform within 1/64 of zero in each of 32 dimensions."""
    vectors: np.ndarray = (rng.random((n_genes, EMBEDDING_DIM), dtype=np.float32) - 0.5) / EMBEDDING_DIM
    return vectors
