"""scBERT: a Performer that predicts masked expression levels from the other genes of a cell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.expression_levels import MaskedCells, expression_levels
from geneboard.methods.gene_vectors import skip_gram_vectors
from geneboard.methods.joint_components import joint_components
from geneboard.methods.performer import PerformerShape
from geneboard.methods.scbert_network import ScBertNetwork
from geneboard.methods.scbert_weights import check_vocabulary, read_gene_list, read_network
from geneboard.methods.training import seeded, train


@dataclass(frozen=True)
class ScBert(Method):
    """scBERT (Yang et al. 2022), trained on the tissue from scratch, or its published weights.

    Each cell is a set of tokens, one per gene: a gene vector plus the vector of its expression level. A
    Performer encodes them. In training a part of the expressed entries is hidden and their levels are
    predicted (cross-entropy at those positions only). The gene vectors are fixed, made by Gene2vec, and
    shared by all datasets through the name of the gene. A gene's embedding in a dataset is its last state,
    averaged over the cells with nothing hidden, reduced to 32 dimensions by one PCA over all datasets.

    With `weights` nothing is trained: all sizes, vectors and random features are those of the file.

    Deviations from the published script:

    - From scratch it is smaller (2 layers, 4 heads, width 64 instead of 6, 10 and 200), and a head has the
      width of the states divided by the heads; there a head always had width 64.
    - A tissue has Pearson residuals, no counts. Expressed means above zero, more than expected of this gene,
      and the five levels are the quintiles of a dataset's positive residuals; there they were steps of
      log2(1 + counts per 10000).
    - Only the genes of the dataset are tokens. There each cell had all 16906, most of them at level 0, and
      one token more for the cell as a whole.
    - The gene vectors are trained on at most `pairs` edges of the tissue's graphs, centred and scaled; the
      published ones came from public expression data. Uncentred, all had nearly the same direction: cosines
      told joined pairs from others with AUC 0.53 on real lung, centred with 0.71. With random vectors
      instead the cross-entropy below was 1.611, not 1.585.
    - The learning rate is constant, ten times the published 1e-4, and a step is one batch; there it was
      cycled, and a step collected the gradients of 60 batches of 3 cells. From scratch there are about 2000
      steps: after 306 on real lung the cross-entropy of hidden levels in unseen cells was 1.585, with 1e-4
      1.632, with the frequencies of the levels 1.610 (of each gene 1.577).
    - An epoch visits at most `cells` cells of each dataset, drawn anew, so that its cost has a bound. The
      published training saw a million cells.
    - The random features of the attention are drawn once; there anew after each 1000 batches. They are
      truly uniform rotations; there the sign convention of the QR decomposition showed in them.
    - Keys are stabilised by the maximum of their cell; there by that of the batch, which made the states of a
      cell depend (in the fourth digit) on the cells beside it.
    - With `weights`, genes that the file does not know are no tokens and get the zero vector, which is the
      mean of all others.

    Parameters
    ----------
    epochs
        Passes over the datasets in training from scratch. Six are a bound on the cost: on held-out cells of
        the real lung the loss was lowest after two, and later hardly moved.
    learning_rate
        Adam step size.
    batch_size, cells
        Cells in a step, and at most in an epoch from each dataset.
    layers, heads, width
        Sizes of the Performer.
    levels
        Levels of expressed entries.
    masked, replaced
        Part of a cell's expressed entries whose level is predicted, and the part of these that is hidden.
    pairs
        At most so many edges are used for the gene vectors.
    weights
        A checkpoint of the published code (.pth); empty: train from scratch.
    genes
        With `weights`, a text file with the names of the checkpoint's genes in its order, one per line, in
        the identifiers of the datasets. The checkpoint has no names.
    fingerprint
        Not to be set: the beginning of the sha256 of these two files, so that the settings of a result say
        what they contained and another content is another result.

    Raises
    ------
    InputError
        If `weights` and `genes` do not come together, cannot be read, or changed since the run was planned.
    ValueError
        If the heads do not divide the width.
    """

    name = "scbert"
    title = "scBERT"
    reference = "10.1038/s42256-022-00534-z"
    kind = "published"
    quick: ClassVar[Mapping[str, Any]] = {"epochs": 1}

    epochs: int = 6
    learning_rate: float = 1e-3
    batch_size: int = 8
    cells: int = 256
    layers: int = 2
    heads: int = 4
    width: int = 64
    levels: int = 5
    masked: float = 0.15
    replaced: float = 0.9
    pairs: int = 100_000
    weights: str = ""
    genes: str = ""
    fingerprint: str = ""

    def __post_init__(self) -> None:
        self.shape()
        if bool(self.weights) != bool(self.genes):
            raise InputError("scbert.weights and scbert.genes go together: a checkpoint has no gene names")
        found = fingerprint_of(self.weights, self.genes) if self.weights else ""
        if self.fingerprint not in ("", found):
            raise InputError(
                f"{self.weights}: is not as the setting scbert.fingerprint says (or {self.genes} is not)"
                if self.weights
                else "scbert.fingerprint is filled in from scbert.weights, and cannot be set"
            )
        object.__setattr__(self, "fingerprint", found)

    def shape(self) -> PerformerShape:
        """Return the sizes of the Performer that is trained from scratch."""
        return PerformerShape.usual(self.width, self.layers, self.heads)

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train on a tissue, or read the weights, and embed its genes in 32 dimensions."""
        with seeded(seed, device) as (rng, place):
            if self.weights:
                vocabulary = read_gene_list(Path(self.genes))
                check_vocabulary(Path(self.genes), vocabulary, tissue)
                network = read_network(Path(self.weights), Path(self.genes), vocabulary).to(place)
            else:
                vocabulary = pd.Index(list(dict.fromkeys(g for graph in tissue.graphs for g in graph.genes)))
                vectors = skip_gram_vectors(tissue, vocabulary, self.width, pairs=self.pairs, rng=rng)
                network = ScBertNetwork(torch.from_numpy(vectors), self.levels, self.shape()).to(place)
            datasets = [Cells.of(graph, vocabulary, network) for graph in tissue.graphs]
            history = {} if self.weights else self.fit(network, datasets, rng, progress)
            states = []
            for done, cells in enumerate(datasets, start=1):
                states.append(network.mean_states(cells.genes, cells.levels, self.batch_size))
                if self.weights:
                    progress(done, len(datasets))
        reduced = joint_components(states, EMBEDDING_DIM)
        values = [cells.spread(rows) for cells, rows in zip(datasets, reduced, strict=True)]
        return GeneEmbeddings.of(tissue, values, history)

    def fit(
        self,
        network: ScBertNetwork,
        datasets: Sequence[Cells],
        rng: np.random.Generator,
        progress: Progress,
    ) -> dict[str, list[float]]:
        """Train a network on the masked levels of cells, and return the training curve."""
        steps = sum(-(-min(len(cells.levels), self.cells) // self.batch_size) for cells in datasets)
        batches = (batch for _ in range(self.epochs) for batch in self.batches(datasets, rng))

        def losses(_: int) -> dict[str, Tensor]:
            cells, visited = next(batches)
            masked = MaskedCells.draw(
                cells.levels[visited],
                mask_token=network.mask_token,
                masked=self.masked,
                replaced=self.replaced,
                rng=rng,
            )
            return {"loss": network.loss(cells.genes, masked)}

        return train(
            losses,
            network,
            torch.optim.Adam(network.parameters(), lr=self.learning_rate, fused=True),
            rng=rng,
            method=self.name,
            epochs=self.epochs,
            steps=steps,
            progress=progress,
        )

    def batches(self, datasets: Sequence[Cells], rng: np.random.Generator) -> list[tuple[Cells, np.ndarray]]:
        """Draw the batches of an epoch, each of one dataset, in random order."""
        batches = []
        for cells in datasets:
            visited = rng.permutation(len(cells.levels))[: self.cells]
            batches += [
                (cells, visited[start : start + self.batch_size])
                for start in range(0, len(visited), self.batch_size)
            ]
        return [batches[k] for k in rng.permutation(len(batches))]


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a dataset as sequences of tokens.

    Parameters
    ----------
    known
        Which genes of the dataset are in the vocabulary, boolean of shape (n_genes,).
    genes
        Their positions in the vocabulary, shape (n_known,).
    levels
        Their expression levels, shape (n_cells, n_known).
    """

    known: np.ndarray
    genes: Tensor
    levels: np.ndarray

    @classmethod
    def of(cls, graph: GeneGraph, vocabulary: pd.Index, network: ScBertNetwork) -> Cells:
        """Prepare a dataset for a network."""
        position = vocabulary.get_indexer(graph.genes)
        known = position >= 0
        levels = expression_levels(graph.features, network.n_levels)[:, known]
        genes = torch.from_numpy(position[known]).to(network.device)
        return cls(known, genes, np.ascontiguousarray(levels))

    def spread(self, rows: np.ndarray) -> np.ndarray:
        """Return one row per gene of the dataset from those of the known genes; the others are zero."""
        values = np.zeros((len(self.known), rows.shape[1]), dtype=np.float32)
        values[self.known] = rows
        return values


def fingerprint_of(*files: str) -> str:
    """Return the first 12 digits of a sha256 over the contents of files.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    digest = hashlib.sha256()
    for file in files:
        try:
            with Path(file).open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise InputError(f"{file}: cannot be read ({error.strerror})") from error
    return digest.hexdigest()[:12]
