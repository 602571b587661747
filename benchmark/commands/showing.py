"""What a result folder shows, and how two of them compare, from their records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.engine.run import Outcome
from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.embedding.maps.layout import PACKED_LAYOUTS, pack_layouts, read_layouts
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record
    from geneboard.benchmark.report.compare import FolderComparison


def leaderboard_texts(outcome: Outcome, out: Path, *, explain: bool = False) -> list[str]:
    """Return the leaderboards that a run belongs to, made of all records in the folder, as text."""
    from geneboard.benchmark.commands.build_report import chapters
    from geneboard.benchmark.report.groups import board_of
    from geneboard.benchmark.report.render import terminal

    concerned = {board_of(record) for record in outcome.records}
    # Other boards are not made: the paired tests of each take a moment.
    records = [record for record in store.read_records(out) if board_of(record) in concerned]
    return [
        terminal.render(section, explain=explain)
        for chapter in chapters(out, records)
        for section in chapter.sections
        if section.stem == "leaderboard"
    ]


def tables(
    out: Path = Path("results"),
    *,
    pack: Path | None = None,
    add: Sequence[str] = (),
    processes: int = 1,
) -> list[Path]:
    """Rebuild tables, pictures and pages of a result folder, without its embeddings.

    Parameters
    ----------
    out
        Result folder.
    pack
        Another folder: records and maps of embeddings go there as packed files, and all is built there
        instead. Degradation runs stay where they are.
    add
        ``["FILE", "LABEL=FILE"]``: scores from papers, which these tables show beside ours
        (`benchmark.report.foreign`); the next ones that are made do not, unless they are given again.
    processes
        Processes that draw pictures; 1 draws them in this one. A script that asks for more needs the guard
        ``if __name__ == "__main__"``, because each process imports it.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        If there are no records, or one of them or a table of `add` is damaged.
    """
    from geneboard.benchmark.commands.build_report import build_report
    from geneboard.benchmark.report.foreign import read_foreign_tables
    from geneboard.benchmark.report.groups import task_of

    records = _some_records(out)
    tissues = {record["tissue"] for record in records if task_of(record) == "embedding"}
    foreign = read_foreign_tables(add, tissues)
    if pack is None:
        return build_report(out, records, foreign, processes=processes)
    store.pack_records(records, pack / store.PACKED)
    pack_layouts(read_layouts(out), pack / PACKED_LAYOUTS)
    shown = build_report(pack, records, foreign, processes=processes)
    return [pack / store.PACKED, pack / PACKED_LAYOUTS, *shown]


def compare(first: Path, second: Path, *, out: Path | None = None) -> FolderComparison:
    """Put the scores of two result folders side by side; neither is changed.

    Parameters
    ----------
    first, second
        Result folders.
    out
        Where comparison.csv, .md and .tex go; None writes nothing.

    Raises
    ------
    InputError
        If a folder has no records, or they have no leaderboard of the same data and preset.
    """
    from geneboard.benchmark.report.compare import compare_folders
    from geneboard.benchmark.report.compare_section import comparison_section
    from geneboard.benchmark.report.write import section_files, write_files
    from geneboard.benchmark.task import TASKS, task_named

    tasks = {name: how for name in TASKS if (how := task_named(name).compared())}
    comparison = compare_folders(str(first), _some_records(first), str(second), _some_records(second), tasks)
    if out is not None:
        write_files(out, section_files(comparison_section(comparison)))
    return comparison


def _some_records(out: Path) -> list[Record]:
    records = store.read_records(out)
    if not records:
        raise InputError(f"{out}: has no records (runs/*/result.json or {store.PACKED})")
    return records
