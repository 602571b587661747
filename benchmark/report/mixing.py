"""Scores that may not share a table: of different sources, presets, data, or versions of the metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmark.record import Record
from benchmark.report.groups import data_digest
from datasets.base import HELDOUT, TRUTH, InputError

_ALIKE: dict[str, Callable[[Record], str]] = {
    "sources": lambda record: record["source"],
    "presets": lambda record: record["preset"],
    "tissues": lambda record: record["tissue"],
    "sets of genes": lambda record: record["covered_by"]["embedding"] if "covered_by" in record else "all",
    "versions of the metrics": lambda record: record["metrics_code"][:12],
}


def refuse_mixed(records: Sequence[Record]) -> None:
    """Refuse records that may not share a leaderboard.

    Raises
    ------
    InputError
        If they are of different sources, presets, tissues, data or versions of the metrics; it says which.
    """
    for what, read in _ALIKE.items():
        found = sorted({read(record) for record in records})
        if len(found) > 1:
            raise InputError(f"scores of different {what} may not share a table: {', '.join(found)}")
    for record in records:
        if data_digest(record) != data_digest(records[0]):
            differences = data_differences(records[0], record)
            raise InputError(f"scores of different data may not share a table: {differences}")


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
    return "; ".join(found) or "other genes of the covering embedding"
