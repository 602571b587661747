"""Everything that a result folder shows: tables, pictures and pages, from its records alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path, PurePath

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.report.foreign import ForeignTable
from geneboard.benchmark.report.inference import inference_results
from geneboard.benchmark.report.page import build_pages
from geneboard.benchmark.report.pictures import build_pictures, inference_drawings
from geneboard.benchmark.report.tables import write_tables
from geneboard.benchmark.tasks.embedding.maps.layout import read_layouts
from geneboard.benchmark.tasks.embedding.sensitivity.files import read_sensitivity, write_derived


def build_report(
    out: Path, records: Iterable[Record], foreign: Sequence[ForeignTable] = (), *, processes: int = 1
) -> list[Path]:
    """Write all tables of records, and the pictures and pages that show them.

    Beside the records only the maps of embeddings and the degradation runs of the result folder are read.
    Parameters are those of `benchmark.report.build_tables`, and `processes` as in `build_pictures`.

    Returns
    -------
    list of Path
        The files written. The same input always gives the same bytes.

    Raises
    ------
    InputError
        If a map or a degradation run is damaged.
    """
    records = list(records)
    boards = leaderboards(records, foreign)
    acrosses = across_tissues(boards)
    inference = inference_results(records)
    written = write_tables(out, boards, acrosses, inference)
    sensitivities = read_sensitivity(out)
    others = inference_drawings(out, inference.boards, inference.experiments)
    others += [partial(write_derived, one, one.folder_in(out)) for one in sensitivities]
    written += build_pictures(out, boards, acrosses, read_layouts(out), others, processes=processes)
    pictures: dict[PurePath, bytes] = {
        path.relative_to(out): path.read_bytes() for path in written if path.suffix == ".png"
    }
    return [*written, *build_pages(out, boards, acrosses, pictures, sensitivities, inference)]
