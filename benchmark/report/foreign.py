"""Numbers from a publication beside ours: a labelled column that says it is of other data."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geneboard.benchmark.records.printable import printable
from geneboard.benchmark.registry import is_title, title_key
from geneboard.benchmark.report.rows import Row
from geneboard.datasets.errors import InputError

OTHER_DATA = "other data, not comparable"
RESERVED = ("ours", "published")
"""Labels that tables have already."""


@dataclass(frozen=True)
class ForeignTable:
    """A table of scores that are not ours.

    Attributes
    ----------
    label
        What it is called.
    file
        Where it was read from.
    scores
        Score of each method, by tissue; a cell that is empty in the file is absent. Higher is better.
    """

    label: str
    file: Path
    scores: Mapping[str, Mapping[str, float]]

    @property
    def column(self) -> str:
        """Name of its column in our tables."""
        return f"{self.label} ({OTHER_DATA})"


@dataclass(frozen=True)
class ForeignColumn:
    """What a foreign table has for one leaderboard.

    Attributes
    ----------
    numbers
        By name of our row.
    elsewhere
        Those of its methods that have no row here, with their scores.
    sentences
        What it has for methods and tissues that are not here.
    """

    table: ForeignTable
    numbers: Mapping[str, float]
    elsewhere: Mapping[str, float]
    sentences: tuple[str, ...]


def read_foreign_tables(
    additions: Sequence[str], tissues: Iterable[str], titles: Iterable[str] = ()
) -> list[ForeignTable]:
    """Read what ``--add`` names.

    Parameters
    ----------
    additions
        ``FILE`` or ``LABEL=FILE``; without a label it is the name of the file without its ending. A file is a
        CSV with the column ``method`` and one column of numbers per tissue; cells may be empty.
    tissues
        Tissues of the leaderboards that the tables shall stand beside.
    titles
        What their methods are called.

    Raises
    ------
    InputError
        If a file is not such a table or has none of the tissues, or if two have the same label.
    """
    ours = sorted(set(tissues))
    methods = {title_key(title) for title in titles}
    tables: list[ForeignTable] = []
    for addition in additions:
        label, file = _label_and_file(addition)
        if label.casefold() in {*RESERVED, *(table.label.casefold() for table in tables)}:
            raise InputError(
                f"--add {addition}: there is a column {label!r} already; give LABEL=FILE another label"
            )
        if title_key(label) in methods:
            raise InputError(
                f"--add {addition}: {label!r} is a method here; give LABEL=FILE the name of the paper, say"
            )
        table = ForeignTable(label, file, _read_scores(file))
        if not set(table.scores) & set(ours):
            raise InputError(
                f"{file}: has none of the tissues here ({', '.join(ours)}), only {', '.join(table.scores)}"
            )
        tables.append(table)
    return tables


def _label_and_file(addition: str) -> tuple[str, Path]:
    label, sign, name = addition.partition("=")
    if not sign or Path(addition).is_file():
        label, name = Path(addition).stem, addition
    label = " ".join(label.split())
    if not is_title(label) or not name:
        raise InputError(f"--add {addition}: expected FILE or LABEL=FILE with a label that can be printed")
    return label, Path(name)


def _read_scores(file: Path) -> dict[str, dict[str, float]]:
    header, lines = _cells(file)
    if "method" not in header:
        raise InputError(f"{file}: has no column named method")
    tissues = [name for name in header if name != "method"]
    if not tissues or "" in tissues:
        raise InputError(f"{file}: needs one named column per tissue beside the column method")
    if repeated := _repeated(header):
        raise InputError(f"{file}: has the column {repeated} twice")
    scores: dict[str, dict[str, float]] = {tissue: {} for tissue in tissues}
    methods = []
    for number, cells in lines:
        if len(cells) != len(header):
            raise InputError(f"{file}, line {number}: has {len(cells)} cells instead of {len(header)}")
        line = dict(zip(header, cells, strict=True))
        method = line.pop("method")
        if not method:
            raise InputError(f"{file}, line {number}: has no name of a method")
        methods.append(method)
        for tissue, text in line.items():
            if text:
                scores[tissue][method] = _number(text, f"{file}, line {number}: {method}, {tissue}")
    if not methods:
        raise InputError(f"{file}: has no methods")
    if repeated := _repeated(method.casefold() for method in methods):
        raise InputError(f"{file}: has the method {repeated} twice")
    return scores


def _cells(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the numbered lines of a CSV, without the space around cells."""
    if not file.is_file():
        raise InputError(f"{file}: no such file")
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.reader(opened, strict=True)
            lines = [(reader.line_num, [printable(cell.strip()) for cell in line]) for line in reader if line]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file}: is not a CSV file in UTF-8 ({error})") from error
    if not lines:
        raise InputError(f"{file}: is empty")
    return lines[0][1], lines[1:]


def _repeated(names: Iterable[str]) -> str:
    """Return a name that is there more than once, or nothing."""
    return next((name for name, count in Counter(names).items() if count > 1), "")


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{where}: {text!r} is not a number")
    return value


def foreign_column(
    table: ForeignTable, tissue: str, rows: Sequence[Row], tissues: Iterable[str]
) -> ForeignColumn:
    """Return what a foreign table has for the rows of one leaderboard.

    A method of the file belongs to the row with this title or name, upper or lower case; of a method with
    variants, to the one with the settings of the preset, or to the one that stands in for it. Where a
    published method and another share a title, it belongs to the published one.

    Parameters
    ----------
    tissues
        All tissues of the result folder.

    Raises
    ------
    InputError
        If two methods of the file are the same method here.
    """
    known = _rows_by_name(rows)
    numbers: dict[str, float] = {}
    names: dict[str, str] = {}
    elsewhere: dict[str, float] = {}
    for method, number in table.scores.get(tissue, {}).items():
        found = known.get(method.casefold(), [])
        for row in [row for row in found if row.first["kind"] == "published"] or found:
            if row.name in numbers:
                raise InputError(f"{table.file}: {names[row.name]} and {method} are the same method here")
            numbers[row.name], names[row.name] = number, method
        if not found:
            elsewhere[method] = number
    sentences = []
    if not table.scores.get(tissue):
        sentences.append(f"{table.label} has no numbers for {tissue}.")
    if elsewhere:
        sentences.append(f"{table.label} also has, without a row here: {listed(elsewhere)}.")
    sentences += sentences_of_tissues(table, tissues)
    return ForeignColumn(table, numbers, elsewhere, tuple(sentences))


def listed(scores: Mapping[str, float]) -> str:
    """Return methods with their scores: "GAE 0.5, PCA 0.25"."""
    return ", ".join(f"{method} {score:g}" for method, score in scores.items())


def sentences_of_tissues(table: ForeignTable, tissues: Iterable[str]) -> list[str]:
    """Return which tissues a foreign table has that a result folder has not."""
    others = [name for name in table.scores if name not in set(tissues)]
    return [f"{table.label} also has tissues that are not here: {', '.join(others)}."] if others else []


def _rows_by_name(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows that stand for their methods by their titles and names in lower case."""
    known: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.represents_method:
            for name in {row.first["method"].casefold(), row.first["title"].casefold()}:
                known[name].append(row)
    return known
