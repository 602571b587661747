"""Hashes of the sources that decide a result of the L1000 task."""

from __future__ import annotations

import hashlib
from pathlib import Path

from geneboard.benchmark.cells.provenance import code_hash
from geneboard.benchmark.registry import ROOT, Entry

SCORING = (ROOT / "metrics" / "inference" / "score.py",)
PREPARING = tuple(
    ROOT / "datasets" / "l1000" / f"{name}.py" for name in ("prepared", "landmark_selection", "splits")
)


def preparing_hash() -> str:
    """Return the hash of everything that prepares splits and chooses landmarks."""
    return _with_own("problems.py", code_hash(PREPARING))


def inference_metrics_hash() -> str:
    """Return the hash of everything that scores predictions."""
    return _with_own("task.py", code_hash(SCORING))


def inference_method_hash(entry: Entry) -> str:
    """Return the hash of all that makes a method's scores: its sources, those of the data and the metrics."""
    content = [code_hash([*entry.sources]), preparing_hash(), inference_metrics_hash()]
    return hashlib.sha256(" ".join(content).encode()).hexdigest()


def _with_own(name: str, imported: str) -> str:
    """Return a hash that also covers a file of this package, but not the engine that the file imports."""
    own = (Path(__file__).parent / name).read_bytes()
    return hashlib.sha256(own + imported.encode()).hexdigest()
