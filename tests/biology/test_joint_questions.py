"""Questions about several tissues together: from vectors to a record, its tables, words and pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from biology_cells import HALLMARK, asked
from scipy import sparse

from geneboard.benchmark.cells.cell import Problem
from geneboard.benchmark.report.figures.save import drawn
from geneboard.benchmark.report.render import markdown
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard, biology_boards
from geneboard.benchmark.tasks.biology.board.section import board_section
from geneboard.benchmark.tasks.biology.figures.dataset_tree import tree_figures
from geneboard.benchmark.tasks.biology.figures.shared_regulators import shared_figures
from geneboard.benchmark.tasks.biology.joint_answers import knowledge_of_joint
from geneboard.benchmark.tasks.biology.manifests import read_question, write_question
from geneboard.benchmark.tasks.biology.measures import Vectors, answer
from geneboard.benchmark.tasks.biology.problems import UNITS
from geneboard.benchmark.tasks.biology.questions import questions_about
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.joint import joint_name
from geneboard.datasets.knowledge.regulators import Regulators
from geneboard.datasets.knowledge.tissues import DatasetTissues, TissueRegulators

TISSUES = {"heart": 2, "liver": 2, "lung": 3}
GROUPS = {f"scrna_{name}__d{k}": name for name, n in TISSUES.items() for k in range(n)}
GENES = pd.Index([f"G{number:02d}" for number in range(60)])
CLUSTER = np.arange(60) // 15


def vectors(noise: float) -> list[Vectors]:
    """Genes of four clusters, of which one is mixed up in liver."""
    rng = np.random.default_rng(0)
    of_tissue = {name: rng.normal(size=(60, 6)) for name in TISSUES}
    return [
        Vectors(
            name, GENES, of_tissue[tissue] + noise * rng.normal(size=(60, 6)), np.zeros(60, dtype=np.int64)
        )
        for name, tissue in GROUPS.items()
    ]


def clusters(_: object) -> list[np.ndarray]:
    mixed = CLUSTER.copy()
    mixed[:30] = np.arange(30) % 2
    return [mixed if tissue == "liver" else CLUSTER for tissue in GROUPS.values()]


def regulators() -> Regulators:
    return Regulators("known", {f"TF{k}": dict.fromkeys(GENES[k == CLUSTER][:8], 1) for k in range(4)})


def record_of(knowledge: DatasetTissues | TissueRegulators, method: str, noise: float, **changes: Any) -> Any:
    (question,) = questions_about(
        knowledge.name, knowledge.digest, UNITS[type(knowledge)], ("logistic",), datasets=7
    )
    scored = answer(question, knowledge, vectors(noise), clusters)
    told = asked(
        method, question, *[0.0] * 9, answer=scored.facts["answer"], tissue=joint_name(TISSUES), **changes
    )
    return {**told, "scores": scored.scores}


@pytest.fixture(scope="module")
def board() -> BiologyBoard:
    tissues = DatasetTissues(GROUPS)
    rows = {
        "noise": (20.0, "published"),
        "pca": (0.3, "published"),
        "raw_graph": (1.0, "baseline"),
        "random": (50.0, "control"),
    }
    records = [
        record_of(knowledge, method, noise, kind=kind)
        for knowledge in (tissues, TissueRegulators(regulators(), tissues))
        for method, (noise, kind) in rows.items()
    ]
    (found,) = biology_boards(records)
    return found


def test_tree_in_table_words_and_picture(board: BiologyBoard) -> None:
    frame = board.frame.set_index("method")
    assert frame.loc["pca", "dataset_tree_datasets"] == 1
    assert frame["dataset_tree_datasets_AUC_common_genes"].eq(0.5).all()  # all have the same genes
    section = board_section(board)
    text = markdown.render(section)
    assert (
        "Datasets (7 of 3 tissues; two have 60 to 60 genes in common): PCA tells those of one tissue from "
        "others best, AUC 1.000 (1.000..1.000 over genes), p 0.010 (smallest attainable 0.010). The share of "
        "common genes alone gives 0.500. Most alike of the tissues: "
    ) in text
    tables = {table.stem: table for table in section.tables}
    alike = tables["tissues_alike"].frame
    assert set(alike["method"]) == {"noise", "pca", "raw_graph", "random"}
    own = alike[(alike["method"] == "pca") & (alike["tissue"] == alike["other"])]
    assert own["similarity"].min() > alike.loc[alike["method"] == "pca", "similarity"].median()
    clades = tables["dataset_clades"].frame.set_index("datasets")
    for tissue in TISSUES:
        members = ";".join(name for name, of in GROUPS.items() if of == tissue)
        assert clades.loc[members, "support"] > 0.95
        assert f"{members.replace(';', ', ')} |" in text
    (figure,) = tree_figures(board)
    (axes,) = drawn(figure).axes
    labels = {line.get_gid(): line.get_color() for line in axes.lines if line.get_gid() in GROUPS}
    assert {label.get_text() for label in axes.get_yticklabels()} == set(GROUPS)
    assert set(labels) == set(GROUPS)
    assert len({labels[name] for name, of in GROUPS.items() if of == "lung"}) == 1
    assert len(set(labels.values())) == 3
    shown = sorted(text.get_text() for text in axes.texts if text.get_gid() == "support")
    assert shown == sorted(f"{100 * one:.0f}" for one in clades["support"].dropna())
    assert "scrna_heart__d0, scrna_heart__d1 (" in figure.alt


def test_no_text_of_the_tree_covers_another(board: BiologyBoard) -> None:
    (figure,) = tree_figures(board)
    picture = drawn(figure)
    picture.draw_without_rendering()
    (axes,) = picture.axes
    boxes = [one.get_window_extent() for one in (*axes.get_yticklabels(), *axes.texts)]
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])
    assert min(box.x0 for box in boxes) >= 0


def test_shared_regulators_in_table_words_and_picture(board: BiologyBoard) -> None:
    frame = board.frame.set_index("method")
    assert frame.loc["pca", ["shared_regulators_known", "shared_regulators_known_n_found"]].tolist() == [4, 4]
    text = markdown.render(board_section(board))
    assert (
        "found in heart 4 of 4, liver 2 of 4, lung 4 of 4; 4 in two tissues or more, 4.0 expected by chance"
        in text
    )
    assert "| heart, liver, lung | 2 | 2.0 | 1.000 | TF2, TF3 |" in text
    assert "| heart, lung | 2 | 2.0 | 1.000 | TF0, TF1 |" in text
    (figure,) = shared_figures(board)
    bars, dots = drawn(figure).axes
    assert [bar.get_height() for bar in bars.patches] == [2, 2]
    sets = [line.get_ydata().tolist() for line in dots.lines if line.get_gid() == "set"]
    assert sets == [[0, 2], [0, 1, 2]]
    assert [label.get_text() for label in dots.get_yticklabels()] == ["heart (4)", "liver (2)", "lung (4)"]
    assert "heart and lung 2 (2.0 expected)" in figure.alt


def test_a_board_of_one_tissue_has_none_of_it() -> None:
    (board,) = biology_boards([asked("pca", HALLMARK, 0.1, 0.6, 0.5, 1.0, 1.0)])
    assert not [*tree_figures(board), *shared_figures(board)]
    assert "Datasets (" not in markdown.render(board_section(board))


def test_what_cannot_be_told_is_a_sentence() -> None:
    known = DatasetTissues(GROUPS)
    (question,) = questions_about(known.name, known.digest, "datasets", (), datasets=7)
    few = [replace(one, genes=one.genes[:19], matrix=one.matrix[:19]) for one in vectors(1.0)]
    scored = answer(question, known, few)
    assert all(score["value"] is None for score in scored.scores.values())
    assert "19 genes with a vector in common, where 20 are needed" in scored.scores["AUC"]["reason"]


def test_joint_tissues_alone_are_asked_and_the_question_is_read_as_written(tmp_path: Path) -> None:
    parts = (GENES[:2], np.zeros((2, 3), np.float32), sparse.csr_matrix((2, 2), dtype=bool))
    graphs = tuple(GeneGraph(name, tissue, "scrna", "human", *parts) for name, tissue in GROUPS.items())
    together = Tissue(joint_name(TISSUES), "files:data", graphs)
    found = knowledge_of_joint(together, [regulators()])
    assert knowledge_of_joint(replace(together, name="lung"), [regulators()]) == []
    assert [type(one) for one in found] == [DatasetTissues, TissueRegulators]
    moved = DatasetTissues({**GROUPS, "scrna_lung__d0": "heart"})
    digests = {one.digest for one in (*found, moved, TissueRegulators(regulators(), moved))}
    assert len(digests) == 4
    for one in found:
        path, sha256 = write_question(one, {}, tmp_path)
        read, _ = read_question(Problem("biology", "t", "s", {}, path, manifest_digest=sha256))
        assert (type(read), read.digest, read.name) == (type(one), one.digest, one.name)
