"""Prepared splits on disk: made anew unless they are what was written, refused unless a run meant them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geneboard.benchmark.records.check import checksum, parsed, with_checksum
from geneboard.benchmark.records.store import CHANGED, file_sha256, write_json
from geneboard.benchmark.tasks.inference.problems import PREPARED, ProblemPlan
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.l1000.prepared import PreparedSplit


def manifest_in_cache(plan: ProblemPlan, seed: int, out: Path) -> tuple[Path, str]:
    """Return the manifest of a seed with its `manifest_digest`; what is not what was written is made anew.

    This is no method of `ProblemPlan`, whose code is in the keys of all cells.
    """
    folder = out / PREPARED
    names = (plan._digest(seed, plan.problem), plan._digest(seed, plan._about_the_split()))
    files = [folder / f"{names[0]}.json", folder / f"{names[1]}.npz"]
    for file in files:
        if _noted(file) != file_sha256(file):
            file.unlink(missing_ok=True)
    path = plan.manifest(seed, out)
    for file in files:
        write_json(_note(file), with_checksum({"key": file.name, "sha256": file_sha256(file)}))
    return path, manifest_digest(path)


def _note(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256.json")


def _noted(file: Path) -> str:
    """Return the sha256 that a file had when it was written; nothing if there is no note that fits."""
    try:
        note = parsed(_note(file).read_bytes())
        fits = isinstance(note, dict) and note.get("checksum") == checksum(note)
    except (FileNotFoundError, ValueError):
        return ""
    return str(note["sha256"]) if fits and note.get("key") == file.name else ""


def manifest_digest(path: Path) -> str:
    """Return the sha256 of a manifest and of the split that it names."""
    content = parsed(path.read_bytes())
    return f"{file_sha256(path)} {file_sha256(path.parent / content['split'])}"


def read_manifest(path: Path, digest: str = "") -> tuple[PreparedSplit, np.ndarray]:
    """Return the split and the positions of the landmarks that are given.

    Parameters
    ----------
    path
        File of `ProblemPlan.manifest`.
    digest
        The `manifest_digest` that it must have; nothing takes it as it is.

    Raises
    ------
    InputError
        If it is not what a run was planned with.
    """
    with reading(path, "not a manifest of a split"):
        if digest and manifest_digest(path) != digest:
            raise InputError(f"{path}: {CHANGED}")
        content = parsed(path.read_bytes())
        split = PreparedSplit.read(path.parent / content["split"])
    return split, np.array(content["inputs"], dtype=np.intp)
