"""Full expression profiles, measured in part and inferred in part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of samples, to be written to a file.

    Parameters
    ----------
    values
        Float32 of shape (n_samples, n_genes), finite.
    samples
        One row per sample, indexed by unique names; columns are passed on as text.
    genes
        One row per gene, indexed by unique names; columns hold text or float64.
    measured
        What the input file has for the genes that it has, one row per sample and one column per such gene.
    about
        Where the profiles come from, values that JSON can hold.

    Raises
    ------
    ValueError
        If lengths disagree or the values are not float32.
    """

    values: np.ndarray
    samples: pd.DataFrame
    genes: pd.DataFrame
    measured: pd.DataFrame
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.values.dtype != np.float32 or self.values.shape != (len(self.samples), len(self.genes)):
            raise ValueError("the values must be float32, samples x genes")
        if len(self.measured) != len(self.samples):
            raise ValueError("the measured values must have a row for every sample")
