"""Orthologs of a tissue of two species: what is asked, who finds them, and whether they were given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from biology_cells import asked
from scipy import sparse

from geneboard.benchmark.cells.cell import Problem
from geneboard.benchmark.report.render import markdown
from geneboard.benchmark.tasks.biology.board.board import biology_boards
from geneboard.benchmark.tasks.biology.board.section import board_section
from geneboard.benchmark.tasks.biology.definitions import MEASURES
from geneboard.benchmark.tasks.biology.figures.board import board_figures
from geneboard.benchmark.tasks.biology.manifests import read_question, write_question
from geneboard.benchmark.tasks.biology.measures import answer, named
from geneboard.benchmark.tasks.biology.ortholog_answers import orthologs_of
from geneboard.benchmark.tasks.biology.plan import tables_of_genes
from geneboard.benchmark.tasks.biology.questions import Question, questions_about
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graph_files import write_graph
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.methods.base import no_progress
from geneboard.methods.controls import IndependentNoise, Oracle

GENES = 90
TABLES = GeneTables(orthologs=pd.Series({f"Gene{i}": f"GENE{i}" for i in range(10, GENES)} | {"C3": "C3"}))
RNG = np.random.default_rng(5)
TRUE = RNG.normal(size=(GENES, 8)).astype(np.float32)


def graph(number: int, species: str, genes: list[str]) -> GeneGraph:
    """A dataset of genes with known true vectors, its own order, expression and edges."""
    rng = np.random.default_rng(number)
    order = rng.permutation(GENES)
    features = rng.normal(scale=rng.uniform(0.5, 2, size=(GENES, 1)), size=(GENES, 30)).astype(np.float32)
    edges = rng.random((GENES, GENES)) < 0.1
    names = pd.Index(np.array(genes, dtype=object)[order])
    joined = sparse.csr_matrix(edges | edges.T)
    return GeneGraph(
        f"scrna_heart__d{number}", "heart", "scrna", species, names, features, joined, {}, TRUE[order]
    )


def tissue(mouse_names: Callable[[int], str], species: str = "mouse") -> Tissue:
    """Two human datasets and one of mouse."""
    human, mouse = [f"GENE{i}" for i in range(GENES)], [mouse_names(i) for i in range(GENES)]
    return Tissue(
        "heart", "test", (graph(0, "human", human), graph(1, species, mouse), graph(2, "homo sapiens", human))
    )


APART, MERGED = tissue("Gene{}".format), tissue("GENE{}".format)


def answers(own: Tissue, values: list[np.ndarray], tables: GeneTables = TABLES) -> dict[str, float]:
    genes = tables_of_genes(own, tables)
    (one,) = orthologs_of(own, genes, tables, asked=True, warn=pytest.fail)
    found: dict[str, float] = {}
    for question in questions_about(one.name, one.digest, "orthologs", ("logistic",), datasets=3):
        vectors = [named(g.name, g.genes, v, genes) for g, v in zip(own.graphs, values, strict=True)]
        scored = answer(question, one, vectors)
        assert set(scored.scores) == set(question.about.scores)
        found |= {name: score["value"] for name, score in scored.scores.items()}
        found |= scored.facts["answer"]["numbers"]
        low, high = scored.facts["answer"]["interval"]
        assert low <= found[question.about.lead] <= high
    return found


def test_who_has_the_truth_finds_orthologs_and_nobody_else() -> None:
    true = [np.asarray(own.true_vectors) for own in APART.graphs]
    found = answers(APART, true)
    assert (found["orthologs"], found["given"], found["pairs_of_datasets"]) == (80, 0, 2)
    assert found["AUC"] == pytest.approx(1)
    assert found["median_rank"] == 0
    assert found["recall_over_chance"] == pytest.approx(GENES / 10)
    assert found["AUC_z"] > 5
    assert found["pair_ratio"] > 3 * found["pair_ratio_null"]
    noise = IndependentNoise().fit_embed(APART, seed=1, device="cpu", progress=no_progress).values
    assert answers(APART, list(noise))["AUC"] == pytest.approx(0.5, abs=0.05)
    assert abs(answers(APART, list(noise))["AUC_z"]) < 3
    mice, humans = np.array(TABLES.orthologs.index), TABLES.orthologs.to_numpy()
    shuffled = GeneTables(orthologs=pd.Series(np.random.default_rng(0).permutation(humans), index=mice))
    found = answers(APART, true, shuffled)
    assert found["AUC_above_null"] == pytest.approx(0, abs=0.1)
    assert abs(found["AUC_z"]) < 3


def test_names_that_were_merged_were_given() -> None:
    oracle = Oracle().fit_embed(MERGED, seed=1, device="cpu", progress=no_progress).values
    found = answers(MERGED, list(oracle))
    assert (found["orthologs"], found["given"]) == (80, 80)
    assert found["AUC"] > 0.99


def test_what_processes_read_is_what_was_asked(tmp_path: Path) -> None:
    genes = tables_of_genes(APART, TABLES)
    (one,) = orthologs_of(APART, genes, TABLES, asked=True, warn=pytest.fail)
    path, sha256 = write_question(one, genes, tmp_path)
    read, _ = read_question(Problem("biology", "heart", "test", {}, path, manifest_digest=sha256))
    for field in ("name", "pairs", "species", "cells", "same_name", "digest"):
        assert getattr(read, field) == getattr(one, field)


@pytest.mark.parametrize(
    ("own", "tables", "flag", "said"),
    [
        (APART, GeneTables(), True, []),
        (MERGED.without("scrna_heart__d1"), TABLES, False, []),
        (MERGED.without("scrna_heart__d1"), TABLES, True, ["no datasets of both human and mouse"]),
        (tissue("Gene{}".format, "rat"), TABLES, False, ["scrna_heart__d1 is of 'rat'"]),
        (tissue("Other{}".format), TABLES, False, ["0 are in datasets of both species"]),
    ],
)
def test_tissues_that_cannot_be_asked(own: Tissue, tables: GeneTables, flag: bool, said: list[str]) -> None:
    told: list[str] = []
    genes = tables_of_genes(own, tables)
    assert orthologs_of(own, genes, tables, asked=flag, warn=told.append) == []
    assert len(told) == len(said)
    assert all(one in text for one, text in zip(said, told, strict=True))


def test_species_keep_their_names(tmp_path: Path) -> None:
    """A name that both have is told apart, and datasets of one species must still share genes."""
    human = [f"GENE{i}" for i in range(GENES - 1)] + ["C3"]
    mouse = [f"Gene{i}" for i in range(GENES - 1)] + ["C3"]
    (tmp_path / "heart").mkdir()
    for number, species, names in ((0, "human", human), (1, "mouse", mouse), (2, "human", human)):
        write_graph(graph(number, species, names), tmp_path / "heart" / f"scrna_heart_d{number}.h5ad")
    with pytest.raises(InputError, match="mouse gene symbols"):
        Files(tmp_path).load("heart")
    found = Files(tmp_path, tables=TABLES, species_apart=True).load("heart")
    assert found.source.endswith(":apart")
    first, second, _ = found.graphs
    assert set(first.genes) == set(human)
    assert set(second.genes) == {*mouse[:-1], "C3 (mouse)"}
    (one,) = orthologs_of(found, tables_of_genes(found, TABLES), TABLES, asked=True, warn=pytest.fail)
    assert (one.name, one.same_name) == ("mouse-human, not given", frozenset())
    write_graph(
        graph(3, "human", [f"OTHER{i}" for i in range(GENES)]), tmp_path / "heart" / "scrna_heart_d3.h5ad"
    )
    with pytest.raises(InputError, match="shares no gene with any other"):
        Files(tmp_path, species_apart=True).load("heart")
    (tmp_path / "heart" / "scrna_heart_d1.h5ad").unlink()
    (tmp_path / "heart" / "scrna_heart_d3.h5ad").unlink()
    assert not Files(tmp_path, species_apart=True).load("heart").source.endswith(":apart")


@pytest.mark.parametrize(
    ("given", "said"), [(0, "was not given in training"), (80, "80 of 80 have one name")]
)
def test_the_board_says_whether_orthologs_were_given(given: int, said: str) -> None:
    retrieved, clustered = (
        Question(name, "mouse-human", "1a") for name, one in MEASURES.items() if one.asks == "orthologs"
    )
    numbers = {"answer": {"interval": [0.0, 0.2], "parts": [], "numbers": {"given": given, "orthologs": 80}}}
    (board,) = biology_boards(
        [
            asked("pca", retrieved, 0.1, 0.6, 0.5, 2.5, 0.4, 1.2, **numbers),
            asked("pca", clustered, 0.00012, 0.0001, 0.5, **numbers),
        ]
    )
    text = markdown.render(board_section(board))
    assert said in text
    assert "0.100" in text
    assert "z 2.5" in text
    assert "null 0.00010" in text
    assert "orthologs" in [figure.stem for figure in board_figures(board)]
