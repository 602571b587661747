"""The record of one cell (problem x method x hyper-parameters x seed), the only thing tables are made from.

Every task has the same envelope; what only one task has are further fields of its own, which are kept as they
are. This module imports nothing heavy: the store, the runner and the report share its types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict  # Python 3.11's own cannot be checked by pydantic

SCHEMA_VERSION = 2
"""Version of the record's form, which is in the key of a cell too.

Version 2 came with fingerprints of code by definition, versions of metrics and checksums: every key is
another than in version 1, so that everything is trained once more. Records of version 1 are read, unverified.
"""

Status = Literal["ok", "failed", "timeout", "oom", "skipped"]
"""How a cell ended."""

Kind = Literal["published", "baseline", "control", "plugin"]
"""What a method is; only ``"published"`` rows set the scale of the average score."""


class ScoreEntry(TypedDict):
    """Value of one metric; an undefined score has the value None and a reason."""

    value: float | None
    status: Literal["ok", "undefined"]
    reason: str


Scores = dict[str, ScoreEntry]
"""Scores by metric name."""


class Cost(TypedDict):
    """What a cell cost. Records are "identical" when they agree in everything else.

    Times are in seconds, memory in MB (peak resident, peak on the device), dates in ISO 8601 with time zone.
    `confirmed_at` is there where a run took over the record of a cell that later ones, of other code or data,
    would have replaced: it is what that run wanted.
    """

    wall_seconds: float | None
    cpu_seconds: float | None
    scoring_seconds: float | None
    peak_mb: float | None
    peak_device_mb: float | None
    started_at: str
    finished_at: str
    confirmed_at: NotRequired[str]
    host: str


class Coverage(TypedDict):
    """How many of the (gene, dataset) pairs of a tissue a precomputed embedding has vectors for."""

    rows: int
    of: int


class CoveredGenes(Coverage):
    """The genes that a cell was scored on: those that a precomputed embedding has vectors for.

    `embedding` is its name, `sha256` the digest of which genes of which dataset they are; `datasets` are
    those that have any.
    """

    embedding: str
    sha256: str
    datasets: list[str]


class Problem(TypedDict):
    """What a model of the L1000 task had to do (`benchmark.tasks.inference`).

    Attributes
    ----------
    experiment
        ``"comparison"``, ``"landmarks"`` (budgets), ``"organs"`` (one left out) or ``"platform"``.
    landmarks, landmarks_present
        Number of landmarks that are inputs, and of those that the data have.
    selection
        How the inputs were chosen: ``"all"``, ``"random"``, ``"lasso"`` or ``"greedy"``.
    targets, targets_present
        Number of genes to infer, and of those that the data have.
    organ
        The organ left out of training, "" for none.
    test_set
        The expression set that is tested on, "" for the one that is trained on.
    quantile
        Whether samples were quantile-normalised.
    given_split
        Only where the user's own split was taken, the same for all seeds: True.
    """

    experiment: str
    landmarks: int
    landmarks_present: int
    selection: str
    targets: int
    targets_present: int
    organ: str
    test_set: str
    quantile: bool
    given_split: NotRequired[bool]


class Parts(TypedDict):
    """What the scores of the L1000 task are means over, for paired tests.

    They are texts that `benchmark.tasks.inference.parts` packs, by metric: `genes` has a value for every
    target, `samples` for every test sample; `groups` are the patients of these.
    """

    genes: dict[str, str]
    samples: dict[str, str]
    groups: list[str]


class Record(TypedDict):
    """One cell, as it is written to ``runs/<key>/result.json``.

    Attributes
    ----------
    task
        Name of the task: "embedding", "inference", …
    key
        Sha256 of what determines the result.
    tissue
        The tissue, or the name of the problem of another task.
    data_hashes
        Digest of every dataset of the tissue, by dataset name; synthetic tissues add ``"truth"``, runs with
        held-out cells ``"heldout"``.
    settings
        All hyper-parameters.
    overrides
        The hyper-parameters that differ from those of the preset.
    reason, traceback
        Why a cell is not ok: one sentence, and where it happened.
    dim
        Dimensions of the embedding; None when there is none.
    scores
        All metrics, headline and extra; empty unless the cell is ok.
    metric_versions
        Version of every metric; in a record of schema version 1 whose metrics are not known, the hash of
        their sources. Scores of different versions share no table.
    groups
        Datasets of each group that was left out (`datasets.units`), by its name; only in the first seed.
    groups_note
        Where the groups come from, for people.
    without_group
        Scores without one group, by its name; only in the first seed, and from three groups on.
    leave_one_out
        In older records, scores without one dataset by its name: every dataset was a group.
    history
        Training curves, with None for what was no finite number.
    decoder_AUC
        Only in records of methods with a decoder of edges: the ROC AUC of its logits against each dataset's
        graph, None for a graph of all edges or none.
    prepared_from
        What identifies the data of every dataset on any machine (`datasets.graphs.identity`), where
        `data_hashes` are of what one machine has computed; not in records of earlier versions.
    genes_note
        Of which lists genes were added to the graphs, and how many to each dataset; only where some were.
    trained_on
        What a plugin says that it is trained on (`benchmark.registry.TRAINING_DATA`), where it does.
    taken_from
        In no file: the result folder that a record beside those of another was read from.
    coverage
        Only in records of precomputed embeddings.
    covered_by
        Only in records of cells that were scored on a part of the genes.
    problem, chosen, parts
        Only in records of the L1000 task: what was to be inferred, what training has chosen (a penalty for
        example), and what the scores are means over.
    question, answer
        Only in records of the task of biology: what an embedding was asked, and beside the scores the
        interval of the first of them and what it is a mean over.
    code
        Fingerprint of the code that computes what is scored.
    checksum
        Sha256 of all other fields; "" in records of schema version 1, which had none.
    """

    schema: int
    task: str
    key: str
    tissue: str
    source: str
    preset: str
    data_hashes: dict[str, str]
    method: str
    title: str
    kind: Kind
    reference: str
    settings: dict[str, Any]
    overrides: dict[str, Any]
    deterministic: bool
    seed: int
    threads: int
    device: str
    status: Status
    reason: str
    traceback: str
    dim: int | None
    scores: Scores
    groups: NotRequired[dict[str, list[str]]]
    groups_note: NotRequired[str]
    without_group: NotRequired[dict[str, Scores]]
    leave_one_out: NotRequired[dict[str, Scores]]
    history: dict[str, list[float | None]]
    decoder_AUC: NotRequired[dict[str, float | None]]
    prepared_from: NotRequired[dict[str, str]]
    genes_note: NotRequired[str]
    trained_on: NotRequired[str]
    taken_from: NotRequired[str]
    coverage: NotRequired[Coverage]
    covered_by: NotRequired[CoveredGenes]
    problem: NotRequired[Problem]
    chosen: NotRequired[dict[str, float]]
    parts: NotRequired[Parts]
    question: NotRequired[dict[str, Any]]
    answer: NotRequired[dict[str, Any]]
    code: str
    metric_versions: dict[str, int | str]
    versions: dict[str, str]
    git_revision: str
    cost: Cost
    checksum: str


def covering_embedding(record: Record) -> str:
    """Return the precomputed embedding on whose genes a cell was scored; nothing for all genes."""
    return record["covered_by"]["embedding"] if "covered_by" in record else ""


def variant_suffix(overrides: Mapping[str, Any]) -> str:
    """Return ``"[epochs=500,lr=0.01]"``, or nothing for a method with the settings of the preset."""
    if not overrides:
        return ""
    values = {name: v if isinstance(v, str) else json.dumps(v) for name, v in sorted(overrides.items())}
    return "[" + ",".join(f"{name}={value}" for name, value in values.items()) + "]"


def age(record: Record) -> tuple[datetime, str]:
    """Return a sort key: later is larger, equal times are told apart by the key of the cell."""
    last = datetime.fromisoformat(record["cost"].get("confirmed_at", record["cost"]["finished_at"]))
    return (last if last.tzinfo else last.replace(tzinfo=UTC)), record["key"]
