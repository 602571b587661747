"""Everything that a result folder shows: tables, pictures and pages, from its records alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from pathlib import Path

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.figures.save import write_figures
from geneboard.benchmark.report.foreign import ForeignTable
from geneboard.benchmark.report.page import write_pages
from geneboard.benchmark.report.section import Chapter
from geneboard.benchmark.report.write import write_tables
from geneboard.benchmark.tasks.embedding import chapter as embedding
from geneboard.benchmark.tasks.embedding.sensitivity import section as sensitivity
from geneboard.benchmark.tasks.inference import chapter as inference


def chapters(out: Path, records: Iterable[Record], foreign: Sequence[ForeignTable] = ()) -> list[Chapter]:
    """Return what a result folder has of each task, without tasks of which it has nothing.

    Raises
    ------
    InputError
        If a map of an embedding or a degradation run is damaged.
    """
    records = list(records)
    found = [embedding.chapter(records, out, foreign), inference.chapter(records), sensitivity.chapter(out)]
    return [chapter for chapter in found if chapter.sections]


def build_tables(out: Path, records: Iterable[Record], foreign: Sequence[ForeignTable] = ()) -> list[Path]:
    """Write all tables of records; pictures and pages stay as they are.

    Parameters
    ----------
    out
        Result folder.
    records
        Cell records in any order.
    foreign
        Scores of other data to show beside ours.

    Returns
    -------
    list of Path
        The files written. The same records always give the same bytes.
    """
    return write_tables(out, chapters(out, records, foreign))


def build_report(
    out: Path,
    records: Iterable[Record],
    foreign: Sequence[ForeignTable] = (),
    *,
    executor: Executor | None = None,
) -> list[Path]:
    """Write all tables of records, and the pictures and pages that show them.

    Beside the records only the maps of embeddings and the degradation runs of the result folder are read.
    Parameters are those of `build_tables`, and `executor` as in `write_figures`.
    """
    found = chapters(out, records, foreign)
    sections = [section for chapter in found for section in chapter.sections]
    drawn = [(section.folder, figure) for section in sections for figure in section.figures]
    return [
        *write_tables(out, found),
        *write_figures(out, drawn, executor=executor),
        *write_pages(out, found),
    ]
