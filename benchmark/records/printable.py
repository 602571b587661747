"""Texts from outside, without the signs that do something instead of being read.

Names of folders that are not UTF-8 have lone surrogates, which no file can be written with; messages of
errors may hold NUL, which is no part of XML, and codes that a terminal obeys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_SIGNS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, all but the tabulator and the end of a line
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # ends of lines, and turns of the direction of writing
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # surrogates and what Unicode never assigns
)


_ESCAPES = re.compile(r"\\[ubfr]")
"""What JSON writes such signs with, and much that is none."""


def printable(text: str) -> str:
    r"""Return a text with such signs spelt out, as ``"\x1b"``: different texts stay different."""
    return _SIGNS.sub(lambda found: ascii(found[0])[1:-1], text)


def printable_texts(content: Any) -> Any:
    """Return what was read from JSON with all its texts, names of fields too, made `printable`."""
    return with_texts(content, printable)


def with_texts(content: Any, change: Callable[[str], str]) -> Any:
    """Return what was read from JSON with all its texts, names of fields too, changed."""
    if isinstance(content, str):
        return change(content)
    if isinstance(content, dict):
        return {change(name): with_texts(value, change) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [with_texts(value, change) for value in content]
    return content


def is_printable_json(text: str) -> bool:
    """Return whether `printable_texts` leaves what JSON says as it is; False too where that is not plain."""
    # What Python calls printable has none of the signs, and is told in a third of the time.
    return (text.isprintable() or not _SIGNS.search(text)) and not _ESCAPES.search(text)
