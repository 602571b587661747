"""The command `tables`: what a result folder shows, and how two of them compare, from their records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands.arguments import Argument, Count, Folder, optional_path
from geneboard.benchmark.commands.terminal import show_paths, show_warning
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record
    from geneboard.benchmark.report.compare import FolderComparison

Numbers = Annotated[Sequence[str], Argument(action="append", metavar="[LABEL=]FILE")]
Pair = Annotated[Sequence[Path | str], Argument("--compare", type=Path, nargs=2, metavar=("DIR1", "DIR2"))]


def tables(
    out: Folder = "results",
    *,
    pack: Folder | None = None,
    embeddings: Count | None = None,
    pdf: bool = False,
    add: Numbers = (),
    beside: Folder | None = None,
    pictures: bool = True,
    processes: int = 1,
) -> list[Path]:
    """Rebuild tables, pictures and the report of a result folder, without its embeddings.

    Parameters
    ----------
    out
        Result folder.
    pack
        Pack all records into DIR and build the tables there.

        Maps of embeddings are packed too; degradation runs stay where they are.
    embeddings
        With --pack: pack the embeddings of the first N seeds of each method too, in float16, for rescore.
    pdf
        Write every picture as PDF too, beside PNG (300 dpi) and SVG.
    add
        Put scores from a publication beside ours: a CSV with the column method and one column per tissue.

        The next tables that are made do not show them, unless they are given again.
    beside
        As for `run`.
    pictures
        Pictures and report.html: those that are there stay as they are.
    processes
        Processes that draw pictures; 1 draws them in this one.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        If there are no records that fit, or a table of `add` is damaged.
    """
    from geneboard.benchmark.commands.build_report import build_report, build_tables
    from geneboard.benchmark.commands.reference import open_reference
    from geneboard.benchmark.records import store
    from geneboard.benchmark.report.foreign import read_foreign_tables
    from geneboard.benchmark.tasks.embedding.maps.layout import PACKED_LAYOUTS, pack_layouts, read_layouts
    from geneboard.benchmark.tasks.embedding.packed import pack_embeddings

    out, pack = Path(out), optional_path(pack)
    records = _some_records(out)
    shown = open_reference(beside, out if pack is None else pack).beside(records, show_warning)
    tissues = {record["tissue"] for record in records if record["task"] == "embedding"}
    foreign = read_foreign_tables(add, tissues, {record["title"] for record in records})
    if pdf and not pictures:
        raise InputError("--pdf: goes without --no-pictures")
    build = partial(build_report, pdf=pdf, processes=processes) if pictures else build_tables
    if pack is None:
        if embeddings is not None:
            raise InputError("--embeddings: goes with --pack")
        return build(out, shown, foreign)
    store.pack_records(records, pack / store.PACKED)
    pack_layouts(read_layouts(out), pack / PACKED_LAYOUTS)
    packed = [] if embeddings is None else pack_embeddings(out, records, pack, seeds=embeddings)
    made = build(pack, shown, foreign)
    return [pack / store.PACKED, pack / PACKED_LAYOUTS, *packed, *made]


def compare(first: Folder, second: Folder, *, out: Folder | None = None) -> FolderComparison:
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

    first, second = Path(first), Path(second)
    tasks = {name: how for name in TASKS if (how := task_named(name).compared())}
    comparison = compare_folders(str(first), _some_records(first), str(second), _some_records(second), tasks)
    if out is not None:
        write_files(Path(out), section_files(comparison_section(comparison)))
    return comparison


def tables_or_comparison(
    out: Folder | None = None,
    *,
    pack: Folder | None = None,
    embeddings: Count | None = None,
    pdf: bool = False,
    add: Numbers = (),
    beside: Folder | None = None,
    pictures: bool = True,
    folders: Pair | None = None,
) -> list[Path] | FolderComparison:
    """Rebuild tables, pictures and the report from the records alone.

    Parameters
    ----------
    out
        Result folder (default: results); with --compare: write comparison.* there.
    pack, embeddings, pdf, add, pictures
        As for `tables`.
    beside
        As for `run`.
    folders
        Only print where the scores of two result folders differ, and by more than seeds do.
    """
    from geneboard.benchmark.engine.executors import default_jobs

    if folders is None:
        processes = default_jobs(1, "cpu")
        return tables(
            out or "results",
            pack=pack,
            embeddings=embeddings,
            pdf=pdf,
            add=add,
            beside=beside,
            pictures=pictures,
            processes=processes,
        )
    if add or pdf or not pictures or any(option is not None for option in (pack, embeddings, beside)):
        raise InputError(
            "--compare: goes with --out only, not with --pack, --embeddings, --pdf, --add, --beside or "
            "--no-pictures"
        )
    return compare(*folders, out=out)


def show_tables_or_comparison(made: list[Path] | FolderComparison, *, explain: bool = False) -> int:
    """Print the files that were written, or the comparison.

    Parameters
    ----------
    made
        Either.
    explain
        With --compare: print all notes, not only those that are needed to read the numbers.
    """
    if isinstance(made, list):
        return show_paths(made)
    from geneboard.benchmark.report.compare_section import comparison_section
    from geneboard.benchmark.report.render import terminal

    print(terminal.render(comparison_section(made), explain=explain))
    return 0


def _some_records(out: Path) -> list[Record]:
    from geneboard.benchmark.records import store

    records = store.read_records(out, show_warning)
    if not records:
        fault = "has no records that fit" if out.is_dir() else "there is no such result folder"
        raise InputError(f"{out}: {fault} (runs/*/result.json or {store.PACKED})")
    return records
