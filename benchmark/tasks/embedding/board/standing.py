"""Where a row stands: by what a leaderboard is ranked, who has a rank, and who is above the controls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isclose

from geneboard.benchmark.report.intervals import ROUNDING
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.rows import Row, why_undefined
from geneboard.benchmark.tasks.embedding.board.metrics import (
    DECODER,
    JOINT,
    LEADS,
    MIN_COVERAGE,
    MIXING,
    STRUCTURE,
)
from geneboard.benchmark.tasks.embedding.decoder_auc import NO_DECODER
from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS

SCORED_BEFORE = "scored before it existed"
"""Why a row has no value of a score that is younger than its cells."""

VARIANT = "no rank: a variant; of each method one row is ranked"


def lead_of(rows: Sequence[Row]) -> str:
    """Return what ranks the rows of a leaderboard: the first of `LEADS` that any has, or nothing."""
    return next((lead for lead in LEADS if any(row.means[lead] is not None for row in rows)), "")


def why_no_rank(row: Row, lead: str) -> str:
    """Return why a row has no rank; empty for one that has, and for one without any score."""
    if not row.scored or row.first["kind"] == "control":
        return ""
    if row.predates(JOINT):
        return f"no joint score: {SCORED_BEFORE}"
    if not lead or row.means[lead] is None:
        return f"no rank: its {LEADS.get(lead, 'joint score')} is undefined"
    if is_too_little(row):
        return (
            f"no rank: it has vectors for {percent(row)} of the rows, and a rank needs "
            f"{100 * MIN_COVERAGE:.0f} %"
        )
    return "" if row.represents_method else VARIANT


def competes(row: Row) -> bool:
    """Return whether a row has a rank as soon as it has the score that ranks."""
    is_rankable = row.represents_method and not row.predates(JOINT) and not is_too_little(row)
    return row.first["kind"] != "control" and is_rankable


def is_too_little(row: Row) -> bool:
    """Return whether a row has vectors for too few genes to be ranked."""
    return row.coverage is not None and row.coverage < MIN_COVERAGE


def is_above_controls(row: Row, lead: str) -> bool | None:
    """Return whether the score that ranks a row is higher than controls reach; None without that score."""
    value = row.means[lead] if lead else None
    return None if value is None else value > NOT_ABOVE_CONTROLS


def why_not_above(row: Row, lead: str) -> str:
    """Return in words why a row is not above the controls; empty for one that is, or is not known to be."""
    if row.first["kind"] == "control" or is_above_controls(row, lead) is not False:
        return ""
    found = []
    structure, mixing = row.means[STRUCTURE], row.means[MIXING]
    if structure is not None:
        chance = (
            "no better than chance"
            if isclose(structure, 0, abs_tol=ROUNDING)
            else "hardly better than chance"
        )
        meaning = f": its similarities tell edges {chance}" if structure <= NOT_ABOVE_CONTROLS else ""
        found.append(f"structure {number(structure, 3)}{meaning}")
    if mixing is not None:
        meaning = ": its datasets lie apart" if mixing <= NOT_ABOVE_CONTROLS else ""
        found.append(f"mixing {number(mixing, 3)}{meaning}")
    if row.coverage is not None and row.coverage < 1:
        found.append(f"vectors for {percent(row)} of the rows, which counts as a factor")
    return (
        f"not above the controls, whose {LEADS[lead]} is at most {NOT_ABOVE_CONTROLS:g} ({'; '.join(found)})"
    )


def why_undefined_extra(row: Row, metrics: Iterable[str]) -> str:
    """Return why a row has no value of some scores: undefined, or scored before they existed."""
    metrics = list(metrics)
    later = [metric for metric in metrics if row.predates(metric)]
    before = f"{', '.join(later)}: {SCORED_BEFORE}" if later else ""
    return "; ".join(filter(None, [row.undefined_among(m for m in metrics if m not in later), before]))


def has_no_decoder(row: Row) -> bool:
    """Return whether a method has no decoder, so that nothing is missing where it lacks that score."""
    return all(why_undefined(record["scores"].get(DECODER)) == NO_DECODER for record in row.scored)


def percent(row: Row) -> str:
    """Return the share of the (gene, dataset) pairs with a vector: "45 %", and never all where some lack."""
    assert row.coverage is not None
    share = 100 * row.coverage
    return f"{min(99, round(share)) if share < 100 else 100} %"


def headline(row: Row) -> str:
    """Return the title of a row; where vectors of genes are missing it says how many there are."""
    covered = row.coverage is None or row.coverage == 1
    return row.title if covered else f"{row.title} ({percent(row)} of rows)"
