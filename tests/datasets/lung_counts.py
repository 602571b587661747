"""Counts of a lung, in memory and as the files of a user; and where real data are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse


def counts(
    n_cells: int = 60, n_genes: int = 90, seed: int = 0, genes: Sequence[str] | None = None
) -> anndata.AnnData:
    """Counts of which every third gene shares a module, deep enough for some edges."""
    names = [f"GENE{i}" for i in range(n_genes)] if genes is None else list(genes)
    rng = np.random.default_rng(seed)
    activity = rng.normal(0, 0.8, (n_cells, 3))[:, np.arange(len(names)) % 3]
    rates = np.exp(activity) * rng.gamma(2, 0.5, len(names)) * rng.lognormal(0, 0.5, (n_cells, 1)) * 2
    cells = pd.DataFrame(index=[f"c{i}" for i in range(n_cells)])
    return anndata.AnnData(sparse.csr_matrix(rng.poisson(rates)), obs=cells, var=pd.DataFrame(index=names))


def write(table: anndata.AnnData, folder: Path, name: str = "scrna_lung_a") -> Path:
    """Write counts where `Files` looks for those of the lung, and return the file."""
    path = folder / "lung" / f"{name}.h5ad"
    path.parent.mkdir(parents=True, exist_ok=True)
    table.write_h5ad(path)
    return path


def shared(path: str) -> Path:
    """Return a file or folder of real data and published values; without it the test is skipped."""
    place = Path(__file__).resolve().parents[3] / "shared" / path
    if not place.exists():
        pytest.skip(f"../shared/{path} is absent")
    return place
