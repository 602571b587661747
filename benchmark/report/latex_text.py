"""LaTeX source: text of others that stays text, and the frame around a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from geneboard.benchmark.report.best import Mark
from geneboard.benchmark.report.wording import UNDEFINED

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


def figure(text: str) -> str:
    """Return a number or an interval, already rounded, with true minus signs."""
    return escape(text.replace("-", "−"))


def row(cells: Sequence[str]) -> str:
    """Return one row of a tabular, of cells that are LaTeX source."""
    return " & ".join(cells) + r" \\"


def body(header: Sequence[str], lines: Sequence[Sequence[str]], is_control: Sequence[bool]) -> list[str]:
    """Return the lines of a leaderboard: its head, the methods, and below them the controls in italics.

    Parameters
    ----------
    header, lines
        Cells that are LaTeX source.
    is_control
        Which rows are controls.
    """
    methods = [row(line) for line, control in zip(lines, is_control, strict=True) if not control]
    controls = [
        row([rf"\textit{{{cell}}}" for cell in line])
        for line, control in zip(lines, is_control, strict=True)
        if control
    ]
    return [
        row(header),
        r"\midrule",
        *methods,
        *([r"\midrule", *controls] if controls else []),
    ]


def marked(texts: Sequence[str], marks: Sequence[Mark]) -> list[str]:
    """Return numbers, already rounded, as cells: the best bold, the second best underlined."""
    return [
        _MARKED[mark] % figure(f"{text}." if text == UNDEFINED else text)
        for mark, text in zip(marks, texts, strict=True)
    ]


def interval(text: str) -> str:
    """Return "low..high" as a cell "[low, high]"."""
    low, dots, high = text.partition("..")
    return figure(f"[{low}, {high}]" if dots else low)


def table(*, caption: str, label: str, columns: str, lines: Sequence[str], notes: Sequence[str]) -> str:
    r"""Return a complete table environment.

    Parameters
    ----------
    caption, lines, notes
        LaTeX source; `lines` are what stands between ``\toprule`` and ``\bottomrule``, each of `notes` is a
        paragraph below the table.
    label
        For ``\ref``: letters, digits, points, colons, underscores and hyphens only.
    columns
        Column specification of the tabular.
    """
    return "\n".join(
        [
            r"% \usepackage{booktabs}",
            r"\begin{table}[htbp]",
            r"\centering",
            r"\scriptsize",  # a leaderboard is about 17 cm wide
            r"\setlength{\tabcolsep}{2pt}",
            rf"\caption{{{caption}}}",
            rf"\label{{{label}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            *_below(notes),
            r"\end{table}",
            "",
        ]
    )


def _below(notes: Sequence[str]) -> list[str]:
    if not notes:
        return []
    return [
        r"\par\medskip",
        r"\begin{minipage}{\linewidth}\raggedright",
        *(rf"{note}\par" for note in notes),
        r"\end{minipage}",
    ]
