"""Ways to read a comparison of two result folders, for its tests."""

from __future__ import annotations

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.compare import FolderComparison, compare_folders
from geneboard.benchmark.tasks.embedding.compare import COMPARED


def compared(ours: list[Record], theirs: list[Record]) -> FolderComparison:
    return compare_folders("one", ours, "two", theirs, {"embedding": COMPARED})


def verdicts(comparison: FolderComparison) -> dict[tuple[str, str], str]:
    frame = comparison.frame
    return dict(zip(zip(frame["method"], frame["metric"], strict=True), frame["verdict"], strict=True))


def sentences(comparison: FolderComparison) -> str:
    (pair,) = comparison.pairs
    return "\n".join(pair.sentences)
