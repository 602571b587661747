"""How much was run, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.registry import KIND_ORDER
from geneboard.benchmark.report.phrases import counted, listed


def extent(n_boards: int, records: Sequence[Record]) -> str:
    """Return how much was run, and how it ended.

    "2 leaderboards of 1 published method and 2 controls, made from the records of 6 cells (6 ok)."
    """
    ends = Counter(record["status"] for record in records)
    told = ", ".join(
        f"{ends[status]} {status}" for status in sorted(ends, key=lambda end: (end != "ok", end))
    )
    kinds: Counter[str] = Counter(
        kind for _, kind in {(record["method"], record["kind"]) for record in records}
    )
    nouns = {kind: "published method" if kind == "published" else kind for kind in KIND_ORDER}
    listing = listed([counted(kinds[kind], noun) for kind, noun in nouns.items() if kind in kinds])
    return (
        f"{counted(n_boards, 'leaderboard')} of {listing}, made from the records of "
        f"{counted(len(records), 'cell')} ({told})."
    )
