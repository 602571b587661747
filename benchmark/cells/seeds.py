"""Random seeds of cells, splits and draws."""

from __future__ import annotations

import hashlib


def derived_seed(*names: str, index: int) -> int:
    """Return a random seed, derived from names so that no two cells share a random stream.

    Returns
    -------
    int
        Between 0 and 2**31 - 1.
    """
    digest = hashlib.sha256("\0".join([*names, str(index)]).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
