"""The joint score against a slow plain definition, and what must and must not change it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from statistics import fmean

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.metrics import roc_auc_score

from geneboard.benchmark import registry
from geneboard.benchmark.tasks.embedding.sensitivity.levels import DEGRADATIONS, Degradation
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import no_progress
from geneboard.metrics.base import EmbeddingRows
from geneboard.metrics.chance_levels import ChanceLevels
from geneboard.metrics.embedding_files import rows_of
from geneboard.metrics.joint.chance import CONTROLS, chance_levels, dataset_mixing
from geneboard.metrics.joint.nearest_rows import nearest_rows_lisi
from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS, JointScore, joint_score
from geneboard.metrics.joint.unit_vectors import unit_vectors
from tests.oracles.joint_score import plain_parts

N_DATASETS, N_GENES, N_FACTORS = 3, 90, 6


def graph(name: str, genes: list[str], strength: np.ndarray, rng: np.random.Generator) -> GeneGraph:
    """Return a graph whose edges follow the cosine of known vectors, and an activity of each gene."""
    n = len(genes)
    noise = np.triu(rng.normal(0, 0.35, (n, n)), 1)
    activity = rng.random(n)
    propensity = strength + noise + noise.T + 0.3 * (activity[:, None] + activity)
    adjacency = sparse.csr_matrix(propensity > np.quantile(propensity, 0.75))
    return GeneGraph(name, "lung", "scrna", "human", pd.Index(genes), np.zeros((n, 2), np.float32), adjacency)


def known_tissue() -> tuple[Tissue, EmbeddingRows]:
    """Return three graphs of genes with known vectors, part of them particular to a dataset; and these."""
    rng = np.random.default_rng(4)
    names = [f"G{i}" for i in range(120)]
    of_name = rng.standard_normal((len(names), N_FACTORS))
    graphs, vectors = [], []
    for number in range(N_DATASETS):
        own = np.sort(rng.choice(len(names), N_GENES, replace=False))
        vector = of_name[own] + 0.5 * rng.standard_normal((N_GENES, N_FACTORS))
        unit = vector / np.linalg.norm(vector, axis=1, keepdims=True)
        graphs.append(graph(f"scrna_lung__{number}", [names[i] for i in own], unit @ unit.T, rng))
        vectors.append(unit.astype(np.float32))
    tissue = Tissue("lung", "test", tuple(graphs))
    return tissue, embedding(tissue, vectors)


def embedding(tissue: Tissue, vectors: list[np.ndarray]) -> EmbeddingRows:
    """Return vectors of each dataset as rows."""
    return EmbeddingRows(
        np.concatenate(vectors),
        np.concatenate([own.genes.to_numpy(dtype=object) for own in tissue.graphs]),
        np.repeat(np.arange(len(vectors)), [len(own) for own in vectors]),
        np.concatenate([np.arange(len(own)) for own in vectors]),
    )


TISSUE, TRUTH = known_tissue()
CHANCE = chance_levels(TISSUE, unit_vectors(TRUTH, TISSUE)[0])


def score(rows: EmbeddingRows, tissue: Tissue = TISSUE, chance: ChanceLevels | None = CHANCE) -> JointScore:
    return joint_score(rows, tissue, chance)


def summary(found: JointScore) -> list[float]:
    parts = found.parts
    means = [np.nanmean(v) for v in (parts.within, parts.across, parts.specific, parts.same_gene)]
    assert found.mixing_knn is not None
    assert found.value is not None
    return [*map(float, means), found.mixing_knn, found.value]


def shared_vectors() -> EmbeddingRows:
    rng = np.random.default_rng(9)
    of_name = {name: rng.standard_normal(N_FACTORS) for name in sorted(set(TRUTH.gene))}
    return replace(TRUTH, matrix=np.array([of_name[name] for name in TRUTH.gene], dtype=np.float32))


def test_parts_are_those_of_the_plain_definition() -> None:
    parts = score(TRUTH).parts
    expected = plain_parts(TRUTH, TISSUE)
    for name in ("within", "across", "specific", "same_gene"):
        assert getattr(parts, name) == pytest.approx(expected[name], abs=1e-9), name
        assert np.mean(expected[name]) > 0.55, name


def test_one_stratum_is_the_plain_auc() -> None:
    """Among genes of equal degree there is one stratum: a ring of twelve genes."""
    ring = np.roll(np.eye(12, dtype=bool), 1, axis=1)
    edges = ring | ring.T
    tissue = Tissue(
        "lung", "test", (replace_adjacency(TISSUE.graphs[0], [f"R{i}" for i in range(12)], edges),)
    )
    vectors = np.random.default_rng(2).standard_normal((12, 3)).astype(np.float32)
    found = score(embedding(tissue, [vectors]), tissue, None)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    upper = np.triu_indices(12, 1)
    assert found.parts.within[0] == pytest.approx(roc_auc_score(edges[upper], (unit @ unit.T)[upper]))
    assert found.value is None
    assert found.why_not == "there is one dataset only"
    assert found.structure is not None
    assert found.mixing is None


def replace_adjacency(of: GeneGraph, genes: list[str], edges: np.ndarray) -> GeneGraph:
    features = np.zeros((len(genes), 2), np.float32)
    return GeneGraph(
        of.name, of.tissue, of.modality, of.species, pd.Index(genes), features, sparse.csr_matrix(edges)
    )


@pytest.mark.parametrize("n_copies", [2, 8, 40])
def test_perfect_copies_mix_perfectly_from_two_to_forty(n_copies: int) -> None:
    """Where the published iLISI gives 0 from eight on: each row is surrounded by its copies, evenly."""
    rng = np.random.default_rng(0)
    points = rng.standard_normal((60, 8))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    values = nearest_rows_lisi(np.tile(points, (n_copies, 1)), np.repeat(np.arange(n_copies), 60), n_copies)
    assert values is not None
    assert 0.75 < (np.median(values) - 1) / (n_copies - 1) <= 1


def test_rows_at_equal_distance_share_places() -> None:
    """All rows at one point: every row sees the others in the proportion of their labels, in any order."""
    labels = np.array([0] * 150 + [1] * 50)
    expected = np.where(labels == 0, [1 / (149**2 + 50**2) * 199**2] * 200, 1 / (150**2 + 49**2) * 199**2)
    points = np.tile([1.0, 0.0], (200, 1))
    for order in (np.arange(200), np.random.default_rng(1).permutation(200)):
        values = nearest_rows_lisi(points, labels[order], 2)
        assert values == pytest.approx(expected[order])


def test_nearest_rows_are_those_of_a_full_sort() -> None:
    from geneboard.metrics.lisi import inverse_simpson

    rng = np.random.default_rng(3)
    points = rng.standard_normal((700, 5))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    labels = rng.integers(0, 4, 700)
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :90]
    expected = inverse_simpson(np.take_along_axis(distances, nearest, 1), np.eye(4)[labels[nearest]], 30.0)
    assert nearest_rows_lisi(points, labels, 4) == pytest.approx(expected, abs=1e-6)


def test_neither_order_nor_names_nor_rotation_nor_length_change_it() -> None:
    rng = np.random.default_rng(5)
    before = summary(score(TRUTH))
    order = rng.permutation(len(TRUTH.gene))
    rotation = np.linalg.qr(rng.standard_normal((N_FACTORS, N_FACTORS)))[0]
    wide = np.hstack([TRUTH.matrix, np.zeros((len(TRUTH.matrix), 40), np.float32)])
    lengths = rng.uniform(0.1, 50, len(TRUTH.gene))[:, None]
    reversed_names = replace(TISSUE, graphs=TISSUE.graphs[::-1])
    for rows, tissue in (
        (
            EmbeddingRows(
                TRUTH.matrix[order], TRUTH.gene[order], TRUTH.dataset[order], TRUTH.position[order]
            ),
            TISSUE,
        ),
        (replace(TRUTH, matrix=(TRUTH.matrix @ rotation).astype(np.float32)), TISSUE),
        (replace(TRUTH, matrix=wide), TISSUE),
        (replace(TRUTH, matrix=(TRUTH.matrix * lengths).astype(np.float32)), TISSUE),
        (replace(TRUTH, dataset=N_DATASETS - 1 - TRUTH.dataset), reversed_names),
    ):
        assert summary(score(rows, tissue)) == pytest.approx(before, abs=1e-4)


def test_more_than_32_dimensions_are_reduced() -> None:
    """A graph of 90 genes memorised in 90 dimensions is seen in 32 of them only."""
    vectors = [own.adjacency.toarray().astype(np.float32) for own in TISSUE.graphs]
    _, reduced = unit_vectors(embedding(TISSUE, vectors), TISSUE)
    assert [part.shape for part in reduced] == [(N_GENES, 32)] * N_DATASETS
    assert all(np.linalg.norm(part, axis=1) == pytest.approx(1) for part in reduced)


CONTROL_NAMES = [entry.name for entry in registry.methods() if entry.kind == "control"]


@pytest.mark.parametrize("name", [name for name in CONTROL_NAMES if name != "oracle"])
def test_no_fresh_draw_of_a_control_is_above_the_controls(name: str) -> None:
    """Chance levels use draws of their own."""
    method = registry.methods()[name].load()()
    for seed in (11, 12, 13):
        rows = rows_of(method.fit_embed(TISSUE, seed=seed, device="cpu", progress=no_progress), TISSUE)
        value = score(rows).value
        assert value is not None
        assert value <= NOT_ABOVE_CONTROLS


def test_more_than_chance_needs_both_structure_and_mixing() -> None:
    truth = score(TRUTH)
    copies = score(shared_vectors())
    moved = score(
        replace(TRUTH, matrix=TRUTH.matrix + 5 * np.eye(N_FACTORS, dtype=np.float32)[TRUTH.dataset])
    )
    assert truth.value is not None
    assert copies.value is not None
    assert moved.value is not None
    assert truth.value > 0.3
    assert copies.mixing == pytest.approx(1, abs=0.1)
    assert copies.value <= NOT_ABOVE_CONTROLS
    assert moved.value < truth.value / 2


@pytest.mark.parametrize("degradation", DEGRADATIONS.values(), ids=list(DEGRADATIONS))
def test_it_falls_at_every_step_of_every_degradation(degradation: Degradation) -> None:
    dimensions = np.linalg.matrix_rank(TRUTH.matrix)
    lossy = [level for level in degradation.levels if degradation.random or dimensions >> int(level)]
    values = [
        fmean(score(degradation.apply(TRUTH, level, seed)).value or 0.0 for seed in range(3))
        for level in lossy
    ]
    for before, after in pairwise(values):
        assert after < before or before <= 0.01
    assert values[-1] < 0.6 * values[0]


def test_one_vector_for_each_name_knows_nothing_particular() -> None:
    parts = score(shared_vectors()).parts
    assert parts.specific == pytest.approx([0.5] * N_DATASETS)
    assert parts.same_gene == pytest.approx([1.0] * N_DATASETS)


def test_missing_vectors_lower_structure_by_their_share() -> None:
    missing = np.random.default_rng(6).random(len(TRUTH.gene)) < 0.4
    rows = replace(TRUTH, matrix=np.where(missing[:, None], 0, TRUTH.matrix).astype(np.float32))
    found = score(rows, chance=None)
    heights = [found.height("across"), found.height("specific")]
    assert found.coverage == pytest.approx(1 - missing.mean())
    assert found.structure == pytest.approx((1 - missing.mean()) * (2 * heights[0] + heights[1]) / 3)  # type: ignore[operator]


def test_levels_are_kept_and_read_again(tmp_path) -> None:
    covered = unit_vectors(TRUTH, TISSUE)[0]
    first = chance_levels(TISSUE, covered, tmp_path)
    (path,) = tmp_path.iterdir()
    again = chance_levels(TISSUE, covered, tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    for question, draws in CHANCE.draws.items():
        assert draws.shape == (len(CONTROLS), 20, N_DATASETS)
        assert (first.draws[question] == draws).all()
        assert (again.draws[question] == draws).all()
        assert again.level(question) == CHANCE.level(question) >= 0.5
    assert again.copies_mixing == CHANCE.copies_mixing


def test_level_is_the_highest_control_at_its_975_quantile() -> None:
    draws = np.zeros((2, 20, 3))
    draws[0, :, :2] = np.linspace(0.4, 0.59, 20)[:, None]
    draws[:, :, 2] = np.nan
    level = ChanceLevels({"within": draws, "across": draws, "specific": draws}, None).level("across")
    assert level == pytest.approx(0.4 + 0.19 * 0.975)


def test_no_gene_in_two_datasets_has_no_joint_score() -> None:
    graphs = [
        replace_adjacency(own, [f"{name}{number}" for name in own.genes], own.adjacency.toarray())
        for number, own in enumerate(TISSUE.graphs)
    ]
    tissue = replace(TISSUE, graphs=tuple(graphs))
    rows = embedding(tissue, np.split(TRUTH.matrix, N_DATASETS))
    found = score(rows, tissue, None)
    assert found.value is None
    assert found.why_not == "no gene with a vector is in two datasets"
    assert found.structure == pytest.approx(found.height("within"))


def test_mixing_looks_at_genes_of_two_datasets_only() -> None:
    covered, vectors = unit_vectors(TRUTH, TISSUE)
    names = [set(own.genes) for own in TISSUE.graphs]
    shared = set.union(*(one & other for one, other in combinations(names, 2)))
    inside = np.array([name in shared for name in TRUTH.gene])
    values = nearest_rows_lisi(np.concatenate(vectors)[inside], TRUTH.dataset[inside], N_DATASETS)
    assert values is not None
    assert dataset_mixing(vectors, covered) == pytest.approx((np.median(values) - 1) / (N_DATASETS - 1))
