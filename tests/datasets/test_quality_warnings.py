from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from quality_graphs import EDGES_MADE, PROVENANCE, made

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.quality_warnings import (
    DENSE,
    DEPTH_DRIVEN,
    ISOLATED,
    UNLIKE,
    graph_warnings,
    kept_bounds_warning,
    kept_edges_warning,
    tissue_warnings,
)

N = 41
PAIRS = N * (N - 1) // 2


def with_edges(n_edges: int, n_isolated: int = 0, **changes: Any) -> GeneGraph:
    """A graph of 41 genes and 820 pairs, the last genes isolated; `changes` go into the recorded step."""
    adjacency = np.zeros((N, N), dtype=bool)
    joined = N - n_isolated
    rows, columns = np.triu_indices(joined, k=1)
    # Neighbours first, so that no gene among the first is isolated.
    order = np.argsort(columns - rows, kind="stable")[:n_edges]
    adjacency[rows[order], columns[order]] = adjacency[columns[order], rows[order]] = True
    np.fill_diagonal(adjacency, val=True)  # a self-edge joins no other gene and is no pair
    step = {**EDGES_MADE, **changes}
    provenance = {**PROVENANCE, "steps": {**PROVENANCE["steps"], "edges": step}}  # type: ignore[dict-item]
    return made("x", [f"G{i}" for i in range(N)], adjacency, provenance)


def depth(value: float | None, **rules: float) -> dict[str, Any]:
    by_rule = {rule: {"edges": 100, "degree_depth": rules.get(rule)} for rule in ("p", "bh", "top")}
    by_rule["p"] = {"edges": 100, "degree_depth": value}
    return by_rule


def test_nothing_is_said_of_a_usual_graph() -> None:
    assert graph_warnings(with_edges(100)) == []


def test_density_just_above_the_bound() -> None:
    assert graph_warnings(with_edges(int(DENSE * PAIRS))) == []  # 492 of 820: exactly 60 %
    (text,) = graph_warnings(with_edges(int(DENSE * PAIRS) + 1))
    assert text.startswith(
        "scrna_lung__x: 60.1% of all pairs of genes are joined (suspicious above 60%); try `prepare` with"
    )


def test_a_rule_is_proposed_only_if_it_helps() -> None:
    by_rule = {
        "p": {"edges": 800, "degree_depth": None},
        "bh": {"edges": 700, "degree_depth": None},
        "top": {"edges": 82, "degree_depth": None},
    }
    (text,) = graph_warnings(with_edges(800, by_rule=by_rule))
    assert text.endswith(
        "try `prepare` with --edges top --top-k 7 (gives 10.0%), or a smaller --p-threshold, "
        "or --max-genes-per-cell against doublets"
    )
    by_rule["bh"]["edges"] = 410
    (text,) = graph_warnings(with_edges(800, by_rule=by_rule))
    assert "--edges bh (gives 50.0%), or --edges top --top-k 7 (gives 10.0%)" in text
    (text,) = graph_warnings(with_edges(800, by_rule=by_rule, rule="top"))
    assert "a smaller --top-k" in text
    assert "--edges top" not in text


def test_the_bound_for_doublets_is_proposed_where_there_is_none() -> None:
    crowded = with_edges(800)
    steps = crowded.provenance["steps"]
    steps["quality_control"] = {**steps["quality_control"], "max_genes_per_cell": 4000}
    assert "doublets" not in graph_warnings(crowded)[0]
    del steps["quality_control"]["max_genes_per_cell"]  # spots have no such bound
    assert "doublets" not in graph_warnings(crowded)[0]


def test_isolated_genes_just_above_the_bound() -> None:
    assert int(ISOLATED * N) == 8
    assert graph_warnings(with_edges(100, n_isolated=8)) == []
    (text,) = graph_warnings(with_edges(100, n_isolated=9))
    assert text == (
        "scrna_lung__x: 22.0% of the genes are joined to no other gene (suspicious above 20%); "
        "try `prepare` with --edges top --top-k 7, or a larger --p-threshold"
    )
    (by_bh,) = graph_warnings(with_edges(100, n_isolated=9, rule="bh"))
    assert by_bh.endswith("or a larger --p-threshold, or --edges p")
    (by_top,) = graph_warnings(with_edges(100, n_isolated=9, rule="top"))
    assert by_top.endswith("these genes could not be tested: try counts of more cells")


def test_depth_just_above_the_bound() -> None:
    for harmless in (DEPTH_DRIVEN, -0.9, None):
        assert graph_warnings(with_edges(100, by_rule=depth(harmless))) == []
    (text,) = graph_warnings(with_edges(100, by_rule=depth(DEPTH_DRIVEN + 0.01)))
    assert text == (
        "scrna_lung__x: the degree of a gene follows its mean count (Spearman 0.61, suspicious above 0.6); "
        "try `prepare` with --edges top --top-k 10"
    )


def test_depth_is_judged_by_the_rule_of_the_graph() -> None:
    other = depth(0.9, bh=0.1, top=0.7)
    assert graph_warnings(with_edges(100, rule="bh", by_rule=other)) == []
    (text,) = graph_warnings(with_edges(100, rule="top", top_k=10, by_rule=other))
    assert "try deeper counts" in text
    (text,) = graph_warnings(with_edges(100, rule="top", top_k=50, by_rule=other))
    assert text.endswith("try `prepare` with --edges top --top-k 10")


def test_a_graph_can_have_several_faults() -> None:
    texts = graph_warnings(with_edges(0, n_isolated=N, by_rule=depth(0.9)))
    assert [("no other gene" in text, "mean count" in text) for text in texts] == [
        (True, False),
        (False, True),
    ]
    assert all("\n" not in text for text in texts)


@pytest.mark.parametrize("share", [0, 1])
def test_graphs_of_other_programs_are_judged_by_their_edges(share: int) -> None:
    (text,) = graph_warnings(made("x", list("ABC"), np.full((3, 3), bool(share))))
    assert text.endswith("the graph was made by another program: try `prepare` on its counts")
    assert graph_warnings(made("none", [], np.zeros((0, 0), dtype=bool))) == []


def test_prepared_graphs_keep_their_edges() -> None:
    kept = with_edges(100)  # p < 0.01
    assert kept_edges_warning(kept, PipelineSettings(p_threshold=0.01)) is None
    assert kept_edges_warning(kept, PipelineSettings(p_threshold=0.01, top_k=9)) is None
    for settings in (PipelineSettings(), PipelineSettings(edges="bh", p_threshold=0.01)):
        assert kept_edges_warning(kept, settings) == (
            "scrna_lung__x: is a prepared graph and keeps its edges (p < 0.01); the options are for counts"
        )
    top = with_edges(100, rule="top")
    assert kept_edges_warning(top, PipelineSettings(edges="top", top_k=7)) is None
    assert "(top 7)" in str(kept_edges_warning(top, PipelineSettings(edges="top", top_k=8)))


def with_sizes(read: int, kept: int, **control: Any) -> GeneGraph:
    usual = with_edges(100)
    control = {"min_genes_per_cell": 200, "max_genes_per_cell": None, "dropped": {}, **control}
    steps = {**usual.provenance["steps"], "quality_control": control}
    sizes = {"cells_read": read, "cells_after_qc": kept}
    return made("x", list(usual.genes), usual.adjacency.toarray(), {"sizes": sizes, "steps": steps})


def test_more_than_half_of_the_cells_lost() -> None:
    few = {"cells_with_few_genes": 51, "cells_without_counts": 0}
    assert graph_warnings(with_sizes(100, 50, dropped=few)) == []
    assert graph_warnings(with_sizes(100, 49, dropped=few)) == [
        "scrna_lung__x: quality control dropped 51 of 100 cells; 51 have fewer than 200 genes "
        "(--min-genes-per-cell)"
    ]
    assert graph_warnings(with_sizes(100, 20, dropped={"cells_not_drawn": 40})) == []  # drawn, not lost


def test_prepared_graphs_keep_their_cells() -> None:
    kept = with_sizes(100, 90)
    for settings in (PipelineSettings(), PipelineSettings(min_genes_per_cell=200)):
        assert kept_bounds_warning(kept, settings) is None
    settings = PipelineSettings(min_genes_per_cell=20, max_genes_per_cell=4000, min_cells_per_gene=5)
    assert kept_bounds_warning(kept, settings) == (
        "scrna_lung__x: is a prepared graph and keeps its cells and genes; --min-genes-per-cell, "
        "--max-genes-per-cell is for counts"
    )
    other = made("x", list("ABC"), np.zeros((3, 3), dtype=bool))
    assert "--min-cells-per-gene is for counts" in str(kept_bounds_warning(other, settings))
    residuals = PipelineSettings(residuals="sctransform")
    assert "--residuals is for counts" in str(kept_bounds_warning(kept, residuals))
    kept.provenance["steps"]["residuals"] = {"by": "sctransform"}
    assert kept_bounds_warning(kept, residuals) is None


def test_notes_about_the_file_are_warnings() -> None:
    noted = made("x", [f"G{i}" for i in range(N)], with_edges(100).adjacency.toarray(), {"notes": ["look"]})
    assert graph_warnings(noted) == ["scrna_lung__x: look"]


@pytest.mark.parametrize(("rho", "n_warnings"), [(UNLIKE - 0.1, 1), (UNLIKE + 0.1, 0)])
def test_a_dataset_unlike_all_others(rho: float, n_warnings: int) -> None:
    rng = np.random.default_rng(0)
    ranks = np.arange(2000.0)
    order = np.argsort(rho * ranks.argsort() + np.sqrt(1 - rho**2) * rng.permutation(2000))
    profiles = [ranks, ranks + rng.normal(0, 100, 2000), order.argsort()]
    joined = with_edges(100).adjacency.toarray()
    means = [{f"M{i}": float(value) for i, value in enumerate(profile)} for profile in profiles]
    genes = [f"G{i}" for i in range(N)]
    graphs = [made(name, genes, joined, {"mean_counts": m}) for name, m in zip("abc", means, strict=True)]
    warnings = tissue_warnings(graphs)
    assert len(warnings) == n_warnings
    start = "scrna_lung__c: its mean counts are unlike those of every other dataset"
    assert all(text.startswith(start) for text in warnings)


def test_a_transcriptome_without_mitochondrial_genes() -> None:
    """Names that are not known would leave these genes in; panels have none."""

    def graph(genes_read: int, dropped: int, modality: str = "scrna") -> GeneGraph:
        steps = {"quality_control": {"dropped": {"mitochondrial_genes": dropped}}}
        provenance = {"sizes": {"genes_read": genes_read}, "steps": steps}
        return replace(with_edges(100), modality=modality, provenance=provenance)

    (text,) = graph_warnings(graph(10_000, 0))
    assert text.startswith(
        "scrna_lung__x: none of its 10000 genes has the name of a mitochondrial one (MT-CO1,"
    )
    for harmless in (graph(9_999, 0), graph(10_000, 1), graph(10_000, 0, "spatial")):
        assert graph_warnings(harmless) == []
