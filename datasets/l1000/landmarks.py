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
    """Return the landmarks as text columns, in the order of Entrez ids.

    The columns are `entrez`, `symbol`, `ensembl`, and `former_symbols`: those, with spaces between them, that
    data of 2010 to 2015 (TCGA, the Connectivity Map) have instead. None names another landmark.
    """
    return pd.read_csv(PATH, dtype=str, keep_default_na=False)
