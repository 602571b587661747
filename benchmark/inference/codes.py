"""Hashes of the sources that decide a result of the L1000 task."""

from __future__ import annotations

from benchmark.provenance import code_hash
from benchmark.registry import ROOT, Entry

SCORING = (ROOT / "metrics" / "inference" / "score.py",)
PREPARING = tuple(
    ROOT / "datasets" / "l1000" / f"{name}.py" for name in ("prepared", "landmark_selection", "splits")
)


def preparing_hash() -> str:
    """Return the hash of everything that prepares splits and chooses landmarks."""
    return code_hash(PREPARING)


def inference_metrics_hash() -> str:
    """Return the hash of everything that scores predictions."""
    return code_hash(SCORING)


def inference_method_hash(entry: Entry) -> str:
    """Return the hash of all that makes a method's scores: its sources, those of the data and the metrics."""
    return code_hash([*entry.sources, *PREPARING, *SCORING])
