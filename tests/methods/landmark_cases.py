"""Datasets of a few modules whose genes, landmarks among them, vary together."""

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.methods.base import no_progress


def names(n_landmarks, n_others, first=0):
    symbols = list(landmark_table()["symbol"][first : first + n_landmarks])
    return symbols + [f"G{number}" for number in range(n_others)]


def graph_of(name, genes, features):
    edges = sparse.csr_matrix(np.eye(len(genes), dtype=bool))
    features = np.asarray(features, dtype=np.float32)
    return GeneGraph(f"scrna_lung__{name}", "lung", "scrna", "human", pd.Index(genes), features, edges)


def modular_graph(name, genes, n_modules=3, n_cells=80, noise=0.5, seed=0):
    """Gene number i follows the activity of module i % n_modules, and noise."""
    rng = np.random.default_rng(seed)
    activity = rng.standard_normal((n_modules, n_cells))
    values = activity[np.arange(len(genes)) % n_modules]
    return graph_of(name, genes, values + noise * rng.standard_normal(values.shape))


def embedded(method, *graphs, seed=0):
    tissue = Tissue("lung", "test", graphs)
    return method.fit_embed(tissue, seed=seed, device="cpu", progress=no_progress).values


def renamed(graph, system):
    table = landmark_table().set_index("symbol")[system]
    genes = [table.get(gene, gene) for gene in graph.genes]
    return graph_of(graph.name.split("__")[1], genes, graph.features)


def module_auc(values, n_modules=3):
    """Share of pairs of pairs in which the genes of one module have the higher cosine."""
    unit = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
    first, second = np.triu_indices(len(values), 1)
    cosine = (unit @ unit.T)[first, second]
    same = first % n_modules == second % n_modules
    return (cosine[same][:, None] > cosine[~same][None]).mean()
