"""The table of what the parts of a method do, as a section."""

from __future__ import annotations

from functools import partial

from geneboard.benchmark.report.section import Note, Section
from geneboard.benchmark.report.table import Column, Part, Table
from geneboard.benchmark.report.wording import listed
from geneboard.benchmark.tasks.embedding.across.ablations import Ablations
from geneboard.benchmark.tasks.embedding.across.changes import (
    COSTS,
    HELPS,
    TRAININGS,
    UNTOLD,
    difference_cell,
)
from geneboard.benchmark.tasks.embedding.board.words import warning

TITLE = "What the parts of a method do"
MEANING = (
    "Joint score with the change minus that without it, of the same seeds: below 0 the part that the change "
    "takes away, or the setting that it replaces, is worth something. Intervals (95 %) of a tissue are over "
    "its groups of datasets, with the first seed, and that of the mean is over tissues, which are few; of a "
    "single tissue it is over its datasets. Several changes are told apart from 0 one by one, without a "
    f"correction for their number. In a single tissue: {TRAININGS[0].lower()}{TRAININGS[1:]}"
)


def ablations_section(found: Ablations) -> Section:
    """Return the section of the changes of one source and preset."""
    first = found.groups[0]
    columns = (
        Column("title", "method", kind="name"),
        Column("change", kind="text"),
        *(
            Column(
                tissue,
                explained="difference of joint scores",
                show=partial(difference_cell, column=tissue),
            )
            for tissue in found.tissues
        ),
        Column("difference", "mean", explained="mean over tissues", show=difference_cell),
        Column("verdict", "the change", kind="text"),
        Column("seeds", "seeds in common", kind="text"),
    )
    return Section(
        title=f"{TITLE}: {first.source}, preset {first.preset}",
        folder=found.folder,
        stem="ablations",
        name=TITLE,
        part=f"Source {first.source}, preset {first.preset}",
        tables=[
            Table(
                stem="ablations",
                title=TITLE,
                columns=columns,
                frame=found.frame,
                parts=(Part("Differences of joint scores", tuple(found.frame.to_dict("records"))),),
                caption=f"{TITLE}. {MEANING}",
            )
        ],
        verdict=verdict(found),
        notes=[Note(verdict(found), but_not_in=frozenset({"html"})), Note(MEANING)],
        facts={"Data": ", ".join(f"{group.tissue} {group.data_hash}" for group in found.groups)},
        warning=warning(first.source),
    )


def verdict(found: Ablations) -> str:
    """Return which changes cost and which help; all others are not told apart from no change."""
    frame, names = found.frame, found.frame["change"]
    if frame["title"].nunique() > 1:
        names = names + " of " + frame["title"]
    told = [
        f"{word}: {listed(list(names[chosen]))}"
        for word in (COSTS, HELPS, UNTOLD)
        if (chosen := frame["verdict"] == word).any()
    ]
    return f"Other settings: {'; '.join(told)}."
