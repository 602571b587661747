"""What commands print while they run and when they have ended."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geneboard.benchmark.engine.run import Outcome


def show_step(what: str, done: int, total: int) -> None:
    """Show which step of preparing data is done; `done` of `total` steps are."""
    if sys.stderr.isatty():
        print(f"\r\033[Kpreparing {what}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total:
        print(f"prepared {what}", file=sys.stderr, flush=True)


def show_warning(text: str) -> None:
    """Print a warning."""
    print(f"warning: {text}", file=sys.stderr, flush=True)


def show_outcome(outcome: Outcome, out: Path, *, pictures: bool) -> int:
    """Print the leaderboards of a run and its failures; return the exit status of the command."""
    from geneboard.benchmark.commands.showing import leaderboard_texts

    for text in leaderboard_texts(outcome, out):
        print(text)
    report = out / "report.html"
    if pictures:
        print(f"\nAll tables, with pictures: {report}")
    elif report.exists():
        print(f"\n{report}, other pages and pictures are as they were: `tables` makes them anew")
    for record in outcome.failed:
        cell = f"{record['tissue']} {record['method']} seed {record['seed']}"
        where = out / "runs" / record["key"]
        print(f"{record['status']}: {cell}: {record['reason']} ({where})", file=sys.stderr)
    return 1 if outcome.failed else 0
