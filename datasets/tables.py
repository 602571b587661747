"""Tables of text and of numbers that people have: what parts fields, what a quote is, and what is missing.

Commas part the fields of .csv, tabs those of every other file. Only in .csv do quotes hold a field together;
elsewhere they are taken off its ends, so that a lone one swallows nothing.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError

NOT_KNOWN = (
    *("", "na", "n/a", "nan", "-nan", "<na>", "#n/a", "#na", "#n/a n/a", "null", "none"),
    *("-", "--", "---", ".", "?", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
    *("unknown", "not available", "not applicable", "not reported", "missing"),
)
"""How people and programs write what they do not know, in small letters."""

SENTINELS = (-666, -999, -9999)
"""Numbers that do so where no value can be as low; -666 is that of the Connectivity Map."""

ROWS_AT_ONCE = 500


def is_missing(texts: pd.Series) -> pd.Series:
    """Return where a text says that a name or a number is not known; brackets ("[Unknown]") do not count."""
    words = texts.str.strip(" []'").str.lower()
    return words.isin(NOT_KNOWN) | words.str.removesuffix(".0").isin(list(map(str, SENTINELS)))


def without_fraction(names: pd.Series) -> pd.Series:
    """Return numbers as text without ".0", which programs add to Entrez ids where some are missing."""
    return names.str.replace(r"^(\d+)\.0$", r"\1", regex=True)


def without_sentinels(values: np.ndarray) -> np.ndarray:
    """Return float values with NaN in the place of `SENTINELS`."""
    known: np.ndarray = np.where(np.isin(values, SENTINELS), values.dtype.type(np.nan), values)
    return known


def open_text(path: Path) -> TextIO:
    """Open a text in UTF-8, as it is or with .gz; a byte order mark does not belong to it."""
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def read_fields(path: Path, **which: Any) -> pd.DataFrame:
    """Read fields of a table as text, without a header; an empty one is "".

    Parameters
    ----------
    which
        Arguments of `pandas.read_csv` that say which lines and fields.

    Raises
    ------
    InputError
        If a field of a .csv goes over several lines.
    Exception
        One of `errors.READ_ERRORS` if the file cannot be read.
    """
    table: pd.DataFrame = pd.read_csv(path, dtype=str, keep_default_na=False, **_form(path), **which)
    fields = table.to_numpy(dtype=object)
    if not _is_csv(path):
        plain = np.array([_unquoted(field) for field in fields.flat], dtype=object).reshape(fields.shape)
        return pd.DataFrame(plain, columns=table.columns)
    broken = next((field for field in fields.flat if "\n" in field), None)
    if broken is not None:
        raise _quote_astray(path, broken)
    return table


def read_table(path: Path) -> pd.DataFrame:
    """Read a table whose first line names the columns as text; an empty field is "".

    R gives the column of the rows' names no name; it is called "" here. Of columns with one name the first is
    taken.

    Raises
    ------
    InputError
        If lines have more fields than the first one; else as `read_fields`.
    """
    first, width, skip = _first_line(path)
    table = read_fields(path, names=range(width), skiprows=skip)
    names = _column_names(path, first, width, table[width - 1])
    table = table.iloc[:, : len(names)].set_axis(pd.Index(names, dtype=object), axis=1)
    return table.loc[:, ~table.columns.duplicated()]


@dataclass(frozen=True, eq=False)
class NumberTable:
    """A table of numbers.

    Parameters
    ----------
    path
        The file.
    rows, columns
        Their names, as the file has them.
    width
        Number of fields of a line.
    skip
        Number of lines before the numbers.
    n_names
        Number of fields before the numbers in a line.
    """

    path: Path
    rows: pd.Index
    columns: pd.Index
    width: int
    skip: int = 1
    n_names: int = 1

    @classmethod
    def of(cls, path: Path, is_header: Callable[[Sequence[str]], bool] | None = None) -> NumberTable:
        """Read the names of a table that has the names of the rows in the first column.

        Parameters
        ----------
        is_header
            Tells from the first line, but for its first field, whether it names the columns; where it does
            not, they are called by their numbers. None: it does.

        Raises
        ------
        InputError
            If there is one column only; else as `read_table`.
        Exception
            As `read_table`.
        """
        first, width, skip = _first_line(path)
        if width < 2:
            raise InputError(f"{path}: its lines have one column; .csv has commas between values, .tsv tabs.")
        headed = is_header is None or is_header(first[1:])
        skip -= not headed
        ends = read_fields(path, names=range(width), usecols={0, width - 1}, skiprows=skip)
        names = _column_names(path, first, width, ends[width - 1]) if headed else list(map(str, range(width)))
        rows, columns = pd.Index(ends[0], dtype=object), pd.Index(names[1:], dtype=object)
        return cls(path, rows.rename(None), columns, width, skip)

    def blocks(self) -> Iterator[np.ndarray]:
        """Read the numbers, `ROWS_AT_ONCE` lines at a time; NaN where one is missing.

        Raises
        ------
        InputError
            If a field is no number.
        Exception
            One of `errors.READ_ERRORS` if the file cannot be read.
        """
        with pd.read_csv(
            self.path,
            names=range(self.width),
            skiprows=self.skip,
            converters=dict.fromkeys(range(self.n_names), str),  # a name may look like a missing number
            float_precision="round_trip",
            chunksize=ROWS_AT_ONCE,
            **_form(self.path),
        ) as chunks:
            for chunk in chunks:
                numbers = chunk.iloc[:, self.n_names : self.n_names + len(self.columns)].copy()
                words = [kind.kind not in "iuf" for kind in numbers.dtypes]
                for place, name in compress(enumerate(self.columns, self.n_names), words):
                    numbers[place] = self._numbers(numbers[place], name)
                yield numbers.to_numpy()

    def values(self) -> np.ndarray:
        """Read all numbers, float64 of shape (n_rows, n_columns); raises as `blocks`."""
        return np.concatenate([np.empty((0, len(self.columns))), *self.blocks()])

    def _numbers(self, column: pd.Series, name: str) -> pd.Series:
        """Return a column that holds other words for missing numbers than pandas knows, or quotes."""
        texts = column.astype("string").fillna("").astype(str).map(_unquoted)
        texts = texts.mask(is_missing(texts))
        if not pd.to_numeric(texts, errors="coerce").isna().equals(texts.isna()):
            raise InputError(f"{self.path}: the column {name!r} holds values that are no numbers.")
        return texts.astype(float)


def _is_csv(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(".csv")


def _form(path: Path) -> dict[str, Any]:
    return {
        **({"sep": ","} if _is_csv(path) else {"sep": "\t", "quoting": csv.QUOTE_NONE}),
        "header": None,
        "encoding": "utf-8-sig",
        "low_memory": False,
    }


def _unquoted(text: str) -> str:
    """Return a field without quotes around it, as R writes them, or a lone one before or after it."""
    return text.strip('"').replace('""', '"')


def _first_line(path: Path) -> tuple[list[str], int, int]:
    """Return the fields of the first line that has any, how many it or the next has, and its number."""
    with open_text(path) as file:
        filled = ((number, line.strip(" \r\n")) for number, line in enumerate(file, 1))
        lines = list(islice((line for line in filled if line[1]), 2))
    if not lines:
        raise ValueError("it is empty")
    fields = [_split(path, line) for _, line in lines]
    return fields[0], max(map(len, fields)), lines[0][0]


def _split(path: Path, line: str) -> list[str]:
    if not _is_csv(path):
        return [_unquoted(field) for field in line.split("\t")]
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise _quote_astray(path, line) from error


def _quote_astray(path: Path, text: str) -> InputError:
    begin = text.strip('"\n').partition("\n")[0][:40]
    return InputError(f"{path}: a quote is astray where {begin!r} begins.")


def _column_names(path: Path, first: list[str], width: int, last: pd.Series) -> list[str]:
    """Return the names of the columns, without one for what follows a separator at the end of every line."""
    more = width - len(first)
    if more > 1:
        raise InputError(f"{path}: the first line has {len(first)} fields, the second {width}.")
    if (last == "").all() and (more or first[-1] == ""):
        return first[: width - 1]
    if more and not first[0]:  # the names of the rows have a column there already
        raise InputError(f"{path}: the first line has {len(first)} fields, another one {width}.")
    return ["", *first] if more else first
