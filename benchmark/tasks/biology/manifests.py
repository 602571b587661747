"""The file that a question is read from: the knowledge, and what is known of the genes of each dataset."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geneboard.benchmark.records.store import CHANGED
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError
from geneboard.datasets.knowledge.conditions import Conditions
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.knowledge.labels import Labels
from geneboard.datasets.knowledge.orthologs import Orthologs
from geneboard.datasets.knowledge.regulators import Regulators
from geneboard.datasets.knowledge.time_split import TermSplit, TimeSplit
from geneboard.datasets.knowledge.tissues import DatasetTissues, TissueRegulators

if TYPE_CHECKING:
    from geneboard.benchmark.cells.cell import Problem

Knowledge = (
    GeneSets | Labels | TimeSplit | Regulators | Orthologs | Conditions | DatasetTissues | TissueRegulators
)
GeneTables = Mapping[str, pd.DataFrame]
"""Dataset -> table by gene with the columns symbol, by which knowledge names it, and stratum, the cell of the
grid of expression and degree; empty where there is no tissue."""


def write_question(knowledge: Knowledge, genes: GeneTables, folder: Path) -> tuple[Path, str]:
    """Write what the processes need that answer questions about a piece of knowledge.

    Returns
    -------
    Path
        The file.
    str
        Its sha256.
    """
    content = {
        "kind": type(knowledge).__name__,
        "knowledge": asdict(knowledge),
        "genes": {name: table.reset_index(names="gene").to_dict("list") for name, table in genes.items()},
    }
    text = json.dumps(content, sort_keys=True, default=sorted).encode()
    sha256 = hashlib.sha256(text).hexdigest()
    path = folder / f"question-{sha256[:16]}.json"
    if not path.exists() or path.read_bytes() != text:
        write_atomically(path, text)
    return path, sha256


def read_question(problem: Problem) -> tuple[Knowledge, GeneTables]:
    """Read a file of `write_question`.

    Raises
    ------
    InputError
        If it is not what the run was planned with.
    """
    try:
        text = problem.manifest.read_bytes()
    except OSError as error:
        raise InputError(f"{problem.manifest}: cannot be read ({error.strerror})") from error
    if hashlib.sha256(text).hexdigest() != problem.manifest_digest:
        raise InputError(f"{problem.manifest}: {CHANGED}")
    content: dict[str, Any] = json.loads(text)
    genes = {name: pd.DataFrame(table).set_index("gene") for name, table in content["genes"].items()}
    return READ[content["kind"]](content["knowledge"]), genes


def _gene_sets(known: dict[str, Any]) -> GeneSets:
    return GeneSets(**{**known, "sets": {name: frozenset(own) for name, own in known["sets"].items()}})


def _labels(known: dict[str, Any]) -> Labels:
    return Labels(**{**known, **{side: frozenset(known[side]) for side in ("positive", "negative")}})


def _time_split(known: dict[str, Any]) -> TimeSplit:
    return TimeSplit(**{**known, "terms": {name: _term(own) for name, own in known["terms"].items()}})


def _orthologs(known: dict[str, Any]) -> Orthologs:
    return Orthologs(**{**known, "same_name": frozenset(known["same_name"])})


def _term(known: dict[str, Any]) -> TermSplit:
    parts = {part: _labels(known[part]) for part in ("before", "since")}
    return TermSplit(**{**known, **parts, "folds": tuple(map(_labels, known["folds"]))})


def _conditions(known: dict[str, Any]) -> Conditions:
    return Conditions(**{**known, "sets": tuple(map(_gene_sets, known["sets"]))})


READ: Mapping[str, Callable[[dict[str, Any]], Knowledge]] = {
    GeneSets.__name__: _gene_sets,
    Labels.__name__: _labels,
    TimeSplit.__name__: _time_split,
    Regulators.__name__: lambda known: Regulators(**known),
    Orthologs.__name__: _orthologs,
    Conditions.__name__: _conditions,
    DatasetTissues.__name__: lambda known: DatasetTissues(**known),
    TissueRegulators.__name__: lambda known: TissueRegulators(
        Regulators(**known["regulators"]), DatasetTissues(**known["tissues"])
    ),
}
"""What makes each kind of knowledge of its fields."""
