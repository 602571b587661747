"""From the answers of a metric to a verdict, and to words: what it can and cannot see.

The rules, on means over repeats:

- The *yardstick* of a metric is how far the good embedding scores above the control random on the same data.
  Where random noise reaches 90 % of the good embedding's score or more, that distance measures nothing, and
  the yardstick is the distance to 0, the lowest score that any of the metrics can have (where the good
  embedding has that itself, the distance to 1). So it is where the control has no score.
- A degradation is judged by its last level, where nothing is left of what it attacks. If the score is then
  lower by half of the yardstick or more, the metric *sees it*: *early* if half of that fall has happened
  half of the way down (`Degradation.halfway`), else *late*. Lower by a tenth or more is *sees part of it*,
  higher by a tenth or more *rewards it*, anything between *cannot see it*.
- A score that is undefined at the last level, in any repeat, is *becomes undefined*, whatever came before.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS

SEEN = 0.5
"""Share of the yardstick by which a score has to fall to count as seen."""

NOTICED = 0.1
"""Share of the yardstick below which a change counts as none."""

AS_WELL = 0.9
"""Share of the good embedding's score from which on the control counts as scoring as well."""

Verdict = Literal[
    "sees it early",
    "sees it late",
    "sees part of it",
    "cannot see it",
    "rewards it",
    "becomes undefined",
    "undefined",
    "not computed",
]

RULES = (
    "A score is judged at the last level of a degradation, by its change as a share of the yardstick: the "
    "distance from the good embedding to random noise, or, where noise scores as well (90 % or more), to 0.",
    "It falls by half or more: sees it, early if half of that fall has happened half of the way down, else "
    "late. By a tenth or more: sees part of it. It rises by a tenth or more: rewards it. "
    "Between: cannot see it. No value at the last level: becomes undefined.",
)
"""The rules in plain words."""


@dataclass(frozen=True)
class Finding:
    """What one metric makes of one degradation; scores are means over repeats.

    Attributes
    ----------
    metric, degradation
        Names.
    verdict
        By the rules of this module.
    start, end
        Score of the untouched embedding and at the last level.
    end_low, end_high
        Range over repeats at the last level.
    undefined_from
        First level from which on the score is undefined.
    half_at
        Level at which half of the fall from start to end has happened, on straight lines between the levels;
        only where the metric sees it.
    random
        Score of the control random.
    change
        (end - start) / yardstick.
    noise_scores_as_well
        True if the control reaches `AS_WELL` of the start; the yardstick is then the distance to 0.
    reason
        Why there is no value.
    """

    metric: str
    degradation: str
    verdict: Verdict
    start: float | None = None
    end: float | None = None
    end_low: float | None = None
    end_high: float | None = None
    undefined_from: float | None = None
    half_at: float | None = None
    random: float | None = None
    change: float | None = None
    noise_scores_as_well: bool | None = None
    reason: str = ""


def find(table: pd.DataFrame) -> pd.DataFrame:
    """Return the findings of a run, one row for each metric and degradation.

    Parameters
    ----------
    table
        As in `benchmark.tasks.embedding.sensitivity.analysis.Sensitivity`.

    Returns
    -------
    pandas.DataFrame
        Fields of `Finding` as columns, metrics in the order of the table.
    """
    metrics = list(dict.fromkeys(table["metric"]))
    present = [name for name in DEGRADATIONS if (table["degradation"] == name).any()]
    findings = []
    for metric in metrics:
        of_metric = table[table["metric"] == metric]
        random = _mean(of_metric.loc[of_metric["degradation"] == CONTROL, "value"].to_numpy())
        for name in present:
            answers = of_metric[of_metric["degradation"] == name]
            findings.append(_finding(metric, name, answers, random))
    return pd.DataFrame([asdict(finding) for finding in findings])


def _finding(metric: str, degradation: str, answers: pd.DataFrame, random: float | None) -> Finding:
    """Return what a metric makes of one degradation, given the rows of both."""
    levels = sorted(set(answers["level"]))
    level_of, values = answers["level"].to_numpy(), answers["value"].to_numpy()
    means = {level: _mean(values[level_of == level]) for level in levels}
    first, last = (answers[level_of == level] for level in (levels[0], levels[-1]))
    start, end = means[levels[0]], means[levels[-1]]
    if start is None:
        verdict = _without_value(first, "undefined")
        return Finding(metric, degradation, verdict, random=random, reason=_why(first))
    if end is None:
        verdict = _without_value(last, "becomes undefined")
        without = max(level for level, mean in means.items() if mean is not None)
        return Finding(
            *(metric, degradation, verdict, start),
            undefined_from=levels[levels.index(without) + 1],
            random=random,
            reason=_why(last),
        )
    as_well = random is not None and random >= AS_WELL * start
    yardstick = start - random if random is not None and not as_well else start or 1.0
    change = (end - start) / yardstick
    half_at = _crossing(means, (start + end) / 2) if change <= -SEEN else None
    return Finding(
        metric,
        degradation,
        _verdict(change, early=half_at is not None and half_at <= DEGRADATIONS[degradation].halfway),
        start=start,
        end=end,
        end_low=float(last["value"].min()),
        end_high=float(last["value"].max()),
        half_at=half_at,
        random=random,
        change=change,
        noise_scores_as_well=as_well,
    )


def _crossing(means: Mapping[float, float | None], value: float) -> float:
    """Return the first level at which means that start above a value come down to it."""
    known = [(level, mean) for level, mean in means.items() if mean is not None]
    for (before, upper), (after, lower) in pairwise(known):
        if lower <= value:
            return before + (after - before) * (upper - value) / (upper - lower)
    raise ValueError(f"no mean is {value} or less")


def _verdict(change: float, *, early: bool) -> Verdict:
    if change <= -SEEN:
        return "sees it early" if early else "sees it late"
    if change <= -NOTICED:
        return "sees part of it"
    return "rewards it" if change >= NOTICED else "cannot see it"


def _mean(repeats: np.ndarray) -> float | None:
    """Return the mean over repeats; None if there are none, or one has no value."""
    return None if not len(repeats) or np.isnan(repeats).any() else float(repeats.mean())


def _without_value(rows: pd.DataFrame, undefined: Verdict) -> Verdict:
    return "not computed" if (rows["status"] == "failed").any() else undefined


def _why(rows: pd.DataFrame) -> str:
    return "; ".join(sorted(set(rows.loc[rows["value"].isna(), "reason"])))


def verdict_table(findings: pd.DataFrame) -> pd.DataFrame:
    """Return verdicts alone, metrics as rows and degradations as columns."""
    table = findings.pivot_table("verdict", "metric", "degradation", aggfunc="first", sort=False)
    return table.rename_axis(index=None, columns=None)


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
    sentence = "; ".join(f"{verdict} {', '.join(titles)}" for verdict, titles in of_verdict.items())
    first = rows.iloc[0]
    if (rows["noise_scores_as_well"] == True).any():  # noqa: E712 - the column may hold None
        sentence += (
            f"; random noise scores as well as the embedding ({first['random']:.3f} and {first['start']:.3f})"
        )
    return sentence + "."


def _told(row: Mapping[Hashable, Any]) -> str:
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


def with_numbers(row: Mapping[Hashable, Any]) -> str:
    """Return a verdict with the numbers it rests on."""
    verdict = str(row["verdict"])
    if verdict in ("undefined", "not computed"):
        return f"{verdict}: {row['reason']}"
    if verdict == "becomes undefined":
        return f"{verdict} at {row['undefined_from']:g} ({row['start']:.3f} before): {row['reason']}"
    half: str = "" if pd.isna(row["half_at"]) else f", half by {row['half_at']:.3g}"
    return f"{verdict} ({row['start']:.3f} → {row['end']:.3f}{half})"
