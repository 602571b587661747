"""Methods that run as a command of their own, in any language and environment."""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
import string
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneboard.benchmark import registry
from geneboard.benchmark.external.files import digest_of
from geneboard.benchmark.registry import NAME, ROOT, Entry, Registry, check_attributes
from geneboard.datasets.errors import InputError

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
    "trained_on": str,
}


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
    def docstring(self) -> str:
        """Its class is ours, and says nothing of it."""
        return ""

    @property
    def settable(self) -> bool:
        """Its settings say what was run; they are not to be chosen."""
        return False

    @property
    def words(self) -> list[str]:
        """The whole command, interpreter included."""
        return [*filter(None, [self.interpreter]), *self.command]

    @property
    def roots(self) -> tuple[tuple[Path, str], ...]:
        """What of this project determines the embedding."""
        return ((Path(__file__).with_name("run_as.py"), "Command"),)

    def files(self) -> dict[str, str]:
        """Return the sha256 of every file that the command names, also as --option=FILE."""
        names = {part for word in self.command for part in (word, word.partition("=")[2])}
        return {name: digest for name in sorted(names) if (digest := digest_of(self.path.parent / name))}

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
        from geneboard.benchmark.external.run_as import Command

        return dataclasses.make_dataclass(
            self.class_name,
            [
                ("command", str, dataclasses.field(default=shlex.join(self.words))),
                ("files", dict[str, str], dataclasses.field(default_factory=self.files)),
            ],
            bases=(Command,),
            namespace={"name": self.name, **self.attributes, "path": self.path},
            frozen=True,
        )


def read_commands(path: Path) -> dict[str, CommandEntry]:
    """Read external.toml: a table ``[[method]]`` per method.

    Each has a ``name`` and a ``command`` with the places ``{input}`` (a folder with one gene-graph .h5ad per
    dataset), ``{output}`` (the .h5ad to write) and, unless ``deterministic = true``, ``{seed}``; ``{device}``
    is there for who needs it. ``interpreter`` is put before the command. ``title``, ``reference`` and
    ``trained_on`` (`benchmark.registry.TRAINING_DATA`) are for tables. Paths are relative to the folder of
    the file; no shell is involved.

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
        raise InputError(f"{path}: is not valid TOML ({error})") from error
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


def known_methods(plugins: Sequence[Path] = (), external: Path | None = None) -> Registry:
    """Return all methods: registered ones, those of plugin files, and those that run as commands.

    Parameters
    ----------
    plugins
        Files that define more methods.
    external
        A file for `read_commands`; None takes external.toml of the checkout if there is one.
    """
    known = registry.methods(plugins)
    if external is None and DEFAULT_FILE.exists():
        external = DEFAULT_FILE
    for entry in read_commands(external).values() if external is not None else ():
        known.add(entry)
    known.sort()
    return known


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
        **{key: table[key] for key in ("trained_on",) if key in table},
    }
    interpreter = table.get("interpreter")
    program = str(Path(interpreter).expanduser()) if interpreter else None
    entry = CommandEntry(
        table["name"],
        path.resolve(),
        "Command",
        attributes,
        origin=str(path),
        command=tuple(words),
        interpreter=program,
    )
    check_attributes(entry)
    return entry


def _words(where: str, command: str, *, deterministic: bool) -> list[str]:
    try:
        words = shlex.split(command)
        places = {place for word in words for _, place, _, _ in string.Formatter().parse(word)} - {None}
        for word in words:
            word.format_map(defaultdict(str))
    except ValueError as error:
        raise InputError(f"{where}: the command is not well-formed ({error})") from error
    required = (*REQUIRED, *(() if deterministic else ("seed",)))
    for place in required:
        if place not in places:
            hint = " (or say deterministic = true)" if place == "seed" else ""
            raise InputError(f"{where}: the command lacks {{{place}}}{hint}")
    for place in sorted(str(place) for place in places - {*REQUIRED, *OPTIONAL}):
        raise InputError(f"{where}: the command has an unknown place {{{place}}}; literal braces are doubled")
    return words
