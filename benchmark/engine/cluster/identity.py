"""What two machines must have in common, so that a cell is the same one on both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache

from geneboard.benchmark.cells import versions
from geneboard.benchmark.registry import ROOT, source_files

SOURCE = "geneboard"


@cache
def identity() -> dict[str, str]:
    """Return a digest of our source, and the versions of Python and of the packages that compute."""
    digest = hashlib.sha256()
    for path in source_files():
        digest.update(f"{path.relative_to(ROOT).as_posix()}\n".encode() + path.read_bytes())
    return {SOURCE: digest.hexdigest()[:12], **versions.versions()}


def difference(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Return how another machine differs from this one, as the end of a sentence; nothing if it does not."""
    for name in ours:
        if ours[name] != theirs.get(name):
            if name == SOURCE:
                return (
                    f"has another source of geneboard ({theirs.get(name)}) than this machine ({ours[name]})"
                )
            return f"has {name} {theirs.get(name, 'of no version')}, this machine {ours[name]}"
    return ""
