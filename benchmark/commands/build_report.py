"""Everything that a result folder shows: tables, figures and pages, from its records alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import chain
from pathlib import Path

from geneboard.benchmark.commands.drawn_before import DrawnBefore
from geneboard.benchmark.engine.processes import Processes
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.figures import LIBRARIES
from geneboard.benchmark.report.figures.save import FORMS, write_figure, write_figures
from geneboard.benchmark.report.foreign import ForeignTable
from geneboard.benchmark.report.page import write_pages
from geneboard.benchmark.report.section import Chapter
from geneboard.benchmark.report.write import write_tables
from geneboard.benchmark.task import TASKS, task_named
from geneboard.benchmark.tasks.claims.chapter import claims_chapter
from geneboard.benchmark.tasks.embedding.maps.layout import read_layouts
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import read_sensitivity
from geneboard.benchmark.tasks.techniques.comparison import read_comparisons
from geneboard.benchmark.tasks.techniques.section import techniques_chapter
from geneboard.datasets.errors import InputError


def chapters(out: Path, records: Iterable[Record], foreign: Sequence[ForeignTable] = ()) -> Iterator[Chapter]:
    """Yield what a result folder has of each task, without tasks of which it has nothing.

    Raises
    ------
    InputError
        If a record is of an unknown task, or a map of an embedding, a degradation run or a comparison
        of techniques is damaged.
    """
    by_task: dict[str, list[Record]] = {name: [] for name in TASKS}
    for record in records:
        if record["task"] not in by_task:
            raise InputError(
                f"{out}: has records of the task {record['task']!r}, which is not in this version"
            )
        by_task[record["task"]].append(record)
    yield from _with_sections(
        task_named(name).chapter(by_task[name], out, foreign, by_task) for name in TASKS
    )
    yield from _with_sections([techniques_chapter(out)])


def with_claims(out: Path, records: Iterable[Record], foreign: Sequence[ForeignTable]) -> Iterator[Chapter]:
    """Yield what each task has, and the verdicts on published claims, where records are about any."""
    records = list(records)
    yield from chapters(out, records, foreign)
    yield from _with_sections([claims_chapter(records, read_comparisons(out))])


def _with_sections(made: Iterable[Chapter]) -> Iterator[Chapter]:
    return (chapter for chapter in made if chapter.sections)


def build_tables(out: Path, records: Iterable[Record], foreign: Sequence[ForeignTable] = ()) -> list[Path]:
    """Write all tables of records; figures and pages stay as they are.

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
    return write_tables(out, list(with_claims(out, records, foreign)))


def build_report(
    out: Path,
    records: Iterable[Record],
    foreign: Sequence[ForeignTable] = (),
    *,
    pdf: bool = False,
    processes: int = 1,
) -> list[Path]:
    """Write all tables of records, and the figures and pages that show them.

    Beside the records only the maps of embeddings, the degradation runs and the comparisons of techniques of
    the result folder are read.
    Parameters are those of `build_tables`, whether each picture is written as `pdf` too (as where the folder
    has some), and the number of `processes` that draw while further chapters and the tables are made; 1 draws
    in this one. Pictures that are there and would be the same are not drawn.
    """
    # What may be damaged is read before any picture is replaced.
    for read in (read_layouts, read_sensitivity, read_comparisons):
        read(out)
    found: list[Chapter] = []
    drawn = DrawnBefore(out)
    forms = (*FORMS, "pdf") if pdf or drawn.has_pdf else FORMS
    with (
        Processes(processes, libraries=LIBRARIES, reused=[write_figure]) if processes > 1 else nullcontext()
    ) as executor:
        drawing = []
        for chapter in with_claims(out, records, foreign):
            found.append(chapter)
            figures = [(one.folder, figure) for one in chapter.sections for figure in one.figures]
            drawing.append(write_figures(out, drawn.missing(figures, forms), executor, forms))
        tables = write_tables(out, found)
        for _ in chain(*drawing):
            pass
    return [*tables, *drawn.keep(), *write_pages(out, found)]
