"""Tables that say which identifiers name the same gene, and datasets brought to one system by them."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.graphs.gene_ids import Naming, is_mitochondrial, without_version
from geneboard.datasets.tables import is_missing, read_table

ID_COLUMNS = {
    "ensembl": (
        *("ensembl", "ensembl gene id", "ensembl id", "gene stable id", "gene stable id version"),
        *("ensembl gene id version", "gene id"),
    ),
    "symbol": (
        *("symbol", "gene name", "external gene name", "hgnc symbol", "mgi symbol", "gene symbol"),
        *("associated gene name", "approved symbol"),
    ),
}
"""Names that the columns of a table of identifiers may have, the likeliest first, in any case, with blanks or
underscores: ours, and those of BioMart, biomaRt, HGNC and annotations."""

ORTHOLOG_COLUMNS = ({"mouse", "mouse_genes", "mouse_symbol"}, {"human", "hgnc.symbol", "human_symbol"})
"""Names that the two columns of a table of orthologs may have, mouse and human, in any case."""


@dataclass(frozen=True, eq=False)
class GeneTables:
    """What the tables of a user say.

    Parameters
    ----------
    symbols
        Ensembl id without version -> symbol, of any species; None without a table.
    orthologs
        Mouse symbol -> human symbol, one-to-one pairs only; None without a table.
    files
        Name and sha256 of each table.
    """

    symbols: pd.Series | None = None
    orthologs: pd.Series | None = None
    files: dict[str, str] = field(default_factory=dict)


def read_tables(ids: Sequence[Path] = (), orthologs: Path | None = None) -> GeneTables:
    """Read tables of Ensembl ids and symbols, and one of mouse and human symbols.

    An Ensembl id with two symbols is left out, and so are orthologs that are not one to one: which gene is
    meant is not known.

    Raises
    ------
    InputError
        If a file cannot be read or lacks a column.
    """
    symbols = pairs = None
    if ids:
        table = read_identifiers(*ids)
        symbols = table[~table["ensembl"].duplicated(keep=False)].set_index("ensembl")["symbol"]
    if orthologs is not None:
        table = read_orthologs(orthologs)
        single = ~table["mouse"].duplicated(keep=False) & ~table["human"].duplicated(keep=False)
        pairs = table[single].set_index("mouse")["human"]
    used = [*ids, *([] if orthologs is None else [orthologs])]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in used}
    return GeneTables(symbols, pairs, digests)


def read_identifiers(*paths: Path) -> pd.DataFrame:
    """Read tables that say which Ensembl id is which symbol.

    Returns
    -------
    pandas.DataFrame
        Columns ``ensembl`` (without version) and ``symbol``, each pair once.

    Raises
    ------
    InputError
        If a file cannot be read or lacks one of the two columns.
    """
    tables = []
    for path in paths:
        table = _read(path, "identifiers")
        by_name = {str(column).lower().replace("_", " "): column for column in reversed(table.columns)}
        columns: list[Hashable] = []
        for column, names in ID_COLUMNS.items():
            found = next((by_name[name] for name in names if name in by_name), None)
            if found is None:
                known = ", ".join(map(repr, table.columns[:5]))
                raise InputError(f"{path}: a table of identifiers needs a column {column!r}; it has {known}")
            columns.append(found)
        tables.append(_pairs(table, columns, list(ID_COLUMNS)))
    pairs = pd.concat(tables, ignore_index=True)
    return pairs.assign(ensembl=without_version(pd.Index(pairs["ensembl"]))).drop_duplicates()


def read_orthologs(path: Path) -> pd.DataFrame:
    """Read a table of mouse and human symbols of the same gene.

    Returns
    -------
    pandas.DataFrame
        Columns ``mouse`` and ``human``, each pair once.

    Raises
    ------
    InputError
        If the file cannot be read or lacks one of the two columns.
    """
    table = _read(path, "orthologs")
    columns: list[Hashable] = []
    for names in ORTHOLOG_COLUMNS:
        found = [column for column in table if str(column).lower() in names]
        if len(found) != 1:
            raise InputError(
                f"{path}: a table of orthologs needs one column for each species, 'mouse' and 'human'"
            )
        columns += found
    return _pairs(table, columns, ["mouse", "human"]).drop_duplicates()


def _read(path: Path, what: str) -> pd.DataFrame:
    with reading(path, f"cannot be read as a table of {what}"):
        return read_table(path)


def _pairs(table: pd.DataFrame, columns: list[Hashable], names: list[str]) -> pd.DataFrame:
    """Return two columns under our names, without rows that lack one of them."""
    first, second = (table[column] for column in columns)
    return table.loc[~is_missing(first) & ~is_missing(second), columns].set_axis(names, axis=1)


@dataclass(frozen=True, eq=False)
class Translation:
    """How the genes of a dataset get the names that its tissue uses.

    Parameters
    ----------
    given
        What the dataset has.
    wanted
        Human or mouse gene symbols.
    tables
        What says which is which.
    """

    given: Naming
    wanted: Naming
    tables: GeneTables

    def names(self, genes: pd.Index) -> pd.Series:
        """Return the name of each gene in the wanted system, NaN where the tables do not know it.

        A mitochondrial gene keeps its own name, whatever the tables say: quality control has to see it, and
        drops it.

        Parameters
        ----------
        genes
            Names without Ensembl version.
        """
        names = pd.Series(genes.to_numpy(dtype=object))
        if self.given.ensembl and self.tables.symbols is not None:
            names = names.map(self.tables.symbols)
        if self.given.species != self.wanted.species and self.tables.orthologs is not None:
            names = names.map(self.tables.orthologs)
        return names.where(~is_mitochondrial(genes), genes.to_numpy(dtype=object))

    @property
    def record(self) -> dict[str, Any]:
        """What was done, for the provenance of a graph and as part of its key in a cache."""
        return {"from": str(self.given), "to": str(self.wanted), "tables": self.tables.files}


def options_needed(given: Naming, wanted: Naming, tables: GeneTables) -> list[str]:
    """Return the options of the command line that would bring a dataset to a system and were not given."""
    needed = []
    if given.ensembl and tables.symbols is None:
        needed.append("--ids FILE, a table of Ensembl ids and symbols")
    if given.species != wanted.species and tables.orthologs is None:
        needed.append("--orthologs FILE, a table of mouse and human symbols")
    return needed
