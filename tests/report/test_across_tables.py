"""The table across tissues in Markdown and LaTeX, and with the numbers of papers beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from renderings import render_latex, render_markdown
from report_cells import cell
from test_latex import assert_whole, rows

from geneboard.benchmark.commands.build_report import build_tables
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.foreign import read_foreign_tables
from geneboard.benchmark.report.number_text import signed
from geneboard.benchmark.tasks.embedding.across.across import Across, across_tissues
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.board.published import PAPER_TABLE

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


def across(records: list[Record], *additions: str) -> Across:
    tables = read_foreign_tables(additions, {record["tissue"] for record in records})
    (found,) = across_tissues(leaderboards(records, tables))
    return found


def test_fixture_is_what_it_says() -> None:
    frame = across(three_tissues()).frame.set_index("title")
    assert frame.loc["MuSe-GNN", list(TISSUES)].to_list() == pytest.approx([1, 5.5 / 6, 0])
    assert frame.loc["GAE", ["heart", "tonsil"]].to_list() == pytest.approx([0.5, 0.25])
    assert frame.loc["PCA", ["heart", "tonsil"]].to_list() == pytest.approx([0, 1])
    assert frame.loc["Random", ["heart", "tonsil"]].to_list() == pytest.approx([-1, 0.5])


def test_latex_by_hand() -> None:
    text = render_latex(across(three_tissues()))
    assert_whole_with_parts(text)
    ours = rows(text.split(r"\midrule" + "\n" + r"\multicolumn")[0] + r"\bottomrule")
    assert ours["method"] == ["method", *TISSUES, "mean", "rank"]
    assert ours["MuSe-GNN"][1:4] == [r"\textbf{1.000}", r"\textbf{0.917}", "0.000"]
    assert ours["GAE"][1:4] == [r"\underline{0.500}", "failed", r"\underline{0.250}"]
    assert ours["PCA"][1:4] == ["0.000", r"\underline{0.000{*}}", r"\textbf{1.000}"]
    assert ours[r"\textit{Random}"][1:3] == [r"\textit{$-$1.000}", r"\textit{1.750}"]
    for note in (
        "GAE: lung: failed: seed 0: ValueError: the loss is not finite.",
        "PCA: lung: undefined: NO undefined: no common genes.",
        "{*} an undefined metric",
        "Scores of different sources or presets are not comparable.",
    ):
        assert note in text, note
    assert r"ours minus published" in text
    # 1 - 0.77 in heart, 5.5/6 - 0.96 in lung; tonsil is not in the published table, so that there is no mean.
    assert r"MuSe-GNN & 0.77 & 0.96 & \textendash{} &  &  \\" in text
    assert r"MuSe-GNN & +0.230 & $-$0.043 & \textendash{} &  &  \\" in text
    assert r"GAE & $-$0.110 & \textendash{} & \textendash{} &  &  \\" in text


def test_method_without_scores_in_any_tissue_is_never_marked() -> None:
    # B and C were not run everywhere and DEAD has no score in any tissue: A alone has a rank.
    records = [cell(name, 0, *six, tissue=t) for t in TISSUES for name, six in (("a", (0.9,)), ("dead", ()))]
    records += [cell("b", 0, 0.1, tissue=tissue) for tissue in TISSUES[:2]]
    records.append(cell("c", 0, 0.1, tissue=TISSUES[2]))
    ours = rows(render_latex(across(records)).split(r"\multicolumn")[0] + r"\bottomrule")
    assert {name: ours[name][-1] for name in ("A", "B", "DEAD")} == {
        "A": r"\textbf{1.00}",
        "B": r"\textendash{}",
        "DEAD": r"\textendash{}",
    }


def assert_whole_with_parts(text: str) -> None:
    assert_whole("\n".join(line for line in text.splitlines() if not line.startswith(r"\multicolumn")))


def test_markdown_by_hand() -> None:
    text = render_markdown(across(three_tissues()))
    for line in (
        "# Across tissues: files:data, preset quick",
        "| MuSe-GNN | 1.000 | 0.917 | 0.000 | 0.639 | 1.67 | 3 of 3 |",
        "| GAE | 0.500 | failed | 0.250 | – | 2.33 | 2 of 3 |",
        r"| PCA | 0.000 | 0.000\* | 1.000 | 0.333 | 2.00 | 3 of 3 |",
        "| MuSe-GNN | 0.77 | 0.96 | – | 0.865 | – | 2 of 3 |",
        "| MuSe-GNN | +0.230 | -0.043 | – | +0.093 | – | 2 of 3 |",
        "| GAE | 0.61 | 0.45 | – | 0.610 | – | 1 of 3 |",
        "| GAE | -0.110 | – | – | -0.110 | – | 1 of 3 |",
        "- **GAE**: lung: failed: seed 0: ValueError: the loss is not finite",
    ):
        assert line in text.splitlines(), line
    methods, controls = text.split("## Average scores")[1].split("## Published")[0].split("## Controls")
    assert "Random" not in methods
    assert "| Random | -1.000 | 1.750 | 0.500 |" in controls
    assert "SYNTHETIC" not in text


def test_synthetic_data_are_called_so() -> None:
    found = across([{**record, "source": "synthetic"} for record in three_tissues()])
    assert "SYNTHETIC DATA" in render_markdown(found)
    assert r"\textbf{SYNTHETIC DATA" in render_latex(found)


def test_published_table_as_a_foreign_one_gives_the_published_ranking_and_gains() -> None:
    records = [
        {**record, "tissue": {"tonsil": "pbmc"}.get(record["tissue"], record["tissue"])}
        for record in three_tissues()
    ]
    found = across(records, f"paper={PAPER_TABLE}")
    gains = found.gains.set_index(["label", "tissue"])
    of_paper = gains.loc["paper"]
    assert of_paper["best"].to_dict() == dict.fromkeys(["heart", "lung", "pbmc"], "MuSe-GNN")
    assert of_paper["second"].to_dict() == {"heart": "VGAE", "lung": "scBERT", "pbmc": "scBERT"}
    # Of the rounded table; the text of the paper says 20.1 and 97.5, from numbers before rounding.
    assert of_paper["gain_percent"].to_dict() == pytest.approx(
        {"heart": 100 * (0.77 / 0.64 - 1), "lung": 100 * (0.96 / 0.49 - 1), "pbmc": 100 * (0.92 / 0.58 - 1)}
    )
    assert of_paper["gain_percent"].round(1).to_dict() == {"heart": 20.3, "lung": 95.9, "pbmc": 58.6}
    pd.testing.assert_frame_equal(of_paper, gains.loc["published"])
    frame = found.frame
    for tissue in found.tissues:
        theirs = frame[f"{tissue}: paper (other data, not comparable)"]
        pd.testing.assert_series_equal(theirs, frame[f"{tissue}_published"], check_names=False)
        minus = frame[f"{tissue}: ours minus paper"]
        pd.testing.assert_series_equal(minus, frame[f"{tissue}_difference"], check_names=False)


def test_foreign_numbers_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "lab_x.csv"
    path.write_text("method,heart,tonsil,brain\nPCA,0.5,-0.25,\nrandom,,0.75,\nTheirs,0.6,,0.1\n")
    found = across(three_tissues(), str(path))
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
    markdown, latex = render_markdown(found), render_latex(found)
    scores, differences = markdown.split("## Lab_x")[1].split("## Ours minus lab_x")
    assert "| PCA | 0.50 | – | -0.25 |" in scores
    assert "| PCA | -0.500 | – | +1.250 |" in differences
    for text in (markdown, latex.replace(r"\_", "_")):
        assert "lab_x also has, without a row here: in heart Theirs 0.6." in text
        assert "lab_x has no numbers for lung." in text
        assert "lab_x also has tissues that are not here: brain." in text
        assert "other data, not comparable" in text
    assert r"\emph{lab\_x$^\dagger$}" in latex
    assert r"PCA & $-$0.500 & \textendash{} & +1.250 &  &  \\" in latex
    assert_whole_with_parts(latex)


def test_foreign_table_changes_nothing_else(tmp_path: Path) -> None:
    plain = across(three_tissues())
    found = across(three_tissues(), f"paper={PAPER_TABLE}")
    pd.testing.assert_frame_equal(found.frame[plain.frame.columns], plain.frame, check_exact=True)
    known = found.gains["label"] != "paper"
    pd.testing.assert_frame_equal(found.gains[known], plain.gains, check_exact=True)


def test_names_stay_text() -> None:
    records = three_tissues()
    for record in records:
        if record["method"] == "gae":
            record["title"] = r"\input{x}|<i>_%"
    found = across(records)
    assert r"\input{" not in render_latex(found)
    assert r"\textbackslash{}input\{x\}\textbar{}" in render_latex(found)
    assert r"\\input{x}\|\<i>_%" in render_markdown(found)


def test_files_are_the_same_in_any_order(tmp_path: Path) -> None:
    records = three_tissues()
    for name, given in (("one", records), ("two", records[::-1])):
        build_tables(tmp_path / name, given)
    for ending in ("csv", "md", "tex"):
        one, two = (tmp_path / name / f"files-data/quick/across_tissues.{ending}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert not list((tmp_path / "one").glob("*/*/*/across_tissues.*"))


def test_single_tissue_has_no_table_across(tmp_path: Path) -> None:
    build_tables(tmp_path, [record for record in three_tissues() if record["tissue"] == "lung"])
    assert not list(tmp_path.rglob("across_tissues.*"))


def test_signs() -> None:
    assert [signed(value, 3) for value in (0.25, -0.25, 0.0, -0.0001, None)] == [
        "+0.250",
        "-0.250",
        "+0.000",
        "+0.000",
        "–",
    ]
