"""Names of gene sets as people read them."""

from __future__ import annotations

import re

HALLMARK = "HALLMARK_"
GO_ID = re.compile(r"GO:\d{7} ")
SPELLED = {"tnfa": "TNFa", "mtor": "mTOR", "mtorc1": "mTORC1", "dn": "down"}
CAPITALS = re.compile(r".*\d.*|nfkb|wnt|tgf|jak|dna|uv|myc|kras|akt")
"""Words of libraries in capitals that stay so: symbols, and whatever has a digit."""


def set_title(name: str) -> str:
    """Return a name without the prefix of its library, and not in capitals.

    Examples
    --------
    >>> set_title("HALLMARK_TNFA_SIGNALING_VIA_NFKB")
    'TNFa signaling via NFKB'
    >>> set_title("GO:0042110 T cell activation")
    'T cell activation'
    """
    plain = GO_ID.sub("", name.removeprefix(HALLMARK))
    if plain != plain.upper() or " " in plain:
        return plain
    words = [_word(word) for word in plain.lower().split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:] if words[0].islower() else words[0], *words[1:]])


def _word(word: str) -> str:
    return SPELLED.get(word) or (word.upper() if CAPITALS.fullmatch(word) else word)
