"""Digests of the files that a result depends on."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest_of(path: Path) -> str:
    """Return the sha256 of a file, or nothing if there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # a folder, or a word of a command that cannot even be a name
        return ""
