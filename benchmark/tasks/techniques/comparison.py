"""What a comparison of techniques has found, and the file that it is read from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geneboard.benchmark.report.groups import folder_name
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError

FOLDER, STEM = "techniques", "techniques"
SCHEMA = 1
"""Version of the form of techniques.json."""

TITLES = {"scrna": "scRNA", "scatac": "scATAC", "spatial": "spatial"}
"""What each modality is called as a technique."""

BEST = "scrna"
"""The technique that is claimed to be the best."""

REPRODUCIBILITY = "reproducibility"


@dataclass(frozen=True)
class Measured:
    """One measure of the networks of a technique, the mean over its units.

    Attributes
    ----------
    auc, null
        ROC AUC, and its mean over permuted names of genes alike in expression and degree.
    value
        AUC minus null.
    low, high
        95 % interval of `value`: knowledge by bootstrap over gene sets, reproducibility by t over draws.
    by_unit
        Value of each unit.
    """

    auc: float
    null: float
    value: float
    low: float
    high: float
    by_unit: Mapping[str, float]


@dataclass(frozen=True)
class Technique:
    """The networks of one technique.

    Attributes
    ----------
    modality
        One of `TITLES`.
    cells
        Dataset -> cells that pass quality control, of which the matched number was drawn.
    tested_edges
        Fewest and most edges that the pipeline's rule gives a network before matching.
    units
        Unit -> its datasets.
    measures
        By name: "knowledge (LIBRARY)" and `REPRODUCIBILITY`.
    """

    modality: str
    cells: Mapping[str, int]
    tested_edges: tuple[int, int]
    units: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, Measured]

    @property
    def title(self) -> str:
        """Name for people."""
        return TITLES[self.modality]


@dataclass(frozen=True)
class TechniqueDifference:
    """How much better networks of scRNA are than those of another technique, by one measure.

    Attributes
    ----------
    other
        Modality of the other technique.
    measure
        What is compared.
    value, low, high
        Difference with its 95 % interval, over gene sets or draws as in `Measured`, paired.
    units_low, units_high
        95 % interval over independent units (Welch); None where one technique has a single unit.
    """

    other: str
    measure: str
    value: float
    low: float
    high: float
    units_low: float | None
    units_high: float | None


@dataclass(frozen=True)
class TechniqueComparison:
    """What was found in one tissue.

    Attributes
    ----------
    schema, source, tissue
        Version of the form, and what was compared.
    draws
        How often cells were drawn.
    cells, genes, common_genes, edges, half_edges
        Of every network: cells, genes (of so many that pass in all datasets), edges, and edges of a half.
    libraries
        Gene sets that were asked about, of each library.
    units_note
        Where the units come from.
    techniques
        That of `BEST` first.
    differences
        For each other technique, all measures.
    data
        Dataset -> what identifies its counts.
    versions, git_revision
        What computed it.
    """

    schema: int
    source: str
    tissue: str
    draws: int
    cells: int
    genes: int
    common_genes: int
    edges: int
    half_edges: int
    libraries: Mapping[str, int]
    units_note: str
    techniques: tuple[Technique, ...]
    differences: tuple[TechniqueDifference, ...]
    data: Mapping[str, Mapping[str, Any]]
    versions: Mapping[str, str]
    git_revision: str

    @property
    def folder(self) -> Path:
        """Where its files are in a result folder."""
        return Path(FOLDER, *map(folder_name, (self.source, self.tissue)))

    def technique(self, modality: str) -> Technique:
        """Return the networks of a technique that is in it."""
        return next(one for one in self.techniques if one.modality == modality)


def write_comparison(comparison: TechniqueComparison, out: Path) -> Path:
    """Write a comparison into its place in a result folder; same content, same bytes."""
    path = out / comparison.folder / f"{STEM}.json"
    write_atomically(path, (json.dumps(asdict(comparison), indent=1, allow_nan=False) + "\n").encode())
    return path


def read_comparisons(out: Path) -> list[TechniqueComparison]:
    """Return all comparisons of a result folder, ordered by source and tissue.

    Raises
    ------
    InputError
        If a file is damaged or of another version.
    """
    found = [_read(path) for path in sorted((out / FOLDER).glob(f"*/*/{STEM}.json"))]
    return sorted(found, key=lambda one: (one.source, one.tissue))


def _read(path: Path) -> TechniqueComparison:
    from pydantic import TypeAdapter  # a tenth of a second, and most folders have no such file

    try:
        comparison: TechniqueComparison = TypeAdapter(TechniqueComparison).validate_json(path.read_bytes())
    except ValueError as error:  # pydantic's own are of this kind
        raise InputError(f"{path}: is damaged; run `techniques` again") from error
    if comparison.schema != SCHEMA:
        raise InputError(
            f"{path}: is of schema version {comparison.schema}, not {SCHEMA}; run `techniques` again"
        )
    return comparison
