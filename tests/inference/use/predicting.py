"""How tests call `infer predict` and read what it has written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

Infer = Callable[..., tuple[int, str, str]]


def full(tmp_path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    genes = pd.read_csv(tmp_path / "full.genes.tsv", sep="\t", index_col="id", keep_default_na=False)
    return pd.read_csv(tmp_path / "full.tsv", sep="\t", index_col="id"), genes


def refused(infer: Infer, plate: Path, *options: str, **more: Any) -> str:
    status, out, err = infer(plate, *options, **more)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.endswith(".\n")
    assert err.count("\n") == 1
    return err
