"""The skip-gram loss with negative samples, as its expectation over the samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

NOISE_POWER = 0.75
"""Negative samples are drawn with the frequencies to this power (Mikolov et al. 2013)."""


@dataclass(frozen=True, eq=False)
class ExpectedSkipGram:
    """Expectation of the skip-gram loss with negative samples, for vectors u that serve as contexts too.

    A pair (i, j) of a gene and its context, drawn like the pairs on the walks, costs
    ``-log sigma(u_i u_j) - sum over negatives k of log sigma(-u_i u_k)``, with negatives drawn from P, the
    frequencies of contexts to the power 0.75 (Mikolov et al. 2013, eq. 4). With counts C of pairs and K
    negatives its mean over pairs and draws is ::

        sum_ij  C_ij softplus(-u_i u_j) + K C_i. P_j softplus(u_i u_j)   /   sum_ij C_ij

    On small dense graphs these are fewer terms than there are pairs, and there is no sampling noise.

    Parameters
    ----------
    positive
        Weight of each pair as observed, shape (n_genes, n_genes): C times genes on walks by pairs.
    either
        The same plus the weight of each pair as a negative sample.
    at_zero
        The loss of zero vectors.
    """

    positive: Tensor
    either: Tensor
    at_zero: float

    @classmethod
    def of(cls, counts: np.ndarray, *, negatives: int, device: torch.device) -> ExpectedSkipGram:
        """Make the weights from the counts of pairs, shape (n_genes, n_genes), and K."""
        pairs = counts.sum(axis=1)
        noise = counts.sum(axis=0) ** NOISE_POWER
        n_walked = np.count_nonzero(pairs)
        share = n_walked / max(pairs.sum(), 1.0)
        positive = share * counts
        negative = share * negatives * np.outer(pairs, noise / max(noise.sum(), 1.0))
        return cls(
            torch.tensor(positive, dtype=torch.float32, device=device),
            torch.tensor(positive + negative, dtype=torch.float32, device=device),
            n_walked * (1 + negatives) * math.log(2.0),
        )

    def excess(self, u: Tensor) -> Tensor:
        """Return by how much vectors of shape (n_genes, dim) are worse than zero vectors.

        This is the mean over pairs times the number of genes on walks, so a sum over genes, less the same for
        zero vectors: on dense graphs they are hard to beat, and the difference is a small part of the loss.
        """
        score = u @ u.T
        # softplus(-x) = softplus(x) - x; log 2 is the softplus of 0.
        loss: Tensor = (self.either * (functional.softplus(score) - math.log(2.0))).sum()
        return loss - (u * (self.positive @ u)).sum()
