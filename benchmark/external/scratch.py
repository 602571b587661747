"""Folders for the exchange with a command, findable by whoever kills the process that made them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path


def scratch_prefix(process: int) -> str:
    """Return how the names of the folders of a process begin."""
    return f"geneboard-{process}-"


def remove_scratch(process: int) -> None:
    """Remove what a process that has ended, or is about to, left in the system's folder for such things."""
    for folder in Path(tempfile.gettempdir()).glob(f"{scratch_prefix(process)}*"):
        shutil.rmtree(folder, ignore_errors=True)
