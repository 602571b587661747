"""Whole records with plausible values."""

from __future__ import annotations

from typing import Any


def record(key: str, **changes: Any) -> Any:
    """A record of a cell that is ok."""
    return {
        "schema": 2,
        "task": "embedding",
        "key": key,
        "tissue": "lung",
        "source": "synthetic",
        "preset": "quick",
        "data_hashes": {"scrna_lung__a": "1a"},
        "method": "pca",
        "title": "PCA",
        "kind": "published",
        "reference": "",
        "settings": {"components": 32},
        "overrides": {},
        "deterministic": True,
        "seed": 0,
        "threads": 1,
        "device": "cpu",
        "status": "ok",
        "reason": "",
        "traceback": "",
        "dim": 32,
        "scores": {"ASW": {"value": 0.1 + 0.2, "status": "ok", "reason": ""}},
        "history": {"loss": [1.0, 0.5]},
        "code": "c0de",
        "metric_versions": {"ASW": 1},
        "versions": {"python": "3.11.9"},
        "git_revision": "0123",
        "cost": {
            "wall_seconds": 1.5,
            "cpu_seconds": 2,
            "scoring_seconds": None,
            "peak_mb": None,
            "peak_device_mb": None,
            "started_at": "2026-01-01T00:00:00+00:00",
            "finished_at": "2026-01-01T00:00:01+00:00",
            "host": "here",
        },
        "checksum": "",
    } | changes


def former_record(key: str, **changes: Any) -> Any:
    """A record of schema version 1, as its file has it."""
    content = record(key, schema=1, metrics_code="f00", **changes)
    return {name: content[name] for name in content if name not in ("task", "metric_versions", "checksum")}
