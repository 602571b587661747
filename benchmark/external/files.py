"""Files that others have made or are to make: their digests, and folders for the exchange with a command."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

from geneboard.datasets.errors import InputError


def digest_of(path: Path) -> str:
    """Return the sha256 of a file, or nothing if there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # a folder, or a word of a command that cannot even be a name
        return ""


def temporary_folder() -> str:
    """Return the system's folder for temporary files.

    Raises
    ------
    InputError
        If neither TMPDIR nor any of the usual folders can be written.
    """
    try:
        return tempfile.gettempdir()
    except FileNotFoundError as error:
        raise InputError("no folder for temporary files can be written: set TMPDIR to one") from error


def scratch_prefix(process: int) -> str:
    """Return how the names of the folders of a process begin: whoever kills it can find them."""
    return f"geneboard-{process}-"


def remove_scratch(process: int) -> None:
    """Remove what a process that has ended, or is about to, left in the system's folder for such things."""
    for folder in Path(tempfile.gettempdir()).glob(f"{scratch_prefix(process)}*"):
        shutil.rmtree(folder, ignore_errors=True)
