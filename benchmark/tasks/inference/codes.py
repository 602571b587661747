"""Fingerprints of what decides a result of the L1000 task, and the versions of its metrics."""

from __future__ import annotations

from pathlib import Path

from geneboard.benchmark.cells.fingerprint import Code, fingerprint, method_code
from geneboard.benchmark.registry import Entry
from geneboard.metrics.inference.metric_columns import METRICS

HERE = Path(__file__).parent
PREPARING = tuple(
    (HERE / "problems.py", name)
    for name in ("ProblemPlan.split", "ProblemPlan._prepared", "ProblemPlan._inputs", "Problems._plan")
)
"""What draws targets, splits samples, standardises them and chooses landmarks."""

GIVING = ((HERE / "task.py", "data_of"), (HERE / "task.py", "InferenceTraining.fit"))
"""What gives models their data and asks for predictions."""


def preparing_code() -> str:
    """Return the fingerprint of everything that prepares splits and chooses landmarks."""
    return fingerprint(PREPARING)


def inference_method_code(entry: Entry, code: Code | None = None) -> str:
    """Return the fingerprint of what makes the predictions of a method, with what prepares its data."""
    return method_code(entry, code, around=[*PREPARING, *GIVING])


def inference_metric_versions() -> dict[str, int]:
    """Return the versions of the metrics, by name."""
    return {metric.name: metric.version for metric in METRICS}
