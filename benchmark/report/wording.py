"""Words that every leaderboard needs: what it rests on, and what its intervals are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.intervals import BOOTSTRAP, RANGE
from geneboard.benchmark.report.number_text import MISSING, UNDEFINED, number

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


def is_synthetic_source(source: str) -> bool:
    """Return whether the data of a source are simulated: ``"synthetic"``, also behind the kind of source.

    What users call their own folder (``"files:synthetic"``) says nothing.
    """
    kind, *rest = source.split(":")
    return kind == "synthetic" or (kind != "files" and rest[:1] == ["synthetic"])


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
        "Device": "; ".join(sorted({_device(record["device"], record["threads"]) for record in records})),
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


def metric_cell(row: dict[Any, Any], metric: str, digits: int = 3) -> str:
    """Return a metric of a row: its value, "undef", or a dash in a row without scores."""
    return number(row[metric], digits, UNDEFINED if row["seeds"] else MISSING)


def _device(device: str, threads: int) -> str:
    return f"{device}, {threads} thread{'' if threads == 1 else 's'} a cell"


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
