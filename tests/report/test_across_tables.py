"""What the table across tissues shows, also with the numbers of papers beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from renderings import across_of, column, render_markdown, section_of
from report_cells import cell

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render import latex
from geneboard.benchmark.tasks.embedding.board.board import PAPER_TABLE

pytestmark = pytest.mark.usefixtures("small_scale")

TISSUES = ("heart", "lung", "tonsil")


def three_tissues() -> list[Record]:
    """Three methods in three tissues, with average scores that can be followed by hand.

    All six metrics of a cell are alike, so that the average score is the place between the lowest and the
    highest of the three methods:

                     heart   lung                tonsil
        MuSe-GNN     1       5.5/6               0
        GAE          0.5     failed              0.25
        PCA          0       0 (NO undefined)    1
        random       -1      10.5/6              0.5       control

    With the NO of PCA undefined, that metric has no spread in lung and counts 0.5.
    """
    titles = {"musegnn": "MuSe-GNN", "gae": "GAE", "pca": "PCA", "random": "Random"}
    values = {
        "heart": {"musegnn": 0.8, "gae": 0.6, "pca": 0.4, "random": 0.0},
        "lung": {"musegnn": 0.8, "pca": 0.4, "random": 1.2},
        "tonsil": {"musegnn": 0.2, "gae": 0.4, "pca": 1.0, "random": 0.6},
    }
    records = []
    for tissue, by_method in values.items():
        for method, title in titles.items():
            value = by_method.get(method)
            six = () if value is None else (value,) * 6
            if (method, tissue) == ("pca", "lung"):
                six = (*six[:5], None)
            kind = "control" if method == "random" else "published"
            records.append(cell(method, 0, *six, tissue=tissue, title=title, kind=kind))
    return records


def test_markdown_by_hand() -> None:
    text = render_markdown(across_of(three_tissues()))
    for line in (
        "# Across tissues: files:data, preset quick",
        "| MuSe-GNN | 0.800 | 0.800 | 0.200 | 0.600 | 1.67 | 3 of 3 |",
        "| GAE | 0.600 | failed | 0.400 | – | 2.33 | 2 of 3 |",
        r"| PCA | 0.400 | 0.400\* | 1.000 | 0.600 | 2.00 | 3 of 3 |",
        "| MuSe-GNN | 1.000 | 0.917 | 0.000 | 0.639 | – | 3 of 3 |",
        "| GAE | 0.500 | – | 0.250 | – | – | 2 of 3 |",
        "| MuSe-GNN | 0.77 | 0.96 | – | 0.865 | – | 2 of 3 |",
        "| MuSe-GNN | +0.230 | -0.043 | – | +0.093 | – | 2 of 3 |",
        "| GAE | 0.61 | 0.45 | – | 0.610 | – | 1 of 3 |",
        "| GAE | -0.110 | – | – | -0.110 | – | 1 of 3 |",
        "- **GAE**: lung: failed: seed 0: ValueError: the loss is not finite",
    ):
        assert line in text.splitlines(), line
    methods, controls = text.split("## Joint scores")[1].split("## Average scores")[0].split("## Controls")
    assert "Random" not in methods
    assert "| Random | 0.000 | 1.200 | 0.600 |" in controls
    assert "| Random | -1.000 | 1.750 | 0.500 |" in text.split("## Average scores")[1]
    assert "SYNTHETIC" not in text


def test_latex_has_the_parts_below_each_other() -> None:
    text = latex.render(section_of(across_of(three_tissues())))
    for part in (
        r"method & heart & lung & tonsil & mean & rank \\",
        r"PCA & 0.400 & \underline{0.400{*}} & \textbf{1.000} &",
        r"\textit{Random} & \textit{0.000} & \textit{1.200} &",
        r"Random & $-$1.000 & 1.750 & 0.500 &",
        r"MuSe-GNN & 0.77 & 0.96 & \textendash{} &  &  \\",
        r"MuSe-GNN & +0.230 & $-$0.043 & \textendash{} &  &  \\",
        "GAE: lung: failed: seed 0: ValueError: the loss is not finite.",
        "{*} an undefined metric",
    ):
        assert part in text, part


def test_method_without_scores_in_any_tissue_is_never_marked() -> None:
    # B and C were not run everywhere and DEAD has no score in any tissue: A alone has a rank.
    records = [cell(name, 0, *six, tissue=t) for t in TISSUES for name, six in (("a", (0.9,)), ("dead", ()))]
    records += [cell("b", 0, 0.1, tissue=tissue) for tissue in TISSUES[:2]]
    records.append(cell("c", 0, 0.1, tissue=TISSUES[2]))
    ranks = column(section_of(across_of(records)), "mean rank")
    shown = {name: (ranks[name].text, ranks[name].mark) for name in ("A", "B", "DEAD")}
    assert shown == {"A": ("1.00", "best"), "B": ("–", ""), "DEAD": ("–", "")}


def test_published_table_as_a_foreign_one_gives_the_published_ranking_and_gains() -> None:
    records = [
        {**record, "tissue": {"tonsil": "pbmc"}.get(record["tissue"], record["tissue"])}
        for record in three_tissues()
    ]
    found = across_of(records, f"paper={PAPER_TABLE}")
    gains = found.gains.set_index(["label", "tissue"])
    pd.testing.assert_frame_equal(gains.loc["paper"], gains.loc["published"])
    frame = found.frame
    for tissue in found.tissues:
        theirs = frame[f"{tissue}: paper (other data, not comparable)"]
        pd.testing.assert_series_equal(theirs, frame[f"{tissue}_published"], check_names=False)
        minus = frame[f"{tissue}: ours minus paper"]
        pd.testing.assert_series_equal(minus, frame[f"{tissue}_difference"], check_names=False)


def test_foreign_numbers_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "lab_x.csv"
    path.write_text("method,heart,tonsil,brain\nPCA,0.5,-0.25,\nrandom,,0.75,\nTheirs,0.6,,0.1\n")
    found = across_of(three_tissues(), str(path))
    frame = found.frame.set_index("title")
    assert frame["heart: lab_x (other data, not comparable)"].dropna().to_dict() == {"PCA": 0.5}
    assert frame["tonsil: lab_x (other data, not comparable)"].dropna().to_dict() == {
        "PCA": -0.25,
        "Random": 0.75,
    }
    assert frame["tonsil: ours minus lab_x"].dropna().to_dict() == pytest.approx(
        {"PCA": 1.25, "Random": -0.25}
    )
    assert not any("lung: " in column for column in frame.columns)
    gains = found.gains.loc[found.gains["label"] == "lab_x"].set_index("tissue")
    assert gains.loc["heart", ["best", "second"]].to_list() == ["Theirs", "PCA"]
    assert gains.loc["heart", "gain_percent"] == pytest.approx(20)
    text = render_markdown(found)
    scores, differences = text.split("## Lab_x")[1].split("## Ours minus lab_x")
    assert "| PCA | 0.50 | – | -0.25 |" in scores
    assert "| PCA | -0.500 | – | +1.250 |" in differences
    assert "lab_x also has, without a row here: in heart Theirs 0.6." in text
    assert "lab_x has no numbers for lung." in text
    assert "lab_x also has tissues that are not here: brain." in text
    tex = latex.render(section_of(found))
    assert r"\emph{lab\_x$^\dagger$}" in tex
    assert "other data, not comparable" in tex
