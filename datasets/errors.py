"""What is said to a user about a fault in what the user gave: this file imports nothing of the project."""

import difflib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

READ_ERRORS = (
    *(OSError, EOFError, LookupError, ValueError, TypeError, AttributeError, RuntimeError, StopIteration),
    *(ArithmeticError, MemoryError, zlib.error, zipfile.BadZipFile),
)
"""What h5py, anndata, pandas, numpy and scipy raise for files that are damaged or hold something else."""


class InputError(Exception):
    """A fault in what the user gave, told in one sentence that names the file and the fault."""


@contextmanager
def reading(path: Path, fault: str) -> Iterator[None]:
    """Turn what a library raises while it reads a file into an `InputError` with the fault and its reason."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # anndata's own of unknown encodings, for one, are of no kind above
        raise InputError(f"{path}: {fault} ({first_line(error)}).") from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error, for a sentence about a file; its type if it has no text."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def closest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: the closest one, or all of them."""
    known = list(known)
    by_small_letters = {candidate.lower(): candidate for candidate in known}
    match = difflib.get_close_matches(name.lower(), by_small_letters, n=1)
    return f"; did you mean {by_small_letters[match[0]]!r}?" if match else f"; known are {', '.join(known)}"


def closest_name(name: str, known: Iterable[str]) -> str:
    """Return the same where the closest name is told however far it is; nothing if no name is known."""
    match = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
    return f"; the closest name is {match[0]!r}" if match else ""
