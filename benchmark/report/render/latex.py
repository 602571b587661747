r"""A section as LaTeX: its tables as table environments that need the package booktabs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from geneboard.benchmark.report.number_text import UNDEFINED
from geneboard.benchmark.report.section import Section
from geneboard.benchmark.report.table import Cell, Column, Mark, Table

DAGGER = r"$^\dagger$"
_MARKED: dict[Mark, str] = {"best": r"\textbf{%s}", "second": r"\underline{%s}", "": "%s"}
_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': "''",  # babel makes the straight sign a command in some languages
    # After the end of a row these would be read as options of it.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\ldots{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": "$-$",
}
_LAST_LATIN = 0x17F
"""pdfLaTeX knows the letters up to here; it stops at others."""


def render(section: Section) -> str:
    """Return the tex file of a section: an environment for each of its tables."""
    return "\n".join(_environment(table, section) for table in section.tables_in("tex"))


def _environment(table: Table, section: Section) -> str:
    caption = escape(table.caption or table.title)
    if section.warning:
        caption += rf" \textbf{{{escape(section.warning)}}}"
    columns = table.columns_in("tex")
    notes = [f"{', '.join(rows)}: {note}." for note, rows in table.row_notes().items()]
    notes += [*table.sentences, *section.notes_in("tex", explain=False)]
    remarks = dict.fromkeys(column.remark for column in columns if column.remark)
    remarks |= dict.fromkeys(remark for part in table.parts_in("tex") if (remark := part.remark))
    return "\n".join(
        [
            r"% \usepackage{booktabs}",
            r"\begin{table}[htbp]",
            r"\centering",
            r"\scriptsize",  # a leaderboard is about 17 cm wide
            r"\setlength{\tabcolsep}{2pt}",
            rf"\caption{{{caption}}}",
            rf"\label{{tab:{table.label or '-'.join(section.folder.parts)}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(columns) - 1)}}}",
            r"\toprule",
            *table_lines(table),
            r"\bottomrule",
            r"\end{tabular}",
            *_below([*map(escape, notes), *(DAGGER + escape(remark) for remark in remarks)]),
            r"\end{table}",
            "",
        ]
    )


def table_lines(table: Table) -> list[str]:
    r"""Return what stands between ``\toprule`` and ``\bottomrule``.

    The best of a column is bold and the second best underlined, controls are in italics, and further parts
    have a line with their heading.
    """
    columns = table.columns_in("tex")
    lines = [_row([escape(column.head_in("tex")) + (DAGGER if column.remark else "") for column in columns])]
    for place, part in enumerate(table.parts_in("tex")):
        lines.append(r"\midrule")
        if place and part.heading and not part.is_control:
            heading = escape(part.heading) + (DAGGER if part.remark else "")
            lines.append(rf"\multicolumn{{{len(columns)}}}{{l}}{{\emph{{{heading}}}}} \\")
        template = r"\textit{%s}" if part.is_control else "%s"
        of_part = table.columns_in("tex", part)
        lines += [
            _row([template % _text(*pair) for pair in zip(cells, of_part, strict=True)])
            for cells in table.cells(part, "tex")
        ]
    return lines


def _text(cell: Cell, column: Column) -> str:
    """Return a cell as LaTeX source; numbers have true minus signs, intervals brackets."""
    if column.is_text:
        return escape(cell.text)
    text = f"{cell.text}." if cell.text == UNDEFINED else cell.text
    low, dots, high = text.partition("..")
    return _MARKED[cell.mark] % escape((f"[{low}, {high}]" if dots else low).replace("-", "−"))


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _below(notes: Sequence[str]) -> list[str]:
    if not notes:
        return []
    return [
        r"\par\medskip",
        r"\begin{minipage}{\linewidth}\raggedright",
        *(rf"{note}\par" for note in notes),
        r"\end{minipage}",
    ]


def escape(text: str) -> str:
    """Return text as LaTeX source that prints it; no part of it is read as a command.

    Letters that pdfLaTeX does not have are printed as their number, "U+03B1".
    """
    source = "".join(map(_escaped, " ".join(text.split())))
    return re.sub("-(?=-)", "-{}", source)  # two hyphens would become a dash


def _escaped(sign: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    latin = unicodedata.category(sign)[0] == "L" and ord(sign) <= _LAST_LATIN
    return sign if latin or (sign.isascii() and sign.isprintable()) else f"U+{ord(sign):04X}"
