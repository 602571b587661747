"""A small tissue with modules, embeddings of it, and gene sets and labels that follow the modules."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.knowledge.gene_sets import GeneSets, module_sets
from geneboard.datasets.knowledge.labels import Labels


def modular_tissue() -> Tissue:
    """3 datasets of 180 of 240 genes in 6 modules; features are noise, edges lie within modules."""
    rng = np.random.default_rng(0)
    pool = np.array([f"M{module:02d}G{gene:02d}" for module in range(6) for gene in range(40)])
    truth = pd.Series([name[:3] for name in pool], index=pool)
    graphs = []
    for dataset in "ABC":
        genes = rng.permutation(pool)[:180]
        module = truth[genes].to_numpy()
        upper = np.triu((module[:, None] == module) & (rng.random((180, 180)) < 0.5), 1)
        features = rng.normal(scale=rng.uniform(0.5, 2, size=(180, 1)), size=(180, 20)).astype(np.float32)
        edges = sparse.csr_matrix(upper | upper.T)
        name = f"scrna_lung__{dataset}"
        graphs.append(GeneGraph(name, "lung", "scrna", "human", pd.Index(genes), features, edges))
    return Tissue("lung", "test", tuple(graphs), truth)


TISSUE = modular_tissue()
GENES = [graph.genes for graph in TISSUE.graphs]
NAMES = sorted(set().union(*GENES))
MODULES = module_sets(TISSUE.truth)
HALVES = Labels(
    "halves",
    frozenset(name for name in NAMES if name < "M03"),
    frozenset(name for name in NAMES if name >= "M03"),
)


def planted(seed: int = 0, tissue: Tissue = TISSUE, noise: float = 0.3) -> list[np.ndarray]:
    """The direction of a gene's module, and a little noise."""
    rng = np.random.default_rng(seed)
    centres = {module: rng.normal(size=12) for module in sorted(set(tissue.truth))}
    return [
        np.array([centres[tissue.truth[gene]] + noise * rng.normal(size=12) for gene in graph.genes])
        for graph in tissue.graphs
    ]


def noise(kind: str, genes: list[pd.Index], seed: int, dim: int = 6) -> list[np.ndarray]:
    """Vectors that know nothing: independent, one for each name, or all at one point."""
    rng = np.random.default_rng(seed)
    if kind == "shared_random":
        of_name = {name: rng.normal(size=dim) for name in sorted(set().union(*genes))}
        return [np.array([of_name[name] for name in names]) for names in genes]
    shift, size = (1.0, 1e-4) if kind == "collapsed" else (0.0, 1.0)
    return [shift + size * rng.normal(size=(len(names), dim)) for names in genes]


def few_genes() -> tuple[list[pd.Index], list[np.ndarray], GeneSets]:
    """Two datasets of 30 genes, 20 of them common, two cells, and five overlapping sets."""
    rng = np.random.default_rng(3)
    names = [f"G{number:02d}" for number in range(40)]
    cell = {name: number % 2 for number, name in enumerate(names)}
    genes = [pd.Index(rng.permutation(names[:30])), pd.Index(rng.permutation(names[10:]))]
    sets = {f"S{number}": frozenset(rng.choice(names, 7, replace=False)) for number in range(5)}
    return genes, [np.array([cell[name] for name in part]) for part in genes], GeneSets("five", sets)


def cell_of_names(genes: list[pd.Index], strata: list[np.ndarray]) -> dict[str, int]:
    pairs = zip(np.concatenate(genes), np.concatenate(strata), strict=True)
    return {str(name): int(cell) for name, cell in pairs}
