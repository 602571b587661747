"""What differs between cells that may not share a leaderboard, and between leaderboards of two folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import comb
from typing import Any

from geneboard.benchmark.records.metric_versions import scored_alike, versions_text
from geneboard.benchmark.records.record import Record, covering_embedding
from geneboard.benchmark.report.groups import Group, canonical, data_digest
from geneboard.benchmark.report.intervals import MIN_BOOTSTRAP
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.wording import short_revision
from geneboard.datasets.base import HELDOUT, TRUTH
from geneboard.datasets.errors import InputError

RowName = tuple[str, str]
"""Name and kind of a row: a plugin with the name of a published method is another method."""


_ALIKE: dict[str, Callable[[Record], str]] = {
    "tasks": lambda record: record["task"],
    "sources": lambda record: record["source"],
    "presets": lambda record: record["preset"],
    "tissues": lambda record: record["tissue"],
    "sets of genes": lambda record: covering_embedding(record) or "all",
}


def board_rows(records: Iterable[Record]) -> list[Row]:
    """Return the rows of a leaderboard, ordered by method and variant.

    Parameters
    ----------
    records
        Its records, at most one per method, hyper-parameters and seed.

    Raises
    ------
    InputError
        If they are of different tasks, sources, presets, tissues, problems, data or versions of the metrics;
        it says which.
    ValueError
        If there are none, or two are of the same method, hyper-parameters and seed.
    """
    records = list(records)
    if not records:
        raise ValueError("a leaderboard needs at least one record")
    for what, read in _ALIKE.items():
        found = sorted({read(record) for record in records})
        if len(found) > 1:
            raise InputError(f"scores of different {what} may not share a table: {', '.join(found)}")
    if len(set(map(scored_alike(records), records))) > 1:
        versions = "; ".join(sorted(set(map(versions_text, records))))
        raise InputError(f"scores of different versions of the metrics may not share a table: {versions}")
    for record in records:
        if data_digest(record) != data_digest(records[0]):
            differences = data_differences(records[0], record)
            raise InputError(f"scores of different data may not share a table: {differences}")
    return make_rows(records)


def data_differences(first: Record, second: Record) -> str:
    """Return by name which datasets differ between two cells (1 and 2), or are in one only."""
    ours, theirs = first["data_hashes"], second["data_hashes"]
    parts = {
        "differs": [name for name in ours if name in theirs and ours[name] != theirs[name]],
        "only in 1": [name for name in ours if name not in theirs],
        "only in 2": [name for name in theirs if name not in ours],
    }
    called = {TRUTH: "the true modules", HELDOUT: "the held-out cells"}
    found = [
        f"{', '.join(called.get(name, name) for name in sorted(names))} {what}"
        for what, names in parts.items()
        if names
    ]
    problems = (first.get("problem"), second.get("problem"))
    if problems[0] != problems[1]:
        found.append(f"the problem differs ({problem_differences(*problems)})")
    return "; ".join(found) or "other genes of the covering embedding"


def problem_differences(first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> str:
    """Return which parts of two problems differ: "landmarks 108 in 1, 324 in 2"."""
    ours, theirs = first or {}, second or {}
    return "; ".join(
        f"{name} {ours.get(name)} in 1, {theirs.get(name)} in 2"
        for name in sorted({*ours, *theirs})
        if ours.get(name) != theirs.get(name)
    )


def not_compared(ours: Sequence[Group], theirs: Sequence[Group]) -> list[str]:
    """Return a sentence for every leaderboard that has none of the same preset and data on the other side.

    It says what differs from the most similar leaderboard of the same tissue (and covering embedding) on the
    other side, or that there is none.

    Parameters
    ----------
    ours, theirs
        The leaderboards of the first (1) and of the second (2) result folder that are not paired.
    """
    apart = [(group, other) for group in ours if (other := _most_similar(group, theirs))]
    explained = {id(other) for _, other in apart}
    apart += [
        (group, other)
        for other in theirs
        if id(other) not in explained and (group := _most_similar(other, ours))
    ]
    named = {id(group) for pair in apart for group in pair}
    return [
        *(f"{_name(group)} not compared: {_what_differs(group, other)}" for group, other in apart),
        *(f"{_name(group)} only in 1" for group in ours if id(group) not in named),
        *(f"{_name(other)} only in 2" for other in theirs if id(other) not in named),
    ]


def _most_similar(group: Group, others: Sequence[Group]) -> Group | None:
    def alike(other: Group) -> int:
        return (
            (group.preset == other.preset)
            + (group.source == other.source)
            + (group.data_hash == other.data_hash)
        )

    place = (group.tissue, group.covered_by)
    return max(
        (other for other in others if (other.tissue, other.covered_by) == place), key=alike, default=None
    )


def _name(group: Group) -> str:
    genes = f", genes of {group.covered_by}" if group.covered_by else ""
    return f"{group.tissue} ({group.source}, {group.preset}{genes})"


def _what_differs(group: Group, other: Group) -> str:
    sides = {"preset": (group.preset, other.preset), "source": (group.source, other.source)}
    parts = [f"{what} {one} in 1, {two} in 2" for what, (one, two) in sides.items() if one != two]
    if group.data_hash != other.data_hash:
        parts.append(f"other data: {data_differences(group.records[0], other.records[0])}")
    return "; ".join(parts)


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
