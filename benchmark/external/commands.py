"""Methods that run as a command of their own, in any language and environment."""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
import string
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmark.external.precomputed import NAME
from benchmark.registry import ROOT, Entry
from datasets.base import InputError, Tissue
from datasets.graph_cache import file_sha256
from datasets.graph_files import first_line, write_graph
from methods.base import GeneEmbeddings, Method, Progress

DEFAULT_FILE = ROOT / "external.toml"
"""Read without being asked for, if it is there."""

REQUIRED = ("input", "output")
OPTIONAL = ("seed", "device")
KEYS = {
    "name": str,
    "command": str,
    "interpreter": str,
    "title": str,
    "reference": str,
    "deterministic": bool,
}
TAIL = 2000
"""So many characters of what a failed command printed last are kept for the record."""


@dataclass(frozen=True)
class CommandEntry(Entry):
    """A method of external.toml in the place of a registered one; `path` is that file.

    Parameters
    ----------
    command
        Words of the command with the places ``{input}``, ``{output}``, ``{seed}`` and ``{device}``.
    interpreter
        Program that is put before them, or None.
    """

    command: tuple[str, ...] = ()
    interpreter: str | None = None

    @property
    def words(self) -> list[str]:
        """The whole command, interpreter included."""
        return [*filter(None, [self.interpreter]), *self.command]

    @property
    def sources(self) -> tuple[Path, ...]:
        """Files of this project whose source determines the embedding."""
        return (ROOT / "benchmark" / "external" / "commands.py",)

    def files(self) -> dict[str, str]:
        """Return the sha256 of every file that the command names."""
        folder = self.path.parent
        return {word: file_sha256(folder / word) for word in self.command if (folder / word).is_file()}

    def load(self) -> type[Any]:
        """Return a method that runs the command.

        Its hyper-parameters are the command and the content of the files that the command names: where one
        of them changes, the cells are run again. What those files import is not seen.

        Raises
        ------
        InputError
            If there is no such program.
        """
        program, folder = self.interpreter or self.command[0], self.path.parent
        if shutil.which(folder / program if os.sep in program else program) is None:
            raise InputError(f"{self.path}: the program {program!r} of {self.name} is not there")
        return dataclasses.make_dataclass(
            self.class_name,
            [
                ("command", str, dataclasses.field(default=shlex.join(self.words))),
                ("files", dict[str, str], dataclasses.field(default_factory=self.files)),
            ],
            bases=(Command,),
            namespace={"name": self.name, **self.attributes, "entry": self},
            frozen=True,
        )


@dataclass(frozen=True)
class Command(Method):
    """Runs a command that reads a folder of gene graphs and writes one embedding file."""

    entry: ClassVar[CommandEntry]
    command: str
    files: dict[str, str]

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Run the command in the folder of external.toml; what it prints goes to the log of the cell.

        Raises
        ------
        RuntimeError
            If the command ends with another status than 0 or writes no file.
        InputError
            If the file is no embedding of the tissue's genes.
        """
        if self.files != self.entry.files():
            raise InputError(
                f"{self.entry.path}: a file of {self.name} has changed since the run was planned"
            )
        progress(0, 1)
        with tempfile.TemporaryDirectory(prefix="geneboard-") as folder:
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
            cwd=self.entry.path.parent,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert started.stdout is not None
        tail = ""
        for line in started.stdout:
            text = line.decode(errors="replace")
            tail = (tail + text)[-TAIL:]
            sys.stdout.write(text)
        status = started.wait()
        sys.stdout.flush()
        if status:
            lines = tail.strip().splitlines()
            said = f": {lines[-1].strip()}" if lines else ""
            raise RuntimeError(f"the command ended with exit status {status}{said}")


def _environment() -> dict[str, str]:
    """Return our environment without this checkout on the path of Python.

    Another project may import a distribution that is called `datasets`, as a folder here is.
    """
    environment = dict(os.environ)
    paths = [
        path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path not in ("", str(ROOT))
    ]
    environment.pop("PYTHONPATH", None)
    return environment | ({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})


def _values(output: Path, tissue: Tissue) -> list[np.ndarray]:
    """Return the rows of an embedding file in the order of the tissue."""
    from metrics.embedding_files import read_rows

    rows = read_rows(output, tissue)
    values = [np.empty((graph.n_genes, rows.matrix.shape[1]), dtype=np.float32) for graph in tissue.graphs]
    for number, own in enumerate(values):
        inside = rows.dataset == number
        own[rows.position[inside]] = rows.matrix[inside]
    return values


def read_commands(path: Path) -> dict[str, CommandEntry]:
    """Read external.toml: a table ``[[method]]`` per method.

    Each has a ``name`` and a ``command`` with the places ``{input}`` (a folder with one gene-graph .h5ad per
    dataset), ``{output}`` (the .h5ad to write) and, unless ``deterministic = true``, ``{seed}``; ``{device}``
    is there for who needs it. ``interpreter`` is put before the command. ``title`` and ``reference`` are
    for tables. Paths are relative to the folder of the file; no shell is involved.

    Raises
    ------
    InputError
        If the file is not of this form.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not valid TOML ({first_line(error)})") from error
    tables = content.get("method")
    if set(content) != {"method"} or not isinstance(tables, list):
        raise InputError(f"{path}: expected one table [[method]] per method and nothing else")
    entries: dict[str, CommandEntry] = {}
    for number, table in enumerate(tables, 1):
        entry = _entry(path, f"{path}, method {number}", table)
        if entry.name in entries:
            raise InputError(f"{path}: there are two methods {entry.name!r}")
        entries[entry.name] = entry
    return entries


def _entry(path: Path, where: str, table: Mapping[str, Any]) -> CommandEntry:
    for key, value in table.items():
        if key not in KEYS:
            raise InputError(f"{where}: unknown key {key!r}; known are {', '.join(KEYS)}")
        if not isinstance(value, KEYS[key]):
            raise InputError(f"{where}: {key} must be a {KEYS[key].__name__}, not {value!r}")
    for key in ("name", "command"):
        if not table.get(key):
            raise InputError(f"{where}: there is no {key}")
    if not NAME.fullmatch(table["name"]):
        raise InputError(f"{where}: the name {table['name']!r} must be of small letters, digits and _")
    deterministic = table.get("deterministic", False)
    words = _words(where, table["command"], deterministic=deterministic)
    attributes = {
        "title": table.get("title", table["name"]),
        "kind": "plugin",
        "deterministic": deterministic,
        "reference": table.get("reference", ""),
    }
    interpreter = table.get("interpreter")
    program = str(Path(interpreter).expanduser()) if interpreter else None
    return CommandEntry(
        table["name"],
        path.resolve(),
        "Command",
        attributes,
        origin=str(path),
        command=tuple(words),
        interpreter=program,
    )


def _words(where: str, command: str, *, deterministic: bool) -> list[str]:
    try:
        words = shlex.split(command)
        places = {place for word in words for _, place, _, _ in string.Formatter().parse(word)} - {None}
    except ValueError as error:
        raise InputError(f"{where}: the command is not well-formed ({first_line(error)})") from error
    required = (*REQUIRED, *(() if deterministic else ("seed",)))
    for place in required:
        if place not in places:
            hint = " (or say deterministic = true)" if place == "seed" else ""
            raise InputError(f"{where}: the command lacks {{{place}}}{hint}")
    for place in sorted(str(place) for place in places - {*REQUIRED, *OPTIONAL}):
        raise InputError(f"{where}: the command has an unknown place {{{place}}}; literal braces are doubled")
    return words
