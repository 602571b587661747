"""Where the spots of a simulated slide lie, and which types of cells are there."""

from __future__ import annotations

import numpy as np


def grid(n_spots: int) -> np.ndarray:
    """Return spot centres in rows with every second row shifted, as on a slide, in micrometres."""
    width = int(np.ceil(np.sqrt(n_spots)))
    row, column = np.divmod(np.arange(n_spots), width)
    return 100.0 * np.column_stack([column + 0.5 * (row % 2), row * np.sqrt(0.75)])


def domains(
    rng: np.random.Generator, places: np.ndarray, n_types: int, n_fields: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cell type of each spot's domain and smooth fields of activity, shape (n_spots, n_fields)."""
    extent = places.max()

    def smooth(n: int) -> np.ndarray:
        waves = rng.uniform(-1.0, 1.0, (n, 3, 2)) * 2 * np.pi / extent
        phases = rng.uniform(0, 2 * np.pi, (n, 3, 1))
        return np.asarray(np.cos(waves @ places.T + phases).sum(axis=1).T / np.sqrt(1.5))

    return smooth(n_types).argmax(axis=1), 0.5 * smooth(n_fields)


def mixed(rng: np.random.Generator, of_domain: np.ndarray, n_types: int) -> np.ndarray:
    """Return the type of one cell per spot: mostly that of the domain."""
    other = rng.random(len(of_domain)) < 0.2
    return np.where(other, rng.integers(n_types, size=len(of_domain)), of_domain)
