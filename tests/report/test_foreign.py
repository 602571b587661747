"""Numbers from a paper beside ours: reading the file, finding the rows, and what the tables show."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from renderings import render_markdown, section_of
from report_cells import cell, three_methods

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.foreign import read_foreign_tables
from geneboard.benchmark.report.render import latex
from geneboard.benchmark.tasks.embedding.board.board import Board, leaderboards
from geneboard.datasets.errors import InputError

TISSUES = ("heart", "lung")
PAPER = "method,lung,tonsil\nA,0.9,0.8\nb,0.7,\nOther,0.25,0.1\n"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.csv"
    path.write_text(PAPER)
    return path


def board_with(records: list[Record], *additions: Path | str) -> Board:
    (board,) = leaderboards(records, read_foreign_tables([str(a) for a in additions], TISSUES))
    return board


def numbers(board: Board, label: str = "paper") -> dict[str, float]:
    column = board.frame.set_index("method")[f"{label} (other data, not comparable)"]
    return column.dropna().to_dict()


def test_methods_are_found_by_title_or_name_in_any_case(paper: Path) -> None:
    records = [*three_methods(), cell("gizmo", 0, 0.5, kind="plugin", title="Other")]
    assert numbers(board_with(records, paper)) == {"a": 0.9, "b": 0.7, "gizmo": 0.25}
    paper.write_text("method,lung\nGIZMO,0.5\noTHER2,0.1\n")
    assert numbers(board_with(records, paper)) == {"gizmo": 0.5}


def test_number_belongs_to_the_default_or_to_the_one_that_stands_in(paper: Path) -> None:
    variant = cell("a", 0, 0.3, overrides={"epochs": 500})
    assert numbers(board_with([*three_methods(), variant], paper)) == {"a": 0.9, "b": 0.7}
    alone = [record for record in three_methods() if record["method"] != "a"]
    assert numbers(board_with([*alone, variant], paper)) == {"a[epochs=500]": 0.9, "b": 0.7}


def test_published_method_goes_before_a_plugin_of_its_title(paper: Path) -> None:
    plugin = cell("mine", 0, 0.3, kind="plugin", title="A")
    assert numbers(board_with([*three_methods(), plugin], paper)) == {"a": 0.9, "b": 0.7}


@pytest.mark.parametrize("label", ["PCA", " pca  ", "\u200b", "a\x1b[31m", "x\udcff"])
def test_a_label_is_no_method_and_can_be_read(paper: Path, label: str) -> None:
    with pytest.raises(InputError, match=r"is a method here|with a label that can be printed"):
        read_foreign_tables([f"{label}={paper}"], TISSUES, ["PCA", "GAE"])


def test_what_is_not_here_is_named_with_its_numbers(paper: Path) -> None:
    board = board_with(three_methods(), paper)
    assert board.foreign[0].sentences == (
        "paper also has, without a row here: Other 0.25.",
        "paper also has tissues that are not here: tonsil.",
    )
    tex = latex.render(section_of(board))
    for sentence in board.foreign[0].sentences:
        assert sentence in render_markdown(board)
        assert sentence in tex
    assert "| paper (other data, not comparable) |" in render_markdown(board)
    assert r"paper$^\dagger$" in tex
    assert r"$^\dagger$paper (other data, not comparable)." in tex
    heart = [{**record, "tissue": "heart"} for record in three_methods()]
    assert board_with(heart, paper).foreign[0].sentences[0] == "paper has no numbers for heart."


def test_numbers_change_nothing_else(paper: Path) -> None:
    (plain,) = leaderboards(three_methods())
    board = board_with(three_methods(), paper)
    pd.testing.assert_frame_equal(board.frame[plain.frame.columns], plain.frame, check_exact=True)


def test_two_files_have_two_columns(paper: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("method,lung\nC,-1.5\n")
    board = board_with(three_methods(), paper, f"Their <b>run</b>={other}")
    assert numbers(board, "Their <b>run</b>") == {"c": -1.5}
    assert numbers(board) == {"a": 0.9, "b": 0.7}


def test_file_with_a_sign_in_its_name_needs_no_label(paper: Path) -> None:
    odd = paper.rename(paper.with_name("a=b.csv"))
    assert [table.label for table in read_foreign_tables([str(odd), f"x={odd}"], TISSUES)] == ["a=b", "x"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("name,lung\nA,0.5\n", "has no column named method"),
        ("method\nA\n", "needs one named column per tissue"),
        ("method,lung,\nA,0.5,\n", "needs one named column per tissue"),
        ("method,lung,lung\nA,0.5,0.5\n", "has the column lung twice"),
        ("method,lung\n", "has no methods"),
        ("method,lung\n,0.5\n", "line 2: has no name of a method"),
        ("method,lung\nA,0.5\nB\n", "line 3: has 1 cells instead of 2"),
        ("method,lung\nA,high\n", "line 2: A, lung: 'high' is not a number"),
        ("method,lung\nA,nan\n", "'nan' is not a number"),
        ("method,lung\nA,-inf\n", "'-inf' is not a number"),
        ("method,lung\nA,1e999\n", "'1e999' is not a number"),
        ("method,lung\nA,0.5\nb,0.1\na,0.6\n", "has the method a twice"),
        ("method,tonsil\nA,0.5\n", "has none of the tissues here (heart, lung), only tonsil"),
        ('method,lung\n"A,0.5\n', "is not a CSV file in UTF-8"),
        (b"method,lung\n\xff\xfe,0.5\n", "is not a CSV file in UTF-8"),
    ],
)
def test_faults_of_the_file(tmp_path: Path, text: str | bytes, fault: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as error:
        read_foreign_tables([str(path)], TISSUES)
    assert str(error.value).startswith(str(path))
    assert fault in str(error.value)


def test_faults_of_the_option(paper: Path, tmp_path: Path) -> None:
    for additions, fault in (
        (["/nowhere.csv"], "/nowhere.csv: no such file"),
        ([str(tmp_path)], "no such file"),
        ([str(paper), f"PAPER={paper}"], "there is a column 'PAPER' already"),
        ([f"published={paper}"], "there is a column 'published' already"),
        ([f"={paper}"], "expected FILE or LABEL=FILE"),
        (["x="], "expected FILE or LABEL=FILE"),
    ):
        with pytest.raises(InputError, match=fault):
            read_foreign_tables(additions, TISSUES)


def test_title_and_name_of_one_method_are_refused(paper: Path) -> None:
    paper.write_text("method,lung\nmusegnn,0.5\nMuSe-GNN,0.6\n")
    with pytest.raises(InputError, match="musegnn and MuSe-GNN are the same method here"):
        board_with([cell("musegnn", 0, 0.5, title="MuSe-GNN")], paper)
