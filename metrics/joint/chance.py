"""What an embedding without knowledge reaches on the graphs of a tissue, and what perfect copies reach."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.base import Tissue
from geneboard.metrics.auc import unit_length
from geneboard.metrics.chance_levels import QUESTIONS, ChanceLevels
from geneboard.metrics.joint.gene_pairs import dataset_pairs
from geneboard.metrics.joint.nearest_rows import median_mixing
from geneboard.metrics.joint.parts import parts_of
from geneboard.metrics.joint.unit_vectors import MAX_DIM, CoveredGenes

VERSION = 1
"""Rises when a number changes; chance levels of another version are drawn anew."""

N_DRAWS = 20


def dataset_mixing(vectors: Sequence[np.ndarray], covered: CoveredGenes) -> float | None:
    """Return iLISI_knn: the mixing of datasets around the genes that at least two datasets have.

    The effective number of datasets among the 90 nearest rows (Euclidean), as the median over rows, scaled to
    0 (one dataset) .. 1 (all, evenly). None with one dataset or fewer than 31 rows.
    """
    elsewhere = covered.datasets_of_name > 1
    kept = [elsewhere[names] for names in covered.names]
    labels = np.repeat(np.arange(len(kept)), [int(own.sum()) for own in kept])
    rows = np.concatenate([own[shared] for own, shared in zip(vectors, kept, strict=True)])
    return median_mixing(rows, labels, len(kept))


def chance_levels(tissue: Tissue, covered: CoveredGenes, folder: Path | None = None) -> ChanceLevels:
    """Draw embeddings that know nothing and ask them what the joint score asks.

    Each control is drawn 20 times with seeds of its own: one random vector for each gene name; and three
    whose cosines grow with the degrees of both genes (own degree with own noise, own degree with noise of the
    name, mean degree of the name), for degree alone predicts edges. Independent noise and a collapsed
    embedding vary less than the first.

    Parameters
    ----------
    tissue, covered
        The graphs, and which genes are scored.
    folder
        Where the levels of the same graphs and genes are kept for other processes; None keeps nothing.
    """
    path = None if folder is None else folder / f"chance-{_key(tissue, covered)}.npz"
    if path is not None and path.exists():
        return _read(path)
    levels = ChanceLevels(_draw(tissue, covered), copies_mixing(tissue, covered))
    if path is not None:
        content = io.BytesIO()
        copies = np.nan if levels.copies_mixing is None else levels.copies_mixing
        arrays: dict[str, Any] = {"copies_mixing": copies, **levels.draws}
        np.savez(content, **arrays)
        write_atomically(path, content.getvalue())
    return levels


def copies_mixing(tissue: Tissue, covered: CoveredGenes) -> float | None:
    """Return the iLISI_knn of perfect copies: one random vector for each name of the covered genes."""
    return dataset_mixing(_shared_noise(tissue, covered, _generator("copies", 0)), covered)


def _draw(tissue: Tissue, covered: CoveredGenes) -> dict[str, np.ndarray]:
    pairs = dataset_pairs(tissue, covered)
    draws = {question: np.full((len(CONTROLS), N_DRAWS, len(pairs)), np.nan) for question in QUESTIONS}
    for number, (name, control) in enumerate(CONTROLS.items()):
        for draw in range(N_DRAWS):
            parts = parts_of(control(tissue, covered, _generator(name, draw)), covered, pairs)
            for question in QUESTIONS:
                draws[question][number, draw] = getattr(parts, question)
    return draws


def _read(path: Path) -> ChanceLevels:
    with np.load(path) as content:
        copies = float(content["copies_mixing"])
        draws = {question: content[question] for question in QUESTIONS}
    return ChanceLevels(draws, None if np.isnan(copies) else copies)


def _key(tissue: Tissue, covered: CoveredGenes) -> str:
    h = hashlib.sha256(f"{VERSION}".encode())
    for graph, position in zip(tissue.graphs, covered.positions, strict=True):
        h.update(graph.digest.encode())
        h.update(position.astype(np.int64).tobytes())
    return h.hexdigest()[:32]


def _generator(name: str, draw: int) -> np.random.Generator:
    return np.random.default_rng([*name.encode(), draw])


def _shared_noise(_: Tissue, covered: CoveredGenes, rng: np.random.Generator) -> list[np.ndarray]:
    """Return one random unit vector for each name."""
    of_name = unit_length(rng.standard_normal((covered.n_names, MAX_DIM)))
    return [of_name[names] for names in covered.names]


def _own_degree(tissue: Tissue, covered: CoveredGenes, rng: np.random.Generator) -> list[np.ndarray]:
    noise = [rng.standard_normal((len(names), MAX_DIM - 1)) for names in covered.names]
    return list(map(with_degree, relative_degrees(tissue, covered), noise))


def _own_degree_of_names(tissue: Tissue, covered: CoveredGenes, rng: np.random.Generator) -> list[np.ndarray]:
    noise = rng.standard_normal((covered.n_names, MAX_DIM - 1))
    return list(map(with_degree, relative_degrees(tissue, covered), (noise[own] for own in covered.names)))


def _mean_degree(tissue: Tissue, covered: CoveredGenes, rng: np.random.Generator) -> list[np.ndarray]:
    total = np.zeros(covered.n_names)
    for names, degree in zip(covered.names, relative_degrees(tissue, covered), strict=True):
        total[names] += degree
    noise = rng.standard_normal((covered.n_names, MAX_DIM - 1))
    of_name = with_degree(total / np.maximum(covered.datasets_of_name, 1), noise)
    return [of_name[names] for names in covered.names]


def relative_degrees(tissue: Tissue, covered: CoveredGenes) -> list[np.ndarray]:
    """Return the degree of each covered gene over the largest of its dataset (self-loops do not count)."""
    degrees = []
    for graph, position in zip(tissue.graphs, covered.positions, strict=True):
        degree = (
            np.asarray(graph.adjacency.sum(axis=1), dtype=np.float64).ravel() - graph.adjacency.diagonal()
        )
        degrees.append(degree[position] / max(degree.max(initial=0), 1))
    return degrees


def with_degree(degree: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return unit vectors whose cosines are the geometric mean of two degrees (0..1), but for noise.

    Parameters
    ----------
    degree
        Shape (n,).
    noise
        What fills the other dimensions, shape (n, dim - 1).
    """
    others = np.sqrt(1 - degree)[:, None] * unit_length(noise)
    return np.column_stack([np.sqrt(degree), others])


CONTROLS: dict[str, Callable[[Tissue, CoveredGenes, np.random.Generator], list[np.ndarray]]] = {
    "shared noise": _shared_noise,
    "own degree": _own_degree,
    "own degree, noise of the name": _own_degree_of_names,
    "mean degree": _mean_degree,
}
"""Vectors of the covered genes that know nothing, or nothing but degrees."""
