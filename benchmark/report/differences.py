"""What differs between two runs on the same data, beside the scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import comb
from typing import Any

from geneboard.benchmark.records.metric_versions import versions_text
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import Group, canonical
from geneboard.benchmark.report.intervals import MIN_BOOTSTRAP
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.wording import short_revision

RowName = tuple[str, str]
"""Name and kind of a row: a plugin with the name of a published method is another method."""


def rows_apart(ours: Mapping[RowName, Row], theirs: Mapping[RowName, Row]) -> list[str]:
    """Return which rows cannot be compared: they are in one folder only, or have no scores in one."""
    sentences = []
    for number, rows, others in (("1", ours, theirs), ("2", theirs, ours)):
        only = [row.title for name, row in rows.items() if name not in others]
        if only:
            sentences.append(f"Only in {number}: {', '.join(only)}.")
        sentences += [
            f"Without scores in {number}: {row.title}, {' '.join(row.reason.split())}."
            for name, row in rows.items()
            if name in others and not row.scored
        ]
    return sentences


def what_else_differs(first: Group, second: Group, rows: Sequence[tuple[Row, Row]]) -> list[str]:
    """Return a sentence for everything that differs between two leaderboards of the same data.

    Parameters
    ----------
    first, second
        The leaderboards.
    rows
        The rows that are compared, of the first and of the second.
    """
    ours = [record for row, _ in rows for record in row.records]
    theirs = [record for _, row in rows for record in row.records]
    same = len({canonical(record) for record in ours} & {canonical(record) for record in theirs})
    return [
        *_source(first, second),
        *([f"{same} of {len(ours)} cells in 1 and {len(theirs)} in 2 are the same record."] if same else []),
        *_of_all("device", ours, theirs, lambda record: record["device"]),
        *_of_all("threads of a cell", ours, theirs, lambda record: str(record["threads"])),
        *_of_all("git revision", ours, theirs, lambda record: short_revision(record, 12)),
        *_of_all("versions of the metrics", ours, theirs, versions_text),
        *_versions(ours, theirs),
        *_of_rows("seeds", rows, lambda record: record["seed"]),
        *_of_rows("settings", rows, lambda record: canonical(record["settings"])),
        *_of_rows("code", rows, lambda record: record["code"]),
    ]


def _source(first: Group, second: Group) -> list[str]:
    if first.source == second.source:
        return []
    return [
        f"The source is called {first.source} in 1 and {second.source} in 2; the data are the same "
        f"(sha256 {first.data_hash}…)."
    ]


def _of_all(
    what: str, ours: Sequence[Record], theirs: Sequence[Record], read: Callable[[Record], str]
) -> list[str]:
    """Say which values of a property the cells of each side have, if these are not the same."""
    sides = [sorted({read(record) for record in records}) for records in (ours, theirs)]
    if sides[0] == sides[1]:
        return []
    return [f"Other {what}: {', '.join(sides[0])} in 1, {', '.join(sides[1])} in 2."]


def _versions(ours: Sequence[Record], theirs: Sequence[Record]) -> list[str]:
    def sentences(package: str) -> list[str]:
        return _of_all(
            f"version of {package}", ours, theirs, lambda record: record["versions"].get(package, "none")
        )

    packages = sorted({package for record in (*ours, *theirs) for package in record["versions"]})
    return [sentence for package in packages for sentence in sentences(package)]


def _of_rows(what: str, rows: Sequence[tuple[Row, Row]], read: Callable[[Record], Any]) -> list[str]:
    """Name the methods of which a property of their cells differs."""
    titles = [row.title for row, other in rows if {*map(read, row.records)} != {*map(read, other.records)}]
    return [f"Other {what}: {', '.join(titles)}."] if titles else []


def chance_sentences(rows: Sequence[tuple[Row, Row]]) -> list[str]:
    """Return how often ranges of few seeds are apart when nothing but chance differs.

    Of n + m draws from one distribution the n lowest or the n highest are those of one side in 2 of
    C(n + m, n) orders, which are all as likely. Scores of deterministic methods do not differ by chance.
    """
    seeds = {
        (len(row.scored), len(other.scored))
        for row, other in rows
        if not (row.first["deterministic"] and other.first["deterministic"])
    }
    few = sorted(pair for pair in seeds if max(pair) < MIN_BOOTSTRAP and sum(pair) > 2)
    if not few:
        return []
    cases = ", ".join(f"{200 / comb(n + m, n):.0f} % for {n} in 1 and {m} in 2" for n, m in few)
    return [f"Ranges of few seeds are often apart by chance alone: in {cases}."]
