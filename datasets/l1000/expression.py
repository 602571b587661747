"""Expression of many genes in many samples, with who and what the samples are from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError

LANDMARK, BEST_INFERRED, INFERRED = FEATURE_SPACES = ("landmark", "best inferred", "inferred")
"""What a gene is to the L1000 platform; "" stands for a gene that the platform knows nothing of."""

GENE_COLUMNS = ("symbol", "entrez", "feature_space")

UNKNOWN_ORGAN = "unknown"


@dataclass(frozen=True, eq=False)
class ExpressionSet:
    """Expression values of samples, checked.

    Parameters
    ----------
    name
        Where the values come from, for messages and records, for example ``"tcga_rnaseq"``.
    values
        Float32 of shape (n_samples, n_genes). NaN is a missing value, which preprocessing fills.
    samples
        Unique sample names, shape (n_samples,).
    groups
        Patient or donor of every sample, text of shape (n_samples,). A split never divides a group.
    organs
        Organ of every sample, text of shape (n_samples,); `UNKNOWN_ORGAN` where it is not known.
    genes
        One row per gene, indexed by unique gene names, with the text columns `GENE_COLUMNS`: symbol and
        Entrez id ("" where there is none) and one of `FEATURE_SPACES` or "".
    logged
        Whether the values are logarithms; otherwise they are counts or another linear scale.
    parts
        Part of a split of the user's own for every sample, text of shape (n_samples,); None without one.

    Raises
    ------
    InputError
        If lengths disagree, a sample, gene or Entrez id appears twice, a value is infinite, or values that
        are not logged are negative.
    """

    name: str
    values: np.ndarray
    samples: pd.Index
    groups: np.ndarray
    organs: np.ndarray
    genes: pd.DataFrame
    logged: bool
    parts: np.ndarray | None = None

    def __post_init__(self) -> None:
        shape = (len(self.samples), len(self.genes))
        if self.values.dtype != np.float32 or self.values.shape != shape:
            raise InputError(f"{self.name}: the values must be a float32 matrix, samples x genes.")
        if not len(self.groups) == len(self.organs) == len(self.samples):
            raise InputError(f"{self.name}: groups and organs must be given for each of {shape[0]} samples.")
        entrez = self.genes["entrez"].to_numpy()
        named: tuple[tuple[str, pd.Index], ...] = (
            ("sample", self.samples),
            ("gene", self.genes.index),
            ("Entrez id", pd.Index(entrez[entrez != ""])),
        )
        for what, names in named:
            if not names.is_unique:
                twice = next(iter(names[names.duplicated()]))
                raise InputError(f"{self.name}: the {what} {twice!r} appears twice.")
        spaces = set(self.genes["feature_space"]) - {*FEATURE_SPACES, ""}
        if spaces:
            raise InputError(
                f"{self.name}: the feature space {min(spaces)!r} is none of {', '.join(FEATURE_SPACES)}."
            )
        if np.isinf(self.values).any():
            raise InputError(f"{self.name}: the values contain infinity.")
        if not self.logged and (self.values < 0).any():  # a comparison with NaN is false
            row, column = (int(place[0]) for place in np.nonzero(self.values < 0))
            raise InputError(
                f"{self.name}: values that are not logged cannot be negative, as that of the gene "
                f"{self.genes.index[column]!r} in the sample {self.samples[row]!r} is."
            )

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.samples)

    @property
    def n_genes(self) -> int:
        """Number of genes."""
        return len(self.genes)

    @property
    def missing(self) -> np.ndarray:
        """Which values are missing, bool of shape (n_samples, n_genes)."""
        missing: np.ndarray = np.isnan(self.values)
        return missing

    def positions(self, *feature_spaces: str) -> np.ndarray:
        """Return the positions of the genes of some feature spaces, in the order of the genes."""
        return np.flatnonzero(self.genes["feature_space"].isin(feature_spaces).to_numpy())

    @property
    def landmarks(self) -> np.ndarray:
        """Positions of the landmark genes that are present."""
        return self.positions(LANDMARK)

    @cached_property
    def digest(self) -> str:
        """Sha256 of the content; the name does not count."""
        h = hashlib.sha256(repr((self.values.shape, self.logged)).encode())
        columns = [self.genes[column] for column in GENE_COLUMNS]
        parts = [] if self.parts is None else [self.parts]
        for texts in (self.samples, self.groups, self.organs, self.genes.index, *columns, *parts):
            h.update("\0".join(np.asarray(texts, dtype=str)).encode() + b"\1")
        h.update(np.ascontiguousarray(self.values).tobytes())
        return h.hexdigest()

    def take_samples(self, rows: np.ndarray) -> ExpressionSet:
        """Return some of the samples.

        Parameters
        ----------
        rows
            Positions or a mask.
        """
        return replace(
            self,
            values=self.values[rows],
            samples=self.samples[rows],
            groups=self.groups[rows],
            organs=self.organs[rows],
            parts=None if self.parts is None else self.parts[rows],
        )

    def take_genes(self, columns: np.ndarray) -> ExpressionSet:
        """Return some of the genes.

        Parameters
        ----------
        columns
            Positions or a mask.
        """
        return replace(self, values=self.values[:, columns], genes=self.genes.iloc[columns])
