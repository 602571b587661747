"""The contract between a method and the benchmark."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue

EMBEDDING_DIM = 32
"""Dimensions of every native embedding."""

KINDS = ("published", "baseline", "control", "plugin")


class Progress(Protocol):
    """Called by a method while it works, for the progress bar and the log.

    It may have an attribute `checkpoints`, where a long training is kept, as our training loop does with
    `methods.checkpoints.TrainingState`.
    """

    def __call__(self, done: int, total: int, **values: float) -> None:
        """Report `done` of `total` steps, with the current losses if there are any."""


def no_progress(done: int, total: int, **values: float) -> None:
    """Ignore the report."""


@dataclass(frozen=True, eq=False)
class GeneEmbeddings:
    """One embedding per gene and dataset.

    Parameters
    ----------
    datasets
        Names of the gene graphs, in the order of the tissue.
    genes
        For each dataset its genes, in the order of its graph.
    values
        For each dataset a float32 array of shape (n_genes, dim); `dim` is the same for all.
    history
        Training curves, for example ``{"loss": [...]}``, one value per epoch.

    Raises
    ------
    ValueError
        If a shape, the type or a value (NaN, infinity) is not as described.
    """

    datasets: tuple[str, ...]
    genes: tuple[pd.Index, ...]
    values: tuple[np.ndarray, ...]
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.datasets) == len(self.genes) == len(self.values):
            raise ValueError(f"{len(self.values)} embedding arrays for {len(self.datasets)} datasets")
        for name, genes, array in zip(self.datasets, self.genes, self.values, strict=True):
            if not isinstance(array, np.ndarray) or array.dtype != np.float32:
                raise ValueError(f"{name}: embeddings must be a float32 numpy array")
            if array.ndim != 2 or len(array) != len(genes):
                raise ValueError(f"{name}: embeddings of shape {array.shape} for {len(genes)} genes")
            if array.shape[1] != self.dim:
                raise ValueError(f"{name}: {array.shape[1]} dimensions, other datasets have {self.dim}")
            if not np.isfinite(array).all():
                raise ValueError(f"{name}: embeddings contain NaN or infinite values")

    @property
    def dim(self) -> int:
        """Number of dimensions of the embedding."""
        return int(self.values[0].shape[1])

    @classmethod
    def of(
        cls,
        tissue: Tissue,
        values: Sequence[np.ndarray],
        history: Mapping[str, Sequence[float]] | None = None,
    ) -> GeneEmbeddings:
        """Attach arrays, one per graph and in the order of its genes, to the names of a tissue."""
        return cls(
            tuple(graph.name for graph in tissue.graphs),
            tuple(graph.genes for graph in tissue.graphs),
            tuple(values),
            dict(history or {}),
        )

    def write(self, path: Path) -> None:
        """Write an AnnData .h5ad with one row per (gene, dataset) pair: X, obs.gene, obs.dataset."""
        import anndata

        from geneboard.datasets.atomic import write_h5ad

        obs = pd.DataFrame(
            {
                "gene": np.concatenate([np.asarray(genes, dtype=object) for genes in self.genes]),
                "dataset": np.repeat(np.array(self.datasets, dtype=object), [len(g) for g in self.genes]),
            }
        )
        obs.index = pd.Index(
            [f"{gene}|{dataset}" for gene, dataset in zip(obs.gene, obs.dataset, strict=True)]
        )
        write_h5ad(anndata.AnnData(X=np.concatenate(self.values), obs=obs), path)


@dataclass(frozen=True)
class Method(ABC):
    """A method that learns gene embeddings.

    A method is a frozen dataclass in a file of its own: its fields are the hyper-parameters, whose defaults
    are the published ones unless its docstring says otherwise, and these class attributes describe it. They
    are plain literals, because the registry reads them without importing the file.

    Attributes
    ----------
    name
        Short lower-case name for the command line, for example ``"musegnn"``.
    title
        Name in tables, for example ``"MuSe-GNN"``.
    reference
        DOI or arXiv number of the method.
    kind
        ``"published"``, ``"baseline"``, ``"control"`` or ``"plugin"``.
    deterministic
        True if the seed has no influence.
    quick
        Hyper-parameters that the preset `quick` shortens; only the length of training belongs here.

    A method may also name ``ablations``, literally: hyper-parameters that leave a part out or exchange it,
    one mapping for each, as in ``({"share_weights": False},)``. ``run --ablations`` runs it with each too.
    ``trained_on`` says what it sees, one of `benchmark.registry.TRAINING_DATA`, for the report.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    reference: ClassVar[str] = ""
    kind: ClassVar[str] = "plugin"
    deterministic: ClassVar[bool] = False
    quick: ClassVar[Mapping[str, Any]] = {}

    def skip(self, tissue: Tissue) -> str | None:
        """Return why this method cannot run on a tissue, or None if it can."""
        return None

    @abstractmethod
    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train on a tissue and embed its genes.

        Parameters
        ----------
        tissue
            Gene graphs; they must not be changed.
        seed
            Seed of everything random. The same seed gives the same bytes.
        device
            A torch device, ``"cpu"`` or ``"cuda:0"``.
        progress
            To be called about once per epoch.

        Returns
        -------
        GeneEmbeddings
            One float32 array (n_genes, dim) per graph, rows in the order of ``graph.genes``.
        """
