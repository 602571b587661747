"""Records for the tests of the report: cells with known scores, everything else plausible."""

from __future__ import annotations

import hashlib
from pathlib import Path
from statistics import fmean
from typing import Any

from geneboard.benchmark.records.record import Record

METRICS = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO")
JOINT = ("joint_score", "structure", "mixing")


def entry(value: float | None, reason: str = "") -> dict[str, Any]:
    """One score; None is undefined."""
    if value is None:
        return {"value": None, "status": "undefined", "reason": reason or "no common genes"}
    return {"value": value, "status": "ok", "reason": ""}


def scores(*values: float | None, **extra: float | None) -> dict[str, Any]:
    """Scores in the order of METRICS, one value for all six; joint score and its parts are their mean."""
    six = values * 6 if len(values) == 1 else values
    assert len(six) == 6
    defined = [value for value in six if value is not None]
    joint = dict.fromkeys(JOINT, fmean(defined) if defined else None)
    all_values = dict(zip(METRICS, six, strict=True)) | joint | extra
    return {name: entry(value) for name, value in all_values.items()}


def scored_before(record: Record) -> Record:
    """Take the joint score away: the cell was scored before it existed."""
    for name in JOINT:
        del record["scores"][name]
        del record["metric_versions"][name]
    return record


def cell(method: str, seed: int = 0, /, *values: float | None, **changes: Any) -> Record:
    """A cell that is ok when it gets six values (or one for all), and otherwise has no scores."""
    overrides = changes.pop("overrides", {})
    settings = {"epochs": 100, "dim": 32} | overrides
    identity = f"{method}/{seed}/{sorted(settings.items())}/{changes}"
    finished = changes.pop("finished_at", f"2026-01-01T00:00:{seed:02d}+00:00")
    cost = {
        "wall_seconds": 10.0 + seed,
        "cpu_seconds": 20.0,
        "scoring_seconds": 3.0,
        "peak_mb": 500.0 + seed,
        "peak_device_mb": None,
        "started_at": "2026-01-01T00:00:00+00:00",
        "finished_at": finished,
        "host": "here",
    } | changes.pop("cost", {})
    record: dict[str, Any] = {
        "schema": 2,
        "task": "inference" if "problem" in changes else "embedding",
        # Short enough for the name of a folder, and in the order of methods and seeds.
        "key": identity[:40].encode().hex() + hashlib.sha256(identity.encode()).hexdigest(),
        "tissue": "lung",
        "source": "files:data",
        "preset": "quick",
        "data_hashes": {"scrna_lung__a": "1a", "scrna_lung__b": "2b", "scrna_lung__c": "3c"},
        "method": method,
        "title": method.upper(),
        "kind": "published",
        "reference": "doi",
        "settings": settings,
        "overrides": overrides,
        "deterministic": False,
        "seed": seed,
        "threads": 1,
        "device": "cpu",
        "status": "ok" if values else "failed",
        "reason": "" if values else "ValueError: the loss is not finite",
        "traceback": "",
        "dim": 32 if values else None,
        "scores": scores(*values) if values else {},
        "history": {},
        "code": "c0de",
        "metric_versions": dict.fromkeys((*METRICS, *JOINT), 1),
        "versions": {"python": "3.11.9", "torch": "2.13.0"},
        "git_revision": "0123456789abcdef",
        "cost": cost,
        "checksum": "",
    }
    record.update(changes)
    return record  # type: ignore[return-value]


def three_methods() -> list[Record]:
    """Three published methods and two seeds, with numbers that can be followed by hand.

    Means over seeds, and in brackets the scaled values:

              ASW        AUC        iLISI      GC         CGR        NO        average
        a     0.9 (1)    0.8 (1)    0.3 (0)    0.5 (0.5)  0.6 (1)    0.2 (.5)   4.0/6
        b     0.5 (0)    0.7 (0.5)  0.5 (1)    0.5 (0.5)  0.4 (.5)   0.3 (1)    3.5/6
        c     0.7 (0.5)  0.6 (0)    0.4 (.5)   0.5 (0.5)  0.2 (0)    0.1 (0)    1.5/6

    GC has no spread. Ranks: a 1 1 3 2 1 2 = 10/6; b 3 2 1 2 2 1 = 11/6; c 2 3 2 2 3 3 = 15/6.
    Only the ASW of a (0.8 and 1.0) and the AUC of b (0.6 and 0.8) differ between the seeds.
    """
    return [
        cell("a", 0, 0.8, 0.8, 0.3, 0.5, 0.6, 0.2),
        cell("a", 1, 1.0, 0.8, 0.3, 0.5, 0.6, 0.2),
        cell("b", 0, 0.5, 0.6, 0.5, 0.5, 0.4, 0.3),
        cell("b", 1, 0.5, 0.8, 0.5, 0.5, 0.4, 0.3),
        cell("c", 0, 0.7, 0.6, 0.4, 0.5, 0.2, 0.1),
        cell("c", 1, 0.7, 0.6, 0.4, 0.5, 0.2, 0.1),
    ]


TISSUES = ("heart", "kidney", "liver", "lung", "pbmc")


def five_tissues(**values: tuple[float, ...]) -> list[Record]:
    """A method for each argument, with its value of all metrics in five tissues."""
    return [
        cell(name, 0, value, tissue=tissue)
        for name, of_tissues in values.items()
        for tissue, value in zip(TISSUES, of_tissues, strict=True)
    ]


def digests(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder by its path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
