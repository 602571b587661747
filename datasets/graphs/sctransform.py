"""Gene selection and residuals close to those of SCTransform v2, beside the analytic Pearson residuals.

What the published graphs were made with (Choudhary and Satija 2022, Genome Biology 23:27, and what Seurat
does with it): every gene has an overdispersion of its own, smoothed along the mean; a residual is divided by
the root of its variance or of a least variance; genes are selected by residuals clipped at sqrt(n), and the
features are clipped at sqrt(n / 30) and centred.

Deviations from the R packages:

- The intercept of a gene is its share in all counts, as v2 takes it for genes that are not overdispersed; for
  the others there it is fitted and smoothed too.
- Genes and cells for the fit are the same each time, spread along the mean; there they are drawn.
- Dispersions are the best of a grid, and outliers are kept; there by glmGamPoi, without them.
- The width of the kernel is Silverman's rule; there three times that of Sheather and Jones on another scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import gammaln

from geneboard.datasets.graphs.nodes import pearson_residuals

MIN_CELLS = 5
"""A gene is taken if it is seen in so many cells."""

FIT_GENES, FIT_CELLS = 2000, 2000
"""Genes and cells that dispersions are fitted on."""

DISPERSIONS = np.geomspace(1e-4, 1e2, 49)
"""What 1 / theta may be."""

GENES_AT_ONCE = 200


@dataclass(frozen=True, eq=False)
class SCTransform:
    """The null model of every gene of a dataset.

    Parameters
    ----------
    theta
        Overdispersion, shape (n_genes,): the variance of a count with mean mu is mu + mu^2 / theta. Infinite
        for genes whose counts vary no more than their mean.
    least_variance
        Variance below which none is taken to be: (median of the counts that are not zero / 5)^2.
    """

    theta: np.ndarray
    least_variance: float

    @classmethod
    def of(cls, counts: sparse.csr_matrix, depth: np.ndarray) -> SCTransform:
        """Fit the model to counts, shape (n_cells, n_genes), and the depth of the cells, shape (n_cells,)."""
        mean = np.asarray(counts.mean(axis=0, dtype=np.float64)).ravel()
        squares = np.asarray(counts.multiply(counts).mean(axis=0, dtype=np.float64)).ravel()
        overdispersed = np.flatnonzero(squares - mean**2 > mean)
        theta = np.full(len(mean), np.inf)
        if len(overdispersed):
            x = np.log10(np.expm1(np.asarray(counts.log1p().mean(axis=0)).ravel()))[overdispersed]
            spread = np.searchsorted(np.sort(x), np.linspace(x.min(), x.max(), FIT_GENES))
            fitted = np.unique(np.argsort(x, kind="stable")[spread])
            genes = overdispersed[fitted]
            dispersion = _dispersions(counts[:, genes], depth, mean[genes] * counts.shape[0] / depth.sum())
            factor = _smoothed(x[fitted], np.log10(1 + mean[genes] * dispersion), x)
            theta[overdispersed] = mean[overdispersed] / np.expm1(np.log(10) * factor)
        return cls(theta, float(np.median(counts.data)) ** 2 / 25)

    def select(self, counts: sparse.csr_matrix, depth: np.ndarray, n_genes: int) -> np.ndarray:
        """Return the sorted column numbers of the genes with the largest variance of residuals."""
        variance = np.concatenate(
            [
                self._residuals(counts, depth, np.arange(start, min(start + GENES_AT_ONCE, counts.shape[1])))
                .astype(np.float64)
                .var(axis=1)
                for start in range(0, counts.shape[1], GENES_AT_ONCE)
            ]
        )
        return np.asarray(np.sort(np.argsort(-variance, kind="stable")[:n_genes]))

    def features(self, counts: sparse.csr_matrix, depth: np.ndarray, genes: np.ndarray) -> np.ndarray:
        """Return clipped and centred residuals of some genes, float32 of shape (genes, n_cells)."""
        limit = np.sqrt(counts.shape[0] / 30)
        residuals = self._residuals(counts, depth, genes).clip(-limit, limit)
        centred: np.ndarray = residuals - residuals.mean(axis=1, keepdims=True, dtype=np.float64)
        return centred.astype(np.float32)

    def _residuals(self, counts: sparse.csr_matrix, depth: np.ndarray, genes: np.ndarray) -> np.ndarray:
        return pearson_residuals(
            counts[:, genes],
            depth,
            total=float(depth.sum()),
            theta=self.theta[genes],
            least_variance=self.least_variance,
        )


def _dispersions(counts: sparse.csr_matrix, depth: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the most likely of `DISPERSIONS` for each gene, with means of share x depth."""
    if counts.shape[0] > FIT_CELLS:
        cells = np.argsort(depth, kind="stable")[
            np.linspace(0, counts.shape[0] - 1, FIT_CELLS).astype(np.int64)
        ]
        counts, depth = counts[cells], depth[cells]
    best = np.empty(len(share))
    for start in range(0, len(share), GENES_AT_ONCE):
        block = slice(start, start + GENES_AT_ONCE)
        seen = sparse.csr_matrix(counts[:, block].T, dtype=np.float64)
        mean, dense = np.outer(share[block], depth), seen.toarray()
        likelihood = []
        for dispersion in DISPERSIONS:
            theta = 1 / dispersion
            at_counts = gammaln(seen.data + theta) - gammaln(theta) + seen.data * np.log(dispersion)
            of_genes = np.asarray(
                sparse.csr_matrix((at_counts, seen.indices, seen.indptr), seen.shape).sum(axis=1)
            ).ravel()
            likelihood.append(of_genes - ((dense + theta) * np.log1p(dispersion * mean)).sum(axis=1))
        best[block] = DISPERSIONS[np.argmax(likelihood, axis=0)]
    return best


def _smoothed(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the mean of y around each place, weighted by a normal kernel over x."""
    quarter = np.subtract(*np.percentile(x, [75, 25])) / 1.34
    width = max(0.9 * min(x.std(), quarter) * len(x) ** -0.2, 1e-6)
    grid = np.linspace(at.min(), at.max(), 500)
    weight = np.exp(-0.5 * ((grid[:, None] - x) / width) ** 2) + 1e-300
    smooth: np.ndarray = np.interp(at, grid, weight @ y / weight.sum(axis=1))
    return smooth
