"""What ``--dry-run`` prints: the cells of a run, and how long they may take."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from geneboard.benchmark.commands.reference import own_records
from geneboard.benchmark.commands.terminal import show_rows, with_heads
from geneboard.benchmark.engine.executors import default_jobs
from geneboard.benchmark.engine.plan import Planned, expected

DOING = {"": "there", "score": "to score", "train": "to train"}


def show_plan(plan: Sequence[Planned], jobs: int | None) -> int:
    """Print a line for each method and problem, and the sums; nothing has failed.

    Parameters
    ----------
    plan
        What is to be done with each cell.
    jobs
        Cells at once, if it was said.
    """
    reference = own_records()  # for methods that nobody has timed on this machine
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    times: defaultdict[tuple[str, str], float] = defaultdict(float)
    unknown: list[str] = []
    for planned in plan:
        cell, seconds = planned.cell, planned.seconds
        if seconds is None:
            seconds = expected(cell, reference, trains=planned.todo == "train")
        if seconds is None:
            unknown.append(cell.entry.name)
        group = (f"{cell.problem.name} {cell.problem.detail}".rstrip(), cell.entry.name)
        counts[group][DOING[planned.todo]] += 1
        times[group] += seconds or 0.0
    rows = []
    for (problem, method), number_of in counts.items():
        cells = ", ".join(f"{number} {what}" for what, number in number_of.items())
        time = "unknown" if method in unknown else duration(times[problem, method])
        rows.append({"problem": problem, "method": method, "cells": cells, "time": time})
    show_rows(with_heads(rows))
    todo = [planned.cell for planned in plan if planned.todo]
    at_once = jobs or (default_jobs(todo[0].threads, todo[0].device) if todo else 1)
    total = duration(sum(times.values()) / at_once)
    without = f", without {', '.join(dict.fromkeys(unknown))}" if unknown else ""
    print(
        f"{len(todo)} of {len(plan)} cells would run, {len(plan) - len(todo)} are there already;"
        f" about {total} with {at_once} at once, after earlier records{without}"
    )
    return 0


def duration(seconds: float) -> str:
    """Return a time in words."""
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
