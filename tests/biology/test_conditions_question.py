"""Changed neighbourhoods as a question: from conditions to a record, its table, words and picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from biology_cells import asked
from scipy import sparse

from geneboard.benchmark.report.figures.save import drawn
from geneboard.benchmark.report.render import markdown
from geneboard.benchmark.tasks.biology.board.board import biology_boards
from geneboard.benchmark.tasks.biology.board.changed_genes import gene_tables
from geneboard.benchmark.tasks.biology.board.section import board_section
from geneboard.benchmark.tasks.biology.conditions import conditions_of
from geneboard.benchmark.tasks.biology.figures.conditions import condition_figures
from geneboard.benchmark.tasks.biology.measures import Vectors, answer
from geneboard.benchmark.tasks.biology.problems import UNITS
from geneboard.benchmark.tasks.biology.questions import Question, questions_about
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.knowledge.conditions import Conditions, read_conditions
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.knowledge.labels import Labels

GENES, MODULES = 120, 8


def vectors(sizes: tuple[int, int]) -> list[Vectors]:
    """Genes of two modules are exchanged in the second condition."""
    rng = np.random.default_rng(0)
    module = np.arange(GENES) % MODULES
    other = np.where(module < 2, rng.permutation(GENES) % 2, module)
    names = pd.Index([f"GENE{number:03d}" for number in range(GENES)])
    found = []
    for place in range(sum(sizes)):
        own = module if place < sizes[0] else other
        matrix = rng.normal(size=(MODULES, 8))[own] + 0.2 * rng.normal(size=(GENES, 8))
        found.append(Vectors(f"d{place}", names, matrix, np.zeros(GENES, dtype=np.int64)))
    return found


def conditions(sizes: tuple[int, int]) -> Conditions:
    groups = {f"d{place}": "sick" if place < sizes[0] else "well" for place in range(sum(sizes))}
    moved = frozenset(f"GENE{number:03d}" for number in range(GENES) if number % MODULES < 2)
    rest = frozenset(f"GENE{number:03d}" for number in range(2, GENES, MODULES))
    return Conditions(groups, (GeneSets("sets", {"MOVED": moved, "REST": rest}),))


def answered(sizes: tuple[int, int], method: str = "pca") -> Any:
    known = conditions(sizes)
    (question,) = questions_about(
        known.name, known.digest, UNITS[Conditions], ("logistic", "forest"), datasets=8
    )
    assert question == Question("conditions", "sick against well", known.digest)
    left_out = replace(vectors((1, 0))[0], dataset="elsewhere")
    scored = answer(question, known, [*vectors(sizes), left_out])
    record = asked(method, question, *[0.0] * 5, answer=scored.facts["answer"])
    return {**record, "scores": scored.scores}


def test_changed_genes_are_told_in_table_words_and_picture() -> None:
    record = answered((4, 4))
    told = record["answer"]
    n_changed = record["scores"]["changed_genes"]["value"]
    assert 20 <= n_changed <= 32
    low, high = told["interval"]
    assert 0 < low < record["scores"]["mean_effect"]["value"] < high
    assert told["numbers"] == {
        "genes": GENES,
        "assignments": 35,
        "least_p": 1 / 35,
        "p_value": 1 / 35,
        "datasets": {"sick": 4, "well": 4},
    }
    assert len(told["genes"]["gene"]) == 50
    assert sum(told["histogram"]["observed"]) == GENES
    assert sum(told["histogram"]["permuted"]) == pytest.approx(GENES, abs=0.1)
    assert told["sets"]["sets"]["set"][0] == "MOVED"
    others = {"random": "control", "raw_graph": "baseline"}
    rows = [{**record, "method": name, "kind": kind, "key": name} for name, kind in others.items()]
    (board,) = biology_boards([record, *rows])
    text = markdown.render(board_section(board))
    assert f"{n_changed:.0f} changed at a false discovery rate of .05 (smallest attainable p 0.029)" in text
    assert "Over-represented in the changed genes: Moved (FDR" in text
    assert "cannot be told from it: what differs may be no biology" in text
    (table,) = gene_tables(board)
    assert table.frame["gene"].tolist() == told["genes"]["gene"]
    assert f"{n_changed:.0f} changed" in text
    assert board.frame.set_index("method")["beats_graph"].eq("").all()  # it is a finding, not a score
    (figure,) = condition_figures(board)
    (axes,) = drawn(figure).axes
    observed = next(patch for patch in axes.patches if patch.get_gid() == "observed")
    assert observed.get_data().values.tolist() == told["histogram"]["observed"]
    assert told["genes"]["gene"][0] in axes.texts[0].get_text()


@pytest.mark.parametrize(
    ("sizes", "reasons", "said"),
    [
        (
            (1, 1),
            {"mean_effect": "no condition has two", "changed_genes": "no condition"},
            "most unlike",
        ),
        (
            (3, 3),
            {"changed_genes": "effects only: the smallest attainable p"},
            "largest effects: GENE",
        ),
        ((4, 0), {"mean_effect": "all datasets with vectors are of one condition"}, ""),
    ],
)
def test_what_cannot_be_told_says_so(sizes: tuple[int, int], reasons: dict[str, str], said: str) -> None:
    if not sizes[1]:
        known = replace(conditions((4, 4)))
        scored = answer(Question("conditions", known.name, known.digest), known, vectors((4, 0)))
        assert reasons["mean_effect"] in scored.scores["mean_effect"]["reason"]
        return
    record = answered(sizes)
    for name, reason in reasons.items():
        assert record["scores"][name]["value"] is None
        assert record["scores"][name]["reason"].startswith(reason)
    assert record["scores"]["between"]["value"] > 0
    text = markdown.render(board_section(biology_boards([record])[0]))
    assert "effects only, as the smallest attainable p is" in text
    assert said in text


def test_conditions_fit_a_tissue(tmp_path: Path) -> None:
    parts = (pd.Index(["A", "B"]), np.zeros((2, 3), np.float32), sparse.csr_matrix((2, 2), dtype=bool))
    graphs = [GeneGraph(f"scrna_lung__d{place}", "lung", "scrna", "human", *parts) for place in range(3)]
    tissue = Tissue("lung", "files:data", (replace(graphs[0], modality="spatial"), *graphs[1:]))
    first, second, third = (graph.name for graph in graphs)
    path = tmp_path / "c.tsv"
    path.write_text(f"Dataset\tCondition\n{first}\tsick\n{second}\twell\n")
    sets, warned = GeneSets("s", {"a": frozenset("AB")}), list[str]()
    found = conditions_of(
        tissue, read_conditions(path), [sets, Labels("l", frozenset("A"), frozenset("B"))], warned.append
    )
    assert (found.groups, found.sets, found.name) == (
        {first: "sick", second: "well"},
        (sets,),
        "sick against well",
    )
    left_out, modality = warned
    assert left_out.endswith(f"without a condition, so not compared: {third}")
    assert "differ in modality (sick is spatial and well is scrna)" in modality
    others = (
        replace(found, groups={first: "well", second: "sick"}),
        replace(found, sets=(replace(sets, sets={"a": frozenset("AC")}),)),
    )
    assert len({one.digest for one in (found, *others)}) == 3
