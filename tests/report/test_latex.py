"""Leaderboards in LaTeX: what is marked, what is escaped, and that the source is whole."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from renderings import render_latex
from report_cells import cell, three_methods

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.best import best_and_second
from geneboard.benchmark.report.render.latex import escape
from geneboard.benchmark.tasks.embedding.board.board import leaderboards

NASTY = r"\input{x} a_b & 50% # $1 ^~ <i> | `c` [d] *e --f " "g" " é α"


def latex(records: list[Record]) -> str:
    (board,) = leaderboards(records)
    return render_latex(board)


def rows(text: str) -> dict[str, list[str]]:
    """Cells of every row between the rules, by the first cell."""
    body = text.split(r"\toprule")[1].split(r"\bottomrule")[0]
    lines = [line.removesuffix(r" \\") for line in body.splitlines() if line.endswith(r"\\")]
    return {line.split(" & ")[0]: line.split(" & ") for line in lines}


def assert_whole(text: str) -> None:
    """Braces and environments are balanced and every row has as many cells as there are columns."""
    bare = re.sub(r"\\[\\{}]", "", text)
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    opened: list[str] = []
    for what, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if what == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened
    (columns,) = re.findall(r"\\begin\{tabular\}\{(\w+)\}", text)
    assert {len(re.split(r"(?<!\\)&", line)) for line in text.splitlines() if line.endswith(r"\\")} == {
        len(columns)
    }


def test_three_methods_by_hand() -> None:
    text = latex(three_methods())
    table_rows = rows(text)
    assert list(table_rows) == ["method", "A", "B", "C"]
    header = table_rows["method"]
    assert header[:9] == ["method", "ASW", "AUC", "iLISI", "GC", "CGR", "NO", "score", "ties"]
    assert header[9:] == ["over seeds", "over data", "rank", "seeds", "s", "MB"]
    # GC is 0.5 for all: all are best, and there is no second.
    gc = r"\textbf{0.500}"
    a = [r"\textbf{0.900}", r"\textbf{0.800}", "0.300", gc, r"\textbf{0.600}", r"\underline{0.200}"]
    b = ["0.500", r"\underline{0.700}", r"\textbf{0.500}", gc, r"\underline{0.400}", r"\textbf{0.300}"]
    c = [r"\underline{0.700}", "0.600", r"\underline{0.400}", gc, "0.200", "0.100"]
    assert [table_rows[name][1:7] for name in "ABC"] == [a, b, c]
    assert [table_rows[name][header.index("score")] for name in "ABC"] == [
        r"\textbf{0.667}",
        r"\underline{0.583}",
        "0.250",
    ]
    # Lower is better for ranks only; 10/6, 11/6, 15/6.
    assert [table_rows[name][header.index("rank")] for name in "ABC"] == [
        r"\textbf{1.67}",
        r"\underline{1.83}",
        "2.50",
    ]
    assert table_rows["A"][header.index("over seeds")] == "{[}0.62, 0.71{]}"  # 3.75/6 and 4.25/6
    assert table_rows["A"][-3:] == ["2", "10.5", "501"]
    assert r"\textbf{10.5}" not in text
    assert_whole(text)


def test_caption_says_what_it_rests_on() -> None:
    text = latex(three_methods())
    (caption,) = (line for line in text.splitlines() if line.startswith(r"\caption"))
    for part in ("lung", "source files:data", "preset quick", "seeds 0, 1,", "3 datasets", "not comparable"):
        assert part in caption
    (board,) = leaderboards(three_methods())
    assert f"data sha256 {board.group.data_hash}." in caption
    assert "SYNTHETIC" not in text
    synthetic = latex([{**record, "source": "synthetic"} for record in three_methods()])
    assert r"\textbf{SYNTHETIC DATA" in synthetic


def test_controls_stand_below_in_italics_and_are_never_bold() -> None:
    text = latex([*three_methods(), cell("noise", 0, 9.0, kind="control")])
    methods, controls = text.split(r"\midrule")[1:]
    assert "NOISE" not in methods
    line = next(line for line in controls.splitlines() if "NOISE" in line)
    assert line.startswith(r"\textit{NOISE} & \textit{9.000}")
    assert r"\textbf" not in line
    assert r"\textbf{0.900}" in methods
    assert_whole(text)


def test_undefined_failed_and_skipped_rows_stay_with_their_reasons() -> None:
    records = [
        *three_methods(),
        cell("part", 0, 0.1, 0.1, None, 0.1, 0.1, 0.1),
        cell("dead", 0, status="timeout", reason="over the limit of 60 s & more"),
        cell("gone", 0, status="skipped", reason="no landmarks"),
    ]
    text = latex(records)
    table_rows = rows(text)
    assert table_rows["PART"][3] == "undef."
    assert table_rows["DEAD (timeout)"][1:8] == [r"\textendash{}"] * 7
    assert table_rows["GONE (skipped)"][1:8] == [r"\textendash{}"] * 7
    for note in (
        "PART: iLISI undefined: no common genes.",
        r"DEAD: seed 0 timeout: over the limit of 60 s \& more.",
        "GONE: seed 0 skipped: no landmarks.",
    ):
        assert note in text, note
    assert_whole(text)


def test_failed_rank_is_never_marked() -> None:
    # Alone with a control, the failed method would be the best rank of its column.
    text = latex([cell("dead", 0), cell("noise", 0, 0.5, kind="control")])
    assert r"\textbf" not in text
    assert r"\underline" not in text
    # Beside one that ended well, it would be the second best.
    table_rows = rows(latex([cell("a", 0, 0.5), cell("dead", 0)]))
    rank = table_rows["method"].index("rank")
    assert table_rows["A"][rank] == r"\textbf{1.00}"
    assert table_rows["DEAD (failed)"][rank] == "2.00"


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([0.3, 0.2, 0.1], ["best", "second", ""]),
        ([0.1, 0.3, 0.3], ["", "best", "best"]),
        ([0.3, 0.2, 0.2], ["best", "second", "second"]),
        ([None, 0.2, 0.1], ["", "best", "second"]),
        ([0.2, None, None], ["best", "", ""]),
        ([None, None], ["", ""]),
        ([], []),
    ],
)
def test_best_and_second(values: list[float | None], marks: list[str]) -> None:
    assert best_and_second(values) == marks
    negated = [None if value is None else -value for value in values]
    assert best_and_second(negated, lower_is_better=True) == marks


def test_what_looks_equal_is_marked_alike() -> None:
    text = latex([cell("a", 0, 0.7001), cell("b", 0, 0.7004), cell("c", 0, 0.1)])
    table_rows = rows(text)
    assert table_rows["A"][1] == table_rows["B"][1] == r"\textbf{0.700}"
    assert table_rows["C"][1] == "0.100"


def test_names_stay_text() -> None:
    assert escape(r"\input{x}") == r"\textbackslash{}input\{x\}"
    assert escape("a_b & 50% #") == r"a\_b \& 50\% \#"
    assert escape("a--b---c – –") == r"a-{}-b-{}-{}-c \textendash{} \textendash{}"
    assert escape("one\n\ntwo") == "one two"
    assert escape("αé\x00") == "U+03B1éU+0000"
    records = [*three_methods(), cell(NASTY, 0, 0.1, title=NASTY, kind="plugin")]
    assert_whole(latex(records))
    assert r"\input" not in latex(records)


def test_negative_numbers_have_true_minus_signs() -> None:
    assert "$-$0.500" in latex([*three_methods(), cell("low", 0, -0.5, kind="plugin")])


def test_order_of_records_makes_no_difference() -> None:
    records = [*three_methods(), cell("noise", 0, 9.0, kind="control"), cell("dead", 0)]
    assert latex(records) == latex(records[::-1])


def test_pdflatex_takes_it(tmp_path: Path) -> None:
    if not shutil.which("pdflatex") or not shutil.which("kpsewhich"):
        pytest.skip("there is no LaTeX here")
    if subprocess.run(["kpsewhich", "booktabs.sty"], capture_output=True).returncode:
        pytest.skip("this LaTeX has no booktabs")
    records = [
        *three_methods(),
        cell("x", 0, 0.1, None, 0.1, 0.1, 0.1, 0.1, title=NASTY, kind="plugin"),
        cell("y", 0, title="[opt] " + NASTY, reason=NASTY),
    ]
    document = (
        r"\documentclass{article}\usepackage[utf8]{inputenc}\usepackage{booktabs}\begin{document}"
        + latex(records)
        + r"\end{document}"
    )
    (tmp_path / "t.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]
