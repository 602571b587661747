"""One spec of a table in every format, on tables that can be read at a glance."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path, PurePath

import pandas as pd
import pytest
from renderings import section_of
from report_cells import three_methods

from geneboard.benchmark.report import section as section_module
from geneboard.benchmark.report import table as table_module
from geneboard.benchmark.report.number_text import signed
from geneboard.benchmark.report.page import render_section
from geneboard.benchmark.report.render import latex, markdown, terminal
from geneboard.benchmark.report.section import Note, Section
from geneboard.benchmark.report.table import Cell, Column, Part, Table, make_frame, methods_and_controls
from geneboard.benchmark.report.write import section_files
from geneboard.benchmark.tasks.embedding.board import columns
from geneboard.benchmark.tasks.embedding.board.board import leaderboards

LINES = [
    {"title": "One", "kind": "published", "seeds": 2, "x": 0.5, "x_low": 0.4, "x_high": 0.6, "e": 3.0},
    {"title": "Two", "kind": "plugin", "seeds": 1, "x": -0.25, "x_low": None, "x_high": None, "e": 1.0},
    {"title": "Dead", "kind": "baseline", "seeds": 0, "x": None, "x_low": None, "x_high": None, "e": 2.0},
    {"title": "Noise", "kind": "control", "seeds": 1, "x": 0.9, "x_low": 0.9, "x_high": 0.9, "e": 0.0},
]
COLUMNS = (
    Column("title", "method", kind="name"),
    Column("kind", kind="text", formats=frozenset({"html"})),
    Column("e", "error", "err.", digits=1, better="lower", place=1, explained="lower is better"),
    Column("x", kind="metric", better="higher", digits=2),
    Column("x", "interval", kind="interval", digits=2, short_digits=1),
    Column("nothing", optional=True),
    Column("odd", show=lambda line, form: Cell(f"{form}*", lines=("below",))),
)


def section(**changes: object) -> Section:
    lines = [{**line, "status": "failed", "reason": "no & go", "undefined": ""} for line in LINES]
    frame = pd.DataFrame(lines).assign(nothing=None)
    table = Table(
        stem="board",
        title="A board",
        columns=COLUMNS,
        frame=frame,
        parts=methods_and_controls(lines, "Methods", "Controls"),
        caption="A_caption",
        notes=lambda line: () if line["seeds"] else (line["reason"],),
    )
    given = {
        "title": "Title *of* it",
        "folder": PurePath("a/b"),
        "stem": "board",
        "tables": [table],
        "verdict": "One leads.",
        "notes": [
            Note("Needed."),
            Note("A detail.", is_detail=True),
            Note("Not in tex.", but_not_in={"tex"}),
        ],
        "facts": {"Source": "a_b"},
        "warning": "Simulated.",
        "not_comparable": "Not comparable.",
    }
    return Section(**(given | changes))  # type: ignore[arg-type]


NASTY = r"\input{x} a_b & 50% # $1 ^~ <i> | `c` [d] *e --f " "g" " é α"


def named(title: str, **changes: object) -> Section:
    """A table with one row of that name."""
    line = {"title": title, "kind": "plugin", "seeds": 0, "status": "failed", "reason": NASTY, "x": 1 / 3}
    columns = (Column("title", NASTY, kind="name"), Column("x", NASTY))
    table = Table("t", NASTY, columns, pd.DataFrame([line]), (Part("", (line,)),), notes=lambda _: (NASTY,))
    given = {"title": NASTY, "stem": "t", "notes": [Note(NASTY)], "warning": NASTY} | changes
    return Section(folder=PurePath("f"), tables=[table], **given)  # type: ignore[arg-type]


def assert_whole(text: str) -> None:
    """Braces and environments are balanced and every row has as many cells as there are columns."""
    depth = 0
    for sign in re.sub(r"\\[\\{}]", "", text):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    opened: list[str] = []
    for what, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        assert what == "begin" or opened.pop() == name
        opened += [name] * (what == "begin")
    assert not opened
    (columns,) = re.findall(r"\\begin\{tabular\}\{(\w+)\}", text)
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {len(re.split(r"(?<!\\)&", line)) for line in rows} == {len(columns)}


def test_examples_of_the_modules() -> None:
    for module in (table_module, section_module):
        assert not doctest.testmod(module).failed


def test_markdown() -> None:
    assert markdown.render(section()).splitlines() == [
        r"# Title \*of\* it",
        "",
        "> [!WARNING]",
        "> **Simulated.**",
        "",
        "- Source: a_b",
        "",
        "**Not comparable.**",
        "",
        "## Methods",
        "",
        "| method | x | interval | odd | error |",
        "| --- | ---: | ---: | ---: | ---: |",
        r"| One | 0.50 | 0.40..0.60 | md\* | 3.0 |",
        r"| Two | -0.25 | – | md\* | 1.0 |",
        r"| Dead | – | – | md\* | 2.0 |",
        "",
        "## Controls",
        "",
        "| method | x | interval | odd | error |",
        "| --- | ---: | ---: | ---: | ---: |",
        r"| Noise | 0.90 | 0.90..0.90 | md\* | 0.0 |",
        "",
        "## Notes",
        "",
        "- **Dead**: no & go",
        "- Needed.",
        "- A detail.",
        "- Not in tex.",
    ]


def test_latex() -> None:
    text = latex.render(section())
    body = text.split("\\toprule\n")[1].split("\\bottomrule")[0]
    assert body.splitlines() == [
        r"method & x & interval & odd & err. \\",
        r"\midrule",
        r"One & \textbf{0.50} & {[}0.4, 0.6{]} & tex{*} & \underline{3.0} \\",
        r"Two & \underline{$-$0.25} & \textendash{} & tex{*} & \textbf{1.0} \\",
        r"Dead (failed) & \textendash{} & \textendash{} & tex{*} & 2.0 \\",  # without scores, no second
        r"\midrule",
        r"\textit{Noise} & \textit{0.90} & \textit{{[}0.9, 0.9{]}} & \textit{tex{*}} & \textit{0.0} \\",
    ]
    for part in (
        r"\caption{A\_caption \textbf{Simulated.}}",
        r"\label{tab:a-b}",
        r"Dead: no \& go.\par",
        "Needed.",
    ):
        assert part in text
    assert "detail" not in text
    assert "Not in tex" not in text
    assert_whole(text)


def test_terminal() -> None:
    lines = terminal.render(section(heading="In short")).splitlines()
    assert lines[:2] == ["In short", "Simulated."]
    assert [" ".join(line.split()) for line in lines[3:9]] == [
        "method x interval odd err.",
        "-" * len(lines[4]),
        "One 0.50 0.4..0.6 txt* 3.0",
        "Two -0.25 – txt* 1.0",
        "Dead (failed) – – txt* 2.0",
        lines[8],
    ]
    assert lines[8].startswith("-- controls ---")
    assert lines[-5:] == ["One leads.", "Dead: no & go", "Needed.", "Not in tex.", "Not comparable."]
    assert "A detail." in terminal.render(section(), explain=True)


def test_html() -> None:
    text = render_section(section())
    for part in (
        '<th scope="col" class="number" title="lower is better">error</th>',
        '<td class="number" data-value="0.5"><strong>0.50</strong><span class="unseen"> best</span>',
        '<td class="number" data-missing title="no &amp; go"><span class="cell">–</span>',
        '<span class="line">below</span>',
        '<li id="a/b/board/board/note-1">Dead: no &amp; go</li>',
        "A detail.",
    ):
        assert part in text, part
    methods, controls = text.split("<tbody>")[1].split('<tbody class="controls">')
    assert "Noise" in controls.split("</table>")[0]
    assert "Noise" not in methods


def test_csv_is_the_frame_with_every_digit() -> None:
    text = section_files(section())[PurePath("a/b/board.csv")]
    assert text.startswith(
        "title,kind,seeds,x,x_low,x_high,e,status,reason,undefined,nothing\nOne,published,2,0.5,"
    )
    text = section_files(named("third"))[PurePath("f/t.csv")]
    assert float(text.strip().rpartition(",")[2]) == 1 / 3


def test_names_stay_text() -> None:
    text = latex.render(named(NASTY))
    assert_whole(text)
    assert r"\input" not in text
    assert latex.escape(r"\input{x}") == r"\textbackslash{}input\{x\}"
    assert latex.escape("a_b & 50% #") == r"a\_b \& 50\% \#"
    assert latex.escape("a--b---c – –") == r"a-{}-b-{}-{}-c \textendash{} \textendash{}"
    assert latex.escape("one\n\ntwo") == "one two"
    assert latex.escape("αé\x00") == "U+03B1éU+0000"
    text = markdown.render(named(r"\input{x}|<b>`_%"))
    assert r"| \\input{x}\|\<b>\`_% | 0.333 |" in text
    assert "| --- | ---: |" in text
    text = render_section(named("<script>alert(1)</script>"))
    assert "<script>alert" not in text
    assert "<i>" not in text


def test_pdflatex_takes_it(tmp_path: Path) -> None:
    if not shutil.which("pdflatex") or not shutil.which("kpsewhich"):
        pytest.skip("there is no LaTeX here")
    if subprocess.run(["kpsewhich", "booktabs.sty"], capture_output=True).returncode:
        pytest.skip("this LaTeX has no booktabs")
    head = r"\documentclass{article}\usepackage[utf8]{inputenc}\usepackage{booktabs}\begin{document}"
    tables = latex.render(section()) + latex.render(named(NASTY)) + latex.render(named("[opt] $\\alpha$"))
    (tmp_path / "t.tex").write_text(head + tables + r"\end{document}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]


def test_terminal_is_aligned_and_fits_by_cutting_names() -> None:
    wide = section()
    (table,) = wide.tables
    lines = [{**line, "title": line["title"] * 40} for line in LINES]
    parts = methods_and_controls([{**line, "status": "failed", "reason": ""} for line in lines], "", "")
    columns = (*COLUMNS, *(Column("e", f"column {i}") for i in range(6)))
    shown = terminal.table_lines(replace(table, parts=parts, columns=columns))
    assert {len(line) for line in shown} == {120}
    assert [line[10:60].count("…") for line in shown] == [0, 0, 1, 1, 1, 0, 1]


def test_parts_with_columns_of_their_own() -> None:
    other = Part(
        "theirs",
        ({"title": "One", "y": 7},),
        formats=frozenset({"md", "tex"}),
        columns=(Column("title", "method", kind="name"), Column("y", digits=0)),
        remark="of a paper.",
    )
    own = Part("Ours", ({"title": "One", "x": 1.0},))
    table = Table(
        "t", "T", columns=(Column("title", "method", kind="name"), Column("x", digits=1)), parts=(own, other)
    )
    shown = Section("S", PurePath("f"), stem="t", tables=[table])
    assert "## Theirs\n\n| method | y |\n| --- | ---: |\n| One | 7 |" in markdown.render(shown)
    text = latex.render(shown)
    assert "\\midrule\n\\multicolumn{2}{l}{\\emph{theirs$^\\dagger$}} \\\\\nOne & 7 \\\\" in text
    assert r"$^\dagger$of a paper.\par" in text
    assert "theirs" not in terminal.render(shown)


def test_frame_has_the_types_of_its_columns() -> None:
    made = make_frame(
        [
            Column("n", kind="integer", value=lambda row: row),
            Column("x", value=lambda row: row),
            Column("t", kind="text", value=lambda row: f"{row}"),
            Column("shown only"),
        ],
        [1, None],
    )
    assert {name: str(kind) for name, kind in made.dtypes.items()} == {
        "n": "Int64",
        "x": "float64",
        "t": "object",
    }


def test_a_new_column_of_the_leaderboard_is_stated_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    new = Column(
        "wit", "wit of it", "wit", digits=2, better="higher", value=lambda entry: len(entry.row.records) / 8
    )
    monkeypatch.setattr(columns, "COLUMNS", (*columns.COLUMNS, new))
    (board,) = leaderboards(three_methods())
    shown = section_of(board)
    files = {path.suffix: text for path, text in section_files(shown).items() if path.stem == "leaderboard"}
    assert files[".csv"].splitlines()[0].endswith(",wit")
    assert files[".csv"].splitlines()[1].endswith(",0.25")
    for text, head in (
        (files[".md"], "| wit of it |"),
        (files[".tex"], "& wit &"),
        (render_section(shown), ">wit of it</th>"),
        (terminal.render(shown), " wit "),
    ):
        assert head in text
        assert "0.25" in text.split(head)[1].split("C")[0]


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([0.3, 0.2, 0.1], ["best", "second", ""]),
        ([0.1, 0.3, 0.3], ["", "best", "best"]),
        ([0.3, 0.2, 0.2], ["best", "second", "second"]),
        ([None, 0.2, 0.1], ["", "best", "second"]),
        ([0.2, None, None], ["best", "", ""]),
        ([None, None], ["", ""]),
        ([0.701, 0.704, 0.1], ["best", "best", ""]),  # what looks equal is marked alike
    ],
)
def test_best_and_second(values: list[float | None], marks: list[str]) -> None:
    columns = (Column("x", digits=2, better="higher"), Column("minus_x", digits=2, better="lower"))
    lines = tuple({"x": value, "minus_x": None if value is None else -value} for value in values)
    table = Table("t", "T", columns, parts=(Part("", lines),))
    found = [[cell.mark for cell in row] for row in table.cells(table.parts[0], "tex")]
    assert found == [[mark, mark] for mark in marks]


def test_signs() -> None:
    shown = [signed(value, 3) for value in (0.25, -0.25, 0.0, -0.0001, None)]
    assert shown == ["+0.250", "-0.250", "+0.000", "+0.000", "–"]
