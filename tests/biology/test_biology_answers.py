"""What embeddings answer on a simulated tissue: the truth knows everything, controls know nothing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Problem
from geneboard.benchmark.tasks.biology.knowledge import known_of, truth_of
from geneboard.benchmark.tasks.biology.manifests import read_question, write_question
from geneboard.benchmark.tasks.biology.measures import answer, named
from geneboard.benchmark.tasks.biology.plan import tables_of_genes
from geneboard.benchmark.tasks.biology.questions import questions_about
from geneboard.benchmark.tasks.embedding.stored.kept_clusters import kept_clusters
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.knowledge.conditions import Conditions
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.knowledge.labels import Labels
from geneboard.datasets.knowledge.regulators import Regulators
from geneboard.datasets.knowledge.time_split import TermSplit, TimeSplit
from geneboard.methods.base import no_progress
from geneboard.metrics.biology.enrichment import embedding_clusters

GENES, MODULES = 96, 8


@cache
def tissue() -> Tissue:
    """Two datasets of the same modules; each gene is in one, and neighbours of a module are joined."""
    names = pd.Index([f"GENE{number}" for number in range(GENES)])
    module = np.arange(GENES) % MODULES
    graphs = []
    for number in range(2):
        rng = np.random.default_rng(number)
        activity = rng.normal(size=(MODULES, 60))
        features = (activity[module] + rng.normal(size=(GENES, 60))).astype(np.float32)
        joined = np.abs(np.corrcoef(features)) > 0.4
        graphs.append(
            GeneGraph(
                *(f"scrna_lung__d{number}", "lung", "scrna", "human", names, features),
                sparse.csr_matrix(joined),
                true_vectors=np.eye(MODULES, dtype=np.float32)[module],
            )
        )
    return Tissue("lung", "synthetic", tuple(graphs), pd.Series(module.astype(str), index=names))


@cache
def answers(method: str, *settings: str) -> dict[str, float]:
    """Value of the first score of each measure, and all other scores; labels take seconds."""
    entry = registry.methods(installed=False)[method]
    embedded = entry.load()().fit_embed(tissue(), seed=1, device="cpu", progress=no_progress)
    tables = tables_of_genes(tissue(), GeneTables())
    vectors = [
        named(name, genes, values, tables)
        for name, genes, values in zip(embedded.datasets, embedded.genes, embedded.values, strict=True)
    ]
    found = {}
    for one in truth_of(tissue()):
        asks = "sets" if isinstance(one, GeneSets) else "labels"
        wanted = ("retrieval", "enrichment", *settings)
        questions = questions_about(one.name, one.digest, asks, ("logistic",), datasets=2, measures=wanted)
        for question in questions:
            scored = answer(question, one, vectors)
            scores = {name: score["value"] for name, score in scored.scores.items()}
            assert set(scores) == set(question.about.scores)
            low, high = scored.facts["answer"]["interval"]
            value = scores[question.about.lead]
            assert value is not None
            assert low <= value <= high
            found[question.measure] = value
            if question.measure == "retrieval":
                known = scored.facts["answer"]
                assert sorted(known["sets"]["set"]) == [str(module) for module in range(MODULES)]
                found["sets_above"] = known["numbers"]["sets_above"]
            found |= {name: score for name, score in scores.items() if score is not None}
    return found


def test_the_truth_knows_everything() -> None:
    found = answers("oracle", "across")
    assert found["AUC"] > 0.99
    assert found["retrieval"] == pytest.approx(found["AUC"] - found["AUC_null"])
    assert found["retrieval"] > 0.4
    assert found["sets_above"] == MODULES
    assert found["enrichment"] > 0.9
    assert found["across"] > 0.95


@pytest.mark.parametrize("method", ["random", "shared_random", "collapsed"])
def test_controls_know_nothing(method: str) -> None:
    found = answers(method, *(["within"] if method == "random" else []))
    assert abs(found["retrieval"]) < 0.03
    assert found["sets_above"] == 0
    assert abs(found.get("AUC_z", 0.0)) < 3  # the null of what is the same for all genes has no spread
    assert found["enrichment"] <= found["share_enriched_null"] + 0.25
    assert abs(found.get("within", 0.5) - 0.5) < 0.2  # .06 is its deviation over labels drawn at random


def test_modules_are_sets_and_every_second_one_a_label() -> None:
    sets, labels = truth_of(tissue())
    assert isinstance(sets, GeneSets)
    assert sets.sets["3"] == frozenset(f"GENE{number}" for number in range(3, GENES, MODULES))
    assert labels.positive == frozenset(f"GENE{number}" for number in range(0, GENES, 2))  # type: ignore[union-attr]
    assert labels.negative == frozenset(f"GENE{number}" for number in range(1, GENES, 2))  # type: ignore[union-attr]


def over_time(n_terms: int = 5) -> TimeSplit:
    """Terms, each of every second module: genes are in one of three folds or in one of two tests."""
    labels = truth_of(tissue())[1]
    assert isinstance(labels, Labels)
    terms = {}
    for number in range(n_terms):
        name, (yes, no) = f"T{number + 1}", (labels.positive, labels.negative)[:: -1 if number % 2 else 1]
        parts = [
            Labels(name, frozenset(sorted(yes)[part::5]), frozenset(sorted(no)[part::5])) for part in range(5)
        ]
        terms[name] = TermSplit(name, f"term {name}", tuple(parts[:3]), parts[3], parts[4])
    return TimeSplit("terms", terms, "2024-01-01")


def test_terms_over_time_are_told_one_by_one(tmp_path: Path) -> None:
    split = over_time()
    (question,) = questions_about(split.name, split.digest, "terms", ("logistic",), datasets=2)
    vectors = [
        named(graph.name, graph.genes, graph.true_vectors, tables_of_genes(tissue(), GeneTables()))
        for graph in tissue().graphs
    ]
    scored = answer(question, split, vectors)
    scores = {name: score["value"] for name, score in scored.scores.items()}
    told = scored.facts["answer"]
    assert scores == {"AUROC_since": 1.0, "AUROC_before": 1.0, "AUROC_difference": 0.0}
    assert told["interval"] == [1.0, 1.0]
    assert told["intervals"] == {"AUROC_before": (1.0, 1.0), "AUROC_difference": (0.0, 0.0)}
    numbers = {"n_train": 30, "n_before": 9, "n": 9}
    assert told["terms"][0] == {"term": "T1", "name": "term T1", "before": 1.0, "since": 1.0, **numbers}
    few = answer(question, over_time(4), vectors).facts["answer"]
    assert few["interval"] is None
    assert few["intervals"] == {"AUROC_before": None, "AUROC_difference": None}
    short = [named("d", one.genes[:50], one.matrix[:50], {}) for one in vectors]
    scored = answer(question, split, short)
    assert "no term of terms has 20 genes of each class" in scored.scores["AUROC_since"]["reason"]
    for genes, said in ((vectors[0].genes, []), (short[0].genes, ["terms: no term has 20 genes of each"])):
        warned: list[str] = []
        found = known_of([genes], [], [split], where="lung", warn=warned.append)
        assert (len(found), [text.split(" class")[0][11:] for text in warned]) == (1 - len(said), said)


def regulation(others: int = MODULES) -> Regulators:
    """Each module has a regulator, its first gene, that activates it and represses genes of the next one."""
    effects = {}
    for number in range(others):
        own, following = (
            [f"GENE{n}" for n in range(start, GENES, MODULES)] for start in (number, number + 1)
        )
        effects[own[0]] = dict.fromkeys(own[1:], 1) | dict.fromkeys(following[1:4], -1)
    return Regulators("regulation", effects)


def test_regulators_of_clusters() -> None:
    one = regulation()
    (question,) = questions_about(one.name, one.digest, "regulators", ("logistic",), datasets=2)
    vectors = [
        named(graph.name, graph.genes, graph.true_vectors, tables_of_genes(tissue(), GeneTables()))
        for graph in tissue().graphs
    ]
    scored = answer(question, one, vectors)
    scores = {name: score["value"] for name, score in scored.scores.items()}
    assert (scores["share_regulated"], scores["n_regulators"], scores["regulator_in_cluster"]) == (1, 8, 1)
    assert scores["share_regulated_null"] < 0.4  # 88 genes in 25 cells: many keep their names
    assert scores["sign_agreement"] == 1 > scores["sign_agreement_expected"]
    assert scores["regulator_in_cluster_expected"] == pytest.approx(1 / MODULES)
    told = scored.facts["answer"]
    assert (told["numbers"]["clusters"], told["numbers"]["targets"]) == (MODULES, GENES - MODULES)
    regulated = pd.DataFrame(told["regulated"])
    assert sorted(regulated["regulator"]) == sorted(one.effects)
    for row in regulated.itertuples():
        assert set(row.activation.split(";")) == {g for g, e in one.effects[row.regulator].items() if e > 0}
    assert json.loads(json.dumps(told["regulated"], allow_nan=False)) == told["regulated"]
    nothing = [named("d", one.genes, np.zeros_like(one.matrix), {}) for one in vectors]
    scored = answer(question, one, nothing)
    assert "no regulator of regulation has 3 targets" in scored.scores["share_regulated"]["reason"]
    for genes, told_of in ((vectors[0].genes, 0), (vectors[0].genes[8:10], 1)):
        warned: list[str] = []
        assert len(known_of([genes], [], [one], where="lung", warn=warned.append)) == 1 - told_of
        assert len(warned) == told_of
    assert warned == ["not asked: regulation: no regulator has 3 targets among the genes of lung"]


def test_clusters_of_an_embedding_are_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = [graph.true_vectors for graph in tissue().graphs]
    (tmp_path / "embedding.h5ad").write_text("first")
    found = kept_clusters(tmp_path, values)
    assert [own.tolist() for own in found] == [own.tolist() for own in embedding_clusters(values)]
    monkeypatch.setattr("geneboard.metrics.biology.enrichment.embedding_clusters", lambda values: [])
    assert [own.tolist() for own in kept_clusters(tmp_path, values)] == [own.tolist() for own in found]
    (tmp_path / "embedding.h5ad").write_text("second")
    assert kept_clusters(tmp_path, values) == []


def test_what_processes_read_is_what_was_planned(tmp_path: Path) -> None:
    tables = tables_of_genes(tissue(), GeneTables())
    compared = Conditions({"d0": "a"}, (truth_of(tissue())[0],))  # type: ignore[arg-type]
    for one in (*truth_of(tissue()), over_time(), regulation(), compared):
        path, sha256 = write_question(one, tables, tmp_path)
        problem = Problem("biology", "lung", "synthetic", {}, path, manifest_digest=sha256)
        knowledge, genes = read_question(problem)
        assert knowledge.digest == one.digest
        for name, table in tables.items():
            assert genes[name]["symbol"].tolist() == table["symbol"].tolist()
            assert genes[name]["stratum"].tolist() == table["stratum"].tolist()
        path.write_text(path.read_text().replace("GENE1", "GENE9", 1))
        with pytest.raises(InputError, match="is not what the run was planned with"):
            read_question(problem)
