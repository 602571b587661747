"""Which datasets are of one independent unit: a donor, an animal, a mixture of cells, a study."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.datasets.catalogue import read_catalogue
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.tables import is_missing, read_table
from geneboard.datasets.unit_groups import Groups, joined_units

KNOWN = Path(__file__).with_name("known_units.csv")
"""Units that the data themselves tell and that manifests have otherwise, by the sha256 of the counts."""

MANIFESTS = ("MANIFEST.csv", "manifest.csv", "MANIFEST.tsv", "manifest.tsv")
UNIT = "unit"
ENDINGS = r"(\.h5ad|\.h5|\.loom|(_matrix\.mtx|\.csv|\.tsv)(\.gz)?)$"


def groups_of(tissue: Tissue, data: Path | None = None, table: Path | None = None) -> Groups:
    """Return the groups of the datasets of a tissue: one for each unit, and at most `MOST_GROUPS`.

    The unit of a dataset is what the user's table says; else what is known of these counts (`KNOWN`), what
    the manifest says, or what the catalogue says of the published dataset of that name. A dataset of which
    nothing is known is a unit by itself, and so is every simulated one.

    Parameters
    ----------
    tissue
        The tissue.
    data
        Folder of the user's data; None for simulated data.
    table
        The user's table (--groups): the columns ``dataset``, a name or an id, and ``group``.

    Raises
    ------
    InputError
        If a table is not usable, or names no dataset of the tissue.
    """
    names = [graph.name for graph in tissue.graphs]
    found: dict[str, str] = {}
    origins: list[str] = []
    for origin, units in _sources(tissue, data, table):
        new = {name: units[name] for name in names if name in units and name not in found}
        if new:
            origins.append(origin)
            found |= new
    units = {name: found.get(name, name) for name in names}
    joined = joined_units(units)
    sentences = [f"Units of the datasets: {'; '.join(origins)}."] if origins else []
    unknown = [name for name in names if name not in found]
    if unknown and data is None:
        sentences.append("Simulated datasets are units by themselves.")
    elif unknown:
        which = ", ".join(unknown) if found else "any dataset"
        sentences.append(f"No unit is known for {which}: each is one by itself (--groups FILE tells others).")
    if (n_units := len(set(units.values()))) > len(joined):
        sizes = sorted({len(own) for own in joined.values()})
        each = " to ".join(map(str, dict.fromkeys((sizes[0], sizes[-1]))))
        sentences.append(f"{n_units} units are joined into {len(joined)} groups of {each} datasets.")
    return Groups(joined, " ".join(sentences))


def _sources(
    tissue: Tissue, data: Path | None, table: Path | None
) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Return the units of datasets by name, with where they are from, those that win first."""
    given = [] if table is None else [(f"the table {table.name}", _given_units(table, tissue))]
    if data is None:
        return given
    manifest = _manifest(data, tissue)
    return [
        *given,
        ("what is known of these counts", _known_units(tissue)),
        *([] if manifest is None else [(f"the column {UNIT} of {manifest.name}", _listed(manifest, tissue))]),
        ("the catalogue of published datasets", _catalogue_units()),
    ]


def _given_units(path: Path, tissue: Tissue) -> dict[str, str]:
    """Return the groups of a user's table."""
    lines = _filled(path, _table(path), ("dataset", "group"))
    known = {alias: graph.name for graph in tissue.graphs for alias in (graph.name, _stem(graph.name))}
    by_id: dict[str, list[str]] = {}
    for graph in tissue.graphs:
        by_id.setdefault(graph.name.partition("__")[2], []).append(graph.name)
    found: dict[str, str] = {}
    for dataset, group in zip(lines["dataset"], lines["group"], strict=True):
        for name in [known[dataset]] if dataset in known else by_id.get(dataset, []):
            if found.setdefault(name, group) != group:
                raise InputError(f"{path}: puts {name} into the groups {found[name]!r} and {group!r}.")
    if not found:
        raise InputError(
            f"{path}: names no dataset of {tissue.name}; its column dataset takes names or ids, here "
            f"{', '.join(graph.name for graph in tissue.graphs)}."
        )
    return found


def _manifest(data: Path, tissue: Tissue) -> Path | None:
    """Return the nearest manifest with units, in the tissue's folder, the one above it, or the next."""
    folders = (data / tissue.name, data, data.resolve().parent)
    paths = (folder / name for folder in folders for name in MANIFESTS)
    return next((path for path in paths if path.is_file() and _has_units(path)), None)


def _has_units(path: Path) -> bool:
    """Return whether the first line names a column of units: other manifests are none of ours."""
    with path.open("rb") as file:
        first = file.readline().decode(errors="replace")
    return UNIT in [field.strip('" \r\n\ufeff') for field in first.replace("\t", ",").split(",")]


def _listed(path: Path, tissue: Tissue) -> dict[str, str]:
    """Return the units of a manifest: its datasets by tissue, modality and id, or by file."""
    table = _table(path)
    parts = ("tissue", "modality", "id")
    if set(parts) <= set(table.columns):
        lines = _filled(path, table, (*parts, UNIT))
        stems = lines["modality"] + "_" + lines["tissue"] + "_" + lines["id"]
    else:
        lines = _filled(path, table, ("file", UNIT))
        stems = lines["file"].str.replace(ENDINGS, "", regex=True).str.rpartition("/")[2]
    of_stem = dict(zip(stems, lines[UNIT], strict=True))
    stem_of = {graph.name: _stem(graph.name) for graph in tissue.graphs}
    return {name: of_stem[stem] for name, stem in stem_of.items() if stem in of_stem}


def _table(path: Path) -> pd.DataFrame:
    with reading(path, "not a readable table"):
        table: pd.DataFrame = read_table(path).apply(lambda column: column.str.strip())
    return table


def _filled(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the lines of a table in which no one of some columns is empty."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise InputError(f"{path}: the column {missing[0]} is missing (it needs {', '.join(columns)}).")
    wanted = table[list(columns)]
    return wanted.loc[~wanted.apply(is_missing).any(axis=1)]


def _known_units(tissue: Tissue) -> dict[str, str]:
    with KNOWN.open(newline="", encoding="utf-8") as file:
        of_counts = {row["sha256"]: row[UNIT] for row in csv.DictReader(file)}
    counts = {graph.name: graph.provenance.get("sha256", "") for graph in tissue.graphs}
    return {name: of_counts[sha256] for name, sha256 in counts.items() if sha256 in of_counts}


@cache
def _catalogue_units() -> dict[str, str]:
    return {entry.name: entry.unit for entry in read_catalogue() if entry.unit}


def _stem(name: str) -> str:
    """Return the name of the file of a dataset, without its ending."""
    return name.replace("__", "_", 1)
