"""Tables that say which identifiers name the same gene, and datasets brought to one system by them."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.graphs.gene_ids import ENTREZ, Naming, is_mitochondrial, without_version
from geneboard.datasets.tables import is_missing, read_table, without_fraction

LEAST_ENTREZ, LEAST_ENTREZ_OF_MANY = 0.95, 0.5
"""Share of the numbers in a dataset that a table must know as Entrez ids of one species.

Of the numbers up to 3000, 70 % are human Entrez ids, and up to 87 % of 90 drawn from them: numbers of lines
stay below the first. The second is for datasets with numbers too large for those of lines, which may have
many genes that Ensembl has not.
"""

LARGE_NUMBER, LEAST_LARGE = r"\d{6,}", 0.05
"""Numbers that no line of a matrix has, and the share of them: of all human Entrez ids it is 42 %."""

ID_COLUMNS = {
    "ensembl": (
        *("ensembl", "ensembl gene id", "ensembl id", "gene stable id", "gene stable id version"),
        *("ensembl gene id version", "gene id"),
    ),
    "symbol": (
        *("symbol", "gene name", "external gene name", "hgnc symbol", "mgi symbol", "gene symbol"),
        *("associated gene name", "approved symbol"),
    ),
    "entrez": (
        *("entrez", "entrez id", "entrezgene", "entrezgene id", "ncbi gene id"),
        "ncbi gene (formerly entrezgene) id",
    ),
}
"""Names that the columns of a table of identifiers may have, the likeliest first, in any case, with blanks or
underscores: ours, and those of BioMart, biomaRt, HGNC and annotations. The last column may be absent."""

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
    entrez
        Species -> Entrez id -> symbol, where it has one symbol; empty without a table that has them.
    """

    symbols: pd.Series | None = None
    orthologs: pd.Series | None = None
    files: dict[str, str] = field(default_factory=dict)
    entrez: dict[str, pd.Series] = field(default_factory=dict)

    def naming_of_numbers(self, genes: pd.Index, path: Path) -> Naming:
        """Return of which species the names of a file are Entrez ids.

        Raises
        ------
        InputError
            If no table has Entrez ids, or too few of the names are among them.
        """
        numbers = f"{path}: genes are numbers such as {genes[0]!r}; "
        if not self.entrez:
            raise InputError(
                f"{numbers}for Entrez ids give --ids FILE, a table with a column 'entrez'; numbers of lines "
                "name no gene."
            )
        known = {species: float(genes.isin(table.index).mean()) for species, table in self.entrez.items()}
        species = max(known, key=known.__getitem__)
        large = np.mean(genes.str.fullmatch(LARGE_NUMBER))
        least = LEAST_ENTREZ_OF_MANY if large >= LEAST_LARGE else LEAST_ENTREZ
        if known[species] < least:
            raise InputError(
                f"{numbers}{known[species]:.0%} of them are Entrez ids in the tables given, and {least:.0%} "
                "would have to be; name genes by symbols or Ensembl ids."
            )
        return Naming(species, ENTREZ)


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
    entrez: dict[str, pd.Series] = {}
    if ids:
        table = _identifiers(ids)
        entrez = _entrez_symbols(table)
        table = table[["ensembl", "symbol"]].drop_duplicates()
        symbols = table[~table["ensembl"].duplicated(keep=False)].set_index("ensembl")["symbol"]
    if orthologs is not None:
        table = read_orthologs(orthologs)
        single = ~table["mouse"].duplicated(keep=False) & ~table["human"].duplicated(keep=False)
        pairs = table[single].set_index("mouse")["human"]
    used = [*ids, *([] if orthologs is None else [orthologs])]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in used}
    return GeneTables(symbols, pairs, digests, entrez)


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
    return _identifiers(paths)[["ensembl", "symbol"]].drop_duplicates()


def _identifiers(paths: Sequence[Path]) -> pd.DataFrame:
    """Return the columns ensembl (without version), symbol and entrez (NaN where a table has none)."""
    tables = []
    for path in paths:
        table = _read(path, "identifiers")
        by_name = {
            str(column).strip().lower().replace("_", " "): column for column in reversed(table.columns)
        }
        found = {
            column: next((by_name[name] for name in names if name in by_name), None)
            for column, names in ID_COLUMNS.items()
        }
        for column in ("ensembl", "symbol"):
            if found[column] is None:
                known = ", ".join(map(repr, table.columns[:5]))
                raise InputError(f"{path}: a table of identifiers needs a column {column!r}; it has {known}")
        columns = [name for name in found.values() if name is not None]
        ours = [column for column, name in found.items() if name is not None]
        tables.append(_known(table, columns, ours).reindex(columns=list(ID_COLUMNS)))
    rows = pd.concat(tables, ignore_index=True).dropna(subset=["ensembl", "symbol"])
    plain = without_version(pd.Index(rows["ensembl"]))
    return rows.assign(ensembl=plain, entrez=without_fraction(rows["entrez"].astype(object)))


def _entrez_symbols(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Return for each species Entrez id -> symbol, without those that have several."""
    species = table["ensembl"].str.startswith("ENSMUSG").map({True: "mouse", False: "human"})
    pairs = table.assign(species=species)[["species", "entrez", "symbol"]].dropna().drop_duplicates()
    clear = pairs[~pairs.duplicated(["species", "entrez"], keep=False)]
    return {str(name): rows.set_index("entrez")["symbol"] for name, rows in clear.groupby("species")}


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
        found = [column for column in table if str(column).strip().lower() in names]
        if len(found) != 1:
            raise InputError(
                f"{path}: a table of orthologs needs one column for each species, 'mouse' and 'human'"
            )
        columns += found
    return _known(table, columns, ["mouse", "human"]).dropna().drop_duplicates()


def _read(path: Path, what: str) -> pd.DataFrame:
    with reading(path, f"cannot be read as a table of {what}"):
        return read_table(path)


def _known(table: pd.DataFrame, columns: Sequence[Hashable], names: Sequence[str]) -> pd.DataFrame:
    """Return columns under our names, NaN where a word says that there is none."""
    fields = {name: table[column].str.strip() for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame({name: texts.mask(is_missing(texts)) for name, texts in fields.items()})


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
        if self.given.ids == ENTREZ:
            names = names.map(self.tables.entrez[self.given.species])
        elif self.given.ids and self.tables.symbols is not None:
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
    if given.ids and tables.symbols is None:
        needed.append("--ids FILE, a table of Ensembl ids and symbols")
    if given.species != wanted.species and tables.orthologs is None:
        needed.append("--orthologs FILE, a table of mouse and human symbols")
    return needed
