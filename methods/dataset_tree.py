"""The tree over the datasets of a tissue: datasets below their modality, modalities below the tissue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import GeneGraph
from geneboard.methods.layers import sharing_groups


@dataclass(frozen=True, eq=False)
class TreeNode:
    """A dataset, or all datasets of a modality, or all.

    Parameters
    ----------
    name
        Unique in the tree.
    genes
        Of a dataset in its order; of an inner node the union of its children's, in order of appearance.
    parent
        Position of the parent in the tree; None for the root.
    rows
        Positions of the genes among those of the parent, shape (n_genes,); empty for the root.
    """

    name: str
    genes: pd.Index
    parent: int | None
    rows: np.ndarray


def dataset_tree(graphs: Sequence[GeneGraph]) -> list[TreeNode]:
    """Put datasets below an inner node per modality and tissue, and these below a root.

    Without a second modality its only inner node is the root: a root above it would have the same genes and
    nothing else to be near to, so it would equal it and change nothing. A modality with a single dataset
    keeps its node. It is not idle: two ties in a row hold half as firmly as one, so a dataset without
    siblings is held less than its modality's own would hold each other.

    Returns
    -------
    list of TreeNode
        The datasets in their order, then the inner nodes, last the root. Parents come after their children.
    """
    group, n_groups = sharing_groups(graphs)
    members = [
        [graph for graph, number in zip(graphs, group, strict=True) if number == k] for k in range(n_groups)
    ]
    inner_names = [f"{datasets[0].tissue}/{datasets[0].modality}" for datasets in members]
    inner_genes = [_union(graph.genes for graph in datasets) for datasets in members]
    if n_groups > 1:
        inner_names.append("/")
        inner_genes.append(_union(inner_genes))
    n_leaves, root = len(graphs), len(graphs) + len(inner_names) - 1
    parents = [n_leaves + number for number in group] + [root] * (len(inner_names) - 1)
    genes = [graph.genes for graph in graphs] + inner_genes
    nodes = [
        TreeNode(name, genes[k], parent, genes[parent].get_indexer(genes[k]))
        for k, (name, parent) in enumerate(
            zip([graph.name for graph in graphs] + inner_names[:-1], parents, strict=True)
        )
    ]
    return [*nodes, TreeNode(inner_names[-1], genes[-1], None, np.empty(0, dtype=np.int64))]


def _union(parts: Iterable[pd.Index]) -> pd.Index:
    union: pd.Index = pd.Index(list(dict.fromkeys(gene for genes in parts for gene in genes)))
    return union
