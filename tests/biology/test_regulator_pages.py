"""What is shown of the regulators of clusters: sentence, table, and a network that can be read."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from biology_cells import asked
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.text import Text

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.figures.network import GAP, box_sizes, layout
from geneboard.benchmark.report.figures.save import drawn
from geneboard.benchmark.report.render import markdown
from geneboard.benchmark.tasks.biology.board.board import biology_boards
from geneboard.benchmark.tasks.biology.board.section import board_section
from geneboard.benchmark.tasks.biology.figures.board import board_figures
from geneboard.benchmark.tasks.biology.figures.regulators import NODES, shown_regulation
from geneboard.benchmark.tasks.biology.questions import Question

QUESTION = Question("regulators", "TRRUST", "1a")
COLUMNS = ("cluster", "regulator", "fdr", "activation", "repression", "unknown", "agreement", "expected")


def table(*rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    """Rows with the fields of COLUMNS and, last, whether the regulator is in the cluster."""
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "in_cluster"]).astype(object)
    genes = frame[["activation", "repression", "unknown"]].agg(";".join, axis=1).str.split(";")
    overlap = genes.map(lambda names: sum(map(bool, names)))
    return frame.assign(overlap=overlap, set_size=overlap + 3, cluster_size=50, cluster_targets=20).to_dict(
        "list"
    )


FOUND = table(
    (0, "SPI1", 1e-3, "A;B", "C", "", 2 / 3, 0.6, True),
    (0, "MYC", 1e-2, "", "", "A;D", None, None, False),
    (4, "RFX5", 1e-9, "H1;H2", "", "H3", 1.0, 0.75, None),
)


def cells(**changes: Any) -> list[Record]:
    answer = {
        "interval": [0.1, 0.3],
        "parts": [],
        "intervals": {"sign_agreement": [0.7, 0.9]},
        "regulated": FOUND,
    }
    return [
        asked(
            "gae", QUESTION, 0.3, 0.1, 0, 1.0, answer={"interval": [0.2, 0.4], "parts": [], "regulated": {}}
        ),
        asked("pca", QUESTION, 0.2, 0.05, 3, 1.5, 0.8, 0.75, 0.5, 0.1, answer=answer | changes),
        asked("random", QUESTION, 0.0, 0.05, 0, 0.1, kind="control", answer=answer),
    ]


def test_table_and_sentence() -> None:
    (board,) = biology_boards(cells())
    assert board.frame.set_index("method").loc["pca", "regulators_TRRUST_sign_agreement_low"] == 0.7
    section = board_section(board)
    text = markdown.render(section)
    assert "| PCA | – | 0.20 (0.10..0.30, null 0.05) |" in text
    assert "| 0 | 50 | SPI1 | yes | 3 of 6 | 0.001 | 0.67 (0.60) | +A, +B, -C |" in text
    assert "| 0 | 50 | MYC | no | 2 of 5 | 0.01 | – | A, D |" in text
    assert "| 4 | 50 | RFX5 | no vector | 3 of 6 | 1e-09 | 1.00 (0.75) | +H1, +H2, H3 |" in text
    assert (
        "Regulators (TRRUST) of PCA: cluster 4 RFX5 (3 targets), cluster 0 SPI1 (3 targets). Over all "
        "clusters 0.80 (0.70..0.90) of a regulator's targets have the effect of most, 0.75 expected."
    ) in text
    assert "An open substitute for the closed product (Ingenuity)" in text
    assert "biased to well-studied regulators" in text
    (of_all,) = (one.frame for one in section.tables if one.stem == "regulators_TRRUST")
    assert of_all["method"].tolist() == ["pca"] * 3 + ["random"] * 3


def test_without_any_regulator_there_is_a_sentence() -> None:
    (board,) = biology_boards(cells(regulated={}))
    assert "no method has a cluster with an over-represented one" in markdown.render(board_section(board))
    assert [figure.stem for figure in board_figures(board)] == ["questions"]


def test_network() -> None:
    (board,) = biology_boards(cells())
    figure = {one.stem: one for one in board_figures(board)}["regulators_TRRUST"]
    assert "cluster 4: RFX5, 3 of 6 targets; cluster 0: SPI1, 3 of 6 targets" in figure.alt
    picture = drawn(figure)
    axes = picture.axes[0]
    kinds = [arrow.get_gid() for arrow in axes.patches if isinstance(arrow, FancyArrowPatch)]
    assert sorted(kinds) == ["activation"] * 4 + ["repression"] + ["unknown"] * 3
    fills = {
        text.get_text(): box.get_facecolor() for text, box in zip(axes.texts, boxes_of(axes), strict=True)
    }
    assert set(fills) == {"SPI1", "MYC", "RFX5", *"ABCD", "H1", "H2", "H3"}
    assert fills["SPI1"] == fills["A"] == fills["D"] != fills["H1"]
    assert fills["RFX5"] == fills["MYC"] == (1, 1, 1, 1)
    shown = " ".join(text.get_text().replace("\n", " ") for text in picture.findobj(Text))
    assert "closed product (Ingenuity)" in shown
    assert {"activation", "repression", "unknown", "cluster 0", "cluster 4"} <= {
        text.get_text() for text in picture.legends[0].get_texts()
    }


def boxes_of(axes: Any) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_gid() == "node"]


def crowded() -> dict[str, list[Any]]:
    """Five clusters with four regulators of twelve long names each, some in common."""
    rng = np.random.default_rng(0)
    return table(
        *(
            (cluster, f"REGULATOR{cluster}{n}", 10.0 ** (cluster - 9), "", "",
             ";".join(f"GENE-{cluster}-{i}" for i in rng.choice(16, 12, replace=False)), None, None, None)
            for cluster in range(5)
            for n in range(4)
        )
    )  # fmt: skip


def test_of_each_cluster_in_turn_and_not_too_many() -> None:
    shown = shown_regulation(pd.DataFrame(crowded()))
    assert len({*shown["start"], *shown["end"]}) <= NODES
    assert list(dict.fromkeys(shown["cluster"]))[:4] == [0, 1, 2, 3]
    assert shown.groupby(["cluster", "start"]).size().max() == 8
    small = shown_regulation(pd.DataFrame(FOUND))
    assert small[["start", "end", "kind"]].to_numpy().tolist()[:3] == [
        ["SPI1", "A", "activation"], ["SPI1", "B", "activation"], ["SPI1", "C", "repression"],
    ]  # fmt: skip


@pytest.mark.parametrize("names", ["short", "long"])
def test_boxes_do_not_collide_and_hold_their_names(names: str) -> None:
    changed = crowded() if names == "long" else FOUND
    (board,) = biology_boards(cells(regulated=changed))
    picture = drawn({one.stem: one for one in board_figures(board)}["regulators_TRRUST"])
    picture.draw_without_rendering()
    axes = picture.axes[0]
    extents = [box.get_window_extent() for box in boxes_of(axes)]
    assert len(extents) == len(axes.texts)
    assert not any(one.overlaps(other) for one, other in combinations(extents, 2))
    width, height = picture.get_size_inches() * picture.dpi
    for box, text in zip(extents, axes.texts, strict=True):
        name = text.get_window_extent()
        assert box.x0 <= name.x0 < name.x1 <= box.x1
        assert box.y0 <= name.y0 < name.y1 <= box.y1
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height


def test_layout_is_the_same_each_time_and_leaves_a_gap() -> None:
    shown = shown_regulation(pd.DataFrame(crowded()))
    names = pd.Index(dict.fromkeys([*shown["start"], *shown["end"]]))
    sizes = box_sizes(list(names))
    centres = layout(names, shown, sizes)
    assert (centres == layout(names, shown, sizes)).all()
    for i, j in combinations(range(len(names)), 2):
        between = np.abs(centres[i] - centres[j]) - (sizes[i] + sizes[j]) / 2
        assert between.max() > GAP - 1e-5
