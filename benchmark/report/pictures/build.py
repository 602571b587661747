"""All pictures of a result folder, drawn in one process or in several."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path, PurePath

from matplotlib.figure import Figure

from geneboard.benchmark.report.inference import Experiment, InferenceBoard
from geneboard.benchmark.report.pictures import (
    average_score,
    cost,
    critical_difference,
    heatmap,
    inference_scores,
    problem_scores,
    training_curves,
    umap,
)
from geneboard.benchmark.report.pictures.save import picture_files
from geneboard.benchmark.tasks.embedding.across.across import Across
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.maps.layout import Layout
from geneboard.datasets.atomic import write_atomically

Layouts = Mapping[str, Layout]
"""Layouts by the key of the record."""

Drawing = Callable[[], list[Path]]
"""Writes pictures and returns their files; it can be sent to another process."""


def board_pictures(board: Board, layouts: Layouts) -> dict[str, Figure]:
    """Return the pictures of a leaderboard by name; those that would be empty are absent."""
    return dict(_board_figures(board, layouts))


def _board_figures(board: Board, layouts: Layouts) -> Iterator[tuple[str, Figure]]:
    frame = board.frame
    yield "heatmap", heatmap.draw(board)
    if frame["average_score"].notna().any():
        yield "average_score", average_score.draw(board)
        if (frame["average_score"].notna() & (frame["cpu_seconds"] > 0)).any():
            yield "cost", cost.draw(board)
    if training_curves.has_curves(board):
        yield "training_curves", training_curves.draw(board)
    for by in ("dataset", "cluster", "module"):
        if umap.maps_of(board, layouts, by):
            yield f"umap_{by}", umap.draw(board, layouts, by)


def across_pictures(across: Across) -> dict[str, Figure]:
    """Return the pictures of a table across tissues by name."""
    return {"critical_difference": critical_difference.draw(across)} if across.nemenyi is not None else {}


def inference_pictures(board: InferenceBoard) -> dict[str, Figure]:
    """Return the pictures of a leaderboard of the L1000 task by name."""
    figures = {"inference_scores": inference_scores.draw(board)}
    if training_curves.has_curves(board):
        figures["training_curves"] = training_curves.draw(board)
    return figures


def inference_drawings(
    out: Path, boards: Sequence[InferenceBoard], experiments: Sequence[Experiment]
) -> list[Drawing]:
    """Return what draws the pictures of the L1000 task; parameters as of `build_pictures`."""
    return [
        *(partial(_write_inference, out, board) for board in boards),
        *(partial(_write_experiment, out, experiment) for experiment in experiments),
    ]


def build_pictures(
    out: Path,
    boards: Sequence[Board],
    acrosses: Sequence[Across],
    layouts: Layouts,
    others: Sequence[Drawing] = (),
    *,
    processes: int = 1,
) -> list[Path]:
    """Write all pictures as PNG and SVG next to the tables.

    Parameters
    ----------
    out
        Result folder.
    boards, acrosses
        What to draw.
    layouts
        Layouts by the key of the record.
    others
        What else draws, beside these.
    processes
        Processes that draw; 1 draws in this one. More are spawned, which imports the caller's script again:
        it needs the guard ``if __name__ == "__main__"``.

    Returns
    -------
    list of Path
        The files written, in the order of the boards, tables across tissues and others.
    """
    drawings: list[Drawing] = [
        partial(_write_board, out, board, _layouts_of(board, layouts)) for board in boards
    ]
    drawings += [partial(_write_across, out, across) for across in acrosses]
    drawings += others
    # The largest first, so that no process is left with a long one at the end.
    sizes = [len(board.group.records) for board in boards] + [0] * (len(drawings) - len(boards))
    order = sorted(range(len(drawings)), key=lambda number: -sizes[number])
    written = _in_processes([drawings[number] for number in order], processes)
    of_drawing = dict(zip(order, written, strict=True))
    return [path for number in range(len(drawings)) for path in of_drawing[number]]


def _layouts_of(board: Board, layouts: Layouts) -> dict[str, Layout]:
    keys = [record["key"] for record in board.group.records]
    return {key: layouts[key] for key in keys if key in layouts}


def _in_processes(drawings: Sequence[Drawing], processes: int) -> list[list[Path]]:
    """Draw; a single drawing is not worth a process."""
    workers = min(processes, len(drawings))
    if workers < 2:
        return [draw() for draw in drawings]
    # Not a fork: whoever calls may have threads.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return [drawn.result() for drawn in [pool.submit(draw) for draw in drawings]]


def _write_board(out: Path, board: Board, layouts: Layouts) -> list[Path]:
    paths = []
    for name, figure in _board_figures(board, layouts):
        paths += _write(out, board.group.folder, name, figure)
    return paths


def _write_inference(out: Path, board: InferenceBoard) -> list[Path]:
    paths = []
    for name, figure in inference_pictures(board).items():
        paths += _write(out, board.group.folder, name, figure)
    return paths


def _write_experiment(out: Path, experiment: Experiment) -> list[Path]:
    return _write(out, experiment.folder, experiment.stem, problem_scores.draw(experiment))


def _write_across(out: Path, across: Across) -> list[Path]:
    paths = []
    for name, figure in across_pictures(across).items():
        paths += _write(out, across.folder, name, figure)
    return paths


def _write(out: Path, folder: PurePath, name: str, figure: Figure) -> list[Path]:
    paths = []
    for file, content in picture_files(name, figure).items():
        write_atomically(out / folder / file, content)
        paths.append(out / folder / file)
    return paths
