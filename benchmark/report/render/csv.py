"""Tables as CSV; numbers keep every digit."""

from __future__ import annotations

import pandas as pd


def render(frame: pd.DataFrame) -> str:
    """Return the frame of a table as CSV."""
    return frame.to_csv(index=False, lineterminator="\n")
