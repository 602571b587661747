"""The evaluator, the neighbours it shares, undefined scores and leaving out datasets."""

from __future__ import annotations

from dataclasses import replace

import anndata
import numpy as np
import pytest
import scanpy
from metric_cases import (
    ALL_METRICS,
    HELDOUT_NAMES,
    SIX_NAMES,
    control_embeddings,
    gene_graph,
    modular_tissue,
    rows_for,
)

from geneboard.benchmark.engine.processes import Processes
from geneboard.benchmark.tasks.embedding.task import EmbeddingTask
from geneboard.datasets.base import Tissue
from geneboard.metrics.asw import AverageSilhouetteWidth
from geneboard.metrics.auc import AreaUnderCurve
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView
from geneboard.metrics.chance_levels import ChanceLevels
from geneboard.metrics.common_gene_ratio import CommonGeneRatio
from geneboard.metrics.joint.chance import copies_mixing
from geneboard.metrics.joint.unit_vectors import unit_vectors
from geneboard.metrics.neighbours import leiden_clusters, neighbour_graph, shared_view
from geneboard.metrics.score import evaluate, leave_groups_out, rows_without

TISSUE = modular_tissue()
ROWS = control_embeddings(TISSUE)["oracle"]


def undefined(scores: dict[str, Score]) -> set[str]:
    assert all((score.value is None) == (score.status == "undefined") for score in scores.values())
    assert all(score.reason for score in scores.values() if score.status == "undefined")
    return {name for name, score in scores.items() if score.status == "undefined"}


def two_datasets(
    first: np.ndarray, second: np.ndarray, common: int, n: int = 40
) -> tuple[Tissue, EmbeddingRows]:
    genes = [f"g{i}" for i in range(2 * n)]
    tissue = Tissue(
        "t",
        "test",
        (
            gene_graph("scrna_t__A", genes[:n], first),
            gene_graph("scrna_t__B", genes[n - common : 2 * n - common], second),
        ),
    )
    random = np.random.default_rng(0)
    return tissue, rows_for(tissue, [random.normal(size=(n, 4)) for _ in range(2)])


RING = np.eye(40, k=1) + np.eye(40, k=-1)


@pytest.mark.parametrize(
    ("first", "second", "common", "missing"),
    [
        (RING, RING, 20, set()),
        (RING, RING, 0, {"ASW", "iLISI", "GC"}),
        (RING, np.zeros((40, 40)), 20, {"AUC", "AUC_offdiag"}),
        (RING, np.ones((40, 40)), 20, {"AUC", "AUC_offdiag"}),
        (np.eye(40), RING, 20, {"AUC_offdiag"}),
    ],
    ids=["nothing", "no common genes", "no edges", "all edges", "loops only"],
)
def test_what_is_undefined_for_two_datasets(first, second, common, missing):
    tissue, rows = two_datasets(first, second, common)
    scores = evaluate(rows, tissue, ALL_METRICS)
    assert undefined(scores) == {"module_nmi"} | HELDOUT_NAMES | missing
    assert ("scrna_t__B" in scores["AUC"].reason) == ("AUC" in missing)


def test_one_dataset():
    tissue = Tissue("lung", "test", TISSUE.graphs[:1], TISSUE.truth)
    rows = rows_for(tissue, [ROWS.matrix[ROWS.dataset == 0]])
    scores = evaluate(rows, tissue, ALL_METRICS)
    assert undefined(scores) == {"ASW", "iLISI", "CGR", "NO"} | HELDOUT_NAMES
    assert scores["GC"].value > 0.9


def test_fewer_than_two_modules():
    tissue = replace(TISSUE, truth=TISSUE.truth.map(lambda _: "background"))
    assert undefined(evaluate(ROWS, tissue, ALL_METRICS)) == {"module_nmi"} | HELDOUT_NAMES


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_no_score_is_stored_that_is_not_a_number(value):
    class Broken(Metric):
        name = "broken"
        title = "gives no number"

        def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
            return Score(value)

    with pytest.raises(ValueError, match="finite number"):
        evaluate(ROWS, TISSUE, [Broken()])


def test_undefined_scores_have_no_value():
    with pytest.raises(ValueError, match="no value"):
        Score(0.5, "undefined")


def test_leaving_a_group_out_is_scoring_without_its_datasets():
    tissue = modular_tissue(5)
    rows = control_embeddings(tissue)["oracle"]
    names = [graph.name for graph in tissue.graphs]
    groups = {"two": [names[3], names[1]], "one": names[:1], "rest": [names[2], names[4]]}
    metrics, told = [AreaUnderCurve(), CommonGeneRatio()], []
    scores = leave_groups_out(rows, tissue, metrics, groups, progress=lambda *step: told.append(step))
    assert list(scores) == list(groups)
    assert told == [(1, 3), (2, 3), (3, 3)]
    for name, datasets in groups.items():
        rest = Tissue("lung", "test", tuple(g for g in tissue.graphs if g.name not in datasets), tissue.truth)
        matrices = [rows.matrix[rows.dataset == i] for i in range(5) if names[i] not in datasets]
        assert scores[name] == evaluate(rows_for(rest, matrices), rest, metrics)
    assert len({scores[name]["AUC"].value for name in groups}) == 3


def test_a_replicate_has_the_chance_levels_of_its_datasets():
    class Seen(Metric):
        name = "seen"

        def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
            seen.append(view.chance)
            return Score(0.0)

    seen: list[ChanceLevels] = []
    draws = {"within": np.arange(12.0).reshape(2, 2, 3)}
    names = [graph.name for graph in TISSUE.graphs]
    leave_groups_out(ROWS, TISSUE, [Seen()], {"first": names[:1]}, ChanceLevels(draws, 0.5))
    (chance,) = seen
    np.testing.assert_array_equal(chance.draws["within"], draws["within"][:, :, 1:])
    rest, graphs = rows_without(ROWS, [0]), TISSUE.without(names[0])
    assert chance.copies_mixing == copies_mixing(graphs, unit_vectors(rest, graphs)[0])


def test_rows_are_numbered_as_in_the_tissue_that_is_left():
    dataset = np.array([4, 0, 3, 1, 2, 4, 2])
    rows = EmbeddingRows(np.arange(14.0).reshape(7, 2), np.array(list("abcdefg")), dataset, np.arange(7))
    left = rows_without(rows, [3, 1])
    assert left.dataset.tolist() == [2, 0, 1, 2, 1]
    assert "".join(left.gene) == "abefg"
    assert left.position.tolist() == [0, 1, 4, 5, 6]
    assert left.matrix[:, 0].tolist() == [0, 2, 8, 10, 12]


def test_names_and_headlines():
    assert tuple(metric.name for metric in ALL_METRICS if metric.headline) == SIX_NAMES
    assert len({metric.title for metric in ALL_METRICS}) == len(ALL_METRICS)


@pytest.mark.parametrize("n_rows", [1, 2, 5, 15, 16])
def test_few_rows(n_rows):
    matrix = np.random.default_rng(n_rows).normal(size=(n_rows, 3)).astype(np.float32)
    graph = neighbour_graph(matrix)
    clusters = leiden_clusters(graph)
    assert graph.shape == (n_rows, n_rows)
    assert (graph != graph.T).nnz == 0
    assert clusters.shape == (n_rows,)
    genes = [f"g{i}" for i in range(n_rows)]
    tissue = Tissue("t", "test", tuple(gene_graph(f"scrna_t__{n}", genes, np.eye(n_rows)) for n in "AB"))
    scores = evaluate(rows_for(tissue, [matrix, matrix + 1]), tissue, ALL_METRICS)
    assert scores["iLISI"].value == 0, "no row reaches 90 others"


def test_no_rows_have_no_neighbours():
    with pytest.raises(ValueError, match="without rows"):
        neighbour_graph(np.zeros((0, 3), dtype=np.float32))


@pytest.mark.parametrize("n_rows", [300, 8200])
def test_neighbours_are_exact_whatever_the_number_of_rows(n_rows):
    matrix = np.random.default_rng(0).normal(size=(n_rows, 4)).astype(np.float32)
    graph = neighbour_graph(matrix)
    for row in range(0, n_rows, n_rows // 20):
        nearest = np.argsort(np.linalg.norm(matrix.astype(float) - matrix[row].astype(float), axis=1))[1:15]
        weights = graph[row].toarray().ravel()
        assert weights[nearest[0]] == pytest.approx(1, abs=1e-6)
        assert (weights[nearest] > 0).all()


def test_neighbours_are_those_of_the_published_call():
    data = anndata.AnnData(ROWS.matrix)
    scanpy.pp.neighbors(data, n_neighbors=15, use_rep="X")
    assert (neighbour_graph(ROWS.matrix) != data.obsp["connectivities"]).nnz == 0


def test_equal_rows_do_not_fail():
    scores = evaluate(replace(ROWS, matrix=np.ones_like(ROWS.matrix)), TISSUE, ALL_METRICS)
    assert scores["AUC_offdiag"].value == 0.5
    scores = evaluate(replace(ROWS, matrix=np.zeros_like(ROWS.matrix)), TISSUE, ALL_METRICS)
    assert scores["AUC"].value == 0.5, "the cosine with a zero vector is 0"


def test_common_rows_are_those_of_genes_in_every_dataset():
    common = set.intersection(*(set(graph.genes) for graph in TISSUE.graphs))
    assert (shared_view(ROWS, TISSUE).common == [gene in common for gene in ROWS.gene]).all()


def test_view_is_passed_to_every_metric_once(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "geneboard.metrics.score.shared_view", lambda *args: calls.append(args) or shared_view(*args)
    )
    evaluate(ROWS, TISSUE, [AverageSilhouetteWidth(), *ALL_METRICS])
    assert len(calls) == 1


def random_scores() -> dict[str, float | None]:
    scores = evaluate(control_embeddings(TISSUE)["random"], TISSUE, ALL_METRICS)
    return {name: score.value for name, score in scores.items()}


def test_scores_do_not_depend_on_process_or_threads() -> None:
    with Processes(1, threads=2, libraries=EmbeddingTask.libraries) as pool:
        assert pool.submit(random_scores).result() == random_scores()
