"""Types of parameters of the public functions: what each is on the command line, and how its text is read."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from geneboard.datasets.errors import InputError


class Argument:
    """What argparse is told of a parameter, beyond what its name, default and description say.

    Parameters
    ----------
    *flags
        Names of the option, or of a positional argument, that are not the parameter's own.
    **keywords
        As for `argparse.ArgumentParser.add_argument`.
    """

    def __init__(self, *flags: str, **keywords: Any) -> None:
        self.flags = flags
        self.keywords = keywords


@dataclass(frozen=True)
class Entries:
    """A mapping of which every key has an option of its own, ``--KEY-column`` for the suffix "column"."""

    suffix: str
    meanings: Mapping[str, str]


class _Truth(argparse.Action):
    """A word that says yes or no."""

    def __call__(self, _: Any, namespace: argparse.Namespace, values: Any, __: Any = None) -> None:
        setattr(namespace, self.dest, values not in (None, "no"))


def count(text: str) -> int:
    """Read a positive whole number."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def amount(text: str) -> float:
    """Read a positive number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def _share(text: str) -> float:
    value = amount(text)
    if value >= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not below 1")
    return value


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _counts(text: str) -> list[int]:
    return [count(number) for number in _names(text)]


Folder = Annotated[Path | str, Argument(type=Path, metavar="DIR")]
File = Annotated[Path | str, Argument(type=Path, metavar="FILE")]
Paths = Annotated[
    Path | str | Sequence[Path | str], Argument(type=Path, nargs="+", action="extend", metavar="PATH")
]
Name = Annotated[str, Argument(metavar="NAME")]
Count = Annotated[int, Argument(type=count, metavar="N")]
Seconds = Annotated[float, Argument(type=amount, metavar="S")]
Megabytes = Annotated[float, Argument(type=amount, metavar="MB")]
Share = Annotated[float, Argument(type=_share, metavar="P")]
Seed = Annotated[int, Argument(type=_seed, metavar="N")]
YesNo = Annotated[bool, Argument(action=_Truth, choices=("yes", "no"))]
Selections = Annotated[Sequence[str], Argument("--selection", type=_names, metavar="A,B")]
Organs = Annotated[Sequence[str], Argument("--organ", type=_names, metavar="A,B")]
Counts = Annotated[Sequence[int], Argument(type=_counts, metavar="K,K")]

TissueName = Annotated[str, Argument("--tissue", metavar="NAME")]
TissueNames = Annotated[Sequence[str], Argument("--tissue", nargs="+", action="extend", metavar="NAME")]
Joint = Annotated[Sequence[str], Argument("--joint", type=_names, metavar="A,B")]
Devices = Annotated[Sequence[str], Argument("--devices", type=_names, metavar="A,B")]
Genes = Annotated[str | Sequence[str], Argument("genes", nargs="+", metavar="GENE")]
Preset = Literal["quick", "paper"]
Methods = Annotated[Sequence[str], Argument("--methods", "--method", type=_names, metavar="A,B")]
MethodName = Annotated[str, Argument("--method", metavar="NAME")]
Plugins = Annotated[Sequence[Path | str], Argument("--plugin", type=Path, action="append", metavar="FILE")]
Sets = Annotated[Sequence[str], Argument("--set", action="append", metavar="METHOD.KEY=VALUE")]
Embeddings = Annotated[Sequence[str], Argument("--embedding", action="append", metavar="NAME=FILE")]
GeneSetFiles = Annotated[
    Sequence[Path | str], Argument("--genesets", type=Path, nargs="+", action="extend", metavar="FILE")
]
LabelFiles = Annotated[Sequence[str], Argument("--labels", nargs="+", action="extend", metavar="NAME=FILE")]
RegulatorFiles = Annotated[
    Sequence[Path | str], Argument("--regulators", type=Path, nargs="+", action="extend", metavar="FILE")
]
GeneLists = Annotated[Sequence[Path | str], Argument("--genes", nargs="+", action="extend", metavar="FILE")]
ConditionFile = Annotated[Path | str, Argument("--conditions", type=Path, metavar="FILE")]
Models = Annotated[Sequence[str], Argument("--models", type=_names, metavar="A,B")]
Identifiers = Annotated[Sequence[Path | str], Argument("--ids", type=Path, action="append", metavar="FILE")]
IdentifierTables = Annotated[
    bool,
    Argument("identifiers", nargs="?", action=_Truth, choices=("identifiers",), metavar="identifiers"),
]

COLUMNS = {
    "sample": "sample names, in samples.tsv",
    "group": "patient or donor of every sample; a split never divides one",
    "organ": "organ of every sample",
    "gene": "gene names as in the matrix, in genes.tsv",
    "symbol": "gene symbols",
    "entrez": "Entrez ids",
    "feature_space": "landmark, best inferred, inferred, or nothing",
}
"""Columns of the tables beside an expression matrix that can be named, and what each holds."""

ColumnNames = Annotated[
    Mapping[str, str],
    Entries("column", {key: f"column with {meaning} (default: guessed)" for key, meaning in COLUMNS.items()}),
]


def optional_path(given: Path | str | None) -> Path | None:
    """Return what may be a path, may be text and may be missing as a path, if it is there."""
    return None if given is None else Path(given)


def paths(given: Sequence[Path | str]) -> list[Path]:
    """Return paths of what may be text."""
    return [Path(path) for path in given]


def make_folder(out: Path) -> None:
    """Make a result folder.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {out}: the folder cannot be made ({error.strerror})") from error


Scheduler = Annotated[Any, Argument("--scheduler", metavar="ADDRESS")]
