"""Words that every task needs: parts of sentences, how much was run, what a leaderboard rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.registry import KIND_ORDER
from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.intervals import BOOTSTRAP, RANGE

NOT_COMPARABLE = "Scores of different sources or presets are not comparable."

_MAIN_PACKAGES = (
    "python",
    "torch",
    "numpy",
    "scipy",
    "scanpy",
    "anndata",
    "leidenalg",
    "igraph",
    "umap-learn",
)


FrameRow = Mapping[Any, Any]
"""A row of `Board.frame`."""


def listed(parts: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def counted(n: int, noun: str) -> str:
    """Return "1 cell" or "2 cells"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def methods_of(rows: Iterable[FrameRow]) -> list[FrameRow]:
    """Return the rows of a leaderboard that are no controls."""
    return [row for row in rows if row["kind"] != "control"]


def controls_of(rows: Iterable[FrameRow]) -> list[FrameRow]:
    """Return the rows of a leaderboard that are controls."""
    return [row for row in rows if row["kind"] == "control"]


def best_row(rows: Iterable[FrameRow], column: str, *, lowest: bool = False) -> FrameRow | None:
    """Return the row with the highest (or lowest) value of a column, or None where it has none."""
    known = [row for row in rows if pd.notna(row[column])]
    sign = -1 if lowest else 1
    return max(known, key=lambda row: sign * row[column], default=None)


def extent(n_boards: int, records: Sequence[Record]) -> str:
    """Return how much was run, and how it ended.

    "2 leaderboards of 1 published method and 2 controls, made from the records of 6 cells (6 ok)."
    """
    ends = Counter(record["status"] for record in records)
    told = ", ".join(
        f"{ends[status]} {status}" for status in sorted(ends, key=lambda end: (end != "ok", end))
    )
    kinds: Counter[str] = Counter(
        kind for _, kind in {(record["method"], record["kind"]) for record in records}
    )
    nouns = {kind: "published method" if kind == "published" else kind for kind in KIND_ORDER}
    listing = listed([counted(kinds[kind], noun) for kind, noun in nouns.items() if kind in kinds])
    return (
        f"{counted(n_boards, 'leaderboard')} of {listing}, made from the records of "
        f"{counted(len(records), 'cell')} ({told})."
    )


def is_synthetic_source(source: str) -> bool:
    """Return whether the data of a source are simulated: ``"synthetic"``, also behind the kind of source.

    What users call their own folder (``"files:synthetic"``) says nothing.
    """
    kind, *rest = source.split(":")
    return kind == "synthetic" or (kind != "files" and rest[:1] == ["synthetic"])


def added_genes_sentences(group: Group) -> list[str]:
    """Return which genes were added to the usual graphs and what this means; none where none were."""
    note = group.records[0].get("genes_note")
    if note is None:
        return []
    return [f"{note[:1].upper()}{note[1:]}; not comparable with the usual graphs, which are other data."]


def facts(group: Group, of_task: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a leaderboard rests on, by label; `of_task` is what its task adds."""
    records = group.records
    return {
        **({"Genes": covered_sentence(group)} if group.covered_by else {}),
        "Source": group.source,
        **(of_task or {}),
        "Preset": group.preset,
        "Seeds": ", ".join(map(str, group.seeds))
        + " (the column seeds gives how many of them a row rests on)",
        "Datasets": f"{len(group.datasets)} ({', '.join(group.datasets)})",
        "Data": f"sha256 {group.data_hash}…",
        "Device": "; ".join(sorted({_device(record) for record in records})),
        "Versions": ", ".join(_versions(group)),
        "Git revision": ", ".join(sorted(set(map(short_revision, records)))),
        "Records": f"{len(records)} used, {left_out_sentence(group)}",
    }


def covered_sentence(group: Group) -> str:
    """Return which genes a leaderboard that is not on all genes is about."""
    part = group.records[0].get("covered_by")
    assert part is not None
    return (
        f"only those that {group.covered_by} has vectors for, {part['rows']} of {part['of']} "
        "(gene, dataset) pairs; the same embeddings as in the leaderboard of all genes"
    )


def left_out_sentence(group: Group) -> str:
    """Return how many records of the same source, preset and tissue are not used, and why."""
    counts = group.left_out_counts
    if not counts:
        return "none left out"
    reasons = "; ".join(f"{number} {reason}" for reason, number in counts.items())
    return f"{len(group.left_out)} left out ({reasons})"


def _device(record: Record) -> str:
    return f"{record['device']}, {counted(record['threads'], 'thread')} a cell"


def short_revision(record: Record, digits: int = 10) -> str:
    """Return the commit of a cell, shortened; keep the mark that files differ from it."""
    commit, plus, rest = record["git_revision"].partition("+")
    return commit[:digits] + plus + rest


def _versions(group: Group) -> list[str]:
    lines = []
    for package in _MAIN_PACKAGES:
        versions = {record["versions"][package] for record in group.records if package in record["versions"]}
        if versions:
            lines.append(f"{package} {' | '.join(sorted(versions))}")
    return lines


def seeds_interval_sentences(frame: pd.DataFrame) -> list[str]:
    """Return what the intervals over seeds are, as far as a leaderboard has any."""
    kinds = set(frame["seeds_interval"])
    sentences = []
    if RANGE in kinds:
        sentences.append("Over seeds (range): lowest and highest of fewer than six seeds, not a test.")
    if BOOTSTRAP in kinds:
        sentences.append(f"Over seeds ({BOOTSTRAP}): percentile interval of the mean of six or more seeds.")
    return sentences


def control_meanings(frame: pd.DataFrame, meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return title and meaning of the controls of a leaderboard; `meanings` are by name of the method."""
    controls = frame.loc[frame["kind"] == "control"]
    unknown = "A control that is not part of this project; its own documentation says what it means."
    return [
        (title, meanings.get(name.partition("[")[0], unknown))
        for title, name in zip(controls["title"], controls["method"], strict=True)
    ]
