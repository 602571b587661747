"""Simulated expression in which genes follow landmarks along a known graph, linearly or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.l1000.expression import BEST_INFERRED, LANDMARK, ExpressionSet
from geneboard.datasets.l1000.landmarks import landmark_table

ORGANS = ("brain", "heart", "kidney", "liver", "lung")


@dataclass(frozen=True)
class Simulation:
    """How expression is simulated.

    Landmarks vary with the organ, with a few programmes and on their own. Every other gene has regulators:
    some landmarks, and for part of the genes one earlier gene. It follows the weighted sum of its regulators,
    in the linear simulation as it is; in the other by one of three responses: it begins above a threshold,
    rises with the distance from a set point in either direction, or is low between two levels. Then noise is
    added. A linear model cannot follow these responses.

    Parameters
    ----------
    n_samples, n_landmarks, n_targets
        Numbers of samples, of landmarks, of genes to infer.
    n_regulators
        Landmarks that regulate a gene.
    chained
        Share of genes that an earlier gene regulates as well.
    linear
        Whether the genes follow linearly.
    noise
        Standard deviation of the noise of a gene, relative to that of its signal.
    samples_per_group
        Samples of one patient.
    """

    n_samples: int = 400
    n_landmarks: int = 50
    n_targets: int = 150
    n_regulators: int = 3
    chained: float = 0.3
    linear: bool = False
    noise: float = 0.2
    samples_per_group: int = 2

    def simulate(self, seed: int) -> tuple[ExpressionSet, sparse.csr_array]:
        """Simulate expression.

        Returns
        -------
        tuple
            Logged expression, and the graph: row t, column g holds the weight with which the gene g
            regulates the gene t, shape (n_genes, n_genes). Landmarks come first.
        """
        random = np.random.default_rng(seed)
        organ = np.arange(self.n_samples) // self.samples_per_group % len(ORGANS)
        values = np.empty((self.n_samples, self.n_landmarks + self.n_targets))
        values[:, : self.n_landmarks] = self._landmarks(organ, random)
        weights = sparse.lil_array((values.shape[1], values.shape[1]))
        for gene in range(self.n_landmarks, values.shape[1]):
            regulators = random.choice(self.n_landmarks, self.n_regulators, replace=False)
            if gene > self.n_landmarks and random.random() < self.chained:
                regulators[-1] = random.integers(self.n_landmarks, gene)
            strength = random.uniform(0.5, 1.0, len(regulators)) * random.choice((-1, 1), len(regulators))
            weights[gene, regulators] = strength
            signal = _standardised(values[:, regulators] @ strength)
            if not self.linear:
                signal = _standardised(_response(signal, random))
            values[:, gene] = _standardised(signal + self.noise * random.standard_normal(self.n_samples))
        level, spread = random.uniform(5, 10, values.shape[1]), random.uniform(0.5, 1.5, values.shape[1])
        return self._expression(level + spread * values, organ), sparse.csr_array(weights)

    def _landmarks(self, organ: np.ndarray, random: np.random.Generator) -> np.ndarray:
        n_programmes = max(2, self.n_landmarks // 10)
        of_organ = random.standard_normal((len(ORGANS), self.n_landmarks))[organ]
        programmes = random.standard_normal((self.n_samples, n_programmes))
        shared = programmes @ random.standard_normal((n_programmes, self.n_landmarks)) / np.sqrt(n_programmes)
        return _standardised(of_organ + shared + random.standard_normal(shared.shape))

    def _expression(self, values: np.ndarray, organ: np.ndarray) -> ExpressionSet:
        known = landmark_table().head(self.n_landmarks)
        targets = [f"T{number:04d}" for number in range(self.n_targets)]
        genes = pd.DataFrame(
            {
                "symbol": [*known["symbol"], *targets],
                "entrez": [*known["entrez"], *[""] * self.n_targets],
                "feature_space": [LANDMARK] * self.n_landmarks + [BEST_INFERRED] * self.n_targets,
            }
        )
        numbers = np.arange(self.n_samples)
        return ExpressionSet(
            name="synthetic",
            values=values.astype(np.float32),
            samples=pd.Index([f"sample{number}" for number in numbers]),
            groups=np.array([f"patient{n}" for n in numbers // self.samples_per_group], dtype=object),
            organs=np.array(ORGANS, dtype=object)[organ],
            genes=genes.set_index("symbol", drop=False).rename_axis(None),
            logged=True,
        )


def _standardised(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = (values - values.mean(axis=0)) / values.std(axis=0)
    return result


def _response(signal: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return what a gene makes of the sum of its regulators: a threshold, a distance, or a dead band."""
    kind, level = random.integers(3), random.uniform(-0.5, 0.5)
    if kind == 0:
        return np.maximum(signal - level, 0)
    if kind == 1:
        return np.abs(signal - level)
    width = random.uniform(0.5, 1.0)
    response: np.ndarray = np.maximum(np.abs(signal - level) - width, 0)
    return response
