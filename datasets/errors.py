"""What is said to a user about a fault in what the user gave: this file imports nothing of the project."""

import difflib
from collections.abc import Iterable


class InputError(Exception):
    """A fault in what the user gave, told in one sentence that names the file and the fault."""


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
