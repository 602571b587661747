"""Tables as people and their programs write them are read as the plain one is, or refused in one sentence."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geneboard.datasets.errors import InputError
from geneboard.datasets.tables import NumberTable, is_missing, read_table, without_sentinels

VALUES = np.array([[1, 0.1, 3], [4, 5, 1 / 3], [7, 8, 9]])
PLAIN = pd.DataFrame(VALUES, index=["007", "NA", "c"], columns=["A", "nan", "A"])


def lines(change: Callable[[int, str], str]) -> Callable[[str], str]:
    return lambda text: "".join(change(*line) + "\n" for line in enumerate(text.splitlines()))


def written(path: Path, change: Callable[[str], str] = str, **form: int) -> Path:
    separator = "," if ".csv" in path.name.lower() else "\t"
    text = change(PLAIN.to_csv(sep=separator, index_label="name", **form))
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


WAYS: dict[str, Callable[[Path], Path]] = {
    "plain": lambda folder: written(folder / "a.tsv"),
    "commas": lambda folder: written(folder / "a.csv"),
    "compressed": lambda folder: written(folder / "a.tsv.gz"),
    "capitals": lambda folder: written(folder / "A.CSV"),
    "another ending": lambda folder: written(folder / "a.txt"),
    "byte order mark": lambda folder: written(folder / "a.tsv", lambda text: "\ufeff" + text),
    "of Windows": lambda folder: written(folder / "a.tsv", lambda text: text.replace("\n", "\r\n")),
    "words in quotes": lambda folder: written(folder / "a.tsv", quoting=csv.QUOTE_NONNUMERIC),
    "all in quotes": lambda folder: written(folder / "a.tsv", quoting=csv.QUOTE_ALL),
    "all in quotes, commas": lambda folder: written(folder / "a.csv", quoting=csv.QUOTE_ALL),
    "empty lines": lambda folder: written(
        folder / "a.tsv", lambda text: "\n \n" + text.replace("\nc", "\n\nc")
    ),
    "lone quotes": lambda folder: written(
        folder / "a.tsv", lines(lambda number, line: '"' * (number in (1, 3)) + line)
    ),
    "of R": lambda folder: written(folder / "a.tsv", lambda text: text.removeprefix("name\t")),
    "tabs at the ends": lambda folder: written(folder / "a.tsv", lines(lambda _, line: line + "\t")),
    "tabs at the ends of rows": lambda folder: written(
        folder / "a.tsv", lines(lambda number, line: line + "\t" * (number > 0))
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_same_table(tmp_path: Path, way: str) -> None:
    path = WAYS[way](tmp_path)
    numbers = NumberTable.of(path)
    assert (list(numbers.rows), list(numbers.columns)) == (list(PLAIN.index), list(PLAIN.columns))
    np.testing.assert_array_equal(numbers.values(), VALUES)
    texts = read_table(path)
    assert list(texts) == ["" if way == "of R" else "name", "A", "nan"]
    np.testing.assert_array_equal(texts.to_numpy()[:, 1:].astype(float), VALUES[:, :2])


WORDS = ("", "NA", "na", "NaN", "n/a", "N/A", "#N/A", "null", "NULL", "None", "-", "--", ".", "<NA>", " NA ")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_words_for_what_is_missing(tmp_path: Path, ending: str, word: str) -> None:
    path = written(tmp_path / f"a.{ending}", lambda text: text.replace("8.0", word))
    np.testing.assert_array_equal(NumberTable.of(path).values(), np.where(VALUES == 8, np.nan, VALUES))


def test_names_that_are_none() -> None:
    none = [*WORDS, "unknown", "[Not Available]", "'--", "-666", "-9999.0", "?"]
    assert is_missing(pd.Series(none)).all()
    assert not is_missing(pd.Series(["NA12878", "NANOG", "-1", "lung", "nans", "666"])).any()


def test_numbers_for_what_is_missing() -> None:
    values = np.array([[-666, 1], [666, -9999]], dtype=np.float32)
    found = without_sentinels(values)
    np.testing.assert_array_equal(found, np.array([[np.nan, 1], [666, np.nan]], dtype=np.float32))
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.tsv", "n\tA\tB\nx\t1\tmany\n", "the column 'B' holds values that are no numbers."),
        ("a.tsv", "n\tA\tB\nx\t1,5\t1\n", "the column 'A' holds values that are no numbers."),
        ("a.tsv", "n\tA\nx\tTRUE\n", "the column 'A' holds values that are no numbers."),
        ("a.tsv", "n\tA\nx\t#VALUE!\ny\tna\n", "the column 'A' holds values that are no numbers."),
        ("a.tsv", "n\nx\t1\t2\n", "the first line has 1 fields, the second 3."),
        ("a.tsv", "\tA\nx\t1\t2\ny\t3\n", "the first line has 2 fields, another one 3."),
        ("a.tsv", "n,A\nx,1\n", "its lines have one column; .csv has commas between values, .tsv tabs."),
        ("a.csv", "n;A\nx;1\n", "its lines have one column; .csv has commas between values, .tsv tabs."),
        ("a.csv", 'n,A\n"x,1\n"y,2\nz,3\n', "a quote is astray where 'x,1' begins."),
        ("a.csv", 'n,"A\nx,1\ny",B\nz,3\n', "a quote is astray where 'n,\"A' begins."),
    ],
)
def test_faults(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as raised:
        NumberTable.of(tmp_path / name).values()
    assert str(raised.value) == f"{tmp_path / name}: {sentence}"


@pytest.mark.parametrize("text", ["", "n\tA\nx\t1\ny\t1\t2\n"])
def test_what_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.tsv").write_text(text)
    with pytest.raises(ValueError, match=r"it is empty|Expected 2 fields in line 3, saw 3"):
        NumberTable.of(tmp_path / "a.tsv").values()
    with pytest.raises(ValueError, match=r"it is empty|Expected 2 fields in line 3, saw 3"):
        read_table(tmp_path / "a.tsv")


def test_many_lines(tmp_path: Path) -> None:
    """More lines than are read at once, whole numbers in the first block and others in the second."""
    values = np.arange(1200.0).reshape(600, 2)
    values[-1] = np.nan, 0.5
    pd.DataFrame(values).to_csv(tmp_path / "a.csv", float_format="%g")
    table = NumberTable.of(tmp_path / "a.csv")
    assert [len(block) for block in table.blocks()] == [500, 100]
    np.testing.assert_array_equal(table.values(), values)


def test_nothing_but_a_first_line(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("n\tA\tB\n")
    assert NumberTable.of(tmp_path / "a.tsv").values().shape == (0, 2)
    assert read_table(tmp_path / "a.tsv").shape == (0, 3)
