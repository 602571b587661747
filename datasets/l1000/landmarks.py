"""The 978 landmark genes that the L1000 platform measures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

PATH = Path(__file__).parent.parent / "landmarks.csv"

NAME_SYSTEMS = ("symbol", "entrez", "ensembl")
"""Columns of the table, each of which names every landmark once."""


@cache
def landmark_table() -> pd.DataFrame:
    """Return the landmarks as text columns `entrez`, `symbol` and `ensembl`, in the order of Entrez ids."""
    return pd.read_csv(PATH, dtype=str, keep_default_na=False)
