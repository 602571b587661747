"""How differences with intervals decide a claim; the same rule for all claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import PurePath
from statistics import fmean

import numpy as np
from scipy.special import stdtr

from geneboard.benchmark.report.intervals import ROUNDING, Interval, t_interval
from geneboard.benchmark.report.number_text import number, signed
from geneboard.benchmark.report.statistics.paired import ALPHA, holm

HOLDS, FAILS, UNTOLD = "holds", "does not hold", "cannot be told"

SHOWN = 4
"""Comparisons that a sentence spells out."""

RULE = (
    "A claim is a set of differences, each with its 95 % interval, that are positive where the claim is "
    "right. "
    "It holds if every record that it needs is here and every interval lies above 0. It does not hold if one "
    "interval lies below 0, also at 0.05 after Holm's correction for all differences of the claim. In both "
    "cases all seeds must agree (ranges over seeds apart, or differences of all seeds of one sign; at "
    "least two "
    "seeds of what is random, or independent units of networks). Otherwise it cannot be told."
)


@dataclass(frozen=True)
class Difference:
    """How much better something is than a claim would have it be at least.

    Attributes
    ----------
    label
        What is compared, and on what data.
    value, interval
        The difference, positive where the claim is right, and its 95 % interval.
    p
        Two-sided p-value of `value` being `below`.
    table
        File of the result folder that has it, without ending.
    above, below
        The claim is supported by an interval above the former that reaches the latter, and refuted by one
        below the latter.
    repeats_agree
        Whether another seed, or another unit where networks are compared, would say the same, as far as is
        known: with a single one it is not.
    digits
        After the point.
    """

    label: str
    value: float
    interval: Interval
    p: float
    table: PurePath
    above: float = 0.0
    below: float = 0.0
    repeats_agree: bool = True
    digits: int = 3

    @property
    def supports(self) -> bool:
        """Whether it supports the claim."""
        low, high = self.interval
        return low > self.above and high >= self.below and self.repeats_agree

    @property
    def numbers(self) -> str:
        """The difference and its interval: "-0.237 [-0.284, -0.189]"."""
        low, high = (number(end, self.digits) for end in self.interval)
        return f"{signed(self.value, self.digits)} [{low}, {high}]"


@dataclass(frozen=True)
class Finding:
    """What becomes of a claim.

    Attributes
    ----------
    verdict
        `HOLDS`, `FAILS` or `UNTOLD`.
    decisive
        The difference that decides it, or that is furthest from supporting it; None without any.
    reason
        Why, in words.
    data
        What it rests on.
    missing
        Which records are not here.
    """

    verdict: str
    decisive: Difference | None
    reason: str
    data: str = ""
    missing: str = ""


def decide(differences: Sequence[Difference], missing: Sequence[str] = (), data: str = "") -> Finding:
    """Decide a claim; see `RULE`.

    Parameters
    ----------
    differences
        All that the records give.
    missing
        What the claim needs beside them, which the records do not have.
    data
        What the differences rest on.
    """
    lacks = "; ".join(missing)
    if not differences:
        return Finding(UNTOLD, None, "no records of it", data, lacks)
    corrected = holm([one.p for one in differences])
    against = [
        one
        for one, p in zip(differences, corrected, strict=True)
        if one.interval.high < one.below and p <= ALPHA and one.repeats_agree
    ]
    supporting = [one for one in differences if one.supports]
    of_all = f"of {len(differences)} comparisons"
    if against:
        decisive = min(against, key=lambda one: (one.p, one.label))
        others = [one for one in differences if one not in against]
        told = _told(against) + (f"; the others do not: {_told(others)}" if 0 < len(others) <= SHOWN else "")
        return Finding(FAILS, decisive, f"{len(against)} {of_all} speak against it: {told}", data, lacks)
    decisive = min(differences, key=lambda one: (one.interval.low - one.above, one.label))
    if len(supporting) == len(differences) and not missing:
        return Finding(HOLDS, decisive, f"all {of_all} support it", data)
    return Finding(
        UNTOLD,
        decisive,
        f"{len(supporting)} {of_all} support it, none is shown to speak against it",
        data,
        lacks,
    )


def _told(differences: Sequence[Difference]) -> str:
    told = "; ".join(f"{one.label} {one.numbers}" for one in differences[:SHOWN])
    more = len(differences) - SHOWN
    return f"{told}; and {more} more" if more > 0 else told


def mean_difference(
    label: str, values: Sequence[float] | np.ndarray, table: PurePath, **about: object
) -> Difference:
    """Return the mean of independent differences, at least two, with its t interval."""
    n, value = len(values), float(fmean(values))
    error = float(np.std(values, ddof=1)) / n**0.5
    one = Difference(label, value, t_interval(value, error, n), 1.0, table)
    one = replace(one, **about)  # type: ignore[arg-type]
    return replace(one, p=t_p(value - one.below, error, n))


def t_p(value: float, error: float, n: int) -> float:
    """Return the two-sided p-value of a difference with a standard error from n values."""
    if error <= ROUNDING:
        return 1.0 if abs(value) <= ROUNDING else 0.0
    return 2 * float(stdtr(n - 1, -abs(value) / error))


def normal_p(interval: Interval) -> float:
    """Return the two-sided p-value of 0 for a symmetric 95 % interval, as of a normal distribution."""
    half = (interval.high - interval.low) / 2
    error = half / 1.959963984540054
    return t_p((interval.high + interval.low) / 2, error, 10**9)


def agreed(findings: Sequence[tuple[str, Finding]]) -> Finding:
    """Return the verdict that findings of several methods share, by their titles; others cannot be told."""
    (_, first), *_ = findings
    told = "; ".join(f"{title}: {one.verdict}, {one.reason}" for title, one in findings)
    if len({one.verdict for _, one in findings}) == 1:
        return replace(first, reason=told)
    weakest = min((one for _, one in findings if one.decisive), key=_low, default=first)
    return replace(weakest, verdict=UNTOLD, reason=told)


def _low(finding: Finding) -> float:
    return finding.decisive.interval.low if finding.decisive else inf
