"""The comparison of two result folders as a section."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from geneboard.benchmark.report.compare import (
    EXCEEDS,
    NO_INTERVAL,
    SAME,
    SCALE_MOVED,
    UNDEFINED_IN,
    WITHIN,
    BoardPair,
    FolderComparison,
)
from geneboard.benchmark.report.number_text import MISSING, UNDEFINED, interval_text, number
from geneboard.benchmark.report.section import Note, Section
from geneboard.benchmark.report.table import CSV, Column, Format, Line, Part, Table

DIGITS = 4
SIGNS = {SAME: "=", WITHIN: "", EXCEEDS: "!", NO_INTERVAL: "?", SCALE_MOVED: "s"}
READING = (
    "A difference is 2 minus 1; = same, ! exceeds the intervals over seeds, ? no interval, s scale moved; "
    "no sign: within the intervals."
)
LEGEND = (
    f"= {SAME}: equal to nine digits.",
    f"No sign, {WITHIN}: the intervals over seeds overlap, or the score of a single seed lies in the other's "
    "interval.",
    f"! {EXCEEDS}: they do not; of fewer than six seeds the interval is their range, which is no test.",
    f"? {NO_INTERVAL}: single seeds on both sides.",
    "A deterministic method needs no second seed: the interval of its score is the score.",
    f"s {SCALE_MOVED}: the average score differs, but no metric of the row does; the scale is another.",
    f"{UNDEFINED}: the score is undefined in 1, in 2 or in both.",
)


def comparison_section(comparison: FolderComparison) -> Section:
    """Return what comparison.csv, .md and .tex and the terminal show."""
    counts = [f"{n} {verdict}" for verdict, n in sorted(comparison.counts.items())]
    sides = f"1 is {comparison.first}, 2 is {comparison.second}."
    everything = Table("comparison", "All differences", frame=comparison.frame, formats=CSV)
    pairs = [table for pair in comparison.pairs for table in (_differences(pair, sides), _in_full(pair))]
    alone = [
        sentence
        for pair in comparison.pairs
        if pair.frame.empty
        for sentence in (f"{_heading(pair)}.", *pair.sentences)
    ]
    warnings = {pair.compared.warning(pair.first.source) for pair in comparison.pairs} - {""}
    return Section(
        title="Two result folders",
        folder=PurePath(),
        stem="comparison",
        heading=sides,
        tables=[everything, *pairs],
        verdict=f"{len(comparison.frame)} scores compared: {', '.join(counts) or 'none'}.",
        facts={"1": comparison.first, "2": comparison.second},
        warning=" ".join(sorted(warnings)),
        notes=[
            *(Note(f"Not compared: {reason}.") for reason in comparison.not_compared),
            *map(Note, alone),
            Note(READING),
            *(Note(sentence, is_detail=True) for sentence in LEGEND),
        ],
    )


def _heading(pair: BoardPair) -> str:
    group = pair.first
    genes = f", genes of {group.covered_by}" if group.covered_by else ""
    return f"{group.tissue}: source {group.source}, preset {group.preset}{genes}, data {group.data_hash}"


def _differences(pair: BoardPair, sides: str) -> Table:
    """Return one row per method: the difference of each score with the sign of its verdict."""

    def difference(score: str) -> Callable[[Line, Format], str]:
        return lambda line, _: _difference(line.get(score))

    lines = [
        {"title": rows["title"].iloc[0], **{row["metric"]: row for row in rows.to_dict("records")}}
        for _, rows in pair.frame.groupby("method", sort=False)
    ]
    heading = _heading(pair)
    return Table(
        stem="differences",
        title=heading,
        columns=(
            Column("title", "method", kind="name"),
            *(Column(score, _spelled(score), show=difference(score)) for score in pair.compared.scores),
        ),
        parts=(Part(heading, tuple(lines)),),
        formats=frozenset({"md", "tex", "txt"}),
        text=heading,
        caption=f"{heading}: {sides} {READING}",
        label="comparison-" + "-".join(pair.first.folder.parts),
        sentences=pair.sentences,
    )


def _difference(row: Mapping[Any, Any] | None) -> str:
    if row is None:
        return MISSING
    if row["verdict"].startswith(UNDEFINED_IN):
        return UNDEFINED
    if row["verdict"] == SAME:
        return SIGNS[SAME]
    return f"{_signed(row['difference'])} {SIGNS[row['verdict']]}".rstrip()


def _signed(difference: float) -> str:
    """Return a difference with its sign, which is not lost where the digits shown are all 0."""
    if math.isnan(difference):
        return MISSING
    return ("+" if difference > 0 else "-") + number(abs(difference), DIGITS)


def _in_full(pair: BoardPair) -> Table:
    """Return all there is to say of each difference: in the terminal of those that exceed the intervals."""

    def interval(side: str) -> Callable[[Line, Format], str]:
        return lambda line, _: interval_text(
            {"score_low": line[f"low_{side}"], "score_high": line[f"high_{side}"]}, "score", DIGITS
        )

    def value(side: str) -> Callable[[Line, Format], str]:
        return lambda line, _: number(line[f"value_{side}"], DIGITS, UNDEFINED)

    sides = [
        column
        for side in ("1", "2")
        for column in (
            Column(f"value_{side}", f"value {side}", show=value(side)),
            Column(f"seeds_{side}", f"seeds {side}", kind="integer"),
            Column(f"over_seeds_{side}", f"over seeds {side}", show=interval(side)),
        )
    ]
    lines = pair.frame.loc[pair.frame["verdict"] != SAME].to_dict("records")
    return Table(
        stem="in-full",
        title="In full",
        columns=(
            Column("title", "method", kind="name"),
            Column("metric", "score", kind="text", show=lambda line, _: _spelled(line["metric"])),
            *sides,
            Column("difference", show=lambda line, _: _signed(line["difference"])),
            Column("verdict", kind="text"),
        ),
        parts=(
            Part("", tuple(lines), formats=frozenset({"md"})),
            Part("", tuple(line for line in lines if line["verdict"] == EXCEEDS), formats=frozenset({"txt"})),
        ),
        formats=frozenset({"md", "txt"}),
    )


def _spelled(column: str) -> str:
    return column.replace("_", " ")
