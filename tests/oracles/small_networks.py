"""Counts of a few dozen genes in modules, as techniques would measure them."""

from __future__ import annotations

from collections.abc import Iterable

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.graphs.counted import CountedDataset, CountedTissue, CountsToRead
from geneboard.datasets.graphs.settings import PipelineSettings

GENES = [f"G{gene:02d}" for gene in range(72)]
TRUTH = pd.Series([f"M{gene % 6}" for gene in range(72)], index=GENES)
SETTINGS = PipelineSettings(min_genes_per_cell=1)


def planted(n_cells: int, seed: int, *, depth: float = 3.0, modules: bool = True) -> np.ndarray:
    """Counts (n_cells, 72): genes of a module rise and fall together, or all are Poisson alone."""
    rng = np.random.default_rng(seed)
    level = depth * np.random.default_rng(99).lognormal(0, 0.8, len(GENES))
    activity = rng.lognormal(0, 0.35, (n_cells, 6)) if modules else np.ones((n_cells, 6))
    size = rng.lognormal(0, 0.3, (n_cells, 1))
    return rng.poisson(size * level * activity[:, np.arange(len(GENES)) % 6])


def thinned(counts: np.ndarray, share: float) -> np.ndarray:
    """The same cells sequenced less: every count is kept with this probability."""
    return np.random.default_rng(7).binomial(counts, share)


def source(
    name: str, counts: np.ndarray, genes: Iterable[str] = GENES, settings: PipelineSettings = SETTINGS
) -> CountsToRead:
    """A dataset of these counts; the beginning of its name tells the modality."""
    modality = name.partition("_")[0]
    table = anndata.AnnData(
        sparse.csr_matrix(counts.astype(np.float32)), var=pd.DataFrame(index=pd.Index(list(genes)))
    )
    if modality == "spatial":
        table.obsm["spatial"] = np.random.default_rng(0).random((len(counts), 2))
    dataset = CountedDataset(name, "lung", modality, settings, name, lambda _: None)
    return CountsToRead(dataset, lambda: (table, "human", {}), {"name": name})


def tissue(*sources: CountsToRead) -> CountedTissue:
    """A simulated tissue: its gene sets are the modules, and each dataset is a unit."""
    return CountedTissue("lung", "synthetic", sources, TRUTH)
