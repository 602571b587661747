"""The tree over datasets on tissues where it can be seen by eye."""

import numpy as np
import pytest

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, gene_graph, usual_tissue
from geneboard.methods.dataset_tree import dataset_tree


def names(*numbers):
    return [f"G{number}" for number in numbers]


def test_two_modalities_hang_below_a_root():
    tree = dataset_tree(
        (
            gene_graph("a", names(1, 2, 3)),
            gene_graph("b", names(9, 8), modality="spatial"),
            gene_graph("c", names(3, 4, 1)),
        )
    )
    assert [node.parent for node in tree] == [3, 4, 3, 5, 5, None]
    assert [node.name for node in tree] == [
        "scrna_lung__a", "spatial_lung__b", "scrna_lung__c", "lung/scrna", "lung/spatial", "/",
    ]  # fmt: skip
    assert list(tree[0].genes) == names(1, 2, 3)
    assert list(tree[3].genes) == names(1, 2, 3, 4)
    assert list(tree[4].genes) == names(9, 8)
    assert list(tree[5].genes) == names(1, 2, 3, 4, 9, 8)
    assert [node.rows.tolist() for node in tree] == [[0, 1, 2], [0, 1], [2, 3, 0], [0, 1, 2, 3], [4, 5], []]


@pytest.mark.parametrize("case", [*EDGE_CASES, "usual"])
def test_rows_find_each_gene_in_the_parent(case):
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    tree = dataset_tree(tissue.graphs)
    assert len({node.name for node in tree}) == len(tree)
    for k, node in enumerate(tree):
        assert node.genes.is_unique
        if node.parent is None:
            assert k == len(tree) - 1
            continue
        assert k < node.parent
        assert list(tree[node.parent].genes[node.rows]) == list(node.genes)
    for k, node in enumerate(tree):
        below = [child for child in tree if child.parent == k]
        if below:
            union = set().union(*(child.genes for child in below))
            assert set(node.genes) == union
    for graph, node in zip(tissue.graphs, tree, strict=False):
        assert node.name == graph.name
        assert np.array_equal(node.genes, graph.genes)
