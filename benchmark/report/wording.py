"""What a leaderboard says about itself: the sentences and figures that Markdown and terminal share."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geneboard.benchmark.report.boards import Board
from geneboard.benchmark.report.columns import HELDOUT_METRICS, METRICS
from geneboard.benchmark.report.extra import undefined_extra
from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.intervals import BOOTSTRAP, RANGE
from geneboard.benchmark.report.number_text import MISSING, UNDEFINED, interval_text, number
from geneboard.benchmark.report.rows import defined_value, why_undefined
from geneboard.benchmark.report.scale import MIN_ROWS, ROUNDING
from geneboard.datasets.base import HELDOUT

PUBLISHED_LABEL = "published: nine methods, other data"

SYNTHETIC_EXPRESSION = "SYNTHETIC DATA: simulated expression. These scores say nothing about real samples."
NOT_COMPARABLE = "Scores of different sources or presets are not comparable."
SYNTHETIC = "SYNTHETIC DATA: simulated counts with known modules. These scores say nothing about real tissue."
CONTROLS = (
    "Controls know no biology, or (oracle) know the truth: a metric that ranks one of the former first says "
    "something about itself."
)

HOLDOUT = (
    "Methods were trained on the graphs of half of the cells of every dataset; AUC_heldout and NO_heldout "
    "are scored on the graphs of the other half, all else on those of the first. Both halves are of the same "
    "samples: this says nothing about other donors or laboratories. A method whose held-out values are much "
    "lower than AUC and NO fits the noise of its graphs."
)

interval_cell = interval_text

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


def is_synthetic(group: Group) -> bool:
    """Return whether the data of a group are simulated."""
    return is_synthetic_source(group.source)


def is_synthetic_source(source: str) -> bool:
    """Return whether the data of a source are simulated."""
    first, *rest = source.split(":")
    return first == "synthetic" or (first == "l1000" and rest[:1] == ["synthetic"])


def synthetic_sentence(group: Group) -> str:
    """Return the warning that data are simulated, in the words of the task."""
    return SYNTHETIC_EXPRESSION if group.is_inference else SYNTHETIC


def is_holdout(group: Group) -> bool:
    """Return whether half of the cells were held out for scoring."""
    return HELDOUT in group.records[0]["data_hashes"]


def holdout_sentence(group: Group) -> str:
    """Return what held-out cells mean, and which score of them has no value anywhere and why."""
    scored = [record["scores"] for record in group.records if record["status"] == "ok"]
    undefined = [
        f"{metric} is undefined: {why_undefined(scored[0].get(metric))}."
        for metric in HELDOUT_METRICS
        if scored and all(defined_value(scores, metric) is None for scores in scored)
    ]
    return " ".join([HOLDOUT, *undefined])


def facts(group: Group) -> dict[str, str]:
    """Return what a leaderboard rests on, by label."""
    records = group.records
    return {
        **({"Genes": covered_sentence(group)} if group.covered_by else {}),
        "Source": group.source,
        **({"Held-out cells": holdout_sentence(group)} if is_holdout(group) else {}),
        "Preset": group.preset,
        "Seeds": ", ".join(map(str, group.seeds))
        + " (the column seeds gives how many of them a row rests on)",
        "Datasets": f"{len(group.datasets)} ({', '.join(group.datasets)})",
        "Data": f"sha256 {group.data_hash}…",
        "Device": "; ".join(sorted({_device(record["device"], record["threads"]) for record in records})),
        "Versions": ", ".join(_versions(group)),
        "Git revision": ", ".join(sorted({_short(record["git_revision"]) for record in records})),
        "Records": f"{len(records)} used, {left_out_sentence(group)}",
    }


def covered_sentence(group: Group) -> str:
    """Return which genes a leaderboard that is not on all genes is about."""
    part = group.records[0].get("covered_by")
    assert part is not None
    return (
        f"only those that {part['embedding']} has vectors for, {part['rows']} of {part['of']} "
        "(gene, dataset) pairs; the same embeddings as in the leaderboard of all genes"
    )


def left_out_sentence(group: Group) -> str:
    """Return how many records of the same source, preset and tissue are not used, and why."""
    counts = group.left_out_counts
    if not counts:
        return "none left out"
    reasons = "; ".join(f"{number} {reason}" for reason, number in counts.items())
    return f"{len(group.left_out)} left out ({reasons})"


def scale_sentences(frame: pd.DataFrame) -> list[str]:
    """Return how the average score came about, or why there is none."""
    members = frame.loc[frame["sets_range"]]
    titles = ", ".join(sorted(members["title"]))
    if len(members) < MIN_ROWS:
        found = f"only {titles} has" if len(members) else "none has"
        return [
            f"There is no average score: its scale needs at least {MIN_ROWS} published methods with scores, "
            f"and here {found} any."
        ]
    sentences = [
        f"Average score: each metric is scaled from 0 (lowest) to 1 (highest) of {titles}, the published "
        "methods, and the six are averaged; all other rows may fall outside 0 to 1, and an undefined metric "
        "counts 0. Of a method that is here with the settings of the preset, variants do not set the scale.",
        "This scaling is this project's reading of the published average score, which does not spell it out.",
    ]
    flat = [m for m in METRICS if not members[m].max() - members[m].min() > ROUNDING]
    if flat:
        sentences.append(
            f"Without a spread among those methods, and so 0.5 for every value: {', '.join(flat)}."
        )
    return sentences


def interval_sentences(frame: pd.DataFrame) -> list[str]:
    """Return what the two intervals of the average score are, as far as the table has any."""
    kinds = set(frame["seeds_interval"])
    sentences = []
    if RANGE in kinds:
        sentences.append("Over seeds (range): lowest and highest of fewer than six seeds, not a test.")
    if BOOTSTRAP in kinds:
        sentences.append(f"Over seeds ({BOOTSTRAP}): percentile interval of the mean of six or more seeds.")
    if kinds - {""}:
        sentences.append("Seeds measure the noise of training only.")
    if frame.filter(regex="_datasets_low$").notna().any(axis=None):
        sentences.append(
            "Over datasets (jackknife 95 %): from the scores that leave out one dataset each, first seed, "
            "without training again; not cut at 0 or 1."
        )
    return sentences


def rank_sentence() -> str:
    """Return what the average rank is."""
    return (
        "Average rank: mean over the six metrics of the rank among all methods, 1 is best; undefined scores "
        "and rows without scores rank last; controls have none."
    )


def notes(board: Board) -> list[tuple[str, str]]:
    """Return (title, note) for every row that lacks something: cells, metrics or intervals."""
    undefined = undefined_extra(board)
    return [
        (str(row["title"]), note)
        for row in board.frame.to_dict("records")
        for note in row_notes(row, undefined[row["method"]])
    ]


def row_notes(row: dict[Any, Any], undefined: str) -> list[str]:
    """Return what a row lacks; `undefined` says which metrics beside the six, and why."""
    found = []
    if row["seeds_failed"]:
        found.append(row["reason"])
    if row["undefined"]:
        found.append(row["undefined"])
    if undefined:
        found.append(undefined)
    if row["coverage"] < 1:
        found.append(_coverage_note(row["coverage"]))
    if row["no_datasets_interval"]:
        found.append(f"no interval over datasets: {row['no_datasets_interval']}")
    return [" ".join(note.split()) for note in found]


def _coverage_note(share: float) -> str:
    return (
        f"has vectors for {100 * share:.1f} % of these (gene, dataset) pairs; the others have the zero "
        "vector and count in every metric"
    )


def metric_cell(row: dict[Any, Any], metric: str, digits: int = 3) -> str:
    """Return a metric of a row: its value, "undef", or a dash in a row without scores."""
    return number(row[metric], digits, UNDEFINED if row["seeds"] else MISSING)


def _device(device: str, threads: int) -> str:
    return f"{device}, {threads} thread{'' if threads == 1 else 's'} a cell"


def _short(revision: str) -> str:
    """Shorten a commit to ten digits; keep the mark that files differ from it."""
    commit, plus, rest = revision.partition("+")
    return commit[:10] + plus + rest


def _versions(group: Group) -> list[str]:
    lines = []
    for package in _MAIN_PACKAGES:
        versions = {record["versions"][package] for record in group.records if package in record["versions"]}
        if versions:
            lines.append(f"{package} {' | '.join(sorted(versions))}")
    return lines
