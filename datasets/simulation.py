"""Counts with known gene modules, for every modality of the published datasets.

The log expression of a gene in a cell is the sum of what real data show: a level of its own, a shift of the
dataset (batch effect), the activity of its module in the cell, a programme of the cell's type and programmes
(housekeeping, cycle, stress, ...) that run across modules and types. Only the module is the truth; the rest
is what a method has to see through.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.l1000.landmarks import landmark_table

BACKGROUND = "background"
"""Module label of the genes that belong to none."""

GENES_PER_LANDMARK = 10
"""One gene of so many is named after an L1000 landmark; in real data 70 to 120 of 1000 selected ones are."""


@dataclass(frozen=True)
class SimulationSettings:
    """Size and difficulty of simulated tissues.

    Parameters
    ----------
    n_modules, genes_per_module, n_background
        The gene pool of a tissue.
    n_shared
        Genes present in every dataset, the same number of each module; the others are drawn for each dataset.
    n_genes
        Genes present in a dataset.
    n_types
        Cell types of a tissue; a dataset has all of them in its own proportions.
    n_cells
        Smallest and largest number of cells or spots of a dataset.
    n_programmes
        Programmes that run through all cell types and touch genes of all modules.
    silent_modules
        Modules of a dataset whose genes vary each on its own instead of together.
    """

    n_modules: int = 18
    genes_per_module: int = 40
    n_background: int = 180
    n_shared: int = 360
    n_genes: int = 600
    n_types: int = 6
    n_cells: tuple[int, int] = (250, 400)
    n_programmes: int = 4
    silent_modules: int = 2


@dataclass(frozen=True)
class _Noise:
    """How a modality measures: counts per cell and their spread, NB size, share of lost entries."""

    depth: float
    depth_spread: float
    dispersion: float
    lost: float


_NOISE = {
    "scrna": _Noise(depth=5000, depth_spread=0.4, dispersion=4.0, lost=0.0),
    "scatac": _Noise(depth=5000, depth_spread=0.5, dispersion=3.5, lost=0.15),
    "spatial": _Noise(depth=8000, depth_spread=0.35, dispersion=6.0, lost=0.0),
}

_CELLS_PER_SPOT = 4


@dataclass(frozen=True, eq=False)
class SimulatedTissue:
    """What all datasets of a tissue have in common.

    Parameters
    ----------
    name, seed, settings
        What determines it.
    genes
        Names of the pool, shape (n_pool,).
    module
        Number of each gene's module, -1 for background.
    level, loading
        Log expression and weight of the module's activity per gene.
    programmes
        Weight of each programme in each gene, either sign, shape (n_programmes, n_pool).
    type_programme
        Log effect of each cell type on each gene, shape (n_types, n_pool).
    type_activity
        Mean activity of each module in each cell type, shape (n_types, n_modules).
    shared
        True for genes present in every dataset.
    """

    name: str
    seed: int
    settings: SimulationSettings
    genes: pd.Index
    module: np.ndarray
    level: np.ndarray
    loading: np.ndarray
    programmes: np.ndarray
    type_programme: np.ndarray
    type_activity: np.ndarray
    shared: np.ndarray

    @property
    def truth(self) -> pd.Series:
        """Module label of every gene of the pool."""
        labels = [BACKGROUND if m < 0 else f"module{m + 1:02d}" for m in self.module]
        return pd.Series(labels, index=self.genes, dtype=object)


def simulate_tissue(tissue: str, seed: int, settings: SimulationSettings) -> SimulatedTissue:
    """Draw the modules and cell types of a tissue; the same arguments give the same tissue."""
    rng = _generator(seed, tissue)
    n_in_modules = settings.n_modules * settings.genes_per_module
    n_pool = n_in_modules + settings.n_background
    module = np.full(n_pool, -1)
    module[:n_in_modules] = np.repeat(np.arange(settings.n_modules), settings.genes_per_module)
    module = rng.permutation(module)
    in_module = module >= 0

    loading = np.where(in_module, rng.uniform(0.5, 1.1, n_pool), 0.0)
    touched = rng.random((settings.n_programmes, n_pool)) < 0.4
    affected = rng.random((settings.n_types, n_pool)) < 0.45
    expressed = rng.random((settings.n_types, settings.n_modules)) < 0.35
    shared = np.zeros(n_pool, dtype=bool)
    for m in range(settings.n_modules):
        members = rng.permutation(np.flatnonzero(module == m))
        shared[members[: settings.n_shared // settings.n_modules]] = True
    return SimulatedTissue(
        tissue,
        seed,
        settings,
        _gene_names(module),
        module,
        rng.normal(0.0, 0.7, n_pool),
        loading,
        np.where(touched, rng.normal(0.0, 0.4, touched.shape), 0.0),
        np.where(affected, rng.normal(0.0, 0.7, affected.shape), 0.0),
        np.where(expressed, rng.uniform(0.2, 0.9, expressed.shape), 0.0),
        shared,
    )


def simulate_counts(model: SimulatedTissue, modality: str, identifier: str) -> anndata.AnnData:
    """Draw the counts of one dataset.

    Parameters
    ----------
    model
        The tissue.
    modality
        ``"scrna"``: UMI counts. ``"scatac"``: gene activity, weaker signal, sparser and noisier.
        ``"spatial"``: spots that mix neighbouring cells, with ``obsm["spatial"]``.
    identifier
        Id of the dataset; with the modality and the tissue it determines every count.

    Returns
    -------
    anndata.AnnData
        Counts (cells x genes), int32 CSR, with ``obs["cell_type"]`` (for spots the type of the domain).
    """
    settings = model.settings
    rng = _generator(model.seed, model.name, modality, identifier)
    noise = _NOISE[modality]
    n_cells = int(rng.integers(*settings.n_cells, endpoint=True))
    others = rng.permutation(np.flatnonzero(~model.shared))[: settings.n_genes - int(model.shared.sum())]
    present = np.sort(np.concatenate([np.flatnonzero(model.shared), others]))
    silent = rng.choice(settings.n_modules, settings.silent_modules, replace=False)
    shift = rng.normal(0.0, 0.3, len(present))

    if modality == "spatial":
        places = _grid(n_cells)
        obsm = {"spatial": places}
        domains, fields = _domains(rng, places, settings)
        batches = [
            _log_rates(rng, model, present, _mixed(rng, domains, settings), silent, fields)
            for _ in range(_CELLS_PER_SPOT)
        ]
        types = domains
    else:
        types = rng.choice(settings.n_types, n_cells, p=rng.dirichlet(np.full(settings.n_types, 4.0)))
        fields, obsm = np.zeros((n_cells, settings.n_modules)), {}
        batches = [_log_rates(rng, model, present, types, silent, fields)]
    rates = np.mean([np.exp(shift + model.level[present] + log) for log in batches], axis=0)

    counts = _measure(rng, rates, noise)
    cells = pd.Index([f"cell{number + 1:04d}" for number in range(n_cells)])
    return anndata.AnnData(
        sparse.csr_matrix(counts, dtype=np.int32),
        obs=pd.DataFrame({"cell_type": [f"type{t + 1}" for t in types]}, index=cells),
        var=pd.DataFrame(index=model.genes[present]),
        obsm=obsm,
    )


def _generator(seed: int, *names: str) -> np.random.Generator:
    text = "\0".join([str(seed), *names])
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


def _gene_names(module: np.ndarray) -> pd.Index:
    """Name the genes of the pool; the same share of each module, and of the background, are landmarks."""
    names = pd.Series([f"GENE{i + 1:04d}" for i in range(len(module))], dtype=object)
    chosen = names.groupby(module).cumcount() % GENES_PER_LANDMARK == 0
    names[chosen] = landmark_table()["symbol"].head(chosen.sum()).to_numpy()
    return pd.Index(names)


def _log_rates(
    rng: np.random.Generator,
    model: SimulatedTissue,
    present: np.ndarray,
    types: np.ndarray,
    silent: np.ndarray,
    fields: np.ndarray,
) -> np.ndarray:
    """Return log expression relative to the gene's level, shape (n_cells, n_present)."""
    n_cells, module = len(types), model.module[present]
    activity = (
        model.type_activity[types] + fields + rng.normal(0.0, 0.65, (n_cells, model.type_activity.shape[1]))
    )
    own = rng.normal(0.0, 0.8, (n_cells, len(present)))
    together = (module >= 0) & ~np.isin(module, silent)
    activity_of_gene = np.where(together, activity[:, module], own)
    # Background genes take no part in a module, but some vary on their own as much as module genes do.
    loading = np.where(module >= 0, model.loading[present], 0.3)
    programme = model.type_programme[types][:, present]
    across = rng.normal(0.0, 0.8, (n_cells, len(model.programmes))) @ model.programmes[:, present]
    return np.asarray(loading * activity_of_gene + programme + across)


def _measure(rng: np.random.Generator, rates: np.ndarray, noise: _Noise) -> np.ndarray:
    """Draw negative-binomial counts of the depth and noise of a modality, shape of `rates`."""
    depth = rng.lognormal(np.log(noise.depth), noise.depth_spread, (len(rates), 1))
    mean = depth * rates / rates.sum(axis=1, keepdims=True)
    counts = rng.poisson(mean * rng.gamma(noise.dispersion, 1 / noise.dispersion, rates.shape))
    return np.where(rng.random(rates.shape) < noise.lost, 0, counts)


def _grid(n_spots: int) -> np.ndarray:
    """Return spot centres in rows with every second row shifted, as on a slide, in micrometres."""
    width = int(np.ceil(np.sqrt(n_spots)))
    row, column = np.divmod(np.arange(n_spots), width)
    return 100.0 * np.column_stack([column + 0.5 * (row % 2), row * np.sqrt(0.75)])


def _domains(
    rng: np.random.Generator, places: np.ndarray, settings: SimulationSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cell type of each spot's domain and a smooth field of activity per module."""
    extent = places.max()

    def smooth(n: int) -> np.ndarray:
        waves = rng.uniform(-1.0, 1.0, (n, 3, 2)) * 2 * np.pi / extent
        phases = rng.uniform(0, 2 * np.pi, (n, 3, 1))
        return np.asarray(np.cos(waves @ places.T + phases).sum(axis=1).T / np.sqrt(1.5))

    return smooth(settings.n_types).argmax(axis=1), 0.4 * smooth(settings.n_modules)


def _mixed(rng: np.random.Generator, domains: np.ndarray, settings: SimulationSettings) -> np.ndarray:
    """Return the type of one cell per spot: mostly that of the domain."""
    other = rng.random(len(domains)) < 0.2
    return np.where(other, rng.integers(settings.n_types, size=len(domains)), domains)
