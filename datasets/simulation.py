"""Counts with a known covariance, for every modality of the published datasets.

The log rate of a gene in a cell is its level, a shift of the dataset (batch effect) and, over the programmes,
the sum of the gene's loading times the cell's activity. Genes take part in several programmes, and so do the
types of cells. Nothing else varies together: background genes vary each on its own, and counts scatter about
the rates. So the covariance of log rates over the cells of a dataset is loading x covariance of the
activities x transposed loading, and two genes that share no programme are correlated only as far as their
programmes are.

Genes outside of the pool, most of a genome, take most of the counts and hardly vary. Without them the depth
of a cell would be the sum of what varies, and dividing by it would join genes that have nothing in common.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.simulated_spots import domains, grid, mixed

BACKGROUND = "background"
"""Label of the genes that take part in no programme."""

GENES_PER_LANDMARK = 10
"""One gene of so many is named after an L1000 landmark; in real data 70 to 120 of 1000 selected ones are."""

OTHER_GENES = pd.Index([f"OTHER{number:02d}" for number in range(1, 21)])
"""Stand for all genes outside of the pool. As they hardly vary, gene selection leaves them out."""

OTHER_COUNTS = 19
"""Counts of all other genes for one count of the pool, which is a twentieth of a genome."""


@dataclass(frozen=True)
class SimulationSettings:
    """Size and difficulty of simulated tissues.

    Parameters
    ----------
    n_programmes, genes_per_programme, n_background
        The gene pool of a tissue; a gene counts for the programme in which it has its largest loading.
    further_programmes
        Other programmes that a gene takes part in, on average.
    n_shared
        Genes present in every dataset, as many of each programme; the others are drawn for each dataset.
    n_genes
        Genes of the pool that are present in a dataset.
    n_types
        Cell types of a tissue; a dataset has all of them in its own proportions.
    n_cells
        Smallest and largest number of cells or spots of a dataset.
    silent_programmes
        Programmes of a dataset that are active in none of its cells.
    """

    n_programmes: int = 26
    genes_per_programme: int = 28
    n_background: int = 120
    further_programmes: float = 2.5
    n_shared: int = 364
    n_genes: int = 600
    n_types: int = 12
    n_cells: tuple[int, int] = (400, 600)
    silent_programmes: int = 10


@dataclass(frozen=True)
class _Noise:
    """How a modality measures: counts of the pool per cell and their spread, NB size."""

    depth: float
    depth_spread: float
    dispersion: float


_NOISE = {
    "scrna": _Noise(depth=20000, depth_spread=0.4, dispersion=200.0),
    "scatac": _Noise(depth=8000, depth_spread=0.5, dispersion=60.0),
    "spatial": _Noise(depth=24000, depth_spread=0.35, dispersion=200.0),
}
"""Deeper than real counts: edges by chance would be learned by methods, and the truth does not know them."""

_LOADING = 0.5
"""Length of a gene's loadings: standard deviation of its log rate where activities have variance 1."""

_BACKGROUND_SPREAD = 0.15
"""Standard deviation of the log rate of a background gene."""

_TYPE_ACTIVITY = (0.3, 0.8)
"""Smallest and largest mean activity of a programme in a cell type that uses it."""

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
    programme
        Number of the programme in which each gene has its largest loading, -1 for background.
    level
        Log rate per gene.
    loading
        Weight of each programme in each gene, not negative, shape (n_pool, n_programmes).
    type_activity
        Mean activity of each programme in each cell type, shape (n_types, n_programmes).
    shared
        True for genes present in every dataset.
    """

    name: str
    seed: int
    settings: SimulationSettings
    genes: pd.Index
    programme: np.ndarray
    level: np.ndarray
    loading: np.ndarray
    type_activity: np.ndarray
    shared: np.ndarray

    def covariance(self, types: np.ndarray) -> np.ndarray:
        """Return the covariance of activities over cells of given types, whose programmes go together."""
        shares = np.bincount(types, minlength=len(self.type_activity)) / len(types)
        together = (shares * self.type_activity.T) @ self.type_activity
        return np.asarray(np.eye(self.loading.shape[1]) + together)

    @property
    def truth(self) -> pd.Series:
        """Label of the main programme of every gene of the pool."""
        labels = [BACKGROUND if number < 0 else f"programme{number + 1:02d}" for number in self.programme]
        return pd.Series(labels, index=self.genes, dtype=object)


@dataclass(frozen=True, eq=False)
class SimulatedDataset:
    """What a dataset is before anything is counted.

    Parameters
    ----------
    present
        Positions of its genes in the pool of the tissue, ascending, shape (n_genes,).
    shift
        Batch effect on the log rate of each of them.
    activity
        Activity of each programme in each cell or spot, shape (n_cells, n_programmes).
    types
        Number of the type of each cell, of a spot that of its domain.
    places
        Centres of spots in micrometres, shape (n_cells, 2); None for cells.
    """

    present: np.ndarray
    shift: np.ndarray
    activity: np.ndarray
    types: np.ndarray
    places: np.ndarray | None


def simulate_tissue(tissue: str, seed: int, settings: SimulationSettings) -> SimulatedTissue:
    """Draw the programmes and cell types of a tissue; the same arguments give the same tissue."""
    rng = _generator(seed, tissue)
    n_programmes = settings.n_programmes
    main = np.repeat(np.arange(n_programmes), settings.genes_per_programme)
    programme = rng.permutation(np.concatenate([main, np.full(settings.n_background, -1)]))
    n_pool = len(programme)

    takes_part = rng.random((n_pool, n_programmes)) < settings.further_programmes / max(n_programmes - 1, 1)
    weight = np.where(takes_part, rng.uniform(0.5, 1.0, takes_part.shape), 0.0)
    weight[programme == -1] = 0.0
    weight[programme >= 0, programme[programme >= 0]] = 1.0
    length = np.linalg.norm(weight, axis=1, keepdims=True)
    expressed = rng.random((settings.n_types, n_programmes)) < 0.1
    shared = np.zeros(n_pool, dtype=bool)
    for number in range(n_programmes):
        members = rng.permutation(np.flatnonzero(programme == number))
        shared[members[: settings.n_shared // n_programmes]] = True
    return SimulatedTissue(
        tissue,
        seed,
        settings,
        _gene_names(programme),
        programme,
        rng.normal(0.0, 0.4, n_pool),
        _LOADING * weight / np.where(length > 0, length, 1.0),
        np.where(expressed, rng.uniform(*_TYPE_ACTIVITY, expressed.shape), 0.0),
        shared,
    )


def simulate_dataset(model: SimulatedTissue, modality: str, identifier: str) -> SimulatedDataset:
    """Draw the genes, cells and activities of a dataset; parameters as of `simulate_counts`."""
    settings = model.settings
    rng = _generator(model.seed, model.name, modality, identifier)
    n_cells = int(rng.integers(*settings.n_cells, endpoint=True))
    others = rng.permutation(np.flatnonzero(~model.shared))[: settings.n_genes - int(model.shared.sum())]
    present = np.sort(np.concatenate([np.flatnonzero(model.shared), others]))
    shift = rng.normal(0.0, 0.3, len(present))
    silent = rng.choice(settings.n_programmes, settings.silent_programmes, replace=False)

    places = None
    if modality == "spatial":
        places = grid(n_cells)
        types, fields = domains(rng, places, settings.n_types, settings.n_programmes)
        cells = [_cells(rng, model, mixed(rng, types, settings.n_types)) for _ in range(_CELLS_PER_SPOT)]
        activity = fields + np.mean(cells, axis=0)
    else:
        types = rng.choice(settings.n_types, n_cells, p=rng.dirichlet(np.full(settings.n_types, 4.0)))
        activity = _cells(rng, model, types)
    activity = with_covariance(activity, model.covariance(types))
    activity[:, silent] = 0.0
    return SimulatedDataset(present, shift, activity, types, places)


def simulate_counts(model: SimulatedTissue, modality: str, identifier: str) -> anndata.AnnData:
    """Draw the counts of one dataset.

    Parameters
    ----------
    model
        The tissue.
    modality
        ``"scrna"``: UMI counts. ``"scatac"``: gene activity, sparser and noisier.
        ``"spatial"``: spots that mix neighbouring cells, with ``obsm["spatial"]``.
    identifier
        Id of the dataset; with the modality and the tissue it determines every count.

    Returns
    -------
    anndata.AnnData
        Counts (cells x genes), int32 CSR, with ``obs["cell_type"]`` (for spots the type of the domain).
    """
    dataset = simulate_dataset(model, modality, identifier)
    rng = _generator(model.seed, model.name, modality, identifier, "counts")
    counts = _measure(rng, log_rates(rng, model, dataset), _NOISE[modality])
    cells = pd.Index([f"cell{number + 1:04d}" for number in range(len(counts))])
    return anndata.AnnData(
        sparse.csr_matrix(counts, dtype=np.int32),
        obs=pd.DataFrame({"cell_type": [f"type{t + 1}" for t in dataset.types]}, index=cells),
        var=pd.DataFrame(index=model.genes[dataset.present].append(OTHER_GENES)),
        obsm={} if dataset.places is None else {"spatial": dataset.places},
    )


def true_vectors(model: SimulatedTissue, modality: str, identifier: str) -> pd.DataFrame:
    """Return vectors of the genes of a dataset whose inner products are the covariance of their log rates.

    The vector of a gene is its loading times the symmetric root of the covariance of the activities in this
    dataset; of all roots it is the one nearest to the loadings themselves, so that the vectors of different
    datasets lie in one space. Cosines are correlations. A background gene, which is correlated with none, has
    zeros; so has a gene whose programmes are all silent in the dataset.

    Returns
    -------
    pandas.DataFrame
        Genes of the dataset x programmes, rounded to four digits, as the last ones depend on the processor.
    """
    dataset = simulate_dataset(model, modality, identifier)
    vectors = model.loading[dataset.present] @ symmetric_root(
        np.cov(dataset.activity, rowvar=False, bias=True)
    )
    return pd.DataFrame(vectors.round(4), index=model.genes[dataset.present])


def symmetric_root(covariance: np.ndarray) -> np.ndarray:
    """Return the symmetric matrix without negative eigenvalues whose square is `covariance`."""
    sizes, axes = np.linalg.eigh(covariance)
    root: np.ndarray = (axes * np.sqrt(sizes.clip(min=0.0))) @ axes.T
    return root


def with_covariance(activity: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return activities, as near as can be to those given, with mean 0 and exactly this covariance."""
    centred = activity - activity.mean(axis=0)
    drawn = symmetric_root(np.cov(centred, rowvar=False, bias=True))
    return np.asarray(centred @ np.linalg.solve(drawn, symmetric_root(covariance)))


def log_rates(rng: np.random.Generator, model: SimulatedTissue, dataset: SimulatedDataset) -> np.ndarray:
    """Return the log rate of each gene in each cell, shape (n_cells, n_genes)."""
    constant = model.level[dataset.present] + dataset.shift
    own = rng.normal(0.0, _BACKGROUND_SPREAD, (len(dataset.activity), len(dataset.present)))
    background = model.programme[dataset.present] == -1
    rates: np.ndarray = constant + dataset.activity @ model.loading[dataset.present].T + own * background
    return rates


def _generator(seed: int, *names: str) -> np.random.Generator:
    text = "\0".join([str(seed), *names])
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


def _gene_names(programme: np.ndarray) -> pd.Index:
    """Name the genes of the pool; the same share of each programme, and of the background, are landmarks."""
    names = pd.Series([f"GENE{i + 1:04d}" for i in range(len(programme))], dtype=object)
    chosen = names.groupby(programme).cumcount() % GENES_PER_LANDMARK == 0
    names[chosen] = landmark_table()["symbol"].head(chosen.sum()).to_numpy()
    return pd.Index(names)


def _cells(rng: np.random.Generator, model: SimulatedTissue, types: np.ndarray) -> np.ndarray:
    """Draw the activities of cells of given types: variance 1 about the mean of the type."""
    mean = model.type_activity[types]
    return np.asarray(mean + rng.standard_normal(mean.shape))


def _measure(rng: np.random.Generator, log_rates: np.ndarray, noise: _Noise) -> np.ndarray:
    """Draw negative-binomial counts of the pool and Poisson counts of all other genes, which do not vary."""
    depth = rng.lognormal(np.log(noise.depth), noise.depth_spread, (len(log_rates), 1))
    rates = np.exp(log_rates)
    mean = depth * rates / rates.sum(axis=1).mean()
    counts = rng.poisson(mean * rng.gamma(noise.dispersion, 1 / noise.dispersion, mean.shape))
    others = rng.poisson(depth * OTHER_COUNTS / len(OTHER_GENES), (len(depth), len(OTHER_GENES)))
    return np.hstack([counts, others])
