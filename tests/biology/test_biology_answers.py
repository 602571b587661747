"""What embeddings answer on a simulated tissue: the truth knows everything, controls know nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Problem
from geneboard.benchmark.tasks.biology.knowledge import truth_of
from geneboard.benchmark.tasks.biology.manifests import read_question, write_question
from geneboard.benchmark.tasks.biology.measures import answer, named
from geneboard.benchmark.tasks.biology.plan import tables_of_genes
from geneboard.benchmark.tasks.biology.questions import questions_about
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.methods.base import no_progress

GENES, MODULES = 160, 8


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
def answers(method: str) -> dict[str, tuple[float, float, float]]:
    """Value of the first score of each measure, and its interval."""
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
        for question in questions_about(one.name, one.digest, asks, ("logistic",), datasets=2):
            scored = answer(question, one, vectors)
            scores = {name: score["value"] for name, score in scored.scores.items()}
            assert set(scores) == set(question.about.scores)
            low, high = scored.facts["answer"]["interval"]
            value = scores[question.about.lead]
            assert value is not None
            found[question.measure] = (value, low, high)
            if question.measure == "enrichment":
                found["enrichment null"] = (scores["share_enriched_null"] or 0.0, 0.0, 0.0)
    return found


def test_the_truth_knows_everything() -> None:
    found = answers("oracle")
    assert found["retrieval"][0] > 0.4
    assert found["enrichment"][0] > 0.9
    assert found["within"][0] > 0.95
    assert found["across"][0] > 0.95


@pytest.mark.parametrize("method", ["random", "shared_random", "collapsed"])
def test_controls_know_nothing(method: str) -> None:
    found = answers(method)
    assert abs(found["retrieval"][0]) < 0.03
    assert found["enrichment"][0] <= found["enrichment null"][0] + 0.25
    for setting in ("within", "across"):
        assert found[setting][1] <= 0.5 <= found[setting][2]


def test_modules_are_sets_and_every_second_one_a_label() -> None:
    sets, labels = truth_of(tissue())
    assert isinstance(sets, GeneSets)
    assert sets.sets["3"] == frozenset(f"GENE{number}" for number in range(3, GENES, MODULES))
    assert labels.positive == frozenset(f"GENE{number}" for number in range(0, GENES, 2))  # type: ignore[union-attr]
    assert labels.negative == frozenset(f"GENE{number}" for number in range(1, GENES, 2))  # type: ignore[union-attr]


def test_what_processes_read_is_what_was_planned(tmp_path: Path) -> None:
    tables = tables_of_genes(tissue(), GeneTables())
    for one in truth_of(tissue()):
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
