"""Names of landmarks, and datasets under other names of them."""

import numpy as np
from method_cases import cosines, graph_of, numbered

from geneboard.datasets.l1000.landmarks import landmark_table


def names(n_landmarks, n_others, first=0):
    return list(landmark_table()["symbol"][first : first + n_landmarks]) + numbered(n_others)


def without_edges(name, genes, features):
    return graph_of(np.eye(len(genes)), genes, features, name)


def renamed(graph, system):
    table = landmark_table().set_index("symbol")[system]
    genes = [table.get(gene, gene) for gene in graph.genes]
    return without_edges(graph.name.split("__")[1], genes, graph.features)


def module_auc(values, n_modules=3):
    """Share of pairs of pairs in which the genes of one module have the higher cosine."""
    first, second = np.triu_indices(len(values), 1)
    cosine = cosines(values)[first, second]
    same = first % n_modules == second % n_modules
    return (cosine[same][:, None] > cosine[~same][None]).mean()
