"""Records of the task of biology with known answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.biology.questions import Question

HALLMARK = Question("retrieval", "Hallmark", "1a")
CLUSTERS = Question("enrichment", "Hallmark", "1a")
ESSENTIAL = Question("within", "essential", "2b", "logistic")


def asked(
    method: str,
    question: Question,
    *values: float,
    interval: Sequence[float] | None = None,
    parts: Sequence[float] = (),
    seed: int = 0,
    **changes: Any,
) -> Record:
    """A cell whose scores are these, in the order of its question; without any it has failed."""
    scores = {
        name: {"value": value, "status": "ok", "reason": ""}
        for name, value in zip(question.about.scores, values, strict=False)
    }
    finished = changes.pop("finished_at", "2026-01-01T00:00:00+00:00")
    record: dict[str, Any] = {
        "schema": 2,
        "task": "biology",
        "key": f"{method}/{seed}/{question}/{finished}/{changes}".encode().hex(),
        "tissue": "lung",
        "source": "files:data",
        "preset": "quick",
        "data_hashes": {"scrna_lung__a": "1a", "scrna_lung__b": "2b"},
        "method": method,
        "title": method.upper(),
        "kind": "published",
        "reference": "",
        "settings": {},
        "overrides": {},
        "deterministic": True,
        "seed": seed,
        "threads": 1,
        "device": "cpu",
        "status": "ok" if values else "failed",
        "reason": "" if values else "ValueError: the loss is not finite",
        "traceback": "",
        "dim": 32,
        "scores": scores if values else {},
        "history": {},
        "code": "c",
        "metric_versions": question.versions,
        "versions": {"numpy": "2"},
        "git_revision": "g",
        "cost": {
            "wall_seconds": 1.0,
            "cpu_seconds": 1.0,
            "scoring_seconds": 2.0,
            "peak_mb": 5.0,
            "peak_device_mb": None,
            "started_at": finished,
            "finished_at": finished,
            "host": "here",
        },
        "checksum": "",
        **question.facts,
        "answer": {"interval": interval, "parts": list(parts)},
    } | changes
    return record  # type: ignore[return-value]


def small_board(**changes: Any) -> list[Record]:
    """Two methods, the graph and a control, with three questions; musegnn has no answer to the last."""
    folds = [0.6, 0.7, 0.8]
    return [
        asked("pca", HALLMARK, 0.06, 0.58, 0.52, 6.0, 1.5, interval=(0.05, 0.07), **changes),
        asked("musegnn", HALLMARK, 0.02, 0.54, 0.52, 2.0, 1.1, interval=(0.01, 0.03), **changes),
        asked("raw_graph", HALLMARK, 0.03, 0.55, 0.52, 3.0, 1.2, interval=(0.02, 0.04), kind="baseline"),
        asked("random", HALLMARK, 0.001, 0.501, 0.5, 0.1, 1.0, interval=(-0.01, 0.01), kind="control"),
        asked("pca", CLUSTERS, 0.5, 0.2, 7, 3.0, interval=(0.4, 0.6), **changes),
        asked("raw_graph", CLUSTERS, 0.5, 0.2, 7, 3.0, interval=(0.4, 0.6), kind="baseline"),
        asked("pca", ESSENTIAL, 0.7, 2.0, interval=(0.6, 0.8), parts=folds, **changes),
        asked("musegnn", ESSENTIAL, **changes),
        asked(
            *("raw_graph", ESSENTIAL, 0.5, 1.0),
            interval=(0.4, 0.6),
            parts=[0.45, 0.5, 0.55],
            kind="baseline",
        ),
    ]
