"""What every source of data delivers: gene graphs, grouped into a tissue."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from geneboard.datasets.errors import InputError as InputError  # plugins import it from here

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

MODALITIES = ("scrna", "scatac", "spatial")

TISSUES = (
    "heart",
    "lung",
    "liver",
    "kidney",
    "thymus",
    "spleen",
    "pancreas",
    "cerebrum",
    "cerebellum",
    "pbmc",
)
"""The ten tissues of the published comparison."""

TRUTH, HELDOUT = "truth", "heldout"
"""Names in `Tissue.data_hashes` that are no datasets: the true modules, and the held-out graphs."""

PREPARED_FROM = "prepared_from"
"""Name in the provenance of a graph for the hash of counts, settings and version of the steps."""


@dataclass(frozen=True, eq=False)
class GeneGraph:
    """The genes of one dataset, their features and their co-expression edges.

    Parameters
    ----------
    name
        ``modality_tissue__id``, for example ``"scrna_lung__BAL034"``.
    tissue, modality, species
        Lower-case names; `modality` is one of `MODALITIES`.
    genes
        Unique gene names, shape (n_genes,).
    features
        Pearson residuals of the counts, float32 of shape (n_genes, n_cells). Cells or spots are columns.
    adjacency
        Boolean CSR matrix of shape (n_genes, n_genes), symmetric; the diagonal is kept as the test gave it.
    provenance
        Source file, its sha256 and the parameters of every step, as far as they are known.
    true_vectors
        For simulated data, float32 of shape (n_genes, n_factors): vectors whose cosines are the true
        correlations of the genes, zeros for a gene that is correlated with no other. For controls alone.

    Raises
    ------
    ValueError
        If shapes disagree, genes repeat, a feature is not finite, or the adjacency is not symmetric.
    """

    name: str
    tissue: str
    modality: str
    species: str
    genes: pd.Index
    features: np.ndarray
    adjacency: sparse.csr_matrix
    provenance: Mapping[str, Any] = field(default_factory=dict)
    true_vectors: np.ndarray | None = None

    def __post_init__(self) -> None:
        n = len(self.genes)
        if self.modality not in MODALITIES:
            raise ValueError(f"{self.name}: modality {self.modality!r} is not one of {', '.join(MODALITIES)}")
        if not self.genes.is_unique:
            raise ValueError(f"{self.name}: gene {self.genes[self.genes.duplicated()][0]!r} appears twice")
        if self.features.ndim != 2 or len(self.features) != n or self.features.dtype != np.float32:
            raise ValueError(f"{self.name}: features must be float32 with one row for each of {n} genes")
        if not np.isfinite(self.features).all():
            raise ValueError(f"{self.name}: features contain NaN or infinite values")
        if self.adjacency.shape != (n, n) or self.adjacency.dtype != np.bool_:
            raise ValueError(f"{self.name}: the adjacency must be boolean of shape ({n}, {n})")
        if (self.adjacency != self.adjacency.T).nnz:
            raise ValueError(f"{self.name}: the adjacency is not symmetric")
        if self.true_vectors is not None and len(self.true_vectors) != n:
            raise ValueError(f"{self.name}: {len(self.true_vectors)} true vectors for {n} genes")

    @property
    def n_genes(self) -> int:
        """Number of genes (nodes)."""
        return len(self.genes)

    @cached_property
    def digest(self) -> str:
        """Sha256 of the content that methods, controls and metrics see; provenance does not count."""
        h = hashlib.sha256()
        h.update("\0".join([self.name, self.tissue, self.modality, self.species, *self.genes]).encode())
        h.update(str(self.features.shape).encode())
        h.update(np.ascontiguousarray(self.features).tobytes())
        h.update(np.packbits(self.adjacency.toarray()).tobytes())
        if self.true_vectors is not None:
            h.update(np.ascontiguousarray(self.true_vectors).tobytes())
        return h.hexdigest()


@dataclass(frozen=True, eq=False)
class Tissue:
    """The gene graphs of one tissue from one source.

    Parameters
    ----------
    name
        Tissue name, for example ``"lung"``.
    source
        Where the data came from: ``"synthetic"``, ``"files:data"``, ...
    graphs
        One `GeneGraph` per dataset, with unique names.
    truth
        For simulated data, the main programme of every gene of the pool (gene name -> label of its module).
    heldout
        One graph per dataset, in the order of `graphs` and on the same genes, made of other cells than
        `graphs`; None where no cells were held out. They are for scoring alone: a method never gets them.

    Raises
    ------
    ValueError
        If there is no dataset, two have the same name, or `heldout` is not parallel to `graphs`.
    """

    name: str
    source: str
    graphs: tuple[GeneGraph, ...]
    truth: pd.Series | None = None
    heldout: tuple[GeneGraph, ...] | None = None

    def __post_init__(self) -> None:
        names = [graph.name for graph in self.graphs]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: two datasets have the same name")
        if not names:
            raise ValueError(f"{self.name}: a tissue needs at least one dataset")
        if self.heldout is None:
            return
        if [graph.name for graph in self.heldout] != names:
            raise ValueError(f"{self.name}: the held-out graphs are not those of its datasets in their order")
        for graph, other in zip(self.graphs, self.heldout, strict=True):
            if not graph.genes.equals(other.genes):
                raise ValueError(f"{graph.name}: the held-out graph is not on the same genes in their order")

    @cached_property
    def common_genes(self) -> pd.Index:
        """Genes present in every dataset, in the order of the first."""
        common = self.graphs[0].genes
        for graph in self.graphs[1:]:
            common = common[common.isin(graph.genes)]
        return common

    @property
    def data_hashes(self) -> dict[str, str]:
        """Digest of every dataset, by its name; also of the truth and of held-out graphs, where there are."""
        hashes = {graph.name: graph.digest for graph in self.graphs}
        if self.truth is not None:
            content = "\0".join(f"{gene}={module}" for gene, module in self.truth.items())
            hashes[TRUTH] = hashlib.sha256(content.encode()).hexdigest()
        if self.heldout is not None:
            digests = "".join(graph.digest for graph in self.heldout)
            hashes[HELDOUT] = hashlib.sha256(digests.encode()).hexdigest()
        return hashes

    @property
    def prepared_from(self) -> dict[str, str]:
        """What identifies the data of every dataset, by its name, whatever machine has prepared it.

        It is the digest of a graph that was made by another program, or changed afterwards.
        """
        return {graph.name: str(graph.provenance.get(PREPARED_FROM, graph.digest)) for graph in self.graphs}

    def without(self, *datasets: str) -> Tissue:
        """Return the same tissue with some datasets left out."""
        rest = [index for index, graph in enumerate(self.graphs) if graph.name not in datasets]
        graphs = tuple(self.graphs[index] for index in rest)
        heldout = None if self.heldout is None else tuple(self.heldout[index] for index in rest)
        return replace(self, graphs=graphs, heldout=heldout)

    def heldout_part(self) -> Tissue:
        """Return the tissue with the held-out graphs in place of those that methods see.

        Raises
        ------
        ValueError
            If no cells were held out.
        """
        if self.heldout is None:
            raise ValueError(f"{self.name}: no cells were held out")
        return replace(self, graphs=self.heldout, heldout=None)


StepProgress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all)."""


class Source(ABC):
    """A place that gene graphs come from.

    A source is one file in ``datasets/`` with a subclass that sets `name` and `title` as plain strings (the
    registry reads them without importing the file) and implements `load`.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    @property
    @abstractmethod
    def label(self) -> str:
        """Label of the source in records and tables, for example ``"files:data"``."""

    @abstractmethod
    def tissues(self) -> tuple[str, ...]:
        """Names of the tissues this source has data for."""

    @abstractmethod
    def load(self, tissue: str, progress: StepProgress | None = None) -> Tissue:
        """Return the gene graphs of a tissue, prepared.

        Raises
        ------
        InputError
            If the tissue is unknown here or one of its files is not usable.
        """

    def load_together(self, tissues: Sequence[str], progress: StepProgress | None = None) -> list[Tissue]:
        """Return several tissues, their genes named alike, for training on all of them.

        Raises
        ------
        InputError
            As `load` does.
        """
        return [self.load(tissue, progress) for tissue in tissues]
