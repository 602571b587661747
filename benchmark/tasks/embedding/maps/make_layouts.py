"""Layouts for the cells of a run that have none yet, each made in a process of its own.

numba and torch keep thread pools, so nothing of this runs in the main process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed
from pathlib import Path

from tqdm import tqdm

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.worker import one_line, send_output_to
from geneboard.benchmark.records.record import Record, variant_suffix
from geneboard.benchmark.records.store import EMBEDDING, run_folder, training_of
from geneboard.benchmark.tasks.embedding.coverage import read_part
from geneboard.benchmark.tasks.embedding.maps.layout import LAYOUT, write_layout

LOG = "layouts.log"
LIBRARIES = ("anndata", "scanpy", "umap.umap_")
"""What the processes import."""


def cells_to_lay_out(
    cells: Sequence[Cell], records: Sequence[Record], out: Path, *, force: bool
) -> list[Cell]:
    """Return what is to be laid out: of each method the first seed with scores, unless it is done already.

    Parameters
    ----------
    cells, records
        The cells of a run and their records, in the same order; a method's seeds increase.
    out
        Result folder.
    force
        True makes layouts again that are there.
    """
    first: dict[tuple[str, str, str], Cell] = {}
    for cell, record in zip(cells, records, strict=True):
        if record["status"] != "ok" or not (run_folder(out, cell.training_key) / EMBEDDING).exists():
            continue
        method = cell.entry.name + variant_suffix(cell.settings.overrides)
        first.setdefault((cell.problem.name, cell.problem.detail, method), cell)
    return [cell for cell in first.values() if force or not (run_folder(out, cell.key) / LAYOUT).exists()]


def make_layouts(
    cells: Sequence[Cell],
    out: Path,
    executor: Executor,
    *,
    quiet: bool,
    warn: Callable[[str], None],
) -> None:
    """Make and write layouts. One that fails is told and stays away; it changes no score.

    Parameters
    ----------
    cells, out
        What to lay out, and the result folder that it goes to.
    executor
        Runs calls, best each in a process of its own: then one that is killed takes no other layout with it.
    quiet
        True shows no progress.
    warn
        Called with a sentence for each layout that could not be made.
    """
    of_cell = {executor.submit(lay_out, cell, out): cell for cell in cells}
    with tqdm(total=len(cells), desc="drawing maps", disable=True if quiet else None, leave=False) as bar:
        for future in as_completed(of_cell):
            error = future.exception()
            if error is not None:
                warn(f"no map of {of_cell[future].label}: {one_line(error)}")
            bar.update()


def lay_out(cell: Cell, out: Path) -> None:
    """Write the layout of a cell."""
    from geneboard.benchmark.tasks.embedding.maps.layout_umap import layout_of

    send_output_to(out / "runs" / LOG)
    training_of(out, cell.training_key, EMBEDDING)  # refuses an embedding that is another's
    write_layout(out, cell.key, layout_of(*read_part(cell, run_folder(out, cell.training_key))))
