"""What differences of techniques say of the claim that networks of scRNA are the best."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.report.intervals import Interval
from geneboard.benchmark.report.statistics.decide import UNTOLD, Difference, Finding, decide, normal_p
from geneboard.benchmark.report.wording import counted, listed
from geneboard.benchmark.tasks.techniques.comparison import (
    BEST,
    STEM,
    TITLES,
    Technique,
    TechniqueComparison,
    TechniqueDifference,
)

LEAST_UNITS = 2
"""Independent units of each technique that a verdict needs."""


def judged(comparisons: Sequence[TechniqueComparison], tissues: int) -> Finding:
    """Decide the claim.

    Parameters
    ----------
    comparisons
        Of different tissues.
    tissues
        So many tissues must compare scRNA with each other technique, by units enough to tell.
    """
    found = [_difference(one, comparison) for comparison in comparisons for one in comparison.differences]
    missing = []
    for other in (modality for modality in TITLES if modality != BEST):
        told = [one.tissue for one in comparisons if _has_units(one, other)]
        if len(told) < tissues:
            missing.append(
                f"scRNA and {TITLES[other]} networks, matched, of {counted(LEAST_UNITS, 'independent unit')} "
                f"each in {counted(tissues, 'tissue')} ({len(told)} here)"
            )
    return decide(found, missing, "; ".join(map(data_text, comparisons)))


def data_text(comparison: TechniqueComparison) -> str:
    """Return what a comparison is of: "files:data: cerebrum (scRNA 1 unit, spatial 1 unit)"."""
    told = ", ".join(f"{one.title} {counted(len(one.units), 'unit')}" for one in comparison.techniques)
    return f"{comparison.source}: {comparison.tissue} ({told})"


def sentence(comparison: TechniqueComparison) -> str:
    """Return the verdict on one tissue, what its samples have, and how far that reaches."""
    finding = judged([comparison], 0)
    verdict = UNTOLD if finding.verdict == UNTOLD else f"{finding.verdict} in this tissue"
    told = [f"That networks of scRNA are the best {verdict}."]
    found = [_difference(one, comparison) for one in comparison.differences]
    for words, chosen in (
        ("In these samples scRNA has more", [one for one in found if one.interval.low > 0]),
        ("In these samples scRNA has less", [one for one in found if one.interval.high < 0]),
        ("Not told apart", [one for one in found if one.interval.low <= 0 <= one.interval.high]),
    ):
        if chosen:
            told.append(f"{words}: {'; '.join(f'{one.label} {one.numbers}' for one in chosen)}.")
    single = [one.title for one in comparison.techniques if len(one.units) < LEAST_UNITS]
    if single:
        told.append(
            f"{listed(single)}: one independent unit each; whether a difference is one of techniques or of "
            "these samples cannot be told beyond this tissue, whatever its interval."
        )
    return " ".join(told)


def _has_units(comparison: TechniqueComparison, other: str) -> bool:
    here = {one.modality for one in comparison.techniques}
    return other in here and _enough(comparison.technique(BEST), comparison.technique(other))


def _enough(one: Technique, other: Technique) -> bool:
    return min(len(one.units), len(other.units)) >= LEAST_UNITS


def _difference(one: TechniqueDifference, comparison: TechniqueComparison) -> Difference:
    """Return a difference with the interval that has both others in it: over sets or draws, and units."""
    ends = [end for end in (one.low, one.high, one.units_low, one.units_high) if end is not None]
    interval = Interval(min(ends), max(ends))
    return Difference(
        f"scRNA minus {TITLES[one.other]}, {one.measure}, {comparison.tissue}",
        one.value,
        interval,
        normal_p(interval),
        comparison.folder / STEM,
        repeats_agree=_enough(comparison.technique(BEST), comparison.technique(one.other)),
    )
