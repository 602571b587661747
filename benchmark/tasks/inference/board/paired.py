"""Paired tests of every row of a leaderboard of the L1000 task against the linear baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.intervals import ROUNDING, seeds_interval
from geneboard.benchmark.report.rows import Row, defined_value
from geneboard.benchmark.report.statistics.paired import ALPHA, MIN_PAIRS, holm, signed_rank_p
from geneboard.benchmark.report.table import make_frame
from geneboard.benchmark.tasks.inference.board.columns import sign
from geneboard.benchmark.tasks.inference.board.pair_columns import COLUMNS
from geneboard.benchmark.tasks.inference.board.part_differences import (
    SeedPair,
    gene_differences,
    patient_differences,
)

BASELINE = "ridge"
"""The row that all others are tested against: the linear opponent that counts, as the preset has it."""

MOST_EXACT = 200
"""Pairs up to which p-values are exact, which takes a few milliseconds for so many."""

BETTER, WORSE, NOT_APART = "better", "worse", "not told apart"


class Family(NamedTuple):
    """Tests that are corrected together: of one metric, over genes or over patients."""

    over: Literal["genes", "patients"]
    metric: str


FAMILIES = (
    Family("genes", "PCC"),
    Family("genes", "PCC_within"),
    Family("patients", "MAE"),
    Family("patients", "rank_correlation"),
)


@dataclass(frozen=True, eq=False)
class PairedTests:
    """Every row against the baseline.

    Attributes
    ----------
    baseline
        Title of the baseline; "" where it has no scores.
    pairs
        One row per method and family of tests with the columns of `pair_columns.COLUMNS`, in the order of the
        leaderboard; without the baseline itself.
    """

    baseline: str
    pairs: pd.DataFrame


def compare_with_baseline(rows: Sequence[Row], baseline_name: str = BASELINE) -> PairedTests:
    """Test every row of a leaderboard against the baseline.

    Parameters
    ----------
    rows
        Rows of one leaderboard, in its order.
    baseline_name
        Name of the row that the others are tested against.
    """
    baseline = next((row for row in rows if row.name == baseline_name and row.scored), None)
    others = [row for row in rows if row.name != baseline_name]
    lines = [
        {"baseline": baseline_name, **_line(row, baseline, family)} for row in others for family in FAMILIES
    ]
    for family in FAMILIES:
        of_family = [line for line in lines if line["metric"] == family.metric]
        for is_control in (False, True):  # a control more or less changes no verdict on a method
            _correct([line for line in of_family if (line["kind"] == "control") == is_control])
    return PairedTests(baseline.title if baseline else "", make_frame(COLUMNS, lines))


def compare_variants(rows: Sequence[Row]) -> tuple[PairedTests, ...]:
    """Test variants of a method against the method as the preset has it, for every method with both.

    That is the question of an ablation: whether what was taken away had helped. Variants of the baseline are
    tested against it anyway. The rows are those of one leaderboard, in its order.
    """
    found = []
    for name in sorted(row.name for row in rows if row.is_default and row.scored and row.name != BASELINE):
        family = [row for row in rows if row.first["method"] == name]
        if len(family) > 1:
            found.append(compare_with_baseline(family, name))
    return tuple(found)


def _correct(lines: Sequence[dict[str, Any]]) -> None:
    """Correct the tests of some rows for their number, and decide them."""
    tested = [line for line in lines if line["p"] is not None]
    for line, corrected in zip(tested, holm([line["p"] for line in tested]), strict=True):
        line["p_holm"] = corrected
        line["verdict"] = _verdict(line)


def _line(row: Row, baseline: Row | None, family: Family) -> dict[str, Any]:
    pairs = [] if baseline is None else same_seeds(row, baseline)
    line: dict[str, Any] = {
        "method": row.name,
        "title": row.title,
        "kind": row.first["kind"],
        **family._asdict(),
        "n_seeds": len(pairs),
        "p": None,
        "verdict": "",
        "no_test": _why_no_test(row, baseline, pairs, family),
    }
    if line["no_test"]:
        return line
    better = sign(family.metric)
    of_seeds = [_score(one, family) - _score(other, family) for one, other in pairs]
    line["difference"] = fmean(of_seeds)
    line["difference_low"], line["difference_high"] = seeds_interval(of_seeds) or (None, None)
    line["seeds_better"] = sum(better * value > ROUNDING for value in of_seeds)
    line["seeds_worse"] = sum(better * value < -ROUNDING for value in of_seeds)
    differences = gene_differences if family.over == "genes" else patient_differences
    of_parts = differences(pairs, family.metric)
    line["n"] = len(of_parts)
    if len(of_parts) < MIN_PAIRS:
        line["no_test"] = f"fewer than six {family.over} ({len(of_parts)})"
        return line
    line["median_difference"] = float(np.median(of_parts))
    line["share_better"] = float((better * of_parts > ROUNDING).mean())
    line["share_worse"] = float((better * of_parts < -ROUNDING).mean())
    line["p"] = wilcoxon_p(of_parts)
    return line


def same_seeds(row: Row, baseline: Row) -> list[SeedPair]:
    """Return the records of two rows with the same seed, where both have scores."""
    others = {record["seed"]: record for record in baseline.scored}
    return [(record, others[record["seed"]]) for record in row.scored if record["seed"] in others]


def _why_no_test(row: Row, baseline: Row | None, pairs: Sequence[SeedPair], family: Family) -> str:
    if not row.scored:
        return f"no scores ({row.status})"
    if baseline is None:
        return f"no row {BASELINE!r} with scores"
    if not pairs:
        return f"no seed in common with {BASELINE}"
    if any("parts" not in record for pair in pairs for record in pair):
        return "records without the values that the scores are means over"
    if any(one["parts"]["groups"] != other["parts"]["groups"] for one, other in pairs):
        return "tested on other samples, as an older version of the code has split them"
    for title, side in ((row.title, 0), (baseline.title, 1)):
        if any(defined_value(pair[side]["scores"], family.metric) is None for pair in pairs):
            return f"{family.metric} of {title} is undefined"
    return ""


def _score(record: Record, family: Family) -> float:
    value = defined_value(record["scores"], family.metric)
    assert value is not None  # `_why_no_test` saw to it
    return value


def wilcoxon_p(differences: np.ndarray) -> float:
    """Return the two-sided p-value of Wilcoxon's signed-rank test of paired differences.

    Differences that are rounding are none and drop out, and those that differ by rounding are ties. Up to
    `MOST_EXACT` all signs are counted; the thousands of genes take the normal approximation.
    """
    if len(differences) <= MOST_EXACT:
        return signed_rank_p(differences, np.zeros_like(differences))
    from scipy.stats import wilcoxon  # takes as long to import as all tables of a small folder

    whole = np.round(differences / ROUNDING)
    whole = whole[whole != 0]
    return float(wilcoxon(whole, method="asymptotic").pvalue) if len(whole) else 1.0


def _verdict(line: Mapping[str, Any]) -> str:
    median = sign(line["metric"]) * line["median_difference"]
    if line["p_holm"] <= ALPHA and line["seeds_better"] == line["n_seeds"] and median > 0:
        return BETTER
    if line["p_holm"] <= ALPHA and line["seeds_worse"] == line["n_seeds"] and median < 0:
        return WORSE
    return NOT_APART
