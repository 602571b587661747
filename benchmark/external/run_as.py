"""The methods that a command of external.toml, and a precomputed embedding, are run as."""

from __future__ import annotations

import dataclasses
import os
import shlex
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from geneboard.benchmark.external.files import scratch_prefix
from geneboard.benchmark.external.matching import read_matched
from geneboard.benchmark.registry import IMPORTED_FROM
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graph_files import write_graph
from geneboard.methods.base import GeneEmbeddings, Method, Progress
from geneboard.metrics.embedding_files import read_rows

LAST_WORDS_SECONDS = 2.0
"""How long to wait for what is still in the pipe of a command that has ended."""

TAIL = 2000
"""So many characters of what a failed command printed last are kept for the record."""


@dataclass(frozen=True)
class Command(Method):
    """Runs a command that reads a folder of gene graphs and writes one embedding file."""

    path: ClassVar[Path]
    """The external.toml; the command runs in its folder."""

    command: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Run the command in the folder of external.toml; what it prints goes to the log of the cell.

        Raises
        ------
        RuntimeError
            If the command ends with another status than 0 or writes no file.
        InputError
            If the file is no embedding of the tissue's genes.
        """
        if self.files != type(self)().files:
            raise InputError(f"{self.path}: a file of {self.name} has changed since the run was planned")
        progress(0, 1)
        with tempfile.TemporaryDirectory(prefix=scratch_prefix(os.getpid())) as folder:
            graphs, output = Path(folder, "input"), Path(folder, "embedding.h5ad")
            for graph in tissue.graphs:
                write_graph(graph, graphs / f"{graph.name}.h5ad")
            places = {"input": graphs, "output": output, "seed": seed, "device": device}
            self._run([word.format_map(places) for word in shlex.split(self.command)])
            if not output.is_file():
                raise RuntimeError("the command ended well, but wrote no file to {output}")
            values = _values(output, tissue)
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)

    def _run(self, command: list[str]) -> None:
        started = subprocess.Popen(
            command,
            cwd=self.path.parent,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        printed = _Printed(started)
        status = started.wait()
        if status:
            lines = printed.tail().strip().splitlines()
            said = f": {lines[-1].strip()}" if lines else ""
            raise RuntimeError(f"the command ended with exit status {status}{said}")


class _Printed(threading.Thread):
    """Passes on what a command prints, and keeps the end of it.

    A thread, because a process that the command leaves behind may hold the pipe open for ever.
    """

    def __init__(self, started: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        assert started.stdout is not None
        self._pipe, self._tail = started.stdout.fileno(), b""
        self.start()

    def run(self) -> None:
        """Read until nobody can write any more."""
        while part := os.read(self._pipe, 2**16):
            self._tail = (self._tail + part)[-TAIL:]
            os.write(1, part)

    def tail(self) -> str:
        """Return the end of what was printed."""
        self.join(LAST_WORDS_SECONDS)
        return self._tail.decode(errors="replace")


def _environment() -> dict[str, str]:
    """Return our environment without this checkout on the path of Python.

    Another project may import a distribution that is called `datasets`, as a folder here is.
    """
    environment = dict(os.environ)
    given = environment.pop("PYTHONPATH", "").split(os.pathsep)
    paths = [path for path in given if path not in ("", str(IMPORTED_FROM))]
    return environment | ({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})


def _values(output: Path, tissue: Tissue) -> list[np.ndarray]:
    """Return the rows of an embedding file in the order of the tissue."""
    rows = read_rows(output, tissue)
    values = [np.empty((graph.n_genes, rows.matrix.shape[1]), dtype=np.float32) for graph in tissue.graphs]
    for number, own in enumerate(values):
        inside = rows.dataset == number
        own[rows.position[inside]] = rows.matrix[inside]
    return values


@dataclass(frozen=True)
class Precomputed(Method):
    """Vectors from a file; genes that it lacks get the zero vector."""

    path: ClassVar[Path]
    identifiers: ClassVar[tuple[Path, ...]]

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Read the file; nothing is trained."""
        planned, found = dataclasses.asdict(self), dataclasses.asdict(type(self)())
        if planned != found:
            raise InputError(f"{self.path}: the file has changed since the run was planned")
        values = read_matched(self.path, self.identifiers, tissue).values
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)
