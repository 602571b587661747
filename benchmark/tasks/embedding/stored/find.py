"""Finds the embedding of a tissue, a method and a seed in a result folder, also a packed one."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geneboard.benchmark import registry
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record, age
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.wording import counted, is_synthetic_source, listed
from geneboard.benchmark.tasks.embedding.board.beside import TASK
from geneboard.benchmark.tasks.embedding.board.metrics import JOINT, MIN_COVERAGE
from geneboard.benchmark.tasks.embedding.packed import PACKED_EMBEDDINGS, read_packed_embeddings
from geneboard.datasets.base import TISSUES
from geneboard.datasets.errors import InputError, closest
from geneboard.datasets.hdf5_files import dense, read_h5ad

SYNTHETIC = "synthetic"
REFERENCE, DEFAULT_OUT = registry.ROOT / "results" / "reference", "results"
"""The records that come with geneboard, which no run is to be written into, and where runs go."""


@dataclass(frozen=True, eq=False)
class StoredEmbedding:
    """An embedding, and where it comes from.

    Attributes
    ----------
    record
        Its cell.
    row
        The row of the leaderboard that the cell is part of: all seeds of the method with its settings.
    board
        The leaderboard.
    path
        The file that holds it.
    genes, datasets
        Gene and dataset of each row, shape (n_rows,).
    matrix
        float32, shape (n_rows, dim).
    chosen
        Why this method, in words; empty where it was named.
    """

    record: Record
    row: Row
    board: Group
    path: Path
    genes: np.ndarray
    datasets: np.ndarray
    matrix: np.ndarray
    chosen: str = ""

    @property
    def dataset_names(self) -> list[str]:
        """Names of the datasets, in the order of the file."""
        return list(dict.fromkeys(self.datasets))

    @property
    def rounded(self) -> bool:
        """Whether it was packed, in float16."""
        return self.path.name == PACKED_EMBEDDINGS

    @property
    def title(self) -> str:
        """What it is and why it was chosen: "pbmc by GIANT, seed 0 (files:data, preset quick)"."""
        rounded = ", rounded when it was packed" if self.rounded else ""
        return (
            f"{self.board.tissue} by {self.row.title}, seed {self.record['seed']} "
            f"({self.board.source}, preset {self.board.preset}{rounded})"
        ) + (f", {self.chosen}" if self.chosen else "")


def find_embedding(
    out: Path,
    tissue: str,
    *,
    method: str | None = None,
    preset: str | None = None,
    source: str | None = None,
    seed: int | None = None,
    warn: Callable[[str], None] | None = None,
) -> StoredEmbedding:
    """Return a stored embedding.

    Parameters
    ----------
    out
        Result folder; its records may be packed, and embeddings too (`packed`), which then are rounded.
    tissue
        The tissue.
    method
        Name of a method, or of a row with other settings ("musegnn[epochs=500]"). None takes the best by
        joint score among those that are no controls and have a stored embedding of at least half of the
        genes.
    preset, source
        Which leaderboard; None takes the one that was run last.
    seed
        Which seed; None takes the first that is stored.
    warn
        Called with a sentence about records that do not fit.

    Raises
    ------
    InputError
        If there is no such embedding: the sentence says what there is, and which command makes it.
    """
    boards = _boards(out, tissue, preset, source, warn)
    board = max(boards, key=lambda one: max(map(age, one.records)))
    rows = make_rows(board.records)
    there = stored_files(out, board.records)
    stored = [row for row in rows if any(record["key"] in there for record in row.scored)]
    if method is None:
        if all(row.first["kind"] == "control" for row in stored):
            raise InputError(_only_records(out, board, _boards(out, tissue, None, None, None)))
        row, chosen = _best(out, board, stored)
    else:
        row, chosen = _named(out, board, rows, stored, method), ""
    record = _of_seed(row, [r for r in row.scored if r["key"] in there], seed)
    path = there[record["key"]]
    return StoredEmbedding(record, row, board, path, *read_embedding(record["key"], path), chosen)


def _boards(
    out: Path, tissue: str, preset: str | None, source: str | None, warn: Callable[[str], None] | None
) -> list[Group]:
    """Return the leaderboards of a tissue, those of a preset and a source."""
    records = [r for r in store.read_records(out, warn) if r["task"] == TASK and "covered_by" not in r]
    boards = select_groups(records)
    if not boards:
        raise InputError(f"{out}: has no embeddings; {_run(out, tissue, SYNTHETIC, None)} some")
    for what, name in (("tissue", tissue), ("preset", preset), ("source", source)):
        fit = [board for board in boards if name in (None, getattr(board, what))]
        if not fit:
            known = sorted({getattr(board, what) for board in boards})
            of = "" if what == "tissue" else f" of {tissue}"
            makes = _run(out, tissue, boards[0].source, preset)
            raise InputError(f"--{what} {name}: {out} has no such run{of}, but {listed(known)}; {makes} one")
        boards = fit
    return boards


def stored_files(out: Path, records: Sequence[Record]) -> Mapping[str, Path]:
    """Return by key the file that holds the embedding of each cell of a tissue that has one.

    Files of single cells come first; those of a leaderboard hold rounded embeddings.
    """
    files = {r["key"]: store.run_folder(out, r["key"]) / store.EMBEDDING for r in records}
    there = {key: path for key, path in files.items() if path.is_file()}
    for packed in out.glob(f"*/*/*/{PACKED_EMBEDDINGS}") if len(there) < len(files) else ():
        kept = {record["key"] for record in read_packed_embeddings(packed).records}
        there = dict.fromkeys(kept & files.keys(), packed) | there
    return there


def _only_records(out: Path, board: Group, boards: Sequence[Group]) -> str:
    """Return that a leaderboard has no embedding of a method, and which one has, or what makes it."""
    others = []
    for other in boards:
        kept = stored_files(out, other.records)
        if any(record["key"] in kept and record["kind"] != "control" for record in other.records):
            others.append(shlex.join(["--source", other.source, "--preset", other.preset]))
    if others:
        what = f"of {board.source}, preset {board.preset}"
        ways = " or ".join(others)
        return f"{out}: has no embedding of a method on {board.tissue} {what} (only records), but with {ways}"
    return (
        f"{out}: has no embedding of a method on {board.tissue} (only records); "
        f"{_run(out, board.tissue, board.source, board.preset)} them"
    )


def _best(out: Path, board: Group, stored: Sequence[Row]) -> tuple[Row, str]:
    """Return the row with the highest joint score, and why it was chosen."""
    methods = [row for row in stored if row.first["kind"] != "control"]
    ranked = {
        row: score
        for row in methods
        if row.represents_method
        and (row.coverage or 0.0) >= MIN_COVERAGE
        and (score := row.means[JOINT]) is not None
    }
    if not ranked:
        raise InputError(
            f"{out}: no method has a joint score on {board.tissue}, so none is the best; choose one with "
            f"--method: {listed(_names(methods))}"
        )
    best = max(ranked, key=lambda row: (ranked[row], row.name))
    return best, f"the best of {counted(len(ranked), 'method')} by joint score, {ranked[best]:.3f}"


def _named(out: Path, board: Group, rows: Sequence[Row], stored: Sequence[Row], method: str) -> Row:
    """Return the row of a name; a method without the settings of the preset has one that stands in for it."""
    for row in stored:
        if row.name == method or (row.first["method"] == method and row.represents_method):
            return row
    there = f"there are {listed(_names(stored))}" if stored else "there is none of any method"
    if any(method in (row.name, row.first["method"]) for row in rows):
        fault = f"its embedding on {board.tissue} is not stored in {out}, only the record"
    elif method in {entry.name for entry in registry.methods()}:
        fault = f"was not run on {board.tissue} in {out}"
    else:
        raise InputError(f"--method {method}: unknown method{closest(method, _names(stored))}")
    makes = _run(out, board.tissue, board.source, board.preset, f" --methods {method.partition('[')[0]}")
    raise InputError(f"--method {method}: {fault}; {there}; {makes} it")


def _names(rows: Iterable[Row]) -> list[str]:
    return [row.name for row in rows]


def _run(out: Path, tissue: str, source: str, preset: str | None, more: str = "") -> str:
    """Return the command that makes embeddings, and "makes"."""
    needs_data = tissue not in TISSUES or not is_synthetic_source(source)
    data = " --data DIR" if needs_data else ""
    of_preset = "" if preset is None else f" --preset {preset}"
    place = DEFAULT_OUT if out.resolve() == REFERENCE.resolve() else out
    return f"`run --tissue {tissue}{data}{more}{of_preset} --out {place}` makes"


def _of_seed(row: Row, records: Sequence[Record], seed: int | None) -> Record:
    """Return the record of a seed, or the first."""
    for record in records:
        if seed in (None, record["seed"]):
            return record
    seeds = listed([str(record["seed"]) for record in records])
    raise InputError(
        f"--seed {seed}: {row.name} has no stored embedding of this seed; there are {seeds}; "
        f"`run` with --seeds {(seed or 0) + 1} makes it"
    )


def read_embedding(key: str, path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return gene and dataset of each row of a file of `stored_files`, and the matrix.

    Raises
    ------
    InputError
        If the file is damaged, or not what its cell has written.
    """
    if path.name == PACKED_EMBEDDINGS:
        packed = read_packed_embeddings(path)
        keys = [one["key"] for one in packed.records]
        obs, matrix = packed.obs, packed.matrices[keys.index(key)]
    else:
        out = path.parents[2]
        store.training_of(out, key, store.EMBEDDING)  # raises if it is not what was trained
        table = read_h5ad(path, "not a readable embedding")
        obs, matrix = table.obs, dense(table.X)
    genes, datasets = (obs[name].astype(str).to_numpy(dtype=object) for name in ("gene", "dataset"))
    return genes, datasets, np.ascontiguousarray(matrix, dtype=np.float32)
