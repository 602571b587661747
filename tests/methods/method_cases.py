"""Small datasets, and short calls, that the tests of methods share."""

import functools

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.benchmark.plugin_kit.compliance import Trials, answer
from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, usual_tissue
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import no_progress

CASES = {"usual": usual_tissue, **EDGE_CASES}


def fitted(method, tissue, seed=0):
    return method.fit_embed(tissue, seed=seed, device="cpu", progress=no_progress)


def trials_of(method):
    """Watched runs of a class of methods."""
    return Trials(functools.partial(answer, lambda: method))


def tissue_of(*graphs):
    return Tissue("lung", "test", graphs)


def embedded(method, *graphs, seed=0):
    return fitted(method, tissue_of(*graphs), seed).values


def numbered(n, first=0):
    return [f"G{number}" for number in range(first, first + n)]


def graph_of(edges, genes=None, features=None, name="a"):
    """A dataset with these edges, of G0, G1, ... and without any expression if nothing else is said."""
    genes = pd.Index(numbered(len(edges)) if genes is None else list(genes))
    features = np.zeros((len(genes), 3)) if features is None else np.asarray(features)
    adjacency = sparse.csr_matrix(np.asarray(edges, dtype=bool))
    return GeneGraph(
        f"scrna_lung__{name}", "lung", "scrna", "human", genes, features.astype(np.float32), adjacency
    )


def modular_graph(
    name, genes, *, n_modules=3, n_cells=80, signal=1.0, noise=0.5, joined=(0.0, 0.0), module=None, seed=0
):
    """Gene number i follows the activity of its module, which is i % n_modules if nothing else is said.

    Pairs in a module, and other pairs, are joined with the probabilities of `joined`; loops are there.
    """
    rng = np.random.default_rng(seed)
    module = np.arange(len(genes)) % n_modules if module is None else module
    values = signal * rng.standard_normal((n_modules, n_cells))[module]
    features = values + noise * rng.standard_normal(values.shape)
    probability = np.where(module[:, None] == module, *joined)
    upper = np.triu(rng.random(probability.shape) < probability, 1)
    return graph_of(upper | upper.T | np.eye(len(genes), dtype=bool), genes, features, name)


def cosines(values, others=None):
    """Cosine of every row with every row, of another array if there is one; 0 with a zero vector."""
    first, second = (
        array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-12)
        for array in (values, values if others is None else others)
    )
    return first @ second.T
