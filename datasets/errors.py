"""What is said to a user about a fault in what the user gave: this file imports nothing of the project."""

import difflib
from collections.abc import Iterable


class InputError(Exception):
    """A fault in what the user gave, told in one sentence that names the file and the fault."""


def closest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: the closest one, or all of them."""
    known = list(known)
    match = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {match[0]!r}?" if match else f"; known are {', '.join(known)}"
