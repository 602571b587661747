"""What commands print while they run and when they have ended."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.records.printable import printable

if TYPE_CHECKING:
    from geneboard.benchmark.engine.run import Outcome
    from geneboard.benchmark.records.record import Record
    from geneboard.benchmark.report.section import Section
    from geneboard.benchmark.tasks.embedding.board.beside import Reference


class FailedError(Exception):
    """What was asked for has failed, though nothing is wrong with what was given."""


def show_step(what: str, done: int, total: int) -> None:
    """Show which step of preparing data is done; `done` of `total` steps are."""
    what = printable(what)
    if sys.stderr.isatty():
        print(f"\r\033[Kpreparing {what}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total:
        print(f"prepared {what}", file=sys.stderr, flush=True)


def show_left_out(number: int, total: int) -> None:
    """Show without which of the groups of its datasets an embedding is being scored."""
    print(f"scoring without group {number} of {total}", file=sys.stderr, flush=True)


def show_controls(names: Sequence[str]) -> None:
    """Show which controls run though nobody has named them."""
    if names:
        print(f"controls run too: {', '.join(names)}", file=sys.stderr, flush=True)


def show_warning(text: str) -> None:
    """Print a warning."""
    print(f"warning: {printable(text)}", file=sys.stderr, flush=True)


def show_paths(paths: Iterable[Path]) -> int:
    """Print the files that were written, one a line."""
    for path in paths:
        print(printable(str(path)))
    return 0


def show_lines(head: str, text: str) -> None:
    """Print a text behind a head, broken to the width of the terminal, with the rest of it indented."""
    import shutil
    import textwrap

    width = max(shutil.get_terminal_size((100, 24)).columns - 1, 40)
    lines = textwrap.wrap(
        f"{head} {text}", width, subsequent_indent=" " * 6, break_on_hyphens=False, break_long_words=False
    )
    print(printable("\n".join(lines)))


def show_json(content: Any) -> int:
    """Print JSON."""
    import json

    print(json.dumps(content, indent=1))
    return 0


def with_heads(rows: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
    """Return rows below their keys, where there are several; what is true or false is yes or no."""
    words = [
        {
            key: {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            for key, value in row.items()
        }
        for row in rows
    ]
    return [{key: key for key in rows[0]}, *words] if len(rows[0]) > 1 else words


def show_rows(rows: Sequence[Mapping[str, object]]) -> int:
    """Print rows with the same keys below each other."""
    widths = {key: max(len(str(row[key])) for row in rows) for key in rows[0]}
    for row in rows:
        print("  ".join(f"{row[key]!s:<{widths[key]}}" for key in row).rstrip())
    return 0


def show_outcome(
    outcome: Outcome, out: Path, *, pictures: bool, explain: bool = False, reference: Reference | None = None
) -> int:
    """Print the leaderboards of a run and its failures; return the exit status of the command."""
    from geneboard.benchmark.commands.failures import failures
    from geneboard.benchmark.report.render import terminal

    for section in leaderboards_of(outcome.records, out, reference):
        print(terminal.render(section, explain=explain))
    there = len(outcome.records) - outcome.ran
    if there:
        print(f"\n{there} of {len(outcome.records)} cells were there already (--force runs them again)")
    report = out / "report.html"
    if pictures:
        print(f"\nAll tables, with pictures: {printable(str(report))}")
    elif report.exists():
        print(
            f"\n{printable(str(report))}, other pages and pictures are as they were: `tables` makes them anew"
        )
    for line in failures(outcome, out):
        print(printable(line), file=sys.stderr)
    return 1 if outcome.failed else 0


def leaderboards_of(
    records: Iterable[Record], out: Path, reference: Reference | None = None
) -> list[Section]:
    """Return the leaderboards that some records belong to, made of all records in the folder.

    Rows of a reference stand beside those of the folder.
    """
    from geneboard.benchmark.commands.build_report import chapters
    from geneboard.benchmark.records import store
    from geneboard.benchmark.report.groups import board_of

    concerned = {board_of(record) for record in records}
    # Other boards are not made: the paired tests of each take a moment.
    found = [record for record in store.read_records(out) if board_of(record) in concerned]
    if reference is not None:
        found = reference.beside(found)
    sections = (section for chapter in chapters(out, found) for section in chapter.sections)
    return [section for section in sections if section.stem == "leaderboard"]
