"""The last step of every fetch: a file is read as counts before it gets its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geneboard.datasets.atomic import completed
from geneboard.datasets.counts_files import read_counts
from geneboard.datasets.errors import InputError


@contextmanager
def checked_counts(path: Path, origin: str) -> Iterator[Path]:
    """Yield a hidden name to write counts to; they get the name `path` if they can be read as counts.

    Parameters
    ----------
    path
        Name of the .h5ad file in the end.
    origin
        Where the counts come from, for the message.

    Raises
    ------
    InputError
        If what was written is not counts; nothing is left behind.
    """
    with completed(path) as partial:
        yield partial
        try:
            read_counts(partial)
        except InputError as error:
            raise InputError(str(error).replace(str(partial), origin)) from error
