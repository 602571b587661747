"""From raw values to standardised ones, by what the training samples say and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.expression import ExpressionSet


@dataclass(frozen=True)
class Preprocessing:
    """The steps, in this order; all of them leave the samples that are not trained on without influence.

    1. log2(x + 1), where the values are not logged.
    2. Missing values become the median of the gene over the training samples.
    3. Quantile normalisation: every sample gets the distribution of the training samples (Bolstad et al.
       2003, 10.1093/bioinformatics/19.2.185). Equal values of a sample stay equal.
    4. Standardisation of every gene: mean 0 and standard deviation 1 over the training samples.

    Parameters
    ----------
    quantile
        Whether step 3 is done.
    """

    quantile: bool = True

    def fit(self, train: ExpressionSet) -> FittedPreprocessing:
        """Learn medians, distribution, means and deviations from training samples.

        Raises
        ------
        InputError
            If a gene has no value in them, or there are no samples.
        """
        if not train.n_samples:
            raise InputError(f"{train.name}: there are no samples to train on.")
        values = logarithms(train.values, train.logged)
        absent = np.isnan(values)
        if absent.all(axis=0).any():
            gene = train.genes.index[absent.all(axis=0)][0]
            raise InputError(f"{train.name}: the gene {gene!r} has no value in any training sample.")
        medians = np.nanmedian(values, axis=0)
        values[absent] = np.broadcast_to(medians, values.shape)[absent]
        same = _hardly_varies(values)  # normalisation would give equal values the rank they have in a sample
        reference = np.sort(values, axis=1).mean(axis=0) if self.quantile else np.zeros(0)
        if self.quantile:
            values = with_distribution(values, reference)
        deviations, constant = values.std(axis=0), same | _hardly_varies(values)
        return FittedPreprocessing(
            medians, reference, values.mean(axis=0), np.where(constant, 1.0, deviations), constant
        )


@dataclass(frozen=True, eq=False)
class FittedPreprocessing:
    """What `Preprocessing` has learnt.

    Parameters
    ----------
    medians
        Median of every gene on the logarithmic scale, shape (n_genes,).
    reference
        Mean of the training samples' sorted values, shape (n_genes,); empty without quantile normalisation.
    means, deviations
        Of every gene after quantile normalisation, shape (n_genes,). The deviation of a gene that does not
        vary is 1, so that it stays finite.
    constant
        Genes that do not vary in the training samples: nothing can be learnt about them.
    """

    medians: np.ndarray
    reference: np.ndarray
    means: np.ndarray
    deviations: np.ndarray
    constant: np.ndarray

    def apply(self, expression: ExpressionSet) -> np.ndarray:
        """Return the standardised values of samples with the same genes.

        Returns
        -------
        numpy.ndarray
            Float32 of shape (n_samples, n_genes), finite.

        Raises
        ------
        InputError
            If the number of genes is another.
        """
        if expression.n_genes != len(self.medians):
            raise InputError(
                f"{expression.name}: has {expression.n_genes} genes, but the training samples have"
                f" {len(self.medians)}."
            )
        values = logarithms(expression.values, expression.logged)
        absent = np.isnan(values)
        values[absent] = np.broadcast_to(self.medians, values.shape)[absent]
        if len(self.reference):
            values = with_distribution(values, self.reference)
        standardised: np.ndarray = ((values - self.means) / self.deviations).astype(np.float32)
        return standardised


def _hardly_varies(values: np.ndarray) -> np.ndarray:
    """Return which genes have the same value in all samples, but for rounding."""
    hardly: np.ndarray = values.std(axis=0) <= 1e-6 * np.maximum(1.0, np.abs(values).max(axis=0))
    return hardly


def logarithms(values: np.ndarray, logged: bool) -> np.ndarray:
    """Return values on the logarithmic scale, float64: log2(x + 1) of what is not logged."""
    values = values.astype(np.float64)
    return values if logged else np.log2(values + 1)


def with_distribution(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return samples with a given distribution: the value of rank r becomes the r-th of the reference.

    Equal values share the mean of their ranks, and get the reference there; between two ranks, their mean.

    Parameters
    ----------
    values
        Finite, shape (n_samples, n_genes).
    reference
        Sorted, shape (n_genes,).
    """
    from scipy.stats import rankdata  # a second to import, and most runs find splits that are ready

    ranks = rankdata(values, axis=1) - 1  # whole or half numbers
    below, above = np.floor(ranks).astype(np.intp), np.ceil(ranks).astype(np.intp)
    normalised: np.ndarray = (reference[below] + reference[above]) / 2
    return normalised
