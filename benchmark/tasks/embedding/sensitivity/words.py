"""The findings of a degradation run in words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from geneboard.benchmark.tasks.embedding.sensitivity.levels import DEGRADATIONS

Row = Mapping[Hashable, Any]


def verdict_table(findings: pd.DataFrame) -> pd.DataFrame:
    """Return verdicts alone, metrics as rows and degradations as columns."""
    cells: dict[str, dict[str, str]] = {}
    for row in findings.to_dict("records"):
        cells.setdefault(row["metric"], {})[row["degradation"]] = str(row["verdict"])
    return pd.DataFrame.from_dict(cells, orient="index")


def summary(findings: pd.DataFrame) -> dict[str, str]:
    """Return one sentence for each metric: what it sees, sees in part, cannot see, rewards."""
    return {str(metric): _sentence(rows) for metric, rows in findings.groupby("metric", sort=False)}


def _sentence(rows: pd.DataFrame) -> str:
    if set(rows["verdict"]) == {"undefined"}:
        return f"is undefined here: {rows['reason'].iloc[0]}."
    of_verdict: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        title = DEGRADATIONS[row["degradation"]].title.lower()
        of_verdict.setdefault(_told(row), []).append(title)
    sentence = "; ".join(f"{verdict} {_listed(titles)}" for verdict, titles in of_verdict.items())
    first = rows.iloc[0]
    if (rows["noise_scores_as_well"] == True).any():  # noqa: E712 - the column may hold None
        sentence += (
            f"; random noise scores as well as the embedding ({first['random']:.3f} and {first['start']:.3f})"
        )
    return sentence + "."


def _told(row: Row) -> str:
    """Return a verdict as a verb that takes the degradation as its object."""
    verdict = str(row["verdict"])
    return {
        "sees it early": "sees early:",
        "sees it late": "sees late:",
        "sees part of it": "sees part of:",
        "cannot see it": "cannot see:",
        "rewards it": "rewards:",
        "becomes undefined": "becomes undefined by:",
    }.get(verdict, f"{verdict} for:")


def _listed(titles: Iterable[str]) -> str:
    return ", ".join(titles)


def with_numbers(row: Row) -> str:
    """Return a verdict with the numbers it rests on."""
    verdict = str(row["verdict"])
    if verdict in ("undefined", "not computed"):
        return f"{verdict}: {row['reason']}"
    if verdict == "becomes undefined":
        return f"{verdict} at {row['undefined_from']:g} ({row['start']:.3f} before): {row['reason']}"
    half: str = "" if pd.isna(row["half_at"]) else f", half by {row['half_at']:.3g}"
    return f"{verdict} ({row['start']:.3f} → {row['end']:.3f}{half})"
