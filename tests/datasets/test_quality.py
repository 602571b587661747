import anndata
import numpy as np
import pandas as pd
import pytest
from lung_counts import counts
from quality_graphs import EDGES_MADE, PROVENANCE, graph, made
from scipy import sparse

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.graphs.counted import CountedDataset
from geneboard.datasets.graphs.pipeline import build_graph
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.quality import edge_overlap, graph_quality, likeness, quality_table, shared_edges

X = graph("x", "ABCDE", ["AB", "AC", "AA"], PROVENANCE)
Y = graph("y", "FCBA", ["AB", "BC", "AF"])
Z = graph("z", "ACD", ["AC", "AD"])
EMPTY = graph("empty", "ABC", [])


def test_every_column_by_hand() -> None:
    expected = {
        "dataset": "scrna_lung__x",
        "species": "human",
        "cells_read": 20,
        "cells": 3,
        "genes_read": 12,
        "genes_after_qc": 9,
        "genes": 5,
        "genes_added": 0,
        "median_depth": 77.5,
        "density": 0.2,  # two of ten pairs
        "isolated_genes": 2,  # D and E
        "self_edges": 1,
        "columns_read": 14,
        "columns_without_name": 0,
        "dropped_cells_with_few_genes": 11,
        "dropped_cells_with_many_genes": 4,
        "dropped_cells_with_mitochondrial_counts": 3,
        "dropped_cells_without_counts": 1,
        "dropped_cells_not_drawn": 8,
        "dropped_mitochondrial_genes": 2,
        "dropped_genes_in_few_cells": 1,
        "edges": 2,
        "degree_min": 0.0,  # degrees 2, 1, 1, 0, 0
        "degree_q25": 0.0,
        "degree_median": 1.0,
        "degree_q75": 1.0,
        "degree_max": 2.0,
        "degree_depth": 0.25,
        "edge_rule": "p < 0.01",
        "edges_p": 2,
        "edges_bh": 1,
        "edges_top": 7,
        "comparable_edges": 2,  # AB, AC
        "shared_edges": 1.0,  # AB in y, AC in z
        "shared_edges_expected": 4 / 5,  # of AB, AC, BC, AD, CD only CD is in neither
    }
    row = quality_table([X, Y, Z]).iloc[0].to_dict()
    assert row == expected
    assert list(row) == list(expected)


@pytest.mark.parametrize(("rule", "label"), [("bh", "FDR <= 0.01"), ("top", "top 7")])
def test_the_rule_of_the_edges_is_named(rule: str, label: str) -> None:
    made = {**PROVENANCE, "steps": {"edges": {**EDGES_MADE, "rule": rule}}}
    row = graph_quality(graph("x", "ABC", ["AB"], made))
    assert row["edge_rule"] == label
    assert row["degree_depth"] == {"bh": 0.5, "top": None}[rule]


def test_columns_that_a_table_of_identifiers_does_not_know() -> None:
    steps = {**PROVENANCE["steps"], "identifiers": {"columns_without_name": 6}}
    named = graph("x", "ABC", ["AB"], {**PROVENANCE, "steps": steps})
    assert graph_quality(named)["columns_without_name"] == 6
    assert graph_quality(Y)["columns_without_name"] is None


@pytest.mark.parametrize(
    ("one", "others", "comparable", "share", "expected"),
    [
        (X, [Y], 2, 0.5, 2 / 3),
        (X, [Z], 1, 1.0, 2 / 3),
        (X, [EMPTY], 2, 0.0, 0.0),
        (EMPTY, [X], 0, None, 2 / 3),
        (X, [], 0, None, None),
        (X, [graph("other", "KLM", ["KL"])], 0, None, None),
        (X, [graph("one", "AKL", ["KL"])], 0, None, None),
    ],
)
def test_edges_found_elsewhere(
    one: GeneGraph, others: list[GeneGraph], comparable: int, share: float | None, expected: float | None
) -> None:
    assert list(shared_edges(one, others).values()) == [
        comparable,
        share,
        None if expected is None else pytest.approx(expected),
    ]


def test_nothing_to_compare_with() -> None:
    row = quality_table([X]).iloc[0]
    assert row["comparable_edges"] == 0
    assert pd.isna(row["shared_edges"])
    assert pd.isna(row["shared_edges_expected"])


def test_overlap_of_every_two_datasets() -> None:
    share, expected = edge_overlap([X, Y, Z])
    # Common genes: x and y ABC, x and z ACD, y and z AC.
    np.testing.assert_allclose(
        share, [[np.nan, 1 / 2, 1], [1 / 2, np.nan, np.nan], [1 / 2, 0, np.nan]], equal_nan=True
    )
    np.testing.assert_allclose(
        expected, [[np.nan, 2 / 3, 2 / 3], [2 / 3, np.nan, 1], [1 / 3, 0, np.nan]], equal_nan=True
    )


def test_random_edges_are_found_as_often_as_expected() -> None:
    rng = np.random.default_rng(0)

    def random_graph(name: str, density: float) -> GeneGraph:
        edges = np.triu(rng.random((300, 300)) < density)
        return made(name, [f"G{i}" for i in rng.permutation(300)], edges | edges.T)

    graphs = [random_graph("a", 0.3), random_graph("b", 0.2), random_graph("c", 0.5)]
    shared = shared_edges(graphs[0], graphs[1:])
    assert shared["shared_edges_expected"] == pytest.approx(1 - 0.8 * 0.5, abs=0.01)
    assert shared["shared_edges"] == pytest.approx(shared["shared_edges_expected"], abs=0.015)
    assert shared_edges(graphs[0], [graphs[0]])["shared_edges"] == 1


def test_a_graph_without_edges_and_one_of_another_program() -> None:
    row = graph_quality(EMPTY)
    assert (row["edges"], row["density"], row["isolated_genes"], row["degree_max"]) == (0, 0.0, 3, 0.0)
    unknown = ("cells_read", "genes_after_qc", "median_depth", "degree_depth", "edge_rule", "edges_bh")
    assert [row[column] for column in unknown] == [None] * 6
    no_genes = graph_quality(graph("none", "", []))
    assert (no_genes["genes"], no_genes["density"], no_genes["degree_median"]) == (0, 0.0, 0.0)


def built(table: anndata.AnnData, name: str, **settings: object) -> GeneGraph:
    chosen = PipelineSettings(min_genes_per_cell=10, **settings)  # type: ignore[arg-type]
    dataset = CountedDataset(f"scrna_lung__{name}", "lung", "scrna", chosen, "table", lambda step: None)
    return build_graph(table, dataset, "human", {})


@pytest.mark.parametrize("rule", ["p", "bh", "top"])
def test_order_of_the_genes_does_not_change_the_table(rule: str) -> None:
    first, second = counts(120, 60), counts(120, 60, seed=1)
    order = np.random.default_rng(2).permutation(60)
    before = quality_table([built(t, n, edges=rule, top_k=5) for t, n in ((first, "a"), (second, "b"))])
    moved = first[:, order].copy()
    after = quality_table([built(t, n, edges=rule, top_k=5) for t, n in ((moved, "a"), (second, "b"))])
    pd.testing.assert_frame_equal(after, before, rtol=1e-9)
    assert before.loc[0, "edges"] == before.loc[0, f"edges_{rule}"]


def test_settings_choose_the_rule_and_are_recorded() -> None:
    table = counts(120, 60)
    by_rule = {rule: built(table, "a", edges=rule, p_threshold=0.01, top_k=4) for rule in ("p", "bh", "top")}
    for rule, built_graph in by_rule.items():
        row = graph_quality(built_graph)
        step = built_graph.provenance["steps"]["edges"]
        assert (step["rule"], step["p_threshold"], step["top_k"]) == (rule, 0.01, 4)
        assert {r: row[f"edges_{r}"] for r in by_rule} == {
            r: graph_quality(g)["edges"] for r, g in by_rule.items()
        }
    assert len({g.digest for g in by_rule.values()}) == 3
    assert built(table, "a").digest == built(table, "a", edges="p", top_k=3).digest
    diagonals = [made.adjacency.diagonal().tolist() for made in by_rule.values()]
    assert diagonals[0] == diagonals[1] == diagonals[2]


@pytest.mark.parametrize("wrong", [{"edges": "q"}, {"p_threshold": 0.0}, {"p_threshold": 1.0}, {"top_k": 0}])
def test_settings_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"edges 'q' is not one of p, bh, top|p_threshold must lie"):
        PipelineSettings(**wrong)  # type: ignore[arg-type]


def test_hubs_of_deep_genes_are_found() -> None:
    table = counts(120, 60)
    plain = graph_quality(built(table, "a"))["degree_depth"]
    # Sixty genes of one module at the same level; then a random half of them is counted a fiftieth as deep.
    rng = np.random.default_rng(0)
    level = 20 * np.exp(rng.normal(0, 0.5, (300, 1))) * np.ones((300, 60))
    level[:, 30:] *= np.exp(rng.normal(0, 0.5, (300, 1)))
    same = anndata.AnnData(sparse.csr_matrix(rng.poisson(level)), var=table.var)
    level[:, rng.permutation(60)[:30]] /= 50
    thinned = anndata.AnnData(sparse.csr_matrix(rng.poisson(level)), var=table.var)
    deep, shallow = (graph_quality(built(t, "a"))["degree_depth"] for t in (same, thinned))
    assert plain is not None
    assert shallow > 0.6
    assert deep is None or abs(deep) < 0.4


def with_means(name: str, means: dict[str, float]) -> GeneGraph:
    return graph(name, "AB", [], {"mean_counts": means})


def test_likeness_is_that_of_the_most_similar_dataset() -> None:
    genes = [f"G{i}" for i in range(150)]
    rising = {gene: float(i) for i, gene in enumerate(genes)}
    bent = {gene: float((i + 10) % 140) for i, gene in enumerate(genes[:140])}
    falling = {gene: -value for gene, value in rising.items()}
    graphs = [with_means(name, means) for name, means in (("a", rising), ("b", bent), ("c", falling))]
    ranks = pd.Series(rising)[:140].rank().corr(pd.Series(bent).rank())
    assert likeness(graphs) == [
        (pytest.approx(ranks), 140),
        (pytest.approx(ranks), 140),
        (pytest.approx(-ranks), 140),
    ]


def test_likeness_of_few_genes_or_unknown_means_is_unknown() -> None:
    few = {f"G{i}": float(i) for i in range(99)}
    for graphs in ([with_means("a", few), with_means("b", few)], [X], [X, Y, EMPTY]):
        assert all(np.isnan(highest) and n == 0 for highest, n in likeness(graphs))
